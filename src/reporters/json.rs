//! JSON version 1: own structs, so that the program can change inside without changing what others read.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::Arc;

use rayon::prelude::*;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use super::Run;
use crate::finding::{ClientSummary, Edit, Finding, Fix, Location, Silenced, Silencer};
use crate::lint::Report;
use crate::redaction;
use crate::rule::{Rule, Severity};
use crate::source::Position;

/// What stands before the findings.
#[derive(Serialize)]
struct Head {
    version: u8,
    tool: Tool,
    summary: Summary,
}

/// What stands after the findings.
#[derive(Serialize)]
struct Tail<'a> {
    silenced: Vec<OneSilenced<'a>>,
    problems: Vec<OneProblem<'a>>,
    skipped: Vec<OneSkipped<'a>>,
}

#[derive(Serialize)]
pub(super) struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
pub(super) struct Summary {
    files: usize,
    documents: usize,
    clients: usize,
    findings: Counts,
    fixable: Fixable,
    #[serde(rename = "below-persona")]
    below_persona: usize,
    baselined: usize,
    #[serde(rename = "not-new")]
    not_new: usize,
    #[serde(rename = "stale-baseline")]
    stale_baseline: usize,
    suppressed: usize,
    problems: usize,
    skipped: usize,
    gate: Gate,
}

#[derive(Serialize)]
struct Counts {
    error: usize,
    warning: usize,
    info: usize,
}

#[derive(Serialize)]
struct Fixable {
    safe: usize,
    #[serde(rename = "unsafe")]
    not_safe: usize,
}

#[derive(Serialize)]
struct Gate {
    #[serde(rename = "fail-on")]
    fail_on: &'static str,
    failed: bool,
    exit: u8,
}

#[derive(Serialize)]
pub(super) struct OneFinding<'a> {
    rule: &'a str,
    severity: &'static str,
    confidence: &'static str,
    persona: &'static str,
    tags: Cow<'a, RawValue>,
    standards: Cow<'a, RawValue>,
    message: &'a str,
    fingerprint: &'a str,
    client: Option<Box<RawValue>>,
    pointer: String,
    location: OneLocation<'a>,
    related: Vec<OneRelated<'a>>,
    assumes: Vec<&'a str>,
    /// The environments in which it holds; none where it holds in all.
    environments: Vec<OneEnvironment<'a>>,
    help: &'a str,
    fixes: Vec<OneFix<'a>>,
    #[serde(rename = "fix-safety")]
    fix_safety: Option<&'static str>,
}

#[derive(Serialize)]
struct OneSilenced<'a> {
    by: &'static str,
    reason: String,
    until: Option<&'a str>,
    author: Option<String>,
    location: Option<OneLocation<'a>>,
    finding: OneFinding<'a>,
}

#[derive(Serialize)]
struct OneEnvironment<'a> {
    name: &'a str,
    mappings: &'a str,
}

#[derive(Serialize)]
struct OneClient<'a> {
    name: Option<&'a str>,
    key: &'a str,
    path: &'a str,
    line: u32,
    kind: &'a str,
    application_type: Option<&'a str>,
    client_type: &'a str,
    party: &'a str,
    environment: Option<&'a str>,
}

#[derive(Serialize)]
struct OneLocation<'a> {
    path: &'a str,
    start: OnePosition,
    end: OnePosition,
}

#[derive(Serialize)]
struct OnePosition {
    line: u32,
    column: u32,
    byte: u32,
}

#[derive(Serialize)]
struct OneRelated<'a> {
    path: &'a str,
    start: OnePosition,
    end: OnePosition,
    message: &'a str,
}

#[derive(Serialize)]
struct OneFix<'a> {
    title: &'a str,
    safety: &'static str,
    edits: Vec<OneEdit<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct OneEdit<'a> {
    path: &'a str,
    start_byte: u32,
    end_byte: u32,
    new_text: &'a str,
}

#[derive(Serialize)]
pub(super) struct OneProblem<'a> {
    code: &'static str,
    path: &'a str,
    line: u32,
    column: u32,
    message: &'a str,
}

#[derive(Serialize)]
pub(super) struct OneSkipped<'a> {
    path: &'a str,
    reason: &'a str,
}

