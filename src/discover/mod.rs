//! The file system: which files are read, and what they hold. The only module that reads it.

mod base;
mod probe;
mod walk;

use std::cell::RefCell;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

pub use self::base::{Base, Bases, absolute, is_repository};
pub use self::probe::Probe;
use self::walk::each_file;
pub use self::walk::{candidates, files_below, files_in, folders_in, is_of_interest, unignored_files_in};

/// A file that was read.
#[derive(Clone)]
pub struct Input {
    /// Where it stands.
    pub path: PathBuf,
    /// The path under which it is reported.
    pub shown: String,
    /// What it holds, or why that could not be read.
    pub content: Content,
    /// Whether it was asked for; the others of a project are read to understand these.
    pub requested: bool,
}

impl Input {
    /// How many bytes of text it holds.
    pub fn size(&self) -> usize {
        match &self.content {
            Content::Text(text) | Content::Utf16(text) | Content::NotUtf8 { text, .. } => text.len(),
            Content::TooLarge(_) | Content::Unreadable(_) => 0,
        }
    }
}

/// What a file holds.
#[derive(Clone)]
pub enum Content {
    /// Text.
    Text(String),
    /// Bytes that are no UTF-8.
    NotUtf8 {
        /// What can be read of them.
        text: String,
        /// Where they stop to be UTF-8, in bytes.
        valid: usize,
    },
    /// UTF-16, as the shell of Windows writes it.
    Utf16(String),
    /// It is larger than what is read.
    TooLarge(u64),
    /// It could not be read.
    Unreadable(String),
}

/// What to look for.
pub struct Request<'a> {
    /// Files and folders.
    pub paths: &'a [PathBuf],
    /// Texts of which one must stand in a file of a folder.
    pub probe: &'a [&'a str],
    /// Those of them of which one must stand in a file that is larger than what is read, for it to be missed.
    pub tells: &'a [&'a str],
    /// Whether a file is read whatever it holds: by its name, or because a layout is meant for it.
    pub always: &'a (dyn Fn(&Path) -> bool + Sync),
    /// Whether a file is left out.
    pub excluded: &'a (dyn Fn(&Path) -> bool + Sync),
    /// Whether ignore files are obeyed.
    pub gitignore: bool,
    /// Whether excluded files are left out even where they are named themselves.
    pub force_exclude: bool,
    /// Up to how many bytes a file is read.
    pub max_size: &'a (dyn Fn(&Path) -> u64 + Sync),
}

/// What was found.
#[derive(Default)]
pub struct Found {
    /// The files that may hold definitions, sorted by path.
    pub files: Vec<Input>,
    /// How many files were looked at.
    pub looked_at: usize,
    /// How many files were left out by the configuration although they were named.
    pub excluded: usize,
}

/// A path that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DiscoverError {
    /// It does not exist.
    #[error("{0}: no such file or folder")]
    Missing(String),
    /// It is neither file nor folder, or cannot be looked at.
    #[error("{path}: {message}")]
    Unusable {
        /// The path.
        path: String,
        /// Why.
        message: String,
    },
}

/// Finds the files of the paths that may hold definitions, and reads them.
///
/// # Errors
///
/// A path that was asked for does not exist or cannot be looked at.
pub fn discover(request: &Request<'_>) -> Result<Found, DiscoverError> {
    let probes = [request.probe, request.tells].map(Probe::new);
    let mut found = Vec::new();
    let mut looked_at = 0;
    let mut excluded = 0;
    for path in request.paths {
        let shown = path.display().to_string();
        let metadata = fs::metadata(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => DiscoverError::Missing(shown.clone()),
            _ => DiscoverError::Unusable { path: shown.clone(), message: reason(&error) },
        })?;
        let base = Base::of(path);
        if metadata.is_dir() {
            looked_at += walk(&absolute(path), &base, request, &probes, &mut found);
        } else if request.force_exclude && (request.excluded)(&absolute(path)) {
            excluded += 1;
        } else {
            looked_at += 1;
            let max_size = (request.max_size)(&absolute(path));
            let content = read(path, max_size, &|_| true).unwrap_or(Content::Text(String::new()));
            found.push(input(absolute(path), &base, content));
        }
    }
    sort(&mut found);
    found.dedup_by(|a, b| a.path == b.path);
    Ok(Found { files: found, looked_at, excluded })
}

