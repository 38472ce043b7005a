//! Configuration completed by the plans and states that were made from it, so that each resource is there once.

use std::collections::{HashMap, HashSet};

use super::Resource;
use super::plan::Form;
use crate::secret::is_secret_key;
use crate::source::{FileId, Place};
use crate::tree::{Entry, Node, Value};

/// What a plan or state says of a root module.
pub struct Snapshot {
    /// Which of both it is.
    pub form: Form,
    /// Its file.
    pub file: FileId,
    /// The directory of the root module from which it was made.
    pub root: String,
    /// Its resources.
    pub resources: Vec<Resource>,
}

/// The resources of configuration with what plans and states know of them, and behind them those that only plans and
/// states have.
///
/// A plan says which instances there are and what variables stand for; where several were made of one root module,
/// each is an environment of its own, in which every resource is there.
/// A state fills in what is still unknown. What is a literal in the files counts as it is written there, since a plan
/// or state that says otherwise is older.
pub fn complete(written: Vec<Resource>, snapshots: Vec<Snapshot>) -> Vec<Resource> {
    if snapshots.is_empty() {
        return written;
    }
    let planned: HashSet<String> = snapshots
        .iter()
        .filter(|snapshot| snapshot.form == Form::Plan)
        .map(|snapshot| snapshot.root.clone())
        .collect();
    let mut by_name: HashMap<(String, String), Vec<usize>> = HashMap::new();
    for (at, resource) in written.iter().enumerate() {
        by_name.entry((resource.root.clone(), bare(&resource.address))).or_default().push(at);
    }
    let environments = environments(&snapshots, &planned);
    let mut completions: Vec<Vec<(Form, Resource)>> = written.iter().map(|_| Vec::new()).collect();
    // Blocks of which a plan names the instances.
    let mut settled: HashSet<(String, String)> = HashSet::new();
    let mut rest = Vec::new();
    for Snapshot { form, root, resources, .. } in snapshots {
        for resource in resources {
            let name = (root.clone(), bare(&resource.address));
            let same_block = by_name.get(&name).map_or(&[][..], Vec::as_slice);
            let own = same_block.iter().find(|at| written[**at].address == resource.address);
            let open = || same_block.iter().find(|at| stands_for(&written[**at].address, &resource.address));
            if form == Form::Plan && !same_block.is_empty() {
                settled.insert(name);
            }
            match (own.or_else(open), same_block.first()) {
                (Some(at), _) => completions[*at].push((form, resource)),
                (None, _) if form == Form::State && planned.contains(&root) => {}
                // An instance that the files alone do not make, of a block that they have.
                (None, Some(at)) if form == Form::Plan => rest.push(Resource {
                    root: root.clone(),
                    place: written[*at].place,
                    name_place: written[*at].name_place,
                    snapshot: Some(resource.place.file),
                    body: taken(&resource.body, written[*at].place),
                    ..resource
                }),
                (None, _) => {
                    let snapshot = Some(resource.place.file);
                    rest.push(Resource { root: root.clone(), snapshot, ..resource });
                }
            }
        }
    }
    let mut all = Vec::new();
    for (resource, completions) in written.into_iter().zip(completions) {
        if completions.is_empty() {
            let name = (resource.root.clone(), bare(&resource.address));
            if settled.contains(&name) {
                continue;
            }
            // What no environment knows is there in each of several.
            match environments.get(&resource.root).map(Vec::as_slice) {
                Some([_, _, ..]) => all.extend(
                    environments[&resource.root]
                        .iter()
                        .map(|file| Resource { snapshot: Some(*file), ..resource.clone() }),
                ),
                _ => all.push(resource),
            }
            continue;
        }
        add_environments(&resource, &completions, &mut all);
    }
    all.extend(rest);
    all
}

/// The plans, or else the states, of each root module.
fn environments(snapshots: &[Snapshot], planned: &HashSet<String>) -> HashMap<String, Vec<FileId>> {
    let mut environments: HashMap<String, Vec<FileId>> = HashMap::new();
    for snapshot in snapshots {
        if snapshot.form == Form::Plan || !planned.contains(&snapshot.root) {
            environments.entry(snapshot.root.clone()).or_default().push(snapshot.file);
        }
    }
    environments
}

