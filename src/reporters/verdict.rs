//! How a run ends: which findings are shown, which fail the run, and the last lines that say so.

use super::{Run, Verdict, count, printable};
use crate::day::Day;
use crate::finding::{ClientSummary, Finding, Silenced, Silencer};
use crate::lint::Report;
use crate::rule::Severity;

impl Verdict {
    /// How a run with this report ends.
    ///
    /// 0 clean or below the gate, 1 findings at the gate, 3 nothing recognised, 4 something could not be analysed.
    pub fn of(
        report: &Report,
        fail_on: Option<Severity>,
        fail_on_from: String,
        min_severity: Severity,
        allow_empty: bool,
        exit_zero: bool,
    ) -> Self {
        let gated =
            fail_on.is_some_and(|least| report.findings.iter().any(|finding| finding.severity >= least));
        let exit = match report.exit(allow_empty) {
            4 => 4,
            _ if gated => u8::from(!exit_zero),
            exit => exit,
        };
        Self { exit, fail_on, fail_on_from, min_severity }
    }
}

impl Report {
    /// The findings that comments and `[[ignore]]` silence.
    pub(crate) fn ignored(&self) -> impl Iterator<Item = &Silenced> {
        let ignores =
            |silenced: &&Silenced| matches!(silenced.by, Silencer::Comment | Silencer::Configuration);
        self.silenced.iter().filter(ignores)
    }

    /// The exit code apart from findings: 0 analysed, 3 nothing recognised, 4 something could not be analysed.
    pub fn exit(&self, allow_empty: bool) -> u8 {
        if !self.problems.is_empty() {
            4
        } else if self.recognised || allow_empty {
            0
        } else {
            3
        }
    }
}

impl Run<'_> {
    /// The findings that are shown.
    pub(crate) fn shown(&self) -> impl Iterator<Item = &Finding> {
        let least = self.verdict.min_severity;
        self.report.findings.iter().filter(move |finding| finding.severity >= least)
    }

    /// How many findings have a severity.
    pub(crate) fn of_severity(&self, severity: Severity) -> usize {
        self.report.findings.iter().filter(|finding| finding.severity == severity).count()
    }

    /// The last lines of a report for people.
    pub(crate) fn last_lines(&self) -> Vec<String> {
        let report = self.report;
        let mut lines = Vec::new();
        if !report.recognised {
            lines.push(format!("no client definitions found in {}", count(self.looked_at, "file")));
            lines.push(
                "  = looked for: Deploy CLI `clients:` lists and clients/*.json, auth0_client resources, Management API \
                 and registration JSON, lists of clients in YAML, JSON and TOML"
                    .to_owned(),
            );
            if self.excluded > 0 {
                lines.push(format!("  = {} left out by files.exclude", count(self.excluded, "named file")));
            }
            if self.verdict.exit == 3 {
                lines.push("  = where that is expected (a shared CI job), pass --allow-empty".to_owned());
            }
            return lines;
        }
        let scope =
            format!("{} ({})", count(report.clients.len(), "client"), count(report.documents, "file"));
        if report.findings.is_empty() {
            lines.push(format!("checked {scope}: no findings"));
        } else {
            let parts: Vec<String> = [Severity::Error, Severity::Warning, Severity::Info]
                .into_iter()
                .filter(|severity| self.of_severity(*severity) > 0)
                .map(|severity| count(self.of_severity(severity), severity.name()))
                .collect();
            lines.push(format!(
                "{} in {scope}: {}",
                count(report.findings.len(), "finding"),
                parts.join(", ")
            ));
        }
        lines.extend(ignored(report));
        if report.hidden > 0 {
            lines.push(format!(
                "{} for stricter personas (--persona pedantic or auditor shows them)",
                report.hidden
            ));
        }
        for skipped in &report.skipped {
            lines.push(format!("skipped: {} ({})", super::printable(&skipped.path), skipped.reason));
        }
        if !report.problems.is_empty() {
            let files: std::collections::BTreeSet<_> =
                report.problems.iter().map(|problem| problem.location.path.clone()).collect();
            lines.push(format!(
                "not checked in full: {}. This run does not tell you that it is clean.",
                count(files.len(), "file")
            ));
        }
        lines.push(self.ending());
        lines
    }

    fn ending(&self) -> String {
        let from = &self.verdict.fail_on_from;
        let gate = self.verdict.fail_on.map_or("never", Severity::name);
        match self.verdict.exit {
            1 => format!("failed: findings at or above {gate} ({from})"),
            4 => "failed: a file could not be analysed".to_owned(),
            _ if self.report.findings.is_empty() => "passed".to_owned(),
            _ => format!("passed: nothing at or above {gate} ({from})"),
        }
    }
}

/// An ignore that ends within so many days is named.
const SOON: i64 = 30;

/// How many findings are ignored, and which ignore ends first if one does so soon.
fn ignored(report: &Report) -> Option<String> {
    let silenced: Vec<&Silenced> = report.ignored().collect();
    let ending = |silenced: &&Silenced| {
        let until = Day::parse(silenced.until.as_deref()?)?;
        let days = until.since(report.today?);
        (days <= SOON).then(|| (days, silenced.location.clone()))
    };
    let mut ending: Vec<_> = silenced.iter().filter_map(ending).collect();
    ending.sort();
    let soon = match ending.as_slice() {
        [] => String::new(),
        [(days, location), rest @ ..] => {
            let when = match days {
                0 => "today".to_owned(),
                days => format!("in {}", count(usize::try_from(*days).unwrap_or_default(), "day")),
            };
            let place = location.as_ref().map(|at| format!(": {}:{}", printable(&at.path), at.start.line));
            let place = place.unwrap_or_default();
            match rest.len() {
                0 => format!(" (1 expires {when}{place})"),
                more => format!(" ({} expire within {SOON} days, the first {when}{place})", more + 1),
            }
        }
    };
    let reason =
        if silenced.iter().all(|silenced| !silenced.reason.is_empty()) { " with a reason" } else { "" };
    (!silenced.is_empty()).then(|| format!("{} ignored{reason}{soon}", silenced.len()))
}

impl ClientSummary {
    /// What a client is called in a report: its name, else its key.
    pub fn title(&self) -> &str {
        match self.name.as_deref() {
            Some(name) if !name.is_empty() => name,
            _ => &self.key,
        }
    }

    /// What a reviewer thinks of first: `spa, public, first-party, prod`.
    pub fn traits(&self) -> String {
        let mut traits = Vec::new();
        traits.extend(self.application_type.clone());
        if self.client_type != "unknown" {
            traits.push(self.client_type.clone());
        }
        if self.party != "unknown" {
            traits.push(format!("{}-party", self.party));
        }
        traits.extend(self.environment.clone());
        traits.join(", ")
    }
}
