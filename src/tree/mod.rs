//! What every format parses into: values that know where they stand, and what cannot be known of them.

pub mod expression;
mod variables;

use expression::Expression;

pub use self::variables::{assignment, pair, variables};
use crate::source::Place;

/// A value and where it stands.
#[derive(Clone, Debug)]
pub struct Node {
    /// Where it is written. Quoted text includes its quotes.
    pub place: Place,
    /// What is written there.
    pub value: Value,
    /// Where the value came from, if not from `place`: a variable's default, a local, a mapping, an anchor.
    pub supplied: Option<Box<Place>>,
}

/// What is written.
#[derive(Clone, Debug)]
pub enum Value {
    /// `null`, `~`, or nothing at all.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as it is written (a big one loses nothing).
    Number(String),
    /// Text, unescaped.
    Text(String),
    /// Text of which parts are not known: `https://##HOST##/cb`. Never empty, never without a hole.
    Template(Vec<Piece>),
    /// Written, but not knowable from here: `@@X@@`, `var.x`, a function of something unknown.
    Unknown(Box<Unknown>),
    /// An expression that `resolve` has still to evaluate. Only HCL has them, and only before that stage.
    Expression(Box<Expression>),
    /// Values in order.
    List(Vec<Node>),
    /// Keys with values, in order of writing. A key may occur twice (HCL blocks, faulty documents).
    Map(Vec<Entry>),
}

/// A key with its value.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key, unescaped. A key with a marker in it keeps the marker's text.
    pub key: String,
    /// Where the key is written.
    pub key_place: Place,
    /// Its value.
    pub value: Node,
}

/// Part of a text that is known in parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Known text.
    Text(String),
    /// What stands for the unknown part, as it is written: `##HOST##`, `var.host`.
    Hole(String),
}

/// A value that cannot be known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// As it is written: `@@X@@`, `var.x`.
    pub text: String,
    /// In a list: whether it may stand for any number of items, none included.
    pub many: bool,
    /// The attribute of another object that it refers to, if it does.
    pub reference: Option<Box<Reference>>,
}

/// A reference to an attribute of another object of the project: `auth0_client.spa.id`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Address of the object: `module.apps.auth0_client.this["web"]`.
    pub address: String,
    /// The attribute: `id`; empty where the object as a whole is meant.
    pub attribute: String,
}

impl Node {
    /// A value written at a place.
    pub fn new(place: Place, value: Value) -> Self {
        Self { place, value, supplied: None }
    }

    /// The value under a key, if it is a map and has it. The last one counts where a key is repeated, as in
    /// `JSON.parse` and js-yaml.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The entry of a key, if it is a map and has it.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        // Keys of one length often begin alike, and rarely end so.
        let last = key.as_bytes().last();
        self.entries().iter().rev().find(|entry| entry.key.as_bytes().last() == last && entry.key == key)
    }

    /// Its entries; none if it is no map.
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// Its items; none if it is no list.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The value under a key, to change it.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        match &mut self.value {
            Value::Map(entries) => {
                entries.iter_mut().rev().find(|entry| entry.key == key).map(|entry| &mut entry.value)
            }
            _ => None,
        }
    }

    /// Its items, to change them; none if it is no list.
    pub fn items_mut(&mut self) -> &mut [Node] {
        match &mut self.value {
            Value::List(items) => items,
            _ => &mut [],
        }
    }

    /// Its text, if it is text and all of it is known.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether it is a map.
    pub fn is_map(&self) -> bool {
        matches!(self.value, Value::Map(_))
    }
}

impl Unknown {
    /// Something unknown, as it is written. It is rare, so that trees give it no room of its own.
    pub fn new(text: impl Into<String>) -> Box<Self> {
        Box::new(Self { text: text.into(), many: false, reference: None })
    }

    /// The same where it may stand for any number of items of a list.
    pub fn many(text: impl Into<String>) -> Box<Self> {
        Box::new(Self { many: true, ..*Self::new(text) })
    }
}

/// A partly known text as it is written: `https://##HOST##/cb`, `https://${var.host}/cb`.
pub fn show_pieces(pieces: &[Piece]) -> String {
    let show = |piece: &Piece| match piece {
        Piece::Text(text) => text.clone(),
        // An expression beside text needs a sign of where it ends; a marker has one.
        Piece::Hole(text) if pieces.len() > 1 && !text.starts_with(['#', '@', '$', '%', '{', '<']) => {
            format!("${{{text}}}")
        }
        Piece::Hole(text) => text.clone(),
    };
    pieces.iter().map(show).collect()
}
