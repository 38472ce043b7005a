//! Values while they are evaluated: Terraform's kinds, with the place of the literal and of its use.

use std::rc::Rc;

use super::number::Decimal;
use crate::source::Place;
use crate::tree::{Entry, Node, Piece, Reference, Unknown, Value};

/// A value with its history.
#[derive(Clone, Debug)]
pub(super) struct Val {
    pub(super) data: Data,
    /// Where the literal is written, or the deepest literal that went into it.
    pub(super) origin: Place,
    /// The outermost expression that referred to it. Items without one share that of their collection.
    pub(super) used: Option<Place>,
    /// Whether it was computed, so that it is not what stands at its origin.
    pub(super) made: bool,
}

#[derive(Clone, Debug)]
pub(super) enum Data {
    Null,
    Bool(bool),
    Number(Decimal),
    Text(Rc<str>),
    /// Text of which parts are unknown.
    Template(Rc<[Piece]>),
    Unknown(Rc<Unknown>),
    /// Terraform would stop here with an error: `try` goes on, everything else knows nothing.
    Failed,
    List(Rc<Items>),
    /// Sorted and without doubles as far as its items are known.
    Set(Rc<Items>),
    Map(Rc<Map>),
    /// A resource as an object, by its address.
    Resource(Rc<ResourceValue>),
}

/// The items of a list or set.
#[derive(Debug)]
pub(super) struct Items {
    pub(super) items: Vec<Val>,
    weight: usize,
}

/// The attributes of an object, or the elements of a map.
#[derive(Debug)]
pub(super) struct Map {
    /// In order of writing; a key stands once.
    pub(super) entries: Vec<Field>,
    /// Whether there may be others than those listed.
    pub(super) open: bool,
    weight: usize,
}

#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) key: Rc<str>,
    pub(super) place: Place,
    pub(super) value: Val,
    /// Whether it is there depends on something unknown.
    pub(super) maybe: bool,
}

#[derive(Debug)]
pub(super) struct ResourceValue {
    /// With module prefix, and instance key where it is known.
    pub(super) address: String,
    /// Number of the module instance that declares it.
    pub(super) instance: usize,
    /// Number of its block in that module; none where it is not declared there.
    pub(super) block: Option<usize>,
    /// What `each` or `count` is to it.
    pub(super) each: Option<(&'static str, Val)>,
    /// Whether it stands for several instances of which nothing is known but their name.
    pub(super) several: bool,
}

/// Values that hold more than this many others become unknown: no real configuration does.
pub(super) const WEIGHT: usize = 200_000;
/// And so do longer texts.
pub(super) const LENGTH: usize = 1 << 18;

impl Val {
    pub(super) fn new(data: Data, origin: Place) -> Self {
        Self { data, origin, used: None, made: false }
    }

    pub(super) fn unknown(text: impl Into<String>, origin: Place) -> Self {
        Self::new(Data::Unknown(Rc::from(Unknown::new(text))), origin)
    }

    pub(super) fn many(text: impl Into<String>, origin: Place) -> Self {
        Self::new(Data::Unknown(Rc::from(Unknown::many(text))), origin)
    }

    pub(super) fn failed(origin: Place) -> Self {
        Self::new(Data::Failed, origin)
    }

    pub(super) fn text(text: impl AsRef<str>, origin: Place) -> Self {
        let text = text.as_ref();
        if text.len() > LENGTH {
            return Self::unknown("…", origin);
        }
        Self::new(Data::Text(Rc::from(text)), origin)
    }

    pub(super) fn bool(flag: bool, origin: Place) -> Self {
        Self::new(Data::Bool(flag), origin)
    }

    pub(super) fn number(number: Decimal, origin: Place) -> Self {
        Self::new(Data::Number(number), origin)
    }

    pub(super) fn list(items: Vec<Val>, origin: Place) -> Self {
        let weight = items.iter().map(Self::weight).sum::<usize>() + 1;
        if weight > WEIGHT {
            return Self::unknown("…", origin);
        }
        Self::new(Data::List(Rc::new(Items { items, weight })), origin)
    }

    /// A set: texts in order, doubles taken out.
    pub(super) fn set(items: Vec<Val>, origin: Place) -> Self {
        let mut kept: Vec<Val> = Vec::with_capacity(items.len());
        let mut seen = std::collections::HashSet::new();
        for item in items {
            let fresh = match &item.data {
                Data::Text(text) => seen.insert(Rc::clone(text)),
                _ => !kept.iter().any(|other| other.equals(&item) == Some(true)),
            };
            if fresh {
                kept.push(item);
            }
        }
        if kept.iter().all(|item| matches!(item.data, Data::Number(_))) {
            kept.sort_by(|left, right| match (&left.data, &right.data) {
                (Data::Number(left), Data::Number(right)) => {
                    left.compare(*right).unwrap_or(std::cmp::Ordering::Equal)
                }
                _ => std::cmp::Ordering::Equal,
            });
        } else {
            // Known texts in their order; what is not text stays where it is, at the end.
            kept.sort_by(|left, right| match (&left.data, &right.data) {
                (Data::Text(left), Data::Text(right)) => left.cmp(right),
                (Data::Bool(left), Data::Bool(right)) => left.cmp(right),
                (left, right) => matches!(right, Data::Text(_)).cmp(&matches!(left, Data::Text(_))),
            });
        }
        match Self::list(kept, origin) {
            Val { data: Data::List(items), .. } => Self::new(Data::Set(items), origin),
            other => other,
        }
    }

