//! What an editor offers to do about findings: mend, ignore with a reason, explain.

use std::collections::BTreeMap;

use lsp_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, CodeActionParams, CodeActionTriggerKind, Command,
    Diagnostic, Range, TextEdit, WorkspaceEdit,
};
use serde_json::Value as Json;

use super::changes::{Changes, difference};
use super::diagnostics::Places;
use super::documents::Document;
use super::ignores;
use super::session::Session;
use super::workspace::Known;
use crate::finding::{Finding, Fix};
use crate::mend::text_of;
use crate::rule::Safety;

/// The command that explains a rule.
pub(super) const EXPLAIN: &str = "clientlint.explain";

/// The kind of action that applies all safe fixes of a document.
pub(super) const FIX_ALL: &str = "source.fixAll.clientlint";

impl Session<'_> {
    /// What can be done about what is found in a range.
    pub(super) fn code_actions(&mut self, params: &CodeActionParams) -> Vec<CodeActionOrCommand> {
        self.refresh();
        let Some(document) = self.documents.get(&params.text_document.uri) else { return Vec::new() };
        let mut actions = Vec::new();
        let only = params.context.only.as_deref();
        if is_wanted(only, CodeActionKind::QUICKFIX.as_str())
            && let Some(known) = self.workspace.in_full(&document.path)
        {
            let places =
                Places { known: &known, documents: &self.documents, encoding: document.text.encoding() };
            let changes = Changes { by_document: self.client.document_changes, creates: self.client.creates };
            for finding in known.findings() {
                let range = document.text.between(finding.location.start, finding.location.end);
                if touches(range, params.range) {
                    let diagnostics = meant(finding, &params.context.diagnostics);
                    let about = About { finding, document, known: &known, diagnostics };
                    actions.extend(about.actions(&places, &changes));
                }
            }
        }
        // All rounds of mending, for which nobody asked who only moves about.
        let moves_about = params.context.trigger_kind == Some(CodeActionTriggerKind::AUTOMATIC);
        if is_wanted(only, FIX_ALL) && (only.is_some() || !moves_about) {
            actions.extend(self.fix_all(document).map(Into::into));
        }
        actions
    }

    fn fix_all(&self, document: &Document) -> Option<CodeAction> {
        let mended = self.workspace.mended(&document.path)?;
        let after = mended.inputs.iter().find(|input| input.path == document.path).and_then(text_of)?;
        let edits = difference(&document.text, after);
        if edits.is_empty() {
            return None;
        }
        let changes = Changes { by_document: self.client.document_changes, creates: false };
        let edit = changes.of(vec![(document.uri.clone(), Some(document.version), edits)]);
        Some(CodeAction {
            title: "Apply all safe fixes of clientlint".to_owned(),
            kind: Some(CodeActionKind::from(FIX_ALL)),
            edit: Some(edit),
            ..CodeAction::default()
        })
    }

    /// Runs a command: explains a rule, in short to the user and as a page to the client.
    pub(super) fn command(&mut self, command: &str, arguments: &[Json]) -> Option<Json> {
        if command != EXPLAIN {
            return None;
        }
        let id = arguments.first()?.as_str()?;
        let config = self.workspace.config_of_any(self.documents.iter().next())?;
        let rule = config.rules.iter().find(|rule| rule.id == id)?;
        self.inform(format!("{id}: {}. {}", rule.text.summary, rule.text.instead));
        Some(Json::from(crate::page::page(rule, &config)))
    }
}

/// A finding for which actions are offered.
struct About<'a> {
    finding: &'a Finding,
    document: &'a Document,
    known: &'a Known<'a>,
    diagnostics: Option<Vec<Diagnostic>>,
}

impl About<'_> {
    fn actions(&self, places: &Places<'_>, changes: &Changes) -> Vec<CodeActionOrCommand> {
        let rule = &self.finding.rule;
        let fix = self.finding.fix.as_ref().filter(|fix| !fix.edits.is_empty()).and_then(|fix| {
            let is_safe = fix.safety == Safety::Safe;
            let title =
                if is_safe { fix.title.clone() } else { format!("{} (may change behaviour)", fix.title) };
            let action = self.action(title, edits_of(fix, places, changes)?);
            Some(CodeAction { is_preferred: is_safe.then_some(true), ..action })
        });
        let title = format!("Ignore `{rule}` here with a reason");
        let ignore = ignores::edit(self.finding, self.document, self.known, places.documents, changes)
            .map(|edit| self.action(title, edit));
        let title = format!("Explain `{rule}`");
        let explain = CodeAction {
            command: Some(Command {
                title: title.clone(),
                command: EXPLAIN.to_owned(),
                arguments: Some(vec![Json::from(&**rule)]),
            }),
            edit: None,
            ..self.action(title, WorkspaceEdit::default())
        };
        fix.into_iter().chain(ignore).chain([explain]).map(Into::into).collect()
    }

    fn action(&self, title: String, edit: WorkspaceEdit) -> CodeAction {
        CodeAction {
            title,
            kind: Some(CodeActionKind::QUICKFIX),
            diagnostics: self.diagnostics.clone(),
            edit: Some(edit),
            ..CodeAction::default()
        }
    }
}

/// The changes of a fix, in whichever files of the project they are.
fn edits_of(fix: &Fix, places: &Places<'_>, changes: &Changes) -> Option<WorkspaceEdit> {
    let mut files: BTreeMap<String, (lsp_types::Uri, Option<i32>, Vec<TextEdit>)> = BTreeMap::new();
    for edit in &fix.edits {
        let place = places.locate(&edit.location)?;
        let version = places.documents.get(&place.uri).map(|document| document.version);
        let (.., edits) = files
            .entry(place.uri.as_str().to_owned())
            .or_insert_with(|| (place.uri.clone(), version, Vec::new()));
        edits.push(TextEdit { range: place.range, new_text: edit.text.clone() });
    }
    Some(changes.of(files.into_values().collect()))
}

/// Which of a client's diagnostics are about a finding.
fn meant(finding: &Finding, diagnostics: &[Diagnostic]) -> Option<Vec<Diagnostic>> {
    let is_it = |diagnostic: &&Diagnostic| {
        diagnostic.data.as_ref().and_then(Json::as_str) == Some(finding.fingerprint.as_str())
    };
    let meant: Vec<Diagnostic> = diagnostics.iter().filter(is_it).cloned().collect();
    (!meant.is_empty()).then_some(meant)
}

fn touches(a: Range, b: Range) -> bool {
    a.start <= b.end && b.start <= a.end
}

/// Whether a kind of actions is among those that are asked for: `source` asks for `source.fixAll` too.
fn is_wanted(only: Option<&[CodeActionKind]>, kind: &str) -> bool {
    only.is_none_or(|only| {
        only.iter().any(|asked| {
            let rest = kind.strip_prefix(asked.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.') || asked.as_str().is_empty())
        })
    })
}
