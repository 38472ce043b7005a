//! The projects of the open documents and what is found in them: only what changed is analysed anew.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::documents::{Document, Documents};
use super::group::{Group, Lint, Means};
use crate::config::Config;
use crate::configs::Configs;
use crate::discover::{Base, Content, Input};
use crate::finding::Finding;
use crate::lint::Report;
use crate::mend::Mended;
use crate::project;

/// Makes the configurations anew.
pub type Configure<'a> = &'a dyn Fn() -> Result<Configs, String>;

/// What the open documents belong to.
pub(super) struct Workspace<'a> {
    configure: Configure<'a>,
    lint: Lint<'a>,
    configs: Option<Configs>,
    /// Those that were read last, until it is known that they are right for what is open.
    next: Option<(Arc<Config>, Configs)>,
    /// What holds where no configuration does.
    builtin: Option<Arc<Config>>,
    /// By what tells projects apart: the folders from which a project reads, else the file.
    groups: BTreeMap<Vec<PathBuf>, Group>,
    /// How often files on disk, or the configuration, may have changed.
    changes: u64,
    /// What is wrong and the user must know, once.
    pub(super) complaints: Vec<String>,
}

/// What is known of a document.
pub(super) struct Known<'a> {
    pub(super) report: &'a Report,
    pub(super) inputs: &'a [Input],
    /// The path under which it is reported.
    pub(super) shown: &'a str,
    pub(super) config: Arc<Config>,
    /// Whether it was known of texts as they were before.
    pub(super) is_old: bool,
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
    pub(super) fn new(configure: Configure<'a>, lint: Lint<'a>) -> Self {
        let mut workspace = Self {
            configure,
            lint,
            configs: None,
            next: None,
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
            Ok((builtin, first)) if self.configs.is_none() => {
                (self.builtin, self.configs) = (Some(builtin), Some(first));
            }
            Ok(next) => self.next = Some(next),
            Err(message) => self.complaints.push(message),
        }
    }

    /// Analyses what changed. Returns whether anything was.
    pub(super) fn refresh(&mut self, documents: &Documents) -> bool {
        self.take_over(documents);
        let (Some(configs), Some(builtin)) = (&self.configs, &self.builtin) else { return false };
        let means = Means { lint: self.lint, configs, builtin, changes: self.changes };
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
            match group.refresh(members, documents, means) {
                Ok(anew) => changed |= anew,
                Err(message) => complain(&mut self.complaints, message),
            }
        }
        changed
    }

    /// Takes over the configurations that were read last. Where one of them is wrong, those before hold until it is
    /// mended.
    fn take_over(&mut self, documents: &Documents) {
        let Some((builtin, next)) = self.next.take() else { return };
        let wrong = documents.iter().find_map(|document| next.of(Some(&document.path)).err());
        match wrong {
            Some(message) => complain(&mut self.complaints, message),
            None => (self.builtin, self.configs) = (Some(builtin), Some(next)),
        }
    }

    /// The group in which a document is judged: that with the most files, where it belongs to several.
    fn group_of(&self, path: &Path) -> Option<(&Group, &Input)> {
        let groups = self.groups.values().filter_map(|group| Some((group, group.asked(path)?)));
        groups.max_by_key(|(group, _)| group.inputs.len())
    }

    /// What is known of a document; `None` where it was not analysed.
    pub(super) fn of(&self, path: &Path) -> Option<Known<'_>> {
        let (group, input) = self.group_of(path)?;
        let config = self.configs.as_ref()?.of(Some(path)).ok()?;
        let Group { report, inputs, is_old, .. } = group;
        Some(Known { report, inputs, shown: &input.shown, config, is_old: *is_old })
    }

    /// The same with the fixes of findings and the facts of definitions.
    pub(super) fn in_full(&mut self, path: &Path) -> Option<Known<'_>> {
        let (configs, builtin) = (self.configs.as_ref()?, self.builtin.as_ref()?);
        let means = Means { lint: self.lint, configs, builtin, changes: self.changes };
        let groups = self.groups.values_mut().filter(|group| group.asked(path).is_some());
        let group = groups.max_by_key(|group| group.inputs.len())?;
        group.in_full(means)?;
        let group = &*group;
        let shown = &group.asked(path)?.shown;
        let config = configs.of(Some(path)).ok()?;
        Some(Known { report: group.full()?, inputs: &group.inputs, shown, config, is_old: false })
    }

    /// The text of a document with all safe fixes applied in it.
    pub(super) fn mended(&self, path: &Path) -> Option<Mended> {
        let (group, _) = self.group_of(path)?;
        let (configs, builtin) = (self.configs.as_ref()?, self.builtin.as_ref()?);
        group.mended(path, Means { lint: self.lint, configs, builtin, changes: self.changes })
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

fn complain(complaints: &mut Vec<String>, message: String) {
    if !complaints.contains(&message) {
        complaints.push(message);
    }
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
