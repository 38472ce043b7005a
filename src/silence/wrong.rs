//! What is wrong with ignores, as definitions that rules judge: what silences nothing, has ended, gives no reason.

use std::collections::{BTreeMap, BTreeSet};

use super::comments::{Comment, Named, is_terraform_json, members};
use super::directive::{Directive, is_placeholder};
use super::nearest::Nearest;
use super::{Mark, Silence};
use crate::client::{Basis, Datum, Definition, Fact};
use crate::config::{Config, Ignore};
use crate::day::Day;
use crate::formats::mentions;
use crate::project::Document;
use crate::redaction;
use crate::source::{FileId, Place, Source, Span};
use crate::suggest::did_you_mean;
use crate::vocabulary::{Attribute, Kind};

/// Why an ignore is not obeyed.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    state: &'static str,
    hint: String,
}

impl Standing {
    pub(super) fn new(state: &'static str, hint: impl Into<String>) -> Self {
        Self { state, hint: hint.into() }
    }
}

/// What is wrong with an ignore in a comment apart from the rules that it names.
pub(super) fn of_comment(directive: &Directive, config: &Config, today: Option<Day>) -> Option<Standing> {
    if directive.whole_file && !config.ignores.allow_file_level {
        let says = ": for a whole file only where `allow-file-level` in [ignores] allows it";
        return Some(Standing::new("forbidden", says));
    }
    of_words(&directive.reason, directive.until, config, today)
}

/// What is wrong with an `[[ignore]]`.
pub(super) fn standing(ignore: &Ignore, config: &Config, today: Option<Day>) -> Option<Standing> {
    of_words(ignore.reason.as_deref().unwrap_or_default(), ignore.until, config, today)
}

/// What is wrong with the reason and the end of an ignore.
fn of_words(reason: &str, until: Option<Day>, config: &Config, today: Option<Day>) -> Option<Standing> {
    let settings = &config.ignores;
    let least = settings.min_reason_len;
    if !settings.without_reason && is_placeholder(reason) {
        let hint =
            if reason.is_empty() { "" } else { ": such words alone do not tell why the finding stays" };
        return Some(Standing::new("without-reason", hint));
    }
    if !settings.without_reason && reason.chars().count() < least {
        return Some(Standing::new("without-reason", format!(": one has at least {least} characters here")));
    }
    if let (Some(until), Some(today)) = (until, today)
        && until < today
    {
        return Some(Standing::new("expired", ""));
    }
    let longest = settings.max_lifetime?;
    match (until, today) {
        (None, _) => Some(Standing::new("forbidden", format!(" without an end within {longest} days"))),
        (Some(until), Some(today)) if until.since(today) > longest => {
            Some(Standing::new("forbidden", format!(" for more than {longest} days")))
        }
        _ => None,
    }
}

/// What is wrong with a rule that an ignore names.
pub(super) fn of_rule(id: &str, config: &Config) -> Option<Standing> {
    if !config.rules.iter().any(|rule| rule.id == *id) {
        let hint = did_you_mean(id, config.rules.iter().map(|rule| rule.id.as_str()));
        return Some(Standing::new("unknown-rule", hint));
    }
    (!config.may_be_ignored(id)).then(|| Standing::new("forbidden", ": it is not ignorable"))
}

/// An ignore with what is wrong with it.
pub struct Wrong {
    /// What rules judge.
    pub definition: Definition,
    /// What would have to go so that nothing of it is left; `None` where that is no way out.
    pub removal: Option<Removal>,
}

/// What of a file would have to go.
#[derive(Clone, Copy, Debug)]
pub struct Removal {
    /// The comment, or the text that stands for one.
    pub comment: Place,
    /// Whether it is such a text.
    pub is_value: bool,
    /// The ignore in it.
    pub directive: Place,
    /// The only rule of it that goes; all of it where none is named.
    pub rule: Option<Place>,
}

impl Removal {
    fn of(comment: &Comment, rule: Option<Place>) -> Self {
        Self { comment: comment.within, is_value: comment.is_value, directive: comment.place, rule }
    }
}

impl From<Definition> for Wrong {
    fn from(definition: Definition) -> Self {
        Self { definition, removal: None }
    }
}

impl Silence<'_> {
    /// What is wrong with the comments of the project, as definitions that rules judge.
    ///
    /// `complete` says whether all of the project was analysed, so that what silences nothing is in vain.
    pub fn wrong(
        &self,
        used: &BTreeSet<Mark>,
        complete: bool,
        nearest: &Nearest<'_>,
        deployed: &BTreeSet<FileId>,
    ) -> Vec<Wrong> {
        let mut all = Vec::new();
        for (number, comment) in self.comments.iter().enumerate() {
            self.of_one(number, comment, used, complete, nearest, &mut all);
        }
        let mut elsewhere = Vec::new();
        for document in self.documents {
            misplaced(document, deployed.contains(&document.source.id), &mut elsewhere);
        }
        all.extend(elsewhere.into_iter().map(Wrong::from));
        all
    }

    fn of_one(
        &self,
        number: usize,
        comment: &Comment,
        used: &BTreeSet<Mark>,
        complete: bool,
        nearest: &Nearest<'_>,
        all: &mut Vec<Wrong>,
    ) {
        let ids: Vec<&str> = comment.rules.iter().map(|rule| rule.id.as_str()).collect();
        for rule in &comment.rules {
            all.extend(
                rule.standing
                    .as_ref()
                    .map(|standing| definition(standing, &[&rule.id], None, rule.place).into()),
            );
        }
        if let Some(standing) = &comment.standing {
            let removal = (standing.state == "expired").then(|| Removal::of(comment, None));
            all.push(Wrong { definition: definition(standing, &ids, comment.until, comment.place), removal });
            return;
        }
        let Some(source) =
            self.documents.iter().map(|document| document.source).find(|s| s.id == comment.place.file)
        else {
            return;
        };
        let line = source.position(comment.place.span.start).line;
        let in_vain = |at: usize, rule: &Named| {
            let judged = complete && rule.standing.is_none() && self.config.has_on_everywhere(&rule.id);
            judged && !used.contains(&Mark::Comment(number, at))
        };
        let alone = comment.rules.iter().enumerate().all(|(at, rule)| in_vain(at, rule));
        for (_, rule) in comment.rules.iter().enumerate().filter(|(at, rule)| in_vain(*at, rule)) {
            let nothing = comment.covers_nothing.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
            let hint = format!("{nothing}{}", nearest.hint(&rule.id, &source.path, line));
            let removal = Some(Removal::of(comment, Some(rule.place).filter(|_| !alone)));
            let definition = definition(&Standing::new("unused", hint), &[&rule.id], None, rule.place);
            all.push(Wrong { definition, removal });
        }
    }
}

