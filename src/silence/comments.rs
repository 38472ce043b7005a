//! The comments of a project that silence something, or were meant to.

use std::collections::BTreeMap;
use std::ops::Range;

use rayon::prelude::*;

use super::directive::{Directive, Malformed, directives};
use super::scope::Nodes;
use super::wrong::{self, Standing};
use crate::config::Config;
use crate::day::Day;
use crate::formats::mentions;
use crate::project::Document;
use crate::source::{Place, Span};
use crate::tree::{Node, Value};

/// A comment that silences something, or was meant to.
#[derive(Debug)]
pub(super) struct Comment {
    /// Where it stands.
    pub(super) place: Place,
    /// The comment, or text, in which it stands.
    pub(super) within: Place,
    /// Whether that is a text, as Terraform's JSON has it, and no comment.
    pub(super) is_value: bool,
    /// The rules that it names, where, and why they are not silenced, if they are not.
    pub(super) rules: Vec<Named>,
    pub(super) reason: String,
    pub(super) until: Option<Day>,
    /// Why it silences nothing at all, if so.
    pub(super) standing: Option<Standing>,
    /// What it covers; empty where that is nothing.
    pub(super) covered: Vec<Span>,
    /// Why it covers nothing.
    pub(super) covers_nothing: Option<String>,
}

/// A rule that a comment names.
#[derive(Debug)]
pub(super) struct Named {
    pub(super) id: String,
    pub(super) place: Place,
    pub(super) standing: Option<Standing>,
}

impl Comment {
    /// The rules that it silences, each with its number among those that it names.
    pub(super) fn obeyed(&self) -> impl Iterator<Item = (usize, &str)> {
        let rules = if self.standing.is_some() { &[][..] } else { &self.rules };
        let obeyed = rules.iter().enumerate().filter(|(_, rule)| rule.standing.is_none());
        obeyed.map(|(at, rule)| (at, rule.id.as_str()))
    }
}

/// The comments of all documents, in order; `None` where nothing in their texts speaks to clientlint.
pub(super) fn of(documents: &[Document<'_>], config: &Config, today: Option<Day>) -> Option<Vec<Comment>> {
    let read = documents.par_iter().filter_map(|document| of_document(document, config, today));
    let read: Vec<Vec<Comment>> = read.collect();
    (!read.is_empty()).then(|| read.into_iter().flatten().collect())
}

/// Adds the comments of the same documents in an environment: what a marker stands for may be covered there alone.
pub(super) fn add(comments: &mut Vec<Comment>, others: Vec<Comment>) {
    // Several may stand in one text, of which nobody knows where.
    let mut known: BTreeMap<(Place, usize), usize> = BTreeMap::new();
    let mut seen: BTreeMap<Place, usize> = BTreeMap::new();
    let next = |place: Place, seen: &mut BTreeMap<Place, usize>| {
        let number = seen.entry(place).or_default();
        *number += 1;
        (place, *number)
    };
    for (at, comment) in comments.iter().enumerate() {
        known.insert(next(comment.place, &mut seen), at);
    }
    seen.clear();
    for other in others {
        match known.get(&next(other.place, &mut seen)).map(|at| &mut comments[*at]) {
            Some(comment) => {
                if other.covers_nothing.is_none() {
                    comment.covers_nothing = None;
                }
                let new = other.covered.into_iter().filter(|span| !comment.covered.contains(span));
                let new: Vec<Span> = new.collect();
                comment.covered.extend(new);
            }
            None => comments.push(other),
        }
    }
}

fn of_document(document: &Document<'_>, config: &Config, today: Option<Day>) -> Option<Vec<Comment>> {
    let source = document.source;
    let parsed = &document.parsed;
    if mentions(&source.text).is_empty() {
        return None;
    }
    let mut comments = Vec::new();
    let nodes = Nodes::new(source, document.format.name(), &parsed.documents);
    let whole = Span::new(0, source.text.len());
    let reader = Reader { config, today };
    for span in &parsed.comments {
        let start = span.start as usize;
        let place = |range: Range<usize>| source.place(start + range.start..start + range.end);
        for directive in directives(source.slice(*span)) {
            let covered = || nodes.covered(*span);
            let within = source.place(span.start as usize..span.end as usize);
            comments.push(reader.comment(directive, &place, &covered, (within, false, whole)));
        }
    }
    if is_terraform_json(&source.path) {
        // Terraform's JSON syntax has this member for comments, and JSON has no others.
        for (holder, text) in parsed.documents.iter().flat_map(members) {
            for directive in text.text().map(directives).unwrap_or_default() {
                let covered = || Ok(vec![holder.place.span]);
                let within = (text.place, true, whole);
                comments.push(reader.comment(directive, &|_| text.place, &covered, within));
            }
        }
    }
    Some(comments)
}

/// The texts under `//` in a document, each with the object that holds it.
pub(super) fn members(document: &Node) -> Vec<(&Node, &Node)> {
    let mut found = Vec::new();
    let mut open = vec![document];
    while let Some(node) = open.pop() {
        match &node.value {
            Value::List(items) => open.extend(items),
            Value::Map(entries) => {
                for entry in entries {
                    if entry.key == "//" {
                        let texts = [&entry.value].into_iter().chain(entry.value.items());
                        found.extend(texts.filter(|text| text.text().is_some()).map(|text| (node, text)));
                    }
                    open.push(&entry.value);
                }
            }
            _ => {}
        }
    }
    found.sort_by_key(|(_, text)| text.place);
    found
}

/// Whether a file is Terraform's in JSON.
pub(super) fn is_terraform_json(path: &str) -> bool {
    path.ends_with(".tf.json") || path.ends_with(".tofu.json")
}

struct Reader<'a> {
    config: &'a Config,
    today: Option<Day>,
}

impl Reader<'_> {
    fn comment(
        &self,
        directive: Result<Directive, Malformed>,
        place: &dyn Fn(Range<usize>) -> Place,
        covered: &dyn Fn() -> Result<Vec<Span>, String>,
        (within, is_value, whole): (Place, bool, Span),
    ) -> Comment {
        let directive = match directive {
            Ok(directive) => directive,
            Err(Malformed { says, range }) => {
                return Comment {
                    place: place(range),
                    within,
                    is_value,
                    rules: Vec::new(),
                    reason: String::new(),
                    until: None,
                    standing: Some(Standing::new("malformed", says)),
                    covered: Vec::new(),
                    covers_nothing: None,
                };
            }
        };
        let covered = if directive.whole_file { Ok(vec![whole]) } else { covered() };
        let standing = wrong::of_comment(&directive, self.config, self.today);
        let named = |(id, range): (String, Range<usize>)| {
            let standing = wrong::of_rule(&id, self.config);
            Named { id, place: place(range), standing }
        };
        Comment {
            place: place(directive.range),
            within,
            is_value,
            rules: directive.rules.into_iter().map(named).collect(),
            reason: directive.reason,
            until: directive.until,
            standing,
            covers_nothing: covered.as_ref().err().cloned(),
            covered: covered.unwrap_or_default(),
        }
    }
}
