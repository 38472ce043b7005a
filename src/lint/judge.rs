//! The analysis of a project: its definitions held against the rules.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use super::Job;
use super::describe::{Locator, finding, fix, locate_problem, summary};
use super::environments::MappingFile;
use super::together::together;
use crate::check::{Settings, Verdict, check};
use crate::client::Definition;
use crate::config::{Config, Judged as Judgeable};
use crate::finding::{ClientSummary, Finding, Location, Problem, Skipped};
use crate::fix::{Mended, Mender};
use crate::project::{Definitions, Document};
use crate::redaction;
use crate::source::{FileId, Place, Source, Span};
use crate::vocabulary::{Attribute, Kind};

/// What the analysis of a project gave.
#[derive(Default)]
pub(super) struct Outcome {
    pub(super) findings: Vec<Finding>,
    pub(super) clients: Vec<Arc<ClientSummary>>,
    pub(super) problems: Vec<Problem>,
    pub(super) skipped: Vec<Skipped>,
    /// What must not be shown of files.
    pub(super) secrets: Vec<(FileId, Vec<Span>)>,
    /// Files to which findings point and of which text may be shown.
    pub(super) shown: Vec<FileId>,
    pub(super) recognised: Vec<FileId>,
    pub(super) hidden: usize,
}

/// A project with what it defines.
pub(super) struct Project<'a> {
    pub(super) documents: Vec<Document<'a>>,
    pub(super) config: Arc<Config>,
    /// What it defines as it is written.
    pub(super) definitions: Definitions,
    /// What it is in each environment, where its markers are filled in.
    pub(super) variants: Vec<Variant<'a>>,
    /// The files that fill them in.
    pub(super) mappings: Vec<MappingFile<'a>>,
}

/// A project as it is deployed into an environment.
pub(super) struct Variant<'a> {
    /// What the environment is called.
    pub(super) name: String,
    /// The mapping files.
    pub(super) path: String,
    pub(super) documents: Vec<Document<'a>>,
    pub(super) definitions: Definitions,
}

/// A definition with what is found in it.
pub(super) struct Judged<'a> {
    pub(super) definition: &'a Definition,
    pub(super) summary: Arc<ClientSummary>,
    pub(super) findings: Vec<Finding>,
    /// How many findings are for another persona.
    pub(super) hidden: usize,
}

/// What is to be said of the documents of a project.
#[derive(Default)]
pub(super) struct Judgement<'a> {
    pub(super) judged: Vec<Judged<'a>>,
    pub(super) problems: Vec<Problem>,
    pub(super) skipped: Vec<Skipped>,
    pub(super) recognised: Vec<FileId>,
    pub(super) hidden: usize,
}

/// Judges the definitions of a project, in each of its environments.
pub(super) fn judge(project: &Project<'_>, job: &Job<'_>, sources: &[Source], requested: &[bool]) -> Outcome {
    let of = |documents: &[Document<'_>], definitions, fixes| {
        let written = (project.definitions.recognised.as_slice(), fixes);
        judgement(documents, definitions, written, &project.config, sources, requested)
    };
    // A fix changes what is written: what a marker stands for is not.
    let mut judgement = of(&project.documents, &project.definitions, job.fixes);
    if !project.variants.is_empty() {
        let in_each = project.variants.par_iter();
        let in_each = in_each.map(|variant| (variant, of(&variant.documents, &variant.definitions, false)));
        judgement = together(judgement, in_each.collect());
    }
    let Judgement { judged, problems, skipped, recognised, hidden } = judgement;
    let mut outcome = Outcome { problems, skipped, recognised, hidden, ..Outcome::default() };
    let mut pointed: BTreeSet<Arc<str>> = BTreeSet::new();
    let mut said = Said::default();
    for Judged { summary, mut findings, definition, hidden } in judged {
        let mut is_new = true;
        if definition.completed_by.is_some() {
            findings.retain(|finding| said.is_new(finding));
            is_new = said.is_new_client(&summary);
            outcome.hidden -= if is_new { 0 } else { hidden };
        }
        for finding in &findings {
            pointed.insert(finding.location.path.clone());
            pointed.extend(finding.related.iter().map(|related| related.location.path.clone()));
        }
        // A file that an application ships to say which client it is stands for the client.
        if is_new && (summary.kind == Kind::Client.name() || summary.shape == "auth-config") {
            outcome.clients.push(summary);
        }
        outcome.findings.extend(findings);
    }
    if job.texts || !job.shown.is_empty() {
        hide(project, job, &pointed, &mut outcome);
    }
    outcome
}

