//! Which versions of Terraform and of its providers a configuration takes.

use std::collections::BTreeSet;

use super::{TerraformFile, module::bodies};
use crate::tree::Node;

/// The first versions of Terraform and of a provider that can do something.
pub struct Since<'a> {
    /// The name of the provider, which is also how its source ends.
    pub provider: &'a str,
    /// Major and minor version of the provider.
    pub provider_version: [u64; 2],
    /// Major and minor version of Terraform.
    pub terraform_version: [u64; 2],
}

/// The directories whose files require versions of which none can do something. What cannot be read leaves no room for
/// one that can, and `OpenTofu` counts its versions otherwise.
pub fn ruling_out<'a>(files: &'a [TerraformFile<'_>], since: &Since<'_>) -> BTreeSet<&'a str> {
    let leaves_room = |file: &TerraformFile<'_>| {
        let path = &file.source.path;
        !(path.ends_with(".tofu") || path.ends_with(".tofu.json"))
            && settings(file).all(|body| in_block(body, since))
    };
    files.iter().filter(|file| !leaves_room(file)).map(|file| file.directory.as_str()).collect()
}

/// The directories whose files take no version of a provider before one, major and minor.
pub fn demanding<'a>(files: &'a [TerraformFile<'_>], provider: &str, version: [u64; 2]) -> BTreeSet<&'a str> {
    let demands = |file: &&TerraformFile<'_>| {
        let mut constraints = settings(file).flat_map(|body| constraints(body, provider));
        constraints.any(|node| node.and_then(Node::text).is_some_and(|text| demands(text, version)))
    };
    files.iter().filter(demands).map(|file| file.directory.as_str()).collect()
}

/// The `terraform` blocks of a file.
fn settings<'a>(file: &'a TerraformFile<'_>) -> impl Iterator<Item = &'a Node> {
    let blocks = file.parsed.documents.iter().flat_map(Node::entries);
    blocks.filter(|entry| entry.key == "terraform").flat_map(|block| bodies(&block.value))
}

/// Whether one `terraform` block leaves room for versions that can do something.
fn in_block(body: &Node, since: &Since<'_>) -> bool {
    let reaches = |constraint: Option<&Node>, version: [u64; 2]| {
        constraint.is_none_or(|node| node.text().is_some_and(|text| reaches(text, version)))
    };
    reaches(body.get("required_version"), since.terraform_version)
        && constraints(body, since.provider).all(|constraint| reaches(constraint, since.provider_version))
}

/// What a `terraform` block says of the versions of a provider, wherever it names it.
fn constraints<'a>(body: &'a Node, provider: &'a str) -> impl Iterator<Item = Option<&'a Node>> {
    let providers = body.get("required_providers").into_iter().flat_map(bodies).flat_map(Node::entries);
    let meant = providers.filter(move |entry| {
        let source = entry.value.get("source").and_then(Node::text);
        source.map_or(entry.key == provider, |source| source.rsplit('/').next() == Some(provider))
    });
    meant.map(|entry| match entry.value.text() {
        // How it was written up to Terraform 0.12.
        Some(_) => Some(&entry.value),
        None => entry.value.get("version"),
    })
}

/// Whether constraints (`>= 1.3, < 2.0`) rule out each release before a minor version.
fn demands(constraints: &str, version: [u64; 2]) -> bool {
    each(constraints).any(|(operator, least)| {
        let mut parts = least.split('.').map(|part| part.trim().parse::<u64>().ok());
        let [major, minor] = [(); 2].map(|()| parts.next().unwrap_or(Some(0)));
        let is_least = matches!(operator, "" | "=" | ">=" | ">" | "~>");
        is_least && major.zip(minor).is_some_and(|(major, minor)| [major, minor] >= version)
    })
}

/// Whether constraints (`>= 1.3, < 2.0`) allow some release of a minor version or of a later one.
fn reaches(constraints: &str, [major, minor]: [u64; 2]) -> bool {
    each(constraints).all(|(operator, version)| {
        let core = version.split(['-', '+']).next().unwrap_or_default();
        let parts: Option<Vec<u64>> = core.split('.').map(|part| part.trim().parse().ok()).collect();
        let Some(parts) = parts else { return false };
        let part = |at: usize| parts.get(at).copied().unwrap_or_default();
        match operator {
            "" | "=" | "<=" => (part(0), part(1)) >= (major, minor),
            "<" => (part(0), part(1), part(2)) > (major, minor, 0),
            // The last part that is written may grow.
            "~>" if parts.len() < 3 => part(0) >= major,
            "~>" => (part(0), part(1)) >= (major, minor),
            ">" | ">=" | "!=" => true,
            _ => false,
        }
    })
}

/// The operator and the version of each of some constraints.
fn each(constraints: &str) -> impl Iterator<Item = (&str, &str)> {
    constraints.split(',').map(|constraint| {
        let constraint = constraint.trim();
        let at = constraint.find(|character: char| character.is_ascii_digit()).unwrap_or(constraint.len());
        let (operator, version) = constraint.split_at(at);
        (operator.trim(), version)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constraints_demand_or_do_not() {
        for (constraints, expected) in [
            (">= 1.0", true),
            ("~> 1.2", true),
            ("1", true),
            (" = 1.4.0 ", true),
            ("> 1.0, < 2.0", true),
            (">= 0.48", false),
            ("~> 0.50", false),
            ("< 2.0", false),
            ("!= 1.3", false),
            (">= 1.x", false),
            ("", false),
        ] {
            assert_eq!(demands(constraints, [1, 0]), expected, "{constraints}");
        }
    }

    #[test]
    fn constraints_leave_room_or_do_not() {
        for (constraints, expected) in [
            (">= 1.5", true),
            (">= 1.5, < 2.0.0", true),
            (">= 1.5, < 1.11", false),
            (">= 1.5, < 1.11.1", true),
            ("~> 1.5", true),
            ("~> 1.5.0", false),
            ("~> 1.11.0", true),
            ("~> 0.15", false),
            ("1.10.5", false),
            ("= 1.12.0", true),
            ("<= 1.10.9", false),
            ("!= 1.11.0", true),
            ("v1", false),
            ("", false),
        ] {
            assert_eq!(reaches(constraints, [1, 11]), expected, "{constraints}");
        }
    }
}
