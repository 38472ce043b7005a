//! Finds the objects of a document by its content: which provider's, which shape, which kind.

use std::borrow::Cow;
use std::collections::HashSet;

use memchr::memmem;

use super::paths::{at_path, only_item};
use super::plausible::plausibility;
use super::provider::Provider;
use super::table::{ObjectsAt, Shape, Test};
use crate::source::Place;
use crate::tree::{Entry, Node, Value, variables};
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
    /// Parts that are to be joined to objects.
    pub parts: Vec<Object<'a>>,
}

/// An object of a document.
#[derive(Clone, Debug)]
pub struct Object<'a> {
    /// What it is; of a part, what it is joined to.
    pub kind: Kind,
    /// The map of its attributes.
    pub node: Cow<'a, Node>,
    /// Where its definition starts.
    pub place: Place,
    /// The list or map in which it stands with others of its kind.
    pub among: Place,
    /// The key under which it stands or what it calls itself, if it has a name beside its attributes.
    pub key: Option<&'a str>,
    /// Whether only a part of it is written.
    pub partial: bool,
}

/// A place in a document.
#[derive(Clone, Copy)]
struct Spot<'a> {
    node: &'a Node,
    place: Place,
    among: Place,
    key: Option<&'a str>,
}

/// Recognises a document.
///
/// `path` is the path as reported, `text` the text of the file; `only` is the shape that `--kind` names.
pub fn recognise<'a>(
    providers: impl IntoIterator<Item = &'a Provider>,
    document: &'a Node,
    syntax: &str,
    (path, text): (&str, &str),
    only: Option<&str>,
) -> Option<Recognised<'a>> {
    for provider in providers {
        for shape in &provider.table.shapes {
            let wanted = || match only {
                Some(id) => shape.id == id,
                None => !shape.only_by_name && stands_right(shape, path),
            };
            if !shape.syntax.iter().any(|name| name == syntax) || !wanted() {
                continue;
            }
            let mentioned =
                || shape.mentions.iter().any(|word| memmem::find(text.as_bytes(), word.as_bytes()).is_some());
            if !fits(document, &shape.document) || (!shape.mentions.is_empty() && !mentioned()) {
                continue;
            }
            let collected = |list: &'a [ObjectsAt]| {
                let mut objects = Vec::new();
                list.iter().for_each(|at| collect(at, document, (provider, shape), &mut objects));
                // Several rows may fit one object, which starts at its key for one and at its map for the other.
                let mut seen = HashSet::new();
                objects.retain(|object| {
                    let supplied = object.node.supplied.as_deref().copied();
                    let is_new = seen.insert((object.place, supplied));
                    (object.place == object.node.place || seen.insert((object.node.place, supplied)))
                        && is_new
                });
                objects
            };
            let (objects, parts) = (collected(&shape.objects), collected(&shape.parts));
            if !objects.is_empty() || !parts.is_empty() {
                return Some(Recognised { provider, shape, objects, parts });
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
    at: &'a ObjectsAt,
    document: &'a Node,
    (provider, shape): (&Provider, &Shape),
    objects: &mut Vec<Object<'a>>,
) {
    let kind = Kind::named(&at.kind).unwrap_or(Kind::Client);
    let test = |node: &Node| {
        let enough = || plausibility(provider, kind, shape, node) >= at.when.plausible;
        node.is_map() && fits(node, &at.when) && (at.when.plausible == 0 || enough())
    };
    let start = Spot { node: document, place: document.place, among: document.place, key: None };
    if at.variables {
        walk(start, DEEPEST, &mut |spot| {
            if let Some(map) = variables(spot.node).filter(|map| test(map)) {
                let Spot { place, among, key, .. } = spot;
                objects.push(Object { kind, node: Cow::Owned(map), place, among, key, partial: false });
            }
            true
        });
        return;
    }
    let mut found = vec![start];
    if at.at == "**" {
        found.clear();
        walk(start, DEPTH, &mut |spot| {
            let fits = test(spot.node);
            found.extend(fits.then_some(spot));
            !fits
        });
    } else {
        for step in at.at.split('.').filter(|step| !step.is_empty()) {
            let (key, each) = match (step.strip_suffix("[]"), step.strip_suffix("{}")) {
                (Some(key), _) => (key, "[]"),
                (_, Some(key)) => (key, "{}"),
                _ => (step, ""),
            };
            found = found.into_iter().flat_map(|spot| step_into(spot, key, each)).collect();
        }
        found.retain(|spot| test(spot.node));
    }
    for spot in found {
        let Some(node) = attributes_of(spot.node, at.within.each()) else { continue };
        let key = if at.key.is_empty() { spot.key } else { at_path(spot.node, &at.key).and_then(Node::text) };
        let partial = at.partial.iter().any(|test| fits(spot.node, test));
        objects.push(Object { kind, node, place: spot.place, among: spot.among, key, partial });
    }
}

/// The map in which an object's attributes stand, if there is one: what stands at several paths, laid over each other.
fn attributes_of<'a>(object: &'a Node, within: &[String]) -> Option<Cow<'a, Node>> {
    if within.is_empty() {
        return Some(Cow::Borrowed(object));
    }
    let mut maps =
        within.iter().filter_map(|path| at_path(object, path)).map(only_item).filter(|node| node.is_map());
    let first = Cow::Borrowed(maps.next()?);
    Some(maps.fold(first, |mut above, below| {
        lay_over(above.to_mut(), below);
        above
    }))
}

