//! What is wrong with ignores, as findings like the others.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use super::describe::{Locator, finding, summary};
use super::heard::text_of;
use super::judge::Outcome;
use super::{Job, Report};
use crate::check::check;
use crate::client::Definition;
use crate::config::{Config, Ignore};
use crate::finding::Finding;
use crate::formats::by_extension;
use crate::masked::MaskedSource;
use crate::redaction;
use crate::silence::{Mark, Nearest, configuration};
use crate::source::Source;

/// What the rules say of ignores.
pub(super) fn findings(definitions: &[Definition], config: &Config, locator: &Locator<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for definition in definitions {
        let summary = Arc::new(summary(definition, locator));
        for violation in check(definition, &config.rules, &config.settings).violations {
            // An ignore is no client.
            found.push(Finding { client: None, ..finding(violation, &summary, locator, config) });
        }
    }
    found
}

/// Adds what is wrong with the `[[ignore]]` of the configurations of a run. They are judged at its end, since each may
/// be meant for any project.
pub(super) fn report(
    report: &mut Report,
    outcomes: &[(Arc<Config>, BTreeSet<Mark>)],
    job: &Job<'_>,
    requested: &[&str],
) {
    let mut configs: BTreeMap<*const Config, (&Arc<Config>, BTreeSet<Mark>)> = BTreeMap::new();
    for (config, used) in outcomes {
        configs.entry(Arc::as_ptr(config)).or_insert((config, BTreeSet::new())).1.extend(used);
    }
    let mut found = Vec::new();
    for (config, used) in configs.into_values().filter(|(config, _)| !config.ignores.list.is_empty()) {
        let Some(source) = text_of(config) else { continue };
        let folder = config.path.as_deref().and_then(Path::parent);
        let in_full =
            folder.is_some_and(|folder| job.ignores.folders.iter().any(|asked| folder.starts_with(asked)));
        // What could not be read may hold what an ignore is for.
        let read = report.problems.is_empty();
        let judged = |ignore: &Ignore| {
            read && (in_full || ignore.names_files && requested.iter().any(|path| ignore.is_for_path(path)))
        };
        let nearest =
            Nearest { findings: &report.findings, silenced: &report.silenced, rules: &config.rules };
        let definitions = configuration(config, &used, job.ignores.today, &judged, &nearest, &source);
        let paths = BTreeMap::new();
        let sources = std::slice::from_ref(&source);
        let findings = findings(&definitions, config, &Locator { sources, paths: &paths });
        if job.texts && !findings.is_empty() {
            report.sources.insert(source.path.clone(), masked(&source));
        }
        found.extend(findings);
    }
    report.findings.extend(found);
}

/// The text of a configuration without what may be a secret in it.
fn masked(source: &Source) -> MaskedSource {
    let parsed = by_extension("toml").map(|format| format.parse(source)).unwrap_or_default();
    let text = redaction::Text { source, documents: &parsed.documents, syntax: "toml" };
    let spans = redaction::spans(&[text]);
    MaskedSource::new(source, spans.get(&source.id).map_or(&[][..], Vec::as_slice))
}

/// What an outcome says of the use of ignores.
pub(super) fn used(outcome: &mut Outcome) -> Option<(Arc<Config>, BTreeSet<Mark>)> {
    Some((outcome.config.take()?, std::mem::take(&mut outcome.used)))
}
