//! Steps of recipes that look at what is written: schemes, slips of the pen, secrets.

use serde_json::Value as Json;

use super::locate::Held;
use super::parts::scalar_style;
use super::range;
use super::recipe::{Done, Work};
use super::text::{Change, with_comment};
use crate::client::{Basis, Datum, Fact};
use crate::formats::literal::literal;
use crate::source::Place;
use crate::tree::Value;
use crate::vocabulary::{Attribute, Kind};

impl Work<'_, '_> {
    /// Makes `https` of `http` in what decided.
    pub(super) fn encrypt(&mut self, attribute: Attribute) -> Done {
        let mut facts = self.items(attribute, None);
        if facts.is_empty() && self.violation.attribute == Some(attribute) {
            facts.extend(self.definition.facts.get(&attribute));
        }
        for fact in facts {
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

    /// Puts keywords that the Deploy CLI fills in where secrets are written, and takes them away in other forms.
    pub(super) fn replace_secrets(&mut self, attribute: Attribute) -> Done {
        if !matches!(self.definition.kind, Kind::Client | Kind::Connection) {
            return None;
        }
        let with_keywords = self.owner?.shape.id.starts_with("deploy-");
        for item in self.definition.items(attribute) {
            let Basis::Written(place) = item.basis else { continue };
            if part(item, "class") != Some("literal") {
                continue;
            }
            if !with_keywords {
                self.take(place, true)?;
                continue;
            }
            let (page, way) = self.way(place, true)?;
            let node = way.last()?.node;
            let keyword = Json::from(self.keyword(part(item, "field")?)?);
            let style = scalar_style(page, node)?;
            let text = literal(page.syntax, &keyword, style);
            self.touched.push(place);
            let at = range(node.place.span);
            let end = with_comment(page.text, at.end, page.syntax)?;
            self.changes.push((place.file, Change { range: at.start..end, text }));
        }
        Some(())
    }

    /// What the Deploy CLI looks up instead of a secret: `##ORDERS_WEB_SECRET##`.
    fn keyword(&self, field: &str) -> Option<String> {
        let upper = |text: &str| {
            let plain: String = text
                .chars()
                .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { ' ' })
                .collect();
            plain.split_whitespace().collect::<Vec<_>>().join("_")
        };
        let name = upper(self.definition.text(Attribute::CLIENT_NAME)?);
        let last = field.rsplit('.').next().unwrap_or(field);
        let what = if last.ends_with("client_secret") { "SECRET".to_owned() } else { upper(last) };
        let first = name.chars().next()?;
        Some(if first.is_ascii_digit() {
            format!("##CLIENT_{name}_{what}##")
        } else {
            format!("##{name}_{what}##")
        })
    }

    /// Corrects what the provider's table says is meant by what is written.
    pub(super) fn correct(&mut self, attribute: Attribute) -> Done {
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
            "true or false" => matches!(text.as_str(), "true" | "false"),
            "a number" => text.parse::<u64>().is_ok_and(|number| number.to_string() == *text),
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
            _ => false,
        };
        word.then(|| self.change(place, at, text.clone()))
    }
}

/// A part of an item of a list of remarks.
fn part<'a>(item: &'a Fact, name: &str) -> Option<&'a str> {
    let Datum::Map(parts) = &item.datum else { return None };
    parts.iter().find(|(known, _)| known == name).and_then(|(_, fact)| fact.datum.text())
}
