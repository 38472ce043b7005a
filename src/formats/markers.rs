//! Keyword markers of the Deploy CLI in any text: `@@KEY@@`, which stands for a whole value, and `##KEY##`,
//! which stands for a piece of text.

use std::ops::Range;

use crate::tree::{Piece, Unknown, Value};

/// How a scalar is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// Without quotes.
    Bare,
    /// In quotes, which the Deploy CLI takes off around `@@KEY@@`.
    Quoted,
    /// As a block of lines.
    Block,
}

/// The value of a text that may hold markers. `in_list` says that it is an item of a list.
///
/// A marker that makes up the whole of a bare scalar can become anything; in a list even several items, since
/// people write `[ "a", ##MORE## ]` to append a list.
pub(crate) fn value(text: String, style: Style, in_list: bool) -> Value {
    let Some(first) = find(&text, 0) else { return Value::Text(text) };
    let whole = first == (0..text.len());
    let becomes_anything = match style {
        Style::Bare => true,
        Style::Quoted => text.starts_with('@'),
        Style::Block => false,
    };
    if whole && becomes_anything { unknown(text, in_list) } else { Value::Template(pieces(&text, first)) }
}

/// The unknown value that a marker stands for.
pub(crate) fn unknown(text: String, in_list: bool) -> Value {
    Value::Unknown(if in_list { Unknown::many(text) } else { Unknown::new(text) })
}

/// The first marker at or after an offset.
pub(crate) fn find(text: &str, from: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let mut at = from;
    loop {
        at += memchr::memchr2(b'#', b'@', bytes.get(at..)?)?;
        match end(bytes, at) {
            Ok(end) => return Some(at..end),
            Err(next) => at = next,
        }
    }
}

/// Where the marker that starts at an offset ends; else the offset at which a search may go on.
pub(crate) fn end(bytes: &[u8], start: usize) -> Result<usize, usize> {
    let sign = bytes[start];
    if !matches!(sign, b'#' | b'@') || bytes.get(start + 1) != Some(&sign) {
        return Err(start + 1);
    }
    let stops = |byte: &u8| *byte == sign || matches!(byte, b'"' | b'\'') || byte.is_ascii_whitespace();
    let Some(length) = bytes[start + 2..].iter().position(stops) else { return Err(bytes.len()) };
    let stop = start + 2 + length;
    if length == 0 {
        return Err(start + 1);
    }
    if bytes[stop] == sign && bytes.get(stop + 1) == Some(&sign) { Ok(stop + 2) } else { Err(stop) }
}

fn pieces(text: &str, first: Range<usize>) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut read = 0;
    let mut next = Some(first);
    while let Some(marker) = next {
        if read < marker.start {
            pieces.push(Piece::Text(text[read..marker.start].to_owned()));
        }
        read = marker.end;
        next = find(text, read);
        pieces.push(Piece::Hole(text[marker].to_owned()));
    }
    if read < text.len() {
        pieces.push(Piece::Text(text[read..].to_owned()));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<&str> {
        let mut found = Vec::new();
        let mut at = 0;
        while let Some(marker) = find(text, at) {
            at = marker.end;
            found.push(&text[marker]);
        }
        found
    }

    #[test]
    fn markers_follow_the_grammar() {
        assert_eq!(all("https://##HOST##:##PORT##/cb"), ["##HOST##", "##PORT##"]);
        assert_eq!(all("##A####B##@@C@@"), ["##A##", "##B##", "@@C@@"]);
        assert_eq!(all("###A##"), ["##A##"]);
        assert_eq!(all("## A ## #### @@@@ @@ ##A# ##B\"## me@@here # ##"), [""; 0]);
        assert_eq!(all("##A#b##C##"), ["##C##"]);
        assert_eq!(all("##é##"), ["##é##"]);
        assert_eq!(all("##A"), [""; 0]);
    }

    #[test]
    fn quotes_and_blocks_decide_what_a_marker_stands_for() {
        let unknown = |style, text: &str| matches!(value(text.into(), style, false), Value::Unknown(_));
        assert!(unknown(Style::Bare, "##A##") && unknown(Style::Bare, "@@A@@"));
        assert!(unknown(Style::Quoted, "@@A@@") && !unknown(Style::Quoted, "##A##"));
        assert!(!unknown(Style::Block, "@@A@@") && !unknown(Style::Bare, "x@@A@@"));
    }
}
