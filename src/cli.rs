//! The command line: options in, exit code out.

use std::collections::{BTreeMap, HashSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::config::{Config, FailOn, NAMES, named_rules};
use crate::discover::{self, Content, Input, Request, absolute, discover};
use crate::examples;
use crate::explain;
use crate::lint::{Job, Report, lint};
use crate::project;
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
        Command::Explain { rule, config } => {
            with_rules(config, |rules| match explain::explain(rules, rule) {
                Some(text) => Ok(write!(out, "{text}").map(|()| 0)),
                None => Err(no_rule(rule, rules.rules.iter().map(|rule| rule.id.as_str()))),
            })
        }
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

fn with_rules(options: &ConfigOptions, run: impl FnOnce(&Config) -> Outcome) -> Outcome {
    let configs = Configs::new(options, Adjustment::default())?;
    let here = absolute(Path::new("clientlint.toml"));
    run(&*configs.of(Some(&here))?)
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
    let exit = u8::from(!outcome.failures.is_empty());
    let lines: Vec<String> = outcome.lines().iter().map(|line| reporters::printable(line)).collect();
    Ok(ended(lines.iter().try_for_each(|line| writeln!(out, "{line}")), exit))
}

fn no_rule<'a>(id: &str, known: impl Iterator<Item = &'a str>) -> String {
    format!("there is no rule `{id}`{}", did_you_mean(id, known))
}

