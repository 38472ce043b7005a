//! Texts mended in memory, and what is found in them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clientlint::config::Config;
use clientlint::discover::{Content, Input};
use clientlint::finding::Finding;
use clientlint::lint::{Job, Report, lint};
use clientlint::mend::{Mended, mend, text_of};
use clientlint::rule::Persona;

/// What tells a finding from others where texts change: its rule, and whose it is.
pub(crate) type Name = (String, String, String);

pub(crate) fn config(persona: Persona) -> Arc<Config> {
    let mut config = Config::builtin().unwrap();
    config.settings.persona = persona;
    Arc::new(config)
}

pub(crate) fn input(path: &str, text: &str) -> Input {
    Input {
        path: PathBuf::from("/repository").join(path),
        shown: path.to_owned(),
        content: Content::Text(text.to_owned()),
        requested: true,
    }
}

fn with_job<T>(config: &Arc<Config>, run: impl FnOnce(&Job<'_>) -> T) -> T {
    let of = |_: Option<&Path>| config.clone();
    run(&Job { fixes: true, ..Job::new(&of) })
}

pub(crate) fn analyse(config: &Arc<Config>, inputs: &[Input]) -> Report {
    with_job(config, |job| lint(inputs.to_vec(), job))
}

pub(crate) fn mend_all(config: &Arc<Config>, inputs: &[Input]) -> Mended {
    with_job(config, |job| mend(inputs.to_vec(), job, &|_, _| true, &|_| true))
}

pub(crate) fn texts(inputs: &[Input]) -> Vec<&str> {
    inputs.iter().map(|input| text_of(input).unwrap()).collect()
}

pub(crate) fn name(finding: &Finding) -> Name {
    let client = finding.client.as_ref().unwrap();
    (finding.rule.to_string(), client.path.to_string(), client.key.clone())
}

pub(crate) fn names(report: &Report) -> BTreeSet<Name> {
    report.findings.iter().map(name).collect()
}

/// What follows from a fix by its nature: a rule that may be found where another one was mended. A client that becomes
/// confidential, or gets codes, is from then on judged as such, which auditors are told.
pub(crate) const FOLLOWS: &[(&str, &str)] = &[
    ("confidential-app-without-client-auth", "shared-secret-client-auth"),
    ("confidential-app-without-client-auth", "authorization-request-not-protected"),
    ("public-client-client-credentials", "shared-secret-client-auth"),
    ("implicit-grant", "authorization-request-not-protected"),
];

/// Rules of what nobody understands: when it is corrected, all others see it for the first time.
pub(crate) const UNDERSTOOD: &[&str] = &["unknown-value", "wrong-value-type"];
