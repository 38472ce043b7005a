//! Markdown for job summaries and comments: the verdict, a table of findings, and what to do about each rule. A job
//! summary holds a mebibyte; what does not fit is counted.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::telling::only_in;
use super::{Run, clipped, count};
use crate::rule::Severity;

/// More does not fit into a job summary, with room for the last lines.
const MOST: usize = (1 << 20) - (1 << 12);

pub(super) fn write(out: &mut dyn Write, run: &Run<'_>) -> io::Result<()> {
    let mut text = format!("## clientlint: {}\n\n", plain(&run.ending()));
    for line in run.last_lines().iter().filter(|line| **line != run.ending()) {
        let _ = write!(text, "{}\n\n", plain(line.trim_start_matches([' ', '='])));
    }
    if !run.report.silenced.is_empty() {
        let _ = write!(text, "{} silenced\n\n", count(run.report.silenced.len(), "finding"));
    }
    let full = problems(&mut text, run) && findings(&mut text, run) && instead(&mut text, run);
    if !full {
        text += "\nThe rest is left out: it does not fit. Another report has it.\n";
    }
    out.write_all(text.as_bytes())
}

/// Adds rows while they fit; says how many more there are where they do not.
fn rows(text: &mut String, rows: &[String]) -> bool {
    for (number, row) in rows.iter().enumerate() {
        if text.len() + row.len() > MOST {
            let _ = write!(text, "\n{} more of {} left out.\n", rows.len() - number, rows.len());
            return false;
        }
        text.push_str(row);
    }
    text.push('\n');
    true
}

fn problems(text: &mut String, run: &Run<'_>) -> bool {
    if run.report.problems.is_empty() {
        return true;
    }
    text.push_str("| not analysed in full | why |\n|---|---|\n");
    let row = |one: &crate::finding::Problem| {
        format!("| {} | {} |\n", plain(&one.location.to_string()), plain(&clipped(&one.message)))
    };
    rows(text, &run.report.problems.iter().map(row).collect::<Vec<_>>())
}

fn findings(text: &mut String, run: &Run<'_>) -> bool {
    let findings = run.gravest_first();
    if findings.is_empty() {
        return true;
    }
    text.push_str("| | rule | client | where | what |\n|---|---|---|---|---|\n");
    let row = |finding: &&crate::finding::Finding| {
        let severity = match finding.severity {
            Severity::Error => "🔴 error",
            Severity::Warning => "🟠 warning",
            Severity::Info => "🔵 info",
        };
        let client =
            finding.client.as_ref().map(|client| plain(&clipped(client.title()))).unwrap_or_default();
        let rule = match run.url(&finding.rule) {
            Some(url) => format!("[`{}`]({url})", finding.rule),
            None => format!("`{}`", finding.rule),
        };
        let place = plain(&format!("{}:{}", clipped(&finding.location.path), finding.location.start.line));
        let what = plain(&format!("{}{}", clipped(&finding.message), only_in(finding)));
        format!("| {severity} | {rule} | {client} | {place} | {what} |\n")
    };
    rows(text, &findings.iter().map(row).collect::<Vec<_>>())
}

/// What to do instead, once for each rule.
fn instead(text: &mut String, run: &Run<'_>) -> bool {
    let broken: BTreeSet<&str> = run.shown().map(|finding| &*finding.rule).collect();
    let rules: Vec<_> = run.rules.iter().filter(|rule| broken.contains(rule.id.as_str())).collect();
    if rules.is_empty() {
        return true;
    }
    let list = rules.iter().map(|rule| {
        let (why, instead) = (prose(&rule.text.why), prose(&rule.text.instead));
        format!("- **{}**: {why} *Instead:* {instead}\n", rule.id)
    });
    text.push_str("<details><summary>Why, and what to do instead</summary>\n\n");
    let full = rows(text, &list.collect::<Vec<_>>());
    text.push_str("\n</details>\n");
    full
}

/// Text of a rule, in which backquotes mark code.
fn prose(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let part = |(number, part): (usize, &str)| match number % 2 {
        1 if !part.contains(['|', '<', '&']) => format!("`{part}`"),
        _ => plain(part),
    };
    text.split('`').enumerate().map(part).collect()
}

/// Whether what stands on both sides is of one word.
fn joins(before: &str, after: &str) -> bool {
    let of_word = |character: char| character.is_ascii_alphanumeric();
    before.ends_with(of_word) && after.starts_with(of_word)
}

/// Text in which nothing is markup, a link or a mention, whoever wrote it.
pub(super) fn plain(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for (at, character) in text.char_indices() {
        let rest = &text[at + character.len_utf8()..];
        let before = text[..at].get(at.saturating_sub(3)..).unwrap_or_default();
        match character {
            // Within a word it is no markup.
            '_' if joins(before, rest) => safe.push('_'),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '@' | '&' | '$' | '#' | '!' => {
                let _ = write!(safe, "&#{};", u32::from(character));
            }
            ':' if rest.starts_with("//") => safe.push_str("&#58;"),
            '.' if before.eq_ignore_ascii_case("www") => safe.push_str("&#46;"),
            other => safe.push(other),
        }
    }
    safe
}
