//! Reports in files: written whole beside their place and moved there, so that nobody reads half of one.

use std::fs::{self, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::write::{beside, target, through};

/// Checks that a report can be written, so that this is said before anything is analysed. Makes the folder that it goes
/// into.
///
/// # Errors
///
/// Says why it cannot.
pub fn check(path: &Path) -> Result<(), String> {
    if path.file_name().is_none() || path.is_dir() {
        return Err(failure(path, "is a folder"));
    }
    if is_device(path) {
        return Ok(());
    }
    fs::create_dir_all(folder(path)).map_err(|error| reason(path, &error))?;
    let (file, beside) = beside(&target(path)).map_err(|error| reason(path, &error))?;
    drop(file);
    fs::remove_file(beside).map_err(|error| reason(path, &error))
}

/// Writes a report.
///
/// # Errors
///
/// Says why it cannot be written. What stood there before still does then.
pub fn write(path: &Path, report: &dyn Fn(&mut dyn Write) -> io::Result<()>) -> Result<(), String> {
    let written = if is_device(path) {
        OpenOptions::new().write(true).open(path).and_then(|file| {
            let mut out = BufWriter::with_capacity(1 << 16, file);
            report(&mut out).and_then(|()| out.flush())
        })
    } else {
        through(path, report)
    };
    written.map_err(|error| reason(path, &error))
}

/// Whether two paths name one file, as far as that can be known.
pub fn is_same(one: &Path, other: &Path) -> bool {
    let whole = |path: &Path| {
        let target = target(path);
        let folder = folder(&target).canonicalize();
        folder.map_or(target.clone(), |folder| folder.join(target.file_name().unwrap_or_default()))
    };
    whole(one) == whole(other) && !is_device(one)
}

/// Whether a file lies outside of a folder, if need be through links.
pub fn is_outside(path: &Path, root: &Path) -> bool {
    // What is not there yet is no link.
    let found = target(path).ancestors().find_map(|path| path.canonicalize().ok());
    match (found, root.canonicalize()) {
        (Some(found), Ok(root)) => !found.starts_with(&root),
        // Such a file cannot be written.
        _ => false,
    }
}

/// Whether it is there and no file: a pipe, a terminal, `/dev/null`.
fn is_device(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir())
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn reason(path: &Path, error: &io::Error) -> String {
    failure(path, &error.kind().to_string())
}

fn failure(path: &Path, why: &str) -> String {
    format!("{}: the report cannot be written: {why}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_that_fails_leaves_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report");
        write(&path, &|out| out.write_all(b"whole")).unwrap();
        let failed = write(&path, &|out| {
            out.write_all(b"half")?;
            Err(io::ErrorKind::StorageFull.into())
        });
        assert!(failed.is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "whole");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }
}
