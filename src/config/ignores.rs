//! `[ignores]` and `[[ignore]]`: what may be silenced, and what the configuration itself silences.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use globset::GlobMatcher;
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::globs::matcher;
use super::layer::{ConfigError, Layer};
use super::merge::last;
use super::written::{Level, Patterns};
use super::{Config, named_rules};
use crate::day::Day;
use crate::providers::Provider;
use crate::rule::Rule;
use crate::source::Span;
use crate::suggest::did_you_mean;
use crate::vocabulary::{ATTRIBUTES, Attribute, Kind};

/// What may be silenced, and what the configuration itself silences.
#[derive(Debug, Default)]
pub struct Ignores {
    /// Whether an ignore without a reason is obeyed.
    pub without_reason: bool,
    /// Characters that a reason has at least.
    pub min_reason_len: usize,
    /// How many days ahead an ignore ends at most; where it is set, each must end.
    pub max_lifetime: Option<i64>,
    /// Whether a comment may silence a rule for its whole file.
    pub allow_file_level: bool,
    /// The ignores of the configuration and of the files on which it builds, in order of strength and of writing.
    pub list: Vec<Ignore>,
}

/// An `[[ignore]]`.
#[derive(Debug)]
pub struct Ignore {
    /// The file that holds it.
    pub origin: Arc<Origin>,
    /// Where it stands in the file.
    pub span: Span,
    /// The rules that it silences.
    pub rules: Vec<String>,
    /// Why.
    pub reason: Option<String>,
    /// The last day on which it holds.
    pub until: Option<Day>,
    /// Who wrote it.
    pub by: Option<String>,
    /// In which files; everywhere without any.
    paths: Vec<Pattern>,
    /// Whether each path names one file.
    pub names_files: bool,
    client: Option<Pattern>,
    pointer: Option<Pointer>,
}

/// A file with ignores: a configuration, or one on which configurations build.
#[derive(Debug)]
pub struct Origin {
    /// Where it is.
    pub path: PathBuf,
    /// What it is called in reports.
    pub shown: String,
    /// Its text.
    pub text: String,
}

/// A glob that also matches what is written just as it is: `auth0_client.app["web"]`.
#[derive(Debug)]
struct Pattern {
    text: String,
    glob: GlobMatcher,
}

/// What of a definition decides.
#[derive(Debug)]
enum Pointer {
    /// The definition as a whole.
    Whole,
    /// An attribute, or any; with a pattern, items of it.
    Attribute(Option<Attribute>, Option<Vec<Pattern>>),
}

/// What may be silenced, and how.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct IgnoresTable {
    /// Whether an ignore is obeyed only with a reason.
    require_reason: Option<bool>,
    /// How many characters a reason has at least.
    min_reason_len: Option<usize>,
    /// How far ahead an ignore may end, as in `180d`; each must end then.
    max_lifetime: Option<String>,
    /// The severity of `unused-ignore`.
    pub(super) report_unused: Option<Level>,
    /// Whether a comment may silence a rule for its whole file.
    allow_file_level: Option<bool>,
}

/// Findings that nobody wants to hear of: all that is named must fit.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct IgnoreTable {
    /// The ids of their rules.
    rules: Vec<String>,
    /// Globs of the files, as reports name them.
    path: Option<Patterns>,
    /// A glob of the clients: name, key or client id.
    client: Option<String>,
    /// What decides: `/redirect_uris`, or items of it: `/redirect_uris/{http://localhost/*}`.
    pointer: Option<String>,
    /// Why they stay.
    reason: Option<String>,
    /// The last day on which they are silenced: 2030-12-31.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    until: Option<Date>,
    /// Who says so.
    by: Option<String>,
}

/// A day, as TOML writes it or as a text.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "expected a day, as in 2030-12-31")]
enum Date {
    Date(toml::value::Datetime),
    Text(String),
}

impl Ignores {
    /// What the layers say, the last one of each key; all their ignores.
    pub(super) fn of(
        layers: &[Layer],
        rules: &[Arc<Rule>],
        providers: &[Arc<Provider>],
    ) -> Result<Self, ConfigError> {
        let max_lifetime = last(layers, |layer| Some((layer, layer.written.ignores.max_lifetime.as_ref()?)));
        let max_lifetime = match max_lifetime {
            Some((layer, text)) => Some(days(text).ok_or_else(|| {
                layer.error(format!("ignores.max-lifetime is a number of days, as in 180d, and not `{text}`"))
            })?),
            None => None,
        };
        let mut list = Vec::new();
        for layer in layers {
            list.extend(of_layer(layer, rules, providers)?);
        }
        Ok(Self {
            without_reason: last(layers, |layer| layer.written.ignores.require_reason) == Some(false),
            min_reason_len: last(layers, |layer| layer.written.ignores.min_reason_len).unwrap_or(1),
            max_lifetime,
            allow_file_level: last(layers, |layer| layer.written.ignores.allow_file_level).unwrap_or(false),
            list,
        })
    }
}

