//! Only what is new: findings that were there before are silenced, and definitions know what they were.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::Report;
use super::judge::Project;
use crate::check;
use crate::client::Definition;
use crate::finding::{Finding, Silenced, Silencer};
use crate::former::{self, Identity, Side};
use crate::project;
use crate::redaction::Secrets;
use crate::rule::Severity;
use crate::source::Source;
use crate::vocabulary::{Attribute, Kind};

/// What there was before.
#[derive(Debug, Default)]
pub struct Former {
    definitions: Vec<Kept>,
    /// The number of each by where it is kept.
    numbers: HashMap<usize, usize>,
    gone: BTreeSet<String>,
    /// How bad each thing was, for each time that it was found.
    known: HashMap<Known, Vec<Severity>>,
}

/// A definition that outlives the texts that it was read from.
#[derive(Debug)]
pub(super) struct Kept {
    identity: Identity,
    client_id: Option<String>,
    definition: Arc<Definition>,
}

/// What a finding says, apart from where: of an item where items decided.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Known {
    identity: Identity,
    rule: Arc<str>,
    attribute: Option<&'static str>,
    item: Option<String>,
}

/// What the definitions were called before that had another name or file then.
pub(super) type Names = HashMap<Identity, Identity>;

/// Keeps definitions of texts that are about to be dropped.
pub(super) fn kept(definitions: impl Iterator<Item = Definition>, sources: &[Source]) -> Vec<Kept> {
    let keep = |definition: Definition| Kept {
        identity: identity(&definition, sources),
        client_id: definition.text(Attribute::CLIENT_ID).map(str::to_owned),
        definition: Arc::new(definition),
    };
    definitions.map(keep).collect()
}

fn identity(definition: &Definition, sources: &[Source]) -> Identity {
    let path = sources.get(definition.place.file.0 as usize).map_or("", |source| source.path.as_str());
    Identity { path: Arc::from(path), kind: definition.kind.name(), key: definition.key.clone() }
}

impl Former {
    pub(super) fn new(findings: Vec<Finding>, definitions: Vec<Kept>, gone: BTreeSet<String>) -> Self {
        let mut known: HashMap<Known, Vec<Severity>> = HashMap::new();
        for finding in &findings {
            for one in each(finding, &of_finding(finding)) {
                known.entry(one).or_default().push(finding.severity);
            }
        }
        // The worst one first: it is what a finding of today is compared with.
        known.values_mut().for_each(|severities| severities.sort_unstable());
        let address = |(at, kept): (usize, &Kept)| (Arc::as_ptr(&kept.definition).addr(), at);
        let numbers = definitions.iter().enumerate().map(address).collect();
        Self { definitions, numbers, gone, known }
    }

    /// Whether there was anything.
    pub fn is_empty(&self) -> bool {
        self.definitions.is_empty()
    }

    /// Tells the definitions of today what they were, and says what they were called where that was otherwise.
    pub(super) fn attach(&self, projects: &mut [Project<'_>], sources: &[Source]) -> Names {
        let all = || projects.iter().flat_map(|project| &project.definitions.definitions);
        let identities: Vec<Identity> = all().map(|definition| identity(definition, sources)).collect();
        let today: Vec<Side<'_>> = all()
            .zip(&identities)
            .map(|(definition, identity)| Side { identity, client_id: definition.text(Attribute::CLIENT_ID) })
            .collect();
        let then: Vec<Side<'_>> = self
            .definitions
            .iter()
            .map(|kept| Side { identity: &kept.identity, client_id: kept.client_id.as_deref() })
            .collect();
        let near = |old: &str, new: &str| {
            self.gone.contains(old) || project::key(old, &[]) == project::key(new, &[])
        };
        let was = former::pair(&today, &then, &near);
        drop(today);
        let mut names = Names::new();
        let mut of_today: HashMap<Identity, &Kept> = HashMap::new();
        let definitions = projects.iter_mut().flat_map(|project| &mut project.definitions.definitions);
        for ((definition, was), identity) in definitions.zip(was).zip(identities) {
            let Some(kept) = was.and_then(|at| self.definitions.get(at)) else { continue };
            former::attach(definition, kept.definition.clone());
            of_today.insert(identity.clone(), kept);
            if kept.identity != identity {
                names.insert(identity, kept.identity.clone());
            }
        }
        // What a definition is in an environment is compared with what was written.
        let in_each = projects.iter_mut().flat_map(|project| &mut project.variants);
        for definition in in_each.flat_map(|variant| &mut variant.definitions.definitions) {
            if let Some(kept) = of_today.get(&identity(definition, sources)) {
                former::attach(definition, kept.definition.clone());
            }
        }
        names
    }

    /// Runs what asks whether something of a definition was there before: an item of a list, and how bad it was.
    pub(super) fn knowing<T>(
        &self,
        definition: &Definition,
        secrets: &Secrets<'_>,
        run: impl FnOnce(&check::Known<'_>) -> T,
    ) -> T {
        let was = definition.before.as_ref().and_then(|before| self.numbers.get(&Arc::as_ptr(before).addr()));
        let was = was.and_then(|at| self.definitions.get(*at));
        let Some(was) = was else { return run(&check::nothing) };
        run(&|rule, severity, attribute, item| {
            let item = Some(secrets.message(item));
            let (identity, rule) = (was.identity.clone(), Arc::from(rule));
            let one = Known { identity, rule, attribute: Some(attribute.name()), item };
            self.known.get(&one).and_then(|known| known.last()).is_some_and(|known| *known >= severity)
        })
    }

    /// Silences the findings of which everything was there before, and was no less bad.
    pub(super) fn silence(&self, report: &mut Report, names: &Names) {
        let mut known = self.known.clone();
        let (mut new, mut old) = (Vec::new(), Vec::new());
        for finding in std::mem::take(&mut report.findings) {
            let identity = of_finding(&finding);
            let was = names.get(&identity).unwrap_or(&identity);
            let mut is_old = true;
            for one in each(&finding, was) {
                let found = known.get_mut(&one).and_then(Vec::pop);
                is_old &= found.is_some_and(|severity| severity >= finding.severity);
            }
            if is_old { old.push(finding) } else { new.push(finding) }
        }
        report.findings = new;
        report.silenced.extend(old.into_iter().map(|finding| Silenced {
            finding,
            by: Silencer::Before,
            reason: "it was there before".to_owned(),
            until: None,
            author: None,
            location: None,
        }));
        report.sort_silenced();
    }
}

fn of_finding(finding: &Finding) -> Identity {
    match &finding.client {
        Some(client) => Identity { path: client.path.clone(), kind: client.kind, key: client.key.clone() },
        // An ignore is no client. What is said of one tells it by its file and what it names, wherever it stands.
        None => Identity {
            path: finding.location.path.clone(),
            kind: Kind::Ignore.name(),
            key: finding.fingerprint.clone(),
        },
    }
}

/// What a finding says of each item that decided, or of the whole.
fn each(finding: &Finding, identity: &Identity) -> Vec<Known> {
    let one = |item: Option<&String>| Known {
        identity: identity.clone(),
        rule: finding.rule.clone(),
        attribute: finding.subject.attribute,
        item: item.cloned(),
    };
    if finding.subject.items.is_empty() {
        return vec![one(None)];
    }
    finding.subject.items.iter().map(|item| one(Some(item))).collect()
}
