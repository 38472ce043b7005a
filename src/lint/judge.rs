//! The analysis of a project: its definitions held against the rules.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::describe::{Locator, finding, fix, locate_problem};
use super::heard::{Judgement, judge_one, silenced};
use super::{Job, ignores};
use crate::check::Violation;
use crate::config::Config;
use crate::finding::{ClientSummary, Finding, Location, Problem, Silenced, Skipped};
use crate::fix::{Mended, Mender};
use crate::masked::MaskedSource;
use crate::project::{Definitions, Document};
use crate::redaction;
use crate::silence::{Mark, Silence};
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
    pub(super) silenced: Vec<Silenced>,
    /// The ignores that silence something, and the configuration to which some of them belong.
    pub(super) used: BTreeSet<Mark>,
    pub(super) config: Option<Arc<Config>>,
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
    let mend = |number, violation: &Violation<'_>| {
        if job.fixes { mender.mend(number, violation) } else { None }
    };
    let silence = Silence::of(documents, config, &job.ignores);
    let judgements: Vec<Judgement<'_>> = definitions
        .par_iter()
        .enumerate()
        .filter(|(_, definition)| asked(definition.place.file) || definition.completed_by.is_some_and(asked))
        .map(|numbered| judge_one(numbered, config, &silence, &job.ignores, &locator, &mend))
        .collect();
    let shared = Shared::of(&judgements);
    let told: Vec<Told> = judgements
        .into_par_iter()
        .map(|judgement| {
            let Judgement { summary, completed, reported, silenced, hidden, used, .. } = judgement;
            let findings = reported.into_iter().map(|(violation, mended)| {
                let mended = mended.filter(|mended| shared.by_all(&violation.rule.id, mended));
                let fix = mended.and_then(|mended| fix(&violation, mended, &locator));
                finding(violation, &summary, &locator, config, fix)
            });
            let findings = findings.collect();
            let silenced = silenced
                .into_iter()
                .map(|(violation, mark)| (finding(violation, &summary, &locator, config, None), mark));
            let silenced = silenced.collect();
            Told { summary, completed, findings, silenced, hidden, used }
        })
        .collect();
    let mut said = Said::default();
    let mut silenced_by = Vec::new();
    for Told { summary, completed, mut findings, mut silenced, hidden, used } in told {
        outcome.used.extend(used);
        if completed {
            findings.retain(|finding| said.is_new(finding));
            silenced.retain(|(finding, _)| said.is_new(finding));
            if !said.is_new_client(&summary) {
                outcome.findings.extend(findings);
                silenced_by.extend(silenced);
                continue;
            }
        }
        // A file that an application ships to say which client it is stands for the client.
        if summary.kind == Kind::Client.name() || summary.shape == "auth-config" {
            outcome.clients.push(summary);
        }
        outcome.findings.extend(findings);
        silenced_by.extend(silenced);
        outcome.hidden += hidden;
    }
    if !silenced_by.is_empty() {
        let known = redaction::Known::of(&texts(documents));
        let listed = silenced_by
            .into_iter()
            .map(|(finding, mark)| silenced(finding, mark, &silence, &locator, &known));
        outcome.silenced.extend(listed);
    }
    outcome.config = Some(config.clone());
    let wrong = ignores::of_comments(project, &silence, job, &asked, &outcome, &locator);
    outcome.findings.extend(wrong);
    let mut pointed: BTreeSet<String> = BTreeSet::new();
    for finding in &outcome.findings {
        pointed.insert(finding.location.path.to_string());
        pointed.extend(finding.related.iter().map(|related| related.location.path.to_string()));
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
        let secrets = redaction::spans(&texts(documents));
        for document in documents.iter().filter(shown) {
            let spans = secrets.get(&document.source.id).map_or(&[][..], Vec::as_slice);
            let masked = MaskedSource::new(document.source, spans);
            outcome.masked.push((document.source.path.clone(), masked));
        }
    }
    outcome.recognised.clone_from(recognised);
    outcome
}

/// The texts of a project, for finding the secrets in them.
fn texts<'a>(documents: &'a [Document<'_>]) -> Vec<redaction::Text<'a>> {
    documents
        .iter()
        .map(|document| redaction::Text {
            source: document.source,
            documents: &document.parsed.documents,
            syntax: document.format.name(),
        })
        .collect()
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

/// A definition, and what is told of it.
struct Told {
    summary: Arc<ClientSummary>,
    completed: bool,
    findings: Vec<Finding>,
    silenced: Vec<(Finding, Mark)>,
    hidden: usize,
    used: BTreeSet<Mark>,
}

/// Changes that change several definitions, and which of these ask for them.
struct Shared<'a>(BTreeMap<(&'a str, Vec<(Place, String)>), BTreeSet<usize>>);

impl<'a> Shared<'a> {
    fn of(judgements: &[Judgement<'a>]) -> Self {
        let mut shared = Self(BTreeMap::new());
        for Judgement { number, reported, .. } in judgements {
            for (violation, mended) in reported {
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
