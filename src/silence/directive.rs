//! What a comment says to clientlint: `clientlint: ignore[RULE, RULE] until YYYY-MM-DD: REASON`.

use std::ops::Range;

use crate::day::Day;
use crate::formats::mentions;
use crate::suggest::{did_you_mean, nearest};

/// An ignore as a comment has it. Ranges are of the comment's text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Directive {
    /// Whether it is meant for the whole file.
    pub(super) whole_file: bool,
    /// The rules that it names, and where.
    pub(super) rules: Vec<(String, Range<usize>)>,
    /// The last day on which it holds.
    pub(super) until: Option<Day>,
    /// Why; empty where nothing is said.
    pub(super) reason: String,
    /// From `clientlint` to the end of the reason.
    pub(super) range: Range<usize>,
}

/// What is wrong with a directive, and where.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Malformed {
    pub(super) says: String,
    pub(super) range: Range<usize>,
}

/// How the words go on, for who forgot.
const FORM: &str = "`clientlint: ignore[RULE]: REASON`";

/// Words after `clientlint:`.
const WORDS: [&str; 3] = ["ignore", "ignore-file", "channel"];

/// Words of other tools for the same.
const FOREIGN: [&str; 10] = [
    "disable",
    "disable-line",
    "disable-next-line",
    "skip",
    "allow",
    "suppress",
    "noqa",
    "nolint",
    "off",
    "expect",
];

/// Channels that a file may declare.
const CHANNELS: [&str; 4] = ["management-api", "dashboard", "dcr", "cimd"];

/// The ignores of a comment, and what was meant to be something and is not.
pub(super) fn directives(comment: &str) -> Vec<Result<Directive, Malformed>> {
    let starts = mentions(comment);
    let ends = starts.iter().skip(1).copied().chain([comment.len()]);
    let mut found = Vec::new();
    for (number, (start, end)) in starts.iter().copied().zip(ends).enumerate() {
        let is_last = number + 1 == starts.len();
        let text = trimmed(&comment[start..end], is_last);
        let leads = comment[..start].chars().all(|c| !c.is_alphanumeric());
        match read(text, leads) {
            Ok(None) => {}
            Ok(Some(mut directive)) => {
                directive.range = start..start + text.len();
                for (_, range) in &mut directive.rules {
                    *range = range.start + start..range.end + start;
                }
                found.push(Ok(directive));
            }
            Err(says) => found.push(Err(Malformed { says, range: start..start + text.len() })),
        }
    }
    found
}

/// A directive without what closes the comment, or starts the next one.
fn trimmed(text: &str, is_last: bool) -> &str {
    let text = text.trim_end();
    let text = text.strip_suffix("*/").or_else(|| text.strip_suffix("-->")).unwrap_or(text).trim_end();
    if is_last { text } else { text.trim_end_matches(|c: char| c.is_whitespace() || "#/;,".contains(c)) }
}

/// Reads what starts with the name. `None` where it is no directive but prose.
fn read(text: &str, leads: bool) -> Result<Option<Directive>, String> {
    let Some(rest) = text.strip_prefix("clientlint") else {
        return Err(format!("it is written {FORM}, in lower case"));
    };
    let Some(after) = rest.strip_prefix(':') else {
        return Err(format!("a colon follows the name: {FORM}"));
    };
    let after = after.trim_start();
    let word = &after[..after.find(|c: char| !c.is_ascii_alphabetic() && c != '-').unwrap_or(after.len())];
    let next = &after[word.len()..];
    match word {
        "channel" if next.starts_with('=') => {
            let named = next[1..].split_whitespace().next().unwrap_or_default();
            if CHANNELS.contains(&named) {
                return Ok(None);
            }
            Err(format!("this is no channel{}", did_you_mean(named, CHANNELS)))
        }
        "ignore" | "ignore-file" => {
            let brackets = next.strip_prefix('[').ok_or_else(|| {
                format!("the rules to ignore stand in brackets right behind the word: {FORM}")
            })?;
            let offset = text.len() - brackets.len();
            ignore(brackets, offset, word == "ignore-file").map(Some)
        }
        _ => {
            let near = nearest(word, WORDS);
            let meant = near.is_some() || FOREIGN.contains(&word) || next.starts_with(['[', '=']);
            if !leads && !meant {
                return Ok(None);
            }
            let hint = near.map_or_else(String::new, |near| format!(" (did you mean `{near}`?)"));
            Err(format!("this is not understood{hint}; it is written {FORM}"))
        }
    }
}

