//! Which definitions take something from a place: variables, locals and blocks with several instances serve many.

use std::collections::HashMap;

use crate::client::{Basis, Definition, Fact};
use crate::source::Place;

/// Definitions by the places on which they rest.
pub(super) struct Uses {
    /// The definitions whose text is theirs alone, in order of place: that they rest on what stands in it goes without
    /// saying, and is most of what there is to say.
    own: Vec<(Place, usize)>,
    /// What rests on any other place.
    others: HashMap<Place, Vec<usize>>,
}

impl Uses {
    pub(super) fn of(definitions: &[Definition]) -> Self {
        let mut places: Vec<(Place, usize)> =
            definitions.iter().enumerate().map(|(number, definition)| (definition.place, number)).collect();
        places.sort_unstable();
        let mut uses = Self { own: Vec::with_capacity(places.len()), others: HashMap::new() };
        for instances in places.chunk_by(|a, b| a.0 == b.0) {
            let own = if let [(place, _)] = instances { Some(*place) } else { None };
            if own.is_some() {
                uses.own.extend(instances);
            }
            for (place, number) in instances {
                let mut add = |place: Place| {
                    if own.is_none_or(|own| !own.covers(place)) {
                        uses.add(place, *number);
                    }
                };
                add(*place);
                for (_, fact) in definitions[*number].facts.iter() {
                    places_of(fact, &mut add);
                    fact.datum.items().iter().for_each(|item| places_of(item, &mut add));
                }
            }
        }
        uses
    }

    fn add(&mut self, place: Place, number: usize) {
        let numbers = self.others.entry(place).or_default();
        if numbers.last() != Some(&number) {
            numbers.push(number);
        }
    }

    /// The definitions that rest on a place.
    pub(super) fn at(&self, place: Place) -> impl Iterator<Item = usize> {
        let before =
            self.own.partition_point(|(own, _)| (own.file, own.span.start) <= (place.file, place.span.start));
        let owner = self.own[..before].last().filter(|(own, _)| own.covers(place)).map(|(_, number)| *number);
        self.others.get(&place).into_iter().flatten().copied().chain(owner)
    }
}

/// Calls a function with every place from which a fact comes.
fn places_of(fact: &Fact, call: &mut dyn FnMut(Place)) {
    match &fact.basis {
        Basis::Written(place) => call(*place),
        Basis::Resolved { used, from } => {
            call(*used);
            call(*from);
        }
        Basis::Default(_) | Basis::Inferred(_) => {}
    }
}
