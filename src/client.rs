//! Definitions as rules see them: attributes in the vocabulary of the standards, each a fact that knows where it
//! comes from. Nothing here knows which provider or syntax a definition was written in.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::Value as Json;

use crate::secret::{Class, Fingerprint};
use crate::source::{FileId, Place};
use crate::tree::{Piece, Unknown, show_pieces};
use crate::uri::Uri;
use crate::vocabulary::{ATTRIBUTES, Attribute, Attributes, Kind};

/// Something defined in a project: a client, or another object that says something of clients.
#[derive(Debug)]
pub struct Definition {
    /// What it defines.
    pub kind: Kind,
    /// What identifies it where it is defined: a Terraform address, a name, an identifier.
    pub key: String,
    /// Where the definition stands.
    pub place: Place,
    /// Where it is named, if it is.
    pub name_place: Option<Place>,
    /// Whether the document holds only some of the attributes, so that what is absent was not asked.
    pub partial: bool,
    /// Whether nobody knows if there is one, as of a Terraform resource whose `count` is unknown.
    pub perhaps: bool,
    /// For comparing its literal client secret with others, if it has one.
    pub secret: Option<Fingerprint>,
    /// The file beside that of its place that says something of it: a plan or state.
    pub completed_by: Option<FileId>,
    /// In which realm its references and its name hold: each root module of Terraform has addresses of its own, and each
    /// list in a file of somebody's own has names of its own.
    pub realm: usize,
    /// What is written and what was inferred.
    pub facts: Facts,
    /// What the platform fills in where nothing is written.
    pub defaults: Vec<(Attribute, Arc<Fact>)>,
    /// What it was before, where that is known. Its places are those of other texts.
    pub before: Option<Arc<Definition>>,
}

/// Facts by attribute. Every rule looks several up, so looking up costs as little as an index.
#[derive(Debug)]
pub struct Facts {
    /// For each attribute the number of its fact, counted from 1; 0 for none.
    index: [u8; ATTRIBUTES.len()],
    known: Vec<(Attribute, Fact)>,
    /// How many of them are known of the definition alone, where these can be told from the others.
    own: Option<usize>,
}

impl Default for Facts {
    fn default() -> Self {
        Self { index: [0; ATTRIBUTES.len()], known: Vec::with_capacity(48), own: None }
    }
}

impl Facts {
    /// The fact of an attribute.
    pub fn get(&self, attribute: &Attribute) -> Option<&Fact> {
        let number = usize::from(self.index[attribute.number()]);
        self.known.get(number.checked_sub(1)?).map(|(_, fact)| fact)
    }

    /// Whether there is a fact of an attribute.
    pub fn contains_key(&self, attribute: &Attribute) -> bool {
        self.index[attribute.number()] != 0
    }

    /// Adds the fact of an attribute, or replaces it.
    pub fn insert(&mut self, attribute: Attribute, fact: Fact) {
        let number = usize::from(self.index[attribute.number()]);
        match number.checked_sub(1).and_then(|at| self.known.get_mut(at)) {
            // What was there cannot be told from what replaced it any more.
            Some((_, was)) => (*was, self.own) = (fact, None),
            None => {
                self.known.push((attribute, fact));
                // There are fewer attributes than fit into a byte.
                self.index[attribute.number()] = u8::try_from(self.known.len()).unwrap_or(0);
            }
        }
    }

    /// Adds the fact of an attribute unless there is one.
    pub fn insert_new(&mut self, attribute: Attribute, fact: Fact) {
        if !self.contains_key(&attribute) {
            self.insert(attribute, fact);
        }
    }

    /// The facts in the order in which they became known.
    pub fn iter(&self) -> impl Iterator<Item = (Attribute, &Fact)> {
        self.known.iter().map(|(attribute, fact)| (*attribute, fact))
    }

    /// Says that all that is known of the definition alone is known: what is added later follows from others.
    pub fn seal(&mut self) {
        self.own = Some(self.known.len());
    }

    /// What follows from other definitions; `None` where it cannot be told from the rest.
    pub fn linked(&self) -> Option<&[(Attribute, Fact)]> {
        self.known.get(self.own?..)
    }

    /// Takes out what follows from other definitions.
    pub fn unlink(&mut self) -> Option<Vec<(Attribute, Fact)>> {
        let linked = self.known.split_off(self.own?);
        linked.iter().for_each(|(attribute, _)| self.index[attribute.number()] = 0);
        Some(linked)
    }