pub(super) fn write(out: &mut dyn Write, run: &Run<'_>) -> io::Result<()> {
    let report = run.report;
    let rules = OfRules::of(run)?;
    let head = Head { version: 1, tool: tool(), summary: summary(run) };
    let tail = Tail {
        silenced: report
            .silenced
            .iter()
            .map(|silenced| one_silenced(silenced, &rules))
            .collect::<io::Result<_>>()?,
        problems: problems(report),
        skipped: skipped(report),
    };
    let head = serde_json::to_string(&head)?;
    let tail = serde_json::to_string(&tail)?;
    // One object: its members before the findings, these, and its members after them.
    write!(out, "{},\"findings\":[", head.strip_suffix('}').unwrap_or(&head))?;
    write_findings(out, &run.shown().collect::<Vec<_>>(), &rules)?;
    writeln!(out, "],{}", tail.strip_prefix('{').unwrap_or(&tail))
}

/// Writes findings, each on a line: who reads the report by eye finds them, and standard output, which looks for the last
/// line of what it is given, need not look far. Texts are made side by side, which takes half of the time; not too many
/// at once, since they are long.
fn write_findings(out: &mut dyn Write, shown: &[&Finding], rules: &OfRules<'_>) -> io::Result<()> {
    /// So many texts are made by one thread, and so many of these before they are written.
    const TOGETHER: usize = 64;
    const AT_ONCE: usize = 8;
    let texts = |findings: &[&Finding]| {
        let mut texts = Vec::with_capacity(findings.len() << 11);
        let mut last = None;
        for finding in findings {
            serde_json::to_writer(&mut texts, &one_finding(finding, rules, &mut last)?)?;
            texts.extend(b",\n");
        }
        Ok(texts)
    };
    let together =
        |some: &[&Finding]| -> io::Result<Vec<Vec<u8>>> { some.par_chunks(TOGETHER).map(texts).collect() };
    let mut rest = shown.chunks(TOGETHER * AT_ONCE);
    let Some(first) = rest.next() else { return Ok(()) };
    out.write_all(b"\n")?;
    let mut ready = together(first)?;
    for some in rest {
        // While these are written the next are made.
        let mut next = Ok(Vec::new());
        rayon::in_place_scope(|scope| {
            scope.spawn(|_| next = together(some));
            ready.iter().try_for_each(|texts| out.write_all(texts))
        })?;
        ready = next?;
    }
    if let Some(last) = ready.last_mut() {
        // After the last there is no comma.
        last.truncate(last.len() - 2);
        last.push(b'\n');
    }
    ready.iter().try_for_each(|texts| out.write_all(texts))
}

pub(super) fn tool() -> Tool {
    Tool { name: "clientlint", version: env!("CARGO_PKG_VERSION") }
}

pub(super) fn summary(run: &Run<'_>) -> Summary {
    let report = run.report;
    let (fixable, not_safe) = run.fixable();
    Summary {
        files: run.looked_at,
        documents: report.documents,
        clients: report.clients.len(),
        findings: Counts {
            error: run.of_severity(Severity::Error),
            warning: run.of_severity(Severity::Warning),
            info: run.of_severity(Severity::Info),
        },
        fixable: Fixable { safe: fixable - not_safe, not_safe },
        below_persona: report.hidden,
        baselined: report.silenced_by(Silencer::Baseline),
        not_new: report.silenced_by(Silencer::Before),
        stale_baseline: report.compared.stale,
        suppressed: report.ignored().count(),
        problems: report.problems.len(),
        skipped: report.skipped.len(),
        gate: Gate {
            fail_on: run.verdict.fail_on.map_or("never", Severity::name),
            failed: run.verdict.exit == 1,
            exit: run.verdict.exit,
        },
    }
}

pub(super) fn problems(report: &Report) -> Vec<OneProblem<'_>> {
    report
        .problems
        .iter()
        .map(|problem| OneProblem {
            code: problem.code,
            path: &problem.location.path,
            line: problem.location.start.line,
            column: problem.location.start.column,
            message: &problem.message,
        })
        .collect()
}

pub(super) fn skipped(report: &Report) -> Vec<OneSkipped<'_>> {
    report.skipped.iter().map(|skipped| OneSkipped { path: &skipped.path, reason: &skipped.reason }).collect()
}

