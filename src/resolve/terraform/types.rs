//! Conversion between types, and the type constraints of variables.

use std::rc::Rc;

use super::number::Decimal;
use super::value::{Data, Field, Val};
use crate::formats::hcl;
use crate::tree::expression::{Call, Expression};
use crate::tree::{Node, Value};

/// The value as Terraform converts it to text.
pub(super) fn to_text(value: &Val) -> Option<Rc<str>> {
    match &value.data {
        Data::Text(text) => Some(Rc::clone(text)),
        Data::Number(number) => Some(Rc::from(number.to_string())),
        Data::Bool(flag) => Some(Rc::from(if *flag { "true" } else { "false" })),
        _ => None,
    }
}

/// The value as Terraform converts it to a number.
pub(super) fn to_number(value: &Val) -> Option<Decimal> {
    match &value.data {
        Data::Number(number) => Some(*number),
        Data::Text(text) => Decimal::parse(text),
        _ => None,
    }
}

/// The value as Terraform converts it to a truth value.
pub(super) fn to_bool(value: &Val) -> Option<bool> {
    match &value.data {
        Data::Bool(flag) => Some(*flag),
        Data::Text(text) if &**text == "true" => Some(true),
        Data::Text(text) if &**text == "false" => Some(false),
        _ => None,
    }
}

/// Whether a type is one whose values `-var` takes as they stand.
pub(super) fn is_primitive(kind: &Node) -> bool {
    match &kind.value {
        Value::Text(name) => matches!(name.as_str(), "string" | "number" | "bool"),
        Value::Expression(expression) => {
            matches!(expression.as_ref(), Expression::Variable(name) if matches!(name.as_str(), "string" | "number" | "bool"))
        }
        _ => false,
    }
}

/// A value as a variable of a type holds it: defaults of optional attributes filled in, sets in order.
pub(super) fn convert(value: Val, kind: &Node) -> Val {
    match &kind.value {
        // JSON and old Terraform write types as text.
        Value::Text(text) => match hcl::expression_in_text(text, kind.place) {
            Some(kind) => match &kind.value {
                Value::Text(_) => value,
                _ => convert(value, &kind),
            },
            None => value,
        },
        Value::Expression(expression) => match expression.as_ref() {
            Expression::Variable(name) => primitive(value, name),
            Expression::Call(call) => complex(value, call),
            _ => value,
        },
        _ => value,
    }
}

fn primitive(value: Val, name: &str) -> Val {
    if matches!(
        value.data,
        Data::Null | Data::Unknown(_) | Data::Failed | Data::Resource(_) | Data::Template(_)
    ) {
        return value;
    }
    let data = match name {
        "string" => to_text(&value).map(Data::Text),
        "number" => to_number(&value).map(Data::Number),
        "bool" => to_bool(&value).map(Data::Bool),
        // `any`, and `list` and `map` without the type of their elements.
        _ => return value,
    };
    let origin = value.origin;
    Val { data: data.unwrap_or(Data::Failed), origin, ..value }
}

fn complex(value: Val, call: &Call) -> Val {
    let Some(argument) = call.arguments.first() else { return value };
    let kept = |converted: Val| Val { used: value.used, made: value.made, ..converted };
    let fields = |convert_field: &dyn Fn(Val) -> Val| match &value.data {
        Data::Map(map) => {
            let each = map.entries.iter().cloned();
            let each = each.map(|field| Field { value: convert_field(field.value), ..field });
            Some(Val::map(each.collect(), map.open, value.origin))
        }
        _ => None,
    };
    match call.name.as_str() {
        "optional" => convert(value, argument),
        "list" | "set" => {
            let (Data::List(list) | Data::Set(list)) = &value.data else { return value };
            let items = list.items.iter().map(|item| convert(item.clone(), argument)).collect();
            let to_set = call.name == "set";
            kept(if to_set { Val::set(items, value.origin) } else { Val::list(items, value.origin) })
        }
        "map" => match fields(&|field| convert(field, argument)) {
            Some(map) => kept(map),
            None => value,
        },
        "tuple" => {
            let (Data::List(list), kinds) = (&value.data, argument.items()) else { return value };
            let items = list.items.iter().zip(kinds).map(|(item, kind)| convert(item.clone(), kind));
            kept(Val::list(items.collect(), value.origin))
        }
        "object" => match &value.data {
            Data::Map(map) => {
                let attributes = argument.entries();
                let field = |attribute: &crate::tree::Entry| attribute_of(&value, map, attribute);
                kept(Val::map(attributes.iter().filter_map(field).collect(), map.open, value.origin))
            }
            _ => value,
        },
        _ => value,
    }
}

/// An attribute of an object type: as given, else the default of `optional(type, default)`, else null.
fn attribute_of(value: &Val, map: &super::value::Map, attribute: &crate::tree::Entry) -> Option<Field> {
    let optional = match &attribute.value.value {
        Value::Expression(expression) => match expression.as_ref() {
            Expression::Call(call) if call.name == "optional" => Some(call),
            _ => None,
        },
        _ => None,
    };
    let given = map.entries.iter().find(|field| *field.key == *attribute.key);
    let default = optional.and_then(|call| call.arguments.get(1));
    let kind = optional.and_then(|call| call.arguments.first()).unwrap_or(&attribute.value);
    let found = match given {
        Some(field) if !(matches!(field.value.data, Data::Null) && default.is_some()) => field.value.clone(),
        None if map.open => return None,
        _ => match default {
            Some(default) => literal(default),
            None => Val::new(Data::Null, value.origin),
        },
    };
    let place = given.map_or(attribute.key_place, |field| field.place);
    Some(Field { key: Rc::from(attribute.key.as_str()), place, value: convert(found, kind), maybe: false })
}

/// A value without any names in it.
pub(super) fn literal(node: &Node) -> Val {
    match &node.value {
        Value::Null => Val::new(Data::Null, node.place),
        Value::Bool(flag) => Val::bool(*flag, node.place),
        Value::Number(text) => match Decimal::parse(text) {
            Some(number) => Val::number(number, node.place),
            None => Val::unknown("…", node.place),
        },
        Value::Text(text) => Val::text(text, node.place),
        Value::List(items) => Val::list(items.iter().map(literal).collect(), node.place),
        Value::Map(entries) => {
            let field = |entry: &crate::tree::Entry| Field {
                key: Rc::from(entry.key.as_str()),
                place: entry.key_place,
                value: literal(&entry.value),
                maybe: false,
            };
            Val::map(entries.iter().map(field).collect(), false, node.place)
        }
        Value::Template(pieces) => Val::new(Data::Template(Rc::from(pieces.as_slice())), node.place),
        Value::Unknown(unknown) => Val::new(Data::Unknown(Rc::from(unknown.clone())), node.place),
        Value::Expression(_) => Val::unknown(super::describe::describe(node), node.place),
    }
}
