//! Rules over definitions: which hold, how bad it is, and where it stands.

mod telling;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use self::telling::{fill, related};
use crate::client::{Basis, Definition, Fact};
use crate::rule::{Case, Condition, Match, Matches, Persona, Profile, Rule, Severity, Truth, Without};
use crate::source::Place;
use crate::vocabulary::{Attribute, Attributes, Kind};

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
        judge(definition, &stated, (rule, &rule.cases), settings, known, &mut matches, &mut found);
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

/// What is left of a violation apart from certain facts, those that somebody does not want to hear of: the first of its
/// rule's cases that holds, from its own on.
pub fn check_without<'a>(
    definition: &'a Definition,
    violation: &Violation<'a>,
    settings: &Settings,
    known: &Known<'_>,
    without: &[&'a Fact],
) -> Option<Violation<'a>> {
    let mut matches = Matches { found: Vec::new(), without: Without::of(without) };
    let rule = violation.rule;
    let earlier = rule.cases.iter().position(|case| std::ptr::eq(case, violation.case)).unwrap_or_default();
    let (stated, cases) = (definition.stated(), &rule.cases[earlier..]);
    let mut left = Vec::new();
    judge(definition, &stated, (rule, cases), settings, known, &mut matches, &mut left);
    left.into_iter().next()
}

impl Violation<'_> {
    /// Whether it is the same case of the same rule, for the same facts.
    pub fn is_same(&self, other: &Violation<'_>) -> bool {
        let facts = |violation: &Violation<'_>| -> Vec<*const Fact> {
            violation.decided.iter().map(|fact| std::ptr::from_ref(*fact)).collect()
        };
        std::ptr::eq(self.case, other.case) && facts(self) == facts(other)
    }

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

/// Adds what a definition breaks of a rule: the first case that holds, and where that is about items of a list, those of
/// the others that hold for its other items. What the definition states spares most rules a closer look.
fn judge<'a>(
    definition: &'a Definition,
    stated: &Attributes,
    (rule, cases): (&'a Rule, &'a [Case]),
    settings: &Settings,
    known: &Known<'_>,
    matches: &mut Matches<'a>,
    violations: &mut Vec<Violation<'a>>,
) {
    if !rule.needs.are_in(stated) {
        return;
    }
    let asked = matches.without.facts().len();
    let mut list = None;
    matches.found.clear();
    if rule.when.holds(definition, matches) == Truth::True {
        let mut base = matches.found.len();
        for case in cases {
            matches.found.truncate(base);
            if !case.needs.are_in(stated) || case.when.holds(definition, matches) != Truth::True {
                continue;
            }
            let attribute = matches.found.last().map(|found| found.attribute);
            let of_list =
                |found: &&Match<'_>| Some(found.attribute) == attribute && is_item(definition, found);
            let items: Vec<&Fact> =
                matches.found.iter().filter(of_list).filter_map(|found| found.fact).collect();
            if list.is_some_and(|list| items.is_empty() || attribute != Some(list)) {
                continue;
            }
            violations.push(violation(definition, (rule, case), settings, known, matches));
            if items.is_empty() {
                break;
            }
            list = attribute;
            matches.without.add(&items);
            matches.found.clear();
            if rule.when.holds(definition, matches) != Truth::True {
                break;
            }
            base = matches.found.len();
        }
    }
    matches.without.keep(asked);
}

/// The violation of a case that holds.
fn violation<'a>(
    definition: &'a Definition,
    (rule, case): (&'a Rule, &'a Case),
    settings: &Settings,
    known: &Known<'_>,
    matches: &mut Matches<'a>,
) -> Violation<'a> {
    let without = matches.without.facts().to_vec();
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
    Violation {
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
    }
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