fn input(path: PathBuf, base: &Base, content: Content) -> Input {
    let shown = base.show(&path);
    Input { path, shown, content, requested: true }
}

/// Walks a folder, given from the root; returns how many files were looked at.
fn walk(
    folder: &Path,
    base: &Base,
    request: &Request<'_>,
    [probe, tells]: &[Option<Probe>; 2],
    found: &mut Vec<Input>,
) -> usize {
    let look = |path: PathBuf| {
        // Most files that are taken are taken for what they hold.
        let max_size = (request.max_size)(&path);
        let wanted = |text: &[u8]| {
            let is_large = text.len() as u64 > max_size;
            let one_of = if is_large && probe.is_some() { tells } else { probe };
            let stands = |probe: &Probe| probe.stands_in(text);
            one_of.as_ref().map_or(probe.is_none(), stands) || (request.always)(&path)
        };
        let content = read(&path, max_size, &wanted)?;
        Some(input(path, base, content))
    };
    let files = each_file(folder, request.gitignore, request.excluded, &look);
    let count = files.len();
    found.extend(files.into_iter().flatten());
    count
}

thread_local! {
    /// Into which a thread reads one file after another: most are of another kind and leave nothing behind.
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Reads a file; `None` where its text is not wanted.
fn read(path: &Path, max_size: u64, wanted: &dyn Fn(&[u8]) -> bool) -> Option<Content> {
    BUFFER.with_borrow_mut(|buffer| read_into(buffer, path, max_size, wanted))
}

/// What bytes that are no file on disk hold; `None` where none of the words stands in them, if there are words.
pub fn content(bytes: &[u8], max_size: u64, words: Option<&[&str]>) -> Option<Content> {
    let stands = |word: &&str| memchr::memmem::find(bytes, word.as_bytes()).is_some();
    let size = bytes.len() as u64;
    let read = || if size > max_size { Content::TooLarge(size) } else { decode(bytes) };
    words.is_none_or(|words| words.iter().any(stands)).then(read)
}

fn read_into(
    buffer: &mut Vec<u8>,
    path: &Path,
    max_size: u64,
    wanted: &dyn Fn(&[u8]) -> bool,
) -> Option<Content> {
    let unreadable = |error: &io::Error| Some(Content::Unreadable(reason(error)));
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) => return unreadable(&error),
    };
    buffer.clear();
    // A device or a pipe need not end, and most files end within the first read.
    if let Err(error) = (&mut file).take(max_size.saturating_add(1)).read_to_end(buffer) {
        return unreadable(&error);
    }
    let utf16 = buffer.starts_with(&[0xff, 0xfe]) || buffer.starts_with(&[0xfe, 0xff]);
    if !utf16 && !wanted(buffer) {
        return None;
    }
    if buffer.len() as u64 > max_size {
        let size = file.metadata().map_or(0, |metadata| metadata.len());
        return Some(Content::TooLarge(size.max(buffer.len() as u64)));
    }
    match decode(buffer) {
        Content::Utf16(text) if !wanted(text.as_bytes()) => None,
        content => Some(content),
    }
}