    pub(super) fn map(entries: Vec<Field>, open: bool, origin: Place) -> Self {
        match Map::new(entries, open) {
            Some(map) => Self::new(Data::Map(Rc::new(map)), origin),
            None => Self::unknown("…", origin),
        }
    }

    /// The same value, referred to from `place`.
    pub(super) fn used_at(mut self, place: Place) -> Self {
        self.used = Some(place);
        self
    }

    /// The same value as an item of `collection`.
    pub(super) fn of(mut self, collection: &Val) -> Self {
        self.used = collection.used.or(self.used);
        self
    }

    /// A value computed from others at `place`: it keeps the origin of the first that came from elsewhere.
    pub(super) fn made_from<'v>(mut self, parts: impl IntoIterator<Item = &'v Val>, place: Place) -> Self {
        let covers = |at: Place| at.file == place.file && place.span.covers(at.span);
        // What is unknown did not supply anything.
        let foreign = parts.into_iter().find(|part| !part.is_unknown() && !covers(part.origin));
        self.origin = foreign.map_or(place, |part| part.origin);
        self.used = Some(place);
        self.made = true;
        self
    }

    /// The items of a list or set, or none.
    pub(super) fn items(&self) -> Option<Vec<Val>> {
        match &self.data {
            Data::List(list) | Data::Set(list) => {
                Some(list.items.iter().map(|item| item.clone().of(self)).collect())
            }
            _ => None,
        }
    }

    /// The attributes of a map in order of their keys.
    pub(super) fn fields(&self) -> Option<Vec<Field>> {
        let Data::Map(map) = &self.data else { return None };
        let mut fields: Vec<Field> = map.entries.clone();
        fields.sort_by(|left, right| left.key.cmp(&right.key));
        for field in &mut fields {
            field.value.used = self.used.or(field.value.used);
        }
        Some(fields)
    }

    pub(super) fn is_unknown(&self) -> bool {
        matches!(self.data, Data::Unknown(_) | Data::Failed)
    }

    pub(super) fn is_many(&self) -> bool {
        matches!(&self.data, Data::Unknown(unknown) if unknown.many)
    }

    /// Whether nothing in it is unknown.
    pub(super) fn is_known(&self) -> bool {
        match &self.data {
            Data::Null | Data::Bool(_) | Data::Number(_) | Data::Text(_) => true,
            Data::Template(_) | Data::Unknown(_) | Data::Failed | Data::Resource(_) => false,
            Data::List(list) | Data::Set(list) => list.items.iter().all(Self::is_known),
            Data::Map(map) => map.is_closed() && map.entries.iter().all(|field| field.value.is_known()),
        }
    }

    pub(super) fn weight(&self) -> usize {
        match &self.data {
            Data::List(list) | Data::Set(list) => list.weight,
            Data::Map(map) => map.weight,
            Data::Text(text) => 1 + text.len() / 64,
            Data::Template(pieces) => 1 + pieces.len(),
            _ => 1,
        }
    }

    /// What stands for it where it cannot be known.
    pub(super) fn description(&self) -> String {
        match &self.data {
            Data::Unknown(unknown) => unknown.text.clone(),
            Data::Resource(resource) => resource.address.clone(),
            Data::Template(pieces) => {
                let piece = |piece: &Piece| match piece {
                    // Known text may be part of a secret.
                    Piece::Text(_) => "…".to_owned(),
                    Piece::Hole(hole) => format!("${{{hole}}}"),
                };
                // Long enough to be recognised; a hole of a hole must not grow without end.
                let text: String = pieces.iter().take(20).map(piece).collect();
                text.chars().take(200).collect()
            }
            _ => "…".to_owned(),
        }
    }

    /// Whether two values are the same, if that can be known. Lists and sets of the same items count as the same.
    pub(super) fn equals(&self, other: &Val) -> Option<bool> {
        match (&self.data, &other.data) {
            (Data::Unknown(_) | Data::Failed | Data::Resource(_), _)
            | (_, Data::Unknown(_) | Data::Failed | Data::Resource(_)) => None,
            (Data::Template(_), Data::Text(_) | Data::Template(_)) | (Data::Text(_), Data::Template(_)) => {
                None
            }
            (Data::Null, Data::Null) => Some(true),
            (Data::Bool(left), Data::Bool(right)) => Some(left == right),
            (Data::Number(left), Data::Number(right)) => Some(left == right),
            (Data::Text(left), Data::Text(right)) => Some(left == right),
            (Data::List(left) | Data::Set(left), Data::List(right) | Data::Set(right)) => {
                if left.items.iter().chain(&right.items).any(Self::is_many) {
                    return None;
                }
                if left.items.len() != right.items.len() {
                    return Some(false);
                }
                all(left.items.iter().zip(&right.items).map(|(left, right)| left.equals(right)))
            }
            (Data::Map(left), Data::Map(right)) => {
                if !left.is_closed() || !right.is_closed() {
                    return None;
                }
                if left.entries.len() != right.entries.len() {
                    return Some(false);
                }
                all(left.entries.iter().map(|field| match right.get(&field.key) {
                    Some(value) => field.value.equals(value),
                    None => Some(false),
                }))
            }
            _ => Some(false),
        }
    }