/// Reads what stands behind `ignore[`, which starts at `offset`.
fn ignore(text: &str, offset: usize, whole_file: bool) -> Result<Directive, String> {
    let Some((names, after)) = text.split_once(']') else {
        return Err(format!("a `]` is missing: {FORM}"));
    };
    let mut rules = Vec::new();
    let mut at = offset;
    for name in names.split(',') {
        let id = name.trim();
        let start = at + (name.len() - name.trim_start().len());
        if id.contains('*') {
            return Err("each rule is named; `*` stands for none".to_owned());
        }
        if !id.is_empty() {
            rules.push((id.to_owned(), start..start + id.len()));
        }
        at += name.len() + 1;
    }
    if rules.is_empty() {
        return Err(format!("no rule is named: {FORM}"));
    }
    let mut rest = after.trim_start();
    let mut until = None;
    if let Some(date) = rest.strip_prefix("until") {
        let date = date.trim_start();
        let end = date.find(|c: char| c == ':' || c.is_whitespace()).unwrap_or(date.len());
        until = Some(
            Day::parse(&date[..end])
                .ok_or_else(|| "a day follows `until`, as in `until 2030-12-31`".to_owned())?,
        );
        rest = date[end..].trim_start();
    }
    let reason = match rest.strip_prefix(':') {
        Some(reason) => reason.trim().to_owned(),
        None if rest.is_empty() => String::new(),
        None => return Err(format!("a colon stands before the reason: {FORM}")),
    };
    Ok(Directive { whole_file, rules, until, reason, range: 0..0 })
}

/// Whether a reason says nothing: `todo`, `<reason>`, `false positive` alone.
pub(super) fn is_placeholder(reason: &str) -> bool {
    const EMPTY: &[&str] = &[
        "todo",
        "fixme",
        "xxx",
        "tbd",
        "tba",
        "wip",
        "reason",
        "a reason",
        "the reason",
        "your reason",
        "add reason",
        "because",
        "n a",
        "na",
        "none",
        "no reason",
        "false positive",
        "fp",
        "ignore",
        "ignored",
        "ignore this",
        "suppress",
        "suppressed",
        "later",
        "temporary",
        "temp",
        "see above",
        "legacy",
        "ok",
        "fine",
        "known",
        "intended",
        "explain",
        "explanation",
        "not applicable",
        "wontfix",
        "won t fix",
    ];
    let reason = reason.trim();
    let bracketed = [('<', '>'), ('[', ']'), ('{', '}'), ('(', ')')]
        .iter()
        .any(|(open, close)| reason.starts_with(*open) && reason.ends_with(*close) && !reason.contains(' '))
        || reason.starts_with('<') && reason.ends_with('>');
    let plain: String =
        reason.chars().map(|c| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { ' ' }).collect();
    let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    bracketed || plain.is_empty() || EMPTY.contains(&plain.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(comment: &str) -> Result<Directive, String> {
        let mut all = directives(comment);
        assert_eq!(all.len(), 1, "{comment}: {all:?}");
        all.remove(0).map_err(|malformed| malformed.says)
    }

    #[test]
    fn rules_day_and_reason_are_read() {
        let comment = "# clientlint: ignore[a-rule, b] until 2027-03-31: sandbox: SEC-412";
        let directive = one(comment).unwrap();
        let rules: Vec<&str> = directive.rules.iter().map(|(_, range)| &comment[range.clone()]).collect();
        assert_eq!(rules, ["a-rule", "b"]);
        assert_eq!(directive.until, Day::parse("2027-03-31"));
        assert_eq!(directive.reason, "sandbox: SEC-412");
        assert!(one("//clientlint:ignore-file[a]: why").unwrap().whole_file);
        assert_eq!(one("/* clientlint: ignore[a]: why */").unwrap().reason, "why");
        assert_eq!(one("<!-- clientlint: ignore[a]: why -->").unwrap().reason, "why");
        assert_eq!(one("# see SEC-1; clientlint: ignore[a]: why").unwrap().reason, "why");
        assert_eq!(one("# clientlint: ignore[a]").unwrap().reason, "");
        let two = directives("# clientlint: ignore[a]: why # clientlint: ignore[b]: else");
        let reasons: Vec<String> = two.into_iter().map(|one| one.unwrap().reason).collect();
        assert_eq!(reasons, ["why", "else"]);
    }

    #[test]
    fn nothing_that_was_meant_is_passed_over() {
        for comment in [
            "# clientlint: ignor[a]: why",
            "# clientlint: ignore",
            "# clientlint: ignore: why",
            "# clientlint: ignore[a: why",
            "# clientlint: ignore[]: why",
            "# clientlint: ignore[*]: why",
            "# clientlint: ignore [a]: why",
            "# clientlint: ignore[a] why",
            "# clientlint: ignore[a] until tomorrow: why",
            "# clientlint: ignore[a] until 2027-02-30: why",
            "# clientlint ignore[a]: why",
            "# clientlint-ignore[a]: why",
            "# Clientlint: ignore[a]: why",
            "# ClientLint: ignore[a]: why",
            "# clientlint: disable=a",
            "# clientlint: channel=dashbord",
            "# clientlint:",
            "# all is well; clientlint: disable",
        ] {
            assert!(one(comment).is_err(), "{comment}");
        }
        for comment in
            ["# clientlint: channel=dcr", "# as told by clientlint: nothing is wrong", "# clientlint"]
        {
            assert!(directives(comment).is_empty(), "{comment}");
        }
    }

    #[test]
    fn a_reason_says_something() {
        for reason in [
            "",
            "  ",
            "todo",
            "TODO: ",
            "<reason>",
            "<why it is fine>",
            "False positive.",
            "...",
            "n/a",
            "{reason}",
        ] {
            assert!(is_placeholder(reason), "{reason}");
        }
        for reason in ["SEC-412", "same", "false positive: the host is ours", "todo in SEC-9", "é"] {
            assert!(!is_placeholder(reason), "{reason}");
        }
    }
}
