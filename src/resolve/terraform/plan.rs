//! Plans and states as JSON: resources that Terraform has evaluated itself.

use std::collections::HashSet;

use super::Resource;
use super::plan_configuration::{Configuration, written_secret};
use super::scope::Key;
use crate::secret::{self, Class, is_secret_key};
use crate::sensitive;
use crate::source::{Place, Source};
use crate::tree::{Entry, Node, Unknown, Value};

/// What stands for a value that Terraform does not know before it applies.
const UNKNOWN: &str = "(known after apply)";
/// What stands for a value that Terraform would not show either.
const SENSITIVE: &str = "(sensitive value)";
/// What stands for a secret that no file gave: the provider read it back.
const READ_BACK: &str = "(read back)";

/// What a JSON document is that Terraform wrote itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `terraform show -json` of a plan.
    Plan,
    /// `terraform show -json` of a state, or the state file (version 4).
    State,
    /// A state file of Terraform before 0.12, which has another layout.
    OldState,
}

/// Whether a document is a plan or a state, by its content.
pub fn form(document: &Node) -> Option<Form> {
    let is_list = |key: &str| document.get(key).is_some_and(|node| matches!(node.value, Value::List(_)));
    let has_root = |key: &str| document.get(key).and_then(|node| node.get("root_module")).is_some();
    if document.get("format_version").is_some() {
        if is_list("resource_changes") || has_root("planned_values") {
            return Some(Form::Plan);
        }
        return has_root("values").then_some(Form::State);
    }
    let version = match &document.get("version")?.value {
        Value::Number(version) => version.as_str(),
        _ => return None,
    };
    if !["serial", "lineage", "terraform_version"].iter().any(|key| document.get(key).is_some()) {
        return None;
    }
    match version {
        "4" if is_list("resources") => Some(Form::State),
        "1" | "2" | "3" if is_list("modules") => Some(Form::OldState),
        _ => None,
    }
}

/// The resources that a plan (`terraform show -json plan`) creates, changes or leaves as they are, in the form in
/// which blocks are read: a block that stands alone is a map. What is unknown before the plan is applied keeps its
/// reference where the plan tells it.
pub fn plan_resources(source: &Source, plan: &Node, wanted: &dyn Fn(&str) -> bool) -> Vec<Resource> {
    let Some(changes) = plan.get("resource_changes").map(Node::items) else {
        let root = plan.get("planned_values").and_then(|values| values.get("root_module"));
        let mut resources =
            root.map(|root| module_resources(source, root, wanted, &hidden(plan))).unwrap_or_default();
        // What is unknown is left out there, so that nothing is known to be absent.
        resources.iter_mut().for_each(|resource| resource.partial = true);
        return resources;
    };
    let configuration = Configuration::new(plan, changes);
    let hidden = hidden(plan);
    let mut resources = Vec::new();
    for item in changes.iter().filter(|item| is_kept(item)) {
        let Some(change) = item.get("change") else { continue };
        let Some(after) = change.get("after") else { continue };
        let Some(mut resource) = head(source, item, wanted).filter(|_| after.is_map()) else { continue };
        let written = configuration.written(item);
        let created = actions(item).any(|action| action == "create");
        let unknown = change.get("after_unknown");
        resource.partial = unknown.is_none();
        resource.existing = !created;
        let reading = Reading { created };
        resource.body = plain(&reading.value(after, unknown, written), &hidden);
        if let Some(written) = written {
            configuration.add_references(item, written, &mut resource.body);
            resource.written = Some(written.clone());
        }
        resources.push(resource);
    }
    resources
}

/// The resources of a state: `terraform show -json`, or the state file itself (version 4).
pub fn state_resources(source: &Source, state: &Node, wanted: &dyn Fn(&str) -> bool) -> Vec<Resource> {
    let hidden = hidden(state);
    if let Some(root) = state.get("values").and_then(|values| values.get("root_module")) {
        return module_resources(source, root, wanted, &hidden);
    }
    let mut resources = Vec::new();
    for item in items(state, "resources") {
        let (Some(kind), Some(name)) = (item.get("type").and_then(Node::text), item.get("name")) else {
            continue;
        };
        if !is_managed(item) || !wanted(kind) {
            continue;
        }
        let module = item.get("module").and_then(Node::text).map(|module| format!("{module}."));
        let prefix = module.unwrap_or_default();
        for instance in items(item, "instances") {
            let Some(body) = instance.get("attributes").filter(|body| body.is_map()) else { continue };
            if instance.get("deposed").is_some() {
                continue;
            }
            let key = instance.get("index_key").map(suffix).unwrap_or_default();
            let address = format!("{prefix}{kind}.{}{key}", name.text().unwrap_or(""));
            let resource = existing(source, kind, address, (instance.place, name.place));
            resources.push(Resource { body: plain(body, &hidden), ..resource });
        }
    }
    resources
}

