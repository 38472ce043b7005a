//! Ranges that stay with their text while it is edited.

use lsp_types::{Diagnostic, Position, Range, Uri};

/// A stretch of a text that was replaced: where it was, and where what replaced it ends.
pub(super) struct Replaced {
    pub(super) start: Position,
    pub(super) end: Position,
    pub(super) new_end: Position,
}

impl Replaced {
    /// Moves what was found in a document to where it stands now.
    pub(super) fn follow(&self, found: &mut Diagnostic, document: &Uri) {
        found.range = self.range(found.range);
        for related in found.related_information.iter_mut().flatten() {
            if related.location.uri == *document {
                related.location.range = self.range(related.location.range);
            }
        }
    }

    fn range(&self, range: Range) -> Range {
        let start = self.position(range.start, self.start);
        // What is put in at its end stands behind it.
        let end = if range.end == self.start { range.end } else { self.position(range.end, self.new_end) };
        Range { start, end: end.max(start) }
    }

    /// Where a position is now; `within` for one that stood in what was replaced.
    fn position(&self, position: Position, within: Position) -> Position {
        if position < self.start {
            return position;
        }
        if position < self.end {
            return within;
        }
        if position.line > self.end.line {
            let line = position.line - self.end.line + self.new_end.line;
            return Position { line, ..position };
        }
        let character = position.character - self.end.character + self.new_end.character;
        Position { line: self.new_end.line, character }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(line: u32, character: u32) -> Position {
        Position { line, character }
    }

    fn moved(edit: (Position, Position, Position), range: (Position, Position)) -> (Position, Position) {
        let (start, end, new_end) = edit;
        let range = Replaced { start, end, new_end }.range(Range { start: range.0, end: range.1 });
        (range.start, range.end)
    }

    #[test]
    fn ranges_follow_their_text() {
        let word = (at(4, 6), at(4, 10));
        for (edit, now) in [
            // A line more above, a line less.
            ((at(1, 0), at(1, 0), at(2, 0)), (at(5, 6), at(5, 10))),
            ((at(1, 3), at(2, 5), at(1, 3)), (at(3, 6), at(3, 10))),
            // Before it on its line, also with the end of the line above.
            ((at(4, 0), at(4, 2), at(4, 0)), (at(4, 4), at(4, 8))),
            ((at(3, 9), at(4, 2), at(3, 9)), (at(3, 13), at(3, 17))),
            ((at(4, 2), at(4, 2), at(5, 1)), (at(5, 5), at(5, 9))),
            // At its start and at its end.
            ((at(4, 6), at(4, 6), at(4, 7)), (at(4, 7), at(4, 11))),
            ((at(4, 10), at(4, 10), at(4, 12)), (at(4, 6), at(4, 10))),
            // Within it, around it, below it.
            ((at(4, 7), at(4, 8), at(4, 12)), (at(4, 6), at(4, 14))),
            ((at(4, 1), at(4, 12), at(4, 3)), (at(4, 1), at(4, 3))),
            ((at(4, 8), at(5, 0), at(4, 8)), (at(4, 6), at(4, 8))),
            ((at(4, 11), at(9, 0), at(4, 11)), (at(4, 6), at(4, 10))),
        ] {
            assert_eq!(moved(edit, word), now, "{edit:?}");
        }
    }
}
