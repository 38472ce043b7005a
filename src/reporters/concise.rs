//! One line for each finding: `path:line:column: severity[rule] message (client)`.

use std::io::{self, Write};

use super::{Run, printable};

pub(super) fn write(out: &mut dyn Write, run: &Run<'_>) -> io::Result<()> {
    for finding in run.shown() {
        let at = &finding.location;
        let severity = finding.severity.name();
        let client =
            finding.client.as_ref().map(|client| format!(" ({})", client.title())).unwrap_or_default();
        let line = format!("{}[{}] {}{client}", severity, finding.rule, finding.message);
        writeln!(out, "{}:{}:{}: {}", printable(&at.path), at.start.line, at.start.column, printable(&line))?;
    }
    for problem in &run.report.problems {
        let at = &problem.location;
        writeln!(
            out,
            "{}:{}:{}: problem[{}] {}",
            printable(&at.path),
            at.start.line,
            at.start.column,
            problem.code,
            printable(&problem.message)
        )?;
    }
    Ok(())
}
