//! Reads a long list of a YAML document in pieces side by side: one parser alone takes half of the time that a
//! large export takes in all.
//!
//! Nothing is guessed. Each piece is read up to and including the dash of the next, so that its parser tells whether
//! an item starts there; and what is left, with the last items, is read as a document of its own. Whatever one of
//! them does not read as expected, or finds faulty, is read again as a whole.

use std::ops::Range;

use rayon::prelude::*;

use super::yaml::{self, DEPTH};
use super::yaml_mask::Masked;
use crate::source::Source;
use crate::tree::{Node, Value};

/// From how many bytes on a text is read in pieces, and how long a piece is at least.
pub(crate) struct Sizes {
    pub(crate) text: usize,
    pub(crate) piece: usize,
}

/// Below a megabyte there is little to gain.
pub(crate) const SIZES: Sizes = Sizes { text: 1 << 20, piece: 1 << 17 };

/// The document of a text that is one map with one long list in it; `None` where it has to be read in one go.
pub(crate) fn read(source: &Source, masked: &Masked<'_>, sizes: &Sizes) -> Option<Node> {
    let text = &*masked.text;
    if text.len() < sizes.text {
        return None;
    }
    let List { key, indent, starts } = list(text, sizes.piece)?;
    // A directive changes what tags mean, also those in the pieces.
    if text[..key].lines().any(|line| line.starts_with('%')) {
        return None;
    }
    let (first, last) = (*starts.first()?, *starts.last()?);
    let outside = || {
        let blank = " ".repeat((last - first).checked_sub(1)?) + "\n";
        let rest = [&text[..first], &blank, &text[last..]].concat();
        yaml::read(source, masked, &rest, 0, DEPTH).only()
    };
    let pieces = || {
        starts
            .par_windows(2)
            .map(|piece| items(source, masked, piece[0]..piece[1], indent))
            .collect::<Option<Vec<Node>>>()
    };
    let (document, pieces) = rayon::join(outside, pieces);
    let (mut document, pieces) = (document?, pieces?);
    let Value::Map(entries) = &mut document.value else { return None };
    let list = entries.iter_mut().find(|entry| entry.key_place.span.start as usize == key)?;
    let Value::List(last_items) = &mut list.value.value else { return None };
    list.value.place.span.start = pieces.first()?.place.span.start;
    let mut all = Vec::new();
    for piece in pieces {
        let Value::List(items) = piece.value else { return None };
        all.extend(items);
    }
    all.append(last_items);
    *last_items = all;
    Some(document)
}

/// The items of a piece, as a list: the lines from the dash of an item to that of another.
pub(crate) fn items(
    source: &Source,
    masked: &Masked<'_>,
    piece: Range<usize>,
    indent: usize,
) -> Option<Node> {
    let next = piece.end;
    // With the next dash and the blank after it.
    let text = &masked.text[piece.start..next + indent + 2];
    // The map around the list is one level.
    let mut list = yaml::read(source, masked, text, piece.start, DEPTH - 1).only()?;
    let Value::List(items) = &mut list.value else { return None };
    let is_next = |item: Node| matches!(item.value, Value::Null) && item.place.span.start as usize >= next;
    items.pop().is_some_and(is_next).then_some(list)
}

/// A list that is most of a text.
struct List {
    /// Where its key's line starts.
    key: usize,
    /// How far its dashes are indented.
    indent: usize,
    /// Where lines start that look like the first ones of items.
    starts: Vec<usize>,
}

fn list(text: &str, piece: usize) -> Option<List> {
    let Range { start, end } = longest_block(text)?;
    if end - start <= text.len() / 2 {
        return None;
    }
    let key = text[..start - 1].rfind('\n').map_or(0, |at| at + 1);
    let is_content = |line: &&str| !line.trim_start().is_empty() && !line.trim_start().starts_with('#');
    let first = text[start..end].lines().find(is_content)?;
    let indent = first.len() - first.trim_start_matches(' ').len();
    let mut starts: Vec<usize> = Vec::new();
    for at in lines(&text[start..end]).map(|at| start + at) {
        let line = &text.as_bytes()[at..end];
        let is_item = line.len() > indent
            && line[..indent].iter().all(|byte| *byte == b' ')
            && is_dash(&line[indent..]);
        if is_item && starts.last().is_none_or(|last| at - last >= piece) {
            starts.push(at);
        }
    }
    (starts.len() > 2).then_some(List { key, indent, starts })
}

/// The longest run of lines below a line that starts with neither blank, comment nor dash.
fn longest_block(text: &str) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let is_inside = |at: &usize| matches!(bytes[*at], b' ' | b'#' | b'\n' | b'\r') || is_dash(&bytes[*at..]);
    let mut heads: Vec<usize> = lines(text).filter(|at| !is_inside(at)).collect();
    heads.push(text.len());
    let block = |pair: &[usize]| {
        let start = memchr::memchr(b'\n', &bytes[pair[0]..pair[1]])? + pair[0] + 1;
        Some(start..pair[1])
    };
    heads.windows(2).filter_map(block).max_by_key(Range::len)
}

