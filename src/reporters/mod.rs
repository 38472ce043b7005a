//! Reports: findings in, text out. Every reporter gets its text from masked sources alone.

mod azure;
mod checkstyle;
mod concise;
mod github;
mod gitlab;
mod gitlab_sast;
mod html;
mod inventory;
mod json;
mod jsonl;
mod junit;
mod look;
mod markdown;
mod rdjson;
mod sarif;
mod sarif_rules;
mod suggestion;
mod summary;
mod telling;
mod terminal;
mod verdict;
mod xml;

use std::io::{self, Write};
use std::sync::Arc;

pub use inventory::{clients_csv, clients_json, clients_markdown, clients_text};
pub use look::{Look, When};
pub use sarif::MOST_SHOWN as SARIF_MOST_SHOWN;
pub use suggestion::{ignore_table, suggest, takes_comments};
pub use verdict::Measure;

pub use crate::report_format::Format;

use crate::finding::{Confidence, Location};
use crate::lint::Report;
use crate::masked::is_unprintable;
use crate::rule::{Rule, Severity};

/// Says of each format, in a row of its own, whether it shows text of the files, whether it shows how findings can be
/// mended, and what writes it.
macro_rules! formats {
    ($($name:ident $shows_text:literal $shows_fixes:literal $write:expr;)+) => {
        impl Format {
            /// Whether a report in this format shows text of the files, or counts in it.
            pub fn shows_text(self) -> bool {
                match self {
                    $(Self::$name => $shows_text,)+
                }
            }

            /// Whether a report in this format says how findings can be mended.
            pub fn shows_fixes(self) -> bool {
                match self {
                    $(Self::$name => $shows_fixes,)+
                }
            }

            fn writer(self) -> fn(&mut dyn Write, &Run<'_>, Look) -> io::Result<()> {
                match self {
                    $(Self::$name => $write,)+
                }
            }
        }
    };
}

formats! {
    Text true true terminal::write;
    Concise false false |out, run, _| concise::write(out, run);
    Summary false true |out, run, _| summary::write(out, run);
    Json false true |out, run, _| json::write(out, run);
    Jsonl false true |out, run, _| jsonl::write(out, run);
    Sarif false true |out, run, _| sarif::write(out, run);
    Github false false |out, run, _| github::write(out, run);
    Gitlab false false |out, run, _| gitlab::write(out, run);
    GitlabSast false false |out, run, _| gitlab_sast::write(out, run);
    Azure false false |out, run, _| azure::write(out, run);
    Junit false false |out, run, _| junit::write(out, run);
    Checkstyle false false |out, run, _| checkstyle::write(out, run);
    Rdjson true true |out, run, _| rdjson::write(out, run);
    Markdown false true |out, run, _| markdown::write(out, run);
    Html true true |out, run, _| html::write(out, run);
}

/// A run: what was found, and by which measure.
pub struct Run<'a> {
    /// What was found.
    pub report: &'a Report,
    /// The rules, for what they say.
    pub rules: &'a [Arc<Rule>],
    /// How it ends.
    pub verdict: Verdict,
    /// How many files were looked at.
    pub looked_at: usize,
    /// How many named files the configuration left out.
    pub excluded: usize,
    /// Whether the findings are written alone, without the lines at the end.
    pub quiet: bool,
    /// Where the page of a rule is, with `{rule}` in the place of its id.
    pub docs_url: Option<&'a str>,
    /// Whether SARIF lists what is silenced.
    pub sarif_suppressed: bool,
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
    format.writer()(out, run, look)
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
