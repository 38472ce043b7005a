//! Numbers for people: how many findings there are of each rule and each client, and how the run ends.

use std::collections::HashMap;
use std::io::{self, Write};

use super::{Run, clipped, printable};
use crate::finding::Finding;
use crate::rule::Severity;

pub(super) fn write(out: &mut dyn Write, run: &Run<'_>) -> io::Result<()> {
    let rules = counted(run.shown().map(|finding| (finding, finding.rule.to_string())));
    let clients = counted(run.shown().filter_map(|finding| {
        let client = finding.client.as_ref()?;
        Some((finding, format!("{} ({})", clipped(client.title()), printable(&client.path))))
    }));
    for (head, rows) in [("rule", rules), ("client", clients)] {
        if rows.is_empty() {
            continue;
        }
        writeln!(out, "{:>6} {:>8} {:>6}  {head}", "errors", "warnings", "infos")?;
        for (name, [infos, warnings, errors]) in rows {
            writeln!(out, "{errors:>6} {warnings:>8} {infos:>6}  {name}")?;
        }
        writeln!(out)?;
    }
    for problem in &run.report.problems {
        writeln!(out, "problem: {}: {} ({})", problem.location, printable(&problem.message), problem.code)?;
    }
    run.last_lines().iter().try_for_each(|line| writeln!(out, "{line}"))
}

/// What findings are counted by, with how many infos, warnings and errors each has: the gravest first, then by name.
fn counted<'a>(findings: impl Iterator<Item = (&'a Finding, String)>) -> Vec<(String, [usize; 3])> {
    let mut counts: HashMap<String, [usize; 3]> = HashMap::new();
    for (finding, name) in findings {
        let at = match finding.severity {
            Severity::Info => 0,
            Severity::Warning => 1,
            Severity::Error => 2,
        };
        counts.entry(name).or_default()[at] += 1;
    }
    let mut rows: Vec<_> = counts.into_iter().collect();
    let order = |[infos, warnings, errors]: [usize; 3]| std::cmp::Reverse([errors, warnings, infos]);
    rows.sort_by(|a, b| (order(a.1), &a.0).cmp(&(order(b.1), &b.0)));
    rows
}