/// Adds the ignores of a document that stand where there are no comments.
fn misplaced(document: &Document<'_>, deployed: bool, all: &mut Vec<Definition>) {
    let source = document.source;
    let mut members: Vec<Place> = document
        .parsed
        .documents
        .iter()
        .flat_map(members)
        .filter(|(_, text)| text.text().is_some_and(|text| !mentions(text).is_empty()))
        .map(|(_, text)| text.place)
        .collect();
    if is_terraform_json(&source.path) {
        // Those are obeyed.
    } else if deployed && document.format.name() == "json" {
        for place in &members {
            all.push(definition(&Standing::new("breaks-deploy", ""), &[], None, *place));
        }
    } else {
        members.clear();
    }
    let members = members.iter().map(|place| place.span);
    let mut known: Vec<Span> = document.parsed.comments.iter().copied().chain(members).collect();
    known.sort_by_key(|span| span.start);
    let known = |at: u32| {
        let started = known.partition_point(|span| span.start <= at);
        known[..started].last().is_some_and(|span| at < span.end)
    };
    for at in mentions(&source.text) {
        let rest = source.text[at..].trim_start_matches(|c: char| c.is_ascii_alphabetic());
        let is_ignore = rest.trim_start_matches([':', ' ', '-']).starts_with("ignor");
        let place = source.place(at..at + "clientlint".len());
        if is_ignore && !known(place.span.start) {
            all.push(definition(&Standing::new("misplaced", ""), &[], None, place));
        }
    }
}

/// What is known of the ignores of configurations at the end of a run.
pub struct Known<'a, 's> {
    /// The day by which they expire.
    pub today: Option<Day>,
    /// Whether it is known of an ignore what it silences.
    pub judged: &'a dyn Fn(&Ignore) -> bool,
    /// Whether the rule of that number in it is silenced by it anywhere.
    pub used: &'a dyn Fn(&Ignore, usize) -> bool,
    /// Findings to which it may have been meant to apply.
    pub nearest: Nearest<'a>,
    /// The text of the file that holds it.
    pub source: &'a dyn Fn(&Ignore) -> &'s Source,
}

/// What is wrong with the ignores of a configuration and of the files on which it builds.
pub fn configuration(config: &Config, known: &Known<'_, '_>) -> Vec<Definition> {
    let mut all = Vec::new();
    for ignore in &config.ignores.list {
        let (source, span) = ((known.source)(ignore), ignore.span);
        let bom = source.bom;
        let place =
            source.place(span.start.saturating_sub(bom) as usize..span.end.saturating_sub(bom) as usize);
        let ids: Vec<&str> = ignore.rules.iter().map(String::as_str).collect();
        for id in &ids {
            all.extend(of_rule(id, config).map(|standing| definition(&standing, &[*id], None, place)));
        }
        if let Some(standing) = standing(ignore, config, known.today) {
            all.push(definition(&standing, &ids, ignore.until, place));
            continue;
        }
        for (at, id) in ids.into_iter().enumerate() {
            let on = config.has_on_everywhere(id) && of_rule(id, config).is_none();
            if on && (known.judged)(ignore) && !(known.used)(ignore, at) {
                let hint = known.nearest.hint(id, "", 0);
                all.push(definition(&Standing::new("unused", hint), &[id], None, place));
            }
        }
    }
    all
}

/// An ignore with what is wrong with it.
fn definition(standing: &Standing, rules: &[&str], until: Option<Day>, place: Place) -> Definition {
    let mut definition = Definition::new(Kind::Ignore, place);
    let rules: Vec<String> = rules.iter().map(|id| shown(id)).collect();
    definition.key = rules.join(", ");
    let mut facts = BTreeMap::from([
        (Attribute::IGNORE_STATE, standing.state.to_owned()),
        (Attribute::IGNORED_RULE, definition.key.clone()),
        (Attribute::IGNORE_HINT, standing.hint.clone()),
    ]);
    facts.extend(until.map(|until| (Attribute::IGNORE_UNTIL, until.to_string())));
    for (attribute, text) in facts {
        definition.facts.insert(attribute, Fact { datum: Datum::Text(text), basis: Basis::Written(place) });
    }
    definition
}

/// A rule's id as it is shown: what is none may be anything, a secret included.
fn shown(id: &str) -> String {
    let is_id = id.len() <= 60
        && id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        && id.chars().filter(char::is_ascii_digit).count() <= 4;
    if is_id { redaction::free_text(id) } else { "what stands there".to_owned() }
}
