//! `check` and `clients`: what is read, analysed and written.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use super::baseline::place;
use super::options::{CheckOptions, ClientsFormat, ClientsOptions, InputOptions};
use super::progress::Progress;
use super::reports::Reports;
use super::{Outcome, ended, watch};
use crate::config::Config;
use crate::configs::{Adjustment, Configs};
use crate::day::today;
use crate::discover::{self, Input};
use crate::earlier::{self, Earlier};
use crate::inputs::{Asked, Read, first_path};
use crate::lint::{Job, Report, lint, lint_before, lint_watched};
use crate::reporters::{self, Look, Measure, Run, Verdict};
use crate::silence::Ignoring;

/// Reports what is wrong.
pub(super) fn check(options: &CheckOptions, out: &mut dyn Write, errors: &mut dyn Write) -> Outcome {
    let configs = options.input.configs(Adjustment {
        select: options.select.clone(),
        disable: options.disable.clone(),
        persona: options.persona,
        profile: options.profile,
        fail_on: options.fail_on,
        fail_on_confidence: options.fail_on_confidence,
        min_severity: options.min_severity,
        min_confidence: options.min_confidence,
        variables: options.input.variables.given()?,
        mappings: mappings(&options.input),
        ..Adjustment::default()
    })?;
    let config = configs.of(first(&options.input).as_deref())?;
    let reports = Reports::of(options, &config)?;
    let since = options.since.as_deref().map(|reference| Since { reference, changed: options.changed_only });
    let mut folders: Vec<PathBuf> = options.input.paths.iter().map(|path| discover::absolute(path)).collect();
    if options.changed_only {
        // Where projects are left out, nobody knows what silences nothing.
        folders.clear();
    }
    let today = today(options.today)?;
    let ignores = Ignoring { today: Some(today), report_all: options.no_ignores, folders: &folders };
    let wanted = Wanted { texts: reports.show_text(), fixes: reports.show_fixes(), since, ignores };
    let (mut report, mut counts) = analyse(&options.input, &configs, wanted)?;
    if !options.no_baseline {
        let place = place(&options.input, options.baseline.as_deref(), &config);
        if let Some(baseline) = place.read()? {
            // With --since a finding is of what is new alone, so that entries about the rest match nothing.
            place.silence(&baseline, &mut report, &configs, options.since.is_some())?;
        }
    }
    let verdict = Verdict::of(
        &report,
        &Measure {
            gate: config.gate.clone(),
            min_severity: config.min_severity,
            min_confidence: config.min_confidence,
            allow_empty: options.allow_empty,
            exit_zero: options.exit_zero,
        },
    );
    let exit = verdict.exit;
    let run = Run {
        report: &report,
        rules: &config.rules,
        verdict,
        looked_at: counts.looked_at,
        excluded: counts.excluded,
        quiet: options.quiet,
        docs_url: config.output.docs_url.as_deref(),
        sarif_suppressed: config.output.sarif_suppressed,
    };
    reports.write_files(&run)?;
    let unknown = options
        .suggest_ignore
        .iter()
        .flatten()
        .find(|one| !report.findings.iter().any(|finding| finding.fingerprint == **one));
    if let Some(unknown) = unknown {
        return Err(format!("no finding has the fingerprint `{unknown}`; reports in JSON name them"));
    }
    let written = match &options.suggest_ignore {
        Some(only) => reporters::suggest(out, &run, only, &|rule| config.may_be_ignored(rule)),
        None => {
            let look = Look::here(options.color).with_links(options.links);
            reporters::write(reports.format, out, &run, look)
        }
    };
    let mut written = written.and_then(|()| out.flush());
    counts.times.push(("writing", Instant::now()));
    if !options.quiet {
        written =
            written.and_then(|()| reports.notes(&run).iter().try_for_each(|note| writeln!(errors, "{note}")));
    }
    written = written.and_then(|()| watch::tell(&options.input, &configs, &report, &counts, errors));
    // The process ends: what the findings took need not be given back one by one.
    std::mem::forget(report);
    Ok(ended(written, exit))
}

/// Lists the clients.
pub(super) fn clients(options: &ClientsOptions, out: &mut dyn Write, errors: &mut dyn Write) -> Outcome {
    let configs = options.input.configs(Adjustment {
        variables: options.input.variables.given()?,
        mappings: mappings(&options.input),
        ..Adjustment::default()
    })?;
    let (report, mut counts) = analyse(&options.input, &configs, Wanted::default())?;
    let written = match options.format {
        ClientsFormat::Text => reporters::clients_text(out, &report),
        ClientsFormat::Json => reporters::clients_json(out, &report),
        ClientsFormat::Csv => reporters::clients_csv(out, &report),
        ClientsFormat::Markdown => reporters::clients_markdown(out, &report),
    };
    let exit = report.exit(options.allow_empty);
    counts.times.push(("writing", Instant::now()));
    let written = written.and_then(|()| out.flush());
    let written = written.and_then(|()| watch::tell(&options.input, &configs, &report, &counts, errors));
    Ok(ended(written, exit))
}

