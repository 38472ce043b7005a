//! Syntaxes: text in, values with their places out.

pub mod hcl;

use crate::problem::Problem;
use crate::source::{Source, Span};
use crate::tree::Node;

/// A syntax. Parsing never fails: a broken text gives what could be read and says what could not.
pub trait Format: Sync {
    /// Its name: `yaml`, `json`, `toml`, `hcl`.
    fn name(&self) -> &'static str;

    /// Endings of file names that are read as this syntax, without the dot.
    fn extensions(&self) -> &'static [&'static str];

    /// Reads a text.
    fn parse(&self, source: &Source) -> Parsed;
}

/// What a text holds.
#[derive(Debug, Default)]
pub struct Parsed {
    /// The documents of the text: one, except for YAML's multi-document files. None where nothing is written.
    pub documents: Vec<Node>,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// Comments that speak to clientlint: each starts at its sign (`#`, `//`) and ends before the line break.
    pub comments: Vec<Span>,
}
