//! The analysis of a project: its definitions held against the rules.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::describe::{Locator, finding, fix, locate_problem};
use super::environments::MappingFile;
use super::heard::{Weighed, judge_one, silenced};
use super::memory::{Opinion, Recalled};
use super::reach::{self, Use};
use super::together::together;
use super::{Job, ignores, order};
use crate::check::Violation;
use crate::client::Definition;
use crate::config::{Config, Given};
use crate::finding::{ClientSummary, Finding, Location, Problem, Silenced, Skipped};
use crate::fix::{Mended, Mender};
use crate::project::{self, Definitions, Document};
use crate::redaction::{self, Secrets};
use crate::silence::{Mark, Silence};
use crate::source::{FileId, Place, Source, Span};
use crate::vocabulary::Kind;

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
    pub(super) silenced: Vec<Silenced>,
    /// The ignores that silence something, and the configuration to which some of them belong.
    pub(super) used: BTreeSet<Mark>,
    pub(super) config: Option<Arc<Config>>,
    /// What was found in definitions that were judged, for the next run.
    pub(super) opinions: Vec<(usize, Opinion)>,
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
    /// What is remembered of its document.
    pub(super) recalled: Recalled,
    /// What was found before in definitions that are what they were, by their numbers.
    pub(super) opinions: Vec<Option<Opinion>>,
}

impl Project<'_> {
    /// Takes up what was found before, now that all is known that others say of its definitions.
    pub(super) fn recall_opinions(&mut self) {
        let Definitions { definitions, made, .. } = &self.definitions;
        self.opinions = std::mem::take(&mut self.recalled).opinions(made.as_ref(), definitions);
    }
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
    /// What is found, and what silences it.
    pub(super) findings: Vec<(Finding, Option<Mark>)>,
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
    /// The ignores that silence something.
    pub(super) used: BTreeSet<Mark>,
    /// What was found in definitions that were judged, for the next run.
    pub(super) opinions: Vec<(usize, Opinion)>,
}

/// Judges the definitions of a project, in each of its environments.
pub(super) fn judge(project: &Project<'_>, job: &Job<'_>, sources: &[Source], requested: &[bool]) -> Outcome {
    let in_each = project.variants.iter().map(|variant| variant.documents.as_slice());
    let silence = Silence::of(&project.documents, in_each, &project.config, &job.ignores);
    let paths: BTreeMap<FileId, Arc<str>> = project
        .documents
        .iter()
        .map(|document| (document.source.id, Arc::from(document.source.path.as_str())))
        .collect();
    let is_asked = |file: FileId| requested.get(file.0 as usize).copied().unwrap_or(false);
    let some_mapping = project.mappings.iter().any(|mapping| is_asked(mapping.source.id));
    let all_asked = project.documents.iter().all(|document| is_asked(document.source.id));
    let secrets = secrets(project);
    let view = View {
        reaching: job.reach && !all_asked,
        mappings: if some_mapping { &project.mappings } else { &[] },
        config: &project.config,
        written: &project.definitions.recognised,
        silence: &silence,
        job,
        locator: Locator { sources, paths: &paths, secrets: &secrets },
        requested,
    };
    // A fix changes what is written: what a marker stands for is not.
    let remembers = job.remembers().is_some() && silence.is_empty() && !view.reaching;
    let known = remembers.then_some(project.opinions.as_slice());
    let mut judgement = judgement(&project.documents, &project.definitions, job.fixes, known, &view);
    if !project.variants.is_empty() {
        let in_each = project.variants.par_iter().map(|variant| {
            (variant, self::judgement(&variant.documents, &variant.definitions, false, None, &view))
        });
        judgement = together(judgement, in_each.collect());
        let named: BTreeSet<&str> = view
            .mappings
            .iter()
            .map(|file| file.source)
            .filter(|source| view.asked(source.id))
            .map(|source| source.path.as_str())
            .collect();
        for judged in judgement
            .judged
            .iter_mut()
            .filter(|judged| !named.is_empty() && !view.asked(judged.definition.place.file))
        {
            reach::keep_environments(judged, &named);
        }
    }
    let Judgement { judged, problems, skipped, recognised, hidden, used, opinions } = judgement;
    let mut outcome = Outcome { problems, skipped, recognised, hidden, used, opinions, ..Outcome::default() };
    outcome.findings.reserve(judged.iter().map(|judged| judged.findings.len()).sum());
    let mut said = Said::default();
    let mut unheard = Vec::new();
    for Judged { summary, mut findings, definition, hidden } in judged {
        let mut is_new = true;
        if definition.completed_by.is_some() {
            findings.retain(|(finding, _)| said.is_new(finding));
            is_new = said.is_new_client(&summary);
            outcome.hidden -= if is_new { 0 } else { hidden };
        }
        // A file that an application ships to say which client it is stands for the client.
        if is_new && (summary.kind == Kind::Client.name() || summary.shape == "auth-config") {
            outcome.clients.push(summary);
        }
        for (finding, mark) in findings {
            match mark {
                Some(mark) => unheard.push((finding, mark)),
                None => outcome.findings.push(finding),
            }
        }
    }
    if !unheard.is_empty() {
        let listed =
            unheard.into_iter().map(|(finding, mark)| silenced(finding, mark, &silence, &view.locator));
        outcome.silenced.extend(listed);
    }
    outcome.config = Some(project.config.clone());
    let wrong =
        ignores::of_comments(project, &silence, job, &|file| view.asked(file), &outcome, &view.locator);
    outcome.findings.extend(wrong);
    if job.texts || !job.shown.is_empty() {
        hide(project, &secrets, job, &mut outcome);
    }
    outcome
}

