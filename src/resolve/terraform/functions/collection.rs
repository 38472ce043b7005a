//! Functions on lists and maps.

use std::rc::Rc;

use super::{Arguments, Outcome, unified};
use crate::resolve::terraform::collection::as_many;
use crate::resolve::terraform::number::Decimal;
use crate::resolve::terraform::types::{to_bool, to_text};
use crate::resolve::terraform::value::{Data, Field, Val};

/// Longer lists are not made.
const LENGTH: usize = 10_000;

pub(super) fn call(name: &str, arguments: &Arguments<'_>) -> Outcome {
    Some(match name {
        "concat" => concat(arguments),
        "list" => Some(arguments.new_list(arguments.values.to_vec())),
        "compact" => compact(arguments),
        "flatten" => flatten(arguments),
        "distinct" => distinct(arguments),
        "merge" => merge(arguments),
        "lookup" => lookup(arguments),
        "keys" => keys(arguments),
        "values" => values(arguments),
        "length" => length(arguments),
        "coalesce" => coalesce(arguments),
        "coalescelist" => coalesce_list(arguments),
        "contains" => contains(arguments),
        "element" => element(arguments),
        "slice" => slice(arguments),
        "reverse" => arguments.items(0).map(|items| arguments.new_list(items.into_iter().rev().collect())),
        "sort" => sort(arguments),
        "zipmap" => zipmap(arguments),
        "index" => index(arguments),
        "one" => one(arguments),
        "chunklist" => chunks(arguments),
        "anytrue" => any(arguments, true),
        "alltrue" => any(arguments, false),
        "sensitive" | "nonsensitive" | "ephemeralasnull" => arguments.get(0).cloned(),
        _ => return None,
    })
}

fn concat(arguments: &Arguments<'_>) -> Option<Val> {
    let mut items = Vec::new();
    for value in arguments.values {
        match value.items() {
            Some(own) => items.extend(own),
            None if matches!(value.data, Data::Unknown(_)) => items.push(as_many(value.clone())),
            None => return None,
        }
    }
    Some(arguments.new_list(items))
}

fn compact(arguments: &Arguments<'_>) -> Option<Val> {
    let items = arguments.items(0)?;
    let keep = |item: Val| match &item.data {
        Data::Null => None,
        Data::Text(text) if text.is_empty() => None,
        Data::Unknown(_) => Some(as_many(item)),
        _ => Some(item),
    };
    Some(arguments.new_list(items.into_iter().filter_map(keep).collect()))
}

fn flatten(arguments: &Arguments<'_>) -> Option<Val> {
    fn add(value: Val, items: &mut Vec<Val>) {
        match value.items() {
            Some(own) => own.into_iter().for_each(|item| add(item, items)),
            // It may be a list.
            None if matches!(value.data, Data::Unknown(_)) => items.push(as_many(value)),
            None => items.push(value),
        }
    }
    let mut items = Vec::new();
    arguments.items(0)?.into_iter().for_each(|item| add(item, &mut items));
    Some(arguments.new_list(items))
}

fn distinct(arguments: &Arguments<'_>) -> Option<Val> {
    let mut kept: Vec<Val> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for item in unified(arguments.items(0)?) {
        let fresh = match &item.data {
            Data::Text(text) => seen.insert(Rc::clone(text)),
            _ => !kept.iter().any(|other| other.equals(&item) == Some(true)),
        };
        if fresh {
            kept.push(item);
        }
    }
    Some(arguments.new_list(kept))
}