    /// What is known of a value that is either this or `other`.
    pub(super) fn or(self, other: &Val, text: &str) -> Val {
        if self.equals(other) == Some(true) {
            return self;
        }
        let (Data::Map(left), Data::Map(right)) = (&self.data, &other.data) else {
            return Val::unknown(text, self.origin);
        };
        let either = |field: &Field, counterpart: Option<&Field>| match counterpart {
            Some(counterpart) => Field {
                value: field.value.clone().or(&counterpart.value, text),
                maybe: field.maybe || counterpart.maybe,
                ..field.clone()
            },
            None => Field { maybe: true, ..field.clone() },
        };
        let mut fields: Vec<Field> =
            left.entries.iter().map(|field| either(field, right.field(&field.key))).collect();
        let rest = right.entries.iter().filter(|field| left.field(&field.key).is_none());
        fields.extend(rest.map(|field| either(field, None)));
        Self { used: self.used, ..Val::map(fields, left.open || right.open, self.origin) }
    }

    /// The value as a node of the tree. `whole` is the expression in which it ends up.
    pub(super) fn into_node(self, whole: Place) -> Node {
        self.node(None, whole)
    }

    fn node(&self, context: Option<Place>, whole: Place) -> Node {
        let covers = |outer: Place| outer.file == self.origin.file && outer.span.covers(self.origin.span);
        let used = context.or(self.used);
        let (place, supplied) = match used {
            // There is no value that something could have supplied.
            _ if self.is_unknown() => (used.unwrap_or(self.origin), None),
            Some(used) if self.made => (used, (!covers(used)).then(|| Box::new(self.origin))),
            Some(used) if !covers(used) && !covers(whole) => (used, Some(Box::new(self.origin))),
            _ => (self.origin, None),
        };
        let whole_unknown = |text: String| Value::Unknown(Unknown::new(text));
        let value = match &self.data {
            Data::Null => Value::Null,
            Data::Bool(flag) => Value::Bool(*flag),
            Data::Number(number) => Value::Number(number.to_string()),
            Data::Text(text) => Value::Text(text.to_string()),
            Data::Template(pieces) => Value::Template(pieces.to_vec()),
            Data::Unknown(unknown) => Value::Unknown(Box::new((**unknown).clone())),
            Data::Failed => whole_unknown("…".to_owned()),
            Data::List(list) | Data::Set(list) => {
                Value::List(list.items.iter().map(|item| item.node(used, whole)).collect())
            }
            // What else a map may hold cannot be said in the tree, and absence must not be concluded from it.
            Data::Map(map) if !map.is_closed() => whole_unknown(self.description()),
            Data::Map(map) => {
                let entry = |field: &Field| Entry {
                    key: field.key.to_string(),
                    key_place: if supplied.is_some() { place } else { field.place },
                    value: field.value.node(used, whole),
                };
                Value::Map(map.entries.iter().map(entry).collect())
            }
            Data::Resource(resource) => Value::Unknown(Box::new(Unknown {
                text: resource.address.clone(),
                many: resource.several,
                reference: Some(Box::new(Reference {
                    address: resource.address.clone(),
                    attribute: String::new(),
                })),
            })),
        };
        Node { place, value, supplied }
    }
}

impl Map {
    /// A later entry of the same key replaces the earlier one. None where it holds too much.
    pub(super) fn new(entries: Vec<Field>, open: bool) -> Option<Self> {
        let mut at = std::collections::HashMap::with_capacity(entries.len());
        let mut kept: Vec<Field> = Vec::with_capacity(entries.len());
        for field in entries {
            match at.get(&field.key).copied() {
                Some(before) => kept[before as usize] = field,
                None => {
                    at.insert(Rc::clone(&field.key), u32::try_from(kept.len()).unwrap_or(u32::MAX));
                    kept.push(field);
                }
            }
        }
        let weight = kept.iter().map(|field| field.value.weight()).sum::<usize>() + 1;
        (weight <= WEIGHT).then_some(Self { entries: kept, open, weight })
    }

    /// Whether it holds exactly the listed keys.
    pub(super) fn is_closed(&self) -> bool {
        !self.open && !self.entries.iter().any(|field| field.maybe)
    }

    pub(super) fn get(&self, key: &str) -> Option<&Val> {
        self.field(key).map(|field| &field.value)
    }

    pub(super) fn field(&self, key: &str) -> Option<&Field> {
        self.entries.iter().find(|field| &*field.key == key)
    }
}

/// Three-valued "all": one false decides, else one unknown does.
fn all(tests: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut known = true;
    for test in tests {
        match test {
            Some(false) => return Some(false),
            Some(true) => {}
            None => known = false,
        }
    }
    known.then_some(true)
}
