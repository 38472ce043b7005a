//! The definitions of one document, and of what they are made.

use std::borrow::Cow;
use std::path::PathBuf;

use rayon::prelude::*;

use super::Document;
use crate::client::{Basis, Datum, Definition, Evidence, Fact};
use crate::config::Config;
use crate::infer::{Environment, Evidenced, Surroundings, infer};
use crate::providers::{self, Delivery, Found, Object, Recognised};
use crate::resolve::keywords;
use crate::source::Place;
use crate::vocabulary::{Attribute, Kind};

/// What the definitions of a document were made of. The configuration, the setting, the spot and the text of an object
/// say all of its definition that does not follow from others.
pub struct Made {
    /// What is the same for all of them.
    pub setting: Setting,
    /// The object of each.
    pub spots: Vec<Spot>,
}

/// What is known of all objects of a document.
#[derive(PartialEq)]
pub struct Setting {
    file: Option<PathBuf>,
    provider: String,
    /// The number of the shape among those of the provider: several may have one id.
    shape: Option<usize>,
    /// What a comment may declare. What else surrounds a definition the configuration says.
    channel: Option<Evidenced>,
}

/// An object of a document, without its text.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Spot {
    kind: Kind,
    /// Where its definition starts.
    place: Place,
    /// The map of its attributes.
    node: Place,
    key: Option<String>,
    partial: bool,
}

/// Gives the definitions of objects as they were made before, where they would be the same.
pub type Known<'a> = dyn FnMut(&Made) -> Vec<Option<Definition>> + 'a;

impl Made {
    /// What the definitions of a document are made of, where that is its objects as they are written.
    pub(super) fn of(document: &Document<'_>, found: &[Recognised<'_>], config: &Config) -> Option<Self> {
        let [found] = found else { return None };
        let spot = |object: &Object<'_>| {
            let Cow::Borrowed(node) = object.node else { return None };
            Some(Spot {
                kind: object.kind,
                place: object.place,
                node: node.place,
                key: object.key.map(str::to_owned),
                partial: object.partial,
            })
        };
        let spots: Option<Vec<Spot>> = found.objects.iter().map(spot).collect();
        let shapes = &found.provider.table.shapes;
        let setting = Setting {
            file: document.source.file.clone(),
            provider: found.provider.id.clone(),
            shape: shapes.iter().position(|shape| std::ptr::eq(shape, found.shape)),
            channel: surroundings(document, config).declared_channel,
        };
        let whole = document.parsed.problems.is_empty() && document.kind.is_none();
        Some(Self { setting, spots: spots.filter(|_| whole)? })
    }
}

impl Spot {
    /// The place of the map of attributes.
    pub fn node(&self) -> Place {
        self.node
    }

    /// Changes all places that it names.
    pub fn each_place(&mut self, change: &mut dyn FnMut(&mut Place)) {
        [&mut self.place, &mut self.node].into_iter().for_each(change);
    }
}

/// How many objects of a document are worth another thread.
const MANY: usize = 64;

/// The definitions of what was recognised in a document. Those that are `known` stand for its first objects.
pub(super) fn of_document(
    document: &Document<'_>,
    recognised: &[Recognised<'_>],
    config: &Config,
    environment: Option<&Environment>,
    mut known: Vec<Option<Definition>>,
) -> Vec<Definition> {
    let mut surroundings = surroundings(document, config);
    if let Some(environment) = environment {
        if environment.named || surroundings.environment.is_none() {
            surroundings.environment = Some(environment.clone());
        }
        surroundings.strict |= environment.named && config.is_strict(&environment.name);
        surroundings.rendered = Some(environment.samples.clone());
    }
    let broken = document.parsed.is_broken();
    let mut definitions = Vec::new();
    for found in recognised {
        let make = |object: &Object<'_>| {
            let found = Found {
                provider: found.provider,
                shape: found.shape,
                kind: object.kind,
                node: &object.node,
                place: object.place,
                key: object.key.map(str::to_owned),
                partial: object.partial,
            };
            define(&found, config, &surroundings, broken, false)
        };
        let of_object = |(object, known): (&Object<'_>, Option<Definition>)| {
            let mut definition = known.unwrap_or_else(|| make(object));
            if found.shape.lists_apart {
                definition.realm = object.among.span.start as usize + 1;
            }
            definition
        };
        let mut known = std::mem::take(&mut known);
        known.resize_with(found.objects.len(), || None);
        if found.objects.len() < MANY {
            definitions.extend(found.objects.iter().zip(known).map(of_object));
        } else {
            definitions.par_extend(found.objects.par_iter().zip(known).map(of_object));
        }
    }
    definitions
}

