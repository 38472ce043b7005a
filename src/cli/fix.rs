//! `fix`: files are mended, or it is shown how they would be.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;

use similar::TextDiff;

use super::check::{Taken, take};
use super::options::FixOptions;
use super::{Outcome, ended};
use crate::config::named_rules;
use crate::configs::Adjustment;
use crate::day::today;
use crate::discover::{Input, absolute};
use crate::finding::Finding;
use crate::lint::{Job, lint};
use crate::masked::MASK;
use crate::mend::{Mended, mend, text_of};
use crate::reporters::{self, Format, Look, Measure, Run, Verdict, When, count, printable};
use crate::rule::Safety;
use crate::silence::Ignoring;
use crate::vocabulary::Kind;
use crate::write;

/// Mends what can be mended.
pub(super) fn fix(options: &FixOptions, out: &mut dyn Write, errors: &mut dyn Write) -> Outcome {
    let selecting = |select: &[String]| {
        options.input.configs(Adjustment {
            select: select.to_vec(),
            disable: options.disable.clone(),
            persona: options.persona,
            profile: options.profile,
            fail_on: options.fail_on,
            ..Adjustment::default()
        })
    };
    let mut configs = selecting(&options.rule)?;
    let Taken { inputs, looked_at, excluded, first, mut config, standard_input } =
        take(&options.input, &configs)?;
    let named = named_rules(&config.rules, &options.rule);
    if config.rules.iter().any(|rule| named.contains(&rule.id) && rule.on.contains(&Kind::Ignore)) {
        // What silences nothing is known only where all rules speak.
        configs = selecting(&[])?;
        config = configs.of(first.as_deref())?;
    }
    let config_of = |path: Option<&Path>| configs.of(path).unwrap_or_else(|_| config.clone());
    let asked: Vec<_> = options.input.paths.iter().map(|path| absolute(path)).collect();
    let kind = options.input.kind.as_deref();
    // What somebody wants to stay is not mended.
    let ignores = Ignoring { today: Some(today(None)?), report_all: false, folders: &asked };
    let job = Job { kind, fixes: true, ignores, ..Job::new(&config_of) };
    let is_named = |rule: &str| named.is_empty() || named.contains(rule);
    let wanted = |finding: &Finding, safety| {
        is_named(&finding.rule)
            && match safety {
                Safety::Safe => !options.only_unsafe,
                Safety::Unsafe => options.r#unsafe || options.only_unsafe,
            }
    };
    // What belongs to a project and lies in a folder that was asked for may be changed too: a local, a variable.
    let folders: Vec<_> = asked.iter().filter(|path| path.is_dir()).collect();
    let open = |input: &Input| {
        let inside = || folders.iter().any(|folder| input.path.starts_with(folder));
        input.requested || (inside() && !config_of(Some(&input.path)).excludes(&input.path))
    };
    let mut mended = mend(inputs.clone(), &job, &wanted, &open);
    mended.report.findings.retain(|finding| is_named(&finding.rule));
    let changed = changed(&inputs, &mended.inputs);
    let first = configs.of(first.as_deref())?;
    let verdict = Verdict::of(
        &mended.report,
        &Measure {
            gate: first.gate.clone(),
            min_severity: first.min_severity,
            min_confidence: first.min_confidence,
            allow_empty: options.allow_empty,
            exit_zero: options.exit_zero,
        },
    );
    let exit = verdict.exit;
    if options.diff {
        let written = diff(out, (&inputs, &mended.inputs), &changed, &job);
        let clean = mended.report.exit(options.allow_empty);
        let exit = if changed.is_empty() || clean == 4 { clean } else { 1 };
        return Ok(ended(written, exit));
    }
    let refused = if standard_input { Vec::new() } else { store(&changed) };
    if standard_input {
        // The text goes on through the pipe, changed or not, and what there is to say goes beside it.
        let text = mended.inputs.iter().find(|input| input.requested).and_then(text_of).unwrap_or_default();
        let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        if let Err(error) = written {
            return Ok(ended(Err(error), exit));
        }
    }
    let run = Run {
        report: &mended.report,
        rules: &first.rules,
        verdict,
        looked_at,
        excluded,
        quiet: false,
        docs_url: first.output.docs_url.as_deref(),
        sarif_suppressed: false,
    };
    let to: &mut dyn Write = if standard_input { errors } else { out };
    let written = tell(to, &mended, &refused, &run).and_then(|()| to.flush());
    Ok(ended(written, if refused.is_empty() { exit } else { 4 }))
}

