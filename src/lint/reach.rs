//! What a file does to definitions that stand in others: the default of a variable, a value of `terraform.tfvars`, the
//! argument of a module, a mapping.

use std::collections::BTreeSet;

use super::describe::Locator;
use super::judge::Judged;
use crate::client::{Basis, Datum, Definition, Fact};
use crate::finding::{Finding, Location};
use crate::source::{FileId, Place};
use crate::vocabulary::Attribute;

/// A value that a file supplies to a definition in another one.
pub(super) struct Use {
    /// Of which attribute it is.
    attribute: Attribute,
    /// Where it is used.
    place: Place,
    /// Where it comes from.
    pub(super) from: FileId,
}

/// The values that a definition has from files of which somebody asks.
pub(super) fn uses(definition: &Definition, asked: &dyn Fn(FileId) -> bool) -> Vec<Use> {
    let mut places = Vec::new();
    for (attribute, fact) in definition.facts.iter() {
        collect(attribute, fact, asked, &mut places);
    }
    places
}

fn collect(attribute: Attribute, fact: &Fact, asked: &dyn Fn(FileId) -> bool, places: &mut Vec<Use>) {
    match fact.basis {
        Basis::Resolved { used, from } if asked(from.file) => {
            places.push(Use { attribute, place: used, from: from.file })
        }
        Basis::Resolved { used: place, .. } | Basis::Written(place) if asked(place.file) => {
            places.push(Use { attribute, place, from: place.file });
        }
        _ => {}
    }
    match &fact.datum {
        Datum::List(items) => items.iter().for_each(|item| collect(attribute, item, asked, places)),
        Datum::Map(entries) => entries.iter().for_each(|(_, fact)| collect(attribute, fact, asked, places)),
        _ => {}
    }
}

/// Leaves those findings of a definition that rest on the values at some places. Where nothing is written a finding
/// points to the name, which has nothing to do with it then.
pub(super) fn keep(judged: &mut Judged<'_>, uses: &[Use], locator: &Locator<'_>) {
    let located: Vec<(Attribute, Location)> =
        uses.iter().map(|used| (used.attribute, locator.locate(used.place))).collect();
    let rests = |finding: &Finding| {
        let by_name = finding.subject.attribute == Some(Attribute::CLIENT_NAME.name());
        let deciding =
            located.iter().filter(|(attribute, _)| by_name || *attribute != Attribute::CLIENT_NAME);
        let starts: BTreeSet<_> = deciding.map(|(_, location)| (&location.path, location.start)).collect();
        let related = finding.related.iter().map(|related| &related.location);
        std::iter::once(&finding.location)
            .chain(related)
            .any(|location| starts.contains(&(&location.path, location.start)))
    };
    judged.findings.retain(|(finding, _)| rests(finding));
    judged.hidden = 0;
}

/// Leaves those findings that hold in an environment of which somebody asks.
pub(super) fn keep_environments(judged: &mut Judged<'_>, asked: &BTreeSet<&str>) {
    judged.findings.retain(|(finding, _)| {
        let mut paths = finding.environments.iter().flat_map(|environment| environment.path.split(", "));
        finding.environments.is_empty() || paths.any(|path| asked.contains(path))
    });
}
