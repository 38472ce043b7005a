//! Projects that are a part of their tenant only, because the Deploy CLI's configuration leaves something out.

use super::judge::Project;
use crate::client::{Basis, Datum, Fact};
use crate::project::{self, Document};
use crate::vocabulary::Attribute;

/// The folders beside or below which projects are parts only.
pub(super) fn folders(projects: &[Vec<Document<'_>>]) -> Vec<String> {
    let documents = projects.iter().flatten().filter(|document| {
        document.format.name() == "json"
            && project::may_leave_out(&document.source.path, &document.source.text)
            && document.parsed.documents.first().is_some_and(project::leaves_out)
    });
    documents.map(|document| project::mapping_folder(&document.source.path).to_owned()).collect()
}

/// Says of the definitions of a project in such a folder that the tenant has others.
pub(super) fn apply(project: &mut Project<'_>, folders: &[String]) {
    let Some(path) = project.documents.first().map(|document| document.source.path.as_str()) else { return };
    let root = project::folder(path);
    let is_above = |folder: &String| {
        let below = root.strip_prefix(folder.as_str());
        below.is_some_and(|below| folder.is_empty() || below.is_empty() || below.starts_with('/'))
    };
    if !folders.iter().any(is_above) {
        return;
    }
    let variants = project.variants.iter_mut().map(|variant| &mut variant.definitions);
    let all = std::iter::once(&mut project.definitions).chain(variants);
    for definition in all.flat_map(|all| &mut all.definitions) {
        if definition.flag(Attribute::PROJECT_COMPLETE) == Some(true) {
            let fact = Fact { datum: Datum::Flag(false), basis: Basis::Inferred(Vec::new()) };
            definition.facts.insert(Attribute::PROJECT_COMPLETE, fact);
        }
    }
}
