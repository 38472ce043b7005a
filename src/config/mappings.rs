//! Which files the configuration names for the values of the Deploy CLI's markers.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::layer::Layer;
use super::merge::plain;

/// Files that fill in markers together, for an environment.
#[derive(Clone, Debug)]
pub struct Mappings {
    /// The environment's name, where somebody gives it one.
    pub environment: Option<String>,
    /// The files, from the root; a later one wins.
    pub files: Vec<PathBuf>,
}

/// The files that `[env.NAME] mappings` names: those of the last layer that says so.
pub(super) fn declared(layers: &[Layer]) -> Vec<Mappings> {
    let mut named: BTreeMap<&str, Vec<PathBuf>> = BTreeMap::new();
    for layer in layers {
        for (name, environment) in &layer.written.env {
            if let Some(files) = &environment.mappings {
                named.insert(name, files.iter().map(|file| plain(&layer.folder.join(file))).collect());
            }
        }
    }
    let named = named.into_iter().filter(|(_, files)| !files.is_empty());
    named.map(|(name, files)| Mappings { environment: Some(name.to_owned()), files }).collect()
}

/// Files each for an environment of its own, which `known` may name.
pub(super) fn each(files: &[PathBuf], known: &[Mappings]) -> Vec<Mappings> {
    let environment =
        |file: &PathBuf| known.iter().find(|mappings| mappings.files.contains(file))?.environment.clone();
    files.iter().map(|file| Mappings { environment: environment(file), files: vec![file.clone()] }).collect()
}
