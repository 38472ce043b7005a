//! What can be said on the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::reports::{ToFile, to_file};
use super::variables::Variables;
use crate::config::FailOn;
use crate::configs::{Adjustment, Configs};
use crate::day::Day;
use crate::finding::Confidence;
use crate::init::Ci;
use crate::providers;
use crate::reporters::{Format, When};
use crate::rule::{self, Persona, Profile, Severity};
use crate::suggest::did_you_mean;

/// Finds what is wrong with the OAuth and OpenID Connect clients that a repository defines.
#[derive(Debug, Parser)]
#[command(name = "clientlint", version, about, max_term_width = 110)]
pub struct Cli {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Reports what is wrong with client definitions
    Check(CheckOptions),
    /// Mends what can be mended, leaving everything else in the files as it is
    Fix(FixOptions),
    /// Lists the clients: public or confidential, first- or third-party, and why
    Clients(ClientsOptions),
    /// Puts off the findings of today, so that only new ones fail
    Baseline {
        #[command(subcommand)]
        command: BaselineCommand,
    },
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
    /// Writes a clientlint.toml that fits the repository, and snippets for the hook and CI
    Init(InitOptions),
    /// Shows what a configuration comes to, or checks it
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Writes the completions of a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Writes the manual pages into a folder
    Man {
        /// The folder
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
    /// Serves editors: a language server on standard input and output
    Lsp {
        /// What editors add; there is no other way
        #[arg(long, hide = true)]
        stdio: bool,
        #[command(flatten)]
        config: ConfigOptions,
    },
    /// Shows the version
    Version {
        /// As JSON
        #[arg(long)]
        json: bool,
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

#[derive(Debug, Args)]
pub(super) struct InitOptions {
    /// Replace a clientlint.toml that is there
    #[arg(long)]
    pub(super) force: bool,
    /// Write .pre-commit-config.yaml too, unless there is one
    #[arg(long)]
    pub(super) hook: bool,
    /// Write the configuration of this system too, unless there is one
    #[arg(long, value_enum)]
    pub(super) ci: Option<Ci>,
}

#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Shows the settings that hold for a file, and where each comes from
    Show {
        /// The file, or a folder; the working directory by default
        file: Option<PathBuf>,
        /// How they are written
        #[arg(long, value_enum, default_value_t = ListFormat::Text)]
        format: ListFormat,
        #[command(flatten)]
        config: ConfigOptions,
    },
    /// Writes the JSON Schema of clientlint.toml
    Schema,
    /// Checks a configuration: the given one, else that of the working directory
    Validate {
        /// The configuration
        file: Option<PathBuf>,
        #[command(flatten)]
        config: ConfigOptions,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum ListFormat {
    /// For people
    Text,
    /// JSON
    Json,
}

#[derive(Debug, Subcommand)]
pub(super) enum BaselineCommand {
    /// Writes the findings of today into the baseline
    Write {
        #[command(flatten)]
        options: BaselineOptions,
        /// The day to write beside new entries: YYYY-MM-DD
        #[arg(long, value_parser = day, value_name = "YYYY-MM-DD")]
        today: Option<Day>,
    },
    /// Takes out what is mended, and follows files that have moved
    Prune {
        #[command(flatten)]
        options: BaselineOptions,
        /// Change nothing; exit with 1 where there is something to take out
        #[arg(long)]
        check: bool,
    },
    /// Lists what is put off
    Show {
        /// The baseline; .clientlint-baseline.json unless the configuration says otherwise
        #[arg(long, value_name = "FILE")]
        baseline: Option<PathBuf>,
        /// How it is listed
        #[arg(long, value_enum, default_value_t = ListFormat::Text)]
        format: ListFormat,
        #[command(flatten)]
        config: ConfigOptions,
    },
}

#[derive(Debug, Args)]
pub(super) struct BaselineOptions {
    #[command(flatten)]
    pub(super) input: InputOptions,
    /// The baseline; .clientlint-baseline.json unless the configuration says otherwise
    #[arg(long, value_name = "FILE")]
    pub(super) baseline: Option<PathBuf>,
    /// For whom the report is
    #[arg(long, value_parser = persona, value_name = "regular|pedantic|auditor")]
    pub(super) persona: Option<Persona>,
    /// Judge by a stricter profile
    #[arg(long, value_parser = profile, value_name = "oauth21|fapi2|mcp")]
    pub(super) profile: Option<Profile>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum ExplainFormat {
    /// For the terminal
    Text,
    /// A page in Markdown, with examples
    Markdown,
}

#[derive(Debug, Subcommand)]
pub(super) enum RulesCommand {
    /// Runs the examples that the rule files of a folder carry
    Test {
        /// The folder, read at any depth
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum RulesFormat {
    /// A table
    Text,
    /// JSON
    Json,
    /// A table in Markdown
    Markdown,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum ClientsFormat {
    /// A table
    Text,
    /// JSON, version 1
    Json,
    /// Comma-separated values
    Csv,
    /// A table in Markdown
    Markdown,
}

#[derive(Clone, Debug, Default, Args)]
pub(super) struct ConfigOptions {
    /// Use this configuration for every file
    #[arg(long, value_name = "FILE", env = "CLIENTLINT_CONFIG", conflicts_with = "no_config")]
    pub(super) config: Option<PathBuf>,
    /// Use no configuration file
    #[arg(long)]
    pub(super) no_config: bool,
    /// Set a key of the configuration, over what files say; the value is TOML, or text
    #[arg(long, value_name = "KEY=VALUE")]
    pub(super) set: Vec<String>,
    /// Apply this policy last: it can raise severities and lower thresholds, and nothing else
    #[arg(long, value_name = "FILE", env = "CLIENTLINT_POLICY")]
    pub(super) policy: Option<PathBuf>,
}

impl ConfigOptions {
    /// The configurations that the options ask for.
    pub(super) fn configs(&self, adjustment: Adjustment) -> Result<Configs, String> {
        let adjustment = Adjustment { set: self.set.clone(), policy: self.policy.clone(), ..adjustment };
        Configs::new(self.config.as_deref(), self.no_config, adjustment)
    }
}

#[derive(Debug, Default, Args)]
pub(super) struct InputOptions {
    /// Files and folders; `-` reads one document from standard input
    #[arg(default_value = ".", value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    /// What the document on standard input is called: decides syntax, configuration and the path in reports
    #[arg(long, value_name = "NAME")]
    pub(super) stdin_filename: Option<PathBuf>,
    /// Read every file as this shape: deploy-yaml, deploy-json, terraform, terraform-plan, terraform-state, pulumi,
    /// operator, operator-v1, operator-a0, operator-gracey, planton, crossplane, management-api, tenant-export,
    /// oidc-registration, cimd, in-house, module-arguments, pulumi-stack, deploy-config, auth-config, dotenv,
    /// environment, terraform-values, settings, spring, appsettings, auth0-plist, android-strings, verifier, or a layout
    /// of clientlint.toml
    #[arg(long, value_name = "SHAPE")]
    pub(super) kind: Option<String>,
    /// Fill in the Deploy CLI's markers from this configuration file of it, as one environment; others are then not
    /// looked for
    #[arg(long, value_name = "FILE")]
    pub(super) mappings: Vec<PathBuf>,
    /// Look into files that .gitignore leaves out
    #[arg(long)]
    pub(super) no_gitignore: bool,
    /// Apply files.exclude also to files that are named themselves
    #[arg(long)]
    pub(super) force_exclude: bool,
    /// How many threads to use; 0 for as many as there are cores
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(super) threads: usize,
    /// Say of each file whether it was taken, and why not, on standard error
    #[arg(short, long, action = clap::ArgAction::Count)]
    pub(super) verbose: u8,
    /// Say how much was done and how long it took, on standard error
    #[arg(long)]
    pub(super) stats: bool,
    #[command(flatten)]
    pub(super) variables: Variables,
    #[command(flatten)]
    pub(super) config: ConfigOptions,
}

impl InputOptions {
    /// The configurations that the options ask for. The threads of the run are started; this one is among them, as it
    /// would only wait for the others.
    pub(super) fn configs(&self, adjustment: Adjustment) -> Result<Configs, String> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(self.threads).use_current_thread();
        // Fails only where there are threads already, which costs nothing but the wish.
        drop(pool.build_global());
        // Every run needs them, whatever its configuration.
        rayon::join(rule::read_ahead, || drop(providers::builtin()));
        self.config.configs(adjustment)
    }
}

#[derive(Debug, Args)]
pub(super) struct CheckOptions {
    #[command(flatten)]
    pub(super) input: InputOptions,
    /// How the report on standard output is written [default: text]
    #[arg(long, value_enum, env = "CLIENTLINT_FORMAT")]
    pub(super) format: Option<Format>,
    /// Write a report into a file as well, as in sarif=clientlint.sarif; may be given several times
    #[arg(long, value_parser = to_file, value_name = "FORMAT=PATH")]
    pub(super) output: Vec<ToFile>,
    /// Check these rules only: ids, or tag:NAME
    #[arg(long, visible_alias = "only", value_delimiter = ',', value_name = "RULE")]
    pub(super) select: Vec<String>,
    /// Leave these rules out: ids, or tag:NAME
    #[arg(long, value_delimiter = ',', value_name = "RULE")]
    pub(super) disable: Vec<String>,
    /// For whom the report is
    #[arg(long, value_parser = persona, value_name = "regular|pedantic|auditor")]
    pub(super) persona: Option<Persona>,
    /// Judge by a stricter profile
    #[arg(long, value_parser = profile, value_name = "oauth21|fapi2|mcp")]
    pub(super) profile: Option<Profile>,
    /// Fail from this severity on
    #[arg(long, value_enum)]
    pub(super) fail_on: Option<FailOn>,
    /// Let only findings fail that are so sure
    #[arg(long, value_parser = confidence, value_name = "medium|high")]
    pub(super) fail_on_confidence: Option<Confidence>,
    /// Show nothing below this severity
    #[arg(long, value_parser = severity, value_name = "error|warning|info")]
    pub(super) min_severity: Option<Severity>,
    /// Show nothing that is less sure
    #[arg(long, value_parser = confidence, value_name = "medium|high")]
    pub(super) min_confidence: Option<Confidence>,
    /// Report only what is new since this branch or commit, and transitions: read from git, nothing is checked out
    #[arg(long, value_name = "REF", allow_hyphen_values = true)]
    pub(super) since: Option<String>,
    /// With --since: leave out projects in which nothing has changed
    #[arg(long, requires = "since")]
    pub(super) changed_only: bool,
    /// The known findings, which are not reported; .clientlint-baseline.json unless the configuration says otherwise
    #[arg(long, value_name = "FILE", conflicts_with = "no_baseline")]
    pub(super) baseline: Option<PathBuf>,
    /// Report known findings as well
    #[arg(long)]
    pub(super) no_baseline: bool,
    /// Report also what comments and [[ignore]] silence
    #[arg(long)]
    pub(super) no_ignores: bool,
    /// Write, instead of the report, the [[ignore]] for each finding, or for those of these fingerprints
    #[arg(long, value_name = "FINGERPRINT", num_args = 0.., require_equals = true, value_delimiter = ',')]
    pub(super) suggest_ignore: Option<Vec<String>>,
    /// The day by which ignores expire, instead of today's
    #[arg(long, value_parser = day, value_name = "YYYY-MM-DD")]
    pub(super) today: Option<Day>,
    /// Exit with 0 where no client definition is found
    #[arg(long)]
    pub(super) allow_empty: bool,
    /// Exit with 0 also where findings reach the gate
    #[arg(long)]
    pub(super) exit_zero: bool,
    /// Write the findings alone, without the lines at the end
    #[arg(short, long)]
    pub(super) quiet: bool,
    /// Colours
    #[arg(long, value_enum, default_value_t = When::Auto)]
    pub(super) color: When,
    /// Links to the standards that a rule rests on
    #[arg(long, value_enum, default_value_t = When::Auto)]
    pub(super) links: When,
}

#[derive(Debug, Args)]
pub(super) struct FixOptions {
    #[command(flatten)]
    pub(super) input: InputOptions,
    /// Apply also fixes that may change who can log in
    #[arg(long)]
    pub(super) r#unsafe: bool,
    /// Apply only these
    #[arg(long, conflicts_with = "unsafe")]
    pub(super) only_unsafe: bool,
    /// Mend and check these rules only: ids, or tag:NAME
    #[arg(long, visible_aliases = ["select", "only"], value_delimiter = ',', value_name = "RULE")]
    pub(super) rule: Vec<String>,
    /// Leave these rules out: ids, or tag:NAME
    #[arg(long, value_delimiter = ',', value_name = "RULE")]
    pub(super) disable: Vec<String>,
    /// Show the changes and write nothing; exit with 1 where there are some
    #[arg(long)]
    pub(super) diff: bool,
    /// For whom the report is
    #[arg(long, value_parser = persona, value_name = "regular|pedantic|auditor")]
    pub(super) persona: Option<Persona>,
    /// Judge by a stricter profile
    #[arg(long, value_parser = profile, value_name = "oauth21|fapi2|mcp")]
    pub(super) profile: Option<Profile>,
    /// Fail where findings of this severity remain
    #[arg(long, value_enum)]
    pub(super) fail_on: Option<FailOn>,
    /// Exit with 0 where no client definition is found
    #[arg(long)]
    pub(super) allow_empty: bool,
    /// Exit with 0 also where findings remain that reach the gate
    #[arg(long)]
    pub(super) exit_zero: bool,
}

#[derive(Debug, Args)]
pub(super) struct ClientsOptions {
    #[command(flatten)]
    pub(super) input: InputOptions,
    /// How they are listed
    #[arg(long, value_enum, default_value_t = ClientsFormat::Text)]
    pub(super) format: ClientsFormat,
    /// Exit with 0 where no client definition is found
    #[arg(long)]
    pub(super) allow_empty: bool,
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

fn day(text: &str) -> Result<Day, String> {
    Day::parse(text).ok_or_else(|| "a day, as in 2030-12-31".to_owned())
}

fn confidence(text: &str) -> Result<Confidence, String> {
    word(text, &["medium", "high"])
}

fn word<T: serde::de::DeserializeOwned>(text: &str, known: &[&str]) -> Result<T, String> {
    serde_json::from_value(serde_json::Value::from(text))
        .map_err(|_| format!("one of {}{}", known.join(", "), did_you_mean(text, known.iter().copied())))
}
