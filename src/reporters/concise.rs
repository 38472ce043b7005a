//! One line for each finding: `path:line:column: severity[rule] message (client)`.

use std::io::{self, Write};

use super::telling::sentence;
use super::{Run, printable};

pub(super) fn write(out: &mut dyn Write, run: &Run<'_>) -> io::Result<()> {
    for finding in run.shown() {
        let (severity, rule) = (finding.severity.name(), &finding.rule);
        writeln!(out, "{}: {severity}[{rule}] {}", finding.location, sentence(finding))?;
    }
    for problem in &run.report.problems {
        writeln!(out, "{}: problem[{}] {}", problem.location, problem.code, printable(&problem.message))?;
    }
    Ok(())
}
