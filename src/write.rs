//! Writes files: wholly or not at all, and never behind a link that leads out of the repository.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Replaces what a file holds, or makes the file. It keeps its permissions; nobody ever sees half of it.
///
/// # Errors
///
/// It cannot be written. Then it is as before.
pub fn atomically(path: &Path, bytes: &[u8]) -> io::Result<()> {
    through(path, &|out| out.write_all(bytes))
}

/// The same with what a function writes.
///
/// # Errors
///
/// It cannot be written, or the function says so. Then it is as before.
pub fn through(path: &Path, fill: &dyn Fn(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let path = target(path);
    let (file, beside) = beside(&path)?;
    let mut out = BufWriter::with_capacity(1 << 16, &file);
    let filled = fill(&mut out).and_then(|()| out.flush());
    let written = filled.and_then(|()| file.sync_all()).and_then(|()| fs::rename(&beside, &path));
    if written.is_err() {
        drop(fs::remove_file(&beside));
    }
    written
}

/// Makes a file, with the folders above it; one that is there already is replaced only where `replace` says so.
///
/// # Errors
///
/// Says why it cannot be written; that it is there already is `AlreadyExists`.
pub fn anew(path: &Path, text: &str, replace: bool) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    if replace {
        return atomically(path, text.as_bytes());
    }
    OpenOptions::new().write(true).create_new(true).open(path)?.write_all(text.as_bytes())
}

/// What lies at the end of links: the file is replaced, not the link.
pub fn target(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_path_buf())
}

/// A new file beside another, with the same permissions where that one is there.
///
/// # Errors
///
/// None can be made there.
pub fn beside(path: &Path) -> io::Result<(File, PathBuf)> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    for number in 0..100 {
        let beside = path.with_file_name(format!(".{name}.{}-{number}.tmp", std::process::id()));
        match OpenOptions::new().write(true).create_new(true).open(&beside) {
            Ok(file) => {
                if let Ok(found) = fs::metadata(path) {
                    drop(file.set_permissions(found.permissions()));
                }
                return Ok((file, beside));
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// Replaces what a file holds, if it still holds what was read from it.
///
/// # Errors
///
/// Says why it was left as it is.
pub fn replace(path: &Path, before: &str, after: &str) -> Result<(), String> {
    if leads_away(path) {
        return Err("it is a link that leads out of the repository".to_owned());
    }
    match fs::read(path) {
        Ok(now) if now == before.as_bytes() => {}
        Ok(_) => return Err("it has changed since it was read".to_owned()),
        Err(_) => return Err("it cannot be read any more".to_owned()),
    }
    let read_only = fs::metadata(path).is_ok_and(|metadata| metadata.permissions().readonly());
    if read_only {
        return Err("it is read-only".to_owned());
    }
    atomically(path, after.as_bytes()).map_err(|error| match error.kind() {
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => "it cannot be written".to_owned(),
    })
}

/// Replaces what a file holds, or makes the file, whatever was in it.
///
/// # Errors
///
/// Says why it was left as it is.
pub fn overwrite(path: &Path, text: &str) -> Result<(), String> {
    let folder = path.parent().unwrap_or(Path::new(""));
    if !folder.is_dir() {
        return Err("there is no such folder".to_owned());
    }
    // What is not there yet leads where its folder does.
    if leads_away(if path.symlink_metadata().is_ok() { path } else { folder }) {
        return Err("it is a link that leads out of the repository".to_owned());
    }
    if fs::metadata(path).is_ok_and(|metadata| metadata.permissions().readonly()) {
        return Err("it is read-only".to_owned());
    }
    atomically(path, text.as_bytes()).map_err(|error| match error.kind() {
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => "it cannot be written".to_owned(),
    })
}

/// Whether a path leads, through links, out of the repository in which it stands; without one, out of its folder.
fn leads_away(path: &Path) -> bool {
    let repository = path.ancestors().find(|folder| folder.join(".git").exists());
    let home = repository.or(path.parent()).map(Path::to_path_buf).unwrap_or_default();
    let real = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| PathBuf::new());
    !real(path).starts_with(real(&home))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_has_changed_since_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.yaml");
        atomically(&path, b"a").unwrap();
        assert_eq!(replace(&path, "b", "c"), Err("it has changed since it was read".to_owned()));
        assert_eq!(replace(&path, "a", "c"), Ok(()));
        assert_eq!(fs::read(&path).unwrap(), b"c");
        fs::remove_file(&path).unwrap();
        assert!(replace(&path, "c", "d").is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_cannot_be_written_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        assert!(atomically(&folder.path().join("no/such/folder"), b"a").is_err());
        assert!(atomically(folder.path(), b"a").is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
