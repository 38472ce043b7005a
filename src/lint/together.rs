//! One answer for a project that was judged in several environments: what holds in all of them is said once, what
//! holds in some says in which.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::judge::{Judged, Judgement, Variant};
use super::order;
use crate::client::Definition;
use crate::finding::{ClientSummary, Finding, In, Related};
use crate::fingerprint;
use crate::silence::Mark;
use crate::source::FileId;
use crate::vocabulary::{Attribute, By, Kind};

/// By what a definition is known in every environment: where it starts, its kind, and its key where a marker stands
/// for several.
type Identity = (FileId, u32, Kind, String);

/// A definition in the environments in which there is one, by their number.
type Instances<'a> = BTreeMap<usize, Judged<'a>>;

/// Puts together what was found in each environment. `written` is the project as it stands in its files: it says how
/// things are called whose value differs.
pub(super) fn together<'a>(
    written: Judgement<'a>,
    in_each: Vec<(&Variant<'_>, Judgement<'a>)>,
) -> Judgement<'a> {
    let mut one = Judgement { recognised: written.recognised, used: written.used, ..Judgement::default() };
    let several: BTreeSet<(FileId, u32, Kind)> =
        in_each.iter().flat_map(|(_, judgement)| several_at_one_place(&judgement.judged)).collect();
    let mut as_written: BTreeMap<Identity, Judged<'a>> = BTreeMap::new();
    for judged in written.judged {
        as_written.entry(identity(&judged, &several)).or_insert(judged);
    }
    let before: BTreeSet<_> =
        written.problems.iter().map(|problem| (&problem.location, problem.code)).collect();
    let mut environments = Vec::new();
    let mut order: Vec<Identity> = Vec::new();
    let mut definitions: BTreeMap<Identity, Vec<Instances<'a>>> = BTreeMap::new();
    for (number, (variant, judgement)) in in_each.into_iter().enumerate() {
        environments.push(In { name: variant.name.clone(), path: variant.path.clone() });
        one.hidden = one.hidden.max(judgement.hidden);
        one.used.extend(judgement.used);
        one.recognised.extend(judgement.recognised);
        one.skipped.extend(judgement.skipped);
        for mut problem in judgement.problems {
            if !before.contains(&(&problem.location, problem.code)) {
                problem.message = format!("{} (with the mappings of {})", problem.message, variant.path);
            }
            one.problems.push(problem);
        }
        let mut seen: BTreeMap<Identity, usize> = BTreeMap::new();
        for judged in judgement.judged {
            let identity = identity(&judged, &several);
            let twin = seen.entry(identity.clone()).or_default();
            let known = definitions.entry(identity.clone()).or_insert_with(|| {
                order.push(identity);
                Vec::new()
            });
            if known.len() <= *twin {
                known.resize_with(*twin + 1, BTreeMap::new);
            }
            known[*twin].insert(number, judged);
            *twin += 1;
        }
    }
    for identity in order {
        let written = as_written.get(&identity);
        for instances in definitions.remove(&identity).into_iter().flatten() {
            one.judged.extend(one_of(instances, written, &environments));
        }
    }
    one.recognised.sort_unstable();
    one.recognised.dedup();
    one.skipped.sort();
    one.skipped.dedup();
    one
}

