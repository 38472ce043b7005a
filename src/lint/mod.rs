//! The one way through: from texts to findings.

mod actions;
mod describe;
mod environments;
mod exclusions;
mod facts;
mod heard;
mod ignores;
mod judge;
mod memory;
mod parses;
mod projects;
mod reach;
mod since;
mod together;

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use rayon::prelude::*;

use self::actions::Scripts;
use self::describe::locate_problem;
use self::environments::MappingFile;
pub use self::facts::{Origin, Told, ToldAttribute};
use self::judge::{Outcome, Project, judge, speaks_of_clients};
use self::memory::{Memory, Opinion, Recalled};
pub use self::parses::Parses;
use self::projects::projects;
pub use self::since::Former;
use self::since::{Kept, kept};
use crate::client::Definition;
use crate::config::Config;
use crate::day::Day;
use crate::discover::{Content, Input};
use crate::finding::{ClientSummary, Finding, Problem, Silenced, Skipped};
use crate::fingerprint;
use crate::formats::Parsed;
use crate::link;
use crate::masked::MaskedSource;
use crate::problem::{self, Code};
use crate::project::{self, Document};
use crate::providers::Delivery;
use crate::redaction;
use crate::silence::Ignoring;
use crate::source::{FileId, Source, Span};
use crate::vocabulary::{Attribute, Kind};

/// How files are linted.
pub struct Job<'a> {
    /// The configuration of a file, by its path on disk.
    pub config: &'a (dyn Fn(Option<&std::path::Path>) -> Arc<Config> + Sync),
    /// The shape that `--kind` names for every file.
    pub kind: Option<&'a str>,
    /// Whether the report shows text, for which the secrets in it must be found and masked.
    pub texts: bool,
    /// How ignores are treated.
    pub ignores: Ignoring<'a>,
    /// Paths of files whose texts are shown although nothing may point to them.
    pub shown: &'a [String],
    /// Whether it is worked out how findings can be mended.
    pub fixes: bool,
    /// Whether it is also told what a file does to definitions that stand in others.
    pub reach: bool,
    /// What there was before, where only what is new is reported.
    pub before: Option<&'a Former>,
    /// Whether the process ends with this run: then what it took is left to the system, since to give back what
    /// thousands of clients were made of takes time as well.
    pub last: bool,
    /// What files were read as before, for those who analyse them again and again.
    pub parses: Option<&'a Parses>,
}

impl<'a> Job<'a> {
    /// A job of which nothing is wanted but the findings.
    pub fn new(config: &'a (dyn Fn(Option<&std::path::Path>) -> Arc<Config> + Sync)) -> Self {
        let ignores = Ignoring::default();
        Self {
            config,
            kind: None,
            texts: false,
            shown: &[],
            fixes: false,
            reach: false,
            ignores,
            before: None,
            last: false,
            parses: None,
        }
    }

    /// Where it is kept what is found, if it is.
    fn remembers(&self) -> Option<&'a Parses> {
        self.parses.filter(|_| !self.fixes && self.before.is_none() && self.kind.is_none())
    }
}

/// What was found.
#[derive(Debug, Default)]
pub struct Report {
    /// Broken rules, by path, line and rule.
    pub findings: Vec<Finding>,
    /// Broken rules that somebody does not want to hear of, in the same order.
    pub silenced: Vec<Silenced>,
    /// The day of the run, by which ignores expire.
    pub today: Option<Day>,
    /// The clients, by path and line.
    pub clients: Vec<Arc<ClientSummary>>,
    /// What could not be analysed.
    pub problems: Vec<Problem>,
    /// What was left out for a good reason.
    pub skipped: Vec<Skipped>,
    /// The texts to which findings point, without their secrets.
    pub sources: BTreeMap<String, MaskedSource>,
    /// What is known of each definition, where that is asked for.
    pub told: Vec<Told>,
    /// How many files hold definitions.
    pub documents: usize,
    /// How many findings are for another persona.
    pub hidden: usize,
    /// How many files hold something that other tools define, or that could not be analysed.
    pub recognised: bool,
    /// How the findings compare with what was known already.
    pub compared: Compared,
}

/// How a report compares with what was known already.
#[derive(Debug, Default)]
pub struct Compared {
    /// What it was compared with: the reference given to `--since`.
    pub since: Option<String>,
    /// The day of the oldest entry of the baseline that is still needed.
    pub oldest: Option<String>,
    /// How many entries of the baseline match nothing any more.
    pub stale: usize,
}

