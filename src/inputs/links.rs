//! Files that are read under several paths because links lead to them: what stands in each is reported once.

use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::discover::{self, Input};

/// The paths through links below the folders that were walked, of what is reported without them: under its own path, or
/// under the first of these. `reported`: whether what stands in a file is to be reported, if it is no repetition.
pub(super) fn repeated(
    inputs: &[Input],
    walked: &[PathBuf],
    reported: &dyn Fn(&Input) -> bool,
) -> HashSet<OsString> {
    let mut folders = HashMap::new();
    // A walk follows no links: what was asked for is no repetition.
    let (linked, own): (Vec<&Input>, Vec<&Input>) =
        inputs.iter().filter(|input| input.requested || reported(input)).partition(|input| {
            let root = walked.iter().find(|walked| input.path.starts_with(walked));
            !input.requested && root.is_some_and(|root| is_linked(&input.path, root, &mut folders))
        });
    if linked.is_empty() {
        return HashSet::new();
    }
    let mut known: HashSet<PathBuf> = own.into_iter().map(|input| discover::real(&input.path)).collect();
    let repeated = linked.into_iter().filter(|input| !known.insert(discover::real(&input.path)));
    repeated.map(|input| input.path.as_os_str().to_owned()).collect()
}

/// Whether a link leads from a folder to a file below it.
fn is_linked(path: &Path, root: &Path, folders: &mut HashMap<PathBuf, bool>) -> bool {
    if discover::link(path).is_some() {
        return true;
    }
    let Some(folder) = path.parent().filter(|folder| *folder != root) else { return false };
    if let Some(known) = folders.get(folder) {
        return *known;
    }
    let linked = is_linked(folder, root, folders);
    folders.insert(folder.to_path_buf(), linked);
    linked
}
