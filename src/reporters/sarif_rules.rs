//! What SARIF says of the rules that are broken.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;

use serde::Serialize;

use super::Run;
use super::sarif::level;
use super::telling::security_severity;
use crate::finding::Finding;
use crate::rule::{Rule, Severity};

#[derive(Serialize)]
pub(super) struct Message {
    pub(super) text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Descriptor<'a> {
    id: &'a str,
    name: String,
    short_description: Message,
    full_description: Message,
    help: Help,
    #[serde(skip_serializing_if = "Option::is_none")]
    help_uri: Option<String>,
    default_configuration: Configuration,
    properties: Properties,
}

#[derive(Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct Properties {
    tags: Vec<String>,
    precision: &'static str,
    #[serde(rename = "problem.severity")]
    problem_severity: &'static str,
    #[serde(rename = "security-severity", skip_serializing_if = "Option::is_none")]
    security_severity: Option<String>,
}

/// The rules that findings break, by their ids, and the number of each in this list.
pub(super) fn broken<'a>(
    findings: impl Iterator<Item = &'a Finding>,
    rules: &HashMap<&'a str, &'a Rule>,
    run: &Run<'_>,
) -> (Vec<Descriptor<'a>>, HashMap<&'a str, usize>) {
    let ids: BTreeSet<&str> = findings.map(|finding| &*finding.rule).collect();
    let numbers = ids.iter().enumerate().map(|(number, id)| (*id, number)).collect();
    let known = |id: &'a str| rules.get(id).map_or_else(|| unknown(id), |rule| descriptor(rule, run));
    (ids.into_iter().map(known).collect(), numbers)
}

fn descriptor<'a>(rule: &'a Rule, run: &Run<'_>) -> Descriptor<'a> {
    let say = &rule.text;
    let mut text = format!("{}\n\nInstead: {}", say.why.trim(), say.instead.trim());
    let mut markdown = format!("## Why\n\n{}\n\n## Instead\n\n{}\n", say.why.trim(), say.instead.trim());
    if let Some(exceptions) = &say.exceptions {
        let _ = write!(text, "\n\nWhen it is fine: {}", exceptions.trim());
        let _ = write!(markdown, "\n## When it is fine\n\n{}\n", exceptions.trim());
    }
    if !say.standards.is_empty() {
        let _ = write!(text, "\n\nWritten in: {}", say.standards.join(", "));
        let _ = write!(markdown, "\n## Written in\n\n- {}\n", say.standards.join("\n- "));
    }
    let mut tags = vec!["security".to_owned()];
    // More are not shown.
    tags.extend(say.tags.iter().take(9).cloned());
    Descriptor {
        id: &rule.id,
        name: pascal(&rule.id),
        short_description: Message::plain(&sentence(&say.summary)),
        full_description: Message::plain(say.why.split_whitespace().collect::<Vec<_>>().join(" ").as_str()),
        help: Help { text, markdown },
        help_uri: run.url(&rule.id),
        default_configuration: Configuration { level: level(rule.worst()) },
        properties: Properties {
            tags,
            precision: "high",
            problem_severity: match rule.worst() {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Info => "recommendation",
            },
            security_severity: security_severity(rule).map(|number| format!("{number:.1}")),
        },
    }
}

/// A rule of a file with a configuration of its own, of which only the findings are known.
fn unknown(id: &str) -> Descriptor<'_> {
    Descriptor {
        id,
        name: pascal(id),
        short_description: Message::plain(&sentence(id)),
        full_description: Message::plain(&sentence(id)),
        help: Help { text: sentence(id), markdown: sentence(id) },
        help_uri: None,
        default_configuration: Configuration { level: "warning" },
        properties: Properties {
            tags: vec!["security".to_owned()],
            precision: "high",
            problem_severity: "warning",
            security_severity: None,
        },
    }
}

/// `implicit-grant` as `ImplicitGrant`.
fn pascal(id: &str) -> String {
    id.split('-')
        .map(|word| {
            let mut letters = word.chars();
            letters
                .next()
                .map(|first| first.to_ascii_uppercase())
                .into_iter()
                .chain(letters)
                .collect::<String>()
        })
        .collect()
}

fn sentence(text: &str) -> String {
    format!("{}.", text.trim_end_matches('.'))
}
