//! Places in YAML that the parser does not tell: of empty values, block scalars and lists below a key.

use std::ops::Range;

/// Where an empty value stands that belongs to a key which ends at an offset: after the colon.
pub(crate) fn after_colon(text: &str, key_end: usize) -> usize {
    let rest = &text[key_end..];
    let trimmed = rest.trim_start_matches([' ', '\t', '\r', '\n']);
    if trimmed.starts_with(':') { key_end + (rest.len() - trimmed.len()) + 1 } else { key_end }
}

/// The range of a block scalar, from its `|` or `>`, which stands after `from`, to the end of its last line
/// with content. The parser gives `content` only, with the blank lines after it.
pub(crate) fn block_scalar(text: &str, from: usize, content: Range<usize>) -> Range<usize> {
    let start = indicator(text, from, content.start, b"|>").unwrap_or(content.start);
    let mut lines = &text[start..content.end];
    loop {
        lines = lines.trim_end_matches(['\n', '\r']);
        let last = lines.rfind(['\n', '\r']).map_or(0, |at| at + 1);
        if last == 0 || !lines[last..].bytes().all(|byte| byte == b' ') {
            return start..start + lines.len();
        }
        lines = &lines[..last];
    }
}

/// Where a block list starts: at its first dash. For a list without own indentation the parser gives a place
/// after it.
pub(crate) fn block_list(text: &str, from: usize, start: usize) -> usize {
    if text.as_bytes().get(start) == Some(&b'-') && text[start + 1..].starts_with([' ', '\t', '\r', '\n']) {
        return start;
    }
    indicator(text, from, start, b"-").unwrap_or(start)
}

/// The first of some indicators between two offsets that is no part of a comment, a tag or an anchor.
fn indicator(text: &str, from: usize, to: usize, wanted: &[u8]) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    while at < to {
        match bytes[at] {
            byte if wanted.contains(&byte) => return Some(at),
            b'#' => at += memchr::memchr2(b'\n', b'\r', &bytes[at..to])?,
            b'!' | b'&' => at += bytes[at..to].iter().position(u8::is_ascii_whitespace)?,
            _ => at += 1,
        }
    }
    None
}
