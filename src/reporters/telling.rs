//! What several formats say of a finding: its sentence, its rule's page and how grave it is.

use std::collections::HashMap;

use super::{Run, clipped};
use crate::finding::{Finding, Problem};
use crate::redaction;
use crate::rule::{Rule, Severity};

/// A literal secret, and what is as grave: formats that know something worse than an error use it from here on.
const GRAVEST: f64 = 9.0;

/// How grave a finding is, for formats that tell more apart than three severities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Grade {
    Gravest,
    Error,
    Warning,
    Info,
}

impl Grade {
    pub(super) fn of(finding: &Finding, rule: Option<&Rule>) -> Self {
        match finding.severity {
            Severity::Error if rule.is_some_and(|rule| security_severity(rule) >= Some(GRAVEST)) => {
                Self::Gravest
            }
            Severity::Error => Self::Error,
            Severity::Warning => Self::Warning,
            Severity::Info => Self::Info,
        }
    }
}

/// How grave a rule is between 0 and 10; `None` for what is good to know.
pub(super) fn security_severity(rule: &Rule) -> Option<f64> {
    rule.text.security_severity.or(match rule.worst() {
        Severity::Error => Some(8.0),
        Severity::Warning => Some(5.5),
        Severity::Info => None,
    })
}

/// The message with the client's name and the environments in which it holds, in one line.
pub(super) fn sentence(finding: &Finding) -> String {
    let message = clipped(&finding.message);
    let client = finding.client.as_ref();
    let named = client.map(|client| clipped(client.title())).filter(|title| !title.is_empty());
    let client = named.map(|title| format!(" ({title})")).unwrap_or_default();
    format!("{message}{client}{}", only_in(finding))
}

/// `, only in prod`; nothing where a finding holds in all environments.
pub(super) fn only_in(finding: &Finding) -> String {
    if finding.environments.is_empty() {
        return String::new();
    }
    let names: Vec<String> =
        finding.environments.iter().map(|environment| clipped(&environment.name)).collect();
    format!(", only in {}", names.join(", "))
}

/// What a problem means, in one line.
pub(super) fn problem(problem: &Problem) -> String {
    format!("{}; this file was not analysed in full", clipped(&problem.message))
}

/// The hexadecimal digits of a fingerprint.
pub(super) fn digits(fingerprint: &str) -> &str {
    fingerprint.split_once(':').map_or(fingerprint, |(_, digits)| digits)
}

/// What a person wrote, in one line: a reason, a name.
pub(super) fn remark(text: &str) -> String {
    clipped(&redaction::message(&text.split_whitespace().collect::<Vec<_>>().join(" ")))
}

impl<'a> Run<'a> {
    /// The rules by their ids.
    pub(super) fn rules_by_id(&self) -> HashMap<&'a str, &'a Rule> {
        self.rules.iter().map(|rule| (rule.id.as_str(), &**rule)).collect()
    }

    /// The findings that are shown, the gravest first.
    pub(super) fn gravest_first(&self) -> Vec<&Finding> {
        let mut findings: Vec<&Finding> = self.shown().collect();
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        findings
    }

    /// Where a rule's page is.
    pub(super) fn url(&self, rule: &str) -> Option<String> {
        self.docs_url.map(|url| url.replace("{rule}", rule))
    }

    /// Where more is told about a rule: its page, else the command.
    pub(super) fn more(&self, rule: &str) -> String {
        self.url(rule).unwrap_or_else(|| format!("clientlint explain {rule}"))
    }
}

/// The start of a text, so many characters at most.
pub(super) fn clip(text: &str, most: usize) -> &str {
    text.char_indices().nth(most).map_or(text, |(end, _)| &text[..end])
}
