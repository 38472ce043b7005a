//! Finds the objects of a document by its content: which provider's, which shape, which kind.

use super::plausible::plausibility;
use super::table::{ObjectsAt, Provider, Shape, Test};
use crate::source::Place;
use crate::tree::{Node, Value};
use crate::vocabulary::Kind;

/// The objects of a document.
#[derive(Debug)]
pub struct Recognised<'a> {
    /// Whose they are.
    pub provider: &'a Provider,
    /// The form of the document.
    pub shape: &'a Shape,
    /// What they are, and where their attributes stand.
    pub objects: Vec<Object<'a>>,
}

/// An object of a document.
#[derive(Clone, Copy, Debug)]
pub struct Object<'a> {
    /// What it is.
    pub kind: Kind,
    /// The map of its attributes.
    pub node: &'a Node,
    /// Where its definition starts.
    pub place: Place,
    /// The key under which it stands, if it stands under one that names it.
    pub key: Option<&'a str>,
}

/// Recognises a document.
///
/// `path` is the path as reported; `only` is the shape that `--kind` names.
pub fn recognise<'a>(
    providers: impl IntoIterator<Item = &'a Provider>,
    document: &'a Node,
    syntax: &str,
    path: &str,
    only: Option<&str>,
) -> Option<Recognised<'a>> {
    for provider in providers {
        for shape in &provider.table.shapes {
            let wanted = match only {
                Some(id) => shape.id == id,
                None => !shape.only_by_name && stands_right(shape, path),
            };
            if !wanted || !shape.syntax.iter().any(|name| name == syntax) {
                continue;
            }
            if !fits(document, &shape.document) {
                continue;
            }
            let mut objects = Vec::new();
            for at in &shape.objects {
                collect(at, document, (provider, shape), &mut objects);
            }
            if !objects.is_empty() {
                return Some(Recognised { provider, shape, objects });
            }
        }
    }
    None
}

/// The provider and shape that a Terraform resource type belongs to, and the kind of object it is. `form` is the id
/// of the shape in which the resource is written.
pub fn recognise_resource<'a>(
    providers: impl IntoIterator<Item = &'a Provider>,
    form: &str,
    resource: &str,
) -> Option<(&'a Provider, &'a Shape, Kind)> {
    providers.into_iter().find_map(|provider| {
        let of_form = |shape: &&Shape| shape.id == form && shape.resources.contains_key(resource);
        let shape = provider.table.shapes.iter().find(of_form)?;
        Some((provider, shape, Kind::named(shape.resources.get(resource)?)?))
    })
}

/// Whether the file's name and folder are those that the shape asks for.
fn stands_right(shape: &Shape, path: &str) -> bool {
    let mut parts = path.rsplit('/');
    let name = parts.next().unwrap_or(path);
    let named = shape.names.is_empty() || shape.names.iter().any(|pattern| like(pattern, name));
    named && (shape.folders.is_empty() || parts.any(|part| shape.folders.iter().any(|folder| folder == part)))
}

/// Adds the objects at a path.
fn collect<'a>(
    at: &ObjectsAt,
    document: &'a Node,
    (provider, shape): (&Provider, &Shape),
    objects: &mut Vec<Object<'a>>,
) {
    let Some(kind) = Kind::named(&at.kind) else { return };
    let test = |node: &Node| {
        let enough = || plausibility(provider, kind, shape.spelling, node) >= at.when.plausible;
        node.is_map() && fits(node, &at.when) && (at.when.plausible == 0 || enough())
    };
    let start = Object { kind, node: document, place: document.place, key: None };
    if at.at == "**" {
        search(start, &test, 0, objects);
        return;
    }
    let mut found = vec![start];
    for step in at.at.split('.').filter(|step| !step.is_empty()) {
        let (key, each) = match (step.strip_suffix("[]"), step.strip_suffix("{}")) {
            (Some(key), _) => (key, "[]"),
            (_, Some(key)) => (key, "{}"),
            _ => (step, ""),
        };
        found = found.into_iter().flat_map(|object| step_into(object, key, each)).collect();
    }
    for mut object in found {
        if !test(object.node) {
            continue;
        }
        if !at.within.is_empty() {
            match at_path(object.node, &at.within) {
                Some(node) => object.node = node,
                None => continue,
            }
        }
        objects.push(object);
    }
}

