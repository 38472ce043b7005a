//! The configuration part of a plan: what is written for each resource, and what it refers to.

use std::collections::{HashMap, HashSet};

use super::plan::suffix;
use crate::tree::{Node, Reference, Unknown, Value};

/// Modules in modules are followed this far.
const NESTING: usize = 64;

/// What the files said from which the plan was made, ready to be looked up.
pub(super) struct Configuration<'a> {
    root: Option<&'a Node>,
    /// Resources as they are written, by the names of the calls that lead to their module, type and name.
    written: HashMap<(String, &'a str, &'a str), &'a Node>,
    /// The addresses of all resources of the plan.
    addresses: HashSet<&'a str>,
}

impl<'a> Configuration<'a> {
    /// The configuration in a plan, which holds `changes`.
    pub(super) fn new(plan: &'a Node, changes: &'a [Node]) -> Self {
        let root = plan.get("configuration").and_then(|all| all.get("root_module"));
        let mut written = HashMap::new();
        let mut modules: Vec<(Vec<&str>, &Node)> = root.map(|root| (Vec::new(), root)).into_iter().collect();
        while let Some((calls, module)) = modules.pop() {
            for resource in module.get("resources").map(Node::items).unwrap_or_default() {
                let text = |key: &str| resource.get(key).and_then(Node::text);
                if let (Some(kind), Some(name)) = (text("type"), text("name"))
                    && text("mode") != Some("data")
                {
                    written.entry((calls.join("."), kind, name)).or_insert(resource);
                }
            }
            if calls.len() < NESTING {
                for call in module.get("module_calls").map(Node::entries).unwrap_or_default() {
                    let path = calls.iter().copied().chain([call.key.as_str()]).collect();
                    modules.extend(call.value.get("module").map(|module| (path, module)));
                }
            }
        }
        let addresses = changes.iter().filter_map(|item| item.get("address")?.text()).collect();
        Self { root, written, addresses }
    }

    /// The arguments of a resource as they are written; none where the plan does not tell.
    pub(super) fn written(&self, item: &Node) -> Option<&'a Node> {
        self.block(item)?.get("expressions")
    }

    fn block(&self, item: &Node) -> Option<&'a Node> {
        let (kind, name) = (item.get("type")?.text()?, item.get("name")?.text()?);
        let module = item.get("module_address").and_then(Node::text).unwrap_or("");
        self.written.get(&(module_names(module).join("."), kind, name)).copied()
    }

    /// Tells unknown arguments of a resource what they refer to.
    pub(super) fn add_references(&self, item: &Node, written: &Node, body: &mut Node) {
        let module = item.get("module_address").and_then(Node::text).unwrap_or("");
        let calls = module_names(module);
        let Value::Map(entries) = &mut body.value else { return };
        for entry in entries {
            let Value::Unknown(unknown) = &mut entry.value.value else { continue };
            let Some(first) = written.get(&entry.key).and_then(first_reference) else { continue };
            first.clone_into(&mut unknown.text);
            // `for_each = auth0_client.this` makes `each.value` the client of the same key.
            let chained = first.strip_prefix("each.value").and_then(|rest| {
                Some(format!("{}{rest}", first_reference(self.block(item)?.get("for_each_expression")?)?))
            });
            let first = chained.as_deref().unwrap_or(first);
            unknown.reference = self.reference(item, module, &calls, first).map(Box::new);
        }
    }

    fn module(&self, calls: &[String]) -> Option<&'a Node> {
        let mut module = self.root?;
        for call in calls {
            module = module.get("module_calls")?.get(call)?.get("module")?;
        }
        Some(module)
    }

    /// What `auth0_client.spa.id` or, through the argument of a module call, `var.client_id` refers to.
    fn reference(&self, item: &Node, module: &str, calls: &[String], written: &str) -> Option<Reference> {
        if let Some(variable) = written.strip_prefix("var.") {
            let (last, above) = calls.split_last()?;
            let call = self.module(above)?.get("module_calls")?.get(last)?;
            let argument = call.get("expressions")?.get(variable)?;
            let outer = module.rfind("module.").map_or("", |at| module[..at].trim_end_matches('.'));
            return self.reference(item, outer, above, first_reference(argument)?);
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
        let own_key = item.get("index").map(suffix).unwrap_or_default();
        let (plain, same_key) = (format!("{prefix}{kind}.{name}"), format!("{prefix}{kind}.{name}{own_key}"));
        // `auth0_client.this[each.key]` stands in the plan as `auth0_client.this`.
        let address = if self.addresses.contains(same_key.as_str()) { same_key } else { plain };
        Some(Reference { address, attribute: attribute.to_owned() })
    }
}

/// What an argument refers to first: `auth0_client.spa.id`.
fn first_reference(expression: &Node) -> Option<&str> {
    expression.get("references")?.items().first()?.text()
}

/// The secret that is written for an argument: itself, or where it comes from. None where it is not written, so that
/// what the plan holds was read back.
pub(super) fn written_secret(expression: &Node) -> Option<Node> {
    if let Some(constant) = expression.get("constant_value") {
        return Some(constant.clone());
    }
    let text = first_reference(expression).unwrap_or("(…)");
    expression.is_map().then(|| Node::new(expression.place.start(), Value::Unknown(Unknown::new(text))))
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