    /// What is known of the definition alone and what follows from others, to change it.
    pub fn split_mut(&mut self) -> (&mut [(Attribute, Fact)], &mut [(Attribute, Fact)]) {
        let own = self.own.unwrap_or(self.known.len());
        self.known.split_at_mut(own)
    }
}

/// What is known of an attribute, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// What is known.
    pub datum: Datum,
    /// Where it comes from.
    pub basis: Basis,
}

/// What is known of a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Datum {
    /// Written, but not knowable.
    Unknown(Box<Unknown>),
    /// `true` or `false`.
    Flag(bool),
    /// A number, as written.
    Number(String),
    /// Text.
    Text(String),
    /// Text of which parts are unknown.
    Pattern(Vec<Piece>),
    /// A secret, of which nothing is kept but its class.
    Secret(Class),
    /// A URI, taken apart.
    Uri(Box<Uri>),
    /// A list; an unknown item may stand for any number of items.
    List(Vec<Fact>),
    /// Names with values.
    Map(Vec<(String, Fact)>),
}

/// Where a fact comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Basis {
    /// It is written there.
    Written(Place),
    /// It is used at one place and was supplied by another: a variable, a local, a mapping.
    Resolved {
        /// Where it is used.
        used: Place,
        /// Where its value is written.
        from: Place,
    },
    /// The platform fills it in; the text says which platform, and when.
    Default(Arc<str>),
    /// It follows from other facts.
    Inferred(Vec<Evidence>),
}

/// A reason for an inference.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// What it says, lower case: `application type spa`.
    pub says: Cow<'static, str>,
    /// Where it stands; `None` for what is not written anywhere.
    pub place: Option<Place>,
}

/// What is known of an attribute of a definition.
#[derive(Clone, Copy, Debug)]
pub enum Known<'a> {
    /// Something is written, or was inferred, or is filled in. It may be unknown in whole or in part.
    Fact(&'a Fact),
    /// Nothing is written.
    Absent,
    /// The document does not say whether something is written.
    NotAsked,
}

impl Definition {
    /// A definition without facts.
    pub fn new(kind: Kind, place: Place) -> Self {
        Self {
            kind,
            key: String::new(),
            place,
            name_place: None,
            partial: false,
            perhaps: false,
            secret: None,
            completed_by: None,
            realm: 0,
            facts: Facts::default(),
            defaults: Vec::new(),
            before: None,
        }
    }

    /// What is written of an attribute, or was inferred.
    pub fn known(&self, attribute: Attribute) -> Known<'_> {
        match self.facts.get(&attribute) {
            Some(fact) => Known::Fact(fact),
            None if self.partial => Known::NotAsked,
            None => Known::Absent,
        }
    }

    /// What is written, else what the platform fills in.
    pub fn effective(&self, attribute: Attribute) -> Known<'_> {
        match self.known(attribute) {
            Known::Absent => self.default(attribute).map_or(Known::Absent, Known::Fact),
            known => known,
        }
    }

    /// What the platform fills in.
    pub fn default(&self, attribute: Attribute) -> Option<&Fact> {
        self.defaults.iter().find(|(known, _)| *known == attribute).map(|(_, fact)| &**fact)
    }

    /// The attributes of which something is written, inferred or filled in.
    pub fn stated(&self) -> Attributes {
        let defaults = self.defaults.iter().map(|(attribute, _)| *attribute);
        self.facts.iter().map(|(attribute, _)| attribute).chain(defaults).collect()
    }

    /// The text of an attribute, if all of it is known.
    pub fn text(&self, attribute: Attribute) -> Option<&str> {
        self.facts.get(&attribute)?.datum.text()
    }

    /// The value of a flag, if it is known.
    pub fn flag(&self, attribute: Attribute) -> Option<bool> {
        match self.facts.get(&attribute)?.datum {
            Datum::Flag(flag) => Some(flag),
            _ => None,
        }
    }

    /// The items of a list; none where it is no list or not known.
    pub fn items(&self, attribute: Attribute) -> &[Fact] {
        self.facts.get(&attribute).map_or(&[], |fact| fact.datum.items())
    }

    /// Whether nothing is written of an attribute, for certain.
    pub fn lacks(&self, attribute: Attribute) -> bool {
        matches!(self.known(attribute), Known::Absent)
    }

    /// Takes the key under which it stands for its name, unless it has one.
    pub fn name_from_key(&mut self, key: &str) {
        let fact = Fact { datum: Datum::from_text(key), basis: Basis::Written(self.place) };
        self.facts.insert_new(Attribute::CLIENT_NAME, fact);
    }

    /// Adds what follows from other facts, unless the definition states it itself.
    pub fn infer(&mut self, attribute: Attribute, datum: Datum, evidence: Vec<Evidence>) {
        if !self.facts.contains_key(&attribute) {
            self.facts.insert(attribute, Fact { datum, basis: Basis::Inferred(evidence) });
        }
    }

    /// Evidence that an attribute has the value that it has.
    pub fn evidence(&self, attribute: Attribute, says: impl Into<Cow<'static, str>>) -> Evidence {
        Evidence { says: says.into(), place: self.facts.get(&attribute).and_then(Fact::place) }
    }
}

