//! `--verbose` and `--stats`: what a run did, on standard error. Paths and counts; nothing that stands in a file.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::time::Duration;

use super::check::Counts;
use super::options::InputOptions;
use crate::configs::Configs;
use crate::discover::{self, Base};
use crate::lint::Report;
use crate::reporters::{count, printable};

/// Tells what was asked for.
pub(super) fn tell(
    options: &InputOptions,
    configs: &Configs,
    report: &Report,
    counts: &Counts,
    errors: &mut dyn Write,
) -> io::Result<()> {
    if options.verbose > 0 {
        files(options, configs, report, counts, errors)?;
    }
    if options.stats {
        stats(report, counts, errors)?;
    }
    Ok(())
}

/// Of each file whether it was taken, and why not.
fn files(
    options: &InputOptions,
    configs: &Configs,
    report: &Report,
    counts: &Counts,
    errors: &mut dyn Write,
) -> io::Result<()> {
    let mut clients: BTreeMap<&str, (usize, BTreeSet<&str>)> = BTreeMap::new();
    for client in &report.clients {
        let (number, shapes) = clients.entry(&client.path).or_default();
        *number += 1;
        shapes.insert(&client.shape);
    }
    let read: BTreeMap<&str, bool> =
        counts.read.iter().map(|(path, requested)| (path.as_str(), *requested)).collect();
    let problems: BTreeSet<&str> = report.problems.iter().map(|problem| &*problem.location.path).collect();
    let skipped: BTreeMap<&str, &str> =
        report.skipped.iter().map(|skipped| (skipped.path.as_str(), skipped.reason.as_str())).collect();
    let first = counts.first.as_deref().and_then(|path| configs.of(Some(path)).ok());
    let gitignore = !options.no_gitignore && first.is_none_or(|config| config.gitignore);
    let mut told = BTreeSet::new();
    for path in options.paths.iter().filter(|path| path.as_os_str() != "-") {
        let base = Base::of(path);
        let named = !path.is_dir();
        for file in discover::candidates(path, gitignore) {
            let shown = base.show(&file);
            if !told.insert(shown.clone()) {
                continue;
            }
            let excluded = || configs.of(Some(&file)).is_ok_and(|config| config.excludes(&file));
            let why = if let Some((number, shapes)) = clients.get(shown.as_str()) {
                let shapes: Vec<&str> = shapes.iter().copied().collect();
                let rest =
                    if problems.contains(shown.as_str()) { "; could not be analysed in full" } else { "" };
                format!("{} ({}){rest}", count(*number, "client"), shapes.join(", "))
            } else if problems.contains(shown.as_str()) {
                "could not be analysed in full".to_owned()
            } else if let Some(reason) = skipped.get(shown.as_str()) {
                format!("skipped: {reason}")
            } else if let Some(requested) = read.get(shown.as_str()) {
                match (requested, discover::link(&file)) {
                    (true, _) => "read; defines no client".to_owned(),
                    (false, None) => "read with its project; defines no client".to_owned(),
                    (false, Some(target)) => {
                        let target = target.display();
                        format!("read with its project; a link, to {target}, where what it holds is reported")
                    }
                }
            } else if let Some(target) = discover::link(&file) {
                format!("not read: a link, to {}, and links are not followed", target.display())
            } else if (!named || options.force_exclude) && excluded() {
                "left out by files.include or files.exclude".to_owned()
            } else {
                "not read: holds none of the words that client definitions have".to_owned()
            };
            writeln!(errors, "{}: {}", printable(&shown), printable(&why))?;
        }
    }
    Ok(())
}

/// How much was done, and how long it took.
fn stats(report: &Report, counts: &Counts, errors: &mut dyn Write) -> io::Result<()> {
    let files = count(counts.looked_at, "file");
    writeln!(
        errors,
        "{files} looked at, {} kB read, {} recognised, {}, {}",
        counts.bytes / 1000,
        count(report.documents, "document"),
        count(report.clients.len(), "client"),
        count(report.findings.len(), "finding"),
    )?;
    let mut before = counts.start;
    let mut parts = Vec::new();
    for (name, at) in &counts.times {
        parts.push(format!("{name} {}", shown(at.duration_since(before))));
        before = *at;
    }
    writeln!(errors, "{}; {}", parts.join(", "), count(rayon::current_num_threads(), "thread"))
}

fn shown(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}
