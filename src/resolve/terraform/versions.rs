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
        let blocks = file.parsed.documents.iter().flat_map(Node::entries);
        let mut settings =
            blocks.filter(|entry| entry.key == "terraform").flat_map(|block| bodies(&block.value));
        !(path.ends_with(".tofu") || path.ends_with(".tofu.json"))
            && settings.all(|body| in_block(body, since))
    };
    files.iter().filter(|file| !leaves_room(file)).map(|file| file.directory.as_str()).collect()
}

/// The same for one `terraform` block.
fn in_block(body: &Node, since: &Since<'_>) -> bool {
    let reaches = |constraint: Option<&Node>, version: [u64; 2]| {
        constraint.is_none_or(|node| node.text().is_some_and(|text| reaches(text, version)))
    };
    let providers = body.get("required_providers").into_iter().flat_map(bodies).flat_map(Node::entries);
    let mut meant = providers.filter(|entry| {
        let source = entry.value.get("source").and_then(Node::text);
        source.map_or(entry.key == since.provider, |source| source.rsplit('/').next() == Some(since.provider))
    });
    reaches(body.get("required_version"), since.terraform_version)
        && meant.all(|entry| match entry.value.text() {
            // How it was written up to Terraform 0.12.
            Some(_) => reaches(Some(&entry.value), since.provider_version),
            None => reaches(entry.value.get("version"), since.provider_version),
        })
}

/// Whether constraints (`>= 1.3, < 2.0`) allow some release of a minor version or of a later one.
fn reaches(constraints: &str, [major, minor]: [u64; 2]) -> bool {
    constraints.split(',').all(|constraint| {
        let constraint = constraint.trim();
        let at = constraint.find(|character: char| character.is_ascii_digit()).unwrap_or(constraint.len());
        let (operator, version) = constraint.split_at(at);
        let core = version.split(['-', '+']).next().unwrap_or_default();
        let parts: Option<Vec<u64>> = core.split('.').map(|part| part.trim().parse().ok()).collect();
        let Some(parts) = parts else { return false };
        let part = |at: usize| parts.get(at).copied().unwrap_or_default();
        match operator.trim() {
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

#[cfg(test)]
mod tests {
    use super::*;

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
