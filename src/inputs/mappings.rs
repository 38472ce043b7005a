//! The files that fill in the markers of what was read, those that somebody names, else those beside or above it; and
//! the configurations there that say what a project leaves out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::config::Config;
use crate::configs::Configs;
use crate::discover::{self, Base, Content, Input};
use crate::project;

/// Adds them as context, where they are not there yet.
///
/// # Errors
///
/// A file that somebody names cannot be used.
pub(super) fn add(inputs: &mut Vec<Input>, configs: &Configs, gitignore: bool) -> Result<(), String> {
    let mut search = Search { known: BTreeMap::new(), looked_at: BTreeMap::new(), found: Vec::new() };
    let mut named: BTreeSet<PathBuf> = BTreeSet::new();
    let mut folders: BTreeMap<PathBuf, Arc<Config>> = BTreeMap::new();
    let mut last = None;
    for input in inputs.iter().filter(|input| may_hold_markers(input)) {
        // Files come in order: what is looked for beside those of one folder is looked for once.
        let group = super::group(input);
        if last == Some(group) {
            continue;
        }
        let config = configs.of(Some(&input.path))?;
        if !config.mappings().is_empty() {
            named.extend(config.mappings().iter().flat_map(|mappings| &mappings.files).cloned());
        }
        let Content::Text(text) = &input.content else { continue };
        let marked = config.mappings().is_empty() && project::holds_marker(text);
        if marked || project::may_name_others(&input.shown, text) {
            folders.entry(project_folder(input)).or_insert(config);
            last = Some(group);
        }
    }
    if named.is_empty() && folders.is_empty() {
        return Ok(());
    }
    // What is looked for goes by its name, so that the many others need not be known.
    let may_be_taken =
        |input: &&Input| project::may_hold_mappings(&input.shown) || named.contains(&input.path);
    for input in inputs.iter().filter(may_be_taken) {
        search.known.insert(input.path.clone(), is_mapping(input));
    }
    for path in named {
        let text = discover::read_text(&path)?;
        if let Some(wrong) = wrong(&text) {
            return Err(format!("{}: {wrong}", path.display()));
        }
        search.take(path, u64::MAX);
    }
    for (folder, config) in folders {
        search.upwards(&folder, &config, gitignore);
    }
    if !search.found.is_empty() {
        inputs.append(&mut search.found);
        discover::sort(inputs);
    }
    Ok(())
}

/// So many folders beside a mapping file are looked into for projects that use it.
const BESIDE: usize = 64;

/// Adds the files that hold markers beside the mapping files that are asked for, as context: what a mapping says is
/// wrong only where it is used. They lie in the folder of the mapping file or in a folder of that.
pub(super) fn add_users(inputs: &mut Vec<Input>, configs: &Configs, gitignore: bool) {
    let mappings = inputs
        .iter()
        .filter(|input| input.requested && project::may_hold_mappings(&input.shown) && is_mapping(input));
    let mut folders: BTreeMap<PathBuf, u64> = BTreeMap::new();
    for input in mappings {
        let Ok(config) = configs.of(Some(&input.path)) else { continue };
        let own = input.path.parent().unwrap_or(&input.path);
        let in_own =
            own.file_name().is_some_and(|name| project::MAPPING_FOLDERS.iter().any(|known| name == *known));
        let top = if in_own { own.parent().unwrap_or(own) } else { own };
        let below = discover::folders_in(top, gitignore).into_iter().take(BESIDE);
        for folder in std::iter::once(top.to_path_buf()).chain(below) {
            folders.insert(folder.clone(), config.max_size);
            for name in project::DEPLOY_FOLDERS {
                folders.insert(folder.join(name), config.max_size);
            }
        }
    }
    if folders.is_empty() {
        return;
    }
    let known: BTreeSet<PathBuf> = inputs.iter().map(|input| input.path.clone()).collect();
    let is_read = |name: &str| [".yaml", ".yml", ".json"].iter().any(|ending| name.ends_with(ending));
    for (folder, max_size) in folders {
        let base = Base::of(&folder);
        for path in discover::unignored_files_in(&folder, gitignore, &is_read) {
            if known.contains(&path) || configs.of(Some(&path)).is_ok_and(|config| config.excludes(&path)) {
                continue;
            }
            let input = discover::read_context(&path, base.show(&path), max_size);
            inputs.extend(input.filter(
                |input| matches!(&input.content, Content::Text(text) if project::holds_marker(text)),
            ));
        }
    }
    discover::sort(inputs);
}

