//! Reads of an edited YAML document only the items of its long list that were edited: what an editor sends of a large
//! export is one key after the other.
//!
//! Nothing is guessed, by the reasoning of `yaml_split`: the edited stretch is read up to and including the dash of the
//! next item, as it was and as it is, so that its parser tells that items start at both ends. Whatever cannot be told so
//! is read again as a whole.

use std::ops::Range;

use rayon::prelude::*;

use super::yaml_mask::Masked;
use super::{Parsed, comments, markers, yaml_split};
use crate::source::{Moved, Place, Source, Span};
use crate::tree::{Entry, Node, Value};

/// What an edited text holds, from what it was before, and what was read of it; `None` where it has to be read as a
/// whole.
pub(crate) fn read(source: &Source, old: &Source, parsed: Parsed) -> Option<(Parsed, Moved)> {
    let (was, text) = (old.text.as_str(), source.text.as_str());
    let Parsed { mut documents, problems, .. } = parsed;
    let [document] = documents.as_mut_slice() else { return None };
    if !problems.is_empty() || [was, text].into_iter().any(says_more) {
        return None;
    }
    let edit = Edit::between(was, text);
    let Value::Map(entries) = &mut document.value else { return None };
    let at = entries.iter().position(|entry| {
        let span = entry.value.place.span;
        matches!(entry.value.value, Value::List(_))
            && (span.start as usize..span.end as usize).contains(&edit.start)
    })?;
    let list = &mut entries[at].value;
    // A directive changes what tags mean, also those in the stretch.
    if text[..list.place.span.start as usize].lines().any(|line| line.starts_with('%')) {
        return None;
    }
    let stretch = Stretch::around(&edit, list, was)?;
    let Value::List(items) = &mut list.value else { return None };
    let before = items.partition_point(|item| (item.place.span.start as usize) < stretch.start);
    let after = items.partition_point(|item| (item.place.span.start as usize) < stretch.end);
    if after == items.len() {
        return None;
    }
    let old = stretch.items(old, stretch.end)?;
    let starts = |items: &[Node]| items.iter().map(|item| item.place).collect::<Vec<_>>();
    if starts(&old) != starts(&items[before..after]) {
        return None;
    }
    let new = stretch.items(source, edit.now(stretch.end))?;
    let shift = Shift { from: stretch.end, edit: &edit };
    items[after..].par_iter_mut().for_each(|item| shift.node(item));
    items.splice(before..after, new);
    shift.end(&mut list.place);
    entries[at + 1..].iter_mut().for_each(|entry| shift.entry(entry));
    shift.end(&mut document.place);
    let comments = comments::directives(source, &documents, &["#"]);
    let now = u32::try_from(edit.now(stretch.end)).ok()?;
    let moved = Moved { file: source.id, from: Span::new(stretch.start, stretch.end), end: now };
    Some((Parsed { documents, problems, comments }, moved))
}

/// Whether a text holds what may mean something elsewhere in it: markers, and what looks like an anchor.
fn says_more(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_anchor = |at: usize| {
        at.checked_sub(1).is_none_or(|before| {
            matches!(bytes[before], b' ' | b'\t' | b'\n' | b'\r' | b'[' | b'{' | b',' | b':' | b'?')
        })
    };
    markers::find(text, 0).is_some() || memchr::memchr_iter(b'&', bytes).any(is_anchor)
}

/// What differs between two states of a text.
struct Edit {
    start: usize,
    /// Where it ends in the old text.
    end: usize,
    /// The lengths of both texts.
    was: usize,
    is: usize,
}

/// Bytes that are compared at once.
const BLOCK: usize = 4096;

impl Edit {
    fn between(was: &str, is: &str) -> Self {
        let (was, is) = (was.as_bytes(), is.as_bytes());
        let shorter = was.len().min(is.len());
        let mut start = 0;
        while start + BLOCK <= shorter && was[start..start + BLOCK] == is[start..start + BLOCK] {
            start += BLOCK;
        }
        start += was[start..].iter().zip(&is[start..]).take_while(|(a, b)| a == b).count();
        let rest = shorter - start;
        let mut same = 0;
        let tail = |text: &[u8], same: usize| text.len() - same;
        while same + BLOCK <= rest
            && was[tail(was, same + BLOCK)..tail(was, same)] == is[tail(is, same + BLOCK)..tail(is, same)]
        {
            same += BLOCK;
        }
        let ends = was[..tail(was, same)].iter().rev().zip(is[..tail(is, same)].iter().rev());
        same += ends.take(rest - same).take_while(|(a, b)| a == b).count();
        Self { start, end: was.len() - same, was: was.len(), is: is.len() }
    }

