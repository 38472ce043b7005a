//! Plans and states as JSON: resources that Terraform has evaluated itself.

use std::collections::HashSet;

use super::Resource;
use super::scope::Key;
use crate::source::{Place, Source};
use crate::tree::{Entry, Node, Reference, Unknown, Value};

/// What stands for a value that Terraform does not know before it applies.
const UNKNOWN: &str = "(known after apply)";

/// The resources that a plan (`terraform show -json plan`) creates, changes or leaves as they are. Nested blocks
/// are lists. What is unknown before the plan is applied keeps its reference where the plan tells it.
pub fn plan_resources(source: &Source, plan: &Node, wanted: &dyn Fn(&str) -> bool) -> Vec<Resource> {
    let Some(changes) = plan.get("resource_changes") else {
        let root = plan.get("planned_values").and_then(|values| values.get("root_module"));
        return root.map(|root| module_resources(source, root, wanted)).unwrap_or_default();
    };
    let text = |node: &Node, key: &str| node.get(key).and_then(Node::text).map(str::to_owned);
    let addresses: HashSet<String> =
        changes.items().iter().filter_map(|item| text(item, "address")).collect();
    let mut resources = Vec::new();
    for item in changes.items().iter().filter(|item| is_kept(item)) {
        let Some(after) = item.get("change").and_then(|change| change.get("after")) else { continue };
        let Some(mut resource) = resource(source, item, after, wanted) else { continue };
        if let Some(unknown) = item.get("change").and_then(|change| change.get("after_unknown")) {
            resource.body = overlaid(after, unknown);
        }
        let configuration = Configuration { plan, item, addresses: &addresses };
        configuration.add_references(&mut resource.body);
        resources.push(resource);
    }
    resources
}

/// The resources of a state: `terraform show -json`, or the state file itself (version 4).
pub fn state_resources(source: &Source, state: &Node, wanted: &dyn Fn(&str) -> bool) -> Vec<Resource> {
    if let Some(root) = state.get("values").and_then(|values| values.get("root_module")) {
        return module_resources(source, root, wanted);
    }
    let mut resources = Vec::new();
    for item in state.get("resources").map(Node::items).unwrap_or_default() {
        let (Some(kind), Some(name)) = (item.get("type").and_then(Node::text), item.get("name")) else {
            continue;
        };
        if !is_managed(item) || !wanted(kind) {
            continue;
        }
        let module = item.get("module").and_then(Node::text).map(|module| format!("{module}."));
        let prefix = module.unwrap_or_default();
        for instance in item.get("instances").map(Node::items).unwrap_or_default() {
            let Some(body) = instance.get("attributes").filter(|body| body.is_map()) else { continue };
            let key = instance.get("index_key").map(suffix).unwrap_or_default();
            resources.push(Resource {
                kind: kind.to_owned(),
                address: format!("{prefix}{kind}.{}{key}", name.text().unwrap_or("")),
                place: instance.place,
                name_place: name.place,
                body: body.clone(),
                directory: directory(source),
            });
        }
    }
    resources
}

/// The resources of a module and of those below it.
fn module_resources(source: &Source, root: &Node, wanted: &dyn Fn(&str) -> bool) -> Vec<Resource> {
    let mut resources = Vec::new();
    let mut modules = vec![root];
    while let Some(module) = modules.pop() {
        for item in module.get("resources").map(Node::items).unwrap_or_default() {
            let body = item.get("values").filter(|_| is_managed(item));
            resources.extend(body.and_then(|body| resource(source, item, body, wanted)));
        }
        modules.extend(module.get("child_modules").map(Node::items).unwrap_or_default().iter().rev());
    }
    resources
}

fn resource(source: &Source, item: &Node, body: &Node, wanted: &dyn Fn(&str) -> bool) -> Option<Resource> {
    let kind = item.get("type").and_then(Node::text).filter(|kind| wanted(kind))?;
    let address = item.get("address").and_then(Node::text)?;
    let name_place = item.get("name").map_or(item.place, |name| name.place);
    body.is_map().then(|| Resource {
        kind: kind.to_owned(),
        address: address.to_owned(),
        place: item.place,
        name_place,
        body: body.clone(),
        directory: directory(source),
    })
}

fn directory(source: &Source) -> String {
    source.path.rsplit_once('/').map_or("", |(directory, _)| directory).to_owned()
}

fn is_managed(item: &Node) -> bool {
    item.get("mode").and_then(Node::text) != Some("data")
}

/// Whether the resource is there after the plan is applied.
fn is_kept(item: &Node) -> bool {
    let actions = item.get("change").and_then(|change| change.get("actions")).map(Node::items);
    let stays = |action: &Node| matches!(action.text(), Some("create" | "update" | "no-op"));
    is_managed(item)
        && item.get("deposed").is_none()
        && actions.is_none_or(|actions| actions.iter().any(stays))
}