/// What is looked for, and what was found.
struct Search {
    /// The files that were read, and whether they are mapping files.
    known: BTreeMap<PathBuf, bool>,
    /// Folders, and whether there are mapping files for them.
    looked_at: BTreeMap<PathBuf, bool>,
    found: Vec<Input>,
}

impl Search {
    /// Looks in a folder and those above it, up to the first that has some.
    fn upwards(&mut self, folder: &Path, config: &Config, gitignore: bool) {
        let base = Base::of(folder);
        for folder in folder.ancestors() {
            let found = match self.looked_at.get(folder) {
                Some(found) => *found,
                None => self.look(folder, config, gitignore),
            };
            let is_last = base.folder().is_none_or(|base| folder == base || !folder.starts_with(base));
            if found || is_last {
                return;
            }
        }
    }

    fn look(&mut self, folder: &Path, config: &Config, gitignore: bool) -> bool {
        let here = std::iter::once(folder.to_path_buf());
        let folders = here.chain(project::MAPPING_FOLDERS.iter().map(|name| folder.join(name)));
        let mut found = false;
        for folder in folders {
            let wanted = |name: &str| {
                project::may_hold_mappings(&folder.join(name).to_string_lossy().replace('\\', "/"))
            };
            for path in discover::unignored_files_in(&folder, gitignore, &wanted) {
                if !config.excludes(&path) {
                    found |= self.take(path, config.max_size);
                }
            }
        }
        self.looked_at.insert(folder.to_path_buf(), found);
        found
    }

    /// Reads a file unless that is done; says whether it is a mapping file.
    fn take(&mut self, path: PathBuf, max_size: u64) -> bool {
        if let Some(known) = self.known.get(&path) {
            return *known;
        }
        let shown = Base::of(&path).show(&path);
        let input = discover::read_context(&path, shown, max_size);
        let found = input.as_ref().is_some_and(is_mapping);
        let leaves_out = |input: &Input| matches!(&input.content, Content::Text(text) if project::may_leave_out(&input.shown, text));
        self.known.insert(path, found);
        self.found.extend(input.filter(|input| found || leaves_out(input)));
        found
    }
}

fn may_hold_markers(input: &Input) -> bool {
    !project::is_terraform(&input.shown)
        && [".yaml", ".yml", ".json"].iter().any(|ending| input.shown.ends_with(ending))
}

/// The folder of the project to which a file belongs.
fn project_folder(input: &Input) -> PathBuf {
    let shown = project::folder(&input.shown);
    let own = input.shown.rsplit_once('/').map_or("", |(folder, _)| folder);
    let above = own[shown.len()..].split('/').filter(|part| !part.is_empty()).count();
    let folder = input.path.parent().unwrap_or(&input.path);
    folder.ancestors().nth(above).unwrap_or(folder).to_path_buf()
}

fn is_mapping(input: &Input) -> bool {
    matches!(&input.content, Content::Text(text) if text.contains(project::MAPPINGS))
}

/// Why a file that somebody names holds no mappings that the Deploy CLI could read.
fn wrong(text: &str) -> Option<String> {
    let text = text.trim_start_matches('\u{feff}');
    match serde_json::from_str::<serde_json::Value>(text) {
        Ok(value) if value[project::MAPPINGS].is_object() => None,
        Ok(_) => Some(format!("holds no `{}`", project::MAPPINGS)),
        Err(error) => Some(format!("is no JSON: line {}, column {}", error.line(), error.column())),
    }
}