/// A file that is changed: as it was, and its text now.
type Changed<'a> = (&'a Input, &'a str, &'a str);

fn changed<'a>(before: &'a [Input], after: &'a [Input]) -> Vec<Changed<'a>> {
    let pair = |(before, after): (&'a Input, &'a Input)| {
        let (old, new) = (text_of(before)?, text_of(after)?);
        (old != new).then_some((before, old, new))
    };
    before.iter().zip(after).filter_map(pair).collect()
}

/// Writes the files. Returns those that could not be written, and why.
fn store(changed: &[Changed<'_>]) -> Vec<(String, String)> {
    let one = |(input, old, new): &Changed<'_>| {
        let why = write::replace(&input.path, old, new).err()?;
        Some((input.shown.clone(), why))
    };
    changed.iter().filter_map(one).collect()
}

/// The changes as a unified diff, of texts in which secrets are masked.
fn diff(
    out: &mut dyn Write,
    (before, after): (&[Input], &[Input]),
    changed: &[Changed<'_>],
    job: &Job<'_>,
) -> std::io::Result<()> {
    let shown: Vec<String> = changed.iter().map(|(input, ..)| input.shown.clone()).collect();
    let masked = |inputs: &[Input]| {
        let job = Job { shown: &shown, fixes: false, ..*job };
        lint(inputs.to_vec(), &job).sources
    };
    if shown.is_empty() {
        return Ok(());
    }
    let (before, after) = (masked(before), masked(after));
    // What nothing refers to any more is a secret all the same. Nothing shorter can be told from other text.
    const SHORTEST: usize = 6;
    let secrets: BTreeSet<&str> = changed
        .iter()
        .filter_map(|(input, old, _)| Some(before.get(&input.shown)?.secrets(old)))
        .flatten()
        .map(|secret| secret.trim_matches(['"', '\'']))
        .filter(|secret| secret.len() >= SHORTEST)
        .collect();
    for path in &shown {
        let (Some(old), Some(new)) = (before.get(path), after.get(path)) else { continue };
        let path = printable(path);
        let new = secrets.iter().fold(new.text().to_owned(), |text, secret| text.replace(secret, MASK));
        // `patch` takes no path that starts at the root: what lies in no repository is for `patch -p1 -d /`.
        let path = path.trim_start_matches('/');
        let diff = TextDiff::from_lines(old.text(), &new);
        write!(out, "{}", diff.unified_diff().header(&format!("a/{path}"), &format!("b/{path}")))?;
    }
    out.flush()
}

/// What was done, and what is left.
fn tell(
    out: &mut dyn Write,
    mended: &Mended,
    refused: &[(String, String)],
    run: &Run<'_>,
) -> std::io::Result<()> {
    let is_refused = |path: &str| refused.iter().any(|(known, _)| known == path);
    let mut by_file: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    let mut written = 0;
    for finding in &mended.done {
        let edits = finding.fix.iter().flat_map(|fix| &fix.edits);
        let paths: BTreeSet<&str> = edits.map(|edit| &*edit.location.path).collect();
        if paths.iter().all(|path| !is_refused(path)) {
            written += 1;
            for path in paths {
                by_file.entry(path).or_default().push(finding);
            }
        }
    }
    for (path, findings) in &by_file {
        writeln!(out, "{}: {} fixed", printable(path), count(findings.len(), "finding"))?;
        for finding in findings {
            let title = finding.fix.as_ref().map_or("", |fix| fix.title.as_str());
            let client = finding.client.as_ref().map(|client| client.title());
            let client =
                client.map(|client| format!(" ({})", reporters::clipped(client))).unwrap_or_default();
            writeln!(out, "  {}: {}{client}", finding.rule, reporters::clipped(title))?;
        }
    }
    for (path, why) in refused {
        writeln!(out, "{}: not written: {why}", printable(path))?;
    }
    if !by_file.is_empty() {
        writeln!(out, "fixed {} in {}\n", count(written, "finding"), count(by_file.len(), "file"))?;
    }
    if !mended.report.findings.is_empty() {
        reporters::write(Format::Concise, out, run, Look::here(When::Never))?;
        writeln!(out)?;
    }
    for line in run.last_lines() {
        writeln!(out, "{line}")?;
    }
    Ok(())
}