/// Later maps win; what an unknown map may replace is unknown.
fn merge(arguments: &Arguments<'_>) -> Option<Val> {
    let mut fields: Vec<Field> = Vec::new();
    let mut open = false;
    let mut veil = |fields: &mut Vec<Field>, by: &Val| {
        open = true;
        for field in fields {
            field.value = Val::unknown(by.description(), field.value.origin).used_at(arguments.place);
        }
    };
    for value in arguments.values {
        match &value.data {
            Data::Null => {}
            Data::Unknown(_) => veil(&mut fields, value),
            Data::Map(map) => {
                if map.open {
                    veil(&mut fields, value);
                }
                for field in &map.entries {
                    let mut field = Field { value: field.value.clone().of(value), ..field.clone() };
                    // Where it may not replace the earlier one, the key is there all the same.
                    let before = fields.iter().rfind(|before| before.key == field.key);
                    if let (true, Some(before)) = (field.maybe, before) {
                        field.value = before.value.clone().or(&field.value, "merge(…)");
                        field.maybe = before.maybe;
                    }
                    fields.push(field);
                }
            }
            _ => return None,
        }
    }
    Some(Val::map(fields, open, arguments.place))
}

fn lookup(arguments: &Arguments<'_>) -> Option<Val> {
    let (collection, key) = (arguments.get(0)?, arguments.text(1)?);
    let Data::Map(map) = &collection.data else { return None };
    match map.get(&key) {
        Some(_) if map.field(&key).is_some_and(|field| field.maybe) => {
            Some(Val::unknown(format!("lookup(…, \"{key}\")"), arguments.place))
        }
        Some(value) => Some(value.clone().of(collection)),
        None if map.open => Some(Val::unknown(format!("lookup(…, \"{key}\")"), arguments.place)),
        None => arguments.get(2).cloned(),
    }
}

fn keys(arguments: &Arguments<'_>) -> Option<Val> {
    let value = arguments.get(0)?;
    let mut keys: Vec<Val> = value
        .fields()?
        .into_iter()
        .map(|field| certain(&field, Val::text(&field.key, field.place).of(value)))
        .collect();
    if matches!(&value.data, Data::Map(map) if map.open) {
        keys.push(Val::many("keys(…)", arguments.place));
    }
    Some(arguments.new_list(keys))
}

fn values(arguments: &Arguments<'_>) -> Option<Val> {
    let value = arguments.get(0)?;
    let mut values: Vec<Val> =
        value.fields()?.into_iter().map(|field| certain(&field, field.value.clone())).collect();
    if matches!(&value.data, Data::Map(map) if map.open) {
        values.push(Val::many("values(…)", arguments.place));
    }
    Some(arguments.new_list(values))
}

/// An item of a list that is made of a map.
fn certain(field: &Field, item: Val) -> Val {
    if field.maybe { as_many(item) } else { item }
}

fn length(arguments: &Arguments<'_>) -> Option<Val> {
    let value = arguments.get(0)?;
    let length = match &value.data {
        Data::Map(map) if map.is_closed() => map.entries.len(),
        Data::List(_) | Data::Set(_) => {
            let items = arguments.counted(0)?;
            // Unknown items of a set may be doubles.
            if matches!(value.data, Data::Set(_)) && items.len() > 1 && !value.is_known() {
                return Some(Val::unknown("length(…)", arguments.place));
            }
            items.len()
        }
        // Terraform counts what a reader sees as one character; combining ones are left alone.
        Data::Text(text) if text.chars().all(|character| character < '\u{300}' && character != '\r') => {
            text.chars().count()
        }
        Data::Text(_) | Data::Map(_) => return Some(Val::unknown("length(…)", arguments.place)),
        _ => return None,
    };
    Some(Val::number(Decimal::from_length(length), arguments.place))
}

/// The first that is neither null nor an empty text.
fn coalesce(arguments: &Arguments<'_>) -> Option<Val> {
    for value in unified(arguments.values.to_vec()) {
        match &value.data {
            Data::Null => {}
            Data::Text(text) if text.is_empty() => {}
            Data::Unknown(_) => return Some(value),
            _ => return Some(value),
        }
    }
    None
}

fn coalesce_list(arguments: &Arguments<'_>) -> Option<Val> {
    for value in arguments.values {
        match value.items() {
            Some(items) if items.is_empty() => {}
            Some(items) if items.iter().all(Val::is_many) => return None,
            Some(_) => return Some(value.clone()),
            None if matches!(value.data, Data::Null) => {}
            None => return None,
        }
    }
    None
}