/// Judges definitions as they are in one environment.
fn judgement<'a>(
    documents: &[Document<'_>],
    definitions: &'a Definitions,
    (written, fixes): (&[FileId], bool),
    config: &Config,
    sources: &[Source],
    requested: &[bool],
) -> Judgement<'a> {
    let Definitions { definitions, recognised, problems } = definitions;
    let asked = |file: FileId| requested.get(file.0 as usize).copied().unwrap_or(false);
    let paths: BTreeMap<FileId, Arc<str>> = documents
        .iter()
        .map(|document| (document.source.id, Arc::from(document.source.path.as_str())))
        .collect();
    let locator = Locator { sources, paths: &paths };
    let mender = Mender::new(documents, definitions, config);
    let weighed: Vec<Weighed<'_>> = definitions
        .par_iter()
        .enumerate()
        .filter(|(_, definition)| asked(definition.place.file) || definition.completed_by.is_some_and(asked))
        .map(|(number, definition)| {
            let mut summary = summary(definition, &locator);
            let file =
                sources.get(definition.place.file.0 as usize).and_then(|source| source.file.as_deref());
            let settings = settle(definition, &mut summary, file, config);
            let verdict = check(definition, &config.rules, &settings);
            let mend = |violation| if fixes { mender.mend(number, violation) } else { None };
            let mended = verdict.violations.iter().map(mend).collect();
            Weighed { number, summary: Arc::new(summary), verdict, mended }
        })
        .collect();
    let shared = Shared::of(&weighed);
    let judged: Vec<Judged<'a>> = weighed
        .into_par_iter()
        .map(|Weighed { number, summary, verdict: Verdict { violations, hidden }, mended }| {
            let findings = violations.into_iter().zip(mended).map(|(violation, mended)| {
                let mended = mended.filter(|mended| shared.by_all(&violation.rule.id, mended));
                let fix = mended.and_then(|mended| fix(&violation, mended, &locator));
                finding(violation, &summary, &locator, config, fix)
            });
            let findings = findings.collect();
            Judged { definition: &definitions[number], summary, findings, hidden }
        })
        .collect();
    let mut judgement = Judgement { recognised: recognised.clone(), ..Judgement::default() };
    judgement.hidden = judged.iter().map(|judged| judged.hidden).sum();
    judgement.judged = judged;
    // What is recognised as it is written is our business also where its markers make it something else.
    let known: BTreeSet<FileId> = recognised.iter().chain(written).copied().collect();
    for document in documents.iter().filter(|document| asked(document.source.id)) {
        report_problems(document, config, known.contains(&document.source.id), &mut judgement);
    }
    judgement.problems.extend(
        problems.iter().filter(|problem| asked(problem.place.file)).map(|problem| locator.problem(problem)),
    );
    judgement
}

/// Says what must not be shown of the files to which findings point. Of mapping files that is always said: which of
/// their values are secrets is known to whom they are for, and others may point to them.
fn hide(project: &Project<'_>, job: &Job<'_>, pointed: &BTreeSet<Arc<str>>, outcome: &mut Outcome) {
    // Where a text could not be read, nobody knows where a secret in it ends: nothing of it is shown.
    let shown = |source: &Source, broken: bool| {
        let path = &source.path;
        (job.texts && pointed.contains(path.as_str()) || job.shown.contains(path)) && !broken
    };
    let written =
        project.documents.iter().map(|document| (document.source, &document.parsed, document.format.name()));
    let mappings = project.mappings.iter().map(|file| (file.source, &file.parsed, "json"));
    let all: Vec<_> = written.chain(mappings).collect();
    outcome.shown.extend(
        all.iter()
            .filter(|(source, parsed, _)| shown(source, parsed.is_broken()))
            .map(|(source, ..)| source.id),
    );
    if outcome.shown.is_empty() && project.mappings.is_empty() {
        return;
    }
    let fills_in = |source: &Source| project.mappings.iter().any(|file| file.source.id == source.id);
    let texts: Vec<_> = all
        .iter()
        .map(|(source, parsed, syntax)| redaction::Text {
            source,
            documents: &parsed.documents,
            syntax,
            fills_in: fills_in(source),
        })
        .collect();
    let wanted =
        |file: FileId| outcome.shown.contains(&file) || project.mappings.iter().any(|m| m.source.id == file);
    outcome.secrets = redaction::spans(&texts).into_iter().filter(|(file, _)| wanted(*file)).collect();
}

