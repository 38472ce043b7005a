//! GitLab's SAST report, version 15.1. Its schema demands the time of the scan.

use std::io::{self, Write};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;

use super::Run;
use super::telling::{Grade, clip, digits, problem, sentence};
use crate::finding::Finding;
use crate::rule::Rule;

#[derive(Serialize)]
struct Document<'a> {
    version: &'static str,
    scan: Scan,
    vulnerabilities: Vec<Vulnerability<'a>>,
}

#[derive(Serialize)]
struct Scan {
    analyzer: Tool,
    scanner: Tool,
    #[serde(rename = "type")]
    kind: &'static str,
    status: &'static str,
    start_time: String,
    end_time: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    messages: Vec<Message>,
}

#[derive(Serialize)]
struct Tool {
    id: &'static str,
    name: &'static str,
    version: &'static str,
    vendor: Vendor,
}

#[derive(Serialize)]
struct Vendor {
    name: &'static str,
}

#[derive(Serialize)]
struct Message {
    level: &'static str,
    value: String,
}

#[derive(Serialize)]
struct Vulnerability<'a> {
    id: String,
    name: &'a str,
    description: String,
    severity: &'static str,
    solution: String,
    location: Place<'a>,
    identifiers: Vec<Identifier<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    links: Vec<Link>,
}

#[derive(Serialize)]
struct Place<'a> {
    file: &'a str,
    start_line: u32,
    end_line: u32,
}

#[derive(Serialize)]
struct Identifier<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    name: &'a str,
    value: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

#[derive(Serialize)]
struct Link {
    name: &'static str,
    url: String,
}

pub(super) fn write(out: &mut dyn Write, run: &Run<'_>) -> io::Result<()> {
    let rules = run.rules_by_id();
    let now = time();
    let tool = || Tool {
        id: "clientlint",
        name: "clientlint",
        version: env!("CARGO_PKG_VERSION"),
        vendor: Vendor { name: "clientlint" },
    };
    let problems = run
        .report
        .problems
        .iter()
        .map(|one| Message { level: "warn", value: format!("{}: {}", one.location, problem(one)) });
    let skipped = run
        .report
        .skipped
        .iter()
        .map(|one| Message { level: "info", value: format!("{} skipped: {}", one.path, one.reason) });
    let document = Document {
        version: "15.1.4",
        scan: Scan {
            analyzer: tool(),
            scanner: tool(),
            kind: "sast",
            status: if run.report.problems.is_empty() { "success" } else { "failure" },
            start_time: now.clone(),
            end_time: now,
            messages: problems.chain(skipped).collect(),
        },
        vulnerabilities: run
            .shown()
            .map(|finding| vulnerability(run, finding, rules.get(&*finding.rule).copied()))
            .collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

fn vulnerability<'a>(run: &Run<'_>, finding: &'a Finding, rule: Option<&'a Rule>) -> Vulnerability<'a> {
    let why = rule.map_or("", |rule| rule.text.why.trim());
    let url = run.url(&finding.rule);
    let name = rule.map_or(&*finding.rule, |rule| &rule.text.summary);
    Vulnerability {
        id: uuid(digits(&finding.fingerprint)),
        name,
        description: format!("{}\n\n{why}", sentence(finding)).trim_end().to_owned(),
        severity: match Grade::of(finding, rule) {
            Grade::Gravest => "Critical",
            Grade::Error => "High",
            Grade::Warning => "Medium",
            Grade::Info => "Info",
        },
        // The schema allows no more.
        solution: clip(&finding.instead, 7000).to_owned(),
        location: Place {
            file: &finding.location.path,
            start_line: finding.location.start.line,
            end_line: finding.location.end.line,
        },
        identifiers: vec![Identifier {
            kind: "clientlint_rule",
            name: &finding.rule,
            value: &finding.rule,
            url: url.clone(),
        }],
        links: url.map(|url| Link { name: "About the rule", url }).into_iter().collect(),
    }
}

/// 32 hexadecimal digits in the form of a UUID of version 8, whose bits are the maker's own.
fn uuid(digits: &str) -> String {
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    format!("{}-{}-8{}-8{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
}

/// The time of the report, or what `SOURCE_DATE_EPOCH` says in its place, as the schema wants it.
fn time() -> String {
    let said = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|text| text.parse().ok());
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    date_and_time(said.unwrap_or_else(now))
}

/// Seconds since 1970 as `YYYY-MM-DDTHH:MM:SS`.
fn date_and_time(seconds: u64) -> String {
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    // Years that start in March end with the day that some of them lack.
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let (day, month) = (day - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    let year = era * 400 + year + u64::from(month <= 2);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_the_calendar() {
        assert_eq!(date_and_time(0), "1970-01-01T00:00:00");
        assert_eq!(date_and_time(951_782_400), "2000-02-29T00:00:00");
        assert_eq!(date_and_time(1_767_225_599), "2025-12-31T23:59:59");
    }

    #[test]
    fn a_fingerprint_makes_one_uuid() {
        assert_eq!(uuid("0123456789abcdef0123456789abcdef"), "01234567-89ab-8def-8123-456789abcdef");
    }
}