/// Adds a resource as each of the environments has it.
fn add_environments(written: &Resource, completions: &[(Form, Resource)], all: &mut Vec<Resource>) {
    let has_plan = completions.iter().any(|(form, _)| *form == Form::Plan);
    for (form, environment) in completions.iter().filter(|(form, _)| (*form == Form::Plan) == has_plan) {
        let mut body = completed(&written.body, &environment.body, *form, environment.written.as_ref());
        if has_plan {
            let states = completions
                .iter()
                .filter(|(form, state)| *form == Form::State && state.address == environment.address);
            for (form, state) in states {
                body = completed(&body, &state.body, *form, None);
            }
        }
        all.push(Resource {
            address: environment.address.clone(),
            snapshot: Some(environment.place.file),
            perhaps: false,
            body,
            ..written.clone()
        });
    }
}

/// A value of configuration with what a plan or state knows of it. `constants` is what the plan says was written.
fn completed(written: &Node, known: &Node, form: Form, constants: Option<&Node>) -> Node {
    let stays = || written.clone();
    match (&written.value, &known.value) {
        // It may know better what is referred to.
        (Value::Unknown(own), Value::Unknown(other)) => match (&own.reference, &other.reference) {
            (None, Some(_)) => Node::new(written.place, known.value.clone()),
            (Some(one), Some(two)) if two.address.starts_with(&one.address) => {
                Node::new(written.place, known.value.clone())
            }
            _ => stays(),
        },
        (_, Value::Unknown(_) | Value::Template(_) | Value::Expression(_)) => stays(),
        // Who it belongs to is known already.
        (Value::Unknown(unknown), Value::Text(_)) if is_identity(unknown.reference.as_deref()) => stays(),
        (Value::Unknown(_) | Value::Template(_) | Value::Expression(_), _) => taken(known, written.place),
        (Value::Map(entries), Value::Map(others)) => {
            let mut all: Vec<Entry> = Vec::with_capacity(others.len());
            for entry in entries {
                let value = match known.get(&entry.key) {
                    Some(other) if !is_secret_key(&entry.key) => {
                        let constants = constants.and_then(|node| only_block(node).get(&entry.key));
                        completed(&entry.value, other, form, constants)
                    }
                    _ => entry.value.clone(),
                };
                all.push(Entry { value, ..entry.clone() });
            }
            for other in others {
                if written.get(&other.key).is_none() && !is_secret_key(&other.key) && !is_empty(&other.value)
                {
                    let value = taken(&other.value, written.place);
                    all.push(Entry { key: other.key.clone(), key_place: written.place, value });
                }
            }
            Node { value: Value::Map(all), ..written.clone() }
        }
        _ if same(written, known) => stays(),
        _ if !is_known(written) => aligned(written, known),
        // Blocks of which there are several have no keys by which they could be told apart.
        (Value::Map(_), _) | (_, Value::Map(_) | Value::Null) => stays(),
        _ if form == Form::Plan && !is_literal(written, constants) => aligned(written, known),
        _ => stays(),
    }
}

/// Whether a value that a plan contradicts is a literal in the files as they are now.
fn is_literal(written: &Node, constants: Option<&Node>) -> bool {
    match constants {
        Some(expression) => expression.get("constant_value").is_some(),
        None => written.supplied.is_none() && written.items().iter().all(|item| item.supplied.is_none()),
    }
}

/// The items of a list as they are known, each at the place where it is written if it is.
fn aligned(written: &Node, known: &Node) -> Node {
    let Value::List(items) = &known.value else { return taken(known, written.place) };
    let item = |item: &Node| {
        let own = written.items().iter().find(|own| same(own, item));
        own.cloned().unwrap_or_else(|| taken(item, written.place))
    };
    let value = Value::List(items.iter().map(item).collect());
    Node { place: written.place, value, supplied: Some(Box::new(known.place)) }
}

/// A value that is used at one place and was supplied by where it stands.
fn taken(node: &Node, place: Place) -> Node {
    let value = match &node.value {
        Value::List(items) => Value::List(items.iter().map(|item| taken(item, place)).collect()),
        Value::Map(entries) => Value::Map(
            entries
                .iter()
                .map(|entry| Entry {
                    key: entry.key.clone(),
                    key_place: place,
                    value: taken(&entry.value, place),
                })
                .collect(),
        ),
        value => value.clone(),
    };
    Node { place, value, supplied: Some(Box::new(node.place)) }
}