/// The ignores that a file holds.
fn of_layer(
    layer: &Layer,
    rules: &[Arc<Rule>],
    providers: &[Arc<Provider>],
) -> Result<Vec<Ignore>, ConfigError> {
    let tables = &layer.written.ignore;
    let Some(path) = layer.path.as_ref().filter(|_| !tables.is_empty()) else { return Ok(Vec::new()) };
    let (path, shown, text) = (path.clone(), layer.name.clone(), layer.text.clone());
    let origin = Arc::new(Origin { path, shown, text });
    let one = |table| Ignore::new(table, &origin, rules, providers);
    tables.iter().map(one).collect::<Result<_, String>>().map_err(|message| layer.error(message))
}

/// The rules whose findings may not be silenced. A policy can only add to them.
pub(super) fn unignorable(layers: &[Layer], policy: Option<&Layer>, rules: &[Arc<Rule>]) -> BTreeSet<String> {
    let mut said: BTreeMap<&str, bool> = BTreeMap::new();
    for (name, setting) in layers.iter().flat_map(|layer| &layer.written.rules) {
        said.extend(setting.ignorable().map(|ignorable| (name.as_str(), ignorable)));
    }
    let mut unignorable = BTreeSet::new();
    // What is said of a rule wins over what is said of a tag that it has.
    let (of_tags, of_rules): (Vec<_>, Vec<_>) =
        said.into_iter().partition(|(name, _)| name.starts_with("tag:"));
    for (name, ignorable) in of_tags.into_iter().chain(of_rules) {
        let named = named_rules(rules, &[name.to_owned()]);
        if ignorable {
            unignorable.retain(|id| !named.contains(id));
        } else {
            unignorable.extend(named);
        }
    }
    for (name, setting) in policy.into_iter().flat_map(|layer| &layer.written.rules) {
        if setting.ignorable() == Some(false) {
            unignorable.extend(named_rules(rules, std::slice::from_ref(name)));
        }
    }
    unignorable
}

impl Config {
    /// Whether an ignore may name a rule. Who silences a word on silencing has silenced nothing.
    pub fn may_be_ignored(&self, id: &str) -> bool {
        let is_on_ignores = |rule: &Arc<Rule>| rule.id == *id && rule.on == [Kind::Ignore];
        !self.unignorable.contains(id) && !self.rules.iter().any(is_on_ignores)
    }
}

impl Ignore {
    fn new(
        table: &Spanned<IgnoreTable>,
        origin: &Arc<Origin>,
        rules: &[Arc<Rule>],
        providers: &[Arc<Provider>],
    ) -> Result<Self, String> {
        let span = table.span();
        let table = table.get_ref();
        if table.rules.is_empty() {
            return Err("an `ignore` names the rules that it silences".to_owned());
        }
        for id in &table.rules {
            if !rules.iter().any(|rule| rule.id == *id) {
                return Err(super::no_rule(id, rules));
            }
        }
        let paths = table.path.as_ref().map_or(&[][..], Patterns::list);
        let is_literal = |path: &String| !path.contains(['*', '?', '[', '{']);
        Ok(Self {
            origin: origin.clone(),
            span: Span::new(span.start, span.end),
            rules: table.rules.clone(),
            reason: table.reason.clone(),
            until: table.until.as_ref().map(Date::day).transpose()?,
            by: table.by.clone(),
            names_files: !paths.is_empty() && paths.iter().all(is_literal),
            paths: paths.iter().map(|path| Pattern::new(path)).collect::<Result<_, _>>()?,
            client: table.client.as_deref().map(Pattern::new).transpose()?,
            pointer: table.pointer.as_deref().map(|text| Pointer::new(text, providers)).transpose()?,
        })
    }

    /// Whether it is for a file, by its path as reported.
    pub fn is_for_path(&self, path: &str) -> bool {
        self.paths.is_empty() || self.paths.iter().any(|pattern| pattern.matches(path))
    }

