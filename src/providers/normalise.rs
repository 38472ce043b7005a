//! From an object in a provider's words to a definition in the vocabulary's.

use super::paths::{Keys, entry_at, is_unknown};
use super::placeholders;
use super::provider::Provider;
use super::table::Shape;
use crate::client::{Basis, Datum, Definition, Fact};
use crate::secret;
use crate::source::Place;
use crate::tree::{Entry, Node, Piece, Value};
use crate::uri::Uri;
use crate::vocabulary::{Attribute, Holds, Kind};

/// An object that was found, with what is known of it beside its attributes.
#[derive(Debug)]
pub struct Found<'a> {
    /// Whose it is.
    pub provider: &'a Provider,
    /// The form in which it is written.
    pub shape: &'a Shape,
    /// What it is.
    pub kind: Kind,
    /// The map of its attributes.
    pub node: &'a Node,
    /// Where its definition starts.
    pub place: Place,
    /// The key under which it stands, or its address.
    pub key: Option<String>,
    /// Whether only a part of it is written.
    pub partial: bool,
}

/// What is written of an attribute, and at which of its paths.
#[derive(Clone, Copy)]
pub(super) struct Statement<'a> {
    pub(super) attribute: Attribute,
    pub(super) path: &'a str,
    pub(super) entry: &'a Entry,
}

/// The definition of an object: what is written, in the vocabulary's words.
pub fn definition(found: &Found<'_>) -> Definition {
    let mut definition = Definition::new(found.kind, found.place);
    let statements = statements(found);
    for Statement { attribute, entry, .. } in &statements {
        let holds = attribute.meaning().holds;
        let single = found.provider.table.is_single(*attribute);
        let fact = if single { only(holds, entry) } else { fact(holds, entry, found.shape.typed_by_text) };
        if let Some(fact) = fact {
            let fact = translate(fact, found.provider.words(found.kind, found.shape, *attribute));
            if *attribute == Attribute::CLIENT_NAME {
                definition.name_place = fact.place();
            }
            definition.facts.insert(*attribute, fact);
        }
    }
    written(found, &mut definition);
    super::inspect::inspect(found, &statements, &mut definition);
    definition.key = found.key.clone().or_else(|| own_key(&definition)).unwrap_or_default();
    definition
}

/// Everything that an object says of attributes.
fn statements<'a>(found: &Found<'a>) -> Vec<Statement<'a>> {
    let keys = Keys::of(found.node);
    let paths = found.provider.paths(found.kind, found.shape);
    let mut statements = Vec::with_capacity(paths.len());
    statements.extend(paths.iter().filter_map(|(attribute, paths)| {
        let mut paths = paths.iter().filter(|path| keys.may_lead(path));
        let written = paths.find_map(|path| Some((path, entry_at(found.node, path)?)));
        written.map(|(path, entry)| Statement { attribute: *attribute, path, entry })
    }));
    statements
}

/// Adds the lists of fields that are written. What cannot be known of a field may be `null`, as if it were not there.
fn written(found: &Found<'_>, definition: &mut Definition) {
    for (name, paths) in found.provider.table.written.get(found.kind.name()).into_iter().flatten() {
        let Some(attribute) = Attribute::named(name) else { continue };
        let field = |path: &String| {
            let entry = entry_at(found.node, path)?;
            let unknown = || Datum::Unknown(crate::tree::Unknown::many(""));
            let datum = if is_unknown(&entry.value) { unknown() } else { Datum::from_text(path) };
            Some(Fact { datum, basis: basis(entry.key_place, &entry.value) })
        };
        let fields: Vec<Fact> = paths.iter().filter_map(field).collect();
        if !fields.is_empty() {
            let list = Fact { datum: Datum::List(fields), basis: Basis::Inferred(Vec::new()) };
            definition.facts.insert(attribute, list);
        }
    }
}

/// The fact that an entry states; `None` where it states nothing (`null`, an empty block).
///
/// `typed_by_text`: whether `"true"` is as good as `true`, as in Terraform.
pub(super) fn fact(holds: Holds, entry: &Entry, typed_by_text: bool) -> Option<Fact> {
    if holds == Holds::Secret {
        let class = secret::classify(&entry.value)?;
        return Some(Fact { datum: Datum::Secret(class), basis: basis_of_secret(entry) });
    }
    let datum = datum(holds, &entry.value, typed_by_text)?;
    Some(Fact { datum, basis: basis(entry.value.place, &entry.value) })
}

/// The list of the one item that a field holds. What is a list all the same stays one.
fn only(holds: Holds, entry: &Entry) -> Option<Fact> {
    let text = matches!(entry.value.value, Value::Text(_) | Value::Template(_));
    if holds != Holds::Uris || !text {
        return fact(holds, entry, false);
    }
    let item = fact(Holds::Uri, entry, false)?;
    Some(Fact { basis: item.basis.clone(), datum: Datum::List(vec![item]) })
}

