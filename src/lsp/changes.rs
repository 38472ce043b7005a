//! Changes of documents as the protocol has them.

use std::collections::HashMap;
use std::ops::Range;

use lsp_types::{
    CreateFile, CreateFileOptions, DocumentChangeOperation, DocumentChanges, OneOf,
    OptionalVersionedTextDocumentIdentifier, ResourceOp, TextDocumentEdit, TextEdit, Uri, WorkspaceEdit,
};
use similar::{DiffTag, TextDiff};

use super::positions::Text;

/// What a client understands of changes.
pub(super) struct Changes {
    /// Whether it knows changes of documents with their versions.
    pub(super) by_document: bool,
    /// Whether it can make files.
    pub(super) creates: bool,
}

impl Changes {
    /// Changes of documents: address, version where it is open, and edits.
    pub(super) fn of(&self, files: Vec<(Uri, Option<i32>, Vec<TextEdit>)>) -> WorkspaceEdit {
        if !self.by_document {
            // The address is no key that changes, whatever it caches inside.
            #[allow(clippy::mutable_key_type)]
            let changes: HashMap<Uri, Vec<TextEdit>> =
                files.into_iter().map(|(uri, _, edits)| (uri, edits)).collect();
            return WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() };
        }
        let files = files.into_iter().map(|(uri, version, edits)| document_edit(uri, version, edits));
        let changes = DocumentChanges::Edits(files.collect());
        WorkspaceEdit { document_changes: Some(changes), ..WorkspaceEdit::default() }
    }

    /// A file made anew with a text in it; `None` where the client cannot.
    pub(super) fn new_file(&self, uri: Uri, text: String) -> Option<WorkspaceEdit> {
        if !self.by_document || !self.creates {
            return None;
        }
        let options = CreateFileOptions { overwrite: Some(false), ignore_if_exists: Some(true) };
        let create =
            ResourceOp::Create(CreateFile { uri: uri.clone(), options: Some(options), annotation_id: None });
        let edit = TextEdit { range: lsp_types::Range::default(), new_text: text };
        let changes = DocumentChanges::Operations(vec![
            DocumentChangeOperation::Op(create),
            DocumentChangeOperation::Edit(document_edit(uri, None, vec![edit])),
        ]);
        Some(WorkspaceEdit { document_changes: Some(changes), ..WorkspaceEdit::default() })
    }
}

fn document_edit(uri: Uri, version: Option<i32>, edits: Vec<TextEdit>) -> TextDocumentEdit {
    TextDocumentEdit {
        text_document: OptionalVersionedTextDocumentIdentifier { uri, version },
        edits: edits.into_iter().map(OneOf::Left).collect(),
    }
}

/// What makes one text of another, word by word: what stays is not said again, secrets least of all.
pub(super) fn difference(before: &Text, after: &str) -> Vec<TextEdit> {
    let old = before.as_str();
    let mut edits = Vec::new();
    for (from, to) in hunks(&TextDiff::from_lines(old, after)) {
        let (was, is) = (&old[from.clone()], &after[to]);
        for (inner, new) in hunks(&TextDiff::from_words(was, is)) {
            let range = before.range(from.start + inner.start..from.start + inner.end);
            edits.push(TextEdit { range, new_text: is[new].to_owned() });
        }
    }
    edits
}

/// The stretches of bytes that differ, in the old text and in the new one.
fn hunks(diff: &TextDiff<'_, '_, str>) -> Vec<(Range<usize>, Range<usize>)> {
    let ends = |slices: &mut dyn Iterator<Item = usize>| {
        let mut at = 0;
        let mut starts = vec![0];
        starts.extend(slices.map(|length| {
            at += length;
            at
        }));
        starts
    };
    let old = ends(&mut diff.iter_old_slices().map(str::len));
    let new = ends(&mut diff.iter_new_slices().map(str::len));
    let changed = diff.ops().iter().filter(|op| op.tag() != DiffTag::Equal);
    changed
        .map(|op| {
            let (from, to) = (op.old_range(), op.new_range());
            (old[from.start]..old[from.end], new[to.start]..new[to.end])
        })
        .collect()
}
