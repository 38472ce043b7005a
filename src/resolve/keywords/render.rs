//! A text with the values of a mapping in place of its markers, and the way from every place in it back to the file.

use std::collections::BTreeSet;
use std::ops::Range;

use aho_corasick::AhoCorasick;

use super::Mapping;
use super::script::{coerced, replacement, whole};
use crate::formats::Parsed;
use crate::problem::{Code, Problem};
use crate::source::{Place, Source, Span};
use crate::tree::{Node, Value};

/// A text with the values of a mapping put in; `None` where it has no marker of the mapping.
pub fn render(source: &Source, mapping: &Mapping) -> Option<Rendered> {
    let wanted = occurring(&source.text, mapping);
    if wanted.is_empty() {
        return None;
    }
    let runs = vec![Run { start: 0, from: From::File(0) }];
    let mut rendered = Rendered { text: source.text.clone(), runs, too_long: false };
    // First all markers of whole values, then all of text: so a value may hold markers of the later kind and key.
    for (key, value) in &wanted {
        rendered.replace(&format!("@@{key}@@"), true, &mut |matched| whole(value, matched));
    }
    for (key, value) in &wanted {
        rendered.replace(&format!("##{key}##"), false, &mut |matched| {
            Some(vec![(replacement(&coerced(value), matched)?, value.place)])
        });
    }
    Some(rendered)
}

/// A text with values put in.
pub struct Rendered {
    /// The text. It may hold secrets.
    pub text: String,
    runs: Vec<Run>,
    /// Whether some markers stay, because their values would make the text too long.
    too_long: bool,
}

/// Longer texts do not come out: values that hold markers of values that hold markers soon fill any memory.
const LONGEST: usize = 20_000_000;

/// A stretch of a rendered text, up to the next.
#[derive(Clone, Copy)]
struct Run {
    start: usize,
    from: From,
}

/// Where a stretch comes from.
#[derive(Clone, Copy)]
enum From {
    /// From the file, at this offset.
    File(usize),
    /// From the mapping: the marker in the file, and the value's place.
    Mapping(Span, Place),
}

impl Rendered {
    /// Replaces a marker wherever it stands. `quoted`: with the quotes right around it.
    fn replace(
        &mut self,
        marker: &str,
        quoted: bool,
        value: &mut dyn FnMut(&str) -> Option<Vec<(String, Place)>>,
    ) {
        let mut next = Self { text: String::new(), runs: Vec::new(), too_long: self.too_long };
        let mut read = 0;
        for at in memchr::memmem::find_iter(self.text.as_bytes(), marker) {
            let mut found = at..at + marker.len();
            if quoted
                && let Some(quote @ (b'"' | b'\'')) = self.text.as_bytes()[read..at].last()
                && self.text.as_bytes().get(found.end) == Some(quote)
            {
                found = found.start - 1..found.end + 1;
            }
            let Some(pieces) = value(&self.text[found.clone()]) else { return };
            let (marker, _) = self.back(found.clone());
            next.copy(self, read..found.start);
            for (text, place) in pieces.iter().filter(|(text, _)| !text.is_empty()) {
                next.runs.push(Run { start: next.text.len(), from: From::Mapping(marker, *place) });
                next.text.push_str(text);
            }
            read = found.end;
            if next.text.len() > LONGEST {
                self.too_long = true;
                return;
            }
        }
        if read > 0 {
            next.copy(self, read..self.text.len());
            *self = next;
        }
    }

    /// Adds a stretch of another rendered text.
    fn copy(&mut self, other: &Self, range: Range<usize>) {
        let mut at = other.run_at(range.start);
        while let Some(run) = other.runs.get(at).filter(|run| run.start < range.end) {
            let skipped = range.start.saturating_sub(run.start);
            let from = match run.from {
                From::File(offset) => From::File(offset + skipped),
                mapping @ From::Mapping(..) => mapping,
            };
            let start = self.text.len() + (run.start + skipped - range.start);
            self.runs.push(Run { start, from });
            at += 1;
        }
        self.text.push_str(&other.text[range]);
    }

    /// The number of the run in which an offset lies.
    fn run_at(&self, offset: usize) -> usize {
        self.runs.partition_point(|run| run.start <= offset).saturating_sub(1)
    }

