//! What a violation says: its message, and what it points at besides.

use crate::client::{Basis, Datum, Definition, Fact};
use crate::rule::Match;
use crate::source::Place;
use crate::vocabulary::{Attribute, Holds};

/// Everything else that a violation rests on: other values, where values come from, and reasons for inferences.
///
/// Other items of the list that decided are what the first is: of them the same `label` is said.
pub(super) fn related(
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

/// So many characters a message has at most where it can be helped: reports cut longer ones.
const LONGEST: usize = 185;

/// A message with the values of attributes put in: the matching items of lists, else all that is written.
pub(super) fn fill(template: &str, definition: &Definition, matches: &[Match<'_>]) -> String {
    let mut message = String::with_capacity(template.len() + 32);
    let room = LONGEST.saturating_sub(template.len());
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
            Some(attribute) => message.push_str(&value_of(&[attribute], part, definition, matches, room)),
            None if attribute.contains('|') => {
                let attributes: Vec<Attribute> = attribute.split('|').filter_map(Attribute::named).collect();
                message.push_str(&value_of(&attributes, part, definition, matches, room));
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
    room: usize,
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
        return match fact.map(|fact| &fact.datum) {
            Some(Datum::List(items)) => {
                in_short(&items.iter().map(|item| item.datum.show()).collect::<Vec<_>>(), room)
            }
            Some(datum) => datum.show(),
            None => "not set".to_owned(),
        };
    }
    let mut unique: Vec<String> = Vec::with_capacity(shown.len());
    for text in shown {
        if !unique.contains(&text) {
            unique.push(text);
        }
    }
    in_short(&unique, room)
}

/// Items, as many as there is room for, each as a whole.
fn in_short(items: &[String], room: usize) -> String {
    let mut length = 0;
    let fits = |item: &&String| {
        length += item.chars().count() + 2;
        length <= room
    };
    let fitting = items.iter().take_while(fits).count().max(1).min(items.len());
    let shown = items[..fitting].join(", ");
    match items.len() - fitting {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::in_short;

    #[test]
    fn items_are_named_as_a_whole_and_the_others_are_counted() {
        let items = |length: usize, number: usize| in_short(&vec!["x".repeat(length); number], 140);
        assert_eq!(items(0, 0), "");
        assert_eq!(items(5, 3), "xxxxx, xxxxx, xxxxx");
        assert_eq!(items(60, 4), format!("{0}, {0} and 2 more", "x".repeat(60)));
        // One is always named.
        assert_eq!(items(300, 2), format!("{} and 1 more", "x".repeat(300)));
    }
}