/// Where several definitions of a kind start at one place in one environment: a marker that stands for many.
fn several_at_one_place(all: &[Judged<'_>]) -> Vec<(FileId, u32, Kind)> {
    let mut starts: Vec<_> = all.iter().map(|judged| start(judged.definition)).collect();
    starts.sort_unstable();
    starts.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect()
}

fn start(definition: &Definition) -> (FileId, u32, Kind) {
    (definition.place.file, definition.place.span.start, definition.kind)
}

fn identity(judged: &Judged<'_>, several: &BTreeSet<(FileId, u32, Kind)>) -> Identity {
    let at = start(judged.definition);
    let key = if several.contains(&at) { judged.summary.key.clone() } else { String::new() };
    (at.0, at.1, at.2, key)
}

/// A definition with its findings, from what it is in each environment.
fn one_of<'a>(
    instances: Instances<'a>,
    written: Option<&Judged<'a>>,
    environments: &[In],
) -> Option<Judged<'a>> {
    let summary = Arc::new(summary(&instances, written.map(|judged| &*judged.summary))?);
    let definition = instances.values().next()?.definition;
    let mut findings: Vec<(Finding, Option<Mark>, BTreeSet<usize>)> = Vec::new();
    for (number, judged) in instances {
        for (finding, mark) in judged.findings {
            let same =
                |(known, by, _): &&mut (Finding, Option<Mark>, _)| *by == mark && is_same(known, &finding);
            match findings.iter_mut().find(same) {
                Some((known, _, holds_in)) => {
                    holds_in.insert(number);
                    add_related(known, finding.related);
                }
                None => findings.push((finding, mark, BTreeSet::from([number]))),
            }
        }
    }
    let findings = findings
        .into_iter()
        .map(|(mut finding, mark, holds_in)| {
            let client = if holds_in.len() == environments.len() {
                summary.clone()
            } else {
                finding.environments =
                    holds_in.iter().filter_map(|number| environments.get(*number)).cloned().collect();
                let there = finding.client.as_deref().unwrap_or(&summary).clone();
                Arc::new(ClientSummary { key: summary.key.clone(), ..there })
            };
            // What is found as it is written rests on nothing that a marker stands for, and can be mended there.
            let as_written = written.iter().flat_map(|judged| &judged.findings);
            finding.fix = as_written
                .filter(|(_, silenced)| mark.is_none() && silenced.is_none())
                .map(|(known, _)| known)
                .filter(|known| known.rule == finding.rule && known.location == finding.location)
                .find_map(|known| known.fix.clone());
            finding.fingerprint = fingerprint::of(&finding.rule, &client, &finding.subject);
            finding.client = Some(client);
            (finding, mark)
        })
        .collect();
    Some(Judged { definition, summary, findings, hidden: 0 })
}

/// Findings that a reader could not tell from each other become one: of a module that several directories call in the
/// same way. They are in the order of the report.
pub(super) fn merge_equal(findings: &mut Vec<Finding>) {
    let doubles = doubles(findings);
    for (at, first) in &doubles {
        let related = std::mem::take(&mut findings[*at].related);
        add_related(&mut findings[*first], related);
    }
    let mut at = 0;
    findings.retain(|_| {
        at += 1;
        !doubles.contains_key(&(at - 1))
    });
}

/// The findings that are equal to one before them, and to which.
fn doubles(findings: &[Finding]) -> BTreeMap<usize, usize> {
    let name = |finding: &Finding| finding.client.as_ref().map(|client| client.name.clone());
    let is_double = |one: &Finding, other: &Finding| is_same(one, other) && name(one) == name(other);
    let mut doubles = BTreeMap::new();
    let mut start = 0;
    // Mostly no two stand at one place.
    for at_one_place in findings.chunk_by(|one, other| order(one, other).is_eq()) {
        let mut known: HashMap<&str, Vec<usize>> = HashMap::new();
        for (at, finding) in (start..).zip(at_one_place).filter(|_| at_one_place.len() > 1) {
            let equals = known.entry(&finding.fingerprint).or_default();
            match equals.iter().find(|first| is_double(&findings[**first], finding)) {
                Some(first) => drop(doubles.insert(at, *first)),
                None => equals.push(at),
            }
        }
        start += at_one_place.len();
    }
    doubles
}

fn add_related(known: &mut Finding, more: Vec<Related>) {
    for related in more {
        let is_it = |other: &Related| other.location == related.location && other.message == related.message;
        if !known.related.iter().any(is_it) {
            known.related.push(related);
        }
    }
}

