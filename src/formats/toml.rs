//! TOML, with all its problems at once.

use toml::Spanned;
use toml::de::{DeTable, DeValue, Error};

use super::{Format, Parsed, comments, markers};
use crate::problem::{Code, Problem};
use crate::source::{Source, Span};
use crate::tree::{Entry, Node, Unknown, Value};

/// TOML.
pub(super) struct Toml;

impl Format for Toml {
    fn name(&self) -> &'static str {
        "toml"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["toml"]
    }

    fn parse(&self, source: &Source) -> Parsed {
        let (table, errors) = DeTable::parse_recoverable(&source.text);
        let mut problems: Vec<Problem> = errors.iter().map(|error| problem(source, error)).collect();
        problems.sort_by_key(|problem| problem.place);
        let root = Spanned::new(0..0, DeValue::Table(table.into_inner()));
        let root = node(source, root, false);
        let documents = if root.entries().is_empty() { Vec::new() } else { vec![root] };
        let comments = comments::directives(source, &documents, &["#"]);
        Parsed { documents, problems, comments }
    }
}

fn problem(source: &Source, error: &Error) -> Problem {
    let message = error.message();
    let code = match message {
        "duplicate key" => Code::DuplicateKey,
        message if message.contains("recursion") => Code::Limit,
        _ => Code::Syntax,
    };
    let length = source.text.len();
    let range = error.span().unwrap_or(0..0);
    let place = source.place(range.start.min(length)..range.end.min(length));
    Problem { code, place, message: message.to_owned() }
}

/// The library limits nesting to 80, so this may recurse.
fn node(source: &Source, value: Spanned<DeValue<'_>>, in_list: bool) -> Node {
    let range = value.span();
    let mut place = source.place(range.clone());
    let written = || source.slice(place.span).to_owned();
    let value = match value.into_inner() {
        // Where a value or its quotes are missing, the library reports that and goes on with text. Of that
        // nothing is kept: it can be half of a secret.
        DeValue::String(_) if !is_quoted(source.slice(place.span)) => Value::Unknown(Unknown::new("")),
        DeValue::String(text) => markers::value(text.into_owned(), markers::Style::Quoted, in_list),
        DeValue::Integer(_) | DeValue::Float(_) => Value::Number(written()),
        DeValue::Boolean(value) => Value::Bool(value),
        DeValue::Datetime(_) => Value::Text(written()),
        DeValue::Array(items) => {
            let items: Vec<Node> = items.into_iter().map(|item| node(source, item, true)).collect();
            for item in &items {
                place.span = hull(place.span, item.place.span);
            }
            Value::List(items)
        }
        DeValue::Table(table) => {
            let entries = entries(source, table);
            // The library gives the place of the header or of the first key only.
            if range.is_empty() {
                place.span = entries.first().map_or(place.span, |entry| entry.key_place.span);
            }
            for entry in &entries {
                place.span = hull(hull(place.span, entry.key_place.span), entry.value.place.span);
            }
            Value::Map(entries)
        }
    };
    Node::new(place, value)
}

/// The entries of a table in the order in which they are written; the library sorts them by their keys.
fn entries(source: &Source, table: DeTable<'_>) -> Vec<Entry> {
    let mut entries: Vec<Entry> = table
        .into_iter()
        .map(|(key, value)| Entry {
            key_place: source.place(key.span()),
            key: key.into_inner().into_owned(),
            value: node(source, value, false),
        })
        .collect();
    entries.sort_by_key(|entry| entry.key_place);
    entries
}

fn is_quoted(text: &str) -> bool {
    ['"', '\''].iter().any(|quote| text.len() > 1 && text.starts_with(*quote) && text.ends_with(*quote))
}

fn hull(one: Span, other: Span) -> Span {
    Span { start: one.start.min(other.start), end: one.end.max(other.end) }
}