/// A value with the parts taken out that are `true` in the map of unknown ones.
fn overlaid(value: &Node, unknown: &Node) -> Node {
    match (&value.value, &unknown.value) {
        (_, Value::Bool(true)) => unknown_at(value.place),
        (Value::Map(entries), Value::Map(holes)) => {
            let known = entries.iter().map(|entry| Entry {
                key: entry.key.clone(),
                key_place: entry.key_place,
                value: match unknown.get(&entry.key) {
                    Some(hole) => overlaid(&entry.value, hole),
                    None => entry.value.clone(),
                },
            });
            let missing = holes.iter().filter(|hole| value.entry(&hole.key).is_none());
            let missing = missing.filter(|hole| matches!(hole.value.value, Value::Bool(true)));
            let missing = missing.map(|hole| Entry {
                key: hole.key.clone(),
                key_place: hole.key_place,
                value: unknown_at(hole.value.place),
            });
            Node::new(value.place, Value::Map(known.chain(missing).collect()))
        }
        (Value::List(items), Value::List(holes)) => {
            let item = |(at, item): (usize, &Node)| match holes.get(at) {
                Some(hole) => overlaid(item, hole),
                None => item.clone(),
            };
            Node::new(value.place, Value::List(items.iter().enumerate().map(item).collect()))
        }
        _ => value.clone(),
    }
}

fn unknown_at(place: Place) -> Node {
    Node::new(place, Value::Unknown(Unknown::new(UNKNOWN)))
}

/// The key of an instance as it is written behind an address.
fn suffix(key: &Node) -> String {
    match &key.value {
        Value::Text(name) => Key::Name(name.as_str().into()).suffix(),
        Value::Number(index) => format!("[{index}]"),
        _ => String::new(),
    }
}

/// The configuration part of a plan, looked at for one resource.
struct Configuration<'a> {
    plan: &'a Node,
    item: &'a Node,
    addresses: &'a HashSet<String>,
}

impl Configuration<'_> {
    /// Tells unknown arguments what they refer to.
    fn add_references(&self, body: &mut Node) {
        let module = self.item.get("module_address").and_then(Node::text).unwrap_or("");
        let calls = module_names(module);
        let Some(expressions) = self.expressions(&calls) else { return };
        let Value::Map(entries) = &mut body.value else { return };
        for entry in entries {
            let Value::Unknown(unknown) = &mut entry.value.value else { continue };
            let references = expressions.get(&entry.key).and_then(|expression| expression.get("references"));
            let first = references.and_then(|list| list.items().first()).and_then(Node::text);
            unknown.reference = first.and_then(|first| self.reference(module, &calls, first)).map(Box::new);
        }
    }

    /// The arguments of the resource as the configuration has them.
    fn expressions(&self, calls: &[String]) -> Option<&Node> {
        let module = self.module(calls)?;
        let (kind, name) = (self.item.get("type")?.text()?, self.item.get("name")?.text()?);
        let is_own = |resource: &&Node| {
            resource.get("type").and_then(Node::text) == Some(kind)
                && resource.get("name").and_then(Node::text) == Some(name)
        };
        module.get("resources")?.items().iter().find(is_own)?.get("expressions")
    }

    fn module(&self, calls: &[String]) -> Option<&Node> {
        let root = self.plan.get("configuration")?.get("root_module")?;
        calls.iter().try_fold(root, |module, call| module.get("module_calls")?.get(call)?.get("module"))
    }

    /// What `auth0_client.spa.id` or, through the argument of a module call, `var.client_id` refers to.
    fn reference(&self, module: &str, calls: &[String], written: &str) -> Option<Reference> {
        if let Some(variable) = written.strip_prefix("var.") {
            let (last, above) = calls.split_last()?;
            let call = self.module(above)?.get("module_calls")?.get(last)?;
            let argument = call.get("expressions")?.get(variable)?.get("references")?;
            let outer = module.rfind("module.").map_or("", |at| module[..at].trim_end_matches('.'));
            return self.reference(outer, above, argument.items().first()?.text()?);
        }
        let (kind, rest) = written.split_once('.')?;
        // A key may hold dots; a quote in it is escaped.
        let end = match rest.find(['.', '[']) {
            Some(at) if rest[at..].starts_with("[\"") => {
                rest[at..].find("\"]").map_or(rest.len(), |key| at + key + 2)
            }
            Some(at) if rest[at..].starts_with('[') => {
                rest[at..].find(']').map_or(rest.len(), |key| at + key + 1)
            }
            Some(at) => at,
            None => rest.len(),
        };
        let (name, attribute) = rest.split_at(end);
        let attribute = attribute.trim_start_matches('.');
        if matches!(kind, "each" | "local" | "module" | "data" | "count" | "path" | "terraform") {
            return None;
        }
        let prefix = if module.is_empty() { String::new() } else { format!("{module}.") };
        let own_key = self.item.get("index").map(suffix).unwrap_or_default();
        let (plain, same_key) = (format!("{prefix}{kind}.{name}"), format!("{prefix}{kind}.{name}{own_key}"));
        // `auth0_client.this[each.key]` stands in the plan as `auth0_client.this`.
        let address = if self.addresses.contains(&same_key) { same_key } else { plain };
        Some(Reference { address, attribute: attribute.to_owned() })
    }
}

/// The names of the calls that lead to a module: `module.a["x.y"].module.b` gives `a` and `b`.
fn module_names(address: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = address;
    while let Some(after) = rest.strip_prefix("module.") {
        let end = after.find(['.', '[']).unwrap_or(after.len());
        names.push(after[..end].to_owned());
        rest = &after[end..];
        if rest.starts_with('[') {
            // A key may hold anything, but a quote in it is escaped.
            let close = if rest.starts_with("[\"") { "\"]" } else { "]" };
            rest = rest.find(close).map_or("", |at| &rest[at + close.len()..]);
        }
        rest = rest.strip_prefix('.').unwrap_or(rest);
    }
    names
}
