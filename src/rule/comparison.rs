//! Keywords of JSON Schema that compare one known value: they are judged here in a few nanoseconds, without the
//! `jsonschema` crate.

use std::sync::OnceLock;

use regex::Regex;
use serde_json::Value as Json;

/// A keyword that compares a value.
#[derive(Debug)]
pub(super) enum Comparison {
    /// `const`, and `enum`.
    OneOf(Vec<Json>),
    /// `type`.
    Type(String),
    /// `minimum`, and `exclusiveMinimum` where `true`.
    AtLeast(f64, bool),
    /// `maximum`, and `exclusiveMaximum` where `true`.
    AtMost(f64, bool),
    /// `pattern`, where it means the same in every dialect; compiled when it is first needed.
    Matches(String, OnceLock<Option<Regex>>),
}

impl Comparison {
    /// The comparison that a keyword asks for; `None` for keywords that are no comparison.
    ///
    /// # Errors
    ///
    /// Says what the keyword takes.
    pub(super) fn new(keyword: &str, value: &Json) -> Result<Option<Self>, String> {
        let number = || value.as_f64().ok_or_else(|| format!("`{keyword}` takes a number"));
        Ok(Some(match (keyword, value) {
            ("const", value) => Self::OneOf(vec![value.clone()]),
            ("enum", value) => Self::OneOf(value.as_array().ok_or("expected a list")?.clone()),
            ("type", value) => Self::Type(value.as_str().ok_or("`type` takes a word")?.to_owned()),
            ("minimum", _) => Self::AtLeast(number()?, false),
            ("exclusiveMinimum", _) => Self::AtLeast(number()?, true),
            ("maximum", _) => Self::AtMost(number()?, false),
            ("exclusiveMaximum", _) => Self::AtMost(number()?, true),
            ("pattern", Json::String(pattern)) if is_common(pattern) => {
                Self::Matches(pattern.clone(), OnceLock::new())
            }
            _ => return Ok(None),
        }))
    }

    /// Compiles what is to be compiled.
    ///
    /// # Errors
    ///
    /// Names the pattern that is none.
    pub(super) fn compile(&self) -> Result<(), String> {
        match self {
            Self::Matches(pattern, _) if Regex::new(pattern).is_err() => {
                Err(format!("`{pattern}` is no regular expression"))
            }
            _ => Ok(()),
        }
    }

    /// Whether a value satisfies it.
    pub(super) fn holds(&self, value: &Json) -> bool {
        let number = value.as_f64();
        match self {
            Self::OneOf(values) => values.iter().any(|known| match (known.as_f64(), number) {
                (Some(known), Some(number)) => known == number,
                _ => known == value,
            }),
            Self::Type(name) => match value {
                Json::Null => name == "null",
                Json::Bool(_) => name == "boolean",
                Json::Number(_) => {
                    name == "number"
                        || (name == "integer" && number.is_some_and(|number| number.fract() == 0.0))
                }
                Json::String(_) => name == "string",
                Json::Array(_) => name == "array",
                Json::Object(_) => name == "object",
            },
            Self::AtLeast(limit, beyond) => {
                number.is_none_or(|number| number > *limit || (!beyond && number == *limit))
            }
            Self::AtMost(limit, beyond) => {
                number.is_none_or(|number| number < *limit || (!beyond && number == *limit))
            }
            Self::Matches(..) => value.as_str().is_none_or(|text| self.holds_for_text(text)),
        }
    }

    /// The same for a text.
    pub(super) fn holds_for_text(&self, text: &str) -> bool {
        match self {
            Self::OneOf(values) => values.iter().any(|value| value.as_str() == Some(text)),
            Self::Type(name) => name == "string",
            // As in JSON Schema, limits say nothing of what is no number.
            Self::AtLeast(..) | Self::AtMost(..) => true,
            Self::Matches(pattern, regex) => {
                let regex = regex.get_or_init(|| Regex::new(pattern).ok());
                regex.as_ref().is_some_and(|regex| regex.is_match(text))
            }
        }
    }

    /// The same for a flag.
    pub(super) fn holds_for_flag(&self, flag: bool) -> bool {
        match self {
            Self::OneOf(values) => values.iter().any(|value| value.as_bool() == Some(flag)),
            Self::Type(name) => name == "boolean",
            // As in JSON Schema, limits and patterns say nothing of what is neither number nor text.
            Self::AtLeast(..) | Self::AtMost(..) | Self::Matches(..) => true,
        }
    }
}

/// Whether a pattern is written in what ECMA-262, which JSON Schema refers to, has in common with the `regex` crate:
/// no `.`, which leaves out other line ends there, no classes by letter, no groups with options, no sets of sets, no empty
/// ones.
fn is_common(pattern: &str) -> bool {
    let mut characters = pattern.chars();
    let mut before = ' ';
    let mut in_set = false;
    while let Some(character) = characters.next() {
        let common = match character {
            '\\' => characters.next().is_some_and(|escaped| "^$|()[]{}*+?./\\-".contains(escaped)),
            '[' => !std::mem::replace(&mut in_set, true),
            ']' => !matches!(before, '[' | '^') && std::mem::replace(&mut in_set, false),
            '.' | '{' | '}' | '&' | '~' => false,
            '?' => before != '(',
            '-' => before != '-',
            other => other.is_ascii_graphic() || other == ' ',
        };
        if !common {
            return false;
        }
        before = character;
    }
    !in_set
}
