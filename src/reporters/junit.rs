//! JUnit: a suite for each file, in which each finding is a test that fails, each client without one a test that
//! passes, and each file that could not be analysed an error.

use std::collections::{BTreeMap, HashSet};
use std::io::{self, Write};

use super::telling::{problem, sentence};
use super::xml::Xml;
use super::{Run, clipped};
use crate::finding::{ClientSummary, Finding, Problem, Skipped};

/// What is told of one file.
#[derive(Default)]
struct Suite<'a> {
    findings: Vec<&'a Finding>,
    clean: Vec<&'a ClientSummary>,
    problems: Vec<&'a Problem>,
    skipped: Vec<&'a Skipped>,
}

impl Suite<'_> {
    /// How many tests there are, and how many of them fail, are in error and are skipped.
    fn counts(&self) -> [usize; 4] {
        let (failures, errors, skipped) = (self.findings.len(), self.problems.len(), self.skipped.len());
        [failures + errors + skipped + self.clean.len(), failures, errors, skipped]
    }
}

pub(super) fn write(out: &mut dyn Write, run: &Run<'_>) -> io::Result<()> {
    let suites = suites(run);
    let mut all = [0; 4];
    for suite in suites.values() {
        for (sum, count) in all.iter_mut().zip(suite.counts()) {
            *sum += count;
        }
    }
    let mut xml = Xml::new(out)?;
    start(&mut xml, "testsuites", "clientlint", all)?;
    for (path, suite) in &suites {
        start(&mut xml, "testsuite", path, suite.counts())?;
        for finding in &suite.findings {
            failure(&mut xml, run, path, finding)?;
        }
        for one in &suite.problems {
            xml.start("testcase", &[("name", one.code), ("classname", path)])?;
            let message = problem(one);
            let text = format!("{}: {message}", one.location);
            xml.element("error", &[("message", &message), ("type", one.code)], &text)?;
            xml.end()?;
        }
        for client in &suite.clean {
            xml.element("testcase", &[("name", &clipped(client.title())), ("classname", path)], "")?;
        }
        for one in &suite.skipped {
            xml.start("testcase", &[("name", "skipped"), ("classname", path)])?;
            xml.element("skipped", &[("message", &one.reason)], "")?;
            xml.end()?;
        }
        xml.end()?;
    }
    xml.end()
}

fn suites<'a>(run: &'a Run<'_>) -> BTreeMap<&'a str, Suite<'a>> {
    let mut suites: BTreeMap<&str, Suite<'a>> = BTreeMap::new();
    let mut wrong: HashSet<(&str, u32, &str)> = HashSet::new();
    for finding in run.shown() {
        suites.entry(&finding.location.path).or_default().findings.push(finding);
        wrong.extend(finding.client.as_deref().map(identity));
    }
    for problem in &run.report.problems {
        suites.entry(&problem.location.path).or_default().problems.push(problem);
    }
    for client in run.report.clients.iter().filter(|client| !wrong.contains(&identity(client))) {
        suites.entry(&client.path).or_default().clean.push(client);
    }
    for skipped in &run.report.skipped {
        suites.entry(&skipped.path).or_default().skipped.push(skipped);
    }
    suites
}

fn identity(client: &ClientSummary) -> (&str, u32, &str) {
    (&client.path, client.line, &client.key)
}

fn start(xml: &mut Xml<'_>, element: &'static str, name: &str, counts: [usize; 4]) -> io::Result<()> {
    let [tests, failures, errors, skipped] = counts.map(|count| count.to_string());
    let mut attributes =
        vec![("name", name), ("tests", &tests), ("failures", &failures), ("errors", &errors)];
    // The root has no such attribute.
    if element == "testsuite" {
        attributes.push(("skipped", &skipped));
    }
    xml.start(element, &attributes)
}

fn failure(xml: &mut Xml<'_>, run: &Run<'_>, path: &str, finding: &Finding) -> io::Result<()> {
    let client = finding.client.as_ref().map(|client| format!(": {}", clipped(client.title())));
    let name = format!("{}{}", finding.rule, client.unwrap_or_default());
    xml.start("testcase", &[("name", &name), ("classname", path)])?;
    let (message, severity) = (sentence(finding), finding.severity.name());
    let instead = finding.instead.trim_end();
    let text = format!(
        "{}: {severity}[{}] {message}\ninstead: {instead}\nmore: {}",
        finding.location,
        finding.rule,
        run.more(&finding.rule)
    );
    xml.element("failure", &[("message", &message), ("type", severity)], &text)?;
    xml.end()
}
