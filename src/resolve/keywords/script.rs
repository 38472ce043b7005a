//! What JavaScript makes of the values of a mapping when the tool puts them into a text.

use crate::source::Place;
use crate::tree::{Entry, Node, Value, show_pieces};

/// The entries of a map in the order in which JavaScript goes through them: numbers first; of a repeated key the last
/// value at the first place.
pub(super) fn in_order(map: &Node) -> Vec<(&str, &Node)> {
    let mut all: Vec<(&str, &Node)> = Vec::new();
    for Entry { key, value, .. } in map.entries() {
        match all.iter_mut().find(|(known, _)| known == key) {
            Some((_, known)) => *known = value,
            None => all.push((key, value)),
        }
    }
    let number = |key: &str| key.parse::<u32>().ok().filter(|number| number.to_string() == key);
    all.sort_by_key(|(key, _)| number(key).map_or((1, 0), |number| (0, number)));
    all
}

/// A value as `JSON.stringify` writes it, each part with its place.
pub(super) fn whole(value: &Node, matched: &str) -> Option<Vec<(String, Place)>> {
    fn write(node: &Node, pieces: &mut Vec<(String, Place)>) {
        let mut sign = |sign: &str| pieces.push((sign.to_owned(), node.place));
        match &node.value {
            Value::List(items) => {
                sign("[");
                for (number, item) in items.iter().enumerate() {
                    if number > 0 {
                        pieces.push((",".to_owned(), node.place));
                    }
                    write(item, pieces);
                }
                pieces.push(("]".to_owned(), node.place));
            }
            Value::Map(_) => {
                sign("{");
                for (number, (key, value)) in in_order(node).into_iter().enumerate() {
                    let comma = if number > 0 { "," } else { "" };
                    pieces.push((format!("{comma}{}:", json(key)), value.place));
                    write(value, pieces);
                }
                pieces.push(("}".to_owned(), node.place));
            }
            _ => {
                let text = scalar(node);
                let is_text = !matches!(node.value, Value::Null | Value::Bool(_) | Value::Number(_));
                sign(if is_text { json(&text) } else { text }.as_str());
            }
        }
    }
    let mut pieces = Vec::new();
    write(value, &mut pieces);
    pieces.into_iter().map(|(text, place)| Some((replacement(&text, matched)?, place))).collect()
}

fn json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A value as JavaScript makes text of it.
pub(super) fn coerced(node: &Node) -> String {
    match &node.value {
        Value::List(items) => {
            let item = |item: &Node| match item.value {
                Value::Null => String::new(),
                _ => coerced(item),
            };
            items.iter().map(item).collect::<Vec<_>>().join(",")
        }
        Value::Map(_) => "[object Object]".to_owned(),
        _ => scalar(node),
    }
}

fn scalar(node: &Node) -> String {
    match &node.value {
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(text) if text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') => text.clone(),
        Value::Number(text) => text.parse::<f64>().map_or_else(|_| text.clone(), |number| number.to_string()),
        Value::Text(text) => text.clone(),
        // The reader saw markers in it. The tool does not: it puts the text in as it is.
        Value::Template(pieces) => show_pieces(pieces),
        Value::Unknown(unknown) => unknown.text.clone(),
        Value::Expression(_) | Value::List(_) | Value::Map(_) => String::new(),
    }
}

/// What JavaScript's `replace` makes of a text that it puts in for a match: `$$` and `$&` are special. `None` for what
/// stands before or after the match, which nobody means.
pub(super) fn replacement(text: &str, matched: &str) -> Option<String> {
    if !text.contains('$') {
        return Some(text.to_owned());
    }
    if text.contains("$`") || text.contains("$'") {
        return None;
    }
    let mut made = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        made.push_str(before);
        rest = match after.chars().next() {
            Some('$') => {
                made.push('$');
                &after[1..]
            }
            Some('&') => {
                made.push_str(matched);
                &after[1..]
            }
            _ => {
                made.push('$');
                after
            }
        };
    }
    made.push_str(rest);
    Some(made)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dollars_mean_what_they_mean_to_replace() {
        assert_eq!(replacement("a$$b$&c$1$", "##X##").as_deref(), Some("a$b##X##c$1$"));
        assert_eq!(replacement("a$`", "##X##"), None);
        assert_eq!(replacement("a$'", "##X##"), None);
    }
}