fn is_same(one: &Finding, other: &Finding) -> bool {
    one.rule == other.rule
        && one.severity == other.severity
        && one.location == other.location
        && one.message == other.message
        && one.subject == other.subject
        && one.assumes == other.assumes
        && one.environments == other.environments
}

/// A definition as the inventory names it: what is equal in all environments, and of the rest what is written.
fn summary(instances: &Instances<'_>, written: Option<&ClientSummary>) -> Option<ClientSummary> {
    let all: Vec<&ClientSummary> = instances.values().map(|judged| &*judged.summary).collect();
    let first = *all.first()?;
    let word = |of: &dyn Fn(&ClientSummary) -> &str| {
        let equal = all.iter().all(|summary| of(summary) == of(first));
        if equal { of(first).to_owned() } else { "unknown".to_owned() }
    };
    let is_client_type = all.iter().all(|summary| summary.client_type == first.client_type);
    Some(ClientSummary {
        path: first.path.clone(),
        line: first.line,
        name: same(&all, |summary| &summary.name).unwrap_or_else(|| written?.name.clone()),
        key: same(&all, |summary| &summary.key)
            .unwrap_or_else(|| written.map_or_else(String::new, |written| written.key.clone())),
        provider: first.provider.clone(),
        shape: first.shape.clone(),
        kind: first.kind,
        application_type: same(&all, |summary| &summary.application_type).flatten(),
        client_type: word(&|summary| &summary.client_type),
        client_type_because: if is_client_type { first.client_type_because.clone() } else { Vec::new() },
        client_profile: word(&|summary| &summary.client_profile),
        party: word(&|summary| &summary.party),
        channel: word(&|summary| &summary.channel),
        environment: same(&all, |summary| &summary.environment).flatten(),
        token_endpoint_auth_method: same(&all, |summary| &summary.token_endpoint_auth_method).flatten(),
        grant_types: same(&all, |summary| &summary.grant_types)
            .unwrap_or_else(|| written?.grant_types.clone()),
        id_token_signed_response_alg: same(&all, |summary| &summary.id_token_signed_response_alg).flatten(),
        has_secret: same(&all, |summary| &summary.has_secret).unwrap_or("unknown"),
        unresolved: unresolved(instances),
        // What holds in all environments holds in the one with the strictest gate.
        gate: all
            .iter()
            .filter_map(|summary| summary.gate.clone())
            .min_by_key(|gate| (gate.fail_on.is_none(), gate.fail_on, gate.confidence)),
    })
}

/// The value that all have.
fn same<T: PartialEq + Clone>(all: &[&ClientSummary], of: impl Fn(&ClientSummary) -> &T) -> Option<T> {
    let first = of(all.first()?);
    all.iter().all(|summary| of(summary) == first).then(|| first.clone())
}

/// The attributes that are unknown in some environment, or differ between two.
fn unresolved(instances: &Instances<'_>) -> Vec<&'static str> {
    let definitions: Vec<&Definition> = instances.values().map(|judged| judged.definition).collect();
    let written = |attribute: &Attribute| attribute.meaning().by == By::Document;
    let attributes: BTreeSet<Attribute> = definitions
        .iter()
        .flat_map(|definition| definition.facts.iter().map(|(attribute, _)| attribute))
        .filter(written)
        .collect();
    let value = |definition: &Definition, attribute: Attribute| {
        definition.facts.get(&attribute).map(|fact| (fact.datum.is_complete(), fact.datum.show()))
    };
    let differs = |attribute: &Attribute| {
        let mut values = definitions.iter().map(|definition| value(definition, *attribute));
        let Some(first) = values.next() else { return false };
        matches!(first, Some((false, _))) || values.any(|other| other != first)
    };
    let mut names: Vec<&'static str> = attributes.into_iter().filter(differs).map(Attribute::name).collect();
    names.sort_unstable();
    names
}
