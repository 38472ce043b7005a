//! Functions that read files of the repository.

use globset::GlobBuilder;

use super::{Arguments, decode};
use crate::formats::hcl;
use crate::resolve::terraform::scope::{Scope, World};
use crate::resolve::terraform::types::{self, to_text};
use crate::resolve::terraform::value::{Data, Val};
use crate::resolve::terraform::{Read, join};
use crate::source::Place;
use crate::tree::Value;
use crate::tree::expression::{Call, Expression};

/// `yamldecode(file(…))`: values keep their places in the file.
pub(super) fn decoded<'a>(world: &World<'a>, call: &Call, place: Place, scope: &Scope<'a>) -> Option<Val> {
    let [argument] = call.arguments.as_slice() else { return None };
    let Value::Expression(expression) = &argument.value else { return None };
    let Expression::Call(inner) = expression.as_ref() else { return None };
    if inner.name != "file" || inner.arguments.len() != 1 {
        return None;
    }
    let path = to_text(&world.evaluate(inner.arguments.first()?, scope))?;
    let read = open(world, &path, scope)?;
    let value = match &read.tree {
        Some(tree) => Some(types::literal(tree).used_at(place)),
        None if call.name == "jsondecode" => decode::from_json(&read.text, place),
        None => decode::from_yaml(&read.text, place),
    };
    // What this reader does not understand may still be fine for Terraform's.
    Some(value.unwrap_or_else(|| Val::unknown(format!("{}(…)", call.name), place)))
}

/// `file`, `fileexists`, `templatefile`. None where the file is not at hand.
pub(super) fn read<'a>(
    world: &World<'a>,
    name: &str,
    arguments: &Arguments<'_>,
    scope: &Scope<'a>,
) -> Option<Val> {
    let place = arguments.place;
    let read = open(world, &arguments.text(0)?, scope)?;
    match name {
        "file" => Some(Val::text(&read.text, place)),
        "fileexists" => Some(Val::bool(true, place)),
        "templatefile" => {
            let variables = arguments.get(1)?.fields()?;
            let template = hcl::template_in_json(&read.text, place);
            let bind = |scope: Scope<'a>, field: super::Field| scope.with(&*field.key, field.value);
            let inner = variables.into_iter().fold(scope.clone(), bind);
            let value = world.evaluate(&template, &inner);
            (!matches!(value.data, Data::Failed)).then_some(value)
        }
        _ => None,
    }
}

fn open<'a>(world: &World<'a>, path: &str, scope: &Scope<'a>) -> Option<Read> {
    if path.starts_with(['/', '~']) {
        return None;
    }
    let path = join(&world.root_directory(scope), path)?;
    world.read.read(&path)
}

/// So deep are folders looked into for a pattern with `**`.
const DEPTH: usize = 8;

/// `fileset(folder, pattern)`: the files of a folder that match, as paths relative to it.
pub(super) fn set<'a>(world: &World<'a>, arguments: &Arguments<'_>, scope: &Scope<'a>) -> Option<Val> {
    let (folder, pattern) = (arguments.text(0)?, arguments.text(1)?);
    if folder.starts_with(['/', '~']) {
        return None;
    }
    let folder = join(&world.root_directory(scope), &folder)?;
    let matcher = GlobBuilder::new(&pattern).literal_separator(true).build().ok()?.compile_matcher();
    let depth = if pattern.contains("**") { DEPTH } else { pattern.matches('/').count() + 1 };
    let mut found = world.read.list(&folder, depth)?;
    found.retain(|path| matcher.is_match(path));
    found.sort();
    Some(Val::set(found.into_iter().map(|path| arguments.new_text(path)).collect(), arguments.place))
}
