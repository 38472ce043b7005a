//! Finds the comments that speak to clientlint, for every syntax that has comments.

use crate::source::{Source, Span};
use crate::tree::expression::Expression;
use crate::tree::{Node, Value};

/// Where a text names clientlint as one who speaks to it does: before a colon or before `ignore[...]`, also in another
/// spelling, which must not be passed over in silence.
pub fn mentions(text: &str) -> Vec<usize> {
    let mut found = Vec::new();
    for ending in ["ntlint", "ntLint"] {
        for at in memchr::memmem::find_iter(text.as_bytes(), ending) {
            let start = at.saturating_sub("clie".len());
            if !text.get(start..at).is_some_and(|word| word.eq_ignore_ascii_case("clie")) {
                continue;
            }
            let rest = text[at + ending.len()..].trim_start_matches([' ', '\t']);
            let speaks = rest.starts_with(':') || is_ignore(rest.trim_start_matches('-'));
            if speaks && !text[..start].ends_with(char::is_alphanumeric) {
                found.push(start);
            }
        }
    }
    found.sort_unstable();
    found
}

/// Whether a text starts as an ignore does: `ignore[`, `ignores [`.
fn is_ignore(text: &str) -> bool {
    let word = text.find(|c: char| !c.is_ascii_alphabetic() && c != '-').unwrap_or(text.len());
    text.starts_with("ignor") && text[word..].trim_start().starts_with('[')
}

/// The comments of a text that speak to clientlint. `signs` start a comment: `#`, `//`, `/*`.
///
/// What stands inside a value or a key is no comment; the places in the tree tell.
pub(crate) fn directives(source: &Source, documents: &[Node], signs: &[&str]) -> Vec<Span> {
    let text = source.text.as_str();
    let words = mentions(text);
    if words.is_empty() {
        return Vec::new();
    }
    let written = Written::new(documents);
    let mut spans: Vec<Span> = Vec::new();
    // Nothing is looked at twice, since one line can hold very many of these words.
    let mut looked_at = 0;
    for word in words {
        if spans.last().is_some_and(|last| word < last.end as usize) {
            continue;
        }
        let from = text[looked_at..word].rfind(['\n', '\r']).map_or(looked_at, |at| looked_at + at + 1);
        looked_at = word;
        let start = start(&text.as_bytes()[..word], from, signs, &written)
            .or_else(|| signs.contains(&"/*").then(|| block(&text[..word], &written)).flatten());
        if let Some(start) = start {
            let rest = &text[word..];
            let mut end = rest.find(['\n', '\r']).unwrap_or(rest.len());
            if text[start..].starts_with("/*") {
                end = rest[..end].find("*/").map_or(end, |at| at + 2);
            }
            spans.push(Span::new(start, word + end));
        }
    }
    spans
}

/// So far above a word the comment of several lines is looked for in which it may stand.
const LONGEST: usize = 4096;

/// Where the comment of several lines starts in which a text ends, if that is so.
fn block(text: &str, written: &Written) -> Option<usize> {
    let mut window = text.len().saturating_sub(LONGEST);
    while !text.is_char_boundary(window) {
        window += 1;
    }
    let start =
        text[window..].rfind("/*").map(|at| window + at).filter(|start| !text[*start..].contains("*/"))?;
    let line = text[window..start].rfind(['\n', '\r']).map_or(window, |at| window + at + 1);
    let within = |sign: &str| text[line..start].contains(sign);
    (!written.covers(start) && !within("#") && !within("//")).then_some(start)
}

/// Where the comment starts in which a text ends, if that is so. Only its last line, from `from` on, is looked at.
fn start(text: &[u8], from: usize, signs: &[&str], written: &Written) -> Option<usize> {
    let mut at = from;
    while at < text.len() {
        let is_sign = signs.iter().any(|sign| text[at..].starts_with(sign.as_bytes()));
        if is_sign && !written.covers(at) {
            match memchr::memmem::find(&text[at..], b"*/") {
                Some(length) if text[at..].starts_with(b"/*") => at += length + 2,
                _ => return Some(at),
            }
        } else {
            at += 1;
        }
    }
    None
}

/// The places of all keys and of all values that hold no others.
struct Written(Vec<Span>);

impl Written {
    fn new(documents: &[Node]) -> Self {
        let mut spans = Vec::new();
        let mut open: Vec<&Node> = documents.iter().collect();
        while let Some(node) = open.pop() {
            match &node.value {
                Value::List(items) => open.extend(items),
                Value::Map(entries) => {
                    for entry in entries {
                        spans.push(entry.key_place.span);
                        open.push(&entry.value);
                    }
                }
                // A comment may stand between the parts of an expression, though not in a template.
                Value::Expression(expression) if !matches!(**expression, Expression::Template(_)) => {
                    expression.parts(&mut |part| open.push(part));
                }
                _ => spans.push(node.place.span),
            }
        }
        spans.retain(|span| span.start < span.end);
        spans.sort_unstable();
        Self(spans)
    }

    fn covers(&self, offset: usize) -> bool {
        let after = self.0.partition_point(|span| span.start as usize <= offset);
        after > 0 && offset < self.0[after - 1].end as usize
    }
}
