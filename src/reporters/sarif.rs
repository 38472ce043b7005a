//! SARIF 2.1.0: one run. It quotes no text of the files, which whoever shows a report has at hand.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use serde::Serialize;

use super::sarif_rules::{self, Descriptor, Message};
use super::telling::{digits, problem, remark, sentence};
use super::{Run, printable};
use crate::finding::{Edit, Finding, Fix, Location, Silenced, Silencer};
use crate::rule::{Safety, Severity};

/// Code scanning shows so many results, the gravest.
pub const MOST_SHOWN: usize = 5000;

#[derive(Serialize)]
struct Document<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [OneRun<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OneRun<'a> {
    tool: Tool<'a>,
    automation_details: Id,
    column_kind: &'static str,
    original_uri_base_ids: Bases,
    invocations: [Invocation<'a>; 1],
    results: Vec<OneResult<'a>>,
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'a> {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<Descriptor<'a>>,
}

#[derive(Serialize)]
struct Id {
    id: &'static str,
}

#[derive(Serialize)]
struct Bases {
    #[serde(rename = "SRCROOT")]
    root: Base,
}

#[derive(Serialize)]
struct Base {
    description: Message,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation<'a> {
    execution_successful: bool,
    exit_code: u8,
    tool_execution_notifications: Vec<Notification<'a>>,
}

#[derive(Serialize)]
struct Notification<'a> {
    level: &'static str,
    message: Message,
    locations: [Place<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OneResult<'a> {
    rule_id: &'a str,
    rule_index: usize,
    level: &'static str,
    kind: &'static str,
    message: Message,
    locations: [Place<'a>; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Place<'a>>,
    partial_fingerprints: Fingerprints<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<OneFix>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<Suppression<'a>>,
    properties: Properties<'a>,
}

#[derive(Serialize)]
struct Fingerprints<'a> {
    #[serde(rename = "clientlint/v1")]
    own: &'a str,
}

#[derive(Serialize)]
struct Properties<'a> {
    #[serde(rename = "clientlint/severity")]
    severity: &'static str,
    #[serde(rename = "clientlint/confidence")]
    confidence: &'static str,
    #[serde(rename = "clientlint/client", skip_serializing_if = "Option::is_none")]
    client: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Place<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: Physical,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<Logical<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Artifact {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Logical<'a> {
    name: &'a str,
    fully_qualified_name: String,
    kind: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OneFix {
    description: Message,
    artifact_changes: Vec<Change>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Change {
    artifact_location: Artifact,
    replacements: Vec<Replacement>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement {
    deleted_region: Region,
    inserted_content: Inserted,
}

#[derive(Serialize)]
struct Inserted {
    text: String,
}

#[derive(Serialize)]
struct Suppression<'a> {
    kind: &'static str,
    status: &'static str,
    justification: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<Place<'a>>,
}

pub(super) fn write(out: &mut dyn Write, run: &Run<'_>) -> io::Result<()> {
    let report = run.report;
    let silenced = if run.sarif_suppressed { report.silenced.as_slice() } else { &[] };
    let findings: Vec<&Finding> =
        if run.shown().count() > MOST_SHOWN { run.gravest_first() } else { run.shown().collect() };
    let known = run.rules_by_id();
    let broken = findings.iter().copied().chain(silenced.iter().map(|silenced| &silenced.finding));
    let (rules, numbers) = sarif_rules::broken(broken, &known, run);
    let mut results: Vec<OneResult<'_>> =
        findings.iter().map(|finding| result(finding, &numbers, None)).collect();
    results.extend(silenced.iter().map(|silenced| result(&silenced.finding, &numbers, Some(silenced))));
    let problems = report.problems.iter().map(|one| Notification {
        level: "error",
        message: Message::plain(&format!("{}: {}", one.code, problem(one))),
        locations: [place(&one.location)],
    });
    let skipped = report.skipped.iter().map(|one| Notification {
        level: "note",
        message: Message::plain(&format!("skipped: {}", one.reason)),
        locations: [Place {
            id: None,
            physical_location: Physical { artifact_location: artifact(&one.path), region: None },
            logical_locations: Vec::new(),
            message: None,
        }],
    });
    let document = Document {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [OneRun {
            tool: Tool {
                driver: Driver { name: "clientlint", semantic_version: env!("CARGO_PKG_VERSION"), rules },
            },
            automation_details: Id { id: "clientlint/" },
            column_kind: "unicodeCodePoints",
            original_uri_base_ids: Bases {
                root: Base { description: Message::plain("The root of the repository.") },
            },
            invocations: [Invocation {
                execution_successful: report.problems.is_empty(),
                exit_code: run.verdict.exit,
                tool_execution_notifications: problems.chain(skipped).collect(),
            }],
            results,
        }],
    };
    serde_json::to_writer(&mut *out, &document)?;
    writeln!(out)
}

fn result<'a>(
    finding: &'a Finding,
    rules: &HashMap<&str, usize>,
    silenced: Option<&'a Silenced>,
) -> OneResult<'a> {
    let mut here = place(&finding.location);
    if let Some(client) = &finding.client {
        here.logical_locations.push(Logical {
            name: client.title(),
            fully_qualified_name: format!("{}{}", client.key, finding.subject.pointer()),
            kind: "member",
        });
    }
    let related = |(index, related): (usize, &'a crate::finding::Related)| Place {
        id: Some(index + 1),
        message: Some(Message::plain(&related.message)),
        ..place(&related.location)
    };
    OneResult {
        rule_id: &finding.rule,
        rule_index: rules.get(&*finding.rule).copied().unwrap_or_default(),
        level: level(finding.severity),
        kind: "fail",
        message: Message::plain(&sentence(finding)),
        locations: [here],
        related_locations: finding.related.iter().enumerate().map(related).collect(),
        partial_fingerprints: Fingerprints { own: digits(&finding.fingerprint) },
        fixes: finding.fix.as_ref().filter(|fix| !fix.edits.is_empty()).map(fix).into_iter().collect(),
        suppressions: silenced.map(suppression).into_iter().collect(),
        properties: Properties {
            severity: finding.severity.name(),
            confidence: finding.confidence.name(),
            client: finding.client.as_ref().map(|client| client.title()),
        },
    }
}

pub(super) fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn fix(fix: &Fix) -> OneFix {
    let safety = if fix.safety == Safety::Safe { "" } else { " (may change behaviour)" };
    let mut changes: Vec<(&str, Vec<&Edit>)> = Vec::new();
    for edit in &fix.edits {
        match changes.iter_mut().find(|(path, _)| *path == &*edit.location.path) {
            Some((_, edits)) => edits.push(edit),
            None => changes.push((&edit.location.path, vec![edit])),
        }
    }
    let replacement = |edit: &Edit| Replacement {
        deleted_region: region(&edit.location),
        inserted_content: Inserted { text: edit.text.clone() },
    };
    OneFix {
        description: Message::plain(&format!("{}{safety}", fix.title)),
        artifact_changes: changes
            .into_iter()
            .map(|(path, edits)| Change {
                artifact_location: artifact(path),
                replacements: edits.into_iter().map(replacement).collect(),
            })
            .collect(),
    }
}

fn suppression(silenced: &Silenced) -> Suppression<'_> {
    let kind = if silenced.by == Silencer::Comment { "inSource" } else { "external" };
    Suppression {
        kind,
        status: "accepted",
        justification: remark(&silenced.reason),
        location: silenced.location.as_ref().map(place),
    }
}

fn place(at: &Location) -> Place<'_> {
    Place {
        id: None,
        physical_location: Physical { artifact_location: artifact(&at.path), region: Some(region(at)) },
        logical_locations: Vec::new(),
        message: None,
    }
}

fn region(at: &Location) -> Region {
    Region {
        start_line: at.start.line,
        start_column: at.start.column,
        end_line: at.end.line,
        end_column: at.end.column,
    }
}

/// A path as a URI below the root of the repository; as it is where it lies elsewhere.
fn artifact(path: &str) -> Artifact {
    let absolute = path.starts_with('/') || path.as_bytes().get(1) == Some(&b':');
    let mut uri = String::from(if !absolute {
        ""
    } else if path.starts_with('/') {
        "file://"
    } else {
        "file:///"
    });
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte))
            }
            // A colon in the first part would make it a scheme.
            b':' if absolute => uri.push(':'),
            _ => {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    Artifact { uri, uri_base_id: (!absolute).then_some("SRCROOT") }
}

impl Message {
    /// A message in which nothing is a link: whoever writes a client's name shall not send readers anywhere.
    pub(super) fn plain(text: &str) -> Self {
        Self { text: printable(text).replace("](", "] (") }
    }
}
