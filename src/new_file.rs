//! Files that the program makes anew, where a user asks for them.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

/// Writes a file, with the folders above it; one that is there already is replaced only where `replace` says so.
///
/// # Errors
///
/// Says why it cannot be written; that it is there already is `AlreadyExists`.
pub(crate) fn write(path: &Path, text: &str, replace: bool) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    options.write(true);
    if replace {
        options.create(true).truncate(true);
    } else {
        options.create_new(true);
    }
    options.open(path)?.write_all(text.as_bytes())
}
