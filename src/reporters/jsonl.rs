//! JSON lines: what `json` says, one object on each line, each with its type; the last is the summary.

use std::io::{self, Write};

use serde::Serialize;

use super::Run;
use super::json::{self, OfRules, OneFinding, OneProblem, OneSkipped, Summary, Tool};

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Line<'a> {
    Finding(Box<OneFinding<'a>>),
    Problem(OneProblem<'a>),
    Skipped(OneSkipped<'a>),
    Summary {
        version: u8,
        tool: Tool,
        #[serde(flatten)]
        summary: Summary,
    },
}

pub(super) fn write(out: &mut dyn Write, run: &Run<'_>) -> io::Result<()> {
    let rules = OfRules::of(run)?;
    let mut last = None;
    for finding in run.shown() {
        let finding = Line::Finding(Box::new(json::one_finding(finding, &rules, &mut last)?));
        write_line(out, &finding)?;
    }
    let problems = json::problems(run.report).into_iter().map(Line::Problem);
    let skipped = json::skipped(run.report).into_iter().map(Line::Skipped);
    let summary = Line::Summary { version: 1, tool: json::tool(), summary: json::summary(run) };
    problems.chain(skipped).chain([summary]).try_for_each(|line| write_line(out, &line))
}

fn write_line(out: &mut dyn Write, line: &Line<'_>) -> io::Result<()> {
    serde_json::to_writer(&mut *out, line)?;
    writeln!(out)
}
