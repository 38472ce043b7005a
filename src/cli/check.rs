//! `check` and `clients`: what is read, analysed and written.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::options::{CheckOptions, ClientsFormat, ClientsOptions, InputOptions};
use super::{Outcome, ended};
use crate::configs::{Adjustment, Configs};
use crate::day::Day;
use crate::discover::{self, Input};
use crate::inputs::{Asked, Read, first_path};
use crate::lint::{Job, Report, lint};
use crate::reporters::{self, Format, Look, Run, Verdict};
use crate::silence::Ignoring;
use crate::suggest::did_you_mean;

/// Reports what is wrong.
pub(super) fn check(options: &CheckOptions, out: &mut dyn Write, errors: &mut dyn Write) -> Outcome {
    let adjustment = Adjustment {
        select: options.select.clone(),
        disable: options.disable.clone(),
        persona: options.persona,
        profile: options.profile,
    };
    let configs =
        Configs::new(options.input.config.config.as_deref(), options.input.config.no_config, adjustment)?;
    let folders: Vec<PathBuf> = options.input.paths.iter().map(|path| discover::absolute(path)).collect();
    let today = options.today.map_or_else(today, Ok)?;
    let ignores = Ignoring { today: Some(today), report_all: options.no_ignores, folders: &folders };
    let (report, counts) = analyse(&options.input, &configs, options.format.shows_text(), ignores)?;
    let config = configs.of(counts.first.as_deref())?;
    let (fail_on, from) = match options.fail_on {
        Some(fail_on) => (fail_on.severity(), "--fail-on".to_owned()),
        None => (
            config.fail_on,
            match &config.path {
                Some(path) if config.sets_fail_on => discover::Base::of(path).show(path),
                _ => "default".to_owned(),
            },
        ),
    };
    let (allow_empty, exit_zero) = (options.allow_empty, options.exit_zero);
    let verdict = Verdict::of(&report, fail_on, from, options.min_severity, allow_empty, exit_zero);
    let exit = verdict.exit;
    let run = Run {
        report: &report,
        rules: &config.rules,
        verdict,
        looked_at: counts.looked_at,
        excluded: counts.excluded,
    };
    let mut written =
        reporters::write(options.format, out, &run, Look::here(options.color)).and_then(|()| out.flush());
    if options.format == Format::Concise && !report.recognised {
        // A line for each finding leaves no line for none.
        let note = format!("no client definitions found in {}", reporters::count(run.looked_at, "file"));
        written = written.and_then(|()| writeln!(errors, "{note}"));
    }
    Ok(ended(written, exit))
}

/// Lists the clients.
pub(super) fn clients(options: &ClientsOptions, out: &mut dyn Write) -> Outcome {
    let configs = Configs::new(
        options.input.config.config.as_deref(),
        options.input.config.no_config,
        Adjustment::default(),
    )?;
    let (report, _) = analyse(&options.input, &configs, false, Ignoring::default())?;
    let written = match options.format {
        ClientsFormat::Text => reporters::clients_text(out, &report),
        ClientsFormat::Json => reporters::clients_json(out, &report),
    };
    let exit = report.exit(options.allow_empty);
    Ok(ended(written.and_then(|()| out.flush()), exit))
}

/// The day of a run, in Greenwich: that of SOURCE_DATE_EPOCH where a build is to be repeated, else today.
fn today() -> Result<Day, String> {
    let seconds = match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(text) => text
            .trim()
            .parse::<u32>()
            .map_err(|_| "SOURCE_DATE_EPOCH is a number of seconds since 1970".to_owned())?
            .into(),
        Err(_) => {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            i64::try_from(now.as_secs()).unwrap_or_default()
        }
    };
    Ok(Day::of_seconds(seconds))
}

/// So many bytes are analysed sooner than threads are started.
const SMALL: usize = 100_000;

/// How much was looked at.
struct Counts {
    looked_at: usize,
    excluded: usize,
    /// The first path, whose configuration decides the gate.
    first: Option<PathBuf>,
}

/// Reads the inputs and analyses them; keeps their texts where `texts` says that the report shows them.
fn analyse(
    options: &InputOptions,
    configs: &Configs,
    texts: bool,
    ignores: Ignoring<'_>,
) -> Result<(Report, Counts), String> {
    if options.threads > 0 {
        // Fails only where the pool is in use already, which costs nothing but the wish.
        drop(rayon::ThreadPoolBuilder::new().num_threads(options.threads).build_global());
    }
    let first = options.paths.first().map(|path| first_path(path, options.stdin_filename.as_deref()));
    let config = configs.of(first.as_deref())?;
    if let Some(kind) = &options.kind {
        let known = config
            .providers
            .iter()
            .flat_map(|provider| &provider.table.shapes)
            .map(|shape| shape.id.as_str());
        if !known.clone().any(|id| id == kind) {
            return Err(format!("there is no shape `{kind}`{}", did_you_mean(kind, known)));
        }
    }
    let asked = Asked {
        paths: &options.paths,
        stdin_filename: options.stdin_filename.as_deref(),
        gitignore: !options.no_gitignore,
        force_exclude: options.force_exclude,
    };
    let Read { inputs, looked_at, excluded } = asked.read(configs, &config)?;
    configs.check(&inputs)?;
    // Fails where this thread has a pool already, which does as well.
    let few = options.threads == 0 && inputs.iter().map(Input::size).sum::<usize>() < SMALL;
    let _alone = few.then(|| rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build());
    // What comes through a pipe was meant to be read: the bare answer of an API needs no telling keys.
    let kind = options.kind.as_deref();
    let config_of = |path: Option<&Path>| configs.of(path).unwrap_or_else(|_| config.clone());
    let again = if asked.standard_input() && kind.is_none() { inputs.clone() } else { Vec::new() };
    let mut report = lint(inputs, &Job { config: &config_of, kind, texts, ignores });
    if !again.is_empty() && !report.recognised {
        report = lint(again, &Job { config: &config_of, kind: Some("management-api"), texts, ignores });
    }
    Ok((report, Counts { looked_at, excluded, first }))
}
