//! How a run ends: which findings are shown, which fail the run, and the last lines that say so.

use std::sync::Arc;

use super::{Run, Verdict, count, printable};
use crate::day::Day;
use crate::finding::{ClientSummary, Confidence, Finding, Gate, Silenced, Silencer};
use crate::lint::Report;
use crate::rule::{Safety, Severity};
use crate::vocabulary::Kind;

impl Verdict {
    /// How a run with this report ends.
    ///
    /// 0 clean or below the gate, 1 findings at the gate, 3 nothing recognised, 4 something could not be analysed.
    pub fn of(report: &Report, measure: &Measure) -> Self {
        let stops = |finding: &&Finding| {
            let own = finding.client.as_ref().and_then(|client| client.gate.as_deref());
            own.unwrap_or(&measure.gate).stops(finding)
        };
        let failing = report.findings.iter().find(stops);
        let exit = match report.exit(measure.allow_empty) {
            4 => 4,
            _ if failing.is_some() => u8::from(!measure.exit_zero),
            exit => exit,
        };
        // Who reads that the run fails wants to know by which measure.
        let own = failing.and_then(|finding| finding.client.as_ref()?.gate.as_deref());
        let gate = own.unwrap_or(&measure.gate);
        Self {
            exit,
            fail_on: gate.fail_on,
            fail_on_from: gate.from.to_string(),
            min_severity: measure.min_severity,
            min_confidence: measure.min_confidence,
        }
    }
}

/// By what a run is measured.
pub struct Measure {
    /// Which findings fail it, where nothing else is said of their clients.
    pub gate: Arc<Gate>,
    /// Findings below this are not shown.
    pub min_severity: Severity,
    /// Findings that are less sure are not shown.
    pub min_confidence: Confidence,
    /// Whether a run in which nothing is recognised is fine.
    pub allow_empty: bool,
    /// Whether findings fail no run.
    pub exit_zero: bool,
}

impl Report {
    /// How many findings something silences.
    pub(crate) fn silenced_by(&self, by: Silencer) -> usize {
        self.silenced.iter().filter(|silenced| silenced.by == by).count()
    }

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
        let (severity, confidence) = (self.verdict.min_severity, self.verdict.min_confidence);
        let shown =
            move |finding: &&Finding| finding.severity >= severity && finding.confidence >= confidence;
        self.report.findings.iter().filter(shown)
    }

    /// How many findings have a severity.
    pub(crate) fn of_severity(&self, severity: Severity) -> usize {
        self.report.findings.iter().filter(|finding| finding.severity == severity).count()
    }

    /// How many findings can be mended, and how many of these only with a fix that is not safe.
    pub(crate) fn fixable(&self) -> (usize, usize) {
        let fixes = self.report.findings.iter().filter_map(|finding| finding.fix.as_ref());
        fixes.fold((0, 0), |(all, unsafe_ones), fix| {
            (all + 1, unsafe_ones + usize::from(fix.safety == Safety::Unsafe))
        })
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
        lines.extend(self.known());
        let (fixable, unsafe_ones) = self.fixable();
        if fixable > 0 {
            lines.push(match unsafe_ones {
                0 => format!("{fixable} fixable: clientlint fix"),
                _ if unsafe_ones == fixable => format!("{fixable} fixable: clientlint fix --unsafe"),
                _ => format!("{fixable} fixable ({unsafe_ones} with --unsafe): clientlint fix"),
            });
        }
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

    /// What is not reported because it was known already.
    fn known(&self) -> Vec<String> {
        let compared = &self.report.compared;
        let mut lines = Vec::new();
        let baselined = self.report.silenced_by(Silencer::Baseline);
        if baselined > 0 {
            lines.push(match &compared.oldest {
                Some(day) => format!("{baselined} baselined (oldest {day})"),
                None => format!("{baselined} baselined"),
            });
        }
        if let Some(reference) = &compared.since {
            let before = self.report.silenced_by(Silencer::Before);
            lines.push(format!("{before} not new since {}", super::printable(reference)));
        }
        if compared.stale > 0 {
            let (matches, entries) =
                if compared.stale == 1 { ("matches", "entry") } else { ("match", "entries") };
            lines.push(format!(
                "stale baseline: {} {entries} {matches} nothing any more (`clientlint baseline prune`)",
                compared.stale
            ));
        }
        lines
    }

    /// Whether the run passed, and by which measure.
    pub(crate) fn ending(&self) -> String {
        let from = &self.verdict.fail_on_from;
        let gate = self.verdict.fail_on.map_or("never", Severity::name);
        match self.verdict.exit {
            1 => format!("failed: findings at or above {gate} ({from})"),
            4 => "failed: a file could not be analysed".to_owned(),
            _ if self.report.findings.is_empty() => "passed".to_owned(),
            _ if self.verdict.fail_on.is_some_and(|least| {
                self.report.findings.iter().any(|finding| finding.severity >= least)
            }) =>
            {
                format!(
                    "passed: findings at or above {gate} fail no run here (--exit-zero, override or confidence)"
                )
            }
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
    /// What a client is called in a report: its name, else its key; another object without either is what it is.
    pub fn title(&self) -> &str {
        match self.name.as_deref() {
            Some(name) if !name.is_empty() => name,
            _ if !self.key.is_empty() => &self.key,
            _ if self.kind == Kind::Client.name() => "unnamed",
            _ => self.what(),
        }
    }

    /// What it is, in words.
    pub fn what(&self) -> &'static str {
        match Kind::named(self.kind) {
            Some(Kind::Client) | None => "client",
            Some(Kind::ClientGrant) => "grant",
            Some(Kind::ResourceServer) => "API",
            Some(Kind::Tenant) => "tenant",
            Some(Kind::Connection) => "connection",
            Some(Kind::DeployConfig) => "deployment",
            Some(Kind::AppConfig) => "application",
            Some(Kind::Verifier) => "verifier",
            Some(Kind::Project) => "project",
            Some(Kind::Ignore) => "ignore",
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
