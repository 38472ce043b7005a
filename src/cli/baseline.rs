//! `baseline`: findings are put off, taken out again, and listed.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::check::{Wanted, analyse};
use super::options::{BaselineCommand, BaselineOptions, InputOptions, ListFormat};
use super::{Outcome, ended};
use crate::baseline::{self, Baseline, Entry, Place, Scope, State};
use crate::config::Config;
use crate::configs::{Adjustment, Configs};
use crate::day::{self, Day};
use crate::discover::{self, absolute};
use crate::lint::Report;
use crate::reporters::{count, printable};
use crate::silence::Ignoring;
use crate::write::overwrite;

pub(super) fn run(command: &BaselineCommand, out: &mut dyn Write, errors: &mut dyn Write) -> Outcome {
    match command {
        BaselineCommand::Write { options, today } => write(options, *today, out, errors),
        BaselineCommand::Prune { options, check } => prune(options, *check, out),
        BaselineCommand::Show { baseline, format, config } => {
            let configs = config.configs(Adjustment::default())?;
            let here = absolute(Path::new("clientlint.toml"));
            let config = configs.of(Some(&here))?;
            let place = Place::at(&here, baseline.as_deref(), &config);
            Ok(show(&needed(&place)?, *format, out).map(|()| 0))
        }
    }
}

/// Where the baseline of a run stands, and what the run was asked for.
pub(super) fn place(options: &InputOptions, file: Option<&Path>, config: &Config) -> Place {
    let on_disk = |path: &PathBuf| match &options.stdin_filename {
        Some(name) if path.as_os_str() == "-" => absolute(name),
        _ => absolute(path),
    };
    let asked: Vec<PathBuf> = options.paths.iter().map(on_disk).collect();
    let first = asked.first().cloned().unwrap_or_default();
    let mut place = Place::at(&first, file, config);
    place.asked = asked;
    place
}

/// The baseline, without which there is nothing to do.
fn needed(place: &Place) -> Result<Baseline, String> {
    let missing =
        || format!("{}: there is no such baseline; `clientlint baseline write` makes it", place.shown());
    place.read()?.ok_or_else(missing)
}

/// Writes the file, if it is to say anything else.
fn overwrite_with(place: &Place, baseline: &Baseline) -> Result<(), String> {
    let text = baseline.write();
    if discover::read_text(&place.file).is_ok_and(|known| known == text) {
        return Ok(());
    }
    overwrite(&place.file, &text).map_err(|why| format!("{}: not written: {why}", place.shown()))
}

/// What there is today, judged.
fn today(options: &BaselineOptions, day: Day) -> Result<(Report, Configs, Place), String> {
    let adjustment = Adjustment {
        persona: options.persona,
        profile: options.profile,
        variables: options.input.variables.given()?,
        ..Adjustment::default()
    };
    let input = &options.input;
    let configs = input.configs(adjustment)?;
    // What is ignored where it stands need not be put off as well.
    let folders: Vec<PathBuf> = input.paths.iter().map(|path| absolute(path)).collect();
    let ignores = Ignoring { today: Some(day), report_all: false, folders: &folders };
    let (report, counts) = analyse(input, &configs, Wanted { ignores, ..Wanted::default() })?;
    let config = configs.of(counts.first.as_deref())?;
    let place = place(input, options.baseline.as_deref(), &config);
    Ok((report, configs, place))
}

fn write(
    options: &BaselineOptions,
    day: Option<Day>,
    out: &mut dyn Write,
    errors: &mut dyn Write,
) -> Outcome {
    let day = day::today(day)?;
    let (report, configs, place) = today(options, day)?;
    let day = day.to_string();
    if !report.recognised {
        return Err("no client definitions found: nothing is written".to_owned());
    }
    let known = place.not_named();
    let old = known.read()?.unwrap_or_default();
    let (outcome, mut entries, refused) = known.within(&configs, |scope| {
        let entries = baseline::entries(&report.findings, scope, &day);
        (old.compare(&report, scope), entries, refusals(&report, scope))
    })?;
    let since = old.days(&outcome.entries);
    let mut new = 0;
    for entry in &mut entries {
        match since.get(entry.fingerprint.as_str()) {
            Some(day) => entry.since = (*day).to_owned(),
            None => new += 1,
        }
    }
    let gone = outcome.entries.iter().filter(|state| matches!(state, State::Stale | State::Refused)).count();
    entries.extend(with(&old, &outcome.entries, &State::NotAsked).cloned());
    let total = entries.len();
    let settings = known.within(&configs, |scope| (scope.config)(&known.shown()).settings.clone())?;
    let persona = settings.persona.max(old.persona);
    overwrite_with(&known, &Baseline { entries, persona, profile: settings.profile })?;
    let written =
        writeln!(out, "{}: {} ({new} new, {gone} taken out)", printable(&known.shown()), counted(total));
    let mut lines = refused.into_iter();
    let written = written.and_then(|()| lines.try_for_each(|line| writeln!(errors, "{line}")));
    Ok(ended(written, report.exit(true)))
}

