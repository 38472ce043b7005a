//! Reading what can be read of a broken HCL file: each top-level block alone.

use std::ops::Range;

use super::{Reader, problem};
use crate::problem::{Code, Problem};
use crate::source::Source;
use crate::tree::Entry;

/// Keywords that start a top-level block.
const BLOCKS: &[&str] = &[
    "check",
    "data",
    "ephemeral",
    "import",
    "locals",
    "module",
    "moved",
    "output",
    "provider",
    "removed",
    "resource",
    "run",
    "terraform",
    "variable",
];

/// More keys that stand twice in their object are not tolerated in one text.
const REPEATED_KEYS: usize = 64;

/// Reads the whole, or each part between two block starts in column 0 alone; what cannot be read becomes a problem.
pub(super) fn parse(source: &Source, problems: &mut Vec<Problem>) -> Vec<Entry> {
    if let Ok(entries) = parse_part(source, 0..source.text.len(), problems) {
        return entries;
    }
    let mut entries = Vec::new();
    let starts = block_starts(&source.text);
    let ends = starts.iter().skip(1).copied().chain([source.text.len()]);
    for (start, end) in starts.iter().copied().zip(ends) {
        match parse_part(source, start..end, problems) {
            Ok(part) => entries.extend(part),
            Err(problem) => problems.push(problem),
        }
    }
    entries
}

/// hcl-edit stops at a repeated key. In an object HCL takes the last one, and a repeated argument is no reason to
/// lose the rest: the repeated one is parsed under another name of the same length, and its own is read from the
/// source.
fn parse_part(
    source: &Source,
    part: Range<usize>,
    problems: &mut Vec<Problem>,
) -> Result<Vec<Entry>, Problem> {
    let text = &source.text[part.clone()];
    let mut patched: Option<String> = None;
    let mut repeated = Vec::new();
    for number in 0..=REPEATED_KEYS {
        let error = match hcl_edit::parser::parse_body(patched.as_deref().unwrap_or(text)) {
            Ok(body) => {
                problems.append(&mut repeated);
                return Ok(Reader { source, base: part.start }.body(&body));
            }
            Err(error) => problem(&error, source, part.start),
        };
        let start = error.place.span.start as usize - part.start;
        let start = start + usize::from(text[start..].starts_with('"'));
        let is_key = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        let length = text.as_bytes()[start..].iter().take_while(|byte| is_key(byte)).count();
        if length == 0 || number == REPEATED_KEYS || error.code != Code::DuplicateKey {
            return Err(error);
        }
        patched
            .get_or_insert_with(|| text.to_owned())
            .replace_range(start..start + length, &substitute(number, length));
        if !error.message.contains("object") {
            let place = source.place(part.start + start..part.start + start + length);
            repeated.push(Problem { place, message: "this argument is set twice".to_owned(), ..error });
        }
    }
    Ok(Vec::new())
}

/// A name of a certain length; different numbers give different ones as far as the length allows.
fn substitute(mut number: usize, length: usize) -> String {
    let mut name = vec![b'z'; length];
    for letter in name.iter_mut().rev() {
        *letter -= u8::try_from(number % 26).unwrap_or(0);
        number /= 26;
    }
    name.iter().copied().map(char::from).collect()
}

/// Offsets of the lines that start with a block's keyword, and of the text's start.
fn block_starts(text: &str) -> Vec<usize> {
    let mut starts = vec![0];
    for start in crate::source::line_starts(text) {
        let start = start as usize;
        let line = &text[start..];
        let word = line.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let rest = line[word..].trim_start_matches([' ', '\t']);
        if start > 0 && BLOCKS.contains(&&line[..word]) && rest.starts_with(['"', '{']) {
            starts.push(start);
        }
    }
    starts
}
