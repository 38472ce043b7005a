//! Reports: findings in, text out. Every reporter gets its text from masked sources alone.

mod concise;
mod inventory;
mod json;
mod look;
mod terminal;
mod verdict;

use std::io::{self, Write};

pub use inventory::{clients_json, clients_text};
pub use look::{Look, When};
pub use verdict::Measure;

use crate::finding::{Confidence, Location};
use crate::lint::Report;
use crate::masked::is_unprintable;
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

impl Format {
    /// Whether a report in this format shows text of the files.
    pub fn shows_text(self) -> bool {
        self == Self::Text
    }

    /// Whether a report in this format says how findings can be mended.
    pub fn shows_fixes(self) -> bool {
        self != Self::Concise
    }
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
    /// Whether the findings are written alone, without the lines at the end.
    pub quiet: bool,
}

/// How a run ends.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The exit code.
    pub exit: u8,
    /// The least severity that fails the run; `None` for never.
    pub fail_on: Option<Severity>,
    /// Where that is set: `default`, `--fail-on`, `gate.fail-on in clientlint.toml:12`.
    pub fail_on_from: String,
    /// Findings below this are not shown.
    pub min_severity: Severity,
    /// Findings that are less sure are not shown.
    pub min_confidence: Confidence,
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
    let unsafe_character = |c: char| matches!(c, '\n' | '\r') || is_unprintable(c);
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

/// The same, of a text that is as long as whoever wrote the file wanted: no more than a line or two of it.
pub(crate) fn clipped(text: &str) -> String {
    const LONGEST: usize = 200;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", printable(&text[..end])),
        None => printable(text),
    }
}

/// `PATH:LINE:COLUMN` of where it starts.
impl std::fmt::Display for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", printable(&self.path), self.start.line, self.start.column)
    }
}

/// `1 finding`, `2 findings`.
pub(crate) fn count(number: usize, word: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {word}{ending}")
}
