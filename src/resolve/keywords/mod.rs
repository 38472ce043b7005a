//! The Deploy CLI's keyword replacement: puts the values of a mapping where a text has their markers, as the tool does
//! before it parses anything, and leads every place in what comes out back to the file and to the mapping.

mod render;
mod script;

use std::collections::BTreeSet;

pub use render::{Rendered, render};
use script::in_order;

use crate::secret;
use crate::source::Place;
use crate::tree::{Node, Piece, Value};

/// The key of the tool's configuration that holds the mappings. No other key is ever used as a value.
pub const KEY: &str = "AUTH0_KEYWORD_REPLACE_MAPPINGS";

/// What an environment puts in place of markers, in the tool's order.
#[derive(Clone, Default)]
pub struct Mapping {
    keys: Vec<(String, Node)>,
    samples: BTreeSet<String>,
}

impl Mapping {
    /// The mapping in a configuration of the tool; `None` if it has none.
    pub fn of(configuration: &Node) -> Option<Self> {
        let mapping = configuration.get(KEY).filter(|mapping| mapping.is_map())?;
        let mut found = Self::default();
        for (key, value) in in_order(mapping) {
            if is_sample(value) {
                found.samples.insert(key.to_owned());
            } else {
                found.keys.push((key.to_owned(), value.clone()));
            }
        }
        Some(found)
    }

    /// The keys whose values ask to be replaced, so that nobody knows what they will be.
    pub fn samples(&self) -> &BTreeSet<String> {
        &self.samples
    }

    /// Adds the keys of another mapping, whose values win.
    pub fn extend(&mut self, other: &Self) {
        self.keys.retain(|(key, _)| !other.samples.contains(key));
        self.samples.retain(|key| !other.keys.iter().any(|(known, _)| known == key));
        self.samples.extend(other.samples.iter().cloned());
        for (key, value) in &other.keys {
            match self.keys.iter_mut().find(|(known, _)| known == key) {
                Some((_, known)) => known.clone_from(value),
                None => self.keys.push((key.clone(), value.clone())),
            }
        }
    }
}

/// Whether a value asks to be replaced: `<your domain>`, `YOUR_TENANT.eu.auth0.com`.
fn is_sample(value: &Node) -> bool {
    const WORDS: &[&str] =
        &["your", "yours", "replace", "replaceme", "changeme", "placeholder", "todo", "fixme"];
    match &value.value {
        Value::List(items) => items.iter().any(is_sample),
        Value::Map(entries) => entries.iter().any(|entry| is_sample(&entry.value)),
        Value::Text(text) => {
            let bracket = text.find('<').is_some_and(|at| text[at..].contains('>'));
            let is_word = |word: &str| WORDS.contains(&word.to_ascii_lowercase().as_str());
            bracket || text.split(|c: char| !c.is_ascii_alphanumeric()).any(is_word)
        }
        _ => false,
    }
}

