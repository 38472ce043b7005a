//! Open documents that belong together, with the files beside them: analysed anew where anything of them changed.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::documents::Documents;
use crate::baseline::{Baseline, Place};
use crate::config::Config;
use crate::configs::Configs;
use crate::day::today;
use crate::discover::{Content, Input};
use crate::finding::Finding;
use crate::inputs::add_beside;
use crate::lint::{Job, Parses, Report, lint_and_tell};
use crate::mend::{Mended, mend};
use crate::rule::Safety;
use crate::silence::Ignoring;

/// How files are analysed: by [`lint`](crate::lint::lint), except where a test wants to know what becomes of another.
pub type Lint<'a> = &'a dyn Fn(Vec<Input>, &Job<'_>) -> Report;

/// What a group is analysed with.
#[derive(Clone, Copy)]
pub(super) struct Means<'a> {
    pub(super) lint: Lint<'a>,
    pub(super) configs: &'a Configs,
    /// What holds where no configuration does.
    pub(super) builtin: &'a Arc<Config>,
    /// How often files on disk, or the configuration, may have changed.
    pub(super) changes: u64,
}

/// Open documents that belong together.
#[derive(Default)]
pub(super) struct Group {
    /// What was analysed: states of documents, and of the disk.
    state: Option<(u64, Vec<(PathBuf, u64)>)>,
    pub(super) inputs: Vec<Input>,
    pub(super) report: Report,
    /// Whether the report is about texts as they were before: those of today could not be analysed.
    pub(super) is_old: bool,
    /// The same with fixes and facts, for those who ask.
    full: Option<Report>,
    parses: Parses,
    /// What is known and put off, as it was when the disk last changed.
    known: Option<(u64, Known)>,
}

/// The baseline of a group, where there is one.
type Known = Option<(Place, Baseline)>;

impl Group {
    /// Analyses the group if anything of it changed. Returns whether it was.
    pub(super) fn refresh(
        &mut self,
        members: Vec<Input>,
        documents: &Documents,
        means: Means<'_>,
    ) -> Result<bool, String> {
        // What is opened or closed counts as a change of the disk, so that the same documents are asked.
        if !members.is_empty() && self.state == Some((means.changes, states(&self.inputs, documents))) {
            return Ok(false);
        }
        self.is_old = true;
        let mut inputs = members;
        add_beside(&mut inputs, means.configs)?;
        inputs.sort_by(|a, b| a.path.as_os_str().cmp(b.path.as_os_str()));
        for input in inputs.iter_mut().filter(|input| !input.requested) {
            if let Some(document) = documents.at(&input.path) {
                input.content = Content::Text(document.text.as_str().to_owned());
                // What stands in another folder and is open as well is judged with those who use it.
                let config = means.configs.of(Some(&input.path))?;
                input.requested = !config.excludes(&input.path);
            }
        }
        means.configs.check(&inputs)?;
        self.state = Some((means.changes, states(&inputs, documents)));
        (self.inputs, self.full) = (inputs, None);
        let parses = &self.parses;
        parses.retain(&|path| self.inputs.iter().any(|input| input.shown == path));
        let report = isolated(|| means.job(parses, false, |job| (means.lint)(self.inputs.clone(), job)));
        // What could not be analysed keeps what was found before.
        self.report = report.ok_or(INTERNAL)?;
        self.is_old = false;
        let read = self.read_baseline(means);
        silence(self.known.as_ref(), &mut self.report, means.configs);
        read.map(|()| true)
    }

    /// The file at a path, where it is one of those that are judged.
    pub(super) fn asked(&self, path: &Path) -> Option<&Input> {
        self.inputs.iter().find(|input| input.requested && input.path == path)
    }

    /// The report with fixes and facts, where it was made since the last change.
    pub(super) fn full(&self) -> Option<&Report> {
        self.full.as_ref()
    }

    /// Makes the report with fixes and facts.
    pub(super) fn in_full(&mut self, means: Means<'_>) -> Option<()> {
        if self.full.is_none() {
            let parses = &self.parses;
            let full = isolated(|| means.job(parses, true, |job| lint_and_tell(self.inputs.clone(), job)));
            self.full = full.map(|mut report| {
                silence(self.known.as_ref(), &mut report, means.configs);
                report
            });
        }
        self.full.as_ref().map(|_| ())
    }

    /// The inputs with all safe fixes applied to one of them.
    pub(super) fn mended(&self, path: &Path, means: Means<'_>) -> Option<Mended> {
        let open = |input: &Input| input.path == path;
        let safe = |_: &Finding, safety| safety == Safety::Safe;
        // Rounds of mending make texts that nobody analyses again.
        let parses = Parses::default();
        isolated(|| means.job(&parses, true, |job| mend(self.inputs.clone(), job, &safe, &open)))
    }

    /// Reads the baseline anew if anything on disk may have changed. One that is wrong silences nothing.
    fn read_baseline(&mut self, means: Means<'_>) -> Result<(), String> {
        if self.known.as_ref().is_some_and(|(changes, _)| *changes == means.changes) {
            return Ok(());
        }
        self.known = Some((means.changes, None));
        let Some(first) = self.inputs.iter().find(|input| input.requested) else { return Ok(()) };
        let place = Place::at(&first.path, None, &*means.configs.of(Some(&first.path))?);
        let read = place.read()?;
        self.known = Some((means.changes, read.map(|baseline| (place, baseline))));
        Ok(())
    }
}

/// Takes out what is known and put off. No entry is stale: an editor looks at some files only.
fn silence(known: Option<&(u64, Known)>, report: &mut Report, configs: &Configs) {
    if let Some((_, Some((place, baseline)))) = known {
        // Those of the inputs were all read before.
        drop(place.silence(baseline, report, configs, true));
    }
}

impl Means<'_> {
    fn job<T>(self, parses: &Parses, full: bool, run: impl FnOnce(&Job<'_>) -> T) -> T {
        // Those of the inputs were all read before.
        let config_of = |path: Option<&Path>| self.configs.of(path).unwrap_or_else(|_| self.builtin.clone());
        // Without a day no ignore expires: a wrong SOURCE_DATE_EPOCH is no reason to say nothing.
        let ignores = Ignoring { today: today(None).ok(), ..Ignoring::default() };
        run(&Job { ignores, fixes: full, reach: true, parses: Some(parses), ..Job::new(&config_of) })
    }
}

/// The states of the open documents among files.
fn states(inputs: &[Input], documents: &Documents) -> Vec<(PathBuf, u64)> {
    let open = inputs.iter().filter_map(|input| documents.at(&input.path));
    open.map(|document| (document.path.clone(), document.state)).collect()
}

/// What is said of a panic: neither its payload nor the document may be told.
pub(super) const INTERNAL: &str = "internal error in the analysis of a document; please report it";

/// Runs an analysis that must not end the server.
fn isolated<T>(run: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(run)).ok()
}
