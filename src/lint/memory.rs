//! What an analysis leaves to the next one of an edited text: definitions whose lines were not edited are not made
//! again, and those of which no other definition says something new are not judged again.
//!
//! All that a definition rests on is asked for: its configuration, what is known of its file, and its object, which
//! stands outside of the edited lines. What was found in it rests on the same, and on what follows for it from others,
//! which is worked out anew and compared. Where ignores, environments or other files may have a say, nothing is kept.

use std::collections::HashMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::judge::{Judged, Project};
use crate::client::{Definition, Fact};
use crate::config::Config;
use crate::finding::{ClientSummary, Finding, Location};
use crate::project::{Made, Setting, Spot};
use crate::source::{Moved, Place, Source, Span};
use crate::vocabulary::Attribute;

/// What is kept of a document.
pub(super) struct Memory {
    config: Arc<Config>,
    setting: Setting,
    entries: Vec<Entry>,
}

/// A definition, of what it was made, and what was found in it.
struct Entry {
    spot: Spot,
    /// `None` once it is taken.
    definition: Option<Definition>,
    /// What followed for it from others, once it is taken.
    linked: Vec<(Attribute, Fact)>,
    opinion: Option<Opinion>,
}

/// What was found in a definition.
pub(super) struct Opinion {
    summary: Arc<ClientSummary>,
    findings: Vec<Finding>,
    hidden: usize,
}

impl Memory {
    /// What is kept of a project that was analysed, if it is one of a single document. `opinions` are those that are
    /// new, by the numbers of the definitions.
    pub(super) fn of(project: Project<'_>, opinions: Vec<(usize, Opinion)>) -> Option<Self> {
        let Project { config, definitions, variants, opinions: mut all, .. } = project;
        let Made { setting, spots } = definitions.made.filter(|_| variants.is_empty())?;
        all.resize_with(definitions.definitions.len(), || None);
        for (number, opinion) in opinions {
            all[number] = Some(opinion);
        }
        let entries = spots.into_iter().zip(definitions.definitions).zip(all);
        let entry = |((spot, definition), opinion)| Entry {
            spot,
            definition: Some(definition),
            linked: Vec::new(),
            opinion,
        };
        Some(Self { config, setting, entries: entries.map(entry).collect() })
    }

    /// Goes along with an edit of the text, which is now that of a source.
    pub(super) fn follow(&mut self, moved: &Moved, source: &Source) {
        let kept: Vec<bool> = self.entries.par_iter_mut().map(|entry| entry.follow(moved, source)).collect();
        let mut kept = kept.into_iter();
        self.entries.retain(|_| kept.next() == Some(true));
    }
}

impl Entry {
    /// Takes out the definition without what follows for it from others.
    fn unlink(&mut self) -> Option<Definition> {
        let mut definition = self.definition.take()?;
        let linked = definition.facts.unlink();
        self.opinion = self.opinion.take().filter(|_| linked.is_some());
        self.linked = linked?;
        Some(definition)
    }

    /// Whether it is what it was after an edit.
    fn follow(&mut self, moved: &Moved, source: &Source) -> bool {
        let Self { spot, definition: Some(definition), opinion, .. } = self else { return false };
        // What stands above the edited lines rests on nothing below them but by its links.
        let is_above = spot.node().span.end <= moved.from.start;
        let mut is_same = true;
        let (own, linked) = definition.facts.split_mut();
        if !is_above {
            let mut change = |place: &mut Place| follow(place, moved, &mut is_same);
            spot.each_place(&mut change);
            change(&mut definition.place);
            definition.name_place.iter_mut().for_each(&mut change);
            own.iter_mut().for_each(|(_, fact)| fact.each_place(&mut change));
        }
        let mut is_linked = true;
        for (_, fact) in linked {
            fact.each_place(&mut |place| follow(place, moved, &mut is_linked));
        }
        let line = source.position(definition.place.span.start).line;
        if !is_linked || opinion.as_mut().is_some_and(|opinion| !opinion.follow(moved, source, line)) {
            *opinion = None;
        }
        is_same
    }
}

