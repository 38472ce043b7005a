//! What the Deploy CLI's configuration leaves out of a project, so that the project is not all of its tenant.

use super::{DEPLOY_FOLDERS, holds, may_hold_mappings};
use crate::tree::{Node, Value};

/// The keys of a configuration that leave something out.
const KEYS: &[&str] = &["AUTH0_EXCLUDED", "AUTH0_INCLUDED_ONLY"];

/// Whether a file may be a configuration that leaves something out, by its path and text.
pub fn may_leave_out(path: &str, text: &str) -> bool {
    may_hold_mappings(path) && KEYS.iter().any(|key| holds(text, key))
}

/// Whether a configuration leaves out clients, APIs or grants.
pub fn leaves_out(configuration: &Node) -> bool {
    let holds = |node: &Node| {
        let words = ["clients", "clientGrants", "resourceServers"];
        node.items().iter().any(|item| item.text().is_some_and(|word| words.contains(&word)))
    };
    configuration.entries().iter().any(|entry| match entry.key.as_str() {
        "AUTH0_EXCLUDED_CLIENTS" | "AUTH0_EXCLUDED_RESOURCE_SERVERS" | "AUTH0_INCLUDED_ONLY" => {
            !matches!(&entry.value.value, Value::Null) && !is_empty(&entry.value)
        }
        "AUTH0_EXCLUDED" => holds(&entry.value),
        _ => false,
    })
}

fn is_empty(node: &Node) -> bool {
    match &node.value {
        Value::List(items) => items.is_empty(),
        Value::Text(text) => text.trim().is_empty() || text.trim() == "[]",
        _ => false,
    }
}

/// Whether a file of the Deploy CLI may name clients that it does not define.
pub fn may_name_others(path: &str, text: &str) -> bool {
    if path.ends_with(".json") {
        let mut folders = path.rsplit('/').skip(1).take(2);
        return folders.any(|folder| DEPLOY_FOLDERS.contains(&folder) || folder == "database-connections");
    }
    ["clientGrants:", "enabled_clients:", "allowed_clients:"].iter().any(|key| holds(text, key))
}