/// Where a plan or state holds secrets in plain text, in resources and data of types that are `concerned`.
pub fn secrets(document: &Node, concerned: &dyn Fn(&str) -> bool) -> Vec<Entry> {
    let mut bodies: Vec<&Node> = Vec::new();
    let is_ours = |item: &&Node| item.get("type").and_then(Node::text).is_some_and(concerned);
    let changes = items(document, "resource_changes").iter().filter(is_ours);
    bodies.extend(changes.filter_map(|item| item.get("change")?.get("after")));
    for item in items(document, "resources").iter().filter(is_ours) {
        bodies.extend(items(item, "instances").iter().filter_map(|one| one.get("attributes")));
    }
    let prior = document.get("prior_state").and_then(|state| state.get("values"));
    let planned = document.get("planned_values").filter(|_| document.get("resource_changes").is_none());
    for values in [document.get("values"), planned, prior].into_iter().flatten() {
        let mut modules: Vec<&Node> = values.get("root_module").into_iter().collect();
        while let Some(module) = modules.pop() {
            // What a plan says of resources before it stands among its changes too.
            let own = items(module, "resources")
                .iter()
                .filter(is_ours)
                .filter(|item| prior.is_none() || !is_managed(item));
            bodies.extend(own.filter_map(|item| item.get("values")));
            modules.extend(items(module, "child_modules"));
        }
    }
    let mut found = Vec::new();
    bodies.into_iter().for_each(|body| gather_secrets(body, &mut found));
    found.sort_by_key(|entry| entry.key_place);
    found
}

fn items<'a>(node: &'a Node, key: &str) -> &'a [Node] {
    node.get(key).map(Node::items).unwrap_or_default()
}

fn gather_secrets(node: &Node, found: &mut Vec<Entry>) {
    for entry in node.entries() {
        if is_secret_key(&entry.key) && secret::classify(&entry.value) == Some(Class::Literal) {
            found.push(entry.clone());
        } else {
            gather_secrets(&entry.value, found);
        }
    }
    node.items().iter().for_each(|item| gather_secrets(item, found));
}

/// The resources of a module and of those below it.
fn module_resources(
    source: &Source,
    root: &Node,
    wanted: &dyn Fn(&str) -> bool,
    hidden: &HashSet<Place>,
) -> Vec<Resource> {
    let mut resources = Vec::new();
    let mut modules = vec![root];
    while let Some(module) = modules.pop() {
        for item in items(module, "resources") {
            let body = item.get("values").filter(|body| body.is_map() && is_managed(item));
            let Some(body) = body.filter(|_| item.get("deposed_key").is_none()) else { continue };
            resources.extend(
                head(source, item, wanted).map(|resource| Resource { body: plain(body, hidden), ..resource }),
            );
        }
        modules.extend(items(module, "child_modules").iter().rev());
    }
    resources
}

/// A resource without its body.
fn head(source: &Source, item: &Node, wanted: &dyn Fn(&str) -> bool) -> Option<Resource> {
    let kind = item.get("type").and_then(Node::text).filter(|kind| wanted(kind))?;
    let address = item.get("address").and_then(Node::text)?;
    let name_place = item.get("name").map_or(item.place, |name| name.place);
    Some(existing(source, kind, address.to_owned(), (item.place, name_place)))
}

fn existing(source: &Source, kind: &str, address: String, (place, name_place): (Place, Place)) -> Resource {
    let directory = source.path.rsplit_once('/').map_or("", |(directory, _)| directory);
    Resource {
        kind: kind.to_owned(),
        address,
        place,
        name_place,
        body: Node::new(place, Value::Null),
        directory: directory.to_owned(),
        root: directory.to_owned(),
        existing: true,
        provider: None,
        perhaps: false,
        partial: false,
        written: None,
        snapshot: Some(source.id),
    }
}

fn is_managed(item: &Node) -> bool {
    item.get("mode").and_then(Node::text) != Some("data")
}

fn actions(item: &Node) -> impl Iterator<Item = &str> {
    let actions = item.get("change").and_then(|change| change.get("actions")).map(Node::items);
    actions.unwrap_or_default().iter().filter_map(Node::text)
}

/// Whether the resource is there after the plan is applied.
fn is_kept(item: &Node) -> bool {
    let says_nothing = actions(item).next().is_none();
    let stays = actions(item).any(|action| matches!(action, "create" | "update" | "no-op"));
    let forgotten = actions(item).any(|action| action == "forget") && !stays;
    is_managed(item) && item.get("deposed").is_none() && !forgotten && (says_nothing || stays)
}

/// How a planned value is read.
struct Reading {
    /// Whether the resource is made anew, so that what nobody wrote is left to the platform.
    created: bool,
}

impl Reading {
    /// A value with the parts taken out that are `true` in the map of unknown ones. What is unknown because nobody
    /// wrote it is absent. `written` is what the configuration has at this place, where that is known.
    fn value(&self, value: &Node, unknown: Option<&Node>, written: Option<&Node>) -> Node {
        if let Some(Value::Bool(true)) = unknown.map(|node| &node.value) {
            return unknown_at(value.place);
        }
        match &value.value {
            Value::Map(entries) => {
                Node::new(value.place, Value::Map(self.entries(entries, unknown, written, value.place)))
            }
            Value::List(items) => {
                let item = |(at, item): (usize, &Node)| {
                    let hole = unknown.and_then(|node| node.items().get(at));
                    self.value(item, hole, written.and_then(|node| node.items().get(at)))
                };
                Node::new(value.place, Value::List(items.iter().enumerate().map(item).collect()))
            }
            _ => value.clone(),
        }
    }

