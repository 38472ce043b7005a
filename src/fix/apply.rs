//! Applies fixes to texts, each wholly or not at all.

use std::collections::BTreeMap;

use crate::finding::{Edit, Fix};

/// A text that fixes may change.
pub struct Text {
    /// As it is, with a byte order mark where it has one.
    pub text: String,
    edits: Vec<(usize, usize, String)>,
}

impl Text {
    /// A text that nothing has changed yet.
    pub fn new(text: String) -> Self {
        Self { text, edits: Vec::new() }
    }

    /// Whether an edit is planned already.
    fn has(&self, edit: &Edit) -> bool {
        let (start, end) = bytes(edit);
        self.edits.iter().any(|known| (known.0, known.1) == (start, end) && known.2 == edit.text)
    }

    /// Whether an edit can be made beside those that are planned.
    fn takes(&self, edit: &Edit) -> bool {
        let (start, end) = bytes(edit);
        let apart = |known: &(usize, usize, String)| {
            let empty = start == end || known.0 == known.1;
            if empty { end < known.0 || known.1 < start } else { end <= known.0 || known.1 <= start }
        };
        let whole = self.text.is_char_boundary(start) && self.text.is_char_boundary(end) && start <= end;
        whole && self.edits.iter().all(apart)
    }

    fn make(&mut self) {
        self.edits.sort_by_key(|(start, end, _)| (*start, *end));
        let mut made = String::with_capacity(self.text.len() + 64);
        let mut at = 0;
        for (start, end, text) in self.edits.drain(..) {
            made.push_str(&self.text[at..start]);
            made.push_str(&text);
            at = end;
        }
        made.push_str(&self.text[at..]);
        self.text = made;
    }
}

fn bytes(edit: &Edit) -> (usize, usize) {
    (edit.location.start.byte as usize, edit.location.end.byte as usize)
}

/// Applies fixes in their order to texts by path. Returns the numbers of those that were applied: one that overlaps
/// with an earlier one, or that changes another file, is not. Two that change the same are both.
pub fn apply<'a>(fixes: impl IntoIterator<Item = &'a Fix>, texts: &mut BTreeMap<String, Text>) -> Vec<usize> {
    let mut applied = Vec::new();
    for (number, fix) in fixes.into_iter().enumerate() {
        let text = |edit: &Edit| texts.get(&*edit.location.path);
        let known = fix.edits.iter().all(|edit| text(edit).is_some_and(|text| text.has(edit)));
        let fits = fix.edits.iter().all(|edit| text(edit).is_some_and(|text| text.takes(edit)));
        if !known && !fits {
            continue;
        }
        applied.push(number);
        for edit in fix.edits.iter().filter(|_| !known) {
            if let Some(text) = texts.get_mut(&*edit.location.path) {
                let (start, end) = bytes(edit);
                text.edits.push((start, end, edit.text.clone()));
            }
        }
    }
    texts.values_mut().for_each(Text::make);
    applied
}
