//! Compositions of Crossplane: what a patch writes into a resource cannot be known from the composition.

use crate::tree::{Entry, Node, Unknown, Value};

/// Whether a document is a composition.
pub(super) fn is_composition(document: &Node) -> bool {
    let text = |key: &str| document.get(key).and_then(Node::text);
    text("kind") == Some("Composition")
        && text("apiVersion").is_some_and(|version| version.starts_with("apiextensions.crossplane.io/"))
}

/// A composition in whose resources everything is unknown that patches write; any other document as it is.
pub(super) fn patched(document: &Node) -> Node {
    let mut document = document.clone();
    if !is_composition(&document) {
        return document;
    }
    let name = document.get("metadata").and_then(|metadata| metadata.get("name")).and_then(Node::text);
    let name = name.unwrap_or_default().to_owned();
    let Some(spec) = document.get_mut("spec") else { return document };
    patch_resources(spec, &name);
    for step in spec.get_mut("pipeline").into_iter().flat_map(Node::items_mut) {
        step.get_mut("input").into_iter().for_each(|input| patch_resources(input, &name));
    }
    document
}

/// Patches the resources of a composition, or of the input of the function that composes them.
fn patch_resources(composing: &mut Node, composition: &str) {
    let sets = composing.get("patchSets").cloned();
    let set = |name: &str| {
        let named = |set: &&Node| set.get("name").and_then(Node::text) == Some(name);
        sets.iter().flat_map(Node::items).find(named).and_then(|set| set.get("patches"))
    };
    for resource in composing.get_mut("resources").into_iter().flat_map(Node::items_mut) {
        let patches = resource.get("patches").cloned();
        let name = resource.get("name").and_then(Node::text).map(|name| format!("{composition}/{name}"));
        let Some(base) = resource.get_mut("base") else { continue };
        if let Some(name) = name {
            call(base, name);
        }
        for patch in patches.iter().flat_map(Node::items) {
            match patch.get("patchSetName").and_then(Node::text).and_then(set) {
                Some(set) => set.items().iter().filter_map(written).for_each(|path| forget(base, &path)),
                None => written(patch).into_iter().for_each(|path| forget(base, &path)),
            }
        }
    }
}

/// Gives a resource a name by which it can be told, if it has none: it gets one that nobody knows beforehand.
fn call(base: &mut Node, name: String) {
    let place = base.place.start();
    let entry =
        |key: &str, value| Entry { key: key.to_owned(), key_place: place, value: Node::new(place, value) };
    let name = entry("name", Value::Text(name));
    match base.get_mut("metadata").map(|metadata| &mut metadata.value) {
        Some(Value::Map(entries)) if entries.iter().all(|entry| entry.key != "name") => entries.push(name),
        Some(_) => {}
        None => {
            if let Value::Map(entries) = &mut base.value {
                entries.push(entry("metadata", Value::Map(vec![name])));
            }
        }
    }
}

/// The path in a resource that a patch writes; `None` where it reads from the resource.
fn written(patch: &Node) -> Option<Vec<String>> {
    let text = |key: &str| patch.get(key).and_then(Node::text);
    let kind = text("type").unwrap_or("FromCompositeFieldPath");
    if !kind.contains("From") {
        return None;
    }
    let path = text("toFieldPath").or_else(|| text("fromFieldPath"))?;
    Some(
        path.split(['.', '[', ']'])
            .map(|key| key.trim_matches(['"', '\'']).to_owned())
            .filter(|key| !key.is_empty())
            .collect(),
    )
}

/// Makes what stands at a path unknown. Where a step leads to what is not there, the last thing that is becomes it.
fn forget(node: &mut Node, path: &[String]) {
    let place = node.place;
    let unknown = || Node::new(place.start(), Value::Unknown(Unknown::many("")));
    let Some((key, rest)) = path.split_first() else {
        *node = Node::new(place, Value::Unknown(Unknown::many("")));
        return;
    };
    match &mut node.value {
        Value::Map(entries) => match entries.iter_mut().rev().find(|entry| entry.key == *key) {
            Some(entry) => forget(&mut entry.value, rest),
            None => entries.push(Entry { key: key.clone(), key_place: place.start(), value: unknown() }),
        },
        Value::List(items) => match key.parse::<usize>() {
            Ok(at) if at < items.len() => forget(&mut items[at], rest),
            Ok(_) => items.push(unknown()),
            // `[*]`
            Err(_) => items.iter_mut().for_each(|item| forget(item, rest)),
        },
        Value::Unknown(_) => {}
        _ => node.value = Value::Unknown(Unknown::many("")),
    }
}