    fn entries(
        &self,
        entries: &[Entry],
        unknown: Option<&Node>,
        written: Option<&Node>,
        place: Place,
    ) -> Vec<Entry> {
        let mut read = Vec::with_capacity(entries.len());
        // Of an argument that holds an object the configuration tells no more than what it refers to.
        let is_block = |node: &&Node| {
            node.is_map() && !["references", "constant_value"].iter().any(|key| node.get(key).is_some())
        };
        let of_block = written.filter(is_block);
        for entry in entries {
            let own = of_block.and_then(|node| node.get(&entry.key));
            let value = if is_secret_key(&entry.key) && !matches!(entry.value.value, Value::Map(_)) {
                secret_value(&entry.value, own)
            } else {
                self.value(&entry.value, unknown.and_then(|holes| holes.get(&entry.key)), own)
            };
            let unset = matches!(&value.value, Value::Unknown(unknown) if unknown.text == UNKNOWN);
            let left_out = unset && self.is_left_out(of_block, own);
            if !left_out {
                read.push(Entry { key: entry.key.clone(), key_place: entry.key_place, value });
            }
        }
        let known = |key: &str| entries.iter().any(|entry| entry.key == key);
        for hole in unknown.map(Node::entries).unwrap_or_default() {
            let own = of_block.and_then(|node| node.get(&hole.key));
            if matches!(hole.value.value, Value::Bool(true))
                && !known(&hole.key)
                && !self.is_left_out(of_block, own)
            {
                let value = unknown_at(hole.value.place);
                read.push(Entry { key: hole.key.clone(), key_place: hole.key_place, value });
            }
        }
        // Write-only arguments are in no plan's values.
        for entry in of_block.map(Node::entries).unwrap_or_default() {
            let there = read.iter().any(|known| known.key == entry.key && !is_nothing(&known.value));
            if is_secret_key(&entry.key)
                && !there
                && let Some(value) = written_secret(&entry.value)
            {
                read.retain(|known| known.key != entry.key);
                read.push(Entry { key: entry.key.clone(), key_place: place.start(), value });
            }
        }
        read
    }

    fn is_left_out(&self, block: Option<&Node>, own: Option<&Node>) -> bool {
        self.created && block.is_some() && own.is_none()
    }
}

/// What is to be said of a secret in a plan. A variable's value was given to the run, and what the provider read back
/// stands in no file either: only a constant is written by somebody.
fn secret_value(value: &Node, written: Option<&Node>) -> Node {
    if is_nothing(value) {
        return value.clone();
    }
    match written.and_then(written_secret) {
        Some(Node { value: Value::Text(_) | Value::Number(_), .. }) => value.clone(),
        Some(reference) => Node::new(value.place.start(), reference.value),
        None => Node::new(value.place.start(), Value::Unknown(Unknown::new(READ_BACK))),
    }
}

/// A value as it is read from configuration: a block that stands alone is a map, and an empty text is what states
/// hold for an argument that is not set.
fn plain(node: &Node, hidden: &HashSet<Place>) -> Node {
    let value = match &node.value {
        _ if hidden.contains(&node.place) => Value::Unknown(Unknown::new(SENSITIVE)),
        Value::List(items) => match items.as_slice() {
            [item] if item.is_map() => return plain(item, hidden),
            items => Value::List(items.iter().map(|item| plain(item, hidden)).collect()),
        },
        Value::Map(entries) => {
            let value = |entry: &Entry| match &entry.value {
                node if node.text() == Some("") => Node::new(node.place, Value::Null),
                // Of a secret only its class is kept in any case.
                node if is_secret_key(&entry.key) && node.text().is_some() => node.clone(),
                node => plain(node, hidden),
            };
            let entry = |entry: &Entry| Entry {
                key: entry.key.clone(),
                key_place: entry.key_place,
                value: value(entry),
            };
            Value::Map(entries.iter().map(entry).collect())
        }
        value => value.clone(),
    };
    Node { place: node.place, value, supplied: node.supplied.clone() }
}

/// Where values stand that are marked as sensitive.
fn hidden(document: &Node) -> HashSet<Place> {
    let known = |node: &&Node| !matches!(node.value, Value::Null | Value::Bool(_));
    sensitive::values(document).into_iter().filter(known).map(|node| node.place).collect()
}

fn is_nothing(node: &Node) -> bool {
    matches!(&node.value, Value::Null) || node.text() == Some("")
}

fn unknown_at(place: Place) -> Node {
    Node::new(place, Value::Unknown(Unknown::new(UNKNOWN)))
}

/// The key of an instance as it is written behind an address.
pub(super) fn suffix(key: &Node) -> String {
    match &key.value {
        Value::Text(name) => Key::Name(name.as_str().into()).suffix(),
        Value::Number(index) => format!("[{index}]"),
        _ => String::new(),
    }
}
