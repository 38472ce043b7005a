//! Annotations of GitHub Actions. It shows ten of each kind for a step and drops the rest without a word, so the tenth
//! says how many more there are.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::telling::{problem, sentence};
use super::{Run, printable};
use crate::finding::Location;
use crate::rule::Severity;

/// So many annotations of one kind are shown.
const SHOWN: usize = 10;

pub(super) fn write(out: &mut dyn Write, run: &Run<'_>) -> io::Result<()> {
    for (severity, command) in
        [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Info, "notice")]
    {
        let mut lines = Vec::new();
        if severity == Severity::Error {
            // First of all: without these the rest says less than it seems to.
            lines.extend(
                run.report
                    .problems
                    .iter()
                    .map(|one| annotation(command, &one.location, one.code, &problem(one))),
            );
        }
        lines.extend(run.shown().filter(|finding| finding.severity == severity).map(|finding| {
            let message = format!("{}\n{}", sentence(finding), run.more(&finding.rule));
            annotation(command, &finding.location, &finding.rule, &message)
        }));
        let shown = if lines.len() > SHOWN { SHOWN - 1 } else { lines.len() };
        for line in &lines[..shown] {
            writeln!(out, "{line}")?;
        }
        if lines.len() > shown {
            let more = lines.len() - shown;
            writeln!(
                out,
                "::{command} title=clientlint::{more} more, see the job summary or another report"
            )?;
        }
    }
    // What is no command is a line of the log.
    for skipped in &run.report.skipped {
        writeln!(out, "skipped: {} ({})", plain(&skipped.path), skipped.reason)?;
    }
    writeln!(out, "{}", plain(&run.ending()))
}

fn annotation(command: &str, at: &Location, title: &str, message: &str) -> String {
    let (start, end) = (at.start, at.end);
    let mut place = format!("file={},line={},col={}", property(&at.path), start.line, start.column);
    if end > start {
        let _ = write!(place, ",endLine={},endColumn={}", end.line, end.column);
    }
    format!("::{command} {place},title={}::{}", property(title), data(message))
}

/// Text of a message as the runner reads it.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Text of a property as the runner reads it.
fn property(text: &str) -> String {
    data(&printable(text)).replace(':', "%3A").replace(',', "%2C")
}

/// Text of a line that must be no command, of the older form either, which the runner sees anywhere in a line.
fn plain(text: &str) -> String {
    printable(text).replace("##[", "# #[")
}
