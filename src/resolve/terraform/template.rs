//! Templates: text put together from parts of which some may be unknown.

use std::rc::Rc;

use super::collection::elements;
use super::scope::{Scope, World};
use super::types;
use super::value::{Data, LENGTH, Val};
use crate::source::Place;
use crate::tree::Piece;
use crate::tree::expression::Part;

/// Text under construction.
#[derive(Default)]
pub(super) struct Text {
    pieces: Vec<Piece>,
    parts: Vec<Val>,
    length: usize,
    failed: bool,
}

/// More pieces are not kept: the whole is then unknown.
const PIECES: usize = 256;

impl Text {
    pub(super) fn push(&mut self, text: &str) {
        self.length += text.len();
        if self.is_too_long() {
            return;
        }
        match self.pieces.last_mut() {
            Some(Piece::Text(before)) => before.push_str(text),
            _ if text.is_empty() => {}
            _ => self.pieces.push(Piece::Text(text.to_owned())),
        }
    }

    /// Whether nothing more is taken in.
    pub(super) fn is_too_long(&self) -> bool {
        self.length > LENGTH || self.pieces.len() > PIECES
    }

    pub(super) fn hole(&mut self, text: String) {
        if self.is_too_long() {
            return;
        }
        self.pieces.push(Piece::Hole(text));
    }

    /// Adds a value as `${value}` does.
    pub(super) fn value(&mut self, value: &Val) {
        match &value.data {
            Data::Unknown(_) | Data::Resource(_) => self.hole(value.description()),
            Data::Template(pieces) => {
                for piece in pieces.iter() {
                    match piece {
                        Piece::Text(text) => self.push(text),
                        Piece::Hole(hole) => self.hole(hole.clone()),
                    }
                }
            }
            _ => match types::to_text(value) {
                Some(text) => self.push(&text),
                None => self.failed = true,
            },
        }
        // For the origin of the whole a few are enough.
        if self.parts.len() < PIECES {
            self.parts.push(value.clone());
        }
    }

    pub(super) fn finish(mut self, place: Place) -> Val {
        if self.failed {
            return Val::failed(place);
        }
        if self.is_too_long() {
            return Val::unknown("…", place);
        }
        let value = match self.pieces.as_mut_slice() {
            [] => Val::text("", place),
            [Piece::Text(text)] => Val::text(text, place),
            [Piece::Hole(hole)] => Val::unknown(hole.clone(), place),
            _ => Val::new(Data::Template(Rc::from(self.pieces)), place),
        };
        value.made_from(&self.parts, place)
    }
}

impl<'a> World<'a> {
    pub(super) fn template(&self, parts: &[Part], place: Place, scope: &Scope<'a>) -> Val {
        // "${value}" is the value itself, whatever its type.
        if let [Part::Value(node)] = parts {
            return self.evaluate(node, scope);
        }
        let mut text = Text::default();
        self.parts(parts, &mut text, scope);
        let value = text.finish(place);
        if self.spend(value.weight()) { value } else { Val::unknown("…", place) }
    }

    fn parts(&self, parts: &[Part], text: &mut Text, scope: &Scope<'a>) {
        for part in parts {
            if text.is_too_long() || !self.spend(1) {
                return text.hole("…".to_owned());
            }
            match part {
                Part::Text(literal) => text.push(literal),
                Part::Value(node) => {
                    let value = self.evaluate(node, scope);
                    text.value(&value);
                }
                Part::If(condition, yes, no) => {
                    let condition = self.evaluate(condition, scope);
                    match types::to_bool(&condition) {
                        Some(true) => self.parts(yes, text, scope),
                        Some(false) => self.parts(no, text, scope),
                        None => text.hole(condition.description()),
                    }
                }
                Part::For { key_name, value_name, collection, body } => {
                    let collection = self.evaluate(collection, scope);
                    let Some((elements, open)) = elements(&collection) else {
                        text.hole(collection.description());
                        continue;
                    };
                    for (key, value, maybe) in elements {
                        if maybe || value.is_many() {
                            text.hole(value.description());
                            continue;
                        }
                        let mut inner = scope.with(value_name.clone(), value);
                        if let Some(name) = key_name {
                            inner = inner.with(name.clone(), key);
                        }
                        self.parts(body, text, &inner);
                    }
                    if open {
                        text.hole("…".to_owned());
                    }
                }
            }
        }
    }
}
