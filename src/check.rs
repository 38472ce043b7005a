//! Rules over definitions: which hold, how bad it is, and where it stands.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::client::{Basis, Datum, Definition, Fact};
use crate::rule::{Case, Condition, Match, Matches, Persona, Profile, Rule, Severity, Truth};
use crate::source::Place;
use crate::vocabulary::{Attribute, Attributes, Holds, Kind};

/// What is reported of the rules, and how.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Rules that are off.
    pub off: BTreeSet<String>,
    /// If not empty: the only rules that are on.
    pub only: BTreeSet<String>,
    /// Severities that are set for rules.
    pub severities: BTreeMap<String, Severity>,
    /// Rules that are on whatever else is set, and the least severity that they have; `None` for their own.
    pub floors: BTreeMap<String, Option<Severity>>,
    /// For whom the report is.
    pub persona: Persona,
    /// A stricter set of severities.
    pub profile: Option<Profile>,
}

impl Settings {
    /// Whether a rule is on.
    pub fn has_on(&self, rule: &str) -> bool {
        self.chooses(rule) || self.floors.contains_key(rule)
    }

    /// Whether a rule is on apart from its floor.
    fn chooses(&self, rule: &str) -> bool {
        (self.only.is_empty() || self.only.contains(rule)) && !self.off.contains(rule)
    }
}

/// A rule that a definition breaks.
#[derive(Clone, Debug)]
pub struct Violation<'a> {
    /// The rule.
    pub rule: &'a Rule,
    /// The case of it.
    pub case: &'a Case,
    /// Its severity after settings.
    pub severity: Severity,
    /// Where the deciding value stands.
    pub place: Place,
    /// The attribute that decided; `None` for the definition as a whole.
    pub attribute: Option<Attribute>,
    /// The items of it that decided, as they are shown; none where it decided as a whole.
    pub items: Vec<String>,
    /// The facts that stand where it stands, or beside that in the same list; none where something absent decided.
    pub decided: Vec<&'a Fact>,
    /// Facts that the rule was not asked about, since somebody does not want to hear of them.
    pub without: Vec<&'a Fact>,
    /// Other places that it rests on, and what they say.
    pub related: Vec<(Place, String)>,
    /// The message, values put in.
    pub message: String,
    /// Defaults that it assumes.
    pub assumes: Vec<std::sync::Arc<str>>,
    /// Whether it rests on something that is only likely.
    pub likely: bool,
}

/// What a definition breaks, and how much of it the settings hide.
#[derive(Debug, Default)]
pub struct Verdict<'a> {
    /// What is reported, in the order of the rules.
    pub violations: Vec<Violation<'a>>,
    /// What is for another persona.
    pub hidden: Vec<Violation<'a>>,
}

/// Judges a definition by every rule.
pub fn check<'a>(definition: &'a Definition, rules: &'a [Arc<Rule>], settings: &Settings) -> Verdict<'a> {
    check_new(definition, rules, settings, &nothing)
}

/// Whether something is known already: of a rule, with a severity, for an attribute, as an item is shown.
pub type Known<'a> = dyn Fn(&str, Severity, Attribute, &str) -> bool + 'a;

/// That nothing is known.
pub fn nothing(_: &str, _: Severity, _: Attribute, _: &str) -> bool {
    false
}

