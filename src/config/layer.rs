//! One text that configures: a file or a `--set`, what it says, and where in it that stands.

use std::ops::Range;
use std::path::{Path, PathBuf};

use semver::{Version, VersionReq};
use serde_json::{Map, Value as Json};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::types;
use super::written::Written;
use crate::source::{FileId, Source, Span};
use crate::suggest::did_you_mean;

/// What is wrong with a configuration.
#[derive(Debug, thiserror::Error)]
#[error("{path}{position}: {message}")]
pub struct ConfigError {
    /// The file.
    pub path: String,
    pub(super) position: String,
    /// What is wrong with it.
    pub message: String,
}

/// One text that configures.
#[derive(Debug, Default)]
pub(super) struct Layer {
    pub(super) written: Written,
    /// What it is called in messages: the path of the file as shown, or the option.
    pub(super) name: String,
    /// What its paths and globs are relative to.
    pub(super) folder: PathBuf,
    pub(super) text: String,
    /// The file, lines of which can be named; `None` for what is none.
    pub(super) path: Option<PathBuf>,
}

/// A key that a layer sets.
pub(super) struct Leaf {
    /// Its names from the top.
    pub(super) path: Vec<String>,
    pub(super) value: Json,
    /// Where its last name stands.
    pub(super) at: usize,
}

impl Layer {
    /// What holds where nothing is said.
    pub(super) fn builtin() -> Self {
        Self { name: "built-in settings".to_owned(), ..Self::default() }
    }

    /// What a file says.
    pub(super) fn of_file(path: &Path, name: String, text: &str) -> Result<Self, ConfigError> {
        let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
        let path = Some(path.to_path_buf());
        Self { name, folder, text: text.to_owned(), path, ..Self::default() }.read()
    }

    /// What a `--set KEY=VALUE` says. A value that is none in TOML is text.
    pub(super) fn of_setting(setting: &str, folder: &Path) -> Result<Self, ConfigError> {
        let layer = |text: String| Self {
            name: format!("--set {setting}"),
            folder: folder.to_path_buf(),
            text,
            ..Self::default()
        };
        let Some((key, value)) = setting.split_once('=') else {
            return Err(layer(String::new()).error("this is no KEY=VALUE".to_owned()));
        };
        let value = value.trim();
        let as_it_is = format!("{key} = {value}");
        let bare = !value.starts_with(['"', '\'', '[', '{']) && DeTable::parse(&as_it_is).is_err();
        // What JSON writes as text, TOML reads as the same text.
        layer(if bare { format!("{key} = {}", Json::from(value)) } else { as_it_is }).read()
    }

    fn read(mut self) -> Result<Self, ConfigError> {
        if let Some((at, message)) = types::wrong(&self.text) {
            self.check_version(self.written_version().as_deref())?;
            return Err(self.error_at(at, message));
        }
        match toml::from_str(&self.text) {
            Ok(written) => self.written = written,
            Err(error) => {
                // A newer version may know what this one does not.
                self.check_version(self.written_version().as_deref())?;
                let hint = unknown_word(error.message());
                let message = error.message().replace("unknown variant `", "unknown word `");
                let position = error.span().map_or(String::new(), |span| self.position(span.start));
                return Err(ConfigError { path: self.name, position, message: format!("{message}{hint}") });
            }
        }
        self.check_version(self.written.required_version.as_deref())?;
        Ok(self)
    }

    /// `required-version` of a text that cannot be read as a whole.
    fn written_version(&self) -> Option<String> {
        let table = DeTable::parse(&self.text).ok()?;
        match table.get_ref().get("required-version")?.get_ref() {
            DeValue::String(text) => Some(text.to_string()),
            _ => None,
        }
    }

    fn check_version(&self, required: Option<&str>) -> Result<(), ConfigError> {
        let Some(required) = required else { return Ok(()) };
        let Ok(wanted) = VersionReq::parse(required) else {
            return Err(self.error(format!("required-version: `{required}` is no requirement such as >=0.3")));
        };
        let this = env!("CARGO_PKG_VERSION");
        if Version::parse(this).is_ok_and(|this| wanted.matches(&this)) {
            return Ok(());
        }
        Err(self.error(format!("needs clientlint `{required}`; this is {this}")))
    }

    /// An error about a word in it, which the message names last in backquotes.
    pub(super) fn error(&self, message: String) -> ConfigError {
        let position = self.place_of(&message).map_or(String::new(), |at| self.position(at));
        ConfigError { path: self.name.clone(), position, message }
    }

