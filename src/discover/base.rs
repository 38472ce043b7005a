//! Paths: from the root, and as they are shown.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// A path from the root, without looking at the file system beyond the working directory.
pub fn absolute(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::ParentDir => drop(plain.pop()),
            std::path::Component::CurDir => {}
            part => plain.push(part),
        }
    }
    plain
}

/// What paths are shown relative to: the root of the repository, else the working directory.
pub struct Base {
    folder: Option<PathBuf>,
}

impl Base {
    /// The root of the repository that a path lies in, if it lies in one.
    pub fn repository(path: &Path) -> Option<PathBuf> {
        let path = absolute(path);
        path.ancestors().find(|folder| is_repository(folder)).map(Path::to_path_buf)
    }

    /// The base for what lies at a path.
    pub fn of(path: &Path) -> Self {
        Self { folder: Self::repository(path).or_else(|| std::env::current_dir().ok()) }
    }

    /// The path on disk of one that is shown.
    pub fn find(&self, shown: &str) -> PathBuf {
        self.folder.as_ref().map_or_else(|| PathBuf::from(shown), |folder| folder.join(shown))
    }

    /// The folder: the root of the repository, else the working directory.
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// How a path is shown: relative to the base, with `/`; as it is where it lies elsewhere.
    pub fn show(&self, path: &Path) -> String {
        let relative = self.folder.as_ref().and_then(|folder| path.strip_prefix(folder).ok()).unwrap_or(path);
        let shown = relative.to_string_lossy();
        if std::path::MAIN_SEPARATOR == '\\' { shown.replace('\\', "/") } else { shown.into_owned() }
    }
}

/// The bases of many folders: what is above several of them is looked at once.
#[derive(Default)]
pub struct Bases {
    repositories: HashMap<OsString, Option<PathBuf>>,
}

impl Bases {
    /// The base for what lies in a folder, given from the root.
    pub fn of(&mut self, folder: &Path) -> Base {
        Base { folder: self.repository(folder).or_else(|| std::env::current_dir().ok()) }
    }

    /// The root of the repository that a folder, given from the root, lies in, if it lies in one.
    pub fn repository(&mut self, folder: &Path) -> Option<PathBuf> {
        if let Some(known) = self.repositories.get(folder.as_os_str()) {
            return known.clone();
        }
        let found = if is_repository(folder) {
            Some(folder.to_path_buf())
        } else {
            folder.parent().and_then(|above| self.repository(above))
        };
        self.repositories.insert(folder.as_os_str().to_owned(), found.clone());
        found
    }
}

/// Whether a folder is the root of a repository.
pub fn is_repository(folder: &Path) -> bool {
    folder.join(".git").exists()
}