/// Adds what a map says and the one above it does not.
fn lay_over(above: &mut Node, below: &Node) {
    let Value::Map(entries) = &mut above.value else { return };
    for entry in below.entries() {
        match entries.iter_mut().find(|known| known.key == entry.key) {
            Some(known) => lay_over(&mut known.value, &entry.value),
            None => entries.push(entry.clone()),
        }
    }
}

/// The places one step further down.
fn step_into<'a>(spot: Spot<'a>, key: &str, each: &str) -> Vec<Spot<'a>> {
    let node = if key.is_empty() { Some(spot.node) } else { spot.node.get(key) };
    let Some(node) = node else { return Vec::new() };
    let plain = |node: &'a Node, among| Spot { node, place: node.place, among, key: None };
    match each {
        "[]" => node.items().iter().map(|item| plain(item, node.place)).collect(),
        "{}" => node
            .entries()
            .iter()
            .map(|entry| Spot {
                node: &entry.value,
                place: entry.key_place,
                among: node.place,
                key: Some(&entry.key),
            })
            .collect(),
        _ => vec![plain(node, spot.among)],
    }
}

/// How deep `**` looks.
const DEPTH: usize = 7;

/// How deep lists of variables are looked for: a list of jobs, each with a list of containers.
const DEEPEST: usize = 12;

/// Calls a function with everything at any depth, and goes on inside of that for which it says so.
fn walk<'a>(spot: Spot<'a>, left: usize, visit: &mut dyn FnMut(Spot<'a>) -> bool) {
    if visit(spot) && left > 0 {
        inside(spot).into_iter().for_each(|next| walk(next, left - 1, visit));
    }
}

/// What stands in a list, a map, or an expression of Terraform's.
fn inside(spot: Spot<'_>) -> Vec<Spot<'_>> {
    let each = if spot.node.is_map() { "{}" } else { "[]" };
    let mut inside = step_into(spot, "", each);
    if let Value::Expression(expression) = &spot.node.value {
        expression.parts(&mut |part| inside.push(Spot { node: part, place: part.place, ..spot }));
    }
    inside
}

/// Whether a map is what a test asks for. A test that asks for nothing fits everything.
fn fits(node: &Node, test: &Test) -> bool {
    let has = |key: &String| node.get(key).is_some();
    let has_like = |key: &String| entries_like(node, key).next().is_some();
    let enough = || {
        let wanted = test.at_least.unwrap_or(1);
        let exact = test.any.iter().filter(|key| has(key));
        exact.chain(test.any_like.iter().filter(|key| has_like(key))).take(wanted).count() == wanted
    };
    let text_fits =
        |path: &str, patterns: &[String]| at_path(node, path).is_some_and(|value| is_one(value, patterns));
    let lacks = |key: &String| {
        if key.contains('.') { at_path(node, key).is_none() } else { node.get(key).is_none() }
    };
    let without = |path: &str, texts: &[String]| {
        at_path(node, path).is_some_and(|list| {
            !list.items().is_empty()
                && list
                    .items()
                    .iter()
                    .all(|item| item.text().is_some_and(|text| !texts.iter().any(|no| no == text)))
        })
    };
    test.has.iter().all(|path| at_path(node, path).is_some_and(|value| !matches!(value.value, Value::Null)))
        && test.lacks.iter().all(lacks)
        && (test.any.is_empty() && test.any_like.is_empty() || enough())
        && (test.also.is_empty() || test.also.iter().any(has))
        && (test.only.is_empty() || node.entries().iter().all(|entry| test.only.contains(&entry.key)))
        && test.matches.iter().all(|(path, patterns)| text_fits(path, patterns.each()))
        && !test.unlike.iter().any(|(path, patterns)| text_fits(path, patterns.each()))
        && (test.holds.is_empty() || node.entries().iter().any(|entry| is_one(&entry.value, &test.holds)))
        && test.without.iter().all(|(path, texts)| without(path, texts.each()))
}

/// The entries of a map whose keys match a pattern in which `*` stands for anything.
pub(super) fn entries_like<'a>(node: &'a Node, pattern: &str) -> impl Iterator<Item = &'a Entry> {
    node.entries().iter().filter(move |entry| like(pattern, &entry.key))
}

/// Whether a text is one of those that the patterns say.
fn is_one(node: &Node, patterns: &[String]) -> bool {
    node.text().is_some_and(|text| patterns.iter().any(|pattern| like(pattern, text)))
}

/// Whether a text matches a pattern in which `*` stands for anything.
pub fn like(pattern: &str, text: &str) -> bool {
    // Most texts differ from most patterns where they start or end.
    let fits = |own: Option<&u8>, other: Option<&u8>| own.is_some_and(|own| *own == b'*') || own == other;
    let (own, other) = (pattern.as_bytes(), text.as_bytes());
    if !fits(own.first(), other.first()) || !fits(own.last(), other.last()) {
        return false;
    }
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
        assert!(!like("a*b", "ab2"));
        assert!(like("*", "") && like("", "") && !like("", "a") && !like("a", ""));
    }
}
