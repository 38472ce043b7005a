//! What is known of definitions and where it comes from, for who points at one in an editor.

use std::collections::BTreeMap;

use super::describe::{Locator, summary};
use super::judge::{Project, secrets};
use crate::client::{Basis, Datum, Definition, Fact};
use crate::finding::{ClientSummary, Location};
use crate::source::Source;
use crate::vocabulary::{Attribute, By, Kind};

/// What is known of a definition.
#[derive(Clone, Debug)]
pub struct Told {
    /// All of it.
    pub location: Location,
    /// What it is called, and what it is.
    pub client: ClientSummary,
    /// Why its party is what it is.
    pub party_because: Vec<String>,
    /// What is written of its attributes, or filled in by the platform.
    pub attributes: Vec<ToldAttribute>,
}

/// What is known of an attribute.
#[derive(Clone, Debug)]
pub struct ToldAttribute {
    /// Its name, in the words of the vocabulary.
    pub name: &'static str,
    /// What it says, in one line.
    pub says: &'static str,
    /// Where its value stands; `None` where nothing is written.
    pub location: Option<Location>,
    /// The value, without text of a secret; `None` where it is not known or is no plain value.
    pub value: Option<String>,
    /// Where it comes from.
    pub origin: Origin,
}

/// Where a value comes from.
#[derive(Clone, Debug)]
pub enum Origin {
    /// It is written where it stands.
    Written,
    /// It is written elsewhere.
    Resolved(Location),
    /// The platform fills it in; the text says which, and when.
    Default(String),
}

/// What is known of the clients of files that were asked for, in their order.
pub(super) fn told(projects: &[Project<'_>], sources: &[Source], requested: &[bool]) -> Vec<Told> {
    let paths = BTreeMap::new();
    let mut all = Vec::new();
    for project in projects {
        let secrets = secrets(project);
        let locator = Locator { sources, paths: &paths, secrets: &secrets };
        let clients = project.definitions.definitions.iter().filter(|definition| {
            definition.kind == Kind::Client && requested.get(definition.place.file.0 as usize) == Some(&true)
        });
        all.extend(clients.map(|definition| tell(definition, &locator)));
    }
    all.sort_by(|a, b| (&a.location, &a.client.key).cmp(&(&b.location, &b.client.key)));
    all
}

fn tell(definition: &Definition, locator: &Locator<'_>) -> Told {
    let party = definition.facts.get(&Attribute::PARTY).map(|fact| &fact.basis);
    let party_because = match party {
        Some(Basis::Inferred(evidence)) => {
            evidence.iter().map(|reason| locator.secrets.message(&reason.says)).collect()
        }
        _ => Vec::new(),
    };
    let written = definition.facts.iter().filter(|(attribute, _)| attribute.meaning().by == By::Document);
    let filled_in = definition.defaults.iter().filter(|(attribute, _)| definition.lacks(*attribute));
    let filled_in = filled_in.map(|(attribute, fact)| (*attribute, &**fact));
    let attributes = written.chain(filled_in).filter_map(|(attribute, fact)| {
        let origin = match &fact.basis {
            Basis::Written(_) => Origin::Written,
            Basis::Resolved { from, .. } => Origin::Resolved(locator.locate(*from)),
            Basis::Default(says) => Origin::Default(says.to_string()),
            Basis::Inferred(_) => return None,
        };
        Some(ToldAttribute {
            name: attribute.name(),
            says: attribute.meaning().says,
            location: fact.place().map(|place| locator.locate(place)),
            value: plain(&fact.datum).map(|value| locator.secrets.message(&value)),
            origin,
        })
    });
    Told {
        location: locator.locate(definition.place),
        client: summary(definition, locator),
        party_because,
        attributes: attributes.collect(),
    }
}

/// A value as it is shown. Maps are left out: nobody knows which of their values are secret.
fn plain(datum: &Datum) -> Option<String> {
    let is_plain = |datum: &Datum| !matches!(datum, Datum::Map(_) | Datum::List(_) | Datum::Unknown(_));
    let shown = match datum {
        Datum::List(items) if items.iter().all(|item: &Fact| is_plain(&item.datum)) => datum.show(),
        datum if is_plain(datum) => datum.show(),
        _ => return None,
    };
    Some(shown)
}
