//! Steps of recipes that look at what is written: schemes, slips of the pen.

use serde_json::Value as Json;

use super::locate::Held;
use super::parts::scalar_style;
use super::range;
use super::recipe::{Done, Work};
use super::text::Change;
use crate::client::{Datum, Fact};
use crate::formats::literal::literal;
use crate::source::Place;
use crate::tree::Value;
use crate::uri::{Name, Uri};
use crate::vocabulary::{Attribute, Holds};

impl Work<'_, '_> {
    /// Makes `https` of `http` in what decided.
    pub(super) fn encrypt(&mut self, attribute: Attribute) -> Done {
        let mut facts = self.items(attribute, None);
        if facts.is_empty() && self.violation.attribute == Some(attribute) {
            facts.extend(self.definition.facts.get(&attribute));
        }
        for fact in facts {
            let uri = Uri::from_text(fact.datum.text().unwrap_or_default());
            if uri.is(Name::HostKind, "loopback") {
                // Nobody has a certificate for it.
                return None;
            }
            if self.holds_encrypted(attribute, fact) {
                self.drop_item(fact)?;
                continue;
            }
            let place = self.source(fact)?;
            let (page, way) = self.way(place, false)?;
            let node = way.last()?.node;
            let at = range(node.place.span);
            let quote = usize::from(scalar_style(page, node)?.quote.is_some());
            if !page.text[at.clone()][quote..].starts_with("http:") {
                return None;
            }
            self.touched.push(place);
            let end = at.start + quote + "http".len();
            self.changes.push((place.file, Change { range: end..end, text: "s".to_owned() }));
        }
        Some(())
    }

    /// Whether a list has the same URI with `https` as well.
    fn holds_encrypted(&self, attribute: Attribute, fact: &Fact) -> bool {
        let rest = fact.datum.text().and_then(|text| text.strip_prefix("http:"));
        let is_it = |item: &Fact| item.datum.text().and_then(|text| text.strip_prefix("https:")) == rest;
        rest.is_some() && self.definition.items(attribute).iter().any(is_it)
    }

    /// Corrects what the provider's table says is meant by what is written.
    pub(super) fn correct(&mut self, attribute: Attribute) -> Done {
        if attribute.meaning().holds == Holds::Uris {
            return self.tidy(attribute);
        }
        for item in self.definition.items(attribute) {
            let place = self.source(item)?;
            if attribute == Attribute::DEPRECATED_FIELDS {
                self.rename(place, part(item, "replacement")?)?;
            } else if attribute == Attribute::WRONG_TYPES {
                self.retype(place, part(item, "expected")?)?;
            } else {
                let (page, way) = self.way(place, false)?;
                let node = way.last()?.node;
                let style = scalar_style(page, node)?;
                // What is meant is not always clear.
                let text = literal(page.syntax, &Json::from(part(item, "meant")?), style);
                self.change(place, range(node.place.span), text);
            }
        }
        Some(())
    }

    /// Writes URIs that decided without blanks around them and without the sign of an empty fragment.
    fn tidy(&mut self, attribute: Attribute) -> Done {
        for fact in self.items(attribute, None) {
            let text = fact.datum.text()?;
            let tidy = tidied(text)?;
            let is_it = |item: &&Fact| item.datum.text() == Some(tidy);
            if self.definition.items(attribute).iter().any(|item| is_it(&item)) {
                self.drop_item(fact)?;
            } else {
                self.replace(fact, &Json::from(tidy))?;
            }
        }
        Some(())
    }

    fn change(&mut self, place: Place, range: std::ops::Range<usize>, text: String) {
        self.touched.push(place);
        self.changes.push((place.file, Change { range, text }));
    }

    /// Gives the key that stands at a place another name.
    fn rename(&mut self, place: Place, name: &str) -> Done {
        let (page, way) = self.way(place, true)?;
        let Held::Entry(entry) = way.last()?.held else { return None };
        if name.contains('.') || page.syntax == "hcl" {
            return None;
        }
        let at = range(entry.key_place.span);
        let quote = usize::from(page.text[at.clone()].starts_with(['"', '\'']));
        let inner = at.start + quote..at.end - quote;
        (page.text[inner.clone()] == entry.key).then(|| self.change(place, inner, name.to_owned()))
    }

    /// Writes what stands at a place as a value of another type: a flag or a number without quotes, a text as a list.
    fn retype(&mut self, place: Place, expected: &str) -> Done {
        let (page, way) = self.way(place, false)?;
        let node = way.last()?.node;
        let at = range(node.place.span);
        scalar_style(page, node)?;
        let Value::Text(text) = &node.value else { return None };
        let word = match expected {
            "true or false" => match text.to_ascii_lowercase().as_str() {
                "true" | "yes" | "on" => Some("true"),
                "false" | "no" | "off" => Some("false"),
                _ => None,
            },
            "a number" => {
                Some(text.as_str()).filter(|text| text.parse::<u64>().is_ok_and(|n| n.to_string() == **text))
            }
            "a list" => {
                if text.contains([',', ' ']) || text.is_empty() {
                    return None;
                }
                // In brackets some signs mean more than outside of them.
                let quoted = page.text[at.clone()].starts_with(['"', '\'']);
                if !quoted && text.contains(['[', ']', '{', '}', '#']) {
                    return None;
                }
                self.change(place, at.start..at.start, "[".to_owned());
                self.change(place, at.end..at.end, "]".to_owned());
                return Some(());
            }
            _ => None,
        };
        word.map(|word| self.change(place, at, word.to_owned()))
    }
}

/// A URI without what is never a part of one, if nothing else is wrong with it.
fn tidied(text: &str) -> Option<&str> {
    let tidy = text.trim();
    let tidy = tidy.strip_suffix('#').unwrap_or(tidy);
    let uri = Uri::from_text(tidy);
    let is_sound = uri.part(Name::Scheme).is_some()
        && uri.is(Name::Fault, "none")
        && !uri.is(Name::Wildcard, "misplaced")
        && !uri.is(Name::Wildcard, "query");
    (tidy != text && is_sound).then_some(tidy)
}

/// A part of an item of a list of remarks.
pub(super) fn part<'a>(item: &'a Fact, name: &str) -> Option<&'a str> {
    let Datum::Map(parts) = &item.datum else { return None };
    parts.iter().find(|(known, _)| known == name).and_then(|(_, fact)| fact.datum.text())
}
