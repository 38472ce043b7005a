//! The local modules that Terraform files call, where they lie outside of what was asked for.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use memchr::memmem;

use crate::discover::{self, Bases, Content, Input, absolute};
use crate::project;

/// So many folders of modules are read at most: calls may go in circles, or lead through a whole repository.
const FOLDERS: usize = 500;

/// Adds the files of called modules as context: those of folders outside of `walked` and inside the repository.
pub(super) fn add(inputs: &mut Vec<Input>, walked: &[PathBuf], max_size: u64) {
    let outside = |call: &Call| !walked.iter().any(|walked| call.folder.starts_with(walked));
    let mut wanted: Vec<Call> = inputs.iter().flat_map(calls).filter(outside).collect();
    if wanted.is_empty() {
        return;
    }
    let known: HashSet<PathBuf> = inputs.iter().map(|input| input.path.clone()).collect();
    let mut seen: HashSet<PathBuf> = HashSet::new();
    let mut bases = Bases::default();
    while let Some(Call { folder, from }) = wanted.pop() {
        if seen.len() >= FOLDERS || !seen.insert(folder.clone()) {
            continue;
        }
        // Outside of repositories nothing is read that nobody asked for.
        let repository = bases.repository(&from);
        if repository.is_none() || bases.repository(&folder) != repository {
            continue;
        }
        let base = bases.of(&folder);
        for path in discover::files_in(&folder, &project::is_terraform) {
            if known.contains(&path) {
                continue;
            }
            let shown = base.show(&path);
            if let Some(input) = discover::read_context(&path, shown, max_size) {
                wanted.extend(calls(&input).into_iter().filter(outside));
                inputs.push(input);
            }
        }
    }
    discover::sort(inputs);
}

/// The call of a module.
struct Call {
    /// The module's folder.
    folder: PathBuf,
    /// The caller's.
    from: PathBuf,
}

/// The modules in other folders that a file calls.
fn calls(input: &Input) -> Vec<Call> {
    let (Content::Text(text), Some(from)) = (&input.content, input.path.parent()) else { return Vec::new() };
    if !project::is_terraform(&input.shown) || memmem::find(text.as_bytes(), b"module").is_none() {
        return Vec::new();
    }
    let folders = sources(text).into_iter().map(|source| absolute(&from.join(source)));
    folders.filter(|folder| folder != from).map(|folder| Call { folder, from: from.to_path_buf() }).collect()
}

/// What stands in quotes after `source =` or `"source":` and leads to another folder.
fn sources(text: &str) -> Vec<&Path> {
    const WORD: &str = "source";
    let after = memmem::find_iter(text.as_bytes(), WORD).filter_map(|at| {
        let rest = text[at + WORD.len()..].trim_start_matches('"').trim_start_matches([' ', '\t']);
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
