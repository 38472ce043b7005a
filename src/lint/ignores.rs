//! What is wrong with ignores, as findings like the others.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::describe::{Locator, finding, fix, summary};
use super::heard::text_of;
use super::judge::{Outcome, Project};
use super::{Job, Report};
use crate::check::{Settings, check};
use crate::client::Definition;
use crate::config::{Config, Ignore, Judged};
use crate::discover::Base;
use crate::finding::Finding;
use crate::fix::{Mended, without_ignore};
use crate::formats::by_extension;
use crate::masked::MaskedSource;
use crate::redaction::{self, Secrets};
use crate::silence::{Known, Mark, Nearest, Silence, Wrong, configuration};
use crate::source::{FileId, Place, Source};
use crate::vocabulary::Attribute;

/// What is wrong with the comments of a project that silence something, or were meant to. `asked` says of a file
/// whether it was asked for.
pub(super) fn of_comments(
    project: &Project<'_>,
    silence: &Silence<'_>,
    job: &Job<'_>,
    asked: &dyn Fn(FileId) -> bool,
    outcome: &Outcome,
    locator: &Locator<'_>,
) -> Vec<Finding> {
    let Project { documents, config, definitions, variants, .. } = project;
    let broken = || documents.iter().any(|document| document.parsed.is_broken());
    if outcome.recognised.is_empty() || !silence.is_spoken_to() || broken() {
        return Vec::new();
    }
    let deployed = |shape: &str| shape.starts_with("deploy");
    let in_each = variants.iter().map(|variant| &variant.definitions);
    let deployed: BTreeSet<FileId> = std::iter::once(definitions)
        .chain(in_each)
        .flat_map(|all| &all.definitions)
        .filter(|definition| definition.text(Attribute::SHAPE).is_some_and(deployed))
        .map(|definition| definition.place.file)
        .collect();
    // A file without a word of clients is none that was asked for, but was looked at with its folder.
    let in_folder = |source: &Source| {
        let file = source.file.as_deref();
        file.is_some_and(|file| job.ignores.folders.iter().any(|folder| file.starts_with(folder)))
    };
    let looked_at: BTreeSet<FileId> = documents
        .iter()
        .map(|document| document.source)
        .filter(|source| asked(source.id) || in_folder(source))
        .map(|source| source.id)
        .collect();
    let complete = looked_at.len() == documents.len();
    let nearest = Nearest::of(&outcome.findings, &outcome.silenced, &config.rules);
    let wrong = silence.wrong(&outcome.used, complete, &nearest, &deployed);
    let mut found = Vec::new();
    for Wrong { definition, removal } in wrong {
        if !looked_at.contains(&definition.place.file) {
            continue;
        }
        let document = documents.iter().find(|document| document.source.id == definition.place.file);
        let changes = removal
            .filter(|_| job.fixes)
            .and_then(|removal| without_ignore(document?, &removal))
            .unwrap_or_default();
        found.extend(findings(&[definition], &changes, config, locator));
    }
    found
}

/// What the rules say of ignores, which `changes` take away.
fn findings(
    definitions: &[Definition],
    changes: &[(Place, String)],
    config: &Config,
    locator: &Locator<'_>,
) -> Vec<Finding> {
    let mut found = Vec::new();
    for definition in definitions {
        let file = locator.sources.get(definition.place.file.0 as usize).and_then(|s| s.file.as_deref());
        let summary = Arc::new(summary(definition, locator));
        for violation in check(definition, &config.rules, &settings(config, file)).violations {
            let mended = (!changes.is_empty()).then(|| Mended {
                changes: changes.to_vec(),
                elsewhere: None,
                users: Vec::new(),
            });
            let fix = mended.and_then(|mended| fix(&violation, mended, locator));
            // An ignore is no client.
            found.push(Finding { client: None, ..finding(violation, &summary, locator, config, fix) });
        }
    }
    found
}

/// What is reported of the rules for what stands in a file.
fn settings<'a>(config: &'a Config, file: Option<&Path>) -> Cow<'a, Settings> {
    if !config.has_overrides() {
        return Cow::Borrowed(&config.settings);
    }
    let environment = config.surroundings(file).environment.map(|environment| environment.name);
    config.settings_for(Judged { file, names: &[], environment: environment.as_deref() })
}

