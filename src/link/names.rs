//! By which words definitions are referred to, and whether a word is declared.

use std::collections::BTreeMap;

use crate::client::{Datum, Definition, Fact};
use crate::vocabulary::{Attribute, Kind};

/// Words by which definitions are referred to.
pub(super) struct Names {
    known: BTreeMap<String, usize>,
    /// Whether some definition has a name that cannot be known, so that any word may be its.
    open: bool,
}

impl Names {
    /// The project's clients by name, identifier and address.
    pub(super) fn of_clients(definitions: &[Definition]) -> Self {
        Self::of(definitions, Kind::Client, &[Attribute::CLIENT_NAME, Attribute::CLIENT_ID])
    }

    /// The project's APIs by identifier, name and address.
    pub(super) fn of_apis(definitions: &[Definition]) -> Self {
        Self::of(definitions, Kind::ResourceServer, &[Attribute::IDENTIFIER, Attribute::CLIENT_NAME])
    }

    fn of(definitions: &[Definition], kind: Kind, by: &[Attribute]) -> Self {
        let mut names = Self { known: BTreeMap::new(), open: false };
        for (at, definition) in
            definitions.iter().enumerate().filter(|(_, definition)| definition.kind == kind)
        {
            let first = definition.facts.get(&by[0]);
            names.open |= first.is_some_and(|fact| fact.datum.text().is_none());
            for attribute in by {
                if let Some(text) = definition.text(*attribute) {
                    names.known.entry(text.to_owned()).or_insert(at);
                }
            }
            names.known.entry(definition.key.clone()).or_insert(at);
        }
        names
    }

    /// The definition that a fact refers to.
    pub(super) fn find(&self, fact: &Fact) -> Option<usize> {
        match &fact.datum {
            Datum::Text(text) => self.known.get(text).copied(),
            Datum::Unknown(unknown) => self.known.get(&unknown.reference.as_ref()?.address).copied(),
            _ => None,
        }
    }

    /// Whether a word is declared; `None` where that cannot be known: no word, an identifier that the server gave, a name
    /// beside names that are not known, a project that declares none at all.
    pub(super) fn declares(&self, word: &str) -> Option<bool> {
        if self.known.contains_key(word) {
            return Some(true);
        }
        let given = word.is_empty()
            || word.starts_with("tpc_")
            || ((20..=40).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_alphanumeric()));
        (!self.open && !given && !self.known.is_empty()).then_some(false)
    }
}
