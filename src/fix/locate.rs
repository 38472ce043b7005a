//! Finds in the tree of a file, as it is written, what stands at a place.

use crate::source::{Place, Span};
use crate::tree::{Entry, Node, Value};

/// A node on the way from the root of a document to what was looked for.
#[derive(Clone, Copy)]
pub(super) struct Step<'a> {
    /// The node.
    pub(super) node: &'a Node,
    /// How it is held by the node before it.
    pub(super) held: Held<'a>,
}

/// How a node is held by the one above it.
#[derive(Clone, Copy)]
pub(super) enum Held<'a> {
    /// By nothing, or as a part of an expression.
    Free,
    /// As the value of an entry.
    Entry(&'a Entry),
    /// As an item of a list.
    Item,
}

/// The way to the value that stands at a place, or, where `by_key` says so, whose key does.
pub(super) fn way_to(documents: &[Node], place: Place, by_key: bool) -> Option<Vec<Step<'_>>> {
    let is_it = |step: &Step<'_>| match step.held {
        _ if step.node.supplied.is_some() => false,
        Held::Entry(entry) if by_key => entry.key_place == place,
        _ => !by_key && step.node.place == place,
    };
    find(documents, place, &is_it)
}

/// The way to the map that stands at a place, or whose key does.
pub(super) fn way_to_object(documents: &[Node], place: Place) -> Option<Vec<Step<'_>>> {
    let is_it = |step: &Step<'_>| {
        let named = matches!(step.held, Held::Entry(entry) if entry.key_place == place);
        step.node.supplied.is_none() && step.node.is_map() && (named || step.node.place == place)
    };
    find(documents, place, &is_it)
}

/// The way to the value that is written from a place on: of a secret no more is known.
pub(super) fn way_to_start(documents: &[Node], place: Place) -> Option<Vec<Step<'_>>> {
    let is_it = |step: &Step<'_>| {
        step.node.supplied.is_none() && !step.node.is_map() && step.node.place.start() == place.start()
    };
    find(documents, place, &is_it)
}

fn find<'a>(documents: &'a [Node], place: Place, is_it: &dyn Fn(&Step<'a>) -> bool) -> Option<Vec<Step<'a>>> {
    let mut way = Vec::new();
    let found = documents.iter().any(|node| {
        node.place.file == place.file
            && covers(node.place.span, place.span)
            && descend(Step { node, held: Held::Free }, place, is_it, &mut way)
    });
    way.reverse();
    found.then_some(way)
}

/// Looks inside first: of several maps at one place, as the labels of a block are, the innermost is meant.
fn descend<'a>(
    step: Step<'a>,
    place: Place,
    is_it: &dyn Fn(&Step<'a>) -> bool,
    way: &mut Vec<Step<'a>>,
) -> bool {
    let mut inside = |next: Step<'a>, span: Span| {
        next.node.place.file == place.file && covers(span, place.span) && descend(next, place, is_it, way)
    };
    let found = match &step.node.value {
        _ if step.node.supplied.is_some() => false,
        Value::List(items) => {
            items.iter().any(|node| inside(Step { node, held: Held::Item }, node.place.span))
        }
        Value::Map(entries) => entries
            .iter()
            .any(|entry| inside(Step { node: &entry.value, held: Held::Entry(entry) }, extent(entry))),
        Value::Expression(expression) => {
            let mut found = false;
            expression.parts(&mut |node| {
                found = found || inside(Step { node, held: Held::Free }, node.place.span);
            });
            found
        }
        _ => false,
    };
    let found = found || is_it(&step);
    if found {
        way.push(step);
    }
    found
}

/// From the start of an entry to its end.
pub(super) fn extent(entry: &Entry) -> Span {
    let (key, value) = (entry.key_place.span, entry.value.place.span);
    Span { start: key.start.min(value.start), end: key.end.max(value.end) }
}

fn covers(outer: Span, inner: Span) -> bool {
    outer.covers(inner)
}

/// Whether a value is a literal: nothing in it is computed, taken from elsewhere or unknown.
pub(super) fn is_literal(node: &Node) -> bool {
    node.supplied.is_none()
        && match &node.value {
            Value::Text(_) | Value::Bool(_) | Value::Number(_) | Value::Null => true,
            Value::List(items) => items.iter().all(is_literal),
            Value::Map(entries) => entries.iter().all(|entry| is_literal(&entry.value)),
            _ => false,
        }
}

/// Whether something between two offsets has an anchor to which an alias elsewhere in the text refers.
pub(super) fn is_lent(text: &str, span: Span) -> bool {
    let Some(part) = text.get(span.start as usize..span.end as usize) else { return true };
    let names = part.split('&').skip(1).map(name_of);
    names.filter(|name| !name.is_empty()).any(|name| text.contains(&format!("*{name}")))
}

/// Whether the value that starts at an offset has an anchor to which an alias refers.
pub(super) fn is_anchored(text: &str, start: usize) -> bool {
    let Some(before) = text.get(..start) else { return true };
    let mut words = before.split_whitespace().rev();
    let anchor =
        words.by_ref().take(2).find_map(|word| word.trim_start_matches(['[', '{', ',']).strip_prefix('&'));
    anchor.is_some_and(|name| text.contains(&format!("*{}", name_of(name))))
}

fn name_of(text: &str) -> &str {
    let end = text.find(|c: char| c.is_whitespace() || matches!(c, ',' | '[' | ']' | '{' | '}'));
    &text[..end.unwrap_or(text.len())]
}
