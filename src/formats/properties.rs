//! Lines of names and values: `.env` files and Java properties.

use std::ops::Range;

use super::comments::directives;
use super::{Format, Parsed};
use crate::source::{Place, Source};
use crate::tree::{Entry, Node, Value};

/// `NAME=value`, a line each. A name with dots is a path, as Spring reads it.
pub(super) struct Properties;

impl Format for Properties {
    fn name(&self) -> &'static str {
        "properties"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["env", "properties"]
    }

    fn parse(&self, source: &Source) -> Parsed {
        // Java's files separate by colons, too.
        let signs: &[char] = if source.path.ends_with(".properties") { &['=', ':'] } else { &['='] };
        let root = lines(source, 0..source.text.len(), signs);
        let mut parsed = Parsed::default();
        if !root.entries().is_empty() {
            parsed.documents.push(root);
        }
        parsed.comments = directives(source, &parsed.documents, &["#"]);
        parsed
    }
}

/// The map that the lines of a part of a text are, with the signs that separate names from values.
pub(super) fn lines(source: &Source, part: Range<usize>, signs: &[char]) -> Node {
    let mut root = Node::new(source.place(part.clone()), Value::Map(Vec::new()));
    let mut start = part.start;
    for line in source.text[part].split_inclusive('\n') {
        if let Some((name, value)) = pair(source, start, line, signs) {
            insert(&mut root, &name, value);
        }
        start += line.len();
    }
    root
}

/// A name and where it stands.
struct Name {
    text: String,
    place: Place,
}

/// The name and the value of a line, if it has them.
fn pair(source: &Source, start: usize, line: &str, signs: &[char]) -> Option<(Name, Node)> {
    let sign = line.find(signs)?;
    let before = &line[..sign];
    let text = before.trim();
    let text = text.strip_prefix("export ").unwrap_or(text).trim();
    let named = !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
    if !named {
        return None;
    }
    let name_start = start + before.rfind(text)?;
    let name = Name { text: text.to_owned(), place: source.place(name_start..name_start + text.len()) };
    let after = &line[sign + 1..];
    let value = after.trim();
    let value_start = start + sign + 1 + (after.len() - after.trim_start().len());
    let (value, known) = match value.chars().next() {
        Some(quote @ ('"' | '\'')) => match value[1..].find(quote) {
            Some(end) => (&value[..end + 2], &value[1..=end]),
            None => (value, value),
        },
        // A comment starts at a sign behind a blank.
        _ => {
            let value = value.find(" #").map_or(value, |at| value[..at].trim_end());
            (value, value)
        }
    };
    let place = source.place(value_start..value_start + value.len());
    let value = if known.is_empty() { Value::Null } else { Value::Text(known.to_owned()) };
    Some((name, Node::new(place, value)))
}

/// Adds a value under a name; the parts of a name with dots are maps in each other.
fn insert(root: &mut Node, name: &Name, value: Node) {
    let mut node = root;
    let mut parts = name.text.split('.').peekable();
    while let Some(part) = parts.next() {
        let Value::Map(entries) = &mut node.value else { return };
        let entry = |value: Node| Entry { key: part.to_owned(), key_place: name.place, value };
        if parts.peek().is_none() {
            entries.push(entry(value));
            return;
        }
        let at = match entries.iter().position(|entry| entry.key == part && entry.value.is_map()) {
            Some(at) => at,
            None => {
                entries.push(entry(Node::new(name.place, Value::Map(Vec::new()))));
                entries.len() - 1
            }
        };
        node = &mut entries[at].value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    #[test]
    fn colons_separate_in_files_of_java() {
        let text = "a.b: c\nissuer:https://acme.example.com/\nurl=http://x\n";
        for (name, issuer) in [("a.properties", Some("https://acme.example.com/")), (".env", None)] {
            let parsed = Properties.parse(&Source::new(FileId(0), name, None, text.to_owned()));
            let document = &parsed.documents[0];
            assert_eq!(document.get("issuer").and_then(Node::text), issuer, "{name}");
            assert_eq!(document.get("url").and_then(Node::text), Some("http://x"), "{name}");
        }
    }

    #[test]
    fn names_and_values_are_read_with_their_places() {
        let text = "# comment\nexport A_B=\"x y\" # why\r\nC= plain # note\nokta.oauth2.client-id=id\nEMPTY=\nno pair\n";
        let source = Source::new(FileId(0), ".env", None, text.to_owned());
        let parsed = Properties.parse(&source);
        let document = &parsed.documents[0];
        let shown = |node: &Node| (node.text().map(str::to_owned), source.slice(node.place.span).to_owned());
        assert_eq!(shown(document.get("A_B").unwrap()), (Some("x y".into()), "\"x y\"".into()));
        assert_eq!(shown(document.get("C").unwrap()), (Some("plain".into()), "plain".into()));
        let nested = document
            .get("okta")
            .and_then(|okta| okta.get("oauth2"))
            .and_then(|oauth2| oauth2.get("client-id"));
        assert_eq!(nested.and_then(Node::text), Some("id"));
        assert!(matches!(document.get("EMPTY").unwrap().value, Value::Null));
        assert_eq!(document.entries().len(), 4);
    }
}
