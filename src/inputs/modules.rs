//! The local modules that Terraform files call, where they lie outside of what was asked for.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::discover::{self, Base, Content, Input, absolute};
use crate::project;

/// So many folders of modules are read at most: calls may go in circles, or lead through a whole repository.
const FOLDERS: usize = 500;

/// Adds the files of called modules as context: those of folders outside of `walked` and inside the repository.
pub(super) fn add(inputs: &mut Vec<Input>, walked: &[PathBuf], max_size: u64) {
    let mut seen: HashSet<PathBuf> = HashSet::new();
    let mut known: HashSet<PathBuf> = HashSet::new();
    let mut found: Vec<Input> = Vec::new();
    let mut wanted: Vec<PathBuf> = inputs.iter().flat_map(called).collect();
    while let Some(folder) = wanted.pop() {
        let inside = walked.iter().any(|walked| folder.starts_with(walked));
        if inside || seen.len() >= FOLDERS || !seen.insert(folder.clone()) {
            continue;
        }
        if known.is_empty() {
            known.extend(inputs.iter().map(|input| input.path.clone()));
        }
        let base = Base::of(&folder);
        for path in discover::files_in(&folder, &project::is_terraform) {
            if !known.contains(&path) {
                let shown = base.show(&path);
                found.extend(discover::read_context(&path, shown, max_size));
            }
        }
        let more = found.iter().filter(|input| input.path.parent() == Some(&folder)).flat_map(called);
        wanted.extend(more);
    }
    if !found.is_empty() {
        inputs.extend(found);
        discover::sort(inputs);
    }
}

/// The folders of the repository that a file names as the source of a module.
fn called(input: &Input) -> Vec<PathBuf> {
    let (Content::Text(text), Some(folder)) = (&input.content, input.path.parent()) else {
        return Vec::new();
    };
    if !project::is_terraform(&input.shown) || !text.contains("module") {
        return Vec::new();
    }
    let sources = sources(text);
    // Outside of repositories nothing is read that nobody asked for.
    let Some(repository) = sources.first().and_then(|_| Base::repository(folder)) else { return Vec::new() };
    let folders = sources.into_iter().map(|source| absolute(&folder.join(source)));
    folders.filter(|called| called.starts_with(&repository) && called != folder).collect()
}

/// What stands in quotes after `source =` or `"source":` and leads to another folder.
fn sources(text: &str) -> Vec<&Path> {
    let after = text.match_indices("source").filter_map(|(at, word)| {
        let rest = text[at + word.len()..].trim_start_matches('"').trim_start_matches([' ', '\t']);
        let value = rest.strip_prefix(['=', ':'])?.trim_start_matches([' ', '\t']).strip_prefix('"')?;
        value.split(['"', '\n']).next()
    });
    after.filter(|value| value.starts_with("./") || value.starts_with("../")).map(Path::new).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_that_lead_to_another_folder() {
        let text = "module \"a\" {\n  source   = \"../app\"\n}\nmodule \"b\" { source=\"./b\" }\nsource = \"acme/x\"\n";
        assert_eq!(sources(text), [Path::new("../app"), Path::new("./b")]);
        assert_eq!(sources(r#"{"module": {"c": {"source": "../c"}}}"#), [Path::new("../c")]);
        assert!(sources("source = var.x\nresource \"../x\" {}\n# source").is_empty());
    }
}