/// Adds what is wrong with the `[[ignore]]` of the configurations of a run. They are judged at its end, since each may
/// be meant for any project, and those of a file on which several configurations build by each of these.
pub(super) fn report(
    report: &mut Report,
    outcomes: &[(Arc<Config>, BTreeSet<Mark>)],
    job: &Job<'_>,
    requested: &[&str],
) {
    let mut configs: BTreeMap<Option<&Path>, &Config> = BTreeMap::new();
    let mut used: BTreeSet<(&Path, u32, usize)> = BTreeSet::new();
    for (config, marks) in outcomes.iter().filter(|(config, _)| !config.ignores.list.is_empty()) {
        configs.insert(config.path.as_deref(), config);
        for mark in marks {
            if let Mark::Configuration(number, at) = mark {
                let ignore = &config.ignores.list[*number];
                used.insert((&ignore.origin.path, ignore.span.start, *at));
            }
        }
    }
    let (sources, numbers) = texts(configs.values().copied());
    // What could not be read may hold what an ignore is for.
    let read = report.problems.is_empty();
    let mut found: Vec<Finding> = Vec::new();
    for config in configs.into_values() {
        let in_full = in_full(config, job.ignores.folders);
        let names =
            |ignore: &Ignore| ignore.names_files && requested.iter().any(|path| ignore.is_for_path(path));
        let known = Known {
            today: job.ignores.today,
            judged: &|ignore| read && (in_full.contains(ignore.origin.path.as_path()) || names(ignore)),
            used: &|ignore, at| used.contains(&(ignore.origin.path.as_path(), ignore.span.start, at)),
            nearest: Nearest::of(&report.findings, &report.silenced, &config.rules),
            source: &|ignore| &sources[numbers[ignore.origin.path.as_path()]],
        };
        let definitions = configuration(config, &known);
        found.extend(findings(
            &definitions,
            &[],
            config,
            &Locator { sources: &sources, paths: &BTreeMap::new(), secrets: &Secrets::default() },
        ));
    }
    // What several configurations say of one file is said once.
    let mut said = BTreeSet::new();
    found.retain(|one| said.insert((one.location.clone(), one.rule.clone(), one.message.clone())));
    if job.texts {
        let shown = sources.iter().filter(|source| found.iter().any(|one| *one.location.path == source.path));
        report.sources.extend(shown.map(|source| (source.path.clone(), masked(source))));
    }
    report.findings.extend(found);
}

/// The texts of the files that hold ignores, and the number of each.
fn texts<'a>(configs: impl Iterator<Item = &'a Config>) -> (Vec<Source>, BTreeMap<&'a Path, usize>) {
    let (mut sources, mut numbers) = (Vec::new(), BTreeMap::new());
    for ignore in configs.flat_map(|config| &config.ignores.list) {
        numbers.entry(ignore.origin.path.as_path()).or_insert_with(|| {
            let id = FileId(u32::try_from(sources.len()).unwrap_or(u32::MAX));
            sources.push(text_of(&ignore.origin, id));
            sources.len() - 1
        });
    }
    (sources, numbers)
}

/// The files whose ignores are known to silence nothing where they did not: all that they may be for was looked at.
fn in_full<'a>(config: &'a Config, folders: &[PathBuf]) -> BTreeSet<&'a Path> {
    let asked = |folder: &Path| folders.iter().any(|asked| folder.starts_with(asked));
    let mut files: BTreeSet<&Path> =
        config.ignores.list.iter().map(|ignore| ignore.origin.path.as_path()).collect();
    files.retain(|file| match config.path.as_deref() {
        Some(own) if own == *file => file.parent().is_some_and(asked),
        // Who else builds on a file is known only where all of its repository is looked at.
        _ => Base::of(file).folder().is_some_and(asked),
    });
    files
}

/// The text of a configuration without what may be a secret in it.
fn masked(source: &Source) -> MaskedSource {
    let parsed = by_extension("toml").map(|format| format.parse(source)).unwrap_or_default();
    let text = redaction::Text { source, documents: &parsed.documents, syntax: "toml", fills_in: false };
    let spans = Secrets::of(vec![text], Vec::new()).spans();
    MaskedSource::new(source, spans.get(&source.id).map_or(&[][..], Vec::as_slice))
}

/// What an outcome says of the use of ignores.
pub(super) fn used(outcome: &mut Outcome) -> Option<(Arc<Config>, BTreeSet<Mark>)> {
    Some((outcome.config.take()?, std::mem::take(&mut outcome.used)))
}
