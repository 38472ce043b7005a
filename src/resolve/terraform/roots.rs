//! From which directory a plan or state was made.

use std::collections::{BTreeMap, BTreeSet};

use super::complete::parts;
use super::module::bodies;
use crate::formats::Parsed;
use crate::tree::Node;

/// What the files of a directory declare, as addresses start with it: `auth0_client.spa`, `module.apps`.
pub fn declared(parsed: &Parsed) -> Vec<String> {
    let mut names = Vec::new();
    for entry in parsed.documents.iter().flat_map(Node::entries) {
        for body in bodies(&entry.value) {
            match entry.key.as_str() {
                "module" => names.extend(body.entries().iter().map(|call| format!("module.{}", call.key))),
                "resource" => {
                    for kind in body.entries() {
                        let of_kind = bodies(&kind.value).flat_map(Node::entries);
                        names.extend(of_kind.map(|name| format!("{}.{}", kind.key, name.key)));
                    }
                }
                _ => {}
            }
        }
    }
    names
}

/// The directory from which a plan or state at a path was made, of those with what they declare: its own or the
/// nearest above it that declares some of what it holds, else the only one that declares all of it.
pub fn root_of(
    path: &str,
    document: &Node,
    directories: &BTreeMap<String, BTreeSet<String>>,
) -> Option<String> {
    let names = names(document);
    let some = |declared: &BTreeSet<String>| names.iter().any(|name| declared.contains(name));
    let mut directory = path;
    while let Some(at) = directory.rfind('/').or((!directory.is_empty()).then_some(0)) {
        directory = &directory[..at];
        if directories.get(directory).is_some_and(some) {
            return Some(directory.to_owned());
        }
    }
    let all = |declared: &BTreeSet<String>| names.iter().all(|name| declared.contains(name));
    let mut whole = directories.iter().filter(|(_, declared)| all(declared));
    match (whole.next(), whole.next()) {
        (Some((directory, _)), None) if !names.is_empty() => Some(directory.clone()),
        _ => None,
    }
}

/// How the addresses of the resources of a plan or state start.
fn names(document: &Node) -> BTreeSet<String> {
    let items = |node: Option<&Node>, key: &str| -> Vec<String> {
        let items = node.and_then(|node| node.get(key)).map(Node::items).unwrap_or_default();
        let address = |item: &Node| {
            let text = |key: &str| item.get(key).and_then(Node::text).map(str::to_owned);
            if text("mode").as_deref() == Some("data") {
                return None;
            }
            let own = || Some(format!("{}.{}", text("type")?, text("name")?));
            text("address").or_else(|| text("module")).or_else(own)
        };
        items.iter().filter_map(address).collect()
    };
    let root = |key: &str| document.get(key).and_then(|values| values.get("root_module"));
    let mut addresses = items(Some(document), "resource_changes");
    addresses.extend(items(Some(document), "resources"));
    for values in ["planned_values", "values"] {
        addresses.extend(items(root(values), "resources"));
        addresses.extend(items(root(values), "child_modules"));
    }
    let start =
        |address: &String| parts(address).iter().take(2).map(|(name, _)| *name).collect::<Vec<_>>().join(".");
    addresses.iter().map(start).collect()
}
