//! A provider's table read backwards: from an attribute to the place and the words in which it is written.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::join::joined;
use super::provider::Provider;
use super::table::{OneOrMore, Shape};
use crate::vocabulary::{Attribute, Kind};

/// A field of a kind of objects, as a shape has it.
pub struct Field<'a> {
    /// The attribute that it says something of.
    pub attribute: Attribute,
    /// Where it may stand: paths of keys with dots between.
    pub paths: &'a [String],
    /// What it may hold; empty where that is not known.
    pub values: Vec<&'a str>,
}

impl Provider {
    /// The fields that objects of a kind have in a shape.
    pub fn fields<'a>(&'a self, kind: Kind, shape: &'a Shape) -> Vec<Field<'a>> {
        let written = self.table.attributes.get(kind.name());
        let enums = self.table.enums.get(kind.name());
        let values = |attribute: Attribute| {
            let at = written.and_then(|written| written.get(attribute.name()));
            let listed = at.into_iter().flat_map(OneOrMore::each).find_map(|path| enums?.get(path));
            match (listed, self.words(kind, shape, attribute)) {
                (Some(allowed), _) => allowed.values.iter().map(String::as_str).collect(),
                (None, Some(words)) => words.keys().map(String::as_str).collect(),
                (None, None) => Vec::new(),
            }
        };
        let field = |(attribute, paths): &'a (Attribute, Vec<String>)| Field {
            attribute: *attribute,
            paths,
            values: values(*attribute),
        };
        self.paths(kind, shape).iter().map(field).collect()
    }

    /// The paths at which an attribute of a kind of objects may stand in a shape, the usual one first.
    pub fn places_of<'a>(&'a self, kind: Kind, shape: &'a Shape, attribute: Attribute) -> &'a [String] {
        let all = self.paths(kind, shape);
        all.iter().find(|(known, _)| *known == attribute).map_or(&[], |(_, paths)| paths.as_slice())
    }

    /// A value of an attribute in a shape's own words.
    pub fn own_word(&self, kind: Kind, shape: &Shape, attribute: Attribute, value: &Json) -> Json {
        native(self.words(kind, shape, attribute), value)
    }

    /// A value of an attribute in the words that most shapes have for it.
    pub fn usual_word(&self, attribute: &str, value: &Json) -> Json {
        native(self.table.values.get(attribute), value)
    }
}

/// A value in native words, of which each stands beside what it means.
fn native(words: Option<&BTreeMap<String, String>>, value: &Json) -> Json {
    let Some(words) = words else { return value.clone() };
    let native = |value: &Json| {
        let word = words.iter().find(|(_, ours)| value.as_str() == Some(ours));
        word.map_or_else(|| value.clone(), |(native, _)| Json::from(native.as_str()))
    };
    match value {
        Json::Array(items) => items.iter().map(native).collect(),
        value => native(value),
    }
}

impl Shape {
    /// Where in an object of a kind its attributes stand, in each way in which the shape has such objects: paths laid
    /// over each other, or none where they stand in the object itself.
    pub fn within(&self, kind: Kind) -> impl Iterator<Item = &[String]> {
        self.objects.iter().filter(move |at| at.kind == kind.name()).map(|at| at.within.each())
    }

    /// Whether what stands at a path of an object is written in a resource of its own, beside the object's.
    pub fn keeps_beside(&self, path: &str) -> bool {
        let first = path.split_once('.').map_or(path, |(first, _)| first);
        let starts =
            |to: &str| to.strip_prefix(first).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        let given = self.join.as_deref().and_then(joined).map_or(&[][..], |(_, given)| given);
        !self.resources.is_empty() && given.iter().any(|(_, to)| starts(to))
    }

    /// Whether a resource that is written beside others cannot do without a key.
    pub fn needs(&self, key: &str) -> bool {
        self.join.is_some() && matches!(key, "authentication_method" | "authenticationMethod")
    }
}

/// Puts a value at a path of keys with dots between; `None` where something else is in the way.
pub fn put_at(object: &mut Map<String, Json>, path: &str, value: Json) -> Option<()> {
    match path.split_once('.') {
        Some((key, rest)) => {
            let inner = object.entry(key.to_owned()).or_insert_with(|| Json::Object(Map::new()));
            put_at(inner.as_object_mut()?, rest, value)
        }
        None => object.insert(path.to_owned(), value).is_none().then_some(()),
    }
}
