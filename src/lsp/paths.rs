//! Addresses of files in the protocol, and paths: the one place where drives and percent-encoding are known.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use lsp_types::Uri;
use url::Url;

use crate::discover::absolute;

/// The path of an address; `None` for what is no file, such as `untitled:1`.
pub(super) fn path_of(uri: &Uri) -> Option<PathBuf> {
    path_of_text(uri.as_str())
}

fn path_of_text(uri: &str) -> Option<PathBuf> {
    let url = Url::parse(uri).ok().filter(|url| url.scheme() == "file")?;
    let path = url.to_file_path().ok()?;
    Some(absolute(&with_drive(path)))
}

/// A drive is the same in either case; Windows shows it in upper case.
fn with_drive(path: PathBuf) -> PathBuf {
    let Some(text) = path.to_str() else { return path };
    let text = text.strip_prefix(r"\\?\").unwrap_or(text);
    let mut characters = text.chars();
    match (characters.next(), characters.next()) {
        (Some(drive), Some(':')) if drive.is_ascii_lowercase() => {
            PathBuf::from(format!("{}{}", drive.to_ascii_uppercase(), &text[1..]))
        }
        _ => PathBuf::from(text),
    }
}

/// The address of a path.
pub(super) fn uri_of(path: &Path) -> Option<Uri> {
    let url = Url::from_file_path(path).ok()?;
    Uri::from_str(url.as_str()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_paths_are_each_others() {
        let path = path_of_text("file:///a/%C3%A9%20%F0%9F%8E%B5/x.yaml");
        if cfg!(unix) {
            assert_eq!(path.as_deref(), Some(Path::new("/a/é 🎵/x.yaml")));
            let uri = uri_of(Path::new("/a/é 🎵/x.yaml")).unwrap();
            assert_eq!(uri.as_str(), "file:///a/%C3%A9%20%F0%9F%8E%B5/x.yaml");
            assert_eq!(path_of(&uri), path);
        }
        assert_eq!(path_of_text("untitled:Untitled-1"), None);
        assert_eq!(with_drive(PathBuf::from("c:\\x\\y.tf")), PathBuf::from("C:\\x\\y.tf"));
        assert_eq!(with_drive(PathBuf::from("\\\\?\\d:\\x")), PathBuf::from("D:\\x"));
    }

    #[cfg(windows)]
    #[test]
    fn drives_are_percent_encoded_by_some() {
        assert_eq!(path_of_text("file:///c%3A/x/y.tf"), Some(PathBuf::from("C:\\x\\y.tf")));
    }
}