impl Report {
    /// Puts what is silenced into the order of the findings.
    pub fn sort_silenced(&mut self) {
        self.silenced.sort_by(|a, b| order(&a.finding, &b.finding));
    }
}

/// Analyses files. Those that were not asked for are context: nothing is reported of them.
pub fn lint(inputs: Vec<Input>, job: &Job<'_>) -> Report {
    lint_watched(inputs, job, &|| ())
}

/// The same for somebody who watches: `step` is called twice for each file, when it is parsed and when it is judged.
pub fn lint_watched(inputs: Vec<Input>, job: &Job<'_>, step: &(dyn Fn() + Sync)) -> Report {
    analyse(inputs, job, step, Keep::Nothing).0
}

/// Analyses files as they were before, for comparison. `gone` are the paths of those that are no more.
pub fn lint_before(inputs: Vec<Input>, gone: BTreeSet<String>, job: &Job<'_>) -> Former {
    let (report, definitions) = analyse(inputs, job, &|| (), Keep::Definitions);
    Former::new(report.findings, definitions, gone)
}

/// The same for somebody who asks what is known of each definition, and where from.
pub fn lint_and_tell(inputs: Vec<Input>, job: &Job<'_>) -> Report {
    analyse(inputs, job, &|| (), Keep::Facts).0
}

/// What is kept of the definitions.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keep {
    Nothing,
    /// What is known of them, in the report.
    Facts,
    /// All of them.
    Definitions,
}

/// The report, and the definitions where they are to be kept.
fn analyse(inputs: Vec<Input>, job: &Job<'_>, step: &(dyn Fn() + Sync), keep: Keep) -> (Report, Vec<Kept>) {
    let mut report = Report { today: job.ignores.today, ..Report::default() };
    let Texts { sources, requested, failed, stopped } = texts(inputs, job);
    let parsed: Vec<Option<Arc<Parsed>>> = sources
        .par_iter()
        .map(|source| {
            step();
            let format = project::format_of(&source.path)?;
            let parse = || match job.parses {
                Some(parses) => parses.of(source, format),
                None => Arc::new(format.parse(source)),
            };
            (!stopped.contains(&source.id)).then(parse)
        })
        .collect();
    let documents = projects(&sources, parsed, job);
    let mappings = environments::mapping_files(&documents, job);
    let scripts = actions::scripts(&sources);
    let parts = exclusions::folders(&documents);
    let mut projects: Vec<Project<'_>> = documents
        .into_par_iter()
        .filter_map(|documents| defined(documents, &mappings, &scripts, job))
        .collect();
    projects.iter_mut().for_each(|project| exclusions::apply(project, &parts));
    leave_to_terraform(&mut projects, &sources);
    link::across(projects.iter_mut().flat_map(|project| {
        let in_each = project.variants.iter_mut().map(|variant| &mut variant.definitions);
        std::iter::once(&mut project.definitions).chain(in_each).flat_map(|all| &mut all.definitions)
    }));
    projects.iter_mut().for_each(Project::recall_opinions);
    let names = job.before.map(|former| former.attach(&mut projects, &sources));
    let judged = |project: &Project<'_>| {
        let outcome = judge(project, job, &sources, &requested);
        project.documents.iter().for_each(|_| step());
        outcome
    };
    let outcomes: Vec<Outcome> = projects.par_iter().map(judged).collect();
    let mut recognised = BTreeSet::new();
    let mut shown: BTreeMap<FileId, Vec<Span>> = BTreeMap::new();
    let mut secrets: Vec<(FileId, Vec<Span>)> = Vec::new();
    let mut used = Vec::new();
    let mut opinions = Vec::new();
    let total = outcomes.iter().map(|outcome| outcome.findings.len()).sum();
    for mut outcome in outcomes {
        opinions.push(std::mem::take(&mut outcome.opinions));
        used.extend(ignores::used(&mut outcome));
        report.silenced.extend(outcome.silenced);
        append(&mut report.findings, outcome.findings, total);
        report.clients.extend(outcome.clients);
        report.problems.extend(outcome.problems);
        report.skipped.extend(outcome.skipped);
        report.hidden += outcome.hidden;
        recognised.extend(outcome.recognised);
        shown.extend(outcome.shown.into_iter().map(|file| (file, Vec::new())));
        secrets.extend(outcome.secrets);
    }
    // Several projects may point into one file, and each knows of secrets in it.
    for (file, spans) in secrets {
        if let Some(known) = shown.get_mut(&file) {
            known.extend(spans);
        }
    }
    let masked = shown.into_par_iter().map(|(file, spans)| {
        let source = &sources[file.0 as usize];
        (source.path.clone(), MaskedSource::new(source, &redaction::merge(spans)))
    });
    report.sources.extend(masked.collect::<Vec<_>>());
    for (id, problem) in failed {
        report.problems.push(locate_problem(&sources[id.0 as usize], &problem));
    }
    report.documents = recognised.iter().filter(|id| requested[id.0 as usize]).count();
    report.recognised = report.documents > 0 || !report.problems.is_empty() || !report.skipped.is_empty();
    let asked: Vec<&str> =
        sources.iter().zip(&requested).filter(|(_, asked)| **asked).map(|(s, _)| s.path.as_str()).collect();
    ignores::report(&mut report, &used, job, &asked);
    sort(&mut report);
    if let (Some(former), Some(names)) = (job.before, &names) {
        former.silence(&mut report, names);
    }
    if keep == Keep::Facts {
        report.told = facts::told(&projects, &sources, &requested);
    }
    if keep == Keep::Definitions {
        let definitions = projects.into_iter().flat_map(|project| project.definitions.definitions);
        return (report, kept(definitions, &sources));
    }
    if job.last {
        std::mem::forget(projects);
        return (report, Vec::new());
    }
    projects.into_par_iter().zip(opinions).for_each(|(project, opinions)| leave(project, opinions, job));
    (report, Vec::new())
}

