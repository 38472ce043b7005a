//! The projects of the open documents and what is found in them: only what changed is analysed anew.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::documents::{Document, Documents};
use crate::config::Config;
use crate::configs::Configs;
use crate::day::today;
use crate::discover::{Base, Content, Input};
use crate::finding::Finding;
use crate::inputs::add_beside;
use crate::lint::{Job, Report, lint, lint_and_tell};
use crate::mend::{Mended, mend};
use crate::project;
use crate::rule::Safety;
use crate::silence::Ignoring;

/// Makes the configurations anew.
pub(super) type Configure<'a> = &'a dyn Fn() -> Result<Configs, String>;

/// What the open documents belong to.
pub(super) struct Workspace<'a> {
    configure: Configure<'a>,
    configs: Option<Configs>,
    /// What holds where no configuration does.
    builtin: Option<Arc<Config>>,
    /// By what tells projects apart: the folders from which a project reads, else the file.
    groups: BTreeMap<Vec<PathBuf>, Group>,
    /// How often files on disk, or the configuration, may have changed.
    changes: u64,
    /// What is wrong and the user must know, once.
    pub(super) complaints: Vec<String>,
}

/// Open documents that belong together, with the files beside them.
#[derive(Default)]
struct Group {
    /// What was analysed: states of documents, and of the disk.
    state: Option<(u64, Vec<(PathBuf, u64)>)>,
    inputs: Vec<Input>,
    report: Report,
    /// The same with fixes and facts, for those who ask.
    full: Option<Report>,
}

/// What is known of a document.
pub(super) struct Known<'a> {
    pub(super) report: &'a Report,
    pub(super) inputs: &'a [Input],
    /// The path under which it is reported.
    pub(super) shown: &'a str,
    pub(super) config: Arc<Config>,
}

impl Known<'_> {
    /// The findings of the document that are shown.
    pub(super) fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.report
            .findings
            .iter()
            .filter(|finding| *finding.location.path == *self.shown && is_shown(finding, &self.config))
    }

    /// The file that is reported under a path.
    pub(super) fn input(&self, shown: &str) -> Option<&Input> {
        self.inputs.iter().find(|input| input.shown == shown)
    }
}

/// Whether the configuration wants a finding to be shown.
pub(super) fn is_shown(finding: &Finding, config: &Config) -> bool {
    finding.severity >= config.min_severity && finding.confidence >= config.min_confidence
}

impl<'a> Workspace<'a> {
    pub(super) fn new(configure: Configure<'a>) -> Self {
        let mut workspace = Self {
            configure,
            configs: None,
            builtin: None,
            groups: BTreeMap::new(),
            changes: 0,
            complaints: Vec::new(),
        };
        workspace.configuration_changed();
        workspace
    }

    /// Files on disk may have changed.
    pub(super) fn disk_changed(&mut self) {
        self.changes += 1;
    }

    /// Reads the configuration anew. One that is wrong is said, and changes nothing.
    pub(super) fn configuration_changed(&mut self) {
        self.changes += 1;
        match (self.configure)().and_then(|configs| Ok((configs.of(None)?, configs))) {
            Ok((builtin, configs)) => (self.builtin, self.configs) = (Some(builtin), Some(configs)),
            Err(message) => self.complaints.push(message),
        }
    }

    /// Analyses what changed. Returns whether anything was.
    pub(super) fn refresh(&mut self, documents: &Documents) -> bool {
        let (Some(configs), Some(builtin)) = (&self.configs, &self.builtin) else { return false };
        let mut members: BTreeMap<Vec<PathBuf>, Vec<Input>> = BTreeMap::new();
        for document in documents.iter() {
            match input(document, configs) {
                Ok(Some(input)) => members.entry(key(&input)).or_default().push(input),
                Ok(None) => {}
                Err(message) => complain(&mut self.complaints, message),
            }
        }
        let before = self.groups.len();
        self.groups.retain(|key, _| members.contains_key(key));
        let mut changed = before != self.groups.len();
        for (key, members) in members {
            let group = self.groups.entry(key).or_default();
            match group.refresh(members, documents, (configs, builtin), self.changes) {
                Ok(anew) => changed |= anew,
                Err(message) => complain(&mut self.complaints, message),
            }
        }
        changed
    }

    fn group_of(&self, path: &Path) -> Option<(&Group, &Input)> {
        self.groups.values().find_map(|group| {
            Some((group, group.inputs.iter().find(|input| input.requested && input.path == path)?))
        })
    }