fn one_silenced<'a>(silenced: &'a Silenced, rules: &'a OfRules<'_>) -> io::Result<OneSilenced<'a>> {
    Ok(OneSilenced {
        by: silenced.by.name(),
        reason: redaction::message(&silenced.reason),
        until: silenced.until.as_deref(),
        author: silenced.author.as_deref().map(redaction::message),
        location: silenced.location.as_ref().map(one_location),
        finding: one_finding(&silenced.finding, rules, &mut None)?,
    })
}

/// What findings repeat of their rules, as JSON that is made once: tags and standards by id.
pub(super) struct OfRules<'a>(HashMap<&'a str, [Box<RawValue>; 2]>);

impl<'a> OfRules<'a> {
    pub(super) fn of(run: &Run<'a>) -> io::Result<Self> {
        let of_rule = |rule: &'a Arc<Rule>| {
            Ok((rule.id.as_str(), [to_raw_value(&rule.text.tags)?, to_raw_value(&rule.text.standards)?]))
        };
        run.rules.iter().map(of_rule).collect::<io::Result<_>>().map(Self)
    }
}

/// The client of a finding, as JSON: findings of one client come together, so that it is made once for them.
pub(super) type Last<'a> = Option<(&'a Arc<ClientSummary>, Box<RawValue>)>;

pub(super) fn one_finding<'a>(
    finding: &'a Finding,
    rules: &'a OfRules<'_>,
    last: &mut Last<'a>,
) -> io::Result<OneFinding<'a>> {
    let client = match (&finding.client, &last) {
        (None, _) => None,
        (Some(client), Some((known, json))) if Arc::ptr_eq(client, known) => Some(json.clone()),
        (Some(client), _) => {
            let json = to_raw_value(&one_client(client))?;
            *last = Some((client, json.clone()));
            Some(json)
        }
    };
    let none = || to_raw_value(&[(); 0]).map(Cow::Owned);
    let of_rule =
        rules.0.get(&*finding.rule).map(|lists| lists.each_ref().map(|list| Cow::Borrowed(&**list)));
    let [tags, standards] = match of_rule {
        Some(lists) => lists,
        None => [none()?, none()?],
    };
    Ok(OneFinding {
        rule: &finding.rule,
        severity: finding.severity.name(),
        confidence: finding.confidence.name(),
        persona: finding.persona.name(),
        tags,
        standards,
        message: &finding.message,
        fingerprint: &finding.fingerprint,
        pointer: finding.subject.pointer(),
        client,
        location: one_location(&finding.location),
        related: finding
            .related
            .iter()
            .map(|related| OneRelated {
                path: &related.location.path,
                start: one_position(related.location.start),
                end: one_position(related.location.end),
                message: &related.message,
            })
            .collect(),
        assumes: finding.assumes.iter().map(AsRef::as_ref).collect(),
        environments: finding
            .environments
            .iter()
            .map(|environment| OneEnvironment { name: &environment.name, mappings: &environment.path })
            .collect(),
        help: &finding.instead,
        fixes: finding.fix.iter().map(one_fix).collect(),
        fix_safety: finding.fix.as_ref().map(|fix| fix.safety.name()),
    })
}

fn one_fix(fix: &Fix) -> OneFix<'_> {
    OneFix { title: &fix.title, safety: fix.safety.name(), edits: fix.edits.iter().map(one_edit).collect() }
}

fn one_edit(edit: &Edit) -> OneEdit<'_> {
    OneEdit {
        path: &edit.location.path,
        start_byte: edit.location.start.byte,
        end_byte: edit.location.end.byte,
        new_text: &edit.text,
    }
}

fn one_client(client: &ClientSummary) -> OneClient<'_> {
    OneClient {
        name: client.name.as_deref(),
        key: &client.key,
        path: &client.path,
        line: client.line,
        kind: &client.shape,
        application_type: client.application_type.as_deref(),
        client_type: &client.client_type,
        party: &client.party,
        environment: client.environment.as_deref(),
    }
}

fn one_location(location: &Location) -> OneLocation<'_> {
    OneLocation { path: &location.path, start: one_position(location.start), end: one_position(location.end) }
}

fn one_position(position: Position) -> OnePosition {
    OnePosition { line: position.line, column: position.column, byte: position.byte }
}
