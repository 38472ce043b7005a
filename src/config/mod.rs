//! `clientlint.toml`: what it means for a file.

mod ignores;
mod written;

pub use ignores::{Ignore, Ignores};
pub use written::FailOn;
use written::{Level, RuleSetting, Written, options};

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use globset::{Glob, GlobMatcher};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::check::Settings;
use crate::client::Evidence;
use crate::infer::{Evidenced, Surroundings};
use crate::providers::{self, Provider};
use crate::rule::{self, Rule, Severity};
use crate::source::{FileId, Source, Span};
use crate::suggest::did_you_mean;

/// Names under which a configuration is found.
pub const NAMES: [&str; 2] = ["clientlint.toml", ".clientlint.toml"];

/// What a configuration means.
#[derive(Debug)]
pub struct Config {
    /// Where it stands; `None` for the built-in settings.
    pub path: Option<PathBuf>,
    /// What is reported of the rules.
    pub settings: Settings,
    /// The least severity that fails the run; `None` for never.
    pub fail_on: Option<Severity>,
    /// Whether the file sets it.
    pub sets_fail_on: bool,
    /// The rules, the user's own included.
    pub rules: Vec<Rule>,
    /// The providers, the user's own layouts first.
    pub providers: Vec<Provider>,
    channels: Vec<(String, Globs)>,
    management_api_declared: bool,
    environments: Vec<(String, bool, Globs)>,
    dashboard_third_party: Option<String>,
    first_party_domains: Option<Vec<String>>,
    exclude: Globs,
    layouts: Vec<(String, Globs)>,
    /// Files larger than this many bytes are not read.
    pub max_size: u64,
    /// What may be silenced, and what the configuration itself silences.
    pub ignores: Ignores,
}

/// Globs relative to a folder.
#[derive(Debug, Default)]
struct Globs {
    folder: PathBuf,
    globs: Vec<(usize, GlobMatcher)>,
}

/// What is wrong with a configuration.
#[derive(Debug, thiserror::Error)]
#[error("{path}{position}: {message}")]
pub struct ConfigError {
    /// The file.
    pub path: String,
    position: String,
    /// What is wrong with it.
    pub message: String,
}

/// Files larger than this are not read unless a configuration says otherwise.
const MAX_SIZE: u64 = 20_000_000;

impl Config {
    /// The built-in settings.
    ///
    /// # Errors
    ///
    /// Only if the program itself is wrong.
    pub fn builtin() -> Result<Self, ConfigError> {
        Self::of(Written::default(), None, &|_| Ok(Vec::new()))
    }

    /// Reads a configuration.
    ///
    /// `folder` reads the rule files of a folder: path as reported, and text.
    ///
    /// # Errors
    ///
    /// Says what is wrong with it, and where.
    pub fn read(
        path: &Path,
        text: &str,
        folder: &dyn Fn(&Path) -> Result<Vec<(String, String)>, String>,
    ) -> Result<Self, ConfigError> {
        let written: Written = toml::from_str(text).map_err(|error| {
            let position = error.span().map_or(String::new(), |span| position(text, span.start));
            let message = error.message().to_owned();
            let hint = unknown_word(&message);
            ConfigError { path: path.display().to_string(), position, message: format!("{message}{hint}") }
        })?;
        let read = Self::of(written, Some(path), folder);
        let with_text = |mut config: Self| {
            text.clone_into(&mut config.ignores.text);
            config
        };
        read.map(with_text).map_err(|mut error| {
            if error.position.is_empty() {
                error.position =
                    place_of(text, &error.message).map_or(String::new(), |at| position(text, at));
            }
            error
        })
    }

