//! Files that stand in a YAML text as text: settings in a ConfigMap, what a chart or a job writes.

use std::ops::Range;

use super::properties::lines;
use super::yaml::{DEPTH, read};
use super::yaml_mask::Masked;
use crate::source::Source;
use crate::tree::{Node, Value};

/// Longer texts are no settings.
const LONGEST: usize = 1 << 16;

/// The maps that stand in documents of YAML as text, each line as it is (`|`): of YAML, JSON, or names and values, which
/// sections (`[auth]`) keep apart. Of all texts those are read that are `wanted`.
pub fn embedded(source: &Source, documents: &[Node], wanted: &dyn Fn(&str) -> bool) -> Vec<Node> {
    let mut texts = Vec::new();
    documents.iter().for_each(|document| collect(source, document, &mut texts));
    texts.retain(|text| source.text.get(text.clone()).is_some_and(wanted));
    if texts.is_empty() {
        return Vec::new();
    }
    let masked = Masked::new(&source.text);
    let of_text = |text: Range<usize>| match masked.text.get(text.clone()) {
        Some(part) => maps(source, &masked, part, text),
        None => Vec::new(),
    };
    texts.into_iter().flat_map(of_text).collect()
}

/// Adds where texts stand that may hold settings, without their indicators.
fn collect(source: &Source, node: &Node, texts: &mut Vec<Range<usize>>) {
    match &node.value {
        Value::Map(entries) => entries.iter().for_each(|entry| collect(source, &entry.value, texts)),
        Value::List(items) => items.iter().for_each(|item| collect(source, item, texts)),
        Value::Text(text) if text.len() <= LONGEST => {
            let written = source.slice(node.place.span);
            if let Some(line) = written.find('\n').filter(|_| written.starts_with('|')) {
                texts.push(node.place.span.start as usize + line + 1..node.place.span.end as usize);
            }
        }
        _ => {}
    }
}

/// The maps of a text that stands some bytes into its source.
fn maps(source: &Source, masked: &Masked<'_>, text: &str, at: Range<usize>) -> Vec<Node> {
    let yaml = read(source, masked, text, at.start, DEPTH);
    if yaml.problems.is_empty() && yaml.documents.iter().any(Node::is_map) {
        return yaml.documents;
    }
    let mut starts = vec![at.start];
    let mut start = at.start;
    for line in text.split_inclusive('\n') {
        if line.trim_start().starts_with('[') {
            starts.push(start);
        }
        start += line.len();
    }
    starts.push(at.end);
    let of_section = |section: &[usize]| lines(source, section[0]..section[1], &['=']);
    starts.windows(2).map(of_section).filter(|map| !map.entries().is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::{Format as _, YAML};
    use crate::source::{FileId, Place};
    use crate::tree::Entry;

    #[test]
    fn settings_in_texts_are_read_with_their_places() {
        let text = "data:\n  a.yaml: |\n    issuer: x\n    list: [1]\n  .env: |-\n    # no\n    export A=1\n    B='2'\n  \
                    g.ini: |\n    top = 1\n    [auth]\n    key = 3\n  c.json: |\n    { \"k\": \"v\" }\n  folded: >\n    \
                    a: 1\n  text: \"a: 1\\n\"\n  prose: |\n    nothing here\n";
        let source = Source::new(FileId(0), "a.yaml", None, text.to_owned());
        let maps = embedded(&source, &YAML.parse(&source).documents, &|text| text.contains(['1', '2', 'v']));
        let slice = |place: Place| source.slice(place.span);
        let shown = |entry: &Entry| (slice(entry.key_place), slice(entry.value.place));
        let shown: Vec<Vec<(&str, &str)>> =
            maps.iter().map(|map| map.entries().iter().map(shown).collect()).collect();
        assert_eq!(
            shown,
            [
                vec![("issuer", "x"), ("list", "[1]")],
                vec![("A", "1"), ("B", "'2'")],
                vec![("top", "1")],
                vec![("key", "3")],
                vec![("\"k\"", "\"v\"")],
            ]
        );
    }
}