/// The objects one step further down.
fn step_into<'a>(object: Object<'a>, key: &str, each: &str) -> Vec<Object<'a>> {
    let node = if key.is_empty() { Some(object.node) } else { object.node.get(key) };
    let Some(node) = node else { return Vec::new() };
    match each {
        "[]" => {
            node.items().iter().map(|node| Object { node, place: node.place, key: None, ..object }).collect()
        }
        "{}" => node
            .entries()
            .iter()
            .map(|entry| Object {
                node: &entry.value,
                place: entry.key_place,
                key: Some(&entry.key),
                ..object
            })
            .collect(),
        _ => vec![Object { node, place: node.place, key: None, ..object }],
    }
}

/// How deep `**` looks.
const DEPTH: usize = 6;

/// Adds what fits at any depth, and does not look further inside of it.
fn search<'a>(object: Object<'a>, test: &dyn Fn(&Node) -> bool, depth: usize, objects: &mut Vec<Object<'a>>) {
    if depth > DEPTH {
        return;
    }
    if test(object.node) {
        objects.push(object);
        return;
    }
    for each in ["[]", "{}"] {
        for next in step_into(object, "", each) {
            search(next, test, depth + 1, objects);
        }
    }
}

/// Whether a map is what a test asks for. A test that asks for nothing fits everything.
fn fits(node: &Node, test: &Test) -> bool {
    let has = |key: &String| node.get(key).is_some();
    let enough = || {
        let wanted = test.at_least.unwrap_or(1);
        test.any.iter().filter(|key| has(key)).take(wanted).count() == wanted
    };
    let text_fits = |path: &str, patterns: &[String]| {
        at_path(node, path).is_some_and(|value| {
            value.text().is_some_and(|text| patterns.iter().any(|pattern| like(pattern, text)))
        })
    };
    test.has.iter().all(|path| at_path(node, path).is_some_and(|value| !matches!(value.value, Value::Null)))
        && !test.lacks.iter().any(has)
        && (test.any.is_empty() || enough())
        && (test.only.is_empty() || node.entries().iter().all(|entry| test.only.contains(&entry.key)))
        && test.matches.iter().all(|(path, patterns)| text_fits(path, patterns.each()))
}

/// The value at a path of keys with dots between. A list of one map is passed through, as Terraform's blocks need.
pub(super) fn at_path<'a>(node: &'a Node, path: &str) -> Option<&'a Node> {
    let mut node = node;
    for key in path.split('.').filter(|key| !key.is_empty()) {
        node = only_item(node).get(key)?;
    }
    Some(node)
}

/// The map in a list that holds nothing else.
pub(super) fn only_item(node: &Node) -> &Node {
    match node.items() {
        [item] if item.is_map() => item,
        _ => node,
    }
}

/// Whether a text matches a pattern in which `*` stands for anything.
pub fn like(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let mut last = None;
    for part in parts {
        if let Some(part) = last.replace(part) {
            let Some(at) = rest.find(part) else { return false };
            rest = &rest[at + part.len()..];
        }
    }
    last.map_or(rest.is_empty(), |last| rest.ends_with(last))
}

#[cfg(test)]
mod tests {
    use super::like;

    #[test]
    fn stars_stand_for_anything() {
        assert!(like("https://*", "https://a"));
        assert!(like("auth0:*Client", "auth0:index/client:Client"));
        assert!(like("yaml", "yaml"));
        assert!(!like("yaml", "yaml2"));
        assert!(!like("a*b", "a"));
    }
}