    /// What is known of a document; `None` where it was not analysed.
    pub(super) fn of(&self, path: &Path) -> Option<Known<'_>> {
        let (group, input) = self.group_of(path)?;
        let config = self.configs.as_ref()?.of(Some(path)).ok()?;
        Some(Known { report: &group.report, inputs: &group.inputs, shown: &input.shown, config })
    }

    /// The same with the fixes of findings and the facts of definitions.
    pub(super) fn in_full(&mut self, path: &Path) -> Option<Known<'_>> {
        let (configs, builtin) = (self.configs.as_ref()?, self.builtin.as_ref()?);
        let is_it = |input: &Input| input.requested && input.path == path;
        let group = self.groups.values_mut().find(|group| group.inputs.iter().any(is_it))?;
        if group.full.is_none() {
            group.full =
                isolated(|| with_job(configs, builtin, true, |job| lint_and_tell(group.inputs.clone(), job)));
        }
        let group = &*group;
        let shown = &group.inputs.iter().find(|input| is_it(input))?.shown;
        let config = configs.of(Some(path)).ok()?;
        Some(Known { report: group.full.as_ref()?, inputs: &group.inputs, shown, config })
    }

    /// The text of a document with all safe fixes applied in it.
    pub(super) fn mended(&self, path: &Path) -> Option<Mended> {
        let (group, _) = self.group_of(path)?;
        let (configs, builtin) = (self.configs.as_ref()?, self.builtin.as_ref()?);
        let open = |input: &Input| input.path == path;
        let safe = |_: &Finding, safety| safety == Safety::Safe;
        isolated(|| with_job(configs, builtin, true, |job| mend(group.inputs.clone(), job, &safe, &open)))
    }

    /// The configuration of a document, or the built-in settings where there is none.
    pub(super) fn config_of_any(&self, document: Option<&Document>) -> Option<Arc<Config>> {
        document.map_or_else(|| self.builtin.clone(), |document| self.config(&document.path))
    }

    /// The configuration of a file, or the built-in settings.
    pub(super) fn config(&self, path: &Path) -> Option<Arc<Config>> {
        self.configs.as_ref()?.of(Some(path)).ok().or_else(|| self.builtin.clone())
    }
}

impl Group {
    /// Analyses the group if anything of it changed. Returns whether it was.
    fn refresh(
        &mut self,
        members: Vec<Input>,
        documents: &Documents,
        (configs, builtin): (&Configs, &Arc<Config>),
        changes: u64,
    ) -> Result<bool, String> {
        // What is opened or closed counts as a change of the disk, so that the same documents are asked.
        if !members.is_empty() && self.state == Some((changes, states(&self.inputs, documents))) {
            return Ok(false);
        }
        let mut inputs = members;
        add_beside(&mut inputs, configs)?;
        inputs.sort_by(|a, b| a.path.as_os_str().cmp(b.path.as_os_str()));
        for input in inputs.iter_mut().filter(|input| !input.requested) {
            if let Some(document) = documents.at(&input.path) {
                input.content = Content::Text(document.text.as_str().to_owned());
            }
        }
        configs.check(&inputs)?;
        let report = isolated(|| with_job(configs, builtin, false, |job| lint(inputs.clone(), job)));
        self.state = Some((changes, states(&inputs, documents)));
        (self.inputs, self.full) = (inputs, None);
        // What could not be analysed keeps what was found before.
        let Some(report) = report else { return Err(INTERNAL.to_owned()) };
        self.report = report;
        Ok(true)
    }
}

/// The states of the open documents among files.
fn states(inputs: &[Input], documents: &Documents) -> Vec<(PathBuf, u64)> {
    let open = inputs.iter().filter_map(|input| documents.at(&input.path));
    open.map(|document| (document.path.clone(), document.state)).collect()
}

/// What is said of a panic: neither its payload nor the document may be told.
const INTERNAL: &str = "internal error in the analysis of a document; please report it";

/// Runs an analysis that must not end the server.
fn isolated<T>(run: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(run)).ok()
}

fn complain(complaints: &mut Vec<String>, message: String) {
    if !complaints.contains(&message) {
        complaints.push(message);
    }
}

fn with_job<T>(configs: &Configs, builtin: &Arc<Config>, full: bool, run: impl FnOnce(&Job<'_>) -> T) -> T {
    // Those of the inputs were all read before.
    let config_of = |path: Option<&Path>| configs.of(path).unwrap_or_else(|_| builtin.clone());
    // Without a day no ignore expires: a wrong SOURCE_DATE_EPOCH is no reason to say nothing.
    let ignores = Ignoring { today: today(None).ok(), ..Ignoring::default() };
    run(&Job { ignores, fixes: full, ..Job::new(&config_of) })
}

/// An open document as the analysis reads it; `None` where it is of no kind that is read, or is left out.
fn input(document: &Document, configs: &Configs) -> Result<Option<Input>, String> {
    let shown = Base::of(&document.path).show(&document.path);
    if project::format_of(&shown).is_none() {
        return Ok(None);
    }
    let config = configs.of(Some(&document.path))?;
    if config.excludes(&document.path) {
        return Ok(None);
    }
    let text = document.text.as_str();
    let content = if text.len() as u64 > config.max_size {
        Content::TooLarge(text.len() as u64)
    } else {
        Content::Text(text.to_owned())
    };
    Ok(Some(Input { path: document.path.clone(), shown, content, requested: true }))
}

/// What tells the project of a document from others.
fn key(input: &Input) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> =
        project::companions(input).into_iter().map(|(folder, _)| folder).collect();
    folders.sort();
    folders.dedup();
    if folders.is_empty() { vec![input.path.clone()] } else { folders }
}