/// The keys of the markers that are left in a value, with the places of the values that hold them. Those of secrets
/// are not among them: that nobody writes down what they stand for is right.
pub fn left(node: &Node) -> Vec<(String, Place)> {
    fn collect(node: &Node, found: &mut Vec<(String, Place)>) {
        match &node.value {
            Value::List(items) => items.iter().for_each(|item| collect(item, found)),
            Value::Map(entries) => entries
                .iter()
                .filter(|entry| !secret::is_secret_key(&entry.key))
                .for_each(|entry| collect(&entry.value, found)),
            Value::Unknown(unknown) => found.extend(key(&unknown.text).map(|key| (key, node.place))),
            Value::Template(pieces) => {
                for piece in pieces {
                    if let Piece::Hole(text) = piece {
                        found.extend(key(text).map(|key| (key, node.place)));
                    }
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    collect(node, &mut found);
    found
}

/// The key of the marker with which a text starts. The platform's own templates have such signs too, around names in
/// lower case: `@@config@@`.
fn key(text: &str) -> Option<String> {
    let rest = text.strip_prefix("##").or_else(|| text.strip_prefix("@@"))?;
    let key = &rest[..rest.find(&text[..2])?];
    let is_own = text.starts_with('@') && key.starts_with(|c: char| c.is_ascii_lowercase());
    (!is_own).then(|| key.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::by_extension;
    use crate::source::{FileId, Source, Span};

    const MAPPINGS: &str = r###"{"AUTH0_CLIENT_SECRET": "no", "AUTH0_KEYWORD_REPLACE_MAPPINGS": {
        "LIST": ["u", "v"], "TEXT": "str", "MAP": {"b": 1, "2": [true, null], "a": "x\"y"}, "FIVE": 5, "YES": true,
        "MORE": "\"b\",\"c\"", "NESTED": "a-##TEXT##", "DEEP": ["@@TEXT@@", "@@LAST@@"], "NULL": null, "EMPTY": "",
        "A.B": "dot", "A+B": "regular", "COST": "5$$", "HOST": "<your host>", "x": "small", "ITSELF": "##ITSELF##", "LAST": 7
    }}"###;

    fn source(id: u32, path: &str, text: &str) -> Source {
        Source::new(FileId(id), path, None, text.to_owned())
    }

    fn rendered(text: &str) -> Option<String> {
        let config = source(0, "config.json", MAPPINGS);
        let parsed = by_extension("json").unwrap().parse(&config);
        let mapping = Mapping::of(&parsed.documents[0]).unwrap();
        render(&source(1, "a.json", text), &mapping).map(|rendered| rendered.text)
    }

    #[test]
    fn values_stand_as_the_tool_puts_them() {
        for (text, expected) in [
            (r#""a": "@@LIST@@""#, r#""a": ["u","v"]"#),
            (r#""a": '@@LIST@@'"#, r#""a": ["u","v"]"#),
            (r#""a": @@TEXT@@"#, r#""a": "str""#),
            (r#""a": "p-@@TEXT@@-s""#, r#""a": "p-"str"-s""#),
            (r###""a": "##LIST##""###, r#""a": "u,v""#),
            (r###"["##MAP##"]"###, r#"["[object Object]"]"#),
            (r#""a": ##FIVE##"#, r#""a": 5"#),
            (r#"[ "a", ##MORE## ]"#, r#"[ "a", "b","c" ]"#),
            ("@@MAP@@", r#"{"2":[true,null],"b":1,"a":"x\"y"}"#),
            ("@@YES@@ ##NULL## @@NULL@@ [##EMPTY##]", "true null null []"),
            ("@@NESTED@@ ##NESTED##", r#""a-str" a-##TEXT##"#),
            ("@@DEEP@@", r#"["@@TEXT@@",7]"#),
            ("##A.B## ##AxB## ##A+B## ##COST##", "dot ##AxB## ##A+B## 5$"),
            ("##TEXT##_##x## ##X## @@TEXT @@", "str_small ##X## @@TEXT @@"),
            ("##HOST## ##ITSELF## ##TEXT##", "##HOST## ##ITSELF## str"),
        ] {
            assert_eq!(rendered(text).as_deref(), Some(expected), "{text}");
        }
        for text in ["", "### no ##", "##AUTH0_CLIENT_SECRET## @@UNDEFINED@@ ##HOST##"] {
            assert_eq!(rendered(text), None, "{text}");
        }
    }

    #[test]
    fn places_lead_back_to_the_marker_and_to_the_value() {
        let text = "é: 1\nlist: @@LIST@@ # x\nurl: a-##TEXT##-b\nlast: [z, \"@@DEEP@@\"]\n";
        let config = source(0, "config.json", MAPPINGS);
        let json = by_extension("json").unwrap();
        let mapping = Mapping::of(&json.parse(&config).documents[0]).unwrap();
        let file = source(1, "a.yaml", text);
        let rendered = render(&file, &mapping).unwrap();
        let yaml = by_extension("yaml").unwrap();
        let parsed = yaml.parse(&source(1, "a.yaml", &rendered.text));
        let parsed = rendered.take_back(&file, parsed);
        let document = &parsed.documents[0];
        let shown = |node: &Node| {
            let at = |place: &Place| {
                let of = if place.file == FileId(1) { &file } else { &config };
                of.slice(place.span).to_owned()
            };
            (at(&node.place), node.supplied.as_deref().map(at))
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(shown(document.get("é").unwrap()), ("1".into(), None));
        let list = document.get("list").unwrap();
        assert_eq!(shown(list), ("@@LIST@@".into(), some(r#"["u", "v"]"#)));
        assert_eq!(shown(&list.items()[1]), ("@@LIST@@".into(), some(r#""v""#)));
        assert_eq!(shown(document.get("url").unwrap()), ("a-##TEXT##-b".into(), some(r#""str""#)));
        let last = document.get("last").unwrap();
        assert_eq!(shown(last), (r#"[z, "@@DEEP@@"]"#.into(), None));
        assert_eq!(shown(&last.items()[1].items()[1]), (r#""@@DEEP@@""#.into(), some("7")));
        assert_eq!(document.place.span, Span::new(0, text.len() - 1));
    }
}
