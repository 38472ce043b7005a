//! What somebody does not want to hear of: which findings comments and `[[ignore]]` silence, and what is wrong with
//! these wishes. Nothing here knows a provider, a syntax's grammar or how a report looks.

mod comments;
mod covering;
mod directive;
mod nearest;
mod place;
mod scope;
mod wrong;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use self::comments::Comment;
use self::covering::Covering;
pub use self::nearest::Nearest;
pub use self::place::Placed;
pub use self::wrong::{Known, Removal, Wrong, configuration};
use crate::check::{self, Settings, Violation, check_without};
use crate::client::{Definition, Fact};
use crate::config::{Config, Ignore};
use crate::day::Day;
use crate::project::Document;
use crate::vocabulary::Attribute;

/// How ignores are treated in a run.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ignoring<'a> {
    /// The day by which they expire; none does without it.
    pub today: Option<Day>,
    /// Whether what they silence is reported all the same.
    pub report_all: bool,
    /// Folders that are analysed in full: of these it is known that an `[[ignore]]` silences nothing.
    pub folders: &'a [PathBuf],
}

/// The ignores that hold for a project.
pub struct Silence<'a> {
    comments: Vec<Comment>,
    /// Whether a text of the project, as it is written, speaks to clientlint.
    is_spoken_to: bool,
    covering: Covering,
    config: &'a Config,
    /// For each rule those of the configuration that silence it: with the number of each, and of the rule in it.
    obeyed: BTreeMap<&'a str, Vec<(usize, usize, &'a Ignore)>>,
    documents: &'a [Document<'a>],
}

/// One rule of one ignore.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// Of a comment: the number of the comment in the project, and of the rule in it.
    Comment(usize, usize),
    /// Of the configuration: the number of the `[[ignore]]`, and of the rule in it.
    Configuration(usize, usize),
}

/// A violation, and what silences it.
pub struct Heard<'a> {
    /// The violation: of some of the facts alone where the others are silenced.
    pub violation: Violation<'a>,
    /// What silences it.
    pub by: Option<Mark>,
}