/// Whether two values are equal, wherever they stand. Lists may be sets: their order does not count.
fn same(one: &Node, other: &Node) -> bool {
    match (&one.value, &other.value) {
        (Value::Null, Value::Null) => true,
        (Value::Bool(one), Value::Bool(other)) => one == other,
        (Value::Text(one) | Value::Number(one), Value::Text(other) | Value::Number(other)) => one == other,
        // What Terraform converts by itself.
        (Value::Text(text), Value::Bool(flag)) | (Value::Bool(flag), Value::Text(text)) => {
            *text == flag.to_string()
        }
        (Value::Unknown(one), Value::Unknown(other)) => one == other,
        (Value::Template(one), Value::Template(other)) => one == other,
        (Value::List(items), Value::List(others)) => {
            let texts = |items: &[Node]| {
                let mut texts: Vec<String> =
                    items.iter().filter_map(|item| item.text().map(str::to_owned)).collect();
                texts.sort_unstable();
                (texts.len() == items.len()).then_some(texts)
            };
            match (texts(items), texts(others)) {
                (Some(items), Some(others)) => items == others,
                _ => {
                    items.len() == others.len()
                        && items.iter().zip(others).all(|(one, other)| same(one, other))
                }
            }
        }
        (Value::Map(entries), Value::Map(others)) => {
            entries.len() == others.len()
                && entries
                    .iter()
                    .all(|entry| other.get(&entry.key).is_some_and(|value| same(&entry.value, value)))
        }
        _ => false,
    }
}

fn is_known(node: &Node) -> bool {
    match &node.value {
        Value::Unknown(_) | Value::Template(_) | Value::Expression(_) => false,
        Value::List(items) => items.iter().all(is_known),
        Value::Map(entries) => entries.iter().all(|entry| is_known(&entry.value)),
        _ => true,
    }
}

fn is_empty(node: &Node) -> bool {
    match &node.value {
        Value::Null | Value::Unknown(_) => true,
        Value::List(items) => items.is_empty(),
        Value::Map(entries) => entries.iter().all(|entry| is_empty(&entry.value)),
        _ => false,
    }
}

fn is_identity(reference: Option<&crate::tree::Reference>) -> bool {
    reference.is_some_and(|reference| matches!(reference.attribute.as_str(), "id" | "client_id"))
}

/// The block in a list that holds nothing else.
fn only_block(node: &Node) -> &Node {
    match node.items() {
        [block] => block,
        _ => node,
    }
}

/// An address without the keys of instances.
fn bare(address: &str) -> String {
    parts(address).into_iter().map(|(name, _)| name).collect::<Vec<_>>().join(".")
}

/// Whether one address means, among others, an instance: it lacks keys that the instance has.
fn stands_for(open: &str, instance: &str) -> bool {
    parts(open).into_iter().zip(parts(instance)).all(|((_, own), (_, key))| own.is_empty() || own == key)
}

/// The parts of an address, each with its key: `module.a["x.y"].auth0_client.b[0]`.
pub(super) fn parts(address: &str) -> Vec<(&str, &str)> {
    let bytes = address.as_bytes();
    let mut parts = Vec::new();
    let (mut start, mut at, mut key) = (0, 0, None);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'.' => {
                let end = key.unwrap_or(at);
                parts.push((&address[start..end], &address[end..at]));
                (start, key) = (at + 1, None);
            }
            b'[' => {
                key.get_or_insert(at);
                at += 1;
                if bytes.get(at) == Some(&b'"') {
                    at += 1;
                    while bytes.get(at).is_some_and(|byte| *byte != b'"') {
                        at += if bytes[at] == b'\\' { 2 } else { 1 };
                    }
                }
            }
            _ => {}
        }
        at += 1;
    }
    let end = key.unwrap_or(address.len());
    parts.push((&address[start..end], &address[end..]));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_apart_at_dots_outside_of_keys() {
        let address = r#"module.a["x.y\"]"].auth0_client.b[0]"#;
        assert_eq!(
            parts(address),
            [("module", ""), ("a", r#"["x.y\"]"]"#), ("auth0_client", ""), ("b", "[0]")]
        );
        assert_eq!(bare(address), "module.a.auth0_client.b");
        assert!(stands_for("module.a.auth0_client.b[0]", address));
        assert!(!stands_for("module.a.auth0_client.b[1]", address));
        for broken in ["", "[", "a[\"", "a[\"\\", ".", "é[ü"] {
            parts(broken);
        }
    }
}
