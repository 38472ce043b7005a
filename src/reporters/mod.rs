//! Reports: findings in, text out. Every reporter gets its text from masked sources alone.

mod concise;
mod inventory;
mod json;
mod terminal;
mod verdict;

use std::io::{self, Write};

pub use inventory::{clients_json, clients_text};
pub use terminal::Look;

use crate::lint::Report;
use crate::rule::{Rule, Severity};

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people: each finding with its place in the file, why, and what to do.
    Text,
    /// One line for each finding.
    Concise,
    /// JSON, version 1.
    Json,
}

/// A run: what was found, and by which measure.
pub struct Run<'a> {
    /// What was found.
    pub report: &'a Report,
    /// The rules, for what they say.
    pub rules: &'a [Rule],
    /// How it ends.
    pub verdict: Verdict,
    /// How many files were looked at.
    pub looked_at: usize,
    /// How many named files the configuration left out.
    pub excluded: usize,
}

/// How a run ends.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The exit code.
    pub exit: u8,
    /// The least severity that fails the run; `None` for never.
    pub fail_on: Option<Severity>,
    /// Where that is set: `default`, `--fail-on`, a file.
    pub fail_on_from: String,
    /// Findings below this are not shown.
    pub min_severity: Severity,
}

/// Writes a report.
///
/// # Errors
///
/// The output cannot be written.
pub fn write(format: Format, out: &mut dyn Write, run: &Run<'_>, look: Look) -> io::Result<()> {
    match format {
        Format::Text => terminal::write(out, run, look),
        Format::Concise => concise::write(out, run),
        Format::Json => json::write(out, run),
    }
}

/// A text in which nothing can move a terminal's cursor: control characters are shown as escapes.
pub(crate) fn printable(text: &str) -> String {
    let unsafe_character = |c: char| {
        (c.is_control() && c != '\t')
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    if !text.contains(unsafe_character) {
        return text.to_owned();
    }
    let mut plain = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if unsafe_character(character) {
            plain.extend(character.escape_unicode());
        } else {
            plain.push(character);
        }
    }
    plain
}

/// `1 finding`, `2 findings`.
pub(crate) fn count(number: usize, word: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {word}{ending}")
}
