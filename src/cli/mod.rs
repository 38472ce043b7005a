//! The command line: options in, exit code out.

mod baseline;
mod check;
mod config;
mod describe;
mod fix;
mod init;
mod options;
mod progress;
mod reports;
mod variables;
mod watch;

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use self::check::{check, clients};
use self::fix::fix;
pub use self::options::Cli;
use self::options::{Command, ConfigOptions, ExplainFormat, RulesCommand, RulesFormat};
use crate::config::{Config, no_rule};
use crate::configs::Adjustment;
use crate::discover::{self, absolute};
use crate::rule::Persona;
use crate::{examples, explain, lsp, page, reporters};

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
        Command::Fix(options) => fix(options, out, errors),
        Command::Clients(options) => clients(options, out, errors),
        Command::Baseline { command } => baseline::run(command, out, errors),
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
        Command::Init(options) => init::init(options, out),
        Command::Config { command } => config::config(command, out),
        Command::Completions { shell } => Ok(describe::completions(*shell, out)),
        Command::Man { folder } => describe::manual(folder, out),
        Command::Lsp { config, .. } => {
            Ok(lsp::serve_stdio(&|| config.configs(Adjustment::default())).map_err(io::Error::other))
        }
        Command::Version { json } => Ok(describe::version(*json, out)),
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
    let configs = options.configs(adjustment)?;
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
    let outcome = match examples::test(&files, providers) {
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
