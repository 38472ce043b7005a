//! Which type each key of a configuration takes, by the schema, and what is said where a value has another one.

use std::sync::LazyLock;

use serde_json::Value as Json;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::written::Written;

static SCHEMA: LazyLock<Json> = LazyLock::new(|| schemars::schema_for!(Written).to_value());

/// Where the first value of a wrong type stands, and what its key takes. The value itself is never repeated: what
/// stands at a wrong place may be a secret. Nothing is said of a text that is no TOML.
pub(super) fn wrong(text: &str) -> Option<(usize, String)> {
    let table = DeTable::parse(text).ok()?;
    in_table(table.get_ref(), &SCHEMA, "")
}

fn in_table(table: &DeTable<'_>, schema: &Json, path: &str) -> Option<(usize, String)> {
    let of_entry = |(key, value): (&Spanned<_>, &Spanned<DeValue<'_>>)| {
        let key: &str = AsRef::<str>::as_ref(key.get_ref());
        let path = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
        // What no key is called is said by those who read it.
        let known = schema.get("properties").and_then(|known| known.get(key));
        in_value(value, known.or_else(|| schema.get("additionalProperties"))?, &path, "takes")
    };
    table.iter().filter_map(of_entry).min()
}

fn in_value(value: &Spanned<DeValue<'_>>, schema: &Json, path: &str, verb: &str) -> Option<(usize, String)> {
    let ways = ways(schema);
    let Some(way) = ways.iter().find(|way| fits(value.get_ref(), way)) else {
        let hint = match (value.get_ref(), ways.as_slice()) {
            (DeValue::Table(_), [way]) if is_list_of_tables(way) => format!(": write [[{path}]]"),
            _ => String::new(),
        };
        let (takes, is) = (words(&ways), word(value.get_ref()));
        return Some((value.span().start, format!("`{path}` {verb} {takes}; this is {is}{hint}")));
    };
    match value.get_ref() {
        DeValue::Table(table) => in_table(table, way, path),
        DeValue::Array(items) => {
            let of_item = |item| in_value(item, way.get("items")?, path, "is a list, each item of which is");
            items.iter().find_map(of_item)
        }
        _ => None,
    }
}

/// The schemas of which one must hold, without those that only refer to others.
fn ways(schema: &Json) -> Vec<&Json> {
    if let Some(name) = schema.get("$ref").and_then(Json::as_str) {
        return SCHEMA.pointer(name.trim_start_matches('#')).map(ways).unwrap_or_default();
    }
    match schema.get("anyOf").or_else(|| schema.get("oneOf")).and_then(Json::as_array) {
        Some(several) => several.iter().flat_map(ways).filter(|way| way["type"] != "null").collect(),
        None => vec![schema],
    }
}

/// Whether a value has a type that a schema takes.
fn fits(value: &DeValue<'_>, schema: &Json) -> bool {
    let Some(kind) = schema.get("type") else { return true };
    let takes = |name: &str| kind == name || kind.as_array().is_some_and(|all| all.iter().any(|k| k == name));
    match value {
        DeValue::String(_) => takes("string"),
        DeValue::Integer(number) => {
            let negative = number.as_str().starts_with('-');
            takes("integer") && !(negative && schema["minimum"] == 0) || takes("number")
        }
        DeValue::Float(_) => takes("number"),
        DeValue::Boolean(_) => takes("boolean"),
        DeValue::Datetime(_) => takes("string") && schema["format"] == "date",
        DeValue::Array(_) => takes("array"),
        DeValue::Table(_) => takes("object"),
    }
}

fn is_list_of_tables(schema: &Json) -> bool {
    let item = schema.get("items").map(ways).unwrap_or_default();
    !item.is_empty() && item.iter().all(|way| way["type"] == "object")
}

/// What is taken, in words: `a text or a list of texts`, ``one of `a`, `b` ``.
fn words(ways: &[&Json]) -> String {
    let name = |way: &&Json| way["const"].as_str().map(|word| format!("`{word}`"));
    let names: Vec<String> = ways.iter().filter_map(name).collect();
    let mut said: Vec<String> = Vec::new();
    if !names.is_empty() {
        said.push(format!("one of {}", names.join(", ")));
    }
    for way in ways.iter().filter(|way| way["const"].is_null()) {
        let types = match &way["type"] {
            Json::Array(types) => types.iter().filter_map(Json::as_str).collect(),
            kind => kind.as_str().into_iter().collect::<Vec<_>>(),
        };
        said.extend(types.into_iter().filter_map(|kind| one(kind, way)));
    }
    said.join(" or ")
}

fn one(kind: &str, way: &Json) -> Option<String> {
    let words = match kind {
        "string" if way["format"] == "date" => "a date",
        "string" if way["enum"].is_array() => {
            let known = way["enum"].as_array().into_iter().flatten().filter_map(Json::as_str);
            return Some(format!("one of `{}`", known.collect::<Vec<_>>().join("`, `")));
        }
        "string" => "a text",
        "boolean" => "`true` or `false`",
        "integer" if way["minimum"] == 0 => "a whole number from 0 on",
        "integer" => "a whole number",
        "number" => "a number",
        "object" => "a table",
        "array" if is_list_of_tables(way) => "a list of tables",
        "array" => "a list of texts",
        _ => return None,
    };
    Some(words.to_owned())
}

fn word(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(number) if number.as_str().starts_with('-') => "a number below 0",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