    /// Whether it is for a client, by any of the names that this has. A Terraform address without the key of an
    /// instance means all instances.
    pub fn is_for_client(&self, names: &[&str]) -> bool {
        let Some(pattern) = &self.client else { return true };
        names.iter().any(|name| {
            let instance = name.strip_suffix(']').and_then(|name| name.rsplit_once('['));
            pattern.matches(name) || instance.is_some_and(|(address, _)| pattern.matches(address))
        })
    }

    /// Whether it is for what decided: an attribute as a whole, or an item of it.
    pub fn is_for_subject(&self, attribute: Option<&str>, item: Option<&str>) -> bool {
        let (wanted, items) = match (&self.pointer, attribute) {
            (None, _) => return true,
            (Some(Pointer::Whole), attribute) => return attribute.is_none(),
            (Some(Pointer::Attribute(..)), None) => return false,
            (Some(Pointer::Attribute(wanted, items)), Some(_)) => (wanted, items),
        };
        let of_attribute = wanted.is_none_or(|wanted| attribute == Some(wanted.name()));
        let of_items = items
            .as_ref()
            .is_none_or(|items| item.is_some_and(|item| items.iter().any(|pattern| pattern.matches(item))));
        of_attribute && of_items
    }
}

impl Pattern {
    fn new(text: &str) -> Result<Self, String> {
        Ok(Self { text: text.to_owned(), glob: matcher(text)? })
    }

    fn matches(&self, text: &str) -> bool {
        self.text == text || self.glob.is_match(text)
    }
}

impl Pointer {
    /// Reads `/attribute`, `/attribute/*`, `/attribute/{item}`; `*` stands for any attribute or item.
    fn new(text: &str, providers: &[Arc<Provider>]) -> Result<Self, String> {
        if text.is_empty() {
            return Ok(Self::Whole);
        }
        let wrong = || format!("a pointer is written /attribute or /attribute/{{item}}, and not `{text}`");
        let rest = text.strip_prefix('/').ok_or_else(wrong)?;
        let (name, item) = rest.split_once('/').map_or((rest, None), |(name, item)| (name, Some(item)));
        let in_pointer = |message: String| format!("pointer `{text}`: {message}");
        let attribute =
            if name == "*" { None } else { Some(attribute(name, providers).map_err(in_pointer)?) };
        let items = match item {
            None => None,
            Some(item) => {
                let inner = item.strip_prefix('{').and_then(|item| item.strip_suffix('}')).unwrap_or(item);
                // As reports write several items; a comma may also stand in one.
                let all = [inner].into_iter().chain(inner.split(',').filter(|part| *part != inner));
                Some(all.map(item_pattern).collect::<Result<_, _>>()?)
            }
        };
        Ok(Self::Attribute(attribute, items))
    }
}

/// An item, in which nothing but `*` stands for something else: URIs are full of `?` and `[`.
fn item_pattern(text: &str) -> Result<Pattern, String> {
    let mut glob = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if matches!(character, '?' | '[' | ']' | '{' | '}' | '\\' | '!') {
            glob.push('\\');
        }
        glob.push(character);
    }
    Ok(Pattern { text: text.to_owned(), ..Pattern::new(&glob)? })
}

/// The attribute of a name: the vocabulary's, or one by which a provider calls it.
fn attribute(name: &str, providers: &[Arc<Provider>]) -> Result<Attribute, String> {
    let of_providers = || {
        let tables = providers.iter().map(|provider| &provider.table);
        let rows = tables.flat_map(|table| {
            let of_shapes = table.shapes.iter().map(|shape| &shape.attributes);
            [&table.attributes].into_iter().chain(of_shapes).flat_map(|kinds| kinds.values()).flatten()
        });
        rows.into_iter()
            .find(|(_, paths)| paths.each().iter().any(|path| path == name))
            .and_then(|(attribute, _)| Attribute::named(attribute))
    };
    Attribute::named(name).or_else(of_providers).ok_or_else(|| {
        let hint = did_you_mean(name, ATTRIBUTES.iter().map(|meaning| meaning.name));
        format!("there is no attribute `{name}`{hint}")
    })
}

impl Date {
    fn day(&self) -> Result<Day, String> {
        let text = match self {
            Self::Date(date) => date.to_string(),
            Self::Text(text) => text.clone(),
        };
        Day::parse(&text).ok_or_else(|| format!("until is a day, as in 2030-12-31, and not `{text}`"))
    }
}

/// `180d` or `26w` in days.
fn days(text: &str) -> Option<i64> {
    let (number, factor) = match text.strip_suffix('w') {
        Some(weeks) => (weeks, 7),
        None => (text.strip_suffix('d')?, 1),
    };
    number.parse::<u32>().ok().map(|number| i64::from(number) * factor)
}
