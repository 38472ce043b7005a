//! The one way through: from texts to findings.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use crate::check::{Verdict, Violation, check};
use crate::client::{Basis, Datum, Definition, Known};
use crate::config::Config;
use crate::discover::{Content, Input};
use crate::finding::{ClientSummary, Confidence, Finding, Location, Problem, Related, Skipped};
use crate::formats::Parsed;
use crate::link;
use crate::masked::MaskedSource;
use crate::problem::{self, Code};
use crate::project::{self, Definitions, Document};
use crate::redaction;
use crate::resolve::terraform;
use crate::rule::Persona;
use crate::secret::Class;
use crate::source::{FileId, Place, Source, Span};
use crate::vocabulary::{Attribute, Kind};

/// How files are linted.
pub struct Job<'a> {
    /// The configuration of a file, by its path on disk.
    pub config: &'a (dyn Fn(Option<&std::path::Path>) -> Arc<Config> + Sync),
    /// The shape that `--kind` names for every file.
    pub kind: Option<&'a str>,
    /// Whether the report shows text, for which the secrets in it must be found and masked.
    pub texts: bool,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Report {
    /// Broken rules, by path, line and rule.
    pub findings: Vec<Finding>,
    /// The clients, by path and line.
    pub clients: Vec<Arc<ClientSummary>>,
    /// What could not be analysed.
    pub problems: Vec<Problem>,
    /// What was left out for a good reason.
    pub skipped: Vec<Skipped>,
    /// The texts to which findings point, without their secrets.
    pub sources: BTreeMap<String, MaskedSource>,
    /// How many files hold definitions.
    pub documents: usize,
    /// How many findings are for another persona.
    pub hidden: usize,
    /// How many files hold something that other tools define, or that could not be analysed.
    pub recognised: bool,
}

/// Analyses files. Those that were not asked for are context: nothing is reported of them.
pub fn lint(inputs: Vec<Input>, job: &Job<'_>) -> Report {
    let mut report = Report::default();
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
    let parsed: Vec<Option<Parsed>> = sources
        .par_iter()
        .map(|source| {
            let format = project::format_of(&source.path)?;
            (!stopped.contains(&source.id)).then(|| format.parse(source))
        })
        .collect();
    let mut projects: Vec<Project<'_>> = projects(&sources, parsed, job)
        .into_par_iter()
        .filter_map(|documents| {
            let config = (job.config)(documents.first()?.source.file.as_deref());
            let definitions = project::definitions(&documents, &config);
            Some(Project { documents, config, definitions })
        })
        .collect();
    link::across(projects.iter_mut().flat_map(|project| &mut project.definitions.definitions));
    let outcomes: Vec<Outcome> =
        projects.par_iter().map(|project| judge(project, job, &sources, &requested)).collect();
    let mut recognised = BTreeSet::new();
    let mut definitions = Vec::new();
    for outcome in outcomes {
        report.findings.extend(outcome.findings);
        report.clients.extend(outcome.clients);
        report.problems.extend(outcome.problems);
        report.skipped.extend(outcome.skipped);
        report.hidden += outcome.hidden;
        recognised.extend(outcome.recognised);
        definitions.extend(outcome.masked);
    }
    report.sources.extend(definitions);
    for (id, problem) in failed {
        report.problems.push(locate_problem(&sources[id.0 as usize], &problem));
    }
    report.documents = recognised.iter().filter(|id| requested[id.0 as usize]).count();
    report.recognised = report.documents > 0 || !report.problems.is_empty() || !report.skipped.is_empty();
    report.findings.sort_by(|a, b| (&a.location, &a.rule).cmp(&(&b.location, &b.rule)));
    report.clients.sort_by(|a, b| (&a.path, a.line, &a.key).cmp(&(&b.path, b.line, &b.key)));
    report.problems.sort();
    report.problems.dedup();
    report.skipped.sort();
    // To free what thousands of clients were made of takes time as well.
    projects.into_par_iter().for_each(|project| {
        let Project { documents, definitions, .. } = project;
        rayon::join(|| drop(documents), || definitions.definitions.into_par_iter().for_each(drop));
    });
    report
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

/// The documents by project: Terraform directories go together with the local modules that they call.
fn projects<'a>(sources: &'a [Source], parsed: Vec<Option<Parsed>>, job: &Job<'a>) -> Vec<Vec<Document<'a>>> {
    let mut groups: BTreeMap<String, Vec<Document<'a>>> = BTreeMap::new();
    for (source, parsed) in sources.iter().zip(parsed) {
        let (Some(format), Some(parsed)) = (project::format_of(&source.path), parsed) else { continue };
        let document = Document { source, format, parsed, kind: job.kind };
        groups.entry(project::key(&source.path)).or_default().push(document);
    }
    // A called module joins the project of its caller; a chain of calls joins them all.
    let keys: Vec<String> = groups.keys().filter(|key| key.starts_with("terraform:")).cloned().collect();
    let mut joined_to: BTreeMap<String, String> = BTreeMap::new();
    for key in &keys {
        let directory = key.trim_start_matches("terraform:");
        let calls: Vec<String> = groups[key]
            .iter()
            .flat_map(|document| terraform::called_directories(directory, &document.parsed))
            .map(|called| format!("terraform:{called}"))
            .collect();
        for called in calls.iter().filter(|called| groups.contains_key(*called)) {
            let (a, b) = (root(&joined_to, key), root(&joined_to, called));
            if a != b {
                joined_to.insert(b, a);
            }
        }
    }
    for key in &keys {
        let to = root(&joined_to, key);
        if to != *key
            && let Some(documents) = groups.remove(key)
        {
            groups.entry(to).or_default().extend(documents);
        }
    }
    groups.into_values().collect()
}

fn root(joined_to: &BTreeMap<String, String>, key: &str) -> String {
    let mut key = key;
    while let Some(next) = joined_to.get(key) {
        key = next;
    }
    key.to_owned()
}

/// What the analysis of a project gave.
#[derive(Default)]
struct Outcome {
    findings: Vec<Finding>,
    clients: Vec<Arc<ClientSummary>>,
    problems: Vec<Problem>,
    skipped: Vec<Skipped>,
    masked: Vec<(String, MaskedSource)>,
    recognised: Vec<FileId>,
    hidden: usize,
}

/// A project with what it defines.
struct Project<'a> {
    documents: Vec<Document<'a>>,
    config: Arc<Config>,
    definitions: Definitions,
}

