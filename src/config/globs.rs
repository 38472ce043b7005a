//! Globs relative to the folder of the file that wrote them.

use std::path::{Path, PathBuf};

use globset::{Glob, GlobMatcher};

/// Globs relative to a folder.
#[derive(Debug, Default)]
pub(super) struct Globs {
    folder: PathBuf,
    globs: Vec<(usize, GlobMatcher)>,
}

impl Globs {
    pub(super) fn new(folder: &Path, list: &[String]) -> Result<Self, String> {
        // Globs of files in different folders are compared by all of what is literal before their first wildcard.
        let above = folder.as_os_str().len();
        let glob = |text: &String| {
            let literal = text.find(['*', '?', '[', '{']).unwrap_or(text.len());
            Ok((above + literal, matcher(text)?))
        };
        Ok(Self {
            folder: folder.to_path_buf(),
            globs: list.iter().map(glob).collect::<Result<_, String>>()?,
        })
    }

    /// Whether there is no glob, which matches nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.globs.is_empty()
    }

    /// Whether one of them matches a file.
    pub(super) fn match_file(&self, file: &Path) -> bool {
        self.longest(file).is_some()
    }

    /// The longest literal prefix of the globs that match a file, if any does.
    pub(super) fn longest(&self, file: &Path) -> Option<usize> {
        if self.globs.is_empty() {
            return None;
        }
        let relative = file.strip_prefix(&self.folder).unwrap_or(file);
        self.globs.iter().filter(|(_, glob)| glob.is_match(relative)).map(|(literal, _)| *literal).max()
    }
}

/// What matches a glob.
pub(super) fn matcher(text: &str) -> Result<GlobMatcher, String> {
    match Glob::new(text) {
        Ok(glob) => Ok(glob.compile_matcher()),
        Err(error) => Err(format!("glob `{text}`: {}", error.kind())),
    }
}

/// What matches names: no folder, no separators.
pub(super) fn matchers(list: &[String]) -> Result<Vec<GlobMatcher>, String> {
    list.iter().map(|text| matcher(text)).collect()
}
