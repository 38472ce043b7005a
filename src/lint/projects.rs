//! Which documents are analysed together.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Job;
use crate::config::Given;
use crate::formats::Parsed;
use crate::project::{self, Document};
use crate::resolve::terraform;
use crate::source::Source;

/// The documents by project: Terraform directories go together with the local modules that they call.
pub(super) fn projects<'a>(
    sources: &'a [Source],
    parsed: Vec<Option<Arc<Parsed>>>,
    job: &Job<'a>,
) -> Vec<Vec<Document<'a>>> {
    let mut groups: BTreeMap<String, Vec<Document<'a>>> = BTreeMap::new();
    let mut snapshots: Vec<Document<'a>> = Vec::new();
    for (source, parsed) in sources.iter().zip(parsed) {
        let (Some(format), Some(parsed)) = (project::format_of(&source.path), parsed) else { continue };
        let kind = match (job.kind, source.file.as_deref()) {
            (Some(kind), _) => Some(Arc::from(kind)),
            (None, Some(file)) => (job.config)(Some(file)).kind_of(file).map(Arc::from),
            (None, None) => None,
        };
        let key = project::key(&source.path, &parsed.documents);
        let document = Document { source, format, parsed, kind };
        if project::form(&document).is_some() {
            snapshots.push(document);
            continue;
        }
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
    add_snapshots(snapshots, &mut groups, &joined_to);
    add_variables(&mut groups, sources, job);
    groups.into_values().collect()
}

/// Puts plans and states to the configuration from which they were made; others stand alone.
fn add_snapshots<'a>(
    snapshots: Vec<Document<'a>>,
    groups: &mut BTreeMap<String, Vec<Document<'a>>>,
    joined_to: &BTreeMap<String, String>,
) {
    if snapshots.is_empty() {
        return;
    }
    let directories = project::declared(groups.values().flatten());
    for document in snapshots {
        let path = &document.source.path;
        let tree = document.parsed.documents.first();
        let root_directory = tree.and_then(|tree| terraform::root_of(path, tree, &directories));
        let key = match root_directory {
            Some(directory) => root(joined_to, &format!("terraform:{directory}")),
            None => format!("file:{path}"),
        };
        groups.entry(key).or_default().push(document);
    }
}

/// Gives every Terraform project the files from which its variables are to take their values.
fn add_variables<'a>(groups: &mut BTreeMap<String, Vec<Document<'a>>>, sources: &'a [Source], job: &Job<'a>) {
    for (_, documents) in groups.iter_mut().filter(|(key, _)| key.starts_with("terraform:")) {
        let Some(first) = documents.first() else { continue };
        let config = (job.config)(first.source.file.as_deref());
        for given in &config.variables {
            let Given::File(path) = given else { continue };
            let is_it = |source: &Source| source.file.as_ref() == Some(path);
            if documents.iter().any(|document| is_it(document.source)) {
                continue;
            }
            let source = sources.iter().find(|source| is_it(source));
            let read = source.and_then(|source| Some((source, project::format_of(&source.path)?)));
            documents.extend(read.map(|(source, format)| Document {
                source,
                format,
                parsed: Arc::new(format.parse(source)),
                kind: None,
            }));
        }
    }
}

fn root(joined_to: &BTreeMap<String, String>, key: &str) -> String {
    let mut key = key;
    while let Some(next) = joined_to.get(key) {
        key = next;
    }
    key.to_owned()
}