/// A project with what it defines: what is known of its text from an earlier run is not made again.
fn defined<'a>(
    documents: Vec<Document<'a>>,
    mappings: &[MappingFile<'a>],
    scripts: &Scripts<'_>,
    job: &Job<'_>,
) -> Option<Project<'a>> {
    let config = (job.config)(documents.first()?.source.file.as_deref());
    let memory = job.remembers().and_then(|parses| match documents.as_slice() {
        [document] => parses.recall(document.source),
        _ => None,
    });
    let mut recalled = Recalled::of(memory, &config);
    let known = &mut |made: &_| recalled.definitions(made);
    let mut definitions = project::definitions(&documents, &config, None, known);
    let mut variants = environments::variants(&documents, &definitions, &config, mappings);
    actions::judge(&documents, scripts, &mut definitions.definitions);
    for variant in &mut variants {
        actions::judge(&variant.documents, scripts, &mut variant.definitions.definitions);
    }
    let mappings = if variants.is_empty() { Vec::new() } else { mappings.to_vec() };
    Some(Project { documents, config, definitions, variants, mappings, recalled, opinions: Vec::new() })
}

/// Keeps what a project holds for the next run where somebody wants that, else gives it back.
fn leave(project: Project<'_>, opinions: Vec<(usize, Opinion)>, job: &Job<'_>) {
    if let (Some(parses), [document]) = (job.remembers(), project.documents.as_slice()) {
        return parses.keep(document.source, Memory::of(project, opinions));
    }
    let Project { documents, definitions, .. } = project;
    rayon::join(|| drop(documents), || definitions.definitions.into_par_iter().for_each(drop));
}

/// Leaves out the clients of files that Terraform's expressions read and make clients of: they are those clients.
fn leave_to_terraform(projects: &mut [Project<'_>], sources: &[Source]) {
    let makes_clients = |project: &&Project<'_>| {
        !project.definitions.read.is_empty()
            && project.definitions.definitions.iter().any(|definition| definition.kind == Kind::Client)
    };
    let read: BTreeSet<PathBuf> = projects
        .iter()
        .filter(makes_clients)
        .flat_map(|project| project.definitions.read.iter().cloned())
        .collect();
    if read.is_empty() {
        return;
    }
    let is_data = |definition: &Definition| {
        let file = sources.get(definition.place.file.0 as usize).and_then(|source| source.file.as_ref());
        definition.text(Attribute::DELIVERY) != Some(Delivery::Dump.name())
            && file.is_some_and(|file| read.contains(file))
    };
    for project in projects.iter_mut().filter(|project| project.definitions.read.is_empty()) {
        project.definitions.definitions.retain(|definition| !is_data(definition));
        project.definitions.made = None;
        for variant in &mut project.variants {
            variant.definitions.definitions.retain(|definition| !is_data(definition));
        }
    }
}

