//! Functions on sets, and conversions between collections.

use super::{Arguments, Outcome, unified};
use crate::resolve::terraform::types::{to_bool, to_number, to_text};
use crate::resolve::terraform::value::{Data, Field, Val};

/// Products with more elements are not made.
const PRODUCT: usize = 10_000;

pub(super) fn call(name: &str, arguments: &Arguments<'_>) -> Outcome {
    Some(match name {
        "toset" => arguments.items(0).map(|items| Val::set(unified(items), arguments.place)),
        "tolist" => arguments.items(0).map(|items| arguments.new_list(unified(items))),
        "tomap" => to_map(arguments),
        "tostring" => scalar(arguments, |value| to_text(value).map(Data::Text)),
        "tonumber" => scalar(arguments, |value| to_number(value).map(Data::Number)),
        "tobool" => scalar(arguments, |value| to_bool(value).map(Data::Bool)),
        "setunion" => union(arguments),
        "setintersection" => filtered(arguments, true),
        "setsubtract" => filtered(arguments, false),
        "setproduct" => product(arguments),
        "matchkeys" => match_keys(arguments),
        _ => return None,
    })
}

fn to_map(arguments: &Arguments<'_>) -> Option<Val> {
    let value = arguments.get(0)?;
    let fields = value.fields()?;
    let Data::Map(map) = &value.data else { return None };
    let values = unified(fields.iter().map(|field| field.value.clone()).collect());
    let fields = fields.into_iter().zip(values).map(|(field, value)| Field { value, ..field });
    Some(Val::map(fields.collect(), map.open, value.origin))
}

fn scalar(arguments: &Arguments<'_>, convert: fn(&Val) -> Option<Data>) -> Option<Val> {
    let value = arguments.get(0)?;
    match &value.data {
        Data::Null | Data::Unknown(_) | Data::Template(_) => Some(value.clone()),
        _ => convert(value).map(|data| Val { data, ..value.clone() }),
    }
}

fn union(arguments: &Arguments<'_>) -> Option<Val> {
    let mut items = Vec::new();
    for value in arguments.values {
        match value.items() {
            Some(own) => items.extend(own),
            None if matches!(value.data, Data::Unknown(_)) => {
                items.push(super::super::collection::as_many(value.clone()));
            }
            None => return None,
        }
    }
    Some(Val::set(unified(items), arguments.place))
}

/// The items of the first set that are in all others, or in none of them.
fn filtered(arguments: &Arguments<'_>, in_others: bool) -> Option<Val> {
    let mut kept = unified(arguments.counted(0)?);
    for at in 1..arguments.values.len() {
        let other = unified(arguments.counted(at)?);
        let mut rest = Vec::with_capacity(kept.len());
        for item in kept {
            let mut inside = Some(false);
            for candidate in &other {
                match item.equals(candidate) {
                    Some(true) => {
                        inside = Some(true);
                        break;
                    }
                    Some(false) => {}
                    None => inside = None,
                }
            }
            match inside {
                Some(inside) if inside == in_others => rest.push(item),
                Some(_) => {}
                None => rest.push(super::super::collection::as_many(item)),
            }
        }
        kept = rest;
    }
    Some(Val::set(kept, arguments.place))
}

fn product(arguments: &Arguments<'_>) -> Option<Val> {
    let mut rows: Vec<Vec<Val>> = vec![Vec::new()];
    let mut all_sets = true;
    for at in 0..arguments.values.len() {
        let items = arguments.counted(at)?;
        all_sets &= matches!(arguments.get(at)?.data, Data::Set(_));
        if rows.len() * items.len() > PRODUCT {
            return Some(Val::unknown("setproduct(…)", arguments.place));
        }
        let row = |row: &Vec<Val>| {
            let with = |item: &Val| row.iter().chain([item]).cloned().collect::<Vec<_>>();
            items.iter().map(with).collect::<Vec<_>>()
        };
        rows = rows.iter().flat_map(row).collect();
    }
    let rows = rows.into_iter().map(|row| Val::list(row, arguments.place)).collect();
    Some(if all_sets { Val::set(rows, arguments.place) } else { arguments.new_list(rows) })
}

fn match_keys(arguments: &Arguments<'_>) -> Option<Val> {
    let (values, keys, wanted) = (arguments.counted(0)?, arguments.counted(1)?, arguments.counted(2)?);
    if values.len() != keys.len() {
        return None;
    }
    let mut matched = Vec::new();
    for (value, key) in values.into_iter().zip(keys) {
        for candidate in &wanted {
            if key.equals(candidate)? {
                matched.push(value);
                break;
            }
        }
    }
    Some(arguments.new_list(matched))
}
