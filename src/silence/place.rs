//! Where ignores and the values stand that they cover.

use crate::client::{Basis, Fact};
use crate::config::Origin;
use crate::day::Day;
use crate::finding::Silencer;
use crate::source::{Place, Span};

use super::{Mark, Silence};

/// An ignore as findings name it.
#[derive(Clone, Debug)]
pub struct Placed<'a> {
    /// What it is.
    pub by: Silencer,
    /// Why it was written.
    pub reason: String,
    /// The last day on which it holds.
    pub until: Option<Day>,
    /// Who wrote it, where that is said.
    pub author: Option<String>,
    /// Where it stands: a place in a file of the project, or bytes of a configuration.
    pub place: Result<Place, (&'a Origin, Span)>,
}

/// The places of a value: where it is used, and where it is written.
pub(super) fn of(fact: &Fact) -> impl Iterator<Item = Place> {
    let places = match &fact.basis {
        Basis::Written(place) => [Some(*place), None],
        Basis::Resolved { used, from } => [Some(*used), Some(*from)],
        Basis::Default(_) | Basis::Inferred(_) => [None, None],
    };
    places.into_iter().flatten()
}

impl<'a> Silence<'a> {
    /// The ignore of a mark.
    pub fn placed(&self, mark: Mark) -> Placed<'a> {
        match mark {
            Mark::Comment(number, _) => {
                let comment = &self.comments[number];
                Placed {
                    by: Silencer::Comment,
                    reason: comment.reason.clone(),
                    until: comment.until,
                    author: None,
                    place: Ok(comment.place),
                }
            }
            Mark::Configuration(number, _) => {
                let ignore = &self.config.ignores.list[number];
                Placed {
                    by: Silencer::Configuration,
                    reason: ignore.reason.clone().unwrap_or_default(),
                    until: ignore.until,
                    author: ignore.by.clone(),
                    place: Err((&ignore.origin, ignore.span)),
                }
            }
        }
    }
}