/// What is known of a project whatever its environment is.
struct View<'a> {
    config: &'a Config,
    /// The files that are recognised as they are written.
    written: &'a [FileId],
    silence: &'a Silence<'a>,
    job: &'a Job<'a>,
    locator: Locator<'a>,
    requested: &'a [bool],
    /// Whether only some files of the project are asked for, and what these do to the others is told.
    reaching: bool,
    /// Mapping files of the project, if some of them are asked for.
    mappings: &'a [MappingFile<'a>],
}

impl View<'_> {
    /// Whether somebody asks what a file does to others. Where that is a mapping file, the others of the project go
    /// along: what holds in all environments is then known to do so.
    fn reaches(&self, file: FileId) -> bool {
        self.asked(file) || self.mappings.iter().any(|mapping| mapping.source.id == file)
    }

    fn asked(&self, file: FileId) -> bool {
        self.requested.get(file.0 as usize).copied().unwrap_or(false)
    }
}

/// Judges definitions as they are in one environment. `known` says what was found before in some of them, where
/// somebody wants to know for the next time what is found in the others.
fn judgement<'a>(
    documents: &[Document<'_>],
    definitions: &'a Definitions,
    fixes: bool,
    known: Option<&[Option<Opinion>]>,
    view: &View<'_>,
) -> Judgement<'a> {
    let Definitions { definitions, recognised, problems, .. } = definitions;
    let (config, locator) = (view.config, &view.locator);
    let asked = |file: FileId| view.asked(file);
    let mender = Mender::new(documents, definitions, config);
    let mend = |number, violation: &Violation<'_>| {
        if fixes { mender.mend(number, violation) } else { None }
    };
    let own =
        |definition: &Definition| asked(definition.place.file) || definition.completed_by.is_some_and(asked);
    let reached: Vec<Vec<Use>> = if view.reaching {
        let uses = |definition| reach::uses(definition, &|file| view.reaches(file));
        definitions.par_iter().map(|one| if own(one) { Vec::new() } else { uses(one) }).collect()
    } else {
        Vec::new()
    };
    let opinion = |number: usize| known?.get(number)?.as_ref();
    let uses = |number: usize| reached.get(number).map_or(&[][..], Vec::as_slice);
    let weighed: Vec<Weighed<'_>> = definitions
        .par_iter()
        .enumerate()
        .filter(|(number, definition)| own(definition) || !uses(*number).is_empty())
        .filter(|(number, _)| opinion(*number).is_none())
        .map(|numbered| judge_one(numbered, config, view.silence, view.job, locator, &mend))
        .collect();
    let shared = Shared::of(&weighed);
    let mut judged: Vec<(usize, Judged<'a>, BTreeSet<Mark>)> = weighed
        .into_par_iter()
        .map(|Weighed { number, summary, reported, silenced, hidden, used }| {
            let findings = reported.into_iter().map(|(violation, mended)| {
                let mended = mended.filter(|mended| shared.by_all(&violation.rule.id, mended));
                let fix = mended.and_then(|mended| fix(&violation, mended, locator));
                (finding(violation, &summary, locator, config, fix), None)
            });
            let silenced = silenced
                .into_iter()
                .map(|(violation, mark)| (finding(violation, &summary, locator, config, None), Some(mark)));
            let mut findings: Vec<(Finding, Option<Mark>)> = findings.chain(silenced).collect();
            // Here side by side, so that little is left to do where everything is put in order.
            findings.sort_by(|(a, _), (b, _)| order(a, b));
            let mut judged = Judged { definition: &definitions[number], summary, findings, hidden };
            if !uses(number).is_empty() {
                reach::keep(&mut judged, uses(number), locator);
            }
            (number, judged, used)
        })
        .collect();
    let opinions = |(number, judged, _): &(usize, _, _)| Some((*number, Opinion::of(judged)?));
    let opinions = known.map_or_else(Vec::new, |_| judged.par_iter().filter_map(opinions).collect());
    let as_before = definitions.par_iter().enumerate().filter(|(_, definition)| own(definition)).filter_map(
        |(number, definition)| Some((number, opinion(number)?.judged(definition), BTreeSet::new())),
    );
    judged.par_extend(as_before);
    judged.sort_by_key(|(number, ..)| *number);
    let mut judgement = Judgement { recognised: recognised.clone(), opinions, ..Judgement::default() };
    judgement.recognised.extend(reached.iter().flatten().map(|used| used.from));
    judgement.judged.reserve(judged.len());
    for (_, judged, used) in judged {
        judgement.hidden += judged.hidden;
        judgement.used.extend(used);
        judgement.judged.push(judged);
    }
    // What is recognised as it is written is our business also where its markers make it something else.
    let known: BTreeSet<FileId> = recognised.iter().chain(view.written).copied().collect();
    // What values of variables do to definitions is nobody's guess.
    let fills_in = |document: &Document<'_>| {
        document.parsed.is_broken()
            && !definitions.is_empty()
            && project::takes_values(document, documents, config)
    };
    for document in documents {
        let fills_in = fills_in(document);
        if fills_in || asked(document.source.id) {
            let recognised = fills_in || known.contains(&document.source.id);
            report_problems(document, config, recognised, &mut judgement);
        }
    }
    judgement.problems.extend(
        problems.iter().filter(|problem| asked(problem.place.file)).map(|problem| locator.problem(problem)),
    );
    judgement
}