fn judge(project: &Project<'_>, job: &Job<'_>, sources: &[Source], requested: &[bool]) -> Outcome {
    let mut outcome = Outcome::default();
    let Project { documents, config, definitions: Definitions { definitions, recognised, problems } } =
        project;
    let asked = |file: FileId| requested.get(file.0 as usize).copied().unwrap_or(false);
    let paths: BTreeMap<FileId, Arc<str>> = documents
        .iter()
        .map(|document| (document.source.id, Arc::from(document.source.path.as_str())))
        .collect();
    let locator = Locator { sources, paths: &paths };

    let judged: Vec<(Arc<ClientSummary>, Vec<Finding>, usize)> = definitions
        .par_iter()
        .filter(|definition| asked(definition.place.file))
        .map(|definition| {
            let summary = Arc::new(summary(definition, &locator));
            let Verdict { violations, hidden } = check(definition, &config.rules, &config.settings);
            let findings = violations
                .into_iter()
                .map(|violation| finding(violation, &summary, &locator, config))
                .collect();
            (summary, findings, hidden)
        })
        .collect();
    let mut pointed: BTreeSet<String> = BTreeSet::new();
    for (summary, findings, hidden) in judged {
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
        job.texts && pointed.contains(&document.source.path) && !document.parsed.is_broken()
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
fn speaks_of_clients(text: &str, config: &Config) -> bool {
    let tells = |probe: &&String| memchr::memmem::find(text.as_bytes(), probe.as_bytes()).is_some();
    config.providers.iter().any(|provider| provider.table.probe.iter().filter(tells).take(2).count() == 2)
}

/// Whether a text is a template of Helm, Jinja or the like.
fn is_template(text: &str) -> bool {
    ["{{", "{%", "<%", "[[ "].iter().any(|sign| text.contains(sign))
}

/// Turns places into locations.
struct Locator<'a> {
    sources: &'a [Source],
    paths: &'a BTreeMap<FileId, Arc<str>>,
}

impl Locator<'_> {
    fn locate(&self, place: Place) -> Location {
        let source = &self.sources[place.file.0 as usize];
        let path = self.paths.get(&place.file).cloned().unwrap_or_else(|| Arc::from(source.path.as_str()));
        Location { path, start: source.position(place.span.start), end: source.position(place.span.end) }
    }

    /// The same, cut to the first line where it spans several: a block is pointed at by its head.
    fn locate_head(&self, place: Place) -> Location {
        let source = &self.sources[place.file.0 as usize];
        let text = source.slice(place.span);
        let head = text.find(['\n', '\r']).unwrap_or(text.len());
        let start = place.span.start as usize;
        self.locate(Place { file: place.file, span: Span::new(start, start + head) })
    }

    fn problem(&self, problem: &problem::Problem) -> Problem {
        locate_problem(&self.sources[problem.place.file.0 as usize], problem)
    }
}

