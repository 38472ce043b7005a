//! reviewdog's diagnostics. It counts columns in bytes.

use std::io::{self, Write};

use serde::Serialize;

use super::Run;
use super::telling::{problem, sentence};
use crate::finding::{Finding, Location};
use crate::rule::Severity;
use crate::source::Position;

#[derive(Serialize)]
struct Document<'a> {
    source: Source,
    severity: &'static str,
    diagnostics: Vec<Diagnostic<'a>>,
}

#[derive(Serialize)]
struct Source {
    name: &'static str,
}

#[derive(Serialize)]
struct Diagnostic<'a> {
    message: String,
    location: Place<'a>,
    severity: &'static str,
    code: Code<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<Suggestion<'a>>,
    #[serde(rename = "relatedLocations", skip_serializing_if = "Vec::is_empty")]
    related: Vec<Related<'a>>,
}

#[derive(Serialize)]
struct Code<'a> {
    value: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

#[derive(Serialize)]
struct Place<'a> {
    path: &'a str,
    range: Range,
}

#[derive(Serialize)]
struct Range {
    start: Point,
    end: Point,
}

#[derive(Serialize)]
struct Point {
    line: u32,
    column: u32,
}

#[derive(Serialize)]
struct Suggestion<'a> {
    range: Range,
    text: &'a str,
}

#[derive(Serialize)]
struct Related<'a> {
    message: &'a str,
    location: Place<'a>,
}

pub(super) fn write(out: &mut dyn Write, run: &Run<'_>) -> io::Result<()> {
    let problems = run.report.problems.iter().map(|one| Diagnostic {
        message: problem(one),
        location: place(run, &one.location),
        severity: "ERROR",
        code: Code { value: one.code, url: None },
        suggestions: Vec::new(),
        related: Vec::new(),
    });
    let findings = run.shown().map(|finding| Diagnostic {
        message: sentence(finding),
        location: place(run, &finding.location),
        severity: match finding.severity {
            Severity::Error => "ERROR",
            Severity::Warning => "WARNING",
            Severity::Info => "INFO",
        },
        code: Code { value: &finding.rule, url: run.url(&finding.rule) },
        suggestions: suggestions(run, finding),
        related: finding
            .related
            .iter()
            .map(|one| Related { message: &one.message, location: place(run, &one.location) })
            .collect(),
    });
    let document = Document {
        source: Source { name: "clientlint" },
        severity: "WARNING",
        diagnostics: problems.chain(findings).collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

/// The edits of a fix, which reviewdog offers for the file of a finding alone.
fn suggestions<'a>(run: &Run<'_>, finding: &'a Finding) -> Vec<Suggestion<'a>> {
    let Some(fix) = &finding.fix else { return Vec::new() };
    if fix.edits.iter().any(|edit| edit.location.path != finding.location.path) {
        return Vec::new();
    }
    fix.edits
        .iter()
        .map(|edit| Suggestion { range: place(run, &edit.location).range, text: &edit.text })
        .collect()
}

fn place<'a>(run: &Run<'_>, at: &'a Location) -> Place<'a> {
    let source = run.report.sources.get(&*at.path);
    let point = |position: Position| {
        let start = source.and_then(|source| source.line_start(position.line));
        // Where the text is not known, its characters are taken for bytes.
        let column = start.and_then(|start| position.byte.checked_sub(start));
        Point { line: position.line, column: column.map_or(position.column, |bytes| bytes + 1) }
    };
    Place { path: &at.path, range: Range { start: point(at.start), end: point(at.end) } }
}