/// Which findings are not put off, and why.
fn refusals(report: &Report, scope: &Scope<'_>) -> Vec<String> {
    let mut refused: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for finding in &report.findings {
        if let Some(why) = scope.refusal(finding) {
            *refused.entry((&finding.rule, why)).or_default() += 1;
        }
    }
    let line = |((rule, why), number)| format!("not put off: {} of {rule}: {why}", count(number, "finding"));
    refused.into_iter().map(line).collect()
}

fn prune(options: &BaselineOptions, check: bool, out: &mut dyn Write) -> Outcome {
    let (report, configs, place) = today(options, day::today(None)?)?;
    let old = needed(&place)?;
    let (states, whys) = place.within(&configs, |scope| {
        let whys: Vec<_> = old.entries.iter().map(|entry| scope.refusal_of(entry)).collect();
        (old.compare(&report, scope).entries, whys)
    })?;
    let mut entries = Vec::new();
    let mut lines = Vec::new();
    for ((entry, state), why) in old.entries.iter().zip(&states).zip(whys) {
        let line = describe(entry);
        match state {
            State::Matches | State::NotAsked => entries.push(entry.clone()),
            State::Moved(now) => {
                lines.push(format!("moved to {}: {line}", now.path));
                entries.push(now.clone());
            }
            State::Stale => lines.push(format!("matches nothing: {line}")),
            State::Refused => {
                lines.push(format!("refused: {line}: {}", why.unwrap_or_default()));
            }
        }
    }
    let left = entries.len();
    if !check && !lines.is_empty() {
        overwrite_with(&place, &Baseline { entries, ..old })?;
    }
    let written = lines.iter().try_for_each(|line| writeln!(out, "{}", printable(line)));
    let shown = printable(&place.shown());
    let written = written.and_then(|()| match (lines.len(), check) {
        (0, _) => writeln!(out, "{shown}: {}, all needed", counted(left)),
        (number, true) => writeln!(out, "{shown}: {} to prune", counted(number)),
        (_, false) => writeln!(out, "{shown}: {} left", counted(left)),
    });
    let exit = match report.exit(true) {
        0 => u8::from(check && !lines.is_empty()),
        exit => exit,
    };
    Ok(ended(written, exit))
}

/// The entries of a state.
fn with<'a>(
    baseline: &'a Baseline,
    states: &'a [State],
    wanted: &'a State,
) -> impl Iterator<Item = &'a Entry> {
    let pairs = baseline.entries.iter().zip(states);
    pairs.filter(move |(_, state)| *state == wanted).map(|(entry, _)| entry)
}

fn show(baseline: &Baseline, format: ListFormat, out: &mut dyn Write) -> std::io::Result<()> {
    match format {
        ListFormat::Json => write!(out, "{}", baseline.write()),
        ListFormat::Text => {
            for entry in &baseline.entries {
                writeln!(out, "{}", printable(&format!("{}  {}", entry.since, describe(entry))))?;
            }
            writeln!(out, "{}", counted(baseline.entries.len()))
        }
    }
}

/// An entry for people.
fn describe(entry: &Entry) -> String {
    let client = if entry.client.is_empty() { String::new() } else { format!(" ({})", entry.client) };
    format!("{}: {}{client} {}", entry.path, entry.rule, entry.pointer).trim_end().to_owned()
}

fn counted(number: usize) -> String {
    if number == 1 { "1 entry".to_owned() } else { format!("{number} entries") }
}