    /// The stretch of the file that a stretch of the rendered text stands for, and where the mapping writes it: all of
    /// it, or a part.
    fn back(&self, range: Range<usize>) -> (Span, Option<(Place, bool)>) {
        let (first, last) = (self.run_at(range.start), self.run_at(range.end.max(range.start + 1) - 1));
        let (Some(from), Some(to)) = (self.runs.get(first), self.runs.get(last)) else {
            return (Span::new(range.start, range.end), None);
        };
        let start = match from.from {
            From::File(offset) => Span::new(offset + (range.start - from.start), 0).start,
            From::Mapping(marker, _) => marker.start,
        };
        let end = match to.from {
            _ if range.is_empty() => start,
            From::File(offset) => Span::new(offset + (range.end - to.start), 0).start,
            From::Mapping(marker, _) => marker.end,
        };
        let supplied = self.runs[first..=last].iter().find_map(|run| match run.from {
            From::Mapping(_, place) if !range.is_empty() => Some(place),
            _ => None,
        });
        let whole = match (from.from, to.from) {
            (From::Mapping(one, _), From::Mapping(other, _)) => one == other,
            _ => false,
        };
        (Span { start, end: end.max(start) }, supplied.map(|place| (place, whole)))
    }

    /// What the rendered text was read as, with the places of the file: what a marker stands for has the marker's
    /// place, and is supplied by the mapping.
    pub fn take_back(&self, source: &Source, mut parsed: Parsed) -> Parsed {
        parsed.documents.iter_mut().for_each(|node| self.node(source, node));
        for problem in &mut parsed.problems {
            problem.place = self.place(source, problem.place).0;
        }
        if self.too_long {
            let message = "the values of its markers are too long; some stay unknown".to_owned();
            parsed.problems.push(Problem { code: Code::Limit, place: source.place(0..0), message });
        }
        for comment in &mut parsed.comments {
            *comment = self.back(comment.start as usize..comment.end as usize).0;
        }
        parsed
    }

    fn place(&self, source: &Source, place: Place) -> (Place, Option<(Place, bool)>) {
        if place.file != source.id {
            return (place, None);
        }
        let (span, supplied) = self.back(place.span.start as usize..place.span.end as usize);
        (Place { file: place.file, span }, supplied)
    }

    fn node(&self, source: &Source, node: &mut Node) {
        let (place, supplied) = self.place(source, node.place);
        node.place = place;
        let alias = node.supplied.take().map(|place| self.place(source, *place));
        let holds_others = matches!(node.value, Value::List(_) | Value::Map(_));
        let by_mapping = supplied.filter(|(_, whole)| *whole || !holds_others).map(|(place, _)| place);
        let by_alias = alias.map(|(written, supplied)| {
            supplied.filter(|_| !holds_others).map_or(written, |(by_mapping, _)| by_mapping)
        });
        node.supplied = by_mapping.or(by_alias).map(Box::new);
        match &mut node.value {
            Value::List(items) => items.iter_mut().for_each(|item| self.node(source, item)),
            Value::Map(entries) => {
                for entry in entries {
                    entry.key_place = self.place(source, entry.key_place).0;
                    self.node(source, &mut entry.value);
                }
            }
            _ => {}
        }
    }
}

/// The keys of a mapping whose markers stand in a text, or in the value of one that does.
fn occurring<'a>(text: &str, mapping: &'a Mapping) -> Vec<&'a (String, Node)> {
    let usable: Vec<&(String, Node)> = mapping.keys.iter().filter(|(key, _)| is_plain(key)).collect();
    let markers = usable.iter().flat_map(|(key, _)| [format!("@@{key}@@"), format!("##{key}##")]);
    let Ok(search) = AhoCorasick::new(markers) else { return Vec::new() };
    let mut found: BTreeSet<usize> = BTreeSet::new();
    let mut open: Vec<String> = vec![text.to_owned()];
    while let Some(text) = open.pop() {
        for hit in search.find_overlapping_iter(&text) {
            let number = hit.pattern().as_usize() / 2;
            if found.insert(number) {
                open.push(coerced(&usable[number].1));
                open.extend(whole(&usable[number].1, "").into_iter().flatten().map(|(text, _)| text));
            }
        }
    }
    found.into_iter().map(|number| usable[number]).collect()
}

/// Whether a key means itself. The tool takes keys for regular expressions; what those with such signs match is not
/// known here, and their markers stay unknown.
fn is_plain(key: &str) -> bool {
    !key.is_empty() && !key.contains(['\\', '^', '$', '*', '+', '?', '(', ')', '[', ']', '{', '}', '|'])
}