impl<'a> Silence<'a> {
    /// The ignores of a project.
    ///
    /// `in_each` are its documents as they are in each environment, where that makes a difference.
    pub fn of<'d>(
        documents: &'a [Document<'a>],
        in_each: impl Iterator<Item = &'d [Document<'d>]>,
        config: &'a Config,
        ignoring: &Ignoring<'_>,
    ) -> Self {
        let read = comments::of(documents, config, ignoring.today);
        let is_spoken_to = read.is_some();
        let mut comments = read.unwrap_or_default();
        for documents in in_each {
            let read = comments::of(documents, config, ignoring.today);
            comments::add(&mut comments, read.unwrap_or_default());
        }
        let list = config.ignores.list.iter().enumerate();
        let mut obeyed: BTreeMap<&str, Vec<(usize, usize, &Ignore)>> = BTreeMap::new();
        for (number, ignore) in list {
            if wrong::standing(ignore, config, ignoring.today).is_some() {
                continue;
            }
            for (at, id) in ignore.rules.iter().enumerate() {
                let first = ignore.rules.iter().position(|rule| rule == id) == Some(at);
                if first && config.may_be_ignored(id) {
                    obeyed.entry(id).or_default().push((number, at, ignore));
                }
            }
        }
        Self { covering: Covering::of(&comments), comments, is_spoken_to, config, obeyed, documents }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.comments.is_empty() && self.obeyed.is_empty()
    }

    /// Whether any text of the project speaks to clientlint, rightly or wrongly.
    pub fn is_spoken_to(&self) -> bool {
        self.is_spoken_to || !self.comments.is_empty()
    }

    /// Takes a violation apart into what is silenced and what is not. Marks that silence something are added to `used`.
    ///
    /// Where only some of the items are covered that decided, the rule is asked again about the others.
    pub fn hear<'v>(
        &self,
        violation: Violation<'v>,
        definition: &'v Definition,
        settings: &Settings,
        known: &check::Known<'_>,
        used: &mut BTreeSet<Mark>,
    ) -> Vec<Heard<'v>> {
        let mut heard = Vec::new();
        let mut without: Vec<&'v Fact> = violation.without.clone();
        let mut rest = Some(violation);
        while let Some(violation) = rest.take() {
            let whole = self.of_definition(&violation, definition);
            if !whole.is_empty() {
                used.extend(&whole);
                heard.push(Heard { by: whole.first().copied(), violation });
                break;
            }
            let facts = decided(&violation, definition);
            let marks: Vec<(&'v Fact, Vec<Mark>)> =
                facts.iter().map(|fact| (*fact, self.of_fact(&violation, definition, fact))).collect();
            let covered: Vec<&'v Fact> =
                marks.iter().filter(|(_, marks)| !marks.is_empty()).map(|(fact, _)| *fact).collect();
            let by = marks.iter().find_map(|(_, marks)| marks.first().copied());
            marks.iter().for_each(|(_, marks)| used.extend(marks));
            if covered.is_empty() {
                heard.push(Heard { violation, by: None });
                break;
            }
            let asked = violation.clone();
            if covered.len() == facts.len() {
                heard.push(Heard { violation, by });
            } else {
                let is_covered = |fact: &&'v Fact| covered.iter().any(|known| std::ptr::eq(*known, *fact));
                let others = facts.iter().copied().filter(|fact| !is_covered(fact));
                let others: Vec<&'v Fact> = without.iter().copied().chain(others).collect();
                let part = check_without(definition, &asked, settings, known, &others);
                heard.extend(part.map(|violation| Heard { violation, by }));
            }
            let before = without.len();
            without.extend(covered);
            // Each round takes facts away, of which there are no more than the definition has.
            if before > definition.facts.iter().map(|(_, fact)| 1 + fact.datum.items().len()).sum::<usize>() {
                break;
            }
            rest = check_without(definition, &asked, settings, known, &without);
        }
        heard
    }

    /// What silences a violation as a whole: a comment that covers the definition or what is not there, an `[[ignore]]`
    /// for the definition.
    fn of_definition(&self, violation: &Violation<'_>, definition: &Definition) -> Vec<Mark> {
        let absent = violation.decided.is_empty();
        let places = [Some(definition.place), absent.then_some(violation.place)];
        let mut marks = self.covering.marks(&violation.rule.id, places.into_iter().flatten());
        if absent {
            marks.extend(self.of_configuration(violation, definition, None));
        }
        marks
    }

    /// What silences a violation as far as it rests on a fact.
    fn of_fact(&self, violation: &Violation<'_>, definition: &Definition, fact: &Fact) -> Vec<Mark> {
        let mut marks = self.covering.marks(&violation.rule.id, place::of(fact));
        marks.extend(self.of_configuration(violation, definition, Some(fact)));
        marks
    }

    fn of_configuration(
        &self,
        violation: &Violation<'_>,
        definition: &Definition,
        fact: Option<&Fact>,
    ) -> Vec<Mark> {
        let Some(obeyed) = self.obeyed.get(violation.rule.id.as_str()) else { return Vec::new() };
        let paths: Vec<&str> =
            [violation.place, definition.place].iter().filter_map(|place| self.path(*place)).collect();
        let names = names(definition);
        let attribute = violation.attribute.map(Attribute::name);
        let item = fact.filter(|fact| !is_whole(definition, violation, fact)).map(|fact| fact.datum.show());
        let items: Vec<Option<&str>> = match fact {
            // Items of what the platform fills in stand nowhere.
            None if !violation.items.is_empty() => violation.items.iter().map(|one| Some(&**one)).collect(),
            _ => vec![item.as_deref()],
        };
        let fits = |ignore: &Ignore| {
            paths.iter().any(|path| ignore.is_for_path(path))
                && ignore.is_for_client(&names)
                && items.iter().all(|item| ignore.is_for_subject(attribute, *item))
        };
        let fitting = obeyed.iter().filter(|(_, _, ignore)| fits(ignore));
        fitting.map(|(number, rule, _)| Mark::Configuration(*number, *rule)).collect()
    }

    fn path(&self, place: crate::source::Place) -> Option<&str> {
        let document = self.documents.iter().find(|document| document.source.id == place.file)?;
        Some(&document.source.path)
    }
}

/// The facts that decided, each once; where items did, these alone.
fn decided<'a>(violation: &Violation<'a>, definition: &Definition) -> Vec<&'a Fact> {
    let mut facts: Vec<&'a Fact> = Vec::new();
    for fact in &violation.decided {
        if !facts.iter().any(|known| std::ptr::eq(*known, *fact)) {
            facts.push(fact);
        }
    }
    if facts.iter().any(|fact| !is_whole(definition, violation, fact)) {
        facts.retain(|fact| !is_whole(definition, violation, fact));
    }
    facts
}

/// Whether a fact is an attribute's, and not that of an item in it.
fn is_whole(definition: &Definition, violation: &Violation<'_>, fact: &Fact) -> bool {
    let Some(attribute) = violation.attribute else { return true };
    let whole = [definition.facts.get(&attribute), definition.default(attribute)];
    whole.iter().flatten().any(|whole| std::ptr::eq(*whole, fact))
}

/// What a definition is called: by its name, its key and its identifier.
fn names(definition: &Definition) -> Vec<&str> {
    let written = [Attribute::CLIENT_NAME, Attribute::CLIENT_ID].map(|attribute| definition.text(attribute));
    let key = Some(definition.key.as_str()).filter(|key| !key.is_empty());
    written.into_iter().flatten().chain(key).collect()
}