/// What is known of a value that should be of a certain kind. A value of another kind is kept as it is written.
fn datum(holds: Holds, node: &Node, typed_by_text: bool) -> Option<Datum> {
    let item = |node: &Node| -> Option<Fact> {
        let holds = if holds == Holds::Uris { Holds::Uri } else { Holds::Text };
        Some(Fact { datum: datum(holds, node, false)?, basis: basis(node.place, node) })
    };
    let filled_in = match &node.value {
        Value::Text(text) => placeholders::pieces(text).map(Value::Template),
        _ => None,
    };
    Some(match (filled_in.as_ref().unwrap_or(&node.value), holds) {
        (Value::Null, _) => return None,
        (Value::Unknown(unknown), _) => Datum::Unknown(unknown.clone()),
        (Value::Expression(_), _) => Datum::Unknown(crate::tree::Unknown::new("")),
        (Value::List(items), Holds::Texts | Holds::Uris) => {
            Datum::List(items.iter().filter_map(item).collect())
        }
        // One block of a kind of which there may be several: `scopes { value = "read:orders" }`.
        (Value::Map(entries), Holds::Texts) if entries.iter().any(names_itself) => {
            Datum::List(item(node).into_iter().collect())
        }
        // Names with settings under them: addons, authentication methods.
        (Value::Map(entries), Holds::Texts) => Datum::List(
            entries
                .iter()
                .filter(|entry| !is_nothing(&entry.value))
                .map(|entry| Fact {
                    datum: Datum::from_text(&entry.key),
                    basis: Basis::Written(entry.key_place),
                })
                .collect(),
        ),
        // `callbacks: "##CALLBACKS##"`: what the marker stands for may well be a list.
        (Value::Template(pieces), Holds::Texts | Holds::Uris)
            if matches!(pieces.as_slice(), [Piece::Hole(_)]) =>
        {
            Datum::Unknown(crate::tree::Unknown::many(crate::tree::show_pieces(pieces)))
        }
        (Value::Text(text), Holds::Uri) => Datum::Uri(Box::new(Uri::from_text(text))),
        (Value::Template(pieces), Holds::Uri) => Datum::Uri(Box::new(Uri::from_pieces(pieces.clone()))),
        (Value::Text(text), Holds::Flag) if typed_by_text && (text == "true" || text == "false") => {
            Datum::Flag(text == "true")
        }
        // Whether the platform takes a number in quotes is another question.
        (Value::Text(text), Holds::Number) if text.parse::<f64>().is_ok() => Datum::Number(text.clone()),
        (Value::Text(text), Holds::Number) => Datum::Unknown(crate::tree::Unknown::new(text)),
        (Value::Text(text), _) => Datum::Text(text.clone()),
        (Value::Template(pieces), _) => Datum::Pattern(pieces.clone()),
        (Value::Bool(flag), _) => Datum::Flag(*flag),
        (Value::Number(number), _) => Datum::Number(number.clone()),
        // An empty block says as much as none.
        (Value::List(items), _) if items.is_empty() => return None,
        (Value::List(items), _) => Datum::List(
            items
                .iter()
                .filter_map(|node| {
                    Some(Fact { datum: datum(Holds::Any, node, false)?, basis: basis(node.place, node) })
                })
                .collect(),
        ),
        (Value::Map(entries), _) => Datum::Map(
            entries
                .iter()
                .filter_map(|entry| {
                    let datum = if secret::is_secret_key(&entry.key) {
                        Datum::Secret(secret::classify(&entry.value)?)
                    } else {
                        datum(Holds::Any, &entry.value, false)?
                    };
                    Some((entry.key.clone(), Fact { datum, basis: basis(entry.value.place, &entry.value) }))
                })
                .collect(),
        ),
    })
}

/// Whether an entry is the name of the object in which it stands, and no settings under a name.
fn names_itself(entry: &Entry) -> bool {
    let is_text = matches!(entry.value.value, Value::Text(_) | Value::Template(_) | Value::Unknown(_));
    is_text && matches!(entry.key.as_str(), "value" | "name")
}

fn is_nothing(node: &Node) -> bool {
    match &node.value {
        Value::Null => true,
        Value::List(items) => items.is_empty(),
        Value::Map(entries) => entries.is_empty(),
        _ => false,
    }
}

/// Where a secret comes from. Only starts are kept: where a secret ends would tell how long it is.
pub(super) fn basis_of_secret(entry: &Entry) -> Basis {
    match &entry.value.supplied {
        Some(from) => Basis::Resolved { used: entry.key_place, from: from.start() },
        None => Basis::Written(entry.key_place),
    }
}

/// Where a value comes from that is used at a place.
pub(super) fn basis(place: Place, node: &Node) -> Basis {
    match &node.supplied {
        Some(from) => Basis::Resolved { used: place, from: **from },
        None => Basis::Written(place),
    }
}

/// A fact with the platform's own spellings of values put into the vocabulary's.
fn translate(mut fact: Fact, values: Option<&std::collections::BTreeMap<String, String>>) -> Fact {
    let Some(values) = values else { return fact };
    match &mut fact.datum {
        Datum::Text(text) => {
            if let Some(value) = values.get(text.as_str()) {
                text.clone_from(value);
            }
        }
        Datum::List(items) => {
            for item in items {
                if let Datum::Text(text) = &mut item.datum
                    && let Some(value) = values.get(text.as_str())
                {
                    text.clone_from(value);
                }
            }
        }
        _ => {}
    }
    fact
}

/// What identifies a definition that stands under no key: its name, else its identifier.
fn own_key(definition: &Definition) -> Option<String> {
    [Attribute::CLIENT_NAME, Attribute::CLIENT_ID, Attribute::IDENTIFIER, Attribute::AUDIENCE]
        .into_iter()
        .find_map(|attribute| {
            let shown = definition.facts.get(&attribute)?.datum.show();
            (!shown.is_empty()).then_some(shown)
        })
}
