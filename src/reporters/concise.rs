//! One line for each finding: `path:line:column: severity[rule] message (client)`.

use std::io::{self, Write};

use super::{Run, clipped, printable};

pub(super) fn write(out: &mut dyn Write, run: &Run<'_>) -> io::Result<()> {
    for finding in run.shown() {
        let client = finding
            .client
            .as_ref()
            .map(|client| format!(" ({})", clipped(client.title())))
            .unwrap_or_default();
        let severity = finding.severity.name();
        let message = clipped(&finding.message);
        let names: Vec<String> =
            finding.environments.iter().map(|environment| clipped(&environment.name)).collect();
        let only = if names.is_empty() { String::new() } else { format!(", only in {}", names.join(", ")) };
        writeln!(out, "{}: {severity}[{}] {message}{client}{only}", finding.location, finding.rule)?;
    }
    for problem in &run.report.problems {
        writeln!(out, "{}: problem[{}] {}", problem.location, problem.code, printable(&problem.message))?;
    }
    Ok(())
}