    fn of(
        mut written: Written,
        path: Option<&Path>,
        folder: &dyn Fn(&Path) -> Result<Vec<(String, String)>, String>,
    ) -> Result<Self, ConfigError> {
        let shown = path.map_or_else(|| "built-in settings".to_owned(), |path| path.display().to_string());
        let error = |message: String| ConfigError { path: shown.clone(), position: String::new(), message };
        let base = path.and_then(Path::parent).map(Path::to_path_buf).unwrap_or_default();
        let globs = |list: &[String]| Globs::new(&base, list).map_err(error);

        written.rules.extend(ignores::report_unused(&written));
        let options = |id: &str| options(&written, id);
        let mut rules = rule::builtin(&options).map_err(error)?;
        for name in &written.rule_folders {
            let wrong = |message| error(format!("rule folder `{}`: {message}", name.display()));
            for (file, text) in folder(&base.join(name)).map_err(wrong)? {
                let rule = rule::parse(&file, &text, &options).map_err(|failure| ConfigError {
                    path: failure.path.clone(),
                    position: format!(":{}:{}", failure.position.line, failure.position.column),
                    message: failure.message,
                })?;
                if rules.iter().any(|known| known.id == rule.id) {
                    return Err(error(format!("two rules are called `{}`", rule.id)));
                }
                rules.push(rule);
            }
        }
        let known = |id: &String| rule_or_tag(&rules, id).map_err(error);
        written.rules.keys().chain(&written.select).chain(&written.disable).try_for_each(known)?;

        let mut settings = Settings {
            persona: written.persona.unwrap_or_default(),
            profile: written.profile,
            off: named_rules(&rules, &written.disable),
            only: named_rules(&rules, &written.select),
            ..Settings::default()
        };
        for (id, setting) in &written.rules {
            let level = match setting {
                RuleSetting::Level(level) => Some(*level),
                RuleSetting::Long(table) => table.severity,
            };
            match level {
                Some(Level::Off) => drop(settings.off.insert(id.clone())),
                Some(Level::Info) => drop(settings.severities.insert(id.clone(), Severity::Info)),
                Some(Level::Warning) => drop(settings.severities.insert(id.clone(), Severity::Warning)),
                Some(Level::Error) => drop(settings.severities.insert(id.clone(), Severity::Error)),
                Some(Level::Default) | None => {}
            }
        }
        let builtin = providers::builtin().map_err(error)?;
        let mut own = Vec::new();
        let mut layouts = Vec::new();
        for layout in &written.layout {
            own.push(layout.provider(&builtin).map_err(error)?);
            layouts.push((layout.name.clone(), globs(&layout.files)?));
        }
        own.extend(builtin);
        let ignores = Ignores::new(&written, &rules, &own).map_err(error)?;
        let channels = &written.channels;
        let all_channels = [
            ("management-api", &channels.management_api),
            ("dashboard", &channels.dashboard),
            ("dcr", &channels.dcr),
            ("cimd", &channels.cimd),
        ];
        let mut environments = Vec::new();
        for (name, environment) in &written.env {
            let named_so = ["prod", "live"].iter().any(|start| name.starts_with(start));
            environments.push((
                name.clone(),
                environment.production.unwrap_or(named_so),
                globs(&environment.globs)?,
            ));
        }
        Ok(Self {
            path: path.map(Path::to_path_buf),
            settings,
            sets_fail_on: written.gate.fail_on.is_some(),
            fail_on: written.gate.fail_on.unwrap_or(FailOn::Error).severity(),
            rules,
            providers: own,
            channels: all_channels
                .iter()
                .filter(|(_, list)| !list.is_empty())
                .map(|(name, list)| Ok(((*name).to_owned(), globs(list)?)))
                .collect::<Result<_, ConfigError>>()?,
            management_api_declared: !channels.management_api.is_empty(),
            environments,
            dashboard_third_party: written.facts.dashboard_third_party.clone(),
            first_party_domains: written.facts.first_party_domains.clone(),
            exclude: globs(&written.files.exclude)?,
            layouts,
            max_size: match &written.files.max_size {
                Some(text) => {
                    bytes(text).ok_or_else(|| error(format!("files.max-size: `{text}` is no size")))?
                }
                None => MAX_SIZE,
            },
            ignores,
        })
    }

    /// What the configuration says of a file.
    pub fn surroundings(&self, file: Option<&Path>) -> Surroundings {
        let Some(file) = file else { return Surroundings::default() };
        let declared = self
            .channels
            .iter()
            .filter_map(|(name, globs)| globs.longest(file).map(|length| (length, name)))
            .max_by_key(|(length, _)| *length);
        let declared_channel = declared.map(|(_, name)| Evidenced {
            word: name.clone(),
            evidence: Evidence { says: "[channels] in clientlint.toml".to_owned(), place: None },
        });
        let environment = self.environments.iter().find(|(_, _, globs)| globs.longest(file).is_some());
        Surroundings {
            undeclared: declared_channel.is_none() && self.management_api_declared,
            declared_channel,
            environment: environment.map(|(name, production, _)| (name.clone(), *production)),
            dashboard_third_party: self.dashboard_third_party.clone(),
            first_party_domains: self.first_party_domains.clone(),
        }
    }

    /// Whether a file is excluded.
    pub fn excludes(&self, file: &Path) -> bool {
        self.exclude.longest(file).is_some()
    }

    /// Whether a layout of the organisation's own is meant for a file. Such files are read whatever they hold.
    pub fn has_layout(&self, file: &Path) -> bool {
        self.layouts.iter().any(|(_, globs)| globs.longest(file).is_some())
    }

    /// The providers that may recognise a file. A layout with globs is for the files that these match.
    pub fn providers_of<'a>(&'a self, file: Option<&'a Path>) -> impl Iterator<Item = &'a Provider> {
        self.providers.iter().filter(move |provider| {
            match self.layouts.iter().find(|(name, _)| *name == provider.id) {
                Some((_, globs)) if !globs.globs.is_empty() => {
                    file.is_some_and(|file| globs.longest(file).is_some())
                }
                _ => true,
            }
        })
    }

