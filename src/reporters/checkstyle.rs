//! Checkstyle: an XML list of errors for each file.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::Run;
use super::telling::{problem, sentence};
use super::xml::Xml;
use crate::source::Position;

pub(super) fn write(out: &mut dyn Write, run: &Run<'_>) -> io::Result<()> {
    let mut files: BTreeMap<&str, Vec<(Position, &str, String, &str)>> = BTreeMap::new();
    for one in &run.report.problems {
        let at = &one.location;
        files.entry(&at.path).or_default().push((at.start, "error", problem(one), one.code));
    }
    for finding in run.shown() {
        let (at, severity) = (&finding.location, finding.severity.name());
        files.entry(&at.path).or_default().push((at.start, severity, sentence(finding), &finding.rule));
    }
    let mut xml = Xml::new(out)?;
    xml.start("checkstyle", &[("version", "4.3")])?;
    for (path, errors) in files {
        xml.start("file", &[("name", path)])?;
        for (at, severity, message, rule) in errors {
            let (line, column) = (at.line.to_string(), at.column.to_string());
            let source = format!("clientlint.{rule}");
            let attributes = [
                ("line", line.as_str()),
                ("column", &column),
                ("severity", severity),
                ("message", &message),
                ("source", &source),
            ];
            xml.element("error", &attributes, "")?;
        }
        xml.end()?;
    }
    xml.end()
}
