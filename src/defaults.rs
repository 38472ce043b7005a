//! What the platform fills in for what is not written.

use crate::client::{Datum, Definition, Fact, Known};
use crate::providers::{DefaultRow, Provider};
use crate::vocabulary::Attribute;

/// Adds what the platform fills in: by the first row of the provider's table that fits. Nothing
/// where a row before it may fit or not.
pub fn fill(definition: &mut Definition, provider: &Provider) {
    if definition.partial {
        return;
    }
    // What rows fill in of which nobody knows whether they fit.
    let mut open = Vec::new();
    for row in &provider.defaults {
        let fits = fits(row, definition);
        for (attribute, fact) in row.set.iter().filter(|_| fits != Fit::No) {
            if !definition.lacks(*attribute) || definition.default(*attribute).is_some() {
                continue;
            }
            if fits == Fit::Unknown {
                open.push(*attribute);
            } else if !open.contains(attribute) {
                definition.defaults.push((*attribute, fact.clone()));
            }
        }
    }
}

/// What the platform fills in for an attribute.
pub fn of<'a>(definition: &Definition, provider: &'a Provider, attribute: Attribute) -> Option<&'a Fact> {
    let mut setting = provider.defaults.iter().filter_map(|row| {
        let (_, fact) = row.set.iter().find(|(set, _)| *set == attribute)?;
        let fits = fits(row, definition);
        (fits != Fit::No).then_some((fits, fact))
    });
    setting.next().filter(|(fits, _)| *fits == Fit::Yes).map(|(_, fact)| &**fact)
}

/// Whether a row of defaults fits a definition.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    No,
    Unknown,
    Yes,
}

fn fits(row: &DefaultRow, definition: &Definition) -> Fit {
    if row.on != definition.kind {
        return Fit::No;
    }
    let one = |(attribute, allowed): &(Attribute, Vec<String>)| {
        let allows = |word: &str| allowed.iter().any(|allowed| allowed == word);
        let fits = match definition.known(*attribute) {
            Known::Absent => allows("absent"),
            Known::NotAsked => false,
            Known::Fact(fact) => match &fact.datum {
                Datum::Text(text) => allows(text) || allows("any"),
                Datum::Flag(flag) => allows(if *flag { "true" } else { "false" }),
                Datum::Pattern(_) if allows("any") => true,
                Datum::Unknown(_) | Datum::Pattern(_) => return Fit::Unknown,
                _ => false,
            },
        };
        if fits { Fit::Yes } else { Fit::No }
    };
    row.when.iter().map(one).min().unwrap_or(Fit::Yes)
}