fn locate_problem(source: &Source, problem: &problem::Problem) -> Problem {
    let at = source.position(problem.place.span.start);
    let location = Location { path: Arc::from(source.path.as_str()), start: at, end: at };
    Problem { code: problem.code.name(), location, message: problem.message.clone() }
}

fn finding(
    violation: Violation<'_>,
    client: &Arc<ClientSummary>,
    locator: &Locator<'_>,
    config: &Config,
) -> Finding {
    let confidence =
        if violation.assumes.is_empty() && !violation.likely { Confidence::High } else { Confidence::Medium };
    let persona = if violation.case.persona <= config.settings.persona {
        violation.case.persona
    } else {
        Persona::Regular
    };
    Finding {
        rule: Arc::from(violation.rule.id.as_str()),
        severity: violation.severity,
        confidence,
        persona,
        message: redaction::message(&violation.message),
        label: violation.case.label.clone(),
        instead: violation.case.instead.clone(),
        client: Some(client.clone()),
        location: locator.locate_head(violation.place),
        related: violation
            .related
            .into_iter()
            .map(|(place, message)| Related {
                location: locator.locate_head(place),
                message: redaction::message(&message),
            })
            .collect(),
        assumes: violation.assumes,
        fix: violation.case.fix.as_ref().map(|fix| (fix.safety, fix.title.clone())),
    }
}

/// A definition as the inventory names it.
fn summary(definition: &Definition, locator: &Locator<'_>) -> ClientSummary {
    let location = locator.locate(definition.place);
    let shown = |attribute: Attribute| match definition.known(attribute) {
        Known::Fact(fact) => Some(fact.datum.show()),
        _ => None,
    };
    let word = |attribute: Attribute| definition.text(attribute).unwrap_or("unknown").to_owned();
    let written = |attribute: Attribute| definition.text(attribute).map(str::to_owned);
    let because = match definition.facts.get(&Attribute::CLIENT_TYPE).map(|fact| &fact.basis) {
        Some(Basis::Inferred(evidence)) => evidence.iter().map(|reason| reason.says.clone()).collect(),
        _ => Vec::new(),
    };
    let grants = match definition.known(Attribute::GRANT_TYPES) {
        Known::Fact(fact) => match &fact.datum {
            Datum::List(items) => {
                Some(items.iter().filter_map(|item| item.datum.text().map(str::to_owned)).collect())
            }
            _ => None,
        },
        _ => None,
    };
    let mut unresolved: Vec<&'static str> = definition
        .facts
        .iter()
        .filter(|(attribute, fact)| {
            attribute.meaning().by == crate::vocabulary::By::Document && !fact.datum.is_complete()
        })
        .map(|(attribute, _)| attribute.name())
        .collect();
    unresolved.sort_unstable();
    ClientSummary {
        path: location.path,
        line: location.start.line,
        name: shown(Attribute::CLIENT_NAME),
        key: definition.key.clone(),
        provider: word(Attribute::PROVIDER),
        shape: word(Attribute::SHAPE),
        kind: definition.kind.name(),
        application_type: written(Attribute::APPLICATION_TYPE),
        client_type: word(Attribute::CLIENT_TYPE),
        client_type_because: because,
        client_profile: word(Attribute::CLIENT_PROFILE),
        party: word(Attribute::PARTY),
        channel: word(Attribute::CHANNEL),
        environment: written(Attribute::ENVIRONMENT),
        token_endpoint_auth_method: written(Attribute::TOKEN_ENDPOINT_AUTH_METHOD),
        grant_types: grants,
        id_token_signed_response_alg: written(Attribute::ID_TOKEN_ALG),
        has_secret: has_secret(definition),
        unresolved,
    }
}

fn has_secret(definition: &Definition) -> &'static str {
    match definition.facts.get(&Attribute::CLIENT_SECRET).map(|fact| &fact.datum) {
        Some(Datum::Secret(Class::Literal)) => "literal",
        Some(Datum::Secret(Class::Reference | Class::Managed | Class::Placeholder | Class::Hash)) => {
            "reference"
        }
        Some(Datum::Secret(Class::Unknown)) => "unknown",
        _ => "none",
    }
}
