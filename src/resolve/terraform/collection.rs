//! Walking over collections of which some elements may be unknown.

use std::rc::Rc;

use super::number::Decimal;
use super::value::{Data, Field, Val};
use crate::source::Place;
use crate::tree::Unknown;

/// A key, its value, and whether it may be absent.
pub(super) type Element = (Val, Val, bool);

/// The elements of a collection with their keys in Terraform's order and whether each may be absent, and whether
/// there may be more.
pub(super) fn elements(collection: &Val) -> Option<(Vec<Element>, bool)> {
    match &collection.data {
        Data::Map(map) => {
            let fields = collection.fields()?.into_iter();
            let pair =
                |field: Field| (Val::text(&field.key, field.place).of(collection), field.value, field.maybe);
            Some((fields.map(pair).collect(), map.open))
        }
        Data::Set(_) => {
            Some((collection.items()?.into_iter().map(|item| (item.clone(), item, false)).collect(), false))
        }
        Data::List(_) => {
            let items = collection.items()?;
            let known = items.iter().position(Val::is_many).unwrap_or(items.len());
            let pair = |(at, item): (usize, Val)| {
                let key = if at <= known {
                    Val::number(Decimal::from_length(at), item.origin)
                } else {
                    Val::unknown("…", item.origin)
                };
                (key, item, false)
            };
            Some((items.into_iter().enumerate().map(pair).collect(), false))
        }
        _ => None,
    }
}

/// Values of the same key in one list.
pub(super) fn grouped(fields: Vec<Field>, place: Place) -> Vec<Field> {
    let mut groups: Vec<(Field, Vec<Val>)> = Vec::new();
    for field in fields {
        match groups.iter_mut().find(|(first, _)| first.key == field.key) {
            Some((_, values)) => values.push(field.value),
            None => groups.push((field.clone(), vec![field.value])),
        }
    }
    let group = |(field, values): (Field, Vec<Val>)| Field { value: Val::list(values, place), ..field };
    groups.into_iter().map(group).collect()
}

/// An item that may be there any number of times, none included.
pub(super) fn as_many(value: Val) -> Val {
    let unknown = match &value.data {
        Data::Unknown(unknown) => Unknown { many: true, ..(**unknown).clone() },
        _ => *Unknown::many(value.description()),
    };
    Val { data: Data::Unknown(Rc::new(unknown)), ..value }
}