fn mappings(options: &InputOptions) -> Vec<PathBuf> {
    options.mappings.iter().map(|file| discover::absolute(file)).collect()
}

/// How much was looked at.
pub(super) struct Counts {
    pub(super) looked_at: usize,
    pub(super) excluded: usize,
    /// The first path, whose configuration decides the gate.
    pub(super) first: Option<PathBuf>,
    /// The files whose text was analysed, as shown, whether they were asked for, and how many bytes they hold.
    pub(super) read: Vec<(String, bool)>,
    pub(super) bytes: usize,
    /// When the run started, and what ended when.
    pub(super) start: Instant,
    pub(super) times: Vec<(&'static str, Instant)>,
}

/// The first path, whose configuration decides the gate and the reports.
fn first(options: &InputOptions) -> Option<PathBuf> {
    options.paths.first().map(|path| first_path(path, options.stdin_filename.as_deref()))
}

/// What a run is compared with.
#[derive(Clone, Copy)]
pub(super) struct Since<'a> {
    reference: &'a str,
    /// Whether what has not changed is left out.
    changed: bool,
}

/// What was read for a call.
pub(super) struct Taken {
    pub(super) inputs: Vec<Input>,
    pub(super) looked_at: usize,
    pub(super) excluded: usize,
    /// The first path, whose configuration decides the gate.
    pub(super) first: Option<PathBuf>,
    pub(super) config: Arc<Config>,
    pub(super) standard_input: bool,
}

/// What the options ask for.
fn asked(options: &InputOptions) -> Asked<'_> {
    Asked {
        paths: &options.paths,
        stdin_filename: options.stdin_filename.as_deref(),
        gitignore: !options.no_gitignore,
        force_exclude: options.force_exclude,
    }
}

/// Reads the inputs.
pub(super) fn take(options: &InputOptions, configs: &Configs) -> Result<Taken, String> {
    let first = first(options);
    let config = configs.of(first.as_deref())?;
    if let Some(kind) = &options.kind {
        config.shape(kind)?;
    }
    let asked = asked(options);
    let Read { inputs, looked_at, excluded } = asked.read(configs, &config)?;
    configs.check(&inputs)?;
    Ok(Taken { inputs, looked_at, excluded, first, config, standard_input: asked.standard_input() })
}

/// What is wanted of an analysis beside the findings.
#[derive(Clone, Copy, Default)]
pub(super) struct Wanted<'a> {
    /// Whether the report shows text of the files.
    pub(super) texts: bool,
    /// Whether it says how findings can be mended.
    pub(super) fixes: bool,
    /// With what the files are compared.
    pub(super) since: Option<Since<'a>>,
    /// What is done about ignores.
    pub(super) ignores: Ignoring<'a>,
}

/// Reads the inputs and analyses them; keeps their texts and works out fixes where the report shows them.
pub(super) fn analyse(
    options: &InputOptions,
    configs: &Configs,
    wanted: Wanted<'_>,
) -> Result<(Report, Counts), String> {
    let Wanted { texts, fixes, since, ignores } = wanted;
    let start = Instant::now();
    let Taken { mut inputs, looked_at, excluded, first, config, standard_input } = take(options, configs)?;
    let read_before = |since: Since<'_>| earlier::read(since.reference, &asked(options), configs, &config);
    let earlier = since.map(read_before).transpose()?;
    if let Some(earlier) = &earlier {
        configs.check(&earlier.inputs)?;
        if since.is_some_and(|since| since.changed) {
            earlier.leave_out_unchanged(&mut inputs);
        }
    }
    // What comes through a pipe was meant to be read: the bare answer of an API needs no telling keys.
    let kind = options.kind.as_deref();
    let config_of = |path: Option<&Path>| configs.of(path).unwrap_or_else(|_| config.clone());
    let again = if standard_input && kind.is_none() { inputs.clone() } else { Vec::new() };
    let bytes = inputs.iter().map(Input::size).sum();
    let read_at = Instant::now();
    let named = inputs.iter().filter(|_| options.verbose > 0);
    let read = named.map(|input| (input.shown.clone(), input.requested)).collect();
    let progress = Progress::new(inputs.len());
    // What was before is read without the files of which this tells.
    let job = Job { kind, ignores, reach: since.is_none(), last: true, ..Job::new(&config_of) };
    let before = earlier.map(|Earlier { inputs, gone }| lint_before(inputs, gone, &job));
    let job = Job { texts, fixes, before: before.as_ref(), ..job };
    let mut report = lint_watched(inputs, &job, &|| progress.step());
    if !again.is_empty() && !report.recognised {
        report = lint(again, &Job { kind: Some("management-api"), ..job });
    }
    drop(progress);
    // Where nothing has changed there is nothing to report, and yet something was recognised.
    report.recognised |=
        since.is_some_and(|since| since.changed) && before.is_some_and(|was| !was.is_empty());
    report.compared.since = since.map(|since| since.reference.to_owned());
    let times = vec![("reading", read_at), ("analysis", Instant::now())];
    Ok((report, Counts { looked_at, excluded, first, read, bytes, start, times }))
}