/// The definition of an object, with all that follows for it.
///
/// Of a document that is broken nobody knows what else it would say: it is partial. What `existing` objects lack the
/// platform did not fill in when it made them.
pub(super) fn define(
    found: &Found<'_>,
    config: &Config,
    surroundings: &Surroundings,
    broken: bool,
    existing: bool,
) -> Definition {
    let mut definition = providers::definition(found);
    definition.partial = broken || is_partial(found);
    if existing && !definition.partial {
        definition.infer(Attribute::DELIVERY, Datum::from_text(Delivery::Dump.name()), Vec::new());
    }
    if definition.name_place.is_none()
        && found.kind == Kind::Client
        && let Some(key) = found.key.as_deref().filter(|_| found.shape.resources.is_empty() && !found.partial)
    {
        // Standing under a key is being named by it.
        definition.name_from_key(key);
    }
    if let Some(samples) = &surroundings.rendered {
        let fact = |(key, place)| Fact { datum: Datum::from_text(key), basis: Basis::Written(place) };
        let left = keywords::left(found.node).into_iter().filter(|(key, _)| !samples.contains(key));
        let left: Vec<Fact> = left.map(fact).collect();
        definition.infer(Attribute::UNRESOLVED_PLACEHOLDERS, Datum::List(left), Vec::new());
    }
    infer(&mut definition, config.platform(found.provider), found.shape, surroundings);
    definition
}

/// An answer of an API is whole if it holds more than anybody would ask for by name.
fn is_partial(found: &Found<'_>) -> bool {
    const WHOLE: usize = 9;
    found.partial
        || found.shape.delivery == Delivery::Partial
        || (found.shape.delivery == Delivery::Dump && found.node.entries().len() < WHOLE)
}

/// What configuration and comments say of a document.
pub(super) fn surroundings(document: &Document<'_>, config: &Config) -> Surroundings {
    let mut surroundings = config.surroundings(document.source.file.as_deref());
    surroundings.documentation = is_documentation(&document.source.path);
    if surroundings.declared_channel.is_some() {
        return surroundings;
    }
    for span in &document.parsed.comments {
        let text = document.source.slice(*span);
        let Some(word) =
            text.split_once("clientlint:").and_then(|(_, rest)| rest.trim().strip_prefix("channel="))
        else {
            continue;
        };
        let word = word.split_whitespace().next().unwrap_or_default();
        if ["management-api", "dashboard", "dcr", "cimd"].contains(&word) {
            let place = Place { file: document.source.id, span: *span };
            let evidence = Evidence { says: "the file declares its channel".into(), place: Some(place) };
            surroundings.declared_channel = Some(Evidenced { word: word.to_owned(), evidence });
            surroundings.undeclared = false;
        }
    }
    surroundings
}

/// Whether a file at a path shows how something is written rather than what is deployed.
fn is_documentation(path: &str) -> bool {
    const FOLDERS: &[&str] = &[
        "doc",
        "docs",
        "documentation",
        "example",
        "examples",
        "sample",
        "samples",
        "demo",
        "demos",
        "tutorial",
        "tutorials",
        "template",
        "templates",
        "test",
        "tests",
        "__tests__",
        "testdata",
        "spec",
        "e2e",
        "fixture",
        "fixtures",
        "mock",
        "mocks",
    ];
    const NAMES: &[&str] = &["example", "sample", "template", ".dist"];
    let lower = path.to_ascii_lowercase();
    let (folders, name) = lower.rsplit_once('/').unwrap_or(("", &lower));
    folders.split('/').any(|folder| FOLDERS.contains(&folder)) || NAMES.iter().any(|part| name.contains(part))
}
