//! Which documents are analysed together.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Job;
use crate::formats::Parsed;
use crate::project::{self, Document};
use crate::resolve::terraform;
use crate::source::Source;

/// The documents by project: Terraform directories go together with the local modules that they call.
pub(super) fn projects<'a>(
    sources: &'a [Source],
    parsed: Vec<Option<Parsed>>,
    job: &Job<'a>,
) -> Vec<Vec<Document<'a>>> {
    let mut groups: BTreeMap<String, Vec<Document<'a>>> = BTreeMap::new();
    for (source, parsed) in sources.iter().zip(parsed) {
        let (Some(format), Some(parsed)) = (project::format_of(&source.path), parsed) else { continue };
        let kind = match (job.kind, source.file.as_deref()) {
            (Some(kind), _) => Some(Arc::from(kind)),
            (None, Some(file)) => (job.config)(Some(file)).kind_of(file).map(Arc::from),
            (None, None) => None,
        };
        let key = project::key(&source.path, &parsed.documents);
        let document = Document { source, format, parsed, kind };
        groups.entry(key).or_default().push(document);
    }
    // A called module joins the project of its caller; a chain of calls joins them all.
    let keys: Vec<String> = groups.keys().filter(|key| key.starts_with("terraform:")).cloned().collect();
    let mut joined_to: BTreeMap<String, String> = BTreeMap::new();
    for key in &keys {
        let directory = key.trim_start_matches("terraform:");
        let calls: Vec<String> = groups[key]
            .iter()
            .flat_map(|document| terraform::called_directories(directory, &document.parsed))
            .map(|called| format!("terraform:{called}"))
            .collect();
        for called in calls.iter().filter(|called| groups.contains_key(*called)) {
            let (a, b) = (root(&joined_to, key), root(&joined_to, called));
            if a != b {
                joined_to.insert(b, a);
            }
        }
    }
    for key in &keys {
        let to = root(&joined_to, key);
        if to != *key
            && let Some(documents) = groups.remove(key)
        {
            groups.entry(to).or_default().extend(documents);
        }
    }
    groups.into_values().collect()
}

fn root(joined_to: &BTreeMap<String, String>, key: &str) -> String {
    let mut key = key;
    while let Some(next) = joined_to.get(key) {
        key = next;
    }
    key.to_owned()
}
