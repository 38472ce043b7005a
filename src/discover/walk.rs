//! Which files the folders hold, and which of them are looked into.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs::{self, FileType};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError, mpsc};

use ignore::{DirEntry, Walk, WalkBuilder, WalkState};
use rayon::prelude::*;
use walkdir::WalkDir;

use super::absolute;

/// Endings of the files that are looked into.
const ENDINGS: &[&str] = &[
    "yaml",
    "yml",
    "json",
    "jsonc",
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

/// The files that a path leads to and that are looked into by their ending, excluded ones included, and the links to
/// such files and to folders; sorted.
pub fn candidates(path: &Path, gitignore: bool) -> Vec<PathBuf> {
    let path = absolute(path);
    if !path.is_dir() {
        return vec![path];
    }
    let is_candidate = |path: &Path, kind: FileType| {
        is_looked_into(path, kind) || kind.is_symlink() && (is_of_interest(path) || path.is_dir())
    };
    let mut files = each(&path, gitignore, &is_candidate, &Some);
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
    each(folder, gitignore, &is_looked_into, &|path| (!excluded(&path)).then(|| look(path)))
}

/// Whether something in a folder is looked into. Links are not followed: what they lead to is found where it stands.
fn is_looked_into(path: &Path, kind: FileType) -> bool {
    kind.is_file() && is_of_interest(path)
}

/// What `look` makes of what is wanted in a folder.
fn each<T: Send>(
    folder: &Path,
    gitignore: bool,
    wanted: &(dyn Fn(&Path, FileType) -> bool + Sync),
    look: &(dyn Fn(PathBuf) -> Option<T> + Sync),
) -> Vec<T> {
    if !gitignore {
        return everything(folder, wanted).into_par_iter().filter_map(look).collect();
    }
    let file = |entry: DirEntry| {
        let kind = entry.file_type()?;
        wanted(entry.path(), kind).then(|| entry.into_path())
    };
    let mut builder = WalkBuilder::new(folder);
    builder.hidden(false).follow_links(false).add_custom_ignore_filename(".clientlintignore");
    builder.filter_entry(|entry: &DirEntry| entry.file_name() != ".git");
    let mut start = Start::new(builder.build());
    let mut all = in_batches(start.by_ref().filter_map(file), &look);
    let Some(seen) = start.seen() else { return all };
    builder.filter_entry(move |entry: &DirEntry| {
        entry.file_name() != ".git" && !seen.contains(entry.path().as_os_str())
    });
    // Each thread that walks looks into what it finds: to walk first would leave threads idle.
    let (sender, receiver) = mpsc::channel();
    builder.build_parallel().run(|| {
        let sender = sender.clone();
        Box::new(move |entry| {
            if let Some(found) = entry.ok().and_then(file).and_then(look) {
                // Fails only where the receiver is gone, and it is not before the walk has ended.
                drop(sender.send(found));
            }
            WalkState::Continue
        })
    });
    drop(sender);
    all.extend(receiver);
    all
}

/// So many files are handed to another thread at once, which costs as much as reading some.
const BATCH: usize = 16;

/// What `look` makes of files, while it is still looked for the next.
fn in_batches<T: Send>(
    mut files: impl Iterator<Item = PathBuf> + Send,
    look: &(impl Fn(PathBuf) -> Option<T> + Sync),
) -> Vec<T> {
    let all = Mutex::new(Vec::new());
    let read = |batch: Vec<PathBuf>| {
        let read: Vec<T> = batch.into_iter().filter_map(look).collect();
        all.lock().unwrap_or_else(PoisonError::into_inner).extend(read);
    };
    rayon::scope(|scope| {
        loop {
            let batch: Vec<PathBuf> = files.by_ref().take(BATCH).collect();
            if batch.len() < BATCH {
                return read(batch);
            }
            scope.spawn(|_| read(batch));
        }
    });
    all.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// The start of a walk, which is all of it in most trees: one thread lists folders while the others look into files.
/// Threads that walk side by side are worth it only where there are more folders.
struct Start {
    walk: Walk,
    folders: usize,
    entries: Vec<OsString>,
    /// Where it was left: everything before is done, except for the folders in which this lies.
    left: Option<PathBuf>,
}

impl Start {
    const FOLDERS: usize = 512;
    const ENTRIES: usize = 4_000;

    fn new(walk: Walk) -> Self {
        Self { walk, folders: 0, entries: Vec::new(), left: None }
    }

    /// What need not be walked again; `None` where nothing is left.
    fn seen(self) -> Option<HashSet<OsString>> {
        let left = self.left?;
        let mut seen: HashSet<OsString> = self.entries.into_iter().collect();
        for folder in left.ancestors() {
            seen.remove(folder.as_os_str());
        }
        Some(seen)
    }
}

impl Iterator for Start {
    type Item = DirEntry;

    fn next(&mut self) -> Option<DirEntry> {
        if self.left.is_some() {
            return None;
        }
        let entry = self.walk.find_map(Result::ok)?;
        self.folders += usize::from(entry.file_type().is_some_and(|kind| kind.is_dir()));
        if self.folders > Self::FOLDERS || self.entries.len() > Self::ENTRIES {
            self.left = Some(entry.into_path());
            return None;
        }
        self.entries.push(entry.path().as_os_str().to_owned());
        Some(entry)
    }
}

/// What is wanted in a folder, whatever ignore files say.
fn everything(folder: &Path, wanted: &dyn Fn(&Path, FileType) -> bool) -> Vec<PathBuf> {
    let entries = WalkDir::new(folder).into_iter().filter_entry(|entry| entry.file_name() != ".git");
    let files = entries.flatten().filter(|entry| wanted(entry.path(), entry.file_type()));
    files.map(walkdir::DirEntry::into_path).collect()
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
