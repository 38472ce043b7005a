//! GitLab code quality: a list of issues. What could not be analysed is one as well, since there is no other place
//! for it and an empty list would say that all is well.

use std::io::{self, Write};

use serde::Serialize;

use super::Run;
use super::telling::{Grade, digits, problem, sentence};
use crate::finding::Location;
use crate::fingerprint;

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Place<'a>,
}

#[derive(Serialize)]
struct Place<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

pub(super) fn write(out: &mut dyn Write, run: &Run<'_>) -> io::Result<()> {
    let rules = run.rules_by_id();
    let mut issues: Vec<Issue<'_>> = Vec::new();
    // Problems are sorted by code and path; GitLab shows one issue of each fingerprint.
    let mut number = 0_usize;
    let mut before = None;
    for one in &run.report.problems {
        let this = (one.code, &one.location.path);
        number = if before == Some(this) { number + 1 } else { 0 };
        before = Some(this);
        issues.push(Issue {
            description: format!("{}: {}", one.code, problem(one)),
            check_name: one.code,
            fingerprint: digits(&fingerprint::of_problem(one, number)).to_owned(),
            severity: "blocker",
            location: place(&one.location),
        });
    }
    issues.extend(run.shown().map(|finding| Issue {
        // GitLab does not show the name of the check.
        description: format!("{}: {}", finding.rule, sentence(finding)),
        check_name: &finding.rule,
        fingerprint: digits(&finding.fingerprint).to_owned(),
        severity: match Grade::of(finding, rules.get(&*finding.rule).copied()) {
            Grade::Gravest => "blocker",
            Grade::Error => "critical",
            Grade::Warning => "major",
            Grade::Info => "info",
        },
        location: place(&finding.location),
    }));
    serde_json::to_writer_pretty(&mut *out, &issues)?;
    writeln!(out)
}

fn place(at: &Location) -> Place<'_> {
    Place { path: &at.path, lines: Lines { begin: at.start.line, end: at.end.line } }
}
