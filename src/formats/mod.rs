//! Syntaxes: text in, values with their places out.

mod comments;
mod duplicates;
mod embedded;
pub mod hcl;
mod json;
mod json_scalars;
pub mod literal;
mod markers;
mod properties;
mod toml;
mod xml;
pub mod yaml;
mod yaml_again;
mod yaml_aliases;
mod yaml_mask;
mod yaml_places;
mod yaml_schema;
mod yaml_split;

pub use comments::mentions;
pub use embedded::embedded;

use crate::problem::{Code, Problem};
use crate::source::{Moved, Source, Span};
use crate::tree::Node;

/// A syntax. Parsing never fails: a broken text gives what could be read and says what could not.
pub trait Format: Sync {
    /// Its name: `yaml`, `json`, `toml`, `hcl`.
    fn name(&self) -> &'static str;

    /// Endings of file names that are read as this syntax, without the dot.
    fn extensions(&self) -> &'static [&'static str];

    /// Reads a text.
    fn parse(&self, source: &Source) -> Parsed;

    /// Reads a text that was read before: what it was, with the same number, and what it held. What stood outside of
    /// the lines that were replaced holds what it held. `None` where that is of no use.
    fn parse_again(&self, _source: &Source, _was: &Source, _parsed: Parsed) -> Option<(Parsed, Moved)> {
        None
    }
}

/// YAML, in which rule files are written too.
pub static YAML: yaml::Yaml = yaml::Yaml;

/// The syntaxes that are read.
pub static FORMATS: &[&dyn Format] =
    &[&YAML, &json::Json, &toml::Toml, &hcl::Hcl, &properties::Properties, &xml::Xml];

/// The syntax of files with an ending, given without the dot, in any case of letters.
pub fn by_extension(extension: &str) -> Option<&'static dyn Format> {
    let is = |known: &&str| known.eq_ignore_ascii_case(extension);
    FORMATS.iter().copied().find(|format| format.extensions().iter().any(is))
}

/// Whether a marker of the Deploy CLI stands somewhere in a text.
pub fn holds_marker(text: &str) -> bool {
    markers::find(text, 0).is_some()
}

/// What a text holds.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    /// The documents of the text: one, except for YAML's multi-document files. None where nothing is written.
    pub documents: Vec<Node>,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// Comments that speak to clientlint: each starts at its sign (`#`, `//`) and ends before the line break.
    pub comments: Vec<Span>,
}

impl Parsed {
    /// Whether something of the text could not be read at all.
    pub fn is_broken(&self) -> bool {
        self.problems.iter().any(|problem| problem.code != Code::DuplicateKey)
    }
}