/// Says what must not be shown of the files to which findings point. Of mapping files that is always said: which of
/// their values are secrets is known to whom they are for, and others may point to them.
fn hide(project: &Project<'_>, secrets: &Secrets<'_>, job: &Job<'_>, outcome: &mut Outcome) {
    let mut pointed: BTreeSet<Arc<str>> = BTreeSet::new();
    for finding in &outcome.findings {
        pointed.insert(finding.location.path.clone());
        pointed.extend(finding.related.iter().map(|related| related.location.path.clone()));
    }
    // Where a text could not be read, nobody knows where a secret in it ends: nothing of it is shown.
    let shown = |source: &Source, broken: bool| {
        let path = &source.path;
        (job.texts && pointed.contains(path.as_str()) || job.shown.contains(path)) && !broken
    };
    let written = project.documents.iter().map(|document| (document.source, &document.parsed));
    let all = written.chain(project.mappings.iter().map(|file| (file.source, &file.parsed)));
    let all = all.filter(|(source, parsed)| shown(source, parsed.is_broken())).map(|(source, _)| source.id);
    outcome.shown.extend(all);
    if outcome.shown.is_empty() && project.mappings.is_empty() {
        return;
    }
    let wanted =
        |file: FileId| outcome.shown.contains(&file) || project.mappings.iter().any(|m| m.source.id == file);
    outcome.secrets = secrets.spans().into_iter().filter(|(file, _)| wanted(*file)).collect();
}

/// The secrets of a project, and of what is given to it.
pub(super) fn secrets<'a>(project: &'a Project<'_>) -> Secrets<'a> {
    let given = project.config.variables.iter().filter_map(|given| match given {
        Given::Value(name, value) => Some((name.as_str(), value.as_str())),
        Given::File(_) => None,
    });
    Secrets::of(texts(project), given.collect())
}

/// The texts of a project, for finding the secrets in them.
fn texts<'a>(project: &'a Project<'_>) -> Vec<redaction::Text<'a>> {
    let fills_in = |source: &Source| project.mappings.iter().any(|file| file.source.id == source.id);
    let written =
        project.documents.iter().map(|document| (document.source, &document.parsed, document.format.name()));
    let mappings = project.mappings.iter().map(|file| (file.source, &file.parsed, "json"));
    written
        .chain(mappings)
        .map(|(source, parsed, syntax)| redaction::Text {
            source,
            documents: &parsed.documents,
            syntax,
            fills_in: fills_in(source),
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

/// Changes that change several definitions, and which of these ask for them.
struct Shared<'a>(BTreeMap<(&'a str, Vec<(Place, String)>), BTreeSet<usize>>);

impl<'a> Shared<'a> {
    fn of(all: &[Weighed<'a>]) -> Self {
        let mut shared = Self(BTreeMap::new());
        for Weighed { number, reported, .. } in all {
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
