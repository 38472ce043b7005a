//! The documents that an editor holds open.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lsp_types::{Diagnostic, TextDocumentContentChangeEvent, Uri};

use super::paths::path_of;
use super::positions::{Encoding, Text};

/// An open document.
pub(super) struct Document {
    pub(super) uri: Uri,
    /// Where it stands on disk, or would.
    pub(super) path: PathBuf,
    pub(super) version: i32,
    pub(super) text: Text,
    /// The number of its state: no two states of any document have the same.
    pub(super) state: u64,
    /// What was found when it could last be read, where that stands now.
    pub(super) good: Vec<Diagnostic>,
    /// What is found now.
    pub(super) diagnostics: Vec<Diagnostic>,
    /// The state of the text of which that is known.
    pub(super) known: u64,
    /// The number of that: a client that has it need not be sent it again.
    pub(super) result: u64,
    /// What the client was sent: the number and the version of the text.
    pub(super) sent: Option<(u64, i32)>,
}

/// All open documents, by address.
#[derive(Default)]
pub(super) struct Documents {
    open: BTreeMap<String, Document>,
    states: u64,
}

impl Documents {
    /// Opens a document; one that is no file is none of our business.
    pub(super) fn open(&mut self, uri: Uri, version: i32, text: String, encoding: Encoding) {
        let Some(path) = path_of(&uri) else { return };
        self.states += 1;
        let document = Document {
            path,
            version,
            text: Text::new(text, encoding),
            state: self.states,
            good: Vec::new(),
            diagnostics: Vec::new(),
            known: 0,
            result: 0,
            sent: None,
            uri,
        };
        self.open.insert(document.uri.as_str().to_owned(), document);
    }

    /// Changes a document. Returns whether it is open.
    pub(super) fn change(
        &mut self,
        uri: &Uri,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
    ) -> bool {
        let Some(document) = self.open.get_mut(uri.as_str()) else { return false };
        self.states += 1;
        document.version = version;
        document.state = self.states;
        for replaced in changes.into_iter().filter_map(|change| document.text.change(change)) {
            document.good.iter_mut().for_each(|found| replaced.follow(found, &document.uri));
        }
        true
    }

    /// Closes a document. Returns whether it was open.
    pub(super) fn close(&mut self, uri: &Uri) -> bool {
        self.open.remove(uri.as_str()).is_some()
    }

    pub(super) fn get(&self, uri: &Uri) -> Option<&Document> {
        self.open.get(uri.as_str())
    }

    /// The document that stands at a path.
    pub(super) fn at(&self, path: &Path) -> Option<&Document> {
        self.open.values().find(|document| document.path == path)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Document> {
        self.open.values()
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Document> {
        self.open.values_mut()
    }
}
