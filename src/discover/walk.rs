//! Which files the folders hold, and which of them are looked into.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc;

use ignore::{DirEntry, WalkBuilder, WalkState};
use rayon::prelude::*;
use walkdir::WalkDir;

use super::absolute;

/// Endings of the files that are looked into.
const ENDINGS: &[&str] = &[
    "yaml",
    "yml",
    "json",
    "toml",
    "tf",
    "tofu",
    "tfvars",
    "hcl",
    "env",
    "properties",
    "plist",
    "xml",
    "config",
    "tfstate",
];

/// The files that a path leads to and that are looked into by their ending, excluded ones included; sorted.
pub fn candidates(path: &Path, gitignore: bool) -> Vec<PathBuf> {
    let path = absolute(path);
    if !path.is_dir() {
        return vec![path];
    }
    let mut files = each_file(&path, gitignore, &|_| false, &|path| path);
    files.sort();
    files
}

/// What `look` makes of the files of a folder that are looked into and not excluded, in any order. `gitignore`: whether
/// ignore files are obeyed.
pub(super) fn each_file<T: Send>(
    folder: &Path,
    gitignore: bool,
    excluded: &(dyn Fn(&Path) -> bool + Sync),
    look: &(dyn Fn(PathBuf) -> T + Sync),
) -> Vec<T> {
    if !gitignore {
        return side_by_side(everything(folder, excluded), look);
    }
    let wanted = |entry: &DirEntry| {
        entry.file_type().is_some_and(|kind| kind.is_file())
            && is_of_interest(entry.path())
            && !excluded(entry.path())
    };
    let mut builder = WalkBuilder::new(folder);
    builder.hidden(false).follow_links(false).add_custom_ignore_filename(".clientlintignore");
    builder.filter_entry(|entry: &DirEntry| entry.file_name() != ".git");
    if let Some(files) = of_few_folders(&builder, &wanted) {
        return side_by_side(files, look);
    }
    // Each thread that walks looks into what it finds: to walk first would leave threads idle.
    let (sender, receiver) = mpsc::channel();
    builder.build_parallel().run(|| {
        let sender = sender.clone();
        Box::new(move |entry| {
            if let Some(entry) = entry.ok().filter(wanted) {
                // Fails only where the receiver is gone, and it is not before the walk has ended.
                drop(sender.send(look(entry.into_path())));
            }
            WalkState::Continue
        })
    });
    drop(sender);
    receiver.into_iter().collect()
}

/// So few files are read sooner than threads are started.
const FEW: usize = 16;

fn side_by_side<T: Send>(files: Vec<PathBuf>, look: &(dyn Fn(PathBuf) -> T + Sync)) -> Vec<T> {
    if files.len() < FEW {
        files.into_iter().map(look).collect()
    } else {
        files.into_par_iter().map(look).collect()
    }
}

/// The files of a tree that has so few folders that threads to walk it would mostly wait for each other; `None` of
/// another tree.
fn of_few_folders(builder: &WalkBuilder, wanted: &dyn Fn(&DirEntry) -> bool) -> Option<Vec<PathBuf>> {
    const FOLDERS: usize = 256;
    const ENTRIES: usize = 4_000;
    let mut files = Vec::new();
    let mut folders = 0;
    for (number, entry) in builder.build().flatten().enumerate() {
        folders += usize::from(entry.file_type().is_some_and(|kind| kind.is_dir()));
        if folders > FOLDERS || number > ENTRIES {
            return None;
        }
        if wanted(&entry) {
            files.push(entry.into_path());
        }
    }
    Some(files)
}

/// The files of a folder that are looked into, whatever ignore files say.
fn everything(folder: &Path, excluded: &dyn Fn(&Path) -> bool) -> Vec<PathBuf> {
    let entries = WalkDir::new(folder).into_iter().filter_entry(|entry| entry.file_name() != ".git");
    let files =
        entries.flatten().filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path);
    files.filter(|path| is_of_interest(path) && !excluded(path)).collect()
}

/// Whether a file is looked into, by its ending.
pub fn is_of_interest(path: &Path) -> bool {
    if path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b".env")) {
        return true;
    }
    // Beside a state Terraform leaves `terraform.tfstate.backup`.
    let copied = path.file_stem().filter(|_| path.extension().is_some_and(|ending| ending == "backup"));
    let path =
        copied.map(Path::new).filter(|path| path.extension() == Some("tfstate".as_ref())).unwrap_or(path);
    let ending = path.extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| ENDINGS.iter().any(|known| known.eq_ignore_ascii_case(ending)))
}

/// The files of a folder that are wanted by name, in any order; none where it cannot be read.
pub fn files_in(folder: &Path, wanted: &dyn Fn(&str) -> bool) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let is_wanted = |entry: &fs::DirEntry| {
        entry.file_name().to_str().is_some_and(wanted) && entry.file_type().is_ok_and(|kind| !kind.is_dir())
    };
    entries.flatten().filter(is_wanted).map(|entry| entry.path()).collect()
}

/// The same of the folders in it too, down to a depth; 1 is the folder itself.
pub fn files_below(folder: &Path, depth: usize, wanted: &dyn Fn(&str) -> bool) -> Vec<PathBuf> {
    let entries = WalkDir::new(folder).min_depth(1).max_depth(depth).into_iter().flatten();
    entries
        .filter(|entry| !entry.file_type().is_dir() && entry.file_name().to_str().is_some_and(wanted))
        .map(walkdir::DirEntry::into_path)
        .collect()
}

/// The same without those that ignore files leave out, where these are obeyed.
pub fn unignored_files_in(folder: &Path, gitignore: bool, wanted: &dyn Fn(&str) -> bool) -> Vec<PathBuf> {
    if !gitignore || !folder.is_dir() {
        return files_in(folder, wanted);
    }
    let mut builder = WalkBuilder::new(folder);
    builder.hidden(false).max_depth(Some(1)).add_custom_ignore_filename(".clientlintignore");
    let is_wanted = |entry: &DirEntry| {
        entry.file_type().is_some_and(|kind| kind.is_file()) && entry.file_name().to_str().is_some_and(wanted)
    };
    builder.build().flatten().filter(is_wanted).map(DirEntry::into_path).collect()
}

/// The folders in a folder, sorted, without hidden ones and, where these are obeyed, those that ignore files leave out.
pub fn folders_in(folder: &Path, gitignore: bool) -> Vec<PathBuf> {
    let mut builder = WalkBuilder::new(folder);
    builder.standard_filters(gitignore).hidden(true).max_depth(Some(1));
    builder.add_custom_ignore_filename(".clientlintignore").sort_by_file_name(std::cmp::Ord::cmp);
    let is_folder =
        |entry: &DirEntry| entry.depth() == 1 && entry.file_type().is_some_and(|kind| kind.is_dir());
    builder.build().flatten().filter(is_folder).map(DirEntry::into_path).collect()
}
