//! `jsonencode`, `jsondecode` and `yamldecode`.

use std::fmt::Write as _;
use std::rc::Rc;

use super::{Arguments, Outcome};
use crate::resolve::terraform::number::Decimal;
use crate::resolve::terraform::value::{Data, Field, Val};
use crate::source::Place;

pub(super) fn call(name: &str, arguments: &Arguments<'_>) -> Outcome {
    Some(match name {
        "jsonencode" => arguments.get(0).and_then(encode).map(|text| arguments.new_text(text)),
        "jsondecode" => arguments.text(0).and_then(|text| from_json(&text, arguments.place)),
        "yamldecode" => arguments.text(0).and_then(|text| from_yaml(&text, arguments.place)),
        _ => return None,
    })
}

pub(super) fn from_json(text: &str, place: Place) -> Option<Val> {
    let value: serde_json::Value = serde_json::from_str(text).ok()?;
    value_of(&value, place)
}

pub(super) fn from_yaml(text: &str, place: Place) -> Option<Val> {
    let value: serde_json::Value = serde_yaml::from_str(text).ok()?;
    value_of(&value, place).map(without_old_truth)
}

/// Terraform reads YAML's old words for truth values; whether one was quoted is not known any more.
fn without_old_truth(value: Val) -> Val {
    let origin = value.origin;
    match &value.data {
        Data::Text(text)
            if matches!(text.to_lowercase().as_str(), "y" | "n" | "yes" | "no" | "on" | "off") =>
        {
            Val::unknown("yamldecode(…)", origin)
        }
        Data::List(list) => Val::list(list.items.iter().cloned().map(without_old_truth).collect(), origin),
        Data::Map(map) => {
            let fields = map.entries.iter().cloned();
            let fields = fields.map(|field| Field { value: without_old_truth(field.value), ..field });
            Val::map(fields.collect(), map.open, origin)
        }
        _ => value,
    }
}

fn value_of(value: &serde_json::Value, place: Place) -> Option<Val> {
    Some(match value {
        serde_json::Value::Null => Val::new(Data::Null, place),
        serde_json::Value::Bool(flag) => Val::bool(*flag, place),
        serde_json::Value::Number(number) => Val::number(Decimal::parse(&number.to_string())?, place),
        serde_json::Value::String(text) => Val::text(text, place),
        serde_json::Value::Array(items) => {
            let items: Option<Vec<Val>> = items.iter().map(|item| value_of(item, place)).collect();
            Val::list(items?, place)
        }
        serde_json::Value::Object(fields) => {
            let field = |(key, value): (&String, &serde_json::Value)| {
                Some(Field {
                    key: Rc::from(key.as_str()),
                    place,
                    value: value_of(value, place)?,
                    maybe: false,
                })
            };
            let fields: Option<Vec<Field>> = fields.iter().map(field).collect();
            Val::map(fields?, false, place)
        }
    })
}

/// A known value as JSON, in the order and with the escapes of Go's encoder.
pub(super) fn encode(value: &Val) -> Option<String> {
    let mut json = String::new();
    write(value, &mut json)?;
    Some(json)
}

fn write(value: &Val, json: &mut String) -> Option<()> {
    match &value.data {
        Data::Null => json.push_str("null"),
        Data::Bool(flag) => json.push_str(if *flag { "true" } else { "false" }),
        Data::Number(number) => json.push_str(&number.to_string()),
        Data::Text(text) => write_text(text, json)?,
        Data::List(_) | Data::Set(_) => {
            json.push('[');
            for (at, item) in value.items()?.iter().enumerate() {
                if at > 0 {
                    json.push(',');
                }
                write(item, json)?;
            }
            json.push(']');
        }
        Data::Map(map) if map.is_closed() => {
            json.push('{');
            for (at, field) in value.fields()?.iter().enumerate() {
                if at > 0 {
                    json.push(',');
                }
                write_text(&field.key, json)?;
                json.push(':');
                write(&field.value, json)?;
            }
            json.push('}');
        }
        _ => return None,
    }
    Some(())
}

fn write_text(text: &str, json: &mut String) -> Option<()> {
    json.push('"');
    for character in text.chars() {
        match character {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            '\u{8}' => json.push_str("\\b"),
            '\u{c}' => json.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                write!(json, "\\u{:04x}", u32::from(character)).ok()?;
            }
            character => json.push(character),
        }
    }
    json.push('"');
    Some(())
}