/// The same, where items of lists that are known already decide only if no other does: a violation is about those that
/// are new.
pub fn check_new<'a>(
    definition: &'a Definition,
    rules: &'a [Arc<Rule>],
    settings: &Settings,
    known: &Known<'_>,
) -> Verdict<'a> {
    let provider = definition.text(Attribute::PROVIDER).unwrap_or("");
    let stated = definition.stated();
    let mut found = Vec::new();
    // One list for all rules: most match something before they turn out not to hold.
    let mut matches = Matches::default();
    for rule in rules {
        if !settings.has_on(&rule.id) || !rule.judges(definition.kind, provider) {
            continue;
        }
        if let Some(violation) = judge(definition, &stated, rule, settings, known, &mut matches) {
            found.push(violation);
        }
    }
    let mut silenced: BTreeMap<&str, Severity> = BTreeMap::new();
    // A rule that is on for its floor alone adds a finding, and takes none away.
    for violation in found.iter().filter(|violation| settings.chooses(&violation.rule.id)) {
        for general in &violation.case.subsumes {
            let by = silenced.entry(general).or_insert(violation.severity);
            *by = violation.severity.max(*by);
        }
    }
    let mut verdict = Verdict::default();
    for violation in found {
        // Where the general rule has a floor, nothing that weighs less speaks in its place.
        let held = settings.floors.contains_key(&violation.rule.id);
        if silenced.get(violation.rule.id.as_str()).is_some_and(|by| !held || *by >= violation.severity) {
            continue;
        }
        if violation.is_hidden(definition, settings) {
            verdict.hidden.push(violation);
        } else {
            verdict.violations.push(violation);
        }
    }
    verdict
}

/// What a definition breaks of a rule apart from certain facts: those that somebody does not want to hear of.
pub fn check_without<'a>(
    definition: &'a Definition,
    rule: &'a Rule,
    settings: &Settings,
    known: &Known<'_>,
    without: &[&'a Fact],
) -> Option<Violation<'a>> {
    let mut matches = Matches { found: Vec::new(), without: without.to_vec() };
    judge(definition, &definition.stated(), rule, settings, known, &mut matches)
}

impl Violation<'_> {
    /// Whether it is for another persona.
    pub fn is_hidden(&self, definition: &Definition, settings: &Settings) -> bool {
        // What comes with the tenant is judged by errors alone, except for an auditor.
        let furniture =
            definition.flag(Attribute::FURNITURE) == Some(true) && self.severity < Severity::Error;
        let persona = if furniture { Persona::Auditor } else { persona(self, settings) };
        persona > settings.persona
    }
}

/// Who wants to see a violation: everybody, where a profile or the configuration sets its severity.
fn persona(violation: &Violation<'_>, settings: &Settings) -> Persona {
    let raised = settings.severities.contains_key(&violation.rule.id)
        || settings.floors.contains_key(&violation.rule.id)
        || settings
            .profile
            .is_some_and(|profile| violation.case.profiles.iter().any(|(named, _)| *named == profile));
    if raised { Persona::Regular } else { violation.case.persona }
}

/// The first case of a rule that a definition breaks. What it states spares most rules a closer look.
fn judge<'a>(
    definition: &'a Definition,
    stated: &Attributes,
    rule: &'a Rule,
    settings: &Settings,
    known: &Known<'_>,
    matches: &mut Matches<'a>,
) -> Option<Violation<'a>> {
    matches.found.clear();
    if !rule.needs.are_in(stated) || rule.when.holds(definition, matches) != Truth::True {
        return None;
    }
    let base = matches.found.len();
    let case = rule.cases.iter().find(|case| {
        matches.found.truncate(base);
        case.needs.are_in(stated) && case.when.holds(definition, matches) == Truth::True
    })?;
    let without = matches.without.clone();
    let matches = &mut matches.found;
    let by_profile = settings.profile.and_then(|profile| {
        case.profiles.iter().find(|(named, _)| *named == profile).map(|(_, severity)| *severity)
    });
    let configured = settings.severities.get(&rule.id).copied();
    let own = by_profile.unwrap_or(case.severity);
    let floor = settings.floors.get(&rule.id).map(|floor| floor.unwrap_or(own));
    let severity = configured.unwrap_or(own).max(floor.unwrap_or(Severity::Info));
    if let Some(Match { attribute, .. }) = matches.last().copied() {
        let old = |found: &Match<'_>| {
            found.attribute == attribute
                && is_item(definition, found)
                && found.fact.is_some_and(|fact| known(&rule.id, severity, attribute, &fact.datum.show()))
        };
        let is_item = |found: &&Match<'_>| found.attribute == attribute && is_item(definition, found);
        if matches.iter().filter(is_item).any(|found| !old(found)) {
            matches.retain(|found| !old(found));
        }
    }
    let matches = matches.as_slice();
    let decided = deciding(matches);
    let place = decided.iter().find_map(|fact| fact.place());
    let place = place.unwrap_or_else(|| definition.name_place.unwrap_or(definition.place));
    let attribute = matches.last().map(|found| found.attribute);
    Some(Violation {
        rule,
        case,
        severity,
        place,
        attribute,
        items: attribute.map_or_else(Vec::new, |attribute| items(attribute, definition, matches)),
        decided,
        without,
        related: related(matches, place, attribute, case.label.as_deref()),
        message: fill(&case.message, definition, matches),
        assumes: assumes(matches),
        likely: likely(definition, rule, case),
    })
}

