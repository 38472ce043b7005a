//! Text as it may be shown: every secret replaced by a word of its own, so that neither its text nor its length can
//! be seen. Whatever prints gets its text from here.

use crate::source::{Source, Span, line_starts};

/// What stands for a secret. Its length says nothing.
pub const MASK: &str = "[redacted]";

/// Whether a character would move a terminal's cursor, or turn the order of what stands around it.
pub fn is_unprintable(character: char) -> bool {
    (character.is_control() && !matches!(character, '\t' | '\n' | '\r'))
        || matches!(
            character,
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// A source without its secrets.
#[derive(Debug)]
pub struct MaskedSource {
    /// The path under which it is reported.
    pub path: String,
    text: String,
    /// Line starts in the masked text.
    lines: Vec<u32>,
    /// Masked stretches and escaped characters: where they stood in the file, and where they stand in the masked text.
    masks: Vec<(Span, Span)>,
    /// Length of the byte order mark that positions in the file count and the text does not hold.
    bom: u32,
}

impl MaskedSource {
    /// Masks spans of a source, which must be sorted and not overlap.
    pub fn new(source: &Source, secrets: &[Span]) -> Self {
        let mut masked = Self {
            path: source.path.clone(),
            text: String::with_capacity(source.text.len()),
            lines: Vec::new(),
            masks: Vec::with_capacity(secrets.len()),
            bom: source.bom,
        };
        let mut at = 0;
        for secret in secrets {
            masked.push_plain(source, Span { start: at, end: secret.start });
            let start = masked.text.len();
            masked.text.push_str(MASK);
            // The lines that a secret fills stay lines, so that those after it keep their numbers.
            masked.text.extend(source.slice(*secret).chars().filter(|c| *c == '\n'));
            masked.masks.push((*secret, Span::new(start, masked.text.len())));
            at = secret.end;
        }
        masked.push_plain(source, Span::new(at as usize, source.text.len()));
        masked.lines = line_starts(&masked.text);
        masked
    }

    /// Adds text that is no secret. Characters that would move a terminal's cursor become escapes.
    fn push_plain(&mut self, source: &Source, span: Span) {
        let text = source.slice(span);
        let mut rest = text;
        while let Some(found) = rest.find(|c| c == '\r' || is_unprintable(c)) {
            let (before, from) = rest.split_at(found);
            let mut characters = from.chars();
            let Some(character) = characters.next() else { break };
            self.text.push_str(before);
            let start = self.text.len();
            match character {
                '\r' if characters.as_str().starts_with('\n') => self.text.push('\r'),
                // It ends a line by itself, for us as for an editor.
                '\r' => self.text.push('\n'),
                _ => {
                    let offset = span.start as usize + (text.len() - from.len());
                    self.text.extend(character.escape_unicode());
                    let written = Span::new(offset, offset + character.len_utf8());
                    self.masks.push((written, Span::new(start, self.text.len())));
                }
            }
            rest = characters.as_str();
        }
        self.text.push_str(rest);
    }

    /// The masked text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What was masked, of the text of the file. Only to be looked for, never to be shown.
    pub fn secrets<'a>(&'a self, text: &'a str) -> impl Iterator<Item = &'a str> {
        let text = text.trim_start_matches('\u{feff}');
        let is_secret = |mask: &Span| self.text[mask.start as usize..].starts_with(MASK);
        let masks = self.masks.iter().filter(move |(_, mask)| is_secret(mask));
        masks.filter_map(move |(secret, _)| text.get(secret.start as usize..secret.end as usize))
    }

    /// Byte offsets at which the lines of the masked text start.
    pub fn line_starts(&self) -> &[u32] {
        &self.lines
    }

    /// Where a byte of the file stands in the masked text. Inside of a secret that is the mask's start.
    pub fn offset(&self, byte: u32) -> usize {
        let byte = byte.saturating_sub(self.bom);
        let before = self.masks.partition_point(|(secret, _)| secret.start < byte);
        let Some((secret, mask)) = before.checked_sub(1).map(|at| self.masks[at]) else {
            return (byte as usize).min(self.text.len());
        };
        if byte < secret.end {
            return mask.start as usize;
        }
        (mask.end as usize + (byte - secret.end) as usize).min(self.text.len())
    }

    /// Where a line, from 1, starts in the file: the byte order mark counts. A line
    /// that starts within a secret starts where that ends. `None` past the end.
    pub fn line_start(&self, number: u32) -> Option<u32> {
        let start = *self.lines.get((number.max(1) - 1) as usize)?;
        let before = self.masks.partition_point(|(_, mask)| mask.start < start);
        let Some((secret, mask)) = before.checked_sub(1).map(|at| self.masks[at]) else {
            return Some(start + self.bom);
        };
        (mask.end <= start).then(|| secret.end + (start - mask.end) + self.bom)
    }

    /// One line of the masked text, from 1, without its line break.
    pub fn line(&self, number: u32) -> &str {
        let index = (number.max(1) - 1) as usize;
        let Some(start) = self.lines.get(index) else { return "" };
        let end = self.lines.get(index + 1).map_or(self.text.len(), |end| *end as usize);
        self.text[*start as usize..end].trim_end_matches(['\n', '\r'])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    #[test]
    fn offsets_move_with_the_mask_and_lines_stay() {
        let source = Source::new(FileId(0), "a", None, "a: SECRET\nb: SE\nCRET2\nc: 1\n".into());
        let masked = MaskedSource::new(&source, &[Span::new(3, 9), Span::new(13, 21)]);
        assert_eq!(masked.text(), "a: [redacted]\nb: [redacted]\n\nc: 1\n");
        assert_eq!(masked.offset(0), 0);
        assert_eq!(masked.offset(5), 3);
        assert_eq!(&masked.text()[masked.offset(10)..][..2], "b:");
        assert_eq!(&masked.text()[masked.offset(22)..][..2], "c:");
        assert_eq!(masked.line(4), "c: 1");
        assert_eq!(
            [1, 2, 3, 4, 9].map(|line| masked.line_start(line)),
            [Some(0), Some(10), Some(21), Some(22), None]
        );
    }

    #[test]
    fn what_moves_a_cursor_is_escaped() {
        let source = Source::new(FileId(0), "a", None, "a: \u{1b}[2Jx\r\nb: \u{202e}y\rc: 1\n".into());
        let masked = MaskedSource::new(&source, &[]);
        assert_eq!(masked.text(), "a: \\u{1b}[2Jx\r\nb: \\u{202e}y\nc: 1\n");
        assert_eq!(masked.line(2), "b: \\u{202e}y");
        assert_eq!(&masked.text()[masked.offset(18)..][..1], "c");
    }
}