impl Fact {
    /// Where it stands for a reader: where it is used; `None` for defaults and inferences.
    pub fn place(&self) -> Option<Place> {
        match &self.basis {
            Basis::Written(place) | Basis::Resolved { used: place, .. } => Some(*place),
            Basis::Default(_) | Basis::Inferred(_) => None,
        }
    }

    /// Changes all places that it names.
    pub fn each_place(&mut self, change: &mut dyn FnMut(&mut Place)) {
        match &mut self.basis {
            Basis::Written(place) => change(place),
            Basis::Resolved { used, from } => {
                change(used);
                change(from);
            }
            Basis::Default(_) => {}
            Basis::Inferred(evidence) => {
                evidence.iter_mut().filter_map(|reason| reason.place.as_mut()).for_each(&mut *change);
            }
        }
        match &mut self.datum {
            Datum::List(items) => items.iter_mut().for_each(|item| item.each_place(change)),
            Datum::Map(entries) => entries.iter_mut().for_each(|(_, fact)| fact.each_place(change)),
            _ => {}
        }
    }
}

impl Datum {
    /// Text.
    pub fn from_text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// Its text, if all of it is known.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Uri(uri) => uri.text(),
            _ => None,
        }
    }

    /// Its items, if it is a list.
    pub fn items(&self) -> &[Fact] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }

    /// Whether nothing of it is known.
    pub fn is_unknown(&self) -> bool {
        match self {
            Self::Unknown(_) => true,
            Self::Pattern(pieces) => pieces.iter().all(|piece| matches!(piece, Piece::Hole(_))),
            Self::Uri(uri) => uri.is_unknown(),
            _ => false,
        }
    }

    /// Whether nothing of it is unknown.
    pub fn is_complete(&self) -> bool {
        match self {
            Self::Unknown(_) | Self::Pattern(_) => false,
            Self::Flag(_) | Self::Number(_) | Self::Text(_) | Self::Secret(_) => true,
            Self::Uri(uri) => uri.text().is_some(),
            Self::List(items) => items.iter().all(|item| item.datum.is_complete()),
            Self::Map(entries) => entries.iter().all(|(_, fact)| fact.datum.is_complete()),
        }
    }

    /// The value as JSON, for a schema to judge; `None` if any of it is unknown.
    pub fn json(&self) -> Option<Json> {
        Some(match self {
            Self::Unknown(_) | Self::Pattern(_) => return None,
            Self::Flag(flag) => Json::Bool(*flag),
            // A number that JSON numbers cannot hold stays text: no rule compares such a number.
            Self::Number(number) => match number.parse::<serde_json::Number>() {
                Ok(number) => Json::Number(number),
                Err(_) => Json::String(number.clone()),
            },
            Self::Text(text) => Json::String(text.clone()),
            Self::Secret(class) => Json::String(class.name().to_owned()),
            Self::Uri(uri) => uri.json()?,
            Self::List(items) => {
                Json::Array(items.iter().map(|item| item.datum.json()).collect::<Option<_>>()?)
            }
            Self::Map(entries) => Json::Object(
                entries
                    .iter()
                    .map(|(key, fact)| Some((key.clone(), fact.datum.json()?)))
                    .collect::<Option<_>>()?,
            ),
        })
    }

    /// How it is shown in a message. Never any text of a secret.
    pub fn show(&self) -> String {
        match self {
            Self::Unknown(unknown) => unknown.text.clone(),
            Self::Flag(flag) => flag.to_string(),
            Self::Number(text) | Self::Text(text) => text.clone(),
            Self::Pattern(pieces) => show_pieces(pieces),
            Self::Secret(class) => format!("{} secret", class.name()),
            Self::Uri(uri) => uri.show(),
            Self::List(items) => items.iter().map(|item| item.datum.show()).collect::<Vec<_>>().join(", "),
            // The first entry names a map: `field` of a secret, `uri` of a URI.
            Self::Map(entries) => entries.first().map(|(_, fact)| fact.datum.show()).unwrap_or_default(),
        }
    }
}