/// The deciding value: that of the last attribute listed which is written, or the items of it. None where that
/// attribute decided by not being written.
fn deciding<'a>(matches: &[Match<'a>]) -> Vec<&'a Fact> {
    let written = |found: &Match<'a>| found.fact.filter(|fact| fact.place().is_some());
    let last = matches.iter().rev().find(|found| found.fact.is_none() || written(found).is_some());
    match last {
        Some(Match { attribute, fact: Some(_) }) => {
            matches.iter().filter(|found| found.attribute == *attribute).filter_map(written).collect()
        }
        _ => Vec::new(),
    }
}

/// The items of an attribute that decided, as they are shown; none where all of it did.
fn items(attribute: Attribute, definition: &Definition, matches: &[Match<'_>]) -> Vec<String> {
    let items = matches.iter().filter(|found| found.attribute == attribute && is_item(definition, found));
    items.filter_map(|found| found.fact).map(|fact| fact.datum.show()).collect()
}

/// Whether what decided is an item of a list, not all that is known of the attribute.
fn is_item(definition: &Definition, found: &Match<'_>) -> bool {
    let whole = [definition.facts.get(&found.attribute), definition.default(found.attribute)];
    found.fact.is_some_and(|fact| !whole.into_iter().flatten().any(|whole| std::ptr::eq(whole, fact)))
}

/// Everything else that a violation rests on: other values, where values come from, and reasons for inferences.
///
/// Other items of the list that decided are what the first is: of them the same `label` is said.
fn related(
    matches: &[Match<'_>],
    decided: Place,
    deciding: Option<Attribute>,
    label: Option<&str>,
) -> Vec<(Place, String)> {
    let mut related: Vec<(Place, String)> = Vec::new();
    let mut add = |place: Place, says: String| {
        if place != decided && !related.iter().any(|(known, _)| *known == place) {
            related.push((place, says));
        }
    };
    for found in matches {
        let Some(fact) = found.fact else { continue };
        let says = || match label.filter(|_| deciding == Some(found.attribute)) {
            Some(label) => label.to_owned(),
            None => says(found.attribute),
        };
        match &fact.basis {
            Basis::Written(place) => add(*place, says()),
            Basis::Resolved { used, from } => {
                add(*used, says());
                add(*from, "its value is written here".to_owned());
            }
            Basis::Inferred(evidence) => {
                for reason in evidence {
                    if let Some(place) = reason.place {
                        add(place, conclusion(found.attribute, fact, &reason.says));
                    }
                }
            }
            Basis::Default(_) => {}
        }
    }
    related
}

/// What is said at a value that a violation rests on.
fn says(attribute: Attribute) -> String {
    match attribute {
        Attribute::APPLICATION_TYPE => "with this application type".to_owned(),
        Attribute::IS_FIRST_PARTY => "this says who owns the client".to_owned(),
        _ if matches!(attribute.meaning().holds, Holds::Texts | Holds::Uris) => {
            format!("together with this one of {}", attribute.name())
        }
        _ => format!("together with this {}", attribute.name()),
    }
}

/// What is said at a value from which something was inferred.
fn conclusion(attribute: Attribute, fact: &Fact, reason: &str) -> String {
    let word = fact.datum.show();
    match attribute {
        // Whose it is, not why.
        _ if reason == "the client" => reason.to_owned(),
        Attribute::CLIENT_TYPE | Attribute::CLIENT_TYPE_CERTAIN => format!(
            "makes the client {}",
            match word.as_str() {
                "true" | "false" => "what it is",
                word => word,
            }
        ),
        Attribute::PARTY | Attribute::PARTY_CERTAIN if word == "first" || word == "third" => {
            format!("makes the client {word}-party")
        }
        _ => reason.to_owned(),
    }
}

/// A message with the values of attributes put in: the matching items of lists, else all that is written.
fn fill(template: &str, definition: &Definition, matches: &[Match<'_>]) -> String {
    let mut message = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        message.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            message.push('{');
            rest = after;
            continue;
        };
        let (attribute, part) = name.split_once('.').map_or((name, None), |(name, part)| (name, Some(part)));
        match Attribute::named(attribute) {
            None if attribute == "before" => message.push_str(&value_before(part, definition)),
            Some(attribute) => message.push_str(&value_of(&[attribute], part, definition, matches)),
            None if attribute.contains('|') => {
                let attributes: Vec<Attribute> = attribute.split('|').filter_map(Attribute::named).collect();
                message.push_str(&value_of(&attributes, part, definition, matches));
            }
            None => {
                message.push('{');
                message.push_str(name);
                message.push('}');
            }
        }
        rest = after;
    }
    message.push_str(rest);
    message
}

/// The value that an attribute had before, or that the platform filled in.
fn value_before(attribute: Option<&str>, definition: &Definition) -> String {
    let value = || {
        let attribute = Attribute::named(attribute?)?;
        let before = definition.before.as_deref()?;
        before.facts.get(&attribute).or_else(|| before.default(attribute)).map(|fact| fact.datum.show())
    };
    value().unwrap_or_else(|| "not set".to_owned())
}

/// The value of attributes, or of a part of it where it is a map, as it is shown in a message.
fn value_of(
    attributes: &[Attribute],
    part: Option<&str>,
    definition: &Definition,
    matches: &[Match<'_>],
) -> String {
    let show = |fact: &Fact| match (part, &fact.datum) {
        (Some(part), Datum::Map(entries)) => entries
            .iter()
            .find(|(name, _)| name == part)
            .map(|(_, fact)| fact.datum.show())
            .unwrap_or_default(),
        _ => fact.datum.show(),
    };
    let shown: Vec<String> = matches
        .iter()
        .filter(|found| attributes.contains(&found.attribute))
        .filter_map(|found| found.fact.map(show))
        .collect();
    if shown.is_empty() {
        let known = |at: &Attribute| definition.facts.get(at).or_else(|| definition.default(*at));
        let fact = attributes.iter().find_map(known);
        return fact.map_or_else(|| "not set".to_owned(), |fact| fact.datum.show());
    }
    let mut unique: Vec<String> = Vec::with_capacity(shown.len());
    for text in shown {
        if !unique.contains(&text) {
            unique.push(text);
        }
    }
    unique.join(", ")
}

fn assumes(matches: &[Match<'_>]) -> Vec<std::sync::Arc<str>> {
    let mut assumed = Vec::new();
    for found in matches {
        if let Some(Fact { basis: Basis::Default(says), .. }) = found.fact
            && !assumed.contains(says)
        {
            assumed.push(says.clone());
        }
    }
    assumed
}

/// Whether a violation rests on a client type or party that is only likely.
fn likely(definition: &Definition, rule: &Rule, case: &Case) -> bool {
    let mut rests = false;
    let mut look = |attribute: Attribute| {
        rests |= match attribute {
            Attribute::CLIENT_TYPE => definition.flag(Attribute::CLIENT_TYPE_CERTAIN) == Some(false),
            Attribute::PARTY => definition.flag(Attribute::PARTY_CERTAIN) == Some(false),
            _ => false,
        };
    };
    let conditions: [&Condition; 2] = [&rule.when, &case.when];
    for condition in conditions {
        condition.each_attribute(&mut look);
    }
    rests && definition.kind == Kind::Client
}
