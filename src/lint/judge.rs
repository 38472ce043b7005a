//! The analysis of a project: its definitions held against the rules.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use super::Job;
use super::describe::{Locator, finding, fix, locate_problem, summary};
use crate::check::{Settings, Verdict, check};
use crate::client::Definition;
use crate::config::{Config, Judged};
use crate::finding::{ClientSummary, Finding, Location, Problem, Skipped};
use crate::fix::{Mended, Mender};
use crate::masked::MaskedSource;
use crate::project::{Definitions, Document};
use crate::redaction;
use crate::source::{FileId, Place, Source};
use crate::vocabulary::{Attribute, Kind};

/// What the analysis of a project gave.
#[derive(Default)]
pub(super) struct Outcome {
    pub(super) findings: Vec<Finding>,
    pub(super) clients: Vec<Arc<ClientSummary>>,
    pub(super) problems: Vec<Problem>,
    pub(super) skipped: Vec<Skipped>,
    pub(super) masked: Vec<(String, MaskedSource)>,
    pub(super) recognised: Vec<FileId>,
    pub(super) hidden: usize,
}

/// A project with what it defines.
pub(super) struct Project<'a> {
    pub(super) documents: Vec<Document<'a>>,
    pub(super) config: Arc<Config>,
    pub(super) definitions: Definitions,
}

/// Judges the definitions of a project.
pub(super) fn judge(project: &Project<'_>, job: &Job<'_>, sources: &[Source], requested: &[bool]) -> Outcome {
    let mut outcome = Outcome::default();
    let Project { documents, config, definitions: Definitions { definitions, recognised, problems } } =
        project;
    let asked = |file: FileId| requested.get(file.0 as usize).copied().unwrap_or(false);
    let paths: BTreeMap<FileId, Arc<str>> = documents
        .iter()
        .map(|document| (document.source.id, Arc::from(document.source.path.as_str())))
        .collect();
    let locator = Locator { sources, paths: &paths };

    let mender = Mender::new(documents, definitions, config);
    let verdicts: Vec<Judgement<'_>> = definitions
        .par_iter()
        .enumerate()
        .filter(|(_, definition)| asked(definition.place.file) || definition.completed_by.is_some_and(asked))
        .map(|(number, definition)| {
            let mut summary = summary(definition, &locator);
            let file =
                sources.get(definition.place.file.0 as usize).and_then(|source| source.file.as_deref());
            let settings = settle(definition, &mut summary, file, config);
            let verdict = match job.before {
                Some(former) => former.check(definition, &config.rules, &settings),
                None => check(definition, &config.rules, &settings),
            };
            let mend = |violation| if job.fixes { mender.mend(number, violation) } else { None };
            let mended = verdict.violations.iter().map(mend).collect();
            let completed = definition.completed_by.is_some();
            Judgement { number, summary: Arc::new(summary), completed, verdict, mended }
        })
        .collect();
    let shared = Shared::of(&verdicts);
    let judged: Vec<(Arc<ClientSummary>, Vec<Finding>, usize, bool)> = verdicts
        .into_par_iter()
        .map(|Judgement { summary, completed, verdict: Verdict { violations, hidden }, mended, .. }| {
            let findings = violations.into_iter().zip(mended).map(|(violation, mended)| {
                let mended = mended.filter(|mended| shared.by_all(&violation.rule.id, mended));
                let fix = mended.and_then(|mended| fix(&violation, mended, &locator));
                finding(violation, &summary, &locator, config, fix)
            });
            let findings = findings.collect();
            (summary, findings, hidden, completed)
        })
        .collect();
    let mut pointed: BTreeSet<String> = BTreeSet::new();
    let mut said = Said::default();
    for (summary, mut findings, hidden, completed) in judged {
        if completed {
            findings.retain(|finding| said.is_new(finding));
            if !said.is_new_client(&summary) {
                outcome.findings.extend(findings);
                continue;
            }
        }
        for finding in &findings {
            pointed.insert(finding.location.path.to_string());
            pointed.extend(finding.related.iter().map(|related| related.location.path.to_string()));
        }
        // A file that an application ships to say which client it is stands for the client.
        if summary.kind == Kind::Client.name() || summary.shape == "auth-config" {
            outcome.clients.push(summary);
        }
        outcome.findings.extend(findings);
        outcome.hidden += hidden;
    }
    let known: BTreeSet<FileId> = recognised.iter().copied().collect();
    for document in documents.iter().filter(|document| asked(document.source.id)) {
        report_problems(document, config, known.contains(&document.source.id), &mut outcome);
    }
    outcome.problems.extend(
        problems.iter().filter(|problem| asked(problem.place.file)).map(|problem| locator.problem(problem)),
    );
    // Where a text could not be read, nobody knows where a secret in it ends: nothing of it is shown.
    let shown = |document: &&Document<'_>| {
        let path = &document.source.path;
        (job.texts && pointed.contains(path) || job.shown.contains(path)) && !document.parsed.is_broken()
    };
    if documents.iter().any(|document| shown(&document)) {
        let texts = documents.iter().map(|document| redaction::Text {
            source: document.source,
            documents: &document.parsed.documents,
            syntax: document.format.name(),
        });
        let secrets = redaction::spans(&texts.collect::<Vec<_>>());
        for document in documents.iter().filter(shown) {
            let spans = secrets.get(&document.source.id).map_or(&[][..], Vec::as_slice);
            let masked = MaskedSource::new(document.source, spans);
            outcome.masked.push((document.source.path.clone(), masked));
        }
    }
    outcome.recognised.clone_from(recognised);
    outcome
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
    let judged = Judged { file, names: &names, environment: summary.environment.as_deref() };
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
struct Judgement<'a> {
    number: usize,
    summary: Arc<ClientSummary>,
    /// Whether a plan or a state tells what its files leave open.
    completed: bool,
    verdict: Verdict<'a>,
    mended: Vec<Option<Mended>>,
}

/// Changes that change several definitions, and which of these ask for them.
struct Shared<'a>(BTreeMap<(&'a str, Vec<(Place, String)>), BTreeSet<usize>>);

impl<'a> Shared<'a> {
    fn of(judgements: &[Judgement<'a>]) -> Self {
        let mut shared = Self(BTreeMap::new());
        for Judgement { number, verdict, mended, .. } in judgements {
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
fn report_problems(document: &Document<'_>, config: &Config, recognised: bool, outcome: &mut Outcome) {
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
        outcome.skipped.push(Skipped { path, reason: "a template that must be rendered first".to_owned() });
        return;
    }
    outcome
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