fn contains(arguments: &Arguments<'_>) -> Option<Val> {
    let (items, wanted) = (arguments.items(0)?, arguments.get(1)?);
    let mut known = true;
    for item in &items {
        match item.equals(wanted) {
            Some(true) => return Some(arguments.new_bool(true)),
            Some(false) => {}
            None => known = false,
        }
    }
    if known { Some(arguments.new_bool(false)) } else { Some(Val::unknown("contains(…)", arguments.place)) }
}

fn element(arguments: &Arguments<'_>) -> Option<Val> {
    let (items, at) = (arguments.counted(0)?, arguments.number(1)?.truncate().index()?);
    let at = at.checked_rem(items.len())?;
    items.into_iter().nth(at)
}

fn slice(arguments: &Arguments<'_>) -> Option<Val> {
    let (items, start, end) =
        (arguments.counted(0)?, arguments.number(1)?.index()?, arguments.number(2)?.index()?);
    Some(arguments.new_list(items.get(start..end)?.to_vec()))
}

fn sort(arguments: &Arguments<'_>) -> Option<Val> {
    let mut items = arguments.items(0)?;
    if items.iter().all(|item| to_text(item).is_some()) {
        items = items
            .into_iter()
            .filter_map(|item| to_text(&item).map(|text| Val { data: Data::Text(text), ..item }))
            .collect();
        items.sort_by_key(to_text);
    }
    Some(arguments.new_list(items))
}

fn zipmap(arguments: &Arguments<'_>) -> Option<Val> {
    let (keys, values) = (arguments.counted(0)?, arguments.counted(1)?);
    if keys.len() != values.len() {
        return None;
    }
    let field = |(key, value): (Val, Val)| {
        Some(Field { key: to_text(&key)?, place: key.origin, value, maybe: false })
    };
    let fields: Option<Vec<Field>> = keys.into_iter().zip(values).map(field).collect();
    Some(Val::map(fields?, false, arguments.place))
}

fn index(arguments: &Arguments<'_>) -> Option<Val> {
    let (items, wanted) = (arguments.counted(0)?, arguments.get(1)?);
    for (at, item) in items.iter().enumerate() {
        if item.equals(wanted)? {
            return Some(Val::number(Decimal::from_length(at), arguments.place));
        }
    }
    None
}

fn one(arguments: &Arguments<'_>) -> Option<Val> {
    let value = arguments.get(0)?;
    if matches!(value.data, Data::Null) {
        return Some(value.clone());
    }
    let items = value.items().unwrap_or_else(|| vec![value.clone()]);
    match items.as_slice() {
        [] => Some(Val::new(Data::Null, arguments.place)),
        [item] if item.is_many() => Some(Val::unknown(item.description(), item.origin)),
        [item] => Some(item.clone()),
        _ => None,
    }
}

fn chunks(arguments: &Arguments<'_>) -> Option<Val> {
    let (items, size) = (arguments.counted(0)?, arguments.number(1)?.index()?);
    if items.is_empty() {
        return Some(arguments.new_list(Vec::new()));
    }
    let size = if size == 0 { items.len().min(LENGTH) } else { size };
    Some(arguments.new_list(items.chunks(size).map(|chunk| arguments.new_list(chunk.to_vec())).collect()))
}

/// Whether any item is true, or all are: `deciding` settles it.
fn any(arguments: &Arguments<'_>, deciding: bool) -> Option<Val> {
    let mut known = true;
    for item in arguments.items(0)? {
        match (to_bool(&item), &item.data) {
            (Some(flag), _) if flag == deciding => return Some(arguments.new_bool(deciding)),
            (Some(_), _) => {}
            (None, Data::Null) if deciding => {}
            (None, Data::Null) => return Some(arguments.new_bool(false)),
            (None, _) => known = false,
        }
    }
    if known { Some(arguments.new_bool(!deciding)) } else { Some(Val::unknown("…", arguments.place)) }
}