/// Moves a place. Where that is not known to be what it was, it is said.
fn follow(place: &mut Place, moved: &Moved, is_same: &mut bool) {
    match moved.place(*place) {
        Some(now) => *place = now,
        None => *is_same = false,
    }
}

impl Opinion {
    /// What was found in a definition; `None` where that points into other files.
    pub(super) fn of(judged: &Judged<'_>) -> Option<Self> {
        let Judged { summary, findings, hidden, .. } = judged;
        let mut findings: Vec<Finding> = findings.iter().map(|(finding, _)| finding.clone()).collect();
        let is_here = |location: &mut Location| location.path == summary.path;
        let is_own = findings.iter_mut().flat_map(locations).all(is_here);
        is_own.then(|| Self { summary: summary.clone(), findings, hidden: *hidden })
    }

    /// The same of a definition of today.
    pub(super) fn judged<'a>(&self, definition: &'a Definition) -> Judged<'a> {
        let findings = self.findings.iter().map(|finding| (finding.clone(), None));
        let (summary, findings) = (self.summary.clone(), findings.collect());
        Judged { definition, summary, findings, hidden: self.hidden }
    }

    /// Whether all that was found stands outside of the edited lines. `line` is now that of the definition.
    fn follow(&mut self, moved: &Moved, source: &Source, line: u32) -> bool {
        let Self { summary, findings, .. } = self;
        if summary.line != line {
            *summary = Arc::new(ClientSummary { line, ..ClientSummary::clone(summary) });
            findings.iter_mut().for_each(|finding| finding.client = Some(summary.clone()));
        }
        findings.iter_mut().flat_map(locations).all(|location| {
            let [start, end] = [location.start, location.end].map(|at| at.byte.saturating_sub(source.bom));
            let now = moved.place(Place { file: moved.file, span: Span { start, end } });
            if let Some(Place { span, .. }) = now
                && start >= moved.from.start
            {
                (location.start, location.end) = (source.position(span.start), source.position(span.end));
            }
            now.is_some()
        })
    }
}

/// The places to which a finding points.
fn locations(finding: &mut Finding) -> impl Iterator<Item = &mut Location> {
    std::iter::once(&mut finding.location)
        .chain(finding.related.iter_mut().map(|related| &mut related.location))
}

/// What is remembered of a document while it is analysed again.
#[derive(Default)]
pub(super) struct Recalled {
    memory: Option<Memory>,
    /// For each definition that of which it was taken.
    taken: Vec<Option<usize>>,
}

impl Recalled {
    /// What is remembered with a configuration.
    pub(super) fn of(memory: Option<Memory>, config: &Arc<Config>) -> Self {
        Self { memory: memory.filter(|memory| Arc::ptr_eq(&memory.config, config)), taken: Vec::new() }
    }

    /// The definitions of objects that are what they were, as they were before they were linked.
    pub(super) fn definitions(&mut self, made: &Made) -> Vec<Option<Definition>> {
        let Some(memory) = self.memory.as_mut().filter(|memory| memory.setting == made.setting) else {
            return Vec::new();
        };
        let entries = &mut memory.entries;
        let numbers: HashMap<Place, usize> =
            entries.iter().enumerate().map(|(number, entry)| (entry.spot.node(), number)).collect();
        let number =
            |spot: &Spot| numbers.get(&spot.node()).copied().filter(|number| entries[*number].spot == *spot);
        self.taken = made.spots.iter().map(number).collect();
        self.taken.iter().map(|number| entries[(*number)?].unlink()).collect()
    }

    /// What was found in definitions of which others say today what they said then, by the definitions' numbers.
    pub(super) fn opinions(
        mut self,
        made: Option<&Made>,
        definitions: &[Definition],
    ) -> Vec<Option<Opinion>> {
        let (Some(memory), Some(_)) = (&mut self.memory, made) else { return Vec::new() };
        let opinion = |(number, definition): (&Option<usize>, &Definition)| {
            let entry = &mut memory.entries[(*number)?];
            let is_same = definition.facts.linked().is_some_and(|linked| linked == entry.linked);
            entry.opinion.take().filter(|_| is_same)
        };
        self.taken.iter().zip(definitions).map(opinion).collect()
    }
}
