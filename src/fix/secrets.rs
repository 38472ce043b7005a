//! Steps of recipes that take secrets out of files.

use serde_json::Value as Json;

use super::correct::part;
use super::locate::{Held, way_to_start};
use super::parts::scalar_style;
use super::range;
use super::recipe::{Done, Work};
use super::text::{Change, with_comment};
use crate::client::Basis;
use crate::formats::literal::literal;
use crate::source::Place;
use crate::vocabulary::{Attribute, Kind};

impl Work<'_, '_> {
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

    /// Takes literal secrets out of the Terraform variables that supply them: the default of a variable, which becomes
    /// sensitive, or a line of a file of values.
    pub(super) fn remove_defaults(&mut self, attribute: Attribute) -> Done {
        for item in self.definition.items(attribute) {
            let Basis::Resolved { from, .. } = item.basis else { continue };
            if part(item, "class") == Some("literal") {
                self.remove_default(from)?;
            }
        }
        Some(())
    }

    fn remove_default(&mut self, from: Place) -> Done {
        if !self.mender.is_terraform(from.file) {
            return None;
        }
        let document = self.mender.documents.get(&from.file)?;
        let way = way_to_start(&document.parsed.documents, from)?;
        let keys: Vec<&str> = way
            .iter()
            .filter_map(|step| match step.held {
                Held::Entry(entry) => Some(entry.key.as_str()),
                _ => None,
            })
            .collect();
        let body = way[way.len().checked_sub(2)?].node;
        let place = way.last()?.node.place;
        let given = [".tfvars", ".tfvars.json"].iter().any(|ending| document.source.path.ends_with(ending));
        match keys.as_slice() {
            ["variable", _, "default"] => {
                if body.entry("sensitive").is_none() {
                    self.put_into(body)?.insert("sensitive".to_owned(), Json::Bool(true));
                }
            }
            [_] if given => {}
            // What a local or an argument of a module says has no other way in.
            _ => return None,
        }
        // Who else takes its value from there rests on the start, or on all of it.
        self.touched.extend([from, place]);
        self.take(place, false)
    }
}
