//! Fixes: from a rule's recipe, in the words of the vocabulary, to changes of stretches of text.
//!
//! The provider's table read backwards says where in an object an attribute stands and how its value is spelt; the
//! syntax says which bytes that are. Nothing is written anew: what is not changed stays as it is, to the byte. Where a
//! change cannot be made without guessing, there is no fix.

mod apply;
mod correct;
mod flow;
mod ignore;
mod lines;
mod lists;
mod locate;
mod parts;
mod place;
mod recipe;
mod secrets;
mod text;
mod uses;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::OnceLock;

pub use self::apply::{Text, apply};
pub use self::ignore::without_ignore;
use self::recipe::Work;
use self::uses::Uses;
use crate::check::Violation;
use crate::client::Definition;
use crate::config::Config;
use crate::project::{Document, is_terraform};
use crate::source::{FileId, Place, Span};
use crate::vocabulary::{Attribute, Kind};

/// Mends what is wrong in the documents of a project.
pub struct Mender<'a> {
    documents: BTreeMap<FileId, &'a Document<'a>>,
    definitions: &'a [Definition],
    config: &'a Config,
    uses: OnceLock<Uses>,
}

/// The changes that mend a violation.
#[derive(Clone, Debug)]
pub struct Mended {
    /// What is taken away and what comes there, in order, none overlapping.
    pub changes: Vec<(Place, String)>,
    /// Where the change is made, if not in the definition's own text.
    pub elsewhere: Option<Place>,
    /// The numbers of the definitions that it changes.
    pub users: Vec<usize>,
}

/// A text and its syntax.
#[derive(Clone, Copy)]
struct Page<'a> {
    text: &'a str,
    syntax: &'static str,
}

fn range(span: Span) -> Range<usize> {
    span.start as usize..span.end as usize
}

impl<'a> Mender<'a> {
    /// For the documents of a project and what they define.
    pub fn new(documents: &'a [Document<'a>], definitions: &'a [Definition], config: &'a Config) -> Self {
        let documents = documents.iter().map(|document| (document.source.id, document)).collect();
        Self { documents, definitions, config, uses: OnceLock::new() }
    }

    /// The changes that mend a violation of the definition with a number; `None` where there are none, or none that
    /// are safe to make.
    pub fn mend(&self, number: usize, violation: &Violation<'_>) -> Option<Mended> {
        let recipe = violation.case.fix.as_ref()?;
        let definition = self.definitions.get(number)?;
        // Who changes the copy of what is there already changes nothing but the copy. A project is no copy.
        let is_project = definition.kind == Kind::Project;
        if definition.text(Attribute::DELIVERY) != Some("desired-state") && !is_project {
            return None;
        }
        let mut work = Work::new(self, definition, violation);
        work.follow(recipe)?;
        let (changes, touched) = work.done()?;
        // What somebody wants to stay as it is stays so.
        let kept: Vec<Place> = violation.without.iter().filter_map(|fact| fact.place()).collect();
        let keeps = |place: &Place| {
            kept.iter().all(|kept| {
                kept.file != place.file
                    || kept.span.end <= place.span.start
                    || place.span.end <= kept.span.start
            })
        };
        if !changes.iter().all(|(place, _)| keeps(place)) {
            return None;
        }
        let users = self.users(number, &touched);
        let own = definition.place;
        let elsewhere = touched
            .into_iter()
            .find(|place| place.file != own.file || !own.span.covers(place.span))
            .filter(|place| self.is_terraform(place.file));
        Some(Mended { changes, elsewhere, users })
    }

    /// The definitions that are changed with what stands at places.
    fn users(&self, number: usize, touched: &[Place]) -> Vec<usize> {
        if touched.iter().all(|place| !self.is_terraform(place.file)) {
            return vec![number];
        }
        let uses = self.uses.get_or_init(|| Uses::of(self.definitions));
        let mut users: Vec<usize> = touched.iter().flat_map(|place| uses.at(*place)).collect();
        users.push(number);
        users.sort_unstable();
        users.dedup();
        users
    }

    fn page(&self, file: FileId) -> Option<Page<'a>> {
        let document = self.documents.get(&file)?;
        // Nobody knows what a text means that cannot be read in full.
        document
            .parsed
            .problems
            .is_empty()
            .then_some(Page { text: &document.source.text, syntax: document.format.name() })
    }

    fn is_terraform(&self, file: FileId) -> bool {
        let path = self.documents.get(&file).map_or("", |document| document.source.path.as_str());
        is_terraform(path.rsplit('/').next().unwrap_or(path))
    }
}
