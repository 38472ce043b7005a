//! Issues of Azure Pipelines: one logging command for each finding. There are errors and warnings; what is good to know
//! is a warning that says so.

use std::io::{self, Write};

use super::telling::{problem, sentence};
use super::{Run, printable};
use crate::finding::Location;
use crate::rule::Severity;

pub(super) fn write(out: &mut dyn Write, run: &Run<'_>) -> io::Result<()> {
    for one in &run.report.problems {
        issue(out, "error", &one.location, one.code, &problem(one))?;
    }
    for finding in run.gravest_first() {
        let (kind, start) = match finding.severity {
            Severity::Error => ("error", ""),
            Severity::Warning => ("warning", ""),
            Severity::Info => ("warning", "info: "),
        };
        let message = format!("{start}{} [{}]", sentence(finding), finding.rule);
        issue(out, kind, &finding.location, &finding.rule, &message)?;
    }
    for skipped in &run.report.skipped {
        writeln!(out, "skipped: {} ({})", plain(&skipped.path), skipped.reason)?;
    }
    writeln!(out, "{}", plain(&run.ending()))
}

fn issue(out: &mut dyn Write, kind: &str, at: &Location, code: &str, message: &str) -> io::Result<()> {
    let path = property(&at.path);
    let (line, column) = (at.start.line, at.start.column);
    let place = format!("sourcepath={path};linenumber={line};columnnumber={column}");
    writeln!(out, "##vso[task.logissue type={kind};{place};code={};]{}", property(code), data(message))
}

/// Text of a message as the agent reads it. The agent sees a command anywhere in a line, so none may stand in it.
fn data(text: &str) -> String {
    without_commands(text).replace('%', "%AZP25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Text of a property as the agent reads it.
fn property(text: &str) -> String {
    data(&printable(text)).replace(';', "%3B").replace(']', "%5D")
}

/// Text of a line that must be no command.
fn plain(text: &str) -> String {
    without_commands(&printable(text))
}

fn without_commands(text: &str) -> String {
    text.replace("##vso[", "# #vso[").replace("##[", "# #[")
}