fn check(options: &CheckOptions, out: &mut dyn Write, errors: &mut dyn Write) -> Outcome {
    let adjustment = Adjustment {
        select: options.select.clone(),
        disable: options.disable.clone(),
        persona: options.persona,
        profile: options.profile,
    };
    let configs = Configs::new(&options.input.config, adjustment)?;
    let (report, counts) = analyse(&options.input, &configs, options.format.shows_text())?;
    let config = configs.of(counts.first.as_deref())?;
    let (fail_on, from) = match options.fail_on {
        Some(fail_on) => (fail_on.severity(), "--fail-on".to_owned()),
        None => (
            config.fail_on,
            match &config.path {
                Some(path) => discover::Base::of(path).show(path),
                None => "default".to_owned(),
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
    let configs = Configs::new(&options.input.config, Adjustment::default())?;
    let (report, _) = analyse(&options.input, &configs, false)?;
    let written = match options.format {
        ClientsFormat::Text => reporters::clients_text(out, &report),
        ClientsFormat::Json => reporters::clients_json(out, &report),
    };
    let exit = if !report.problems.is_empty() {
        4
    } else if report.recognised || options.allow_empty {
        0
    } else {
        3
    };
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
    let (inputs, looked_at, excluded) = if options.paths.iter().any(|path| path.as_os_str() == "-") {
        if options.paths.len() > 1 {
            return Err("`-` stands alone: standard input is one document".to_owned());
        }
        let mut inputs = vec![standard_input(options.stdin_filename.as_deref())?];
        if options.stdin_filename.is_some() {
            add_companions(&mut inputs, config.max_size);
        }
        (inputs, 1, 0)
    } else {
        files(options, configs, &config)?
    };
    configs.check(&inputs)?;
    if options.threads == 0 && inputs.iter().map(Input::size).sum::<usize>() < SMALL {
        // Fails where the files were so many that threads were started to read them.
        drop(rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build_global());
    }
    let standard = options.paths.iter().any(|path| path.as_os_str() == "-");
    // What comes through a pipe was meant to be read: the bare answer of an API needs no telling keys.
    let kind = options.kind.as_deref();
    let config_of = |path: Option<&Path>| configs.of(path).unwrap_or_else(|_| config.clone());
    let again = if standard && kind.is_none() { inputs.clone() } else { Vec::new() };
    let mut report = lint(inputs, &Job { config: &config_of, kind, texts });
    if !again.is_empty() && !report.recognised {
        report = lint(again, &Job { config: &config_of, kind: Some("management-api"), texts });
    }
    Ok((report, Counts { looked_at, excluded, first }))
}

/// The path by which the configuration of a call is found.
fn first_path(path: &Path, stdin_filename: Option<&Path>) -> PathBuf {
    let path = if path.as_os_str() == "-" { stdin_filename.unwrap_or(Path::new("stdin")) } else { path };
    let path = absolute(path);
    if path.is_dir() { path.join("x") } else { path }
}

fn standard_input(name: Option<&Path>) -> Result<Input, String> {
    let content = discover::read_standard_input()?;
    let shown = match (name, &content) {
        (Some(name), _) => discover::Base::of(name).show(&absolute(name)),
        (None, Content::Text(text) | Content::NotUtf8 { text, .. } | Content::Utf16(text)) => {
            let start = text.trim_start_matches('\u{feff}').trim_start();
            if start.starts_with(['{', '[']) { "stdin.json".to_owned() } else { "stdin.yaml".to_owned() }
        }
        (None, _) => "stdin.json".to_owned(),
    };
    Ok(Input { path: absolute(name.unwrap_or(Path::new(&shown))), shown, content, requested: true })
}

/// The files that were asked for, and those of their projects.
fn files(
    options: &InputOptions,
    configs: &Configs,
    config: &Config,
) -> Result<(Vec<Input>, usize, usize), String> {
    let words: Vec<&str> = config
        .providers
        .iter()
        .flat_map(|provider| provider.table.probe.iter().map(String::as_str))
        .collect();
    let names: Vec<&str> = config
        .providers
        .iter()
        .flat_map(|provider| &provider.table.shapes)
        .flat_map(|shape| shape.names.iter().map(String::as_str))
        .collect();
    let of = |path: &Path| configs.of(Some(path)).ok();
    let named = |path: &Path| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("");
        names.iter().any(|pattern| crate::providers::like(pattern, name))
    };
    let always = |path: &Path| named(path) || of(path).is_some_and(|config| config.has_layout(path));
    let excluded = |path: &Path| of(path).is_some_and(|config| config.excludes(path));
    let max_size = |path: &Path| of(path).map_or(config.max_size, |config| config.max_size);
    let request = Request {
        paths: &options.paths,
        probe: &words.iter().copied().chain([project::MODULE]).collect::<Vec<_>>(),
        always: &always,
        excluded: &excluded,
        gitignore: !options.no_gitignore,
        force_exclude: options.force_exclude,
        max_size: &max_size,
    };
    let found = discover(&request).map_err(|error| error.to_string())?;
    let mut inputs = found.files;
    project::drop_strangers(&mut inputs, &words);
    add_companions(&mut inputs, config.max_size);
    Ok((inputs, found.looked_at, found.excluded))
}

/// Adds the files that belong to the projects of those that were found.
fn add_companions(inputs: &mut Vec<Input>, max_size: u64) {
    let known: HashSet<&Path> = inputs.iter().map(|input| input.path.as_path()).collect();
    let mut folders: BTreeMap<PathBuf, fn(&str) -> bool> = BTreeMap::new();
    let mut last = None;
    for input in inputs.iter() {
        // Files come in order: those of one folder have the same companions.
        let group = (input.path.parent(), input.path.extension());
        if last.replace(group) == Some(group) {
            continue;
        }
        for (folder, wanted) in project::companions(&input.path) {
            folders.entry(folder).or_insert(wanted);
        }
    }
    let mut more = Vec::new();
    for (folder, wanted) in folders {
        for path in discover::files_in(&folder, &wanted) {
            if known.contains(path.as_path()) {
                continue;
            }
            let shown = discover::Base::of(&path).show(&path);
            more.extend(discover::read_context(&path, shown, max_size));
        }
    }
    inputs.extend(more);
    inputs.sort_by(|a, b| a.path.cmp(&b.path));
}

/// The configurations of a run: one for all, or the nearest of each file.
struct Configs {
    fixed: Option<Arc<Config>>,
    builtin: OnceLock<Result<Arc<Config>, String>>,
    by_folder: Mutex<BTreeMap<PathBuf, Result<Arc<Config>, String>>>,
    adjustment: Adjustment,
}

/// What the command line says of rules, over what any configuration says.
#[derive(Default)]
struct Adjustment {
    select: Vec<String>,
    disable: Vec<String>,
    persona: Option<Persona>,
    profile: Option<Profile>,
}

impl Adjustment {
    fn apply(&self, mut config: Config) -> Result<Config, String> {
        for id in self.select.iter().chain(&self.disable) {
            if named_rules(&config.rules, std::slice::from_ref(id)).is_empty() {
                return Err(no_rule(id, config.rules.iter().map(|rule| rule.id.as_str())));
            }
        }
        let settings = &mut config.settings;
        if !self.select.is_empty() {
            settings.only = named_rules(&config.rules, &self.select);
        }
        settings.off.extend(named_rules(&config.rules, &self.disable));
        settings.persona = self.persona.unwrap_or(settings.persona);
        settings.profile = self.profile.or(settings.profile);
        Ok(config)
    }
}

impl Configs {
    /// The configurations as the options say, adjusted to what they say of rules.
    fn new(options: &ConfigOptions, adjustment: Adjustment) -> Result<Self, String> {
        let mut configs =
            Self { fixed: None, builtin: OnceLock::new(), by_folder: Mutex::default(), adjustment };
        configs.fixed = match &options.config {
            Some(path) => Some(Arc::new(configs.adjustment.apply(read_config(&absolute(path))?)?)),
            None if options.no_config => Some(configs.builtin()?),
            None => None,
        };
        Ok(configs)
    }

    /// The built-in settings, which need not be made where every file has a configuration.
    fn builtin(&self) -> Result<Arc<Config>, String> {
        let make =
            || self.adjustment.apply(Config::builtin().map_err(|error| error.to_string())?).map(Arc::new);
        self.builtin.get_or_init(make).clone()
    }

    /// The configuration of a file: the nearest in the folders above it, up to the root of the repository.
    fn of(&self, file: Option<&Path>) -> Result<Arc<Config>, String> {
        if let Some(fixed) = &self.fixed {
            return Ok(fixed.clone());
        }
        match file.and_then(Path::parent) {
            Some(folder) => self.of_folder(folder),
            None => self.builtin(),
        }
    }

    fn of_folder(&self, folder: &Path) -> Result<Arc<Config>, String> {
        let cached = self.by_folder.lock().ok().and_then(|known| known.get(folder).cloned());
        if let Some(known) = cached {
            return known;
        }
        let here: Vec<PathBuf> =
            NAMES.iter().map(|name| folder.join(name)).filter(|path| discover::is_file(path)).collect();
        let found = match here.as_slice() {
            [path] => read_config(path).and_then(|config| self.adjustment.apply(config)).map(Arc::new),
            [first, second, ..] => {
                Err(format!("{} and {}: one of them is too many", first.display(), second.display()))
            }
            [] => match folder.parent().filter(|_| !folder.join(".git").exists()) {
                Some(above) => self.of_folder(above),
                None => self.builtin(),
            },
        };
        if let Ok(mut known) = self.by_folder.lock() {
            known.insert(folder.to_path_buf(), found.clone());
        }
        found
    }

    /// Reads the configurations of all inputs, so that a wrong one is said before anything is analysed.
    fn check(&self, inputs: &[Input]) -> Result<(), String> {
        inputs.iter().try_for_each(|input| self.of(Some(&input.path)).map(drop))
    }
}

fn read_config(path: &Path) -> Result<Config, String> {
    let text = discover::read_text(path)?;
    Config::read(path, &text, &discover::rule_files).map_err(|mut error| {
        if Path::new(&error.path) == path {
            error.path = discover::Base::of(path).show(path);
        }
        error.to_string()
    })
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
