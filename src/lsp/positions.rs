//! Texts as editors count them: lines, and columns in bytes of UTF-8 or in units of UTF-16.

use std::ops::Range as Bytes;
use std::sync::OnceLock;

use lsp_types::{Position, PositionEncodingKind, Range, TextDocumentContentChangeEvent};

use super::shift::Replaced;
use crate::source::{self, line_starts};

/// What columns are counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    /// Bytes.
    Utf8,
    /// Units of UTF-16, which every client knows.
    Utf16,
}

impl Encoding {
    /// The one that is taken of those a client offers.
    pub(super) fn of(offered: Option<&[PositionEncodingKind]>) -> Self {
        match offered {
            Some(kinds) if kinds.contains(&PositionEncodingKind::UTF8) => Self::Utf8,
            _ => Self::Utf16,
        }
    }

    /// Its name in the protocol.
    pub(super) fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
        }
    }
}

/// A text that knows its lines.
pub(super) struct Text {
    whole: String,
    starts: Vec<u32>,
    encoding: Encoding,
    /// How many units of UTF-16 start before each block of [`BLOCK`] bytes.
    units: OnceLock<Vec<usize>>,
}

/// Bytes between two places at which units are counted in advance: a minified file is one long line.
const BLOCK: usize = 4096;

impl Text {
    pub(super) fn new(text: String, encoding: Encoding) -> Self {
        Self { starts: line_starts(&text), whole: text, encoding, units: OnceLock::new() }
    }

    /// The text itself.
    pub(super) fn as_str(&self) -> &str {
        &self.whole
    }

    /// What its columns are counted in.
    pub(super) fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// The bytes of a line without what ends it; the last line for a number past the end.
    pub(super) fn line(&self, number: usize) -> Bytes<usize> {
        let number = number.min(self.starts.len() - 1);
        let start = self.starts[number] as usize;
        let end = self.starts.get(number + 1).map_or(self.whole.len(), |next| *next as usize);
        let line = self.whole[start..end].trim_end_matches(['\n', '\r']);
        start..start + line.len()
    }

    /// The byte at a position; columns past the end of a line are its end, lines past the last the end of the text.
    pub(super) fn offset(&self, position: Position) -> usize {
        if position.line as usize >= self.starts.len() {
            return self.whole.len();
        }
        let line = self.line(position.line as usize);
        let column = position.character as usize;
        match self.encoding {
            Encoding::Utf8 => {
                let mut at = (line.start + column).min(line.end);
                while !self.whole.is_char_boundary(at) {
                    at -= 1;
                }
                at
            }
            Encoding::Utf16 => {
                let mut units = 0;
                for (at, character) in self.whole[line.clone()].char_indices() {
                    units += character.len_utf16();
                    if units > column {
                        return line.start + at;
                    }
                }
                line.end
            }
        }
    }

    /// The position of a byte; a byte past the end is the end.
    pub(super) fn position(&self, byte: usize) -> Position {
        let mut byte = byte.min(self.whole.len());
        while !self.whole.is_char_boundary(byte) {
            byte -= 1;
        }
        let line = self.starts.partition_point(|start| *start as usize <= byte).max(1) - 1;
        let start = self.starts[line] as usize;
        let column = match self.encoding {
            Encoding::Utf8 => byte - start,
            Encoding::Utf16 => self.units_before(byte) - self.units_before(start),
        };
        Position { line: number(line), character: number(column) }
    }

    /// The range of a range of bytes.
    pub(super) fn range(&self, bytes: Bytes<usize>) -> Range {
        Range { start: self.position(bytes.start), end: self.position(bytes.end) }
    }

    /// The range between two places of an analysis of this text.
    pub(super) fn between(&self, start: source::Position, end: source::Position) -> Range {
        self.range(start.byte as usize..end.byte as usize)
    }

    /// A range of another state of the text, as far as it lies within this one.
    pub(super) fn clamp(&self, range: Range) -> Range {
        let at = |position| self.position(self.offset(position));
        Range { start: at(range.start), end: at(range.end) }
    }

    /// Changes the text as an editor says. Returns what was replaced, if not all of it was.
    pub(super) fn change(&mut self, change: TextDocumentContentChangeEvent) -> Option<Replaced> {
        let Some(range) = change.range else {
            self.set(change.text);
            return None;
        };
        let (a, b) = (self.offset(range.start), self.offset(range.end));
        let (from, to) = (a.min(b), a.max(b));
        let (start, end) = (self.position(from), self.position(to));
        self.whole.replace_range(from..to, &change.text);
        self.units = OnceLock::new();
        self.find_lines(start.line as usize, to, from + change.text.len());
        Some(Replaced { start, end, new_end: self.position(from + change.text.len()) })
    }