/// The text that bytes are.
fn decode(bytes: &[u8]) -> Content {
    match std::str::from_utf8(bytes) {
        Ok(text) => Content::Text(text.to_owned()),
        Err(_) if bytes.starts_with(&[0xff, 0xfe]) => Content::Utf16(utf16(bytes, u16::from_le_bytes)),
        Err(_) if bytes.starts_with(&[0xfe, 0xff]) => Content::Utf16(utf16(bytes, u16::from_be_bytes)),
        Err(error) => {
            Content::NotUtf8 { text: String::from_utf8_lossy(bytes).into_owned(), valid: error.valid_up_to() }
        }
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes[2..].chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    char::decode_utf16(units).map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// Reads a file beside those that were asked for, as context; `None` where that is not possible.
pub fn read_context(path: &Path, shown: String, max_size: u64) -> Option<Input> {
    // Neither a pipe nor a device is anybody's context.
    if !path.is_file() {
        return None;
    }
    match read(path, max_size, &|_| true)? {
        content @ Content::Text(_) => {
            Some(Input { path: path.to_path_buf(), shown, content, requested: false })
        }
        _ => None,
    }
}

/// The text of a file that is no larger than `max_size`; `None` where it is no such file.
pub fn read_small(path: &Path, max_size: u64) -> Option<String> {
    match read_context(path, String::new(), max_size)?.content {
        Content::Text(text) => Some(text),
        _ => None,
    }
}

/// Puts files in the order of their paths.
pub fn sort(files: &mut [Input]) {
    // As texts: path by path would take each path apart at each comparison.
    files.sort_by(|a, b| a.path.as_os_str().cmp(b.path.as_os_str()));
}

/// The rule files of a folder at any depth: path as reported, and text. Ignore files do not apply: who names a
/// folder of rules wants all of them.
///
/// # Errors
///
/// Names what cannot be read.
pub fn rule_files(folder: &Path) -> Result<Vec<(String, String)>, String> {
    let mut files = Vec::new();
    for entry in WalkDir::new(folder).sort_by_file_name() {
        let entry = entry.map_err(|_| "cannot be read".to_owned())?;
        let is_rule = entry.path().extension().is_some_and(|ending| ending == "yaml" || ending == "yml");
        if entry.file_type().is_file() && is_rule {
            let text = read_text(entry.path())?;
            files.push((Base::of(entry.path()).show(&absolute(entry.path())), text));
        }
    }
    Ok(files)
}

/// Reads a text.
///
/// # Errors
///
/// Names the file and says why it cannot be read.
pub fn read_text(path: &Path) -> Result<String, String> {
    try_text(path).map_err(|unread| {
        let position = unread.position.map(|(line, column)| format!(":{line}:{column}")).unwrap_or_default();
        format!("{}{position}: {}", Base::of(path).show(&absolute(path)), unread.reason)
    })
}

/// Reads a text.
///
/// # Errors
///
/// Says why it cannot be read.
pub fn try_text(path: &Path) -> Result<String, Unread> {
    let bytes = fs::read(path).map_err(|error| Unread { position: None, reason: reason(&error) })?;
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let before = String::from_utf8_lossy(&error.as_bytes()[..valid]);
        let line = before.rsplit('\n').next().unwrap_or_default();
        let position = (before.matches('\n').count() + 1, line.chars().count() + 1);
        Unread { position: Some(position), reason: "is not UTF-8".to_owned() }
    })
}

/// Why a text could not be read.
pub struct Unread {
    /// Line and column from which on it is none.
    position: Option<(usize, usize)>,
    reason: String,
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)?;
        self.position.map_or(Ok(()), |(line, column)| write!(f, " (line {line}, column {column})"))
    }
}

/// Whether there is anything of that name, be it a link that leads nowhere.
pub fn exists(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// What a link leads to, as it is written in the link; `None` for what is none.
pub fn link(path: &Path) -> Option<PathBuf> {
    fs::read_link(path).ok()
}

/// Where something stands, whatever links lead there; as it is given where that cannot be known.
pub fn real(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf())
}

/// Whether there is a file of that name.
pub fn is_file(path: &Path) -> bool {
    path.is_file()
}

/// Checks that what is there under a name can be read to its end.
///
/// # Errors
///
/// Names it and says what it is.
pub fn must_be_file(path: &Path) -> Result<(), String> {
    let what = match fs::metadata(path) {
        Ok(found) if found.is_file() => return Ok(()),
        Ok(found) if found.is_dir() => "is a folder, and should be a file",
        Ok(_) => "is no file",
        Err(error) if error.kind() == io::ErrorKind::NotFound => "is a link that leads nowhere",
        Err(_) => "cannot be read",
    };
    Err(format!("{}: {what}", Base::of(path).show(path)))
}

/// Reads standard input.
///
/// # Errors
///
/// It cannot be read.
pub fn read_standard_input() -> Result<Content, String> {
    let mut bytes = Vec::new();
    io::stdin()
        .lock()
        .read_to_end(&mut bytes)
        .map_err(|error| format!("standard input: {}", reason(&error)))?;
    Ok(decode(&bytes))
}

/// Why something could not be read, in words that hold nothing of what it is.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "is a folder".to_owned(),
        _ => "cannot be read".to_owned(),
    }
}