    /// An error about what stands at a place.
    pub(super) fn error_at(&self, at: usize, message: String) -> ConfigError {
        ConfigError { path: self.name.clone(), position: self.position(at), message }
    }

    /// Where a place is, for people: `clientlint.toml:12`.
    pub(super) fn origin(&self, at: usize) -> String {
        let position = self.position(at);
        let line = position.split(':').nth(1).unwrap_or_default();
        if self.path.is_some() { format!("{}:{line}", self.name) } else { self.name.clone() }
    }

    /// Where a key is set, for people.
    pub(super) fn origin_of(&self, path: &[&str]) -> String {
        let leaf = self.leaves().into_iter().find(|leaf| leaf.path == path);
        leaf.map_or_else(|| self.name.clone(), |leaf| self.origin(leaf.at))
    }

    /// Where the severity of a rule is set, in either form.
    pub(super) fn origin_of_rule(&self, id: &str) -> String {
        let is_of = |leaf: &Leaf| leaf.path.len() > 1 && leaf.path[0] == "rules" && leaf.path[1] == id;
        let leaf = self.leaves().into_iter().find(is_of);
        leaf.map_or_else(|| self.name.clone(), |leaf| self.origin(leaf.at))
    }

    /// Where one of an array of tables starts, for people.
    pub(super) fn origin_of_table(&self, name: &str, number: usize) -> String {
        let table = DeTable::parse(&self.text).ok();
        let start = table.as_ref().and_then(|table| match table.get_ref().get(name)?.get_ref() {
            DeValue::Array(items) => Some(items.get(number)?.span().start),
            _ => None,
        });
        start.map_or_else(|| self.name.clone(), |start| self.origin(start))
    }

    /// Every key that it sets. Arrays are one value, also those of tables.
    pub(super) fn leaves(&self) -> Vec<Leaf> {
        let mut leaves = Vec::new();
        if let Ok(table) = DeTable::parse(&self.text) {
            gather(table.get_ref(), &mut Vec::new(), &mut leaves);
        }
        leaves
    }

    /// Where the key or text stands that a message names in backquotes.
    pub(super) fn place_of(&self, message: &str) -> Option<usize> {
        let table = DeTable::parse(&self.text).ok()?;
        // The last word is the wrong one; before it stands at most in what.
        let said = message.split(" (did you mean").next()?;
        let words: Vec<&str> = said.split('`').skip(1).step_by(2).collect();
        words.into_iter().rev().find_map(|word| search_table(table.get_ref(), word))
    }

    /// `:LINE:COLUMN` of a byte offset; nothing for what is no file.
    fn position(&self, offset: usize) -> String {
        if self.path.is_none() {
            return String::new();
        }
        let source = Source::new(FileId(0), "", None, self.text.clone());
        let at = source.position(Span::new(offset, offset).start.saturating_sub(source.bom));
        format!(":{}:{}", at.line, at.column)
    }
}

fn gather(table: &DeTable<'_>, path: &mut Vec<String>, leaves: &mut Vec<Leaf>) {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    for (key, value) in entries {
        path.push(key.get_ref().to_string());
        match value.get_ref() {
            DeValue::Table(inner) => gather(inner, path, leaves),
            inner => leaves.push(Leaf { path: path.clone(), value: json(inner), at: key.span().start }),
        }
        path.pop();
    }
}

fn json(value: &DeValue<'_>) -> Json {
    match value {
        DeValue::String(text) => Json::from(text.as_ref()),
        DeValue::Boolean(flag) => Json::from(*flag),
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).map_or(Json::Null, Json::from)
        }
        DeValue::Float(number) => number.as_str().parse::<f64>().map_or(Json::Null, Json::from),
        DeValue::Datetime(date) => Json::from(date.to_string()),
        DeValue::Array(items) => items.iter().map(|item| json(item.get_ref())).collect(),
        DeValue::Table(table) => {
            let pair = |(key, value): (&Spanned<_>, &Spanned<DeValue<'_>>)| {
                (AsRef::<str>::as_ref(key.get_ref()).to_owned(), json(value.get_ref()))
            };
            Json::Object(table.iter().map(pair).collect::<Map<_, _>>())
        }
    }
}

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
        let Range { start, .. } = key.span();
        if key.get_ref() == word { Some(start) } else { search(value, word) }
    });
    here.min()
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