/// The texts of a run.
struct Texts {
    sources: Vec<Source>,
    /// Of each whether it was asked for.
    requested: Vec<bool>,
    /// Why some cannot be analysed.
    failed: Vec<(FileId, problem::Problem)>,
    /// Those of which nothing is analysed.
    stopped: BTreeSet<FileId>,
}

fn texts(inputs: Vec<Input>, job: &Job<'_>) -> Texts {
    let mut sources = Vec::with_capacity(inputs.len());
    let mut requested = Vec::with_capacity(inputs.len());
    let mut failed: Vec<(FileId, problem::Problem)> = Vec::new();
    let mut stopped: BTreeSet<FileId> = BTreeSet::new();
    for (number, input) in inputs.into_iter().enumerate() {
        let id = FileId(u32::try_from(number).unwrap_or(u32::MAX));
        let (text, failure) = content(input.content);
        let source = Source::new(id, input.shown, Some(input.path), text);
        if let Some((code, at, message)) = failure {
            let at = at.saturating_sub(source.bom as usize);
            stopped.insert(id);
            // What is no text and speaks of no client is none of our business.
            let ours = || {
                job.kind.is_some() || speaks_of_clients(&source.text, &(job.config)(source.file.as_deref()))
            };
            if input.requested && (code != Code::Encoding || ours()) {
                failed.push((id, problem::Problem { code, place: source.place(at..at), message }));
            }
        }
        sources.push(source);
        requested.push(input.requested);
    }
    Texts { sources, requested, failed, stopped }
}

/// Puts everything in the order of the report, and makes findings that are alike one, or distinct.
fn sort(report: &mut Report) {
    if !report.findings.is_sorted_by(|a, b| order(a, b).is_le()) {
        // A finding is large: each is moved once.
        report.findings.sort_by_cached_key(|finding| (finding.location.clone(), finding.rule.clone()));
    }
    together::merge_equal(&mut report.findings);
    report.sort_silenced();
    // Whoever silences a finding does not change what the others are known by.
    let silenced = report.silenced.iter_mut().map(|silenced| &mut silenced.finding);
    let mut all: Vec<&mut Finding> = report.findings.iter_mut().chain(silenced).collect();
    all.sort_by(|a, b| order(a, b));
    fingerprint::distinguish(all);
    report.clients.sort_by(|a, b| (&a.path, a.line, &a.key).cmp(&(&b.path, b.line, &b.key)));
    report.problems.sort();
    report.problems.dedup();
    report.skipped.sort();
}

/// Adds a list to another one, which will be as long as is said. Where most of a run is one large project there is
/// nothing to move.
fn append<T>(all: &mut Vec<T>, mut more: Vec<T>, total: usize) {
    if all.is_empty() {
        std::mem::swap(all, &mut more);
        all.reserve(total - all.len());
    } else {
        all.append(&mut more);
    }
}

/// The order of findings: by path, place and rule. Those of one file share its path, which is not compared then.
fn order(a: &Finding, b: &Finding) -> Ordering {
    let (path, other) = (&a.location.path, &b.location.path);
    let paths = if Arc::ptr_eq(path, other) { Ordering::Equal } else { path.cmp(other) };
    let rest = |finding: &Finding| (finding.location.start, finding.location.end);
    paths.then_with(|| rest(a).cmp(&rest(b))).then_with(|| a.rule.cmp(&b.rule))
}

/// The text of a file, and why it cannot be analysed, if it cannot.
fn content(content: Content) -> (String, Option<(Code, usize, String)>) {
    match content {
        Content::Text(text) => (text, None),
        Content::NotUtf8 { text, valid } => {
            (text, Some((Code::Encoding, valid, "the text is no UTF-8 from here on".to_owned())))
        }
        Content::Utf16(text) => {
            (text, Some((Code::Encoding, 0, "the text is UTF-16; save it as UTF-8".to_owned())))
        }
        Content::TooLarge(size) => {
            let message =
                format!("{} MB is larger than what is read; `files.max-size` allows more", size / 1_000_000);
            (String::new(), Some((Code::Limit, 0, message)))
        }
        Content::Unreadable(reason) => (String::new(), Some((Code::Unreadable, 0, reason))),
    }
}
