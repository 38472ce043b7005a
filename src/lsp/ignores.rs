//! "Ignore here with a reason": a comment where the syntax has some, else a table in `clientlint.toml`.

use std::path::PathBuf;

use lsp_types::{Position, Range, TextEdit, WorkspaceEdit};

use super::changes::Changes;
use super::documents::{Document, Documents};
use super::paths::uri_of;
use super::positions::Text;
use super::workspace::Known;
use crate::config::NAMES;
use crate::discover::{self, Base};
use crate::finding::Finding;
use crate::reporters::{ignore_table, takes_comments};

/// A configuration is no larger.
const LARGEST: u64 = 10_000_000;

/// The change that ignores a finding, once its reason is written.
pub(super) fn edit(
    finding: &Finding,
    document: &Document,
    known: &Known<'_>,
    documents: &Documents,
    changes: &Changes,
) -> Option<WorkspaceEdit> {
    if takes_comments(known.shown) {
        let edit = comment(finding, &document.text);
        return Some(changes.of(vec![(document.uri.clone(), Some(document.version), vec![edit])]));
    }
    let path = match &known.config.path {
        Some(path) => path.clone(),
        None => beginning(document).join(NAMES[0]),
    };
    let table = ignore_table(finding);
    let uri = uri_of(&path)?;
    if let Some(open) = documents.at(&path) {
        let edit = append(&open.text, &table);
        return Some(changes.of(vec![(open.uri.clone(), Some(open.version), vec![edit])]));
    }
    match discover::read_small(&path, LARGEST) {
        Some(text) => {
            let text = Text::new(text, document.text.encoding());
            Some(changes.of(vec![(uri, None, vec![append(&text, &table)])]))
        }
        None => changes.new_file(uri, table),
    }
}

/// Where a first configuration belongs.
fn beginning(document: &Document) -> PathBuf {
    let base = Base::of(&document.path);
    let above = document.path.parent().unwrap_or(&document.path);
    let folder = base.folder().filter(|folder| document.path.starts_with(folder));
    folder.unwrap_or(above).to_path_buf()
}

/// A line above that of the finding, as far to the right.
fn comment(finding: &Finding, text: &Text) -> TextEdit {
    let line = text.position(finding.location.start.byte as usize).line;
    let bytes = text.line(line as usize);
    let whole = &text.as_str()[bytes.clone()];
    let indentation = &whole[..whole.len() - whole.trim_start().len()];
    let ending = if text.as_str()[bytes.end..].starts_with("\r\n") { "\r\n" } else { "\n" };
    let at = Position { line, character: 0 };
    let new_text = format!("{indentation}# clientlint: ignore[{}]: {ending}", finding.rule);
    TextEdit { range: Range { start: at, end: at }, new_text }
}

fn append(text: &Text, table: &str) -> TextEdit {
    let end = text.as_str().len();
    let gap = match text.as_str() {
        "" => "",
        text if text.ends_with('\n') => "\n",
        _ => "\n\n",
    };
    TextEdit { range: text.range(end..end), new_text: format!("{gap}{table}") }
}
