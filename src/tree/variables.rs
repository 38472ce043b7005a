//! Variables as containers and jobs are given them, with more than a value or in a list, read as the maps that they are.

use super::{Entry, Node, Value};
use crate::source::{Place, Span};

/// The map that variables are: of items with `name` and `value`, as Kubernetes and task definitions have them, or `key` and
/// `value`, as Render and DigitalOcean do, of blocks of Terraform with the same, of texts such as `NAME=value`, as compose files have them, and of maps in which a name
/// has more than a value, as GitLab, Heroku and parameters of Azure have them: `NAME: { value: text, description: text }`.
/// `None` where it is something else.
pub fn variables(list: &Node) -> Option<Node> {
    let blocks = list.entries().iter().map(|entry| &entry.value).filter(|value| value.is_map());
    let mut entries: Vec<Entry> = list.items().iter().chain(blocks).filter_map(variable).collect();
    let described: Vec<Entry> = list.entries().iter().filter_map(described).collect();
    if !described.is_empty() {
        entries.extend(described);
        entries.extend(list.entries().iter().filter(|entry| is_single(&entry.value)).cloned());
    }
    (!entries.is_empty()).then(|| Node::new(list.place, Value::Map(entries)))
}

fn variable(item: &Node) -> Option<Entry> {
    assignment(item).or_else(|| {
        let (name, value) = pair(item)?;
        let value = Some(&value.value).filter(|value| is_single(value))?;
        Some(Entry { key: name.text()?.to_owned(), key_place: name.place, value: value.clone() })
    })
}

/// The variable of a name that has more than a value.
fn described(entry: &Entry) -> Option<Entry> {
    let value = entry.value.get("value").filter(|value| is_single(value))?;
    let is_named = pair(&entry.value).is_some();
    (!is_named).then(|| Entry { key: entry.key.clone(), key_place: entry.key_place, value: value.clone() })
}

/// Whether something may be the value of a variable: what holds something else is none.
fn is_single(value: &Node) -> bool {
    !matches!(value.value, Value::Map(_) | Value::List(_))
}

/// The name and the entry of the value of `name: NAME` and `value: text`, or `key: NAME`.
pub fn pair(item: &Node) -> Option<(&Node, &Entry)> {
    let part = |names: &[&str]| names.iter().find_map(|name| item.entry(name));
    let value = part(&["value", "Value"])?;
    Some((&part(&["name", "Name", "key", "Key"])?.value, value))
}

/// The variable of the text `NAME=value`. Places are exact where it is written as it is, in quotes or without.
pub fn assignment(item: &Node) -> Option<Entry> {
    let (key, value) = item.text()?.split_once('=')?;
    let place = item.place;
    let written = (place.span.end - place.span.start) as usize;
    let quote = match written.checked_sub(key.len() + 1 + value.len()) {
        Some(0) => Some(0),
        Some(2) => Some(1),
        _ => None,
    };
    let part = |from: usize, length: usize| match quote {
        Some(quote) => {
            let start = place.span.start as usize + quote + from;
            Place { file: place.file, span: Span::new(start, start + length) }
        }
        None => place,
    };
    Some(Entry {
        key: key.to_owned(),
        key_place: part(0, key.len()),
        value: Node::new(part(key.len() + 1, value.len()), Value::Text(value.to_owned())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::{self, Format as _};
    use crate::source::{FileId, Source};

    /// The variables of a list in YAML: name, and the text at the place of the value.
    fn read(text: &str) -> Vec<(String, String)> {
        let source = Source::new(FileId(0), "a.yaml", None, text.to_owned());
        let parsed = formats::YAML.parse(&source);
        let map = variables(&parsed.documents[0]);
        let entries = map.iter().flat_map(Node::entries);
        entries.map(|entry| (entry.key.clone(), source.slice(entry.value.place.span).to_owned())).collect()
    }

    #[test]
    fn variables_are_read_with_their_places() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            read("- A=b=c\n- \"D=e\"\n- 'F='\n- 7\n- G\n"),
            [pair("A", "b=c"), pair("D", "e"), pair("F", "")]
        );
        assert_eq!(
            read(
                "- { name: A, value: b }\n- name: B\n  valueFrom: { secretKeyRef: { key: b } }\n- { Name: C, Value: \"d\" }\n"
            ),
            [pair("A", "b"), pair("C", "\"d\"")]
        );
        assert_eq!(read("- { key: A, value: b }\n- { key: B, sync: false }\n"), [pair("A", "b")]);
        assert_eq!(read("- \"A=b\\tc\"\n"), [pair("A", "\"A=b\\tc\"")]);
        assert_eq!(read("- a\n- b: c\n"), []);
        assert_eq!(read("a: { name: A, value: b }\nb: C=d\n"), [pair("A", "b")]);
        assert_eq!(
            read("A: { value: b, description: c }\nB: { value: [c] }\nC: d\nD: { options: [e] }\n"),
            [pair("A", "b"), pair("C", "d")]
        );
        assert_eq!(read("A: b\nC: { d: e }\n"), []);
    }
}
