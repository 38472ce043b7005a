//! To which resources others belong, by the address or identifier that they name.

use std::collections::HashMap;

use super::join::{CLIENT, Resource};
use crate::tree::{Node, Value};

/// Resources that others may belong to.
pub(super) struct Owners {
    by_address: HashMap<String, Vec<usize>>,
    by_identifier: HashMap<String, Vec<usize>>,
    /// Whether each of them has an identifier.
    identified: bool,
}

/// What is known of to whom something belongs.
pub(super) enum Owner {
    /// To these.
    Known(Vec<usize>),
    /// To none of them.
    Other,
    /// To any of them.
    Unknown,
}

impl Owners {
    /// Those of the resources that may be owners.
    pub(super) fn new(resources: &[&mut Resource], may_be: impl Fn(&str) -> bool) -> Self {
        let mut owners = Self { by_address: HashMap::new(), by_identifier: HashMap::new(), identified: true };
        for (at, resource) in resources.iter().enumerate().filter(|(_, resource)| may_be(&resource.kind)) {
            let address = without_key(&resource.address).to_owned();
            owners.by_address.entry(address).or_default().push(at);
            let known = ["client_id", "id", "identifier"]
                .iter()
                .find_map(|key| resource.body.get(key))
                .and_then(identifier);
            match known {
                Some(known) => owners.by_identifier.entry(known.to_owned()).or_default().push(at),
                None => owners.identified = false,
            }
        }
        owners
    }

    /// To whom a resource belongs that says so with a value.
    pub(super) fn of(&self, node: Option<&Node>, resources: &[&mut Resource]) -> Owner {
        if let Some(target) = node.and_then(target) {
            return self.at(&target, resources);
        }
        let Some(identifier) = node.and_then(identifier) else { return Owner::Unknown };
        match self.by_identifier.get(identifier) {
            Some(known) => Owner::Known(known.clone()),
            None if self.identified => Owner::Other,
            None => Owner::Unknown,
        }
    }

    /// Those that have an address.
    pub(super) fn at(&self, target: &str, resources: &[&mut Resource]) -> Owner {
        let meant = |target: &str| -> Vec<usize> {
            let same_block = self.by_address.get(without_key(target)).map_or(&[][..], Vec::as_slice);
            same_block.iter().copied().filter(|at| same(target, &resources[*at].address)).collect()
        };
        let known = meant(target);
        match as_manifest(target).filter(|_| known.is_empty()) {
            Some(name) => Owner::Known(meant(&name)),
            None => Owner::Known(known),
        }
    }
}

/// The name of the manifest that is made from a resource of Terraform, as generated examples refer to it.
fn as_manifest(address: &str) -> Option<String> {
    let name = address.strip_prefix(CLIENT)?.strip_prefix('.')?;
    Some(name.replace('_', "-"))
}

/// The identifier of an object that is there already.
fn identifier(node: &Node) -> Option<&str> {
    node.text().filter(|text| !text.starts_with("${"))
}

/// The address that a reference to an identifier names.
fn target(node: &Node) -> Option<String> {
    match &node.value {
        Value::Unknown(unknown) => match &unknown.reference {
            Some(reference) => Some(reference.address.clone()),
            None => unknown
                .text
                .strip_prefix("${")
                .map(|text| text.trim_end_matches('}').split('.').next().unwrap_or(text).to_owned()),
        },
        // A template of nothing but a reference: `"${auth0_client.spa.id}"`, `${spa.id}`.
        Value::Text(text) => {
            let inner = text.strip_prefix("${")?.strip_suffix('}')?;
            Some(inner.rsplit_once('.').map_or(inner, |(address, _)| address).to_owned())
        }
        _ => None,
    }
}

/// An address without the key of the instance at its end.
fn without_key(address: &str) -> &str {
    let bytes = address.as_bytes();
    let (mut at, mut key) = (0, address.len());
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'[' => key = at,
            b'.' => key = address.len(),
            b'"' => {
                at += 1;
                while bytes.get(at).is_some_and(|byte| *byte != b'"') {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
            }
            _ => {}
        }
        at += 1;
    }
    &address[..key]
}

/// Whether two addresses mean the same resource. An address without instance key means all instances.
fn same(a: &str, b: &str) -> bool {
    let (one, other) = (without_key(a), without_key(b));
    a == b || (one == other && (one.len() == a.len() || other.len() == b.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_without_key_means_all_instances() {
        assert_eq!(without_key(r#"module.m["a.b"].k.n["x[0].y"]"#), r#"module.m["a.b"].k.n"#);
        assert_eq!(without_key("module.m[0].k.n"), "module.m[0].k.n");
        assert!(same("k.n", "k.n[0]") && same("k.n[0]", "k.n") && same("k.n", "k.n"));
        assert!(
            !same("k.n[0]", "k.n[1]") && !same("k.n", "k.nn") && !same("module.m[0].k.n", "module.m.k.n")
        );
    }
}