    /// The provider whose platform a provider's definitions are deployed to: itself, except for a layout.
    pub fn platform<'a>(&'a self, provider: &'a Provider) -> &'a Provider {
        let id = provider.platform.as_deref().unwrap_or(&provider.id);
        self.providers.iter().find(|known| known.id == id).unwrap_or(provider)
    }
}

impl Globs {
    fn new(folder: &Path, list: &[String]) -> Result<Self, String> {
        let glob = |text: &String| {
            let glob = Glob::new(text).map_err(|error| format!("glob `{text}`: {}", error.kind()))?;
            let literal = text.find(['*', '?', '[', '{']).unwrap_or(text.len());
            Ok((literal, glob.compile_matcher()))
        };
        Ok(Self {
            folder: folder.to_path_buf(),
            globs: list.iter().map(glob).collect::<Result<_, String>>()?,
        })
    }

    /// The longest literal prefix of the globs that match a file, if any does.
    fn longest(&self, file: &Path) -> Option<usize> {
        if self.globs.is_empty() {
            return None;
        }
        let relative = file.strip_prefix(&self.folder).unwrap_or(file);
        self.globs.iter().filter(|(_, glob)| glob.is_match(relative)).map(|(literal, _)| *literal).max()
    }
}

/// Checks that an id or `tag:NAME` names a rule.
///
/// # Errors
///
/// Says that there is none, and which is meant.
pub fn rule_or_tag(rules: &[Rule], name: &str) -> Result<(), String> {
    if rules.iter().any(|rule| is_named(rule, name)) { Ok(()) } else { Err(no_rule(name, rules)) }
}

/// That there is no rule of an id, and which is meant.
pub fn no_rule(id: &str, rules: &[Rule]) -> String {
    format!("there is no rule `{id}`{}", did_you_mean(id, rules.iter().map(|rule| rule.id.as_str())))
}

/// The ids of the rules that a list of ids and `tag:NAME` names.
pub fn named_rules(rules: &[Rule], names: &[String]) -> BTreeSet<String> {
    let named = |rule: &&Rule| names.iter().any(|name| is_named(rule, name));
    rules.iter().filter(named).map(|rule| rule.id.clone()).collect()
}

/// Whether an id or `tag:NAME` names a rule.
fn is_named(rule: &Rule, name: &str) -> bool {
    match name.strip_prefix("tag:") {
        Some(tag) => rule.text.tags.iter().any(|known| known == tag),
        None => rule.id == name,
    }
}

/// A size such as `20MB`, in bytes.
fn bytes(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let factor = match text[digits..].trim().to_ascii_uppercase().as_str() {
        "" | "B" => 1,
        "KB" | "K" => 1_000,
        "MB" | "M" => 1_000_000,
        "GB" | "G" => 1_000_000_000,
        _ => return None,
    };
    text[..digits].parse::<u64>().ok()?.checked_mul(factor)
}

/// The nearest right word for the unknown one that a message names.
fn unknown_word(message: &str) -> String {
    let Some(rest) =
        message.split_once("unknown field `").or_else(|| message.split_once("unknown variant `"))
    else {
        return String::new();
    };
    let mut words = rest.1.split('`').step_by(2);
    let word = words.next().unwrap_or_default();
    did_you_mean(word, words)
}

/// Where the key or text stands that a message names in backquotes.
fn place_of(text: &str, message: &str) -> Option<usize> {
    fn search(value: &Spanned<DeValue<'_>>, word: &str) -> Option<usize> {
        match value.get_ref() {
            DeValue::String(text) if text == word => Some(value.span().start),
            DeValue::Array(items) => items.iter().find_map(|item| search(item, word)),
            DeValue::Table(table) => search_table(table, word),
            _ => None,
        }
    }
    fn search_table(table: &DeTable<'_>, word: &str) -> Option<usize> {
        let here = table.iter().filter_map(|(key, value)| {
            if key.get_ref() == word { Some(key.span().start) } else { search(value, word) }
        });
        here.min()
    }
    let table = DeTable::parse(text).ok()?;
    // The last word is the wrong one; before it stands at most in what.
    let said = message.split(" (did you mean").next()?;
    let words: Vec<&str> = said.split('`').skip(1).step_by(2).collect();
    words.into_iter().rev().find_map(|word| search_table(table.get_ref(), word))
}

/// `:LINE:COLUMN` of a byte offset.
fn position(text: &str, offset: usize) -> String {
    let source = Source::new(FileId(0), "", None, text.to_owned());
    let at = source.position(Span::new(offset, offset).start.saturating_sub(source.bom));
    format!(":{}:{}", at.line, at.column)
}
