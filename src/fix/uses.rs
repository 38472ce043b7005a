//! Which definitions take something from a place: variables, locals and blocks with several instances serve many.

use std::collections::HashMap;

use crate::client::{Basis, Definition, Fact};
use crate::source::Place;

/// Definitions by the places on which they rest.
pub(super) struct Uses(HashMap<Place, Vec<usize>>);

impl Uses {
    pub(super) fn of(definitions: &[Definition]) -> Self {
        let mut uses = Self(HashMap::new());
        for (number, definition) in definitions.iter().enumerate() {
            uses.add(definition.place, number);
            for (_, fact) in definition.facts.iter() {
                uses.add_fact(fact, number);
                fact.datum.items().iter().for_each(|item| uses.add_fact(item, number));
            }
        }
        uses
    }

    fn add_fact(&mut self, fact: &Fact, number: usize) {
        match &fact.basis {
            Basis::Written(place) => self.add(*place, number),
            Basis::Resolved { used, from } => {
                self.add(*used, number);
                self.add(*from, number);
            }
            Basis::Default(_) | Basis::Inferred(_) => {}
        }
    }

    fn add(&mut self, place: Place, number: usize) {
        let numbers = self.0.entry(place).or_default();
        if numbers.last() != Some(&number) {
            numbers.push(number);
        }
    }

    /// The definitions that rest on a place.
    pub(super) fn at(&self, place: Place) -> &[usize] {
        self.0.get(&place).map_or(&[], Vec::as_slice)
    }
}