    /// Where something is now that stood behind the edit.
    fn now(&self, at: usize) -> usize {
        at + self.is - self.was
    }
}

/// The lines of the edited items, in the old text.
struct Stretch {
    start: usize,
    end: usize,
    /// How far the dashes of the list are indented.
    indent: usize,
}

impl Stretch {
    /// From the last line that looks like the start of an item before an edit, to the first after it.
    fn around(edit: &Edit, list: &Node, was: &str) -> Option<Self> {
        let bytes = was.as_bytes();
        let Range { start: first, end: last } = list.place.span.start as usize..list.place.span.end as usize;
        if edit.end > last {
            return None;
        }
        let line = |at: usize| memchr::memrchr(b'\n', &bytes[..at]).map_or(0, |at| at + 1);
        let indent = first - line(first);
        // With the blank after its dash, none of which is edited.
        let is_item = |start: usize| {
            let end = start + indent + 1;
            bytes.get(end).is_some_and(|byte| matches!(byte, b' ' | b'\n' | b'\r'))
                && bytes[end - 1] == b'-'
                && bytes[start..end - 1].iter().all(|byte| *byte == b' ')
        };
        if !is_item(line(first)) {
            return None;
        }
        let mut start = line(edit.start);
        while !is_item(start) || start + indent + 2 > edit.start {
            start = line(start.checked_sub(1).filter(|at| *at >= first)?);
        }
        let mut end = edit.end.saturating_sub(1);
        loop {
            end += memchr::memchr(b'\n', &bytes[end..last])? + 1;
            if end >= edit.end && is_item(end) {
                return Some(Self { start, end, indent });
            }
        }
    }

    /// The items that stand in the stretch of a text, which ends at an offset there.
    fn items(&self, source: &Source, end: usize) -> Option<Vec<Node>> {
        let masked = Masked::plain(&source.text);
        match yaml_split::items(source, &masked, self.start..end, self.indent)?.value {
            Value::List(items) => Some(items),
            _ => None,
        }
    }
}

/// Moves what stands behind an edit.
struct Shift<'a> {
    from: usize,
    edit: &'a Edit,
}