/// What is reported of the rules for a definition; what of that fails the run becomes known too.
fn settle<'a>(
    definition: &Definition,
    summary: &mut ClientSummary,
    file: Option<&Path>,
    config: &'a Config,
) -> Cow<'a, Settings> {
    if !config.has_overrides() {
        summary.gate = Some(config.gate.clone());
        return Cow::Borrowed(&config.settings);
    }
    let text = |attribute| definition.text(attribute).unwrap_or_default();
    // A grant is its client's.
    let (id, client) = (text(Attribute::CLIENT_ID), text(Attribute::GRANT_CLIENT));
    let names = [summary.name.as_deref().unwrap_or_default(), &summary.key, id, client];
    let names: Vec<&str> = names.into_iter().filter(|name| !name.is_empty()).collect();
    let judged = Judgeable { file, names: &names, environment: summary.environment.as_deref() };
    let (settings, gate) = (config.settings_for(judged), config.gate_for(judged));
    summary.gate = Some(gate);
    settings
}

/// What is said already of clients that are judged once for each plan or state made from their configuration: what
/// holds in several environments is said once.
#[derive(Default)]
struct Said {
    findings: BTreeSet<(Arc<str>, Location, String, String)>,
    clients: BTreeSet<String>,
}

impl Said {
    fn is_new(&mut self, finding: &Finding) -> bool {
        let key = finding.client.as_ref().map(|client| client.key.clone()).unwrap_or_default();
        self.findings.insert((finding.rule.clone(), finding.location.clone(), finding.message.clone(), key))
    }

    fn is_new_client(&mut self, client: &ClientSummary) -> bool {
        self.clients.insert(format!("{client:?}"))
    }
}

/// A definition judged: its number, what it breaks, and for each of that how it is mended.
struct Weighed<'a> {
    number: usize,
    summary: Arc<ClientSummary>,
    verdict: Verdict<'a>,
    mended: Vec<Option<Mended>>,
}

/// Changes that change several definitions, and which of these ask for them.
struct Shared<'a>(BTreeMap<(&'a str, Vec<(Place, String)>), BTreeSet<usize>>);

impl<'a> Shared<'a> {
    fn of(all: &[Weighed<'a>]) -> Self {
        let mut shared = Self(BTreeMap::new());
        for Weighed { number, verdict, mended, .. } in all {
            for (violation, mended) in verdict.violations.iter().zip(mended) {
                if let Some(mended) = mended.as_ref().filter(|mended| mended.users.len() > 1) {
                    let key = (violation.rule.id.as_str(), mended.changes.clone());
                    shared.0.entry(key).or_default().insert(*number);
                }
            }
        }
        shared
    }

    /// Whether all definitions that are changed break the same rule: nobody else's are.
    fn by_all(&self, rule: &str, mended: &Mended) -> bool {
        mended.users.len() < 2
            || self
                .0
                .get(&(rule, mended.changes.clone()))
                .is_some_and(|numbers| mended.users.iter().all(|user| numbers.contains(user)))
    }
}

/// Reports what could not be read of a document, if the document is any of our business.
fn report_problems(
    document: &Document<'_>,
    config: &Config,
    recognised: bool,
    judgement: &mut Judgement<'_>,
) {
    let text = &document.source.text;
    let unrendered = document.is_template();
    if document.parsed.problems.is_empty() && !unrendered {
        return;
    }
    if !recognised && document.kind.is_none() && !speaks_of_clients(text, config) {
        return;
    }
    if unrendered || !recognised && is_template(text) {
        let path = document.source.path.clone();
        judgement.skipped.push(Skipped { path, reason: "a template that must be rendered first".to_owned() });
        return;
    }
    judgement
        .problems
        .extend(document.parsed.problems.iter().map(|problem| locate_problem(document.source, problem)));
}

/// Whether a text holds enough words of client definitions to be taken for one.
pub(super) fn speaks_of_clients(text: &str, config: &Config) -> bool {
    let holds = |word: &&String| memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some();
    config.providers.iter().any(|provider| {
        provider.table.probe.iter().filter(holds).take(2).count() == 2
            || provider.table.tells.iter().any(|word| holds(&word))
    })
}

/// Whether a text is a template of Helm, Jinja or the like.
fn is_template(text: &str) -> bool {
    ["{{", "{%", "<%", "[[ "].iter().any(|sign| text.contains(sign))
}