    fn set(&mut self, whole: String) {
        self.starts = line_starts(&whole);
        self.units = OnceLock::new();
        self.whole = whole;
    }

    /// Finds the lines anew of what was replaced: it began on a line, ended at a byte, and ends at another now.
    fn find_lines(&mut self, line: usize, was: usize, is: usize) {
        // What is put in may join the two characters that end the line above.
        let first = line.saturating_sub(1);
        let start = self.starts[first] as usize;
        let after = self.starts.partition_point(|start| *start as usize <= was);
        self.starts[after..].iter_mut().for_each(|start| *start = number(*start as usize + is - was));
        let end = self.starts.get(after).map_or(self.whole.len(), |end| *end as usize);
        let mut anew = line_starts(&self.whole[start..end]);
        anew.iter_mut().for_each(|at| *at = number(*at as usize + start));
        if after < self.starts.len() {
            anew.pop();
        }
        self.starts.splice(first..after, anew);
    }

    fn units_before(&self, byte: usize) -> usize {
        let bytes = self.whole.as_bytes();
        let blocks = self.units.get_or_init(|| {
            let mut before = 0;
            let count = |block| {
                let here = before;
                before += units(block);
                here
            };
            bytes.chunks(BLOCK).map(count).chain([0]).collect()
        });
        let block = (byte / BLOCK).min(bytes.len().div_ceil(BLOCK).saturating_sub(1));
        blocks[block] + units(&bytes[block * BLOCK..byte])
    }
}

/// How many units of UTF-16 start in a stretch of UTF-8.
fn units(bytes: &[u8]) -> usize {
    let starts = bytes.iter().filter(|byte| byte.cast_signed() >= -0x40).count();
    starts + bytes.iter().filter(|byte| **byte >= 0xf0).count()
}

fn number(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NASTY: &str = "é: 🎵x\r\nb\rc\n\n🎵";

    fn at(line: u32, character: u32) -> Position {
        Position { line, character }
    }

    #[test]
    fn columns_are_bytes_or_units() {
        let utf8 = Text::new(NASTY.to_owned(), Encoding::Utf8);
        let utf16 = Text::new(NASTY.to_owned(), Encoding::Utf16);
        assert_eq!((utf8.position(8), utf16.position(8)), (at(0, 8), at(0, 5)));
        assert_eq!((utf8.offset(at(0, 8)), utf16.offset(at(0, 5))), (8, 8));
        // Within a character is before it; past the line is its end.
        assert_eq!((utf8.offset(at(0, 6)), utf16.offset(at(0, 4))), (4, 4));
        assert_eq!((utf8.offset(at(0, 99)), utf16.offset(at(9, 0))), (9, NASTY.len()));
        assert_eq!((utf16.position(11), utf16.position(13)), (at(1, 0), at(2, 0)));
    }

    #[test]
    fn each_boundary_comes_back() {
        let long = format!("x\n{}\n{NASTY}", "aé🎵".repeat(3000));
        for encoding in [Encoding::Utf8, Encoding::Utf16] {
            let text = Text::new(long.clone(), encoding);
            for (byte, character) in long.char_indices().filter(|(byte, _)| byte % 97 < 5 || *byte > 21_000) {
                // Between the two characters that end a line there is no position.
                if character != '\n' {
                    assert_eq!(text.offset(text.position(byte)), byte, "{encoding:?}");
                }
            }
        }
    }

    #[test]
    fn changes_are_applied_in_place() {
        let mut text = Text::new(NASTY.to_owned(), Encoding::Utf16);
        let change = |range, text: &str| TextDocumentContentChangeEvent {
            range,
            range_length: None,
            text: text.to_owned(),
        };
        text.change(change(Some(Range::new(at(0, 3), at(1, 1))), "ü"));
        assert_eq!(text.as_str(), "é: ü\rc\n\n🎵");
        for (from, to) in (0..=11).flat_map(|from| (from..=11).map(move |to| (from, to))) {
            for with in ["", "x", "\r", "\n", "\r\n", "\n\r", "a\r\nb\r"] {
                let mut text = Text::new("a\r\nb\rc\n\n\r\r\n".to_owned(), Encoding::Utf8);
                let range = text.range(from..to);
                text.change(change(Some(range), with));
                assert_eq!(text.starts, line_starts(&text.whole), "{from}..{to} {with:?}");
            }
        }
        text.change(change(None, "all new"));
        assert_eq!((text.as_str(), text.line(7)), ("all new", 0..7));
    }
}
