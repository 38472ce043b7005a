//! The command line: options in, exit code out.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::config::{Config, FailOn, no_rule};
use crate::configs::{Adjustment, Configs};
use crate::discover::{self, Input, absolute};
use crate::examples;
use crate::explain;
use crate::inputs::{Asked, Read, first_path};
use crate::lint::{Job, Report, lint};
use crate::page;
use crate::reporters::{self, Format, Look, Run, Verdict, When};
use crate::rule::{Persona, Profile, Severity};
use crate::suggest::did_you_mean;

/// Finds what is wrong with the OAuth and OpenID Connect clients that a repository defines.
#[derive(Debug, Parser)]
#[command(name = "clientlint", version, about, max_term_width = 110)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Reports what is wrong with client definitions
    Check(CheckOptions),
    /// Lists the clients: public or confidential, first- or third-party, and why
    Clients(ClientsOptions),
    /// Explains a rule
    Explain {
        /// The rule's id
        rule: String,
        /// How it is written
        #[arg(long, value_enum, default_value_t = ExplainFormat::Text)]
        format: ExplainFormat,
        #[command(flatten)]
        config: ConfigOptions,
    },
    /// Lists the rules, or tests rules of one's own
    #[command(args_conflicts_with_subcommands = true)]
    Rules {
        #[command(subcommand)]
        command: Option<RulesCommand>,
        /// How they are listed
        #[arg(long, value_enum, default_value_t = RulesFormat::Text)]
        format: RulesFormat,
        #[command(flatten)]
        config: ConfigOptions,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ExplainFormat {
    /// For the terminal
    Text,
    /// A page in Markdown, with examples
    Markdown,
}

#[derive(Debug, Subcommand)]
enum RulesCommand {
    /// Runs the examples that the rule files of a folder carry
    Test {
        /// The folder, read at any depth
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum RulesFormat {
    /// A table
    Text,
    /// JSON
    Json,
    /// A table in Markdown
    Markdown,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ClientsFormat {
    /// A table
    Text,
    /// JSON, version 1
    Json,
}

#[derive(Debug, Args)]
struct ConfigOptions {
    /// Use this configuration for every file
    #[arg(long, value_name = "FILE", env = "CLIENTLINT_CONFIG", conflicts_with = "no_config")]
    config: Option<PathBuf>,
    /// Use no configuration file
    #[arg(long)]
    no_config: bool,
}

#[derive(Debug, Args)]
struct InputOptions {
    /// Files and folders; `-` reads one document from standard input
    #[arg(default_value = ".", value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// What the document on standard input is called: decides syntax, configuration and the path in reports
    #[arg(long, value_name = "NAME")]
    stdin_filename: Option<PathBuf>,
    /// Read every file as this shape: deploy-yaml, deploy-json, terraform, management-api, oidc-registration, cimd, ...
    #[arg(long, value_name = "SHAPE")]
    kind: Option<String>,
    /// Look into files that .gitignore leaves out
    #[arg(long)]
    no_gitignore: bool,
    /// Apply files.exclude also to files that are named themselves
    #[arg(long)]
    force_exclude: bool,
    /// How many threads to use; 0 for as many as there are cores
    #[arg(long, value_name = "N", default_value_t = 0)]
    threads: usize,
    #[command(flatten)]
    config: ConfigOptions,
}

#[derive(Debug, Args)]
struct CheckOptions {
    #[command(flatten)]
    input: InputOptions,
    /// How the report is written
    #[arg(long, value_enum, default_value_t = Format::Text, env = "CLIENTLINT_FORMAT")]
    format: Format,
    /// Check these rules only: ids, or tag:NAME
    #[arg(long, visible_alias = "only", value_delimiter = ',', value_name = "RULE")]
    select: Vec<String>,
    /// Leave these rules out: ids, or tag:NAME
    #[arg(long, value_delimiter = ',', value_name = "RULE")]
    disable: Vec<String>,
    /// For whom the report is
    #[arg(long, value_parser = persona, value_name = "regular|pedantic|auditor")]
    persona: Option<Persona>,
    /// Judge by a stricter profile
    #[arg(long, value_parser = profile, value_name = "oauth21|fapi2|mcp")]
    profile: Option<Profile>,
    /// Fail from this severity on
    #[arg(long, value_enum)]
    fail_on: Option<FailOn>,
    /// Show nothing below this severity
    #[arg(long, value_parser = severity, value_name = "error|warning|info", default_value = "info")]
    min_severity: Severity,
    /// Exit with 0 where no client definition is found
    #[arg(long)]
    allow_empty: bool,
    /// Exit with 0 also where findings reach the gate
    #[arg(long)]
    exit_zero: bool,
    /// Colours
    #[arg(long, value_enum, default_value_t = When::Auto)]
    color: When,
}

#[derive(Debug, Args)]
struct ClientsOptions {
    #[command(flatten)]
    input: InputOptions,
    /// How they are listed
    #[arg(long, value_enum, default_value_t = ClientsFormat::Text)]
    format: ClientsFormat,
    /// Exit with 0 where no client definition is found
    #[arg(long)]
    allow_empty: bool,
}

/// Exit code for a wrong option, a wrong configuration or a missing path.
const USAGE: u8 = 2;

/// Runs the program.
///
/// Returns the exit code: 0 clean or below the gate, 1 findings at the gate, 2 usage or configuration, 3 nothing
/// recognised, 4 something could not be analysed.
///
/// # Errors
///
/// The output cannot be written.
pub fn run(cli: &Cli, out: &mut dyn Write, errors: &mut dyn Write) -> io::Result<u8> {
    let outcome = match &cli.command {
        Command::Check(options) => check(options, out, errors),
        Command::Clients(options) => clients(options, out),
        Command::Explain { rule: id, format, config } => with_rules(config, |config| {
            let Some(rule) = config.rules.iter().find(|rule| rule.id == *id) else {
                return Err(no_rule(id, &config.rules));
            };
            let text = match format {
                ExplainFormat::Text => explain::explain(rule),
                ExplainFormat::Markdown => page::page(rule, config),
            };
            Ok(write!(out, "{text}").map(|()| 0))
        }),
        Command::Rules { command: Some(RulesCommand::Test { folder }), .. } => {
            test_rules(folder, out, errors)
        }
        Command::Rules { command: None, format, config } => with_rules(config, |config| {
            Ok(match format {
                RulesFormat::Text => explain::table(out, &config.rules),
                RulesFormat::Json => explain::json(out, &config.rules),
                RulesFormat::Markdown => explain::markdown(out, &config.rules),
            }
            .map(|()| 0))
        }),
    };
    match outcome {
        Ok(written) => written,
        Err(message) => {
            writeln!(errors, "error: {}", reporters::printable(&message))?;
            Ok(USAGE)
        }
    }
}

/// The exit code of a report that was written. Who reads it may have seen enough, which changes no verdict.
fn ended(written: io::Result<()>, exit: u8) -> io::Result<u8> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(exit),
        written => written.map(|()| exit),
    }
}

/// A result of writing, or what is wrong with the call.
type Outcome = Result<io::Result<u8>, String>;

fn with_rules(options: &ConfigOptions, run: impl FnOnce(&Arc<Config>) -> Outcome) -> Outcome {
    // Who asks about a rule is told of all its cases.
    let adjustment = Adjustment { persona: Some(Persona::Auditor), ..Adjustment::default() };
    let configs = Configs::new(options.config.as_deref(), options.no_config, adjustment)?;
    let here = absolute(Path::new("clientlint.toml"));
    run(&configs.of(Some(&here))?)
}

/// Exit code 0 where all examples are as they claim, else 1. Rule files that are wrong are all named.
fn test_rules(folder: &Path, out: &mut dyn Write, errors: &mut dyn Write) -> Outcome {
    let shown = folder.display();
    let files = discover::rule_files(folder).map_err(|reason| format!("{shown}: {reason}"))?;
    if files.is_empty() {
        return Err(format!("{shown}: holds no rule files (.yaml, .yml)"));
    }
    let providers = crate::providers::builtin()?;
    let outcome = match examples::test(&files, &providers) {
        Ok(outcome) => outcome,
        Err(wrong) => {
            let mut lines = wrong.iter().map(|error| reporters::printable(&error.to_string()));
            return Ok(lines.try_for_each(|line| writeln!(errors, "error: {line}")).map(|()| USAGE));
        }
    };
    let result = match outcome.failures.len() {
        0 => "all as they claim".to_owned(),
        failures => reporters::count(failures, "failure"),
    };
    let (rules, examples) =
        (reporters::count(outcome.rules, "rule"), reporters::count(outcome.examples, "example"));
    let mut failures = outcome.failures.iter().map(|line| reporters::printable(line));
    let written = failures
        .try_for_each(|line| writeln!(out, "{line}"))
        .and_then(|()| writeln!(out, "{rules}, {examples}: {result}"));
    Ok(ended(written, u8::from(!outcome.failures.is_empty())))
}

fn check(options: &CheckOptions, out: &mut dyn Write, errors: &mut dyn Write) -> Outcome {
    let adjustment = Adjustment {
        select: options.select.clone(),
        disable: options.disable.clone(),
        persona: options.persona,
        profile: options.profile,
    };
    let configs =
        Configs::new(options.input.config.config.as_deref(), options.input.config.no_config, adjustment)?;
    let (report, counts) = analyse(&options.input, &configs, options.format.shows_text())?;
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

fn clients(options: &ClientsOptions, out: &mut dyn Write) -> Outcome {
    let configs = Configs::new(
        options.input.config.config.as_deref(),
        options.input.config.no_config,
        Adjustment::default(),
    )?;
    let (report, _) = analyse(&options.input, &configs, false)?;
    let written = match options.format {
        ClientsFormat::Text => reporters::clients_text(out, &report),
        ClientsFormat::Json => reporters::clients_json(out, &report),
    };
    let exit = report.exit(options.allow_empty);
    Ok(ended(written.and_then(|()| out.flush()), exit))
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
fn analyse(options: &InputOptions, configs: &Configs, texts: bool) -> Result<(Report, Counts), String> {
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
    let mut report = lint(inputs, &Job { config: &config_of, kind, texts });
    if !again.is_empty() && !report.recognised {
        report = lint(again, &Job { config: &config_of, kind: Some("management-api"), texts });
    }
    Ok((report, Counts { looked_at, excluded, first }))
}

fn persona(text: &str) -> Result<Persona, String> {
    word(text, &["regular", "pedantic", "auditor"])
}

fn profile(text: &str) -> Result<Profile, String> {
    word(text, &["oauth21", "fapi2", "mcp"])
}

fn severity(text: &str) -> Result<Severity, String> {
    word(text, &["error", "warning", "info"])
}

fn word<T: serde::de::DeserializeOwned>(text: &str, known: &[&str]) -> Result<T, String> {
    serde_json::from_value(serde_json::Value::from(text))
        .map_err(|_| format!("one of {}{}", known.join(", "), did_you_mean(text, known.iter().copied())))
}
