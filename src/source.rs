//! One input text: the path it is reported under, and where in it a thing stands.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::OnceLock;

/// A text that is analysed. Holds the text as it is written, secrets included: nothing that prints
/// may hold one (reporters get masked text instead), so it has no `Debug`.
pub struct Source {
    /// Its number in the run.
    pub id: FileId,
    /// The path under which it is reported: relative to the repository root, else to the working
    /// directory, always with `/`.
    pub path: String,
    /// Where it stands on disk; `None` for standard input and for texts made in tests.
    pub file: Option<PathBuf>,
    /// The text without a leading byte order mark.
    pub text: String,
    /// Length in bytes of the byte order mark that was taken off `text`: 0 or 3.
    pub bom: u32,
    line_starts: OnceLock<Vec<u32>>,
    /// How many characters start before each block of [`BLOCK`] bytes.
    characters: OnceLock<Vec<u32>>,
}

/// Bytes between two places at which characters are counted in advance: a minified file is one long line.
const BLOCK: usize = 4096;

/// Number of a [`Source`] in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A half-open range of bytes in a source's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// First byte after it.
    pub end: u32,
}

/// A span in a certain source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The source.
    pub file: FileId,
    /// Where in its text.
    pub span: Span,
}

/// What an edit did to a text: some whole lines were replaced by others.
#[derive(Clone, Copy, Debug)]
pub struct Moved {
    /// The text.
    pub file: FileId,
    /// The lines that were replaced.
    pub from: Span,
    /// Where those end that replaced them.
    pub end: u32,
}

/// A place as people and editors count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in Unicode scalar values, from 1.
    pub column: u32,
    /// Byte offset in the file, from 0, a byte order mark included.
    pub byte: u32,
}

impl Source {
    /// A source from a text that was read as UTF-8; a leading byte order mark is taken off.
    pub fn new(id: FileId, path: impl Into<String>, file: Option<PathBuf>, text: String) -> Self {
        let (text, bom) = match text.strip_prefix('\u{feff}') {
            Some(rest) => (rest.to_owned(), 3),
            None => (text, 0),
        };
        Self {
            id,
            path: path.into(),
            file,
            text,
            bom,
            line_starts: OnceLock::new(),
            characters: OnceLock::new(),
        }
    }

    /// The place of a range of bytes of this source.
    pub fn place(&self, range: Range<usize>) -> Place {
        Place { file: self.id, span: Span::new(range.start, range.end) }
    }

    /// The text of a span; empty where the span does not lie on character boundaries.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// Line and column of a byte offset. An offset past the end is the end.
    pub fn position(&self, offset: u32) -> Position {
        let starts = self.line_starts();
        let offset = offset.min(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
        let line = starts.partition_point(|start| *start <= offset).max(1);
        let start = starts[line - 1] as usize;
        let mut end = offset as usize;
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let column = self.characters(start, end);
        Position {
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: u32::try_from(column + 1).unwrap_or(u32::MAX),
            byte: offset + self.bom,
        }
    }

    /// How many characters stand between two character boundaries.
    fn characters(&self, start: usize, end: usize) -> usize {
        if end - start <= 2 * BLOCK {
            return self.text[start..end].chars().count();
        }
        let starts = |bytes: &[u8]| bytes.iter().filter(|byte| byte.cast_signed() >= -0x40).count();
        let bytes = self.text.as_bytes();
        let blocks = self.characters.get_or_init(|| {
            let mut before = 0;
            let count = |block| {
                let here = before;
                before += starts(block);
                u32::try_from(here).unwrap_or(u32::MAX)
            };
            bytes.chunks(BLOCK).map(count).collect()
        });
        let before = |at: usize| {
            let block = (at / BLOCK).min(blocks.len() - 1);
            blocks[block] as usize + starts(&bytes[block * BLOCK..at])
        };
        before(end) - before(start)
    }

    /// Byte offsets at which the lines start; the first is 0. `\n`, `\r\n` and a lone `\r` end a line.
    pub fn line_starts(&self) -> &[u32] {
        self.line_starts.get_or_init(|| line_starts(&self.text))
    }
}

impl Span {
    /// The span of a range of bytes.
    ///
    /// Texts are at most 4 GiB (`discover` refuses far smaller ones), so offsets fit.
    pub fn new(start: usize, end: usize) -> Self {
        let at = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self { start: at(start), end: at(end) }
    }

    /// Whether `other` lies within it.
    pub fn covers(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }
}

impl Place {
    /// Whether `other` lies within it.
    pub fn covers(self, other: Self) -> bool {
        self.file == other.file && self.span.covers(other.span)
    }

    /// The empty place at the start of this one.
    #[must_use]
    pub fn start(self) -> Self {
        Self { file: self.file, span: Span { start: self.span.start, end: self.span.start } }
    }
}

impl Moved {
    /// Where something stands now; `None` where it is not known that it is what it was.
    pub fn place(&self, place: Place) -> Option<Place> {
        let Span { start, end } = place.span;
        if place.file != self.file || start < self.from.end && self.from.start < end {
            return None;
        }
        let now = |at: u32| if start < self.from.end { at } else { at - self.from.end + self.end };
        Some(Place { span: Span { start: now(start), end: now(end) }, ..place })
    }
}

/// Byte offsets at which the lines of a text start.
pub(crate) fn line_starts(text: &str) -> Vec<u32> {
    let bytes = text.as_bytes();
    // Rather one block too large than several, each twice as large as the last.
    let mut starts = Vec::with_capacity(text.len() / 24 + 1);
    starts.push(0);
    for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
        if bytes[at] == b'\r' && bytes.get(at + 1) == Some(&b'\n') {
            continue;
        }
        starts.push(Span::new(at + 1, at + 1).start);
    }
    starts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_bytes_count_the_byte_order_mark() {
        let source = Source::new(FileId(0), "a", None, "\u{feff}é: 🎵x\r\nb".into());
        let at = |offset| source.position(offset);
        assert_eq!(at(0), Position { line: 1, column: 1, byte: 3 });
        assert_eq!(at(8), Position { line: 1, column: 5, byte: 11 });
        assert_eq!(at(11), Position { line: 2, column: 1, byte: 14 });
        assert_eq!(at(99), Position { line: 2, column: 2, byte: 15 });
    }

    #[test]
    fn columns_of_a_long_line_are_those_of_a_short_one() {
        let source = Source::new(FileId(0), "a", None, format!("x\n{}", "aé🎵".repeat(10_000)));
        for offset in [2, 9_000, 9_001, 9_002, 9_004, 32_770, 70_001] {
            let end = (0..=offset).rev().find(|end| source.text.is_char_boundary(*end)).unwrap_or(0);
            let column = source.text[2..end].chars().count() + 1;
            assert_eq!(source.position(u32::try_from(offset).unwrap()).column as usize, column, "{offset}");
        }
    }
}
