//! Values that are written elsewhere: variables, locals and modules of Terraform, configuration and variables of
//! Pulumi programs, what Crossplane puts into the resources of a composition, keywords of the Deploy CLI.

use std::collections::BTreeMap;

use crate::source::{FileId, Source};
use crate::tree::Node;

mod crossplane;
pub mod keywords;
mod pulumi;
pub mod terraform;

pub use pulumi::stack_of;

/// The documents of a project whose values are written elsewhere, by file, with these values put in.
pub fn documents<'a>(
    texts: impl Iterator<Item = (&'a Source, &'a [Node])> + Clone,
) -> BTreeMap<FileId, Vec<Node>> {
    let mut evaluated = pulumi::evaluated(texts.clone());
    for (source, nodes) in texts {
        if nodes.iter().any(crossplane::is_composition) {
            evaluated.insert(source.id, nodes.iter().map(crossplane::patched).collect());
        }
    }
    evaluated
}
