//! Lines and blanks of a text, for edits that leave everything else as it is.

use std::ops::Range;

/// A change of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change {
    /// What goes.
    pub(super) range: Range<usize>,
    /// What comes.
    pub(super) text: String,
}

/// The end of the line in which an offset stands, before its break.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    memchr::memchr2(b'\n', b'\r', &text.as_bytes()[at..]).map_or(text.len(), |length| at + length)
}

/// The start of the line in which an offset stands.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    memchr::memrchr2(b'\n', b'\r', &text.as_bytes()[..at]).map_or(0, |before| before + 1)
}

/// The offset after the break of a line that ends at an offset.
fn after_break(text: &str, end: usize) -> usize {
    match &text.as_bytes()[end..] {
        [b'\r', b'\n', ..] => end + 2,
        [b'\r' | b'\n', ..] => end + 1,
        _ => end,
    }
}

/// How the lines of a text are broken.
pub(super) fn line_break(text: &str) -> &'static str {
    match memchr::memchr2(b'\n', b'\r', text.as_bytes()) {
        Some(at) if text.as_bytes()[at..].starts_with(b"\r\n") => "\r\n",
        Some(at) if text.as_bytes()[at] == b'\r' => "\r",
        _ => "\n",
    }
}

/// Whether a stretch goes over a line's end.
pub(super) fn is_long(text: &str, range: Range<usize>) -> bool {
    text.get(range).is_none_or(|part| part.contains(['\n', '\r']))
}

/// What stands before an offset on its line, if that is nothing but blanks.
pub(super) fn indentation(text: &str, at: usize) -> Option<&str> {
    let before = &text[line_start(text, at)..at];
    before.bytes().all(|byte| matches!(byte, b' ' | b'\t')).then_some(before)
}

/// Whether nothing follows an offset on its line but blanks and a comment.
pub(super) fn ends_line(text: &str, at: usize, syntax: &str) -> bool {
    let rest = text[at..line_end(text, at)].trim_start_matches([' ', '\t']);
    let is_comment = match syntax {
        "json" => rest.starts_with("//") || (rest.starts_with("/*") && rest.ends_with("*/")),
        "hcl" => rest.starts_with('#') || rest.starts_with("//"),
        _ => rest.starts_with('#'),
    };
    rest.is_empty() || is_comment
}

/// The end of what goes with a secret that ends at an offset: a comment beside it may speak of it. `None` where the
/// comment stands behind something else.
pub(super) fn with_comment(text: &str, at: usize, syntax: &str) -> Option<usize> {
    let rest = &text[at..line_end(text, at)];
    if rest.trim().is_empty() {
        return Some(at);
    }
    if ends_line(text, at, syntax) {
        return Some(at + rest.len());
    }
    let bare = !rest.contains('#') && !rest.contains("//") && !rest.contains("/*");
    bare.then_some(at)
}

/// The whole lines over which a stretch goes, with their break. Of the last line of a text that has none, the break
/// before it goes, so that the text still ends without one.
pub(super) fn whole_lines(text: &str, range: &Range<usize>) -> Range<usize> {
    let start = line_start(text, range.start);
    let end = line_end(text, range.end);
    let after = after_break(text, end);
    if after > end || start == 0 {
        return start..after;
    }
    let before = start - 1;
    let crlf = text[..before].ends_with('\r') && text.as_bytes()[before] == b'\n';
    before - usize::from(crlf)..end
}

/// The offset of a comma that follows an offset, blanks, line ends and comments left aside.
pub(super) fn comma(text: &str, at: usize, syntax: &str) -> Option<usize> {
    let at = skip(text, at, syntax);
    (text.as_bytes().get(at) == Some(&b',')).then_some(at)
}

/// The first offset from another on at which something stands that is neither blank nor comment.
pub(super) fn skip(text: &str, mut at: usize, syntax: &str) -> usize {
    loop {
        let rest = &text[at..];
        let trimmed = rest.trim_start_matches([' ', '\t', '\r', '\n']);
        at += rest.len() - trimmed.len();
        let slashes = syntax == "json" || syntax == "hcl";
        if (trimmed.starts_with('#') && syntax != "json") || (trimmed.starts_with("//") && slashes) {
            at = line_end(text, at);
        } else if slashes
            && trimmed.starts_with("/*")
            && let Some(length) = trimmed.find("*/")
        {
            at += length + 2;
        } else {
            return at;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_lines_go_with_their_break() {
        assert_eq!(whole_lines("a\nbc\nd\n", &(2..3)), 2..5);
        assert_eq!(whole_lines("a\r\nbc", &(3..4)), 1..5);
        assert_eq!(whole_lines("a\nbc", &(2..4)), 1..4);
        assert_eq!(whole_lines("a", &(0..1)), 0..1);
    }

    #[test]
    fn commas_are_found_behind_comments() {
        assert_eq!(comma("a /* , */ // ,\n , b", 1, "json"), Some(16));
        assert_eq!(comma("a # ,\n]", 1, "yaml"), None);
        assert_eq!(line_break("a\r\nb\n"), "\r\n");
    }
}
