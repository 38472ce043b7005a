//! What holds for the places of every tree.

use clientlint::formats::Parsed;
use clientlint::source::{Place, Source, Span};
use clientlint::tree::{Node, Piece, Value};

pub fn check_places(source: &Source, parsed: &Parsed) {
    for document in &parsed.documents {
        check_bounds(source, document);
        check_node(source, document, !parsed.problems.is_empty());
    }
}

/// Every place is a part of the text.
pub fn check_bounds(source: &Source, node: &Node) {
    let check = |place: Place| {
        let Span { start, end } = place.span;
        assert!(source.text.get(start as usize..end as usize).is_some(), "{} {node:?}", source.path);
    };
    check(node.place);
    node.items().iter().for_each(|item| check_bounds(source, item));
    for entry in node.entries() {
        check(entry.key_place);
        check_bounds(source, &entry.value);
    }
}

/// Children lie within their parents, and scalars are what is written at their places.
fn check_node(source: &Source, node: &Node, broken: bool) {
    if node.supplied.is_some() {
        return;
    }
    let written = source.slice(node.place.span);
    let say = || format!("{}: {node:?} `{written}`", source.path);
    if let Some(text) = scalar(node) {
        let quote = written.chars().next().filter(|first| matches!(first, '"' | '\''));
        match quote {
            Some(quote) if written.len() > 1 && written.ends_with(quote) => {
                let inner = written.trim_matches(quote);
                if !inner.contains(['\\', '\'', '"']) {
                    assert_eq!(squeezed(inner), squeezed(text.trim_matches(quote)), "{}", say());
                }
            }
            _ if written.starts_with(['|', '>']) => {
                let body = written.split_once(['\n', '\r']).map_or("", |(_, body)| body);
                assert_eq!(squeezed(body), squeezed(&text), "{}", say());
            }
            _ => assert!(broken || squeezed(written) == squeezed(&text), "{}", say()),
        }
    }
    match node.value {
        Value::Bool(value) => assert_eq!(written.to_lowercase(), value.to_string()),
        Value::Null => assert!(matches!(written, "" | "~" | "null" | "Null" | "NULL"), "{}", say()),
        _ => {}
    }
    for item in node.items() {
        assert!(node.place.span.covers(item.place.span), "{}", say());
        check_node(source, item, broken);
    }
    for entry in node.entries() {
        assert!(node.place.span.covers(entry.key_place.span), "{} {entry:?}", say());
        assert!(node.place.span.covers(entry.value.place.span), "{} {entry:?}", say());
        check_node(source, &entry.value, broken);
    }
}

fn scalar(node: &Node) -> Option<String> {
    match &node.value {
        Value::Text(text) | Value::Number(text) => Some(text.clone()),
        Value::Unknown(unknown) => Some(unknown.text.clone()),
        Value::Template(pieces) => {
            let text = |piece: &Piece| match piece {
                Piece::Text(text) | Piece::Hole(text) => text.clone(),
            };
            Some(pieces.iter().map(text).collect())
        }
        _ => None,
    }
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect()
}
