//! Terraform's functions, as far as they matter to definitions. All others give something unknown.

mod collection;
mod decode;
mod files;
mod format;
mod numeric;
mod pattern;
mod set;
mod text;

use std::rc::Rc;

use super::number::Decimal;
use super::scope::{Scope, World};
use super::types::to_text;
use super::value::{Data, Field, Val};
use crate::source::Place;
use crate::tree::Unknown;
use crate::tree::expression::Call;

/// The evaluated arguments of a call and where it stands.
struct Arguments<'v> {
    values: &'v [Val],
    place: Place,
}

/// Calls a function.
pub(super) fn call<'a>(world: &World<'a>, call: &Call, place: Place, scope: &Scope<'a>) -> Val {
    let name = call.name.strip_prefix("core::").unwrap_or(&call.name);
    match name {
        "try" => return first_that_works(world, call, place, scope),
        "can" => return can(world, call, place, scope),
        "yamldecode" | "jsondecode" => {
            if let Some(value) = files::decoded(world, call, place, scope) {
                return value;
            }
        }
        _ => {}
    }
    let mut values: Vec<Val> = call.arguments.iter().map(|node| world.evaluate(node, scope)).collect();
    if call.expand
        && let Some(last) = values.pop()
    {
        match last.items() {
            Some(items) => values.extend(items),
            None if matches!(last.data, Data::Unknown(_)) => values.push(super::collection::as_many(last)),
            None => return Val::failed(place),
        }
    }
    let unknown = || Val::unknown(format!("{name}(…)"), place);
    if !world.spend(values.iter().map(Val::weight).sum()) {
        return unknown();
    }
    if values.iter().any(|value| matches!(value.data, Data::Failed)) {
        return Val::failed(place);
    }
    let arguments = Arguments { values: &values, place };
    let result = match name {
        "file" | "filebase64" | "fileexists" | "templatefile" => {
            return files::read(world, name, &arguments, scope).unwrap_or_else(unknown);
        }
        "fileset" => return files::set(world, &arguments, scope).unwrap_or_else(unknown),
        _ => collection::call(name, &arguments)
            .or_else(|| set::call(name, &arguments))
            .or_else(|| text::call(name, &arguments))
            .or_else(|| numeric::call(name, &arguments))
            .or_else(|| format::call(name, &arguments))
            .or_else(|| pattern::call(name, &arguments))
            .or_else(|| decode::call(name, &arguments)),
    };
    let Some(result) = result else { return unknown() };
    match result {
        Some(value) => with_history(value, &values, place),
        // A known function that gives no result: the arguments are at fault, unless one of them is unknown.
        None => match values.iter().find(|value| !value.is_known()) {
            Some(value) => {
                let unknown = Unknown {
                    text: if value.is_unknown() { value.description() } else { format!("{name}(…)") },
                    many: false,
                    reference: super::evaluate::reference(value),
                };
                let origin = value.origin;
                Val::new(Data::Unknown(Rc::new(unknown)), origin).used_at(place)
            }
            None => Val::failed(place),
        },
    }
}

/// What a function gives: nothing where the name is not one of its module's, no value where the arguments do not
/// allow for one.
type Outcome = Option<Option<Val>>;

/// What was computed keeps the origin of the argument that came from elsewhere.
fn with_history(value: Val, arguments: &[Val], place: Place) -> Val {
    if value.origin != place || value.used.is_some() {
        return value;
    }
    match &value.data {
        Data::List(list) | Data::Set(list) => {
            let computed = |item: &Val| item.origin == place && item.used.is_none();
            if !list.items.iter().any(computed) {
                return value;
            }
            let item = |item: &Val| {
                let same = item.clone();
                if computed(item) { same.made_from(arguments, place) } else { same }
            };
            let items = list.items.iter().map(item).collect();
            if matches!(value.data, Data::Set(_)) { Val::set(items, place) } else { Val::list(items, place) }
        }
        Data::Map(_) => value,
        _ => value.made_from(arguments, place),
    }
}

/// `try(a, b, …)`
fn first_that_works<'a>(world: &World<'a>, call: &Call, place: Place, scope: &Scope<'a>) -> Val {
    let values = call.arguments.iter().map(|node| world.evaluate(node, scope));
    values.into_iter().find(|value| !has_failed(value)).unwrap_or_else(|| Val::failed(place))
}

fn can<'a>(world: &World<'a>, call: &Call, place: Place, scope: &Scope<'a>) -> Val {
    let Some(node) = call.arguments.first() else { return Val::failed(place) };
    let value = world.evaluate(node, scope);
    if has_failed(&value) {
        return Val::bool(false, place);
    }
    if value.is_known() { Val::bool(true, place) } else { Val::unknown("can(…)", place) }
}

fn has_failed(value: &Val) -> bool {
    match &value.data {
        Data::Failed => true,
        Data::List(list) | Data::Set(list) => list.items.iter().any(has_failed),
        Data::Map(map) => map.entries.iter().any(|field| has_failed(&field.value)),
        _ => false,
    }
}

/// An object of a few fields.
pub(super) fn object(fields: &[(&str, Val)], place: Place) -> Val {
    let field =
        |(key, value): &(&str, Val)| Field { key: Rc::from(*key), place, value: value.clone(), maybe: false };
    Val::map(fields.iter().map(field).collect(), false, place)
}

impl<'v> Arguments<'v> {
    fn get(&self, at: usize) -> Option<&'v Val> {
        self.values.get(at)
    }

    fn text(&self, at: usize) -> Option<Rc<str>> {
        to_text(self.get(at)?)
    }

    fn number(&self, at: usize) -> Option<Decimal> {
        super::types::to_number(self.get(at)?)
    }

    /// The items of a list or set, of which some may be unknown.
    fn items(&self, at: usize) -> Option<Vec<Val>> {
        self.get(at)?.items()
    }

    /// The items where their number and order are known.
    fn counted(&self, at: usize) -> Option<Vec<Val>> {
        self.items(at).filter(|items| !items.iter().any(Val::is_many))
    }

    fn new_text(&self, text: impl AsRef<str>) -> Val {
        Val::text(text, self.place)
    }

    fn new_bool(&self, flag: bool) -> Val {
        Val::bool(flag, self.place)
    }

    fn new_list(&self, items: Vec<Val>) -> Val {
        Val::list(items, self.place)
    }
}

/// The same values in one type: as soon as one is text, all are.
fn unified(items: Vec<Val>) -> Vec<Val> {
    if !items.iter().any(|item| matches!(item.data, Data::Text(_) | Data::Template(_))) {
        return items;
    }
    let text = |item: Val| match (&item.data, to_text(&item)) {
        (Data::Number(_) | Data::Bool(_), Some(text)) => Val { data: Data::Text(text), ..item },
        _ => item,
    };
    items.into_iter().map(text).collect()
}
