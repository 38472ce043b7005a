//! Trees as text that people can read.

use std::fmt::Write as _;

use clientlint::formats::Parsed;
use clientlint::source::Source;
use clientlint::tree::{Node, Value};

/// A tree as text: one line for each value, with what is written at its place.
pub fn dump(source: &Source, parsed: &Parsed) -> String {
    let mut text = String::new();
    for document in &parsed.documents {
        dump_node(source, document, "document", 0, &mut text);
    }
    for problem in &parsed.problems {
        let at = source.position(problem.place.span.start);
        let (code, message) = (problem.code.name(), &problem.message);
        writeln!(text, "problem {}:{} {code}: {message}", at.line, at.column).unwrap();
    }
    for comment in &parsed.comments {
        writeln!(text, "comment {}", source.slice(*comment)).unwrap();
    }
    text
}

fn dump_node(source: &Source, node: &Node, name: &str, depth: usize, text: &mut String) {
    let at = source.position(node.place.span.start);
    let end = source.position(node.place.span.end);
    let written = source.slice(node.place.span);
    let shown = if written.is_empty() { String::new() } else { format!(" `{}`", shown(written)) };
    let value = match &node.value {
        Value::List(_) => format!("list to {}:{}", end.line, end.column),
        Value::Map(_) => format!("map to {}:{}", end.line, end.column),
        Value::Null => format!("null{shown}"),
        Value::Bool(value) => format!("{value}{shown}"),
        Value::Number(number) => format!("number {number}{shown}"),
        Value::Text(value) => format!("text {value:?}{shown}"),
        Value::Template(pieces) => format!("template {pieces:?}{shown}"),
        Value::Unknown(unknown) if unknown.many => format!("unknown many{shown}"),
        Value::Unknown(_) => format!("unknown{shown}"),
        Value::Expression(_) => "expression".to_owned(),
    };
    let supplied = node.supplied.as_ref().map_or(String::new(), |place| {
        let at = source.position(place.span.start);
        format!(" from {}:{}", at.line, at.column)
    });
    let indent = "  ".repeat(depth);
    writeln!(text, "{indent}{name} {}:{} {value}{supplied}", at.line, at.column).unwrap();
    for item in node.items() {
        dump_node(source, item, "-", depth + 1, text);
    }
    for entry in node.entries() {
        let key = shown_key(&entry.key, source.slice(entry.key_place.span));
        dump_node(source, &entry.value, &key, depth + 1, text);
    }
}

fn shown(text: &str) -> String {
    text.replace('\n', "⏎")
}

fn shown_key(key: &str, written: &str) -> String {
    if key == written { format!("{key}:") } else { format!("{}: (`{}`)", shown(key), shown(written)) }
}