/// Whether a line starts with the dash of an item.
fn is_dash(line: &[u8]) -> bool {
    line[0] == b'-' && matches!(line.get(1), Some(b' ' | b'\n' | b'\r'))
}

/// Where the lines of a text start that have at least one byte.
fn lines(text: &str) -> impl Iterator<Item = usize> {
    let after_breaks = memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1);
    std::iter::once(0).chain(after_breaks).filter(|at| *at < text.len())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::source::FileId;

    /// Whether a text was read in pieces; what came out of it is the same in any case.
    fn splits(text: &str) -> bool {
        let source = Source::new(FileId(0), "a.yaml", None, text.to_owned());
        let masked = Masked::new(&source.text);
        let whole = yaml::read(&source, &masked, &masked.text, 0, DEPTH);
        let split = read(&source, &masked, &Sizes { text: 0, piece: 1 });
        if let Some(split) = &split {
            assert_eq!(format!("{:?}", [split]), format!("{:?}", whole.documents), "{text}");
            assert!(whole.problems.is_empty(), "{text}");
        }
        split.is_some()
    }

    /// A document around a list whose dashes are indented.
    fn document(indent: usize, items: &[&str], after: &str) -> String {
        let mut text = "tenant:\n  name: x\nclients: # all of them\n".to_owned();
        for item in items {
            for line in item.lines() {
                text.push_str(&" ".repeat(if line.is_empty() { 0 } else { indent }));
                text.push_str(line);
                text.push('\n');
            }
        }
        text + after
    }

    /// Items as people and tools write them.
    const ITEMS: &[&str] = &[
        "- name: a\n  callbacks:\n    - https://a/cb\n    - https://b/cb",
        "- name: b\n  callbacks:\n  - https://a/cb\n  -\n  - https://b/cb",
        "- # a comment\n  name: c\n# another\n  x: [1,\n    2]",
        "- text: |\n    - no item\n    # no comment\n\n  more: |+\n    kept\n\n",
        "- text: >-\n    folded\n\n    text",
        "- |2\n    - indented",
        "- \"a\n  - b\n  c\"",
        "- 'a\n\n  # b'",
        "- plain\n  - goes on\n  # not",
        "-",
        "- - nested\n  - - twice\n-\n  - below",
        "- ? complex\n  : value\n  é: ü",
        "- name: ##NAME##\n  secret: @@SECRET@@\n  x: a##B##c",
        "- {a: b, c: [d]}",
        "- !!str 1",
        "- 'last': null",
        "# only a comment\n\n",
        "- text: |\n\n",
        "- text: >+\n\n",
        "- key:",
    ];

    const AFTERS: &[&str] = &["", "connections:\n  - name: x\n", "# end\n", "\n\nz: |\n  - a\n", "..."];

    #[test]
    fn pieces_give_what_the_whole_gives() {
        let mut split = 0;
        for indent in [0, 1, 2, 4] {
            for (one, item) in ITEMS.iter().enumerate() {
                for (two, next) in ITEMS.iter().enumerate() {
                    let items = [ITEMS[0], item, next, ITEMS[(one * 7 + 3) % ITEMS.len()], item];
                    let text = document(indent, &items, AFTERS[(one + two) % AFTERS.len()]);
                    split += usize::from(splits(&text));
                    split += usize::from(splits(&text.replace('\n', "\r\n")));
                    splits(&text.replace('\n', "\r"));
                    splits(text.trim_end());
                }
            }
        }
        assert!(split > 1_000, "{split}");
    }

    #[test]
    fn what_pieces_cannot_tell_is_read_in_one_go() {
        let plain = "- a: b";
        let list = |odd: &str| document(2, &[plain, plain, odd, plain, plain, plain], "");
        assert!(splits(&list("- c: d")));
        for odd in [
            "- &x a",
            "- *x",
            "- a: 1\n  a: 2",
            "- \"open",
            "- [open",
            "\t- a",
            "- \"a\n- b\n- c\"",
            "- a: 'x\n- b'",
            "- a\nb: c",
            " - a",
        ] {
            assert!(!splits(&list(odd)), "{odd}");
        }
        assert!(!splits(&format!("%TAG !! tag:x,2000:\n---\n{}", list("- !!int 1"))));
        assert!(!splits(&format!("a: 1\n---\n{}", list(plain))));
        assert!(!splits(&format!("|\n{}", document(0, &[plain; 6], ""))));
        assert!(!splits(&format!("x: \"\n{}\"", document(0, &[plain; 6], ""))));
        assert!(!splits(&format!("x: &x 1\n{}", list("- *x"))));
        assert!(!splits(&list(&format!("- {}1{}", "[".repeat(127), "]".repeat(127)))));
        assert!(splits(&list(&format!("- {}1{}", "[".repeat(126), "]".repeat(126)))));
    }

    #[test]
    fn files_give_the_same_in_pieces() {
        let mut folders = vec![
            Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures"),
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/files"),
        ];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                let path = entry.path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
                    && let Ok(text) = std::fs::read_to_string(path)
                {
                    splits(&text);
                    splits(&text.replace('\n', "\r\n"));
                }
            }
        }
    }
}
