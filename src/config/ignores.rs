//! `[ignores]` and `[[ignore]]`: what may be silenced, and what the configuration itself silences.

use std::collections::{BTreeMap, BTreeSet};

use globset::{Glob, GlobMatcher};
use serde::Deserialize;
use toml::Spanned;

use super::written::{Level, RuleSetting, Written};
use crate::day::Day;
use crate::providers::{OneOrMore, Provider};
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
    /// Rules that cannot be ignored.
    pub unignorable: BTreeSet<String>,
    /// The ignores of the configuration, in order of writing.
    pub list: Vec<Ignore>,
    /// The text of the file in which they stand.
    pub text: String,
}

/// An `[[ignore]]`.
#[derive(Debug)]
pub struct Ignore {
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

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct IgnoresTable {
    require_reason: Option<bool>,
    min_reason_len: Option<usize>,
    max_lifetime: Option<String>,
    pub(super) report_unused: Option<Level>,
    #[serde(default)]
    allow_file_level: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct IgnoreTable {
    rules: Vec<String>,
    path: Option<OneOrMore>,
    client: Option<String>,
    pointer: Option<String>,
    reason: Option<String>,
    until: Option<Date>,
    by: Option<String>,
}

/// A day, as TOML writes it or as a text.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Date {
    Date(toml::value::Datetime),
    Text(String),
}

impl Ignores {
    pub(super) fn new(written: &Written, rules: &[Rule], providers: &[Provider]) -> Result<Self, String> {
        let table = &written.ignores;
        let max_lifetime = match &table.max_lifetime {
            Some(text) => Some(days(text).ok_or_else(|| {
                format!("ignores.max-lifetime is a number of days, as in 180d, and not `{text}`")
            })?),
            None => None,
        };
        let cannot = |setting: &RuleSetting| matches!(setting, RuleSetting::Long(table) if table.ignorable == Some(false));
        let configured =
            written.rules.iter().filter(|(_, setting)| cannot(setting)).map(|(id, _)| id.clone());
        // Who silences a word on silencing has silenced nothing.
        let of_ignores = rules.iter().filter(|rule| rule.on == [Kind::Ignore]).map(|rule| rule.id.clone());
        let one = |table: &Spanned<IgnoreTable>| Ignore::new(table, rules, providers);
        Ok(Self {
            without_reason: table.require_reason == Some(false),
            min_reason_len: table.min_reason_len.unwrap_or(1),
            max_lifetime,
            allow_file_level: table.allow_file_level,
            unignorable: configured.chain(of_ignores).collect(),
            list: written.ignore.iter().map(one).collect::<Result<_, _>>()?,
            text: String::new(),
        })
    }
}

impl Ignore {
    fn new(table: &Spanned<IgnoreTable>, rules: &[Rule], providers: &[Provider]) -> Result<Self, String> {
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
        let paths = table.path.as_ref().map_or(&[][..], OneOrMore::each);
        let is_literal = |path: &String| !path.contains(['*', '?', '[', '{']);
        Ok(Self {
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
        let glob = Glob::new(text).map_err(|error| format!("glob `{text}`: {}", error.kind()))?;
        Ok(Self { text: text.to_owned(), glob: glob.compile_matcher() })
    }

    fn matches(&self, text: &str) -> bool {
        self.text == text || self.glob.is_match(text)
    }
}

impl Pointer {
    /// Reads `/attribute`, `/attribute/*`, `/attribute/{item}`; `*` stands for any attribute or item.
    fn new(text: &str, providers: &[Provider]) -> Result<Self, String> {
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
fn attribute(name: &str, providers: &[Provider]) -> Result<Attribute, String> {
    let of_providers = || {
        let rows = providers.iter().flat_map(|provider| provider.table.attributes.values()).flatten();
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

/// The severity of `unused-ignore`, unless its own setting has one.
pub(super) fn report_unused(written: &Written) -> Option<(String, RuleSetting)> {
    let level = written.ignores.report_unused?;
    let id = "unused-ignore".to_owned();
    let known: &BTreeMap<String, RuleSetting> = &written.rules;
    (!known.contains_key(&id)).then_some((id, RuleSetting::Level(level)))
}