impl Shift<'_> {
    fn at(&self, at: &mut u32) {
        if *at as usize >= self.from {
            *at = u32::try_from(self.edit.now(*at as usize)).unwrap_or(u32::MAX);
        }
    }

    fn end(&self, place: &mut Place) {
        self.at(&mut place.span.end);
    }

    fn place(&self, place: &mut Place) {
        self.at(&mut place.span.start);
        self.at(&mut place.span.end);
    }

    fn entry(&self, entry: &mut Entry) {
        self.place(&mut entry.key_place);
        self.node(&mut entry.value);
    }

    fn node(&self, node: &mut Node) {
        self.place(&mut node.place);
        if let Some(supplied) = &mut node.supplied {
            self.place(supplied);
        }
        match &mut node.value {
            Value::List(items) => items.iter_mut().for_each(|item| self.node(item)),
            Value::Map(entries) => entries.iter_mut().for_each(|entry| self.entry(entry)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Format, YAML};
    use super::*;
    use crate::source::FileId;

    fn source(text: &str) -> Source {
        Source::new(FileId(0), "a.yaml", None, text.to_owned())
    }

    /// Whether an edited text was not read as a whole; what came out of it is the same in any case.
    fn is_read(was: &str, is: &str) -> bool {
        let again = read(&source(is), &source(was), YAML.parse(&source(was)));
        if let Some((again, _)) = &again {
            assert_eq!(format!("{again:?}"), format!("{:?}", YAML.parse(&source(is))), "{was}\n---\n{is}");
        }
        again.is_some()
    }

    const ITEMS: &[&str] = &[
        "- name: a\n  callbacks:\n    - https://a/cb\n    - https://b/cb?x=1&y=2",
        "- name: b\n  callbacks:\n  - https://a/cb\n  -\n  - https://b/cb",
        "- # a comment\n  name: é🎵\n# another\n  x: [1,\n    2]",
        "- text: |\n    - no item\n    # no comment\n\n  more: |+\n    kept\n\n",
        "- |2\n    - indented",
        "- \"a\n  - b\n  c\"",
        "- 'a\n\n  # b'",
        "- plain\n  - goes on\n  # clientlint: ignore[x]: y",
        "-",
        "- - nested\n  - - twice\n-\n  - below",
        "- ? complex\n  : value",
        "- {a: b, c: [d]}",
        "- !!str 1",
        "- key:",
    ];

    const PARTS: &[&str] = &[
        "x",
        "é🎵",
        "\n",
        "\r\n",
        " ",
        "  ",
        "- ",
        "-",
        ": ",
        "[",
        "]",
        "{",
        "}",
        "'",
        "\"",
        "#",
        "&a ",
        "*a",
        "|",
        "\n  - name: X\n    app_type: spa\n",
        "\n- y\n",
        "...",
        "\n---\n",
        "\n%x",
        "!!int ",
        "##M##",
        "\t",
        "",
        "",
        "",
        "",
    ];

    fn document(indent: usize, after: &str, chance: &mut Chance) -> String {
        let mut text = "tenant:\n  name: x\nclients: # all\n".to_owned();
        for _ in 0..8 {
            for line in ITEMS[chance.below(ITEMS.len())].lines() {
                text.push_str(&" ".repeat(if line.is_empty() { 0 } else { indent }));
                text.push_str(line);
                text.push('\n');
            }
        }
        text + after
    }

    /// Small numbers that look like chance, the same in each run.
    struct Chance(u64);

    impl Chance {
        fn below(&mut self, limit: usize) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            usize::try_from(self.0 % limit as u64).unwrap()
        }
    }

    #[test]
    fn what_is_read_again_is_what_the_whole_gives() {
        let mut chance = Chance(0x2545_f491_4f6c_dd1d);
        let mut read = 0;
        for round in 0..6_000 {
            let after = ["", "connections:\n  - name: x\n    y: [1]\n", "# end\n"][round % 3];
            let mut was = document([0, 2, 4][chance.below(3)], after, &mut chance);
            if round % 4 == 0 {
                was = was.replace('\n', "\r\n");
            }
            let boundaries: Vec<usize> = was.char_indices().map(|(at, _)| at).collect();
            let from = chance.below(boundaries.len());
            let to = (from + chance.below(8)).min(boundaries.len() - 1);
            let mut is = was.clone();
            is.replace_range(boundaries[from]..boundaries[to], PARTS[chance.below(PARTS.len())]);
            read += usize::from(is_read(&was, &is));
        }
        assert!(read > 1_000, "{read}");
    }

    #[test]
    fn what_a_stretch_cannot_tell_is_read_as_a_whole() {
        let plain = "x:\n  - a: 1\n  - b: 2\n  - c: 3\n  - d: 4\ny: 5\n";
        assert!(is_read(plain, &plain.replace("b: 2", "b: 22\n    e: 6")));
        assert!(is_read(plain, &plain.replace("  - b: 2\n", "  - b: 2\n  - z: 7\n")));
        for (from, to) in [
            ("b: 2", "b: \"2"),
            ("b: 2", "b: 2\nz: 3"),
            ("b: 2", "b: &b 2"),
            ("b: 2", "b: *b"),
            ("b: 2", "b: ##B##"),
            ("b: 2", "b: 2\n    b: 3"),
            ("  - b: 2", " - b: 2"),
            ("x:", "z:"),
            ("d: 4", "d: 44"),
            ("y: 5", "y: 55"),
        ] {
            assert!(!is_read(plain, &plain.replace(from, to)), "{to}");
        }
        assert!(!is_read(
            &format!("%TAG !! tag:x,2000:\n---\n{plain}"),
            &format!("%TAG !! tag:x,2000:\n---\n{plain}2")
        ));
        assert!(!is_read(plain, plain));
    }
}
