//! What is known of what the cursor is on: a client, an attribute, a rule.

use std::fmt::Write as _;

use lsp_types::{Hover, HoverContents, HoverParams, MarkupContent, MarkupKind};

use super::documents::Document;
use super::session::Session;
use super::workspace::Known;
use crate::lint::{Origin, Told, ToldAttribute};
use crate::reporters::printable;

impl Session<'_> {
    /// What is known of what is under the cursor.
    pub(super) fn hover(&mut self, params: &HoverParams) -> Option<Hover> {
        self.refresh();
        let at = &params.text_document_position_params;
        let document = self.documents.get(&at.text_document.uri)?;
        let byte = document.text.offset(at.position);
        let value = match self.rule_at(document, byte) {
            Some(text) => text,
            None => {
                let known = self.workspace.in_full(&document.path)?;
                told(document, byte, &known)?
            }
        };
        let contents = HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value });
        Some(Hover { contents, range: None })
    }

    /// The rule whose id is under the cursor, where rules are named.
    fn rule_at(&self, document: &Document, byte: usize) -> Option<String> {
        let text = document.text.as_str();
        let line = document.text.line(document.text.position(byte).line as usize);
        let names_rules =
            super::configuration::is_configuration(document) || text[line.clone()].contains("clientlint:");
        if !names_rules {
            return None;
        }
        let is_part = |character: char| character.is_ascii_alphanumeric() || character == '-';
        let start =
            text[line.start..byte].rfind(|c| !is_part(c)).map_or(line.start, |at| line.start + at + 1);
        let end = text[byte..line.end].find(|c| !is_part(c)).map_or(line.end, |at| byte + at);
        let id = text.get(start..end)?;
        let config = self.workspace.config(&document.path)?;
        let rule = config.rules.iter().find(|rule| rule.id == id)?;
        let say = &rule.text;
        Some(format!(
            "**{id}** ({})\n\n{}\n\n{}\n\n**Instead:** {}",
            rule.worst().name(),
            say.summary,
            say.why.trim(),
            say.instead.trim()
        ))
    }
}

fn told(document: &Document, byte: usize, known: &Known<'_>) -> Option<String> {
    let holds = |told: &&Told| {
        let place = &told.location;
        *place.path == *known.shown && place.start.byte as usize <= byte && byte <= place.end.byte as usize
    };
    let line = document.text.position(byte).line + 1;
    let is_here = |attribute: &&ToldAttribute| {
        attribute.location.as_ref().is_some_and(|place| {
            *place.path == *known.shown
                && (place.start.line == line
                    || place.start.byte as usize <= byte && byte <= place.end.byte as usize)
        })
    };
    // The innermost definition, and in it the attribute that starts last before the cursor, else on its line.
    let all = || known.report.told.iter();
    let inside = all().filter(holds).min_by_key(|told| told.location.end.byte - told.location.start.byte);
    let client = inside.or_else(|| all().find(|told| told.attributes.iter().any(|one| is_here(&one))))?;
    if client.client.line == line {
        return Some(of_client(client));
    }
    let key = |attribute: &&ToldAttribute| {
        let start = attribute.location.as_ref().map_or(0, |place| place.start.byte as usize);
        (start <= byte, if start <= byte { start } else { usize::MAX - start })
    };
    client.attributes.iter().filter(is_here).max_by_key(key).map(of_attribute)
}

fn of_client(told: &Told) -> String {
    let client = &told.client;
    let mut text = format!("**{}**: {} client", escaped(client.title()), client.client_type);
    // Writing to a string cannot fail.
    let _ = write!(text, ", {}", party(&client.party));
    let reasons =
        [("client type", client.client_type_because.join("; ")), ("party", told.party_because.join("; "))];
    for (what, why) in reasons {
        if !why.is_empty() {
            let _ = write!(text, "\n\n{what}: {}", escaped(&why));
        }
    }
    let defaults: Vec<String> = told
        .attributes
        .iter()
        .filter(|attribute| matches!(attribute.origin, Origin::Default(_)))
        .filter_map(|attribute| Some(format!("- {}: {}", attribute.name, code(attribute.value.as_ref()?))))
        .collect();
    if !defaults.is_empty() {
        let _ = write!(text, "\n\nfilled in by the platform:\n\n{}", defaults.join("\n"));
    }
    text
}

fn of_attribute(attribute: &ToldAttribute) -> String {
    let mut text = format!("**{}**: {}", attribute.name, attribute.says);
    if let Origin::Resolved(from) = &attribute.origin {
        let value = attribute.value.as_ref().map_or_else(|| "not known".to_owned(), |value| code(value));
        // Writing to a string cannot fail.
        let _ = write!(text, "\n\nvalue: {value}, from {}:{}", escaped(&from.path), from.start.line);
    }
    text
}

/// A party in words.
pub(super) fn party(party: &str) -> &'static str {
    match party {
        "first" => "first-party",
        "third" => "third-party",
        _ => "party not known",
    }
}

/// So many characters of a value are shown.
const SHOWN: usize = 300;

fn code(value: &str) -> String {
    let clipped: String = value.chars().take(SHOWN).filter(|character| *character != '`').collect();
    format!("`{}`", printable(&clipped))
}

/// Text of a document in Markdown, where it formats nothing.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for character in printable(text).chars() {
        if "\\`*_{}[]<>#|!~".contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}
