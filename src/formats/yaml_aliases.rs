//! Aliases and merge keys of YAML: copies of what an anchor names, within bounds.

use std::collections::HashSet;

use crate::source::Place;
use crate::tree::{Entry, Node, Piece, Value};

/// How much aliases may repeat in one text. A few hundred bytes of nested aliases would otherwise become
/// gigabytes.
const BUDGET: usize = 1_000_000;

/// This many bytes of text count as one more value.
const BYTES_PER_VALUE: usize = 32;

/// What is said where no more is copied.
pub(crate) const SPENT: &str = "aliases repeat too much: what some of them stand for is not looked at";

/// What may still be copied.
pub(crate) struct Budget {
    left: usize,
}

impl Budget {
    pub(crate) fn new() -> Self {
        Self { left: BUDGET }
    }

    /// A copy of what an anchor names, for later aliases; `None` when too much was copied already.
    pub(crate) fn keep(&mut self, node: &Node) -> Option<Node> {
        self.left = self.left.checked_sub(size(node))?;
        Some(node.clone())
    }

    /// A copy of an anchored value for its use at a place. What is inside it keeps the places where it is written.
    pub(crate) fn copy(&mut self, node: &Node, place: Place, depth: usize) -> Result<Node, &'static str> {
        if self::depth(node) > depth {
            return Err("aliases nest too deeply");
        }
        let mut copy = self.keep(node).ok_or(SPENT)?;
        copy.supplied = Some(Box::new(copy.place));
        copy.place = place;
        Ok(copy)
    }
}

/// Puts what the merge keys at some ascending indexes hold into their places. Keys that the map itself writes win, then
/// those of earlier maps.
pub(crate) fn merge(entries: Vec<Entry>, indexes: &[usize]) -> Vec<Entry> {
    let mut known: HashSet<String> = HashSet::new();
    for (index, entry) in entries.iter().enumerate() {
        if indexes.binary_search(&index).is_err() {
            known.insert(entry.key.clone());
        }
    }
    let mut merged = Vec::with_capacity(entries.len());
    for (index, entry) in entries.into_iter().enumerate() {
        if indexes.binary_search(&index).is_err() {
            merged.push(entry);
            continue;
        }
        let Entry { key, key_place, value: Node { place, value, supplied } } = entry;
        match value {
            Value::Map(inner) => take(inner, supplied.map(|_| place), &mut known, &mut merged),
            Value::List(items) if items.iter().all(Node::is_map) => {
                for Node { place, value, supplied } in items {
                    if let Value::Map(inner) = value {
                        take(inner, supplied.map(|_| place), &mut known, &mut merged);
                    }
                }
            }
            value => merged.push(Entry { key, key_place, value: Node { place, value, supplied } }),
        }
    }
    merged
}

/// Adds the entries that are not there yet. Where they come by an alias, they are placed at that.
fn take(inner: Vec<Entry>, alias: Option<Place>, known: &mut HashSet<String>, merged: &mut Vec<Entry>) {
    // In a map with a repeated key the last one counts, so its later entries come first here.
    let first = merged.len();
    for mut entry in inner.into_iter().rev() {
        if !known.insert(entry.key.clone()) {
            continue;
        }
        if let Some(place) = alias {
            entry.key_place = place;
            entry.value.supplied.get_or_insert(Box::new(entry.value.place));
            entry.value.place = place;
        }
        merged.push(entry);
    }
    merged[first..].reverse();
}

fn size(node: &Node) -> usize {
    let text = match &node.value {
        Value::Text(text) | Value::Number(text) => text.len(),
        Value::Template(pieces) => pieces
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) | Piece::Hole(text) => BYTES_PER_VALUE + text.len(),
            })
            .sum(),
        Value::Unknown(unknown) => unknown.text.len(),
        Value::List(items) => return 1 + items.iter().map(size).sum::<usize>(),
        Value::Map(entries) => {
            return entries
                .iter()
                .map(|entry| 1 + entry.key.len() / BYTES_PER_VALUE + size(&entry.value))
                .sum::<usize>()
                + 1;
        }
        _ => 0,
    };
    1 + text / BYTES_PER_VALUE
}

fn depth(node: &Node) -> usize {
    match &node.value {
        Value::List(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Map(entries) => 1 + entries.iter().map(|entry| depth(&entry.value)).max().unwrap_or(0),
        _ => 0,
    }
}
