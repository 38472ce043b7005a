//! The clients of a document: lines above them, hints in them, and the list of them.

use std::collections::HashMap;

use lsp_types::{
    CodeLens, Command, DocumentSymbol, DocumentSymbolResponse, InlayHint, InlayHintKind, InlayHintLabel,
    Position, Range, SymbolKind, Uri,
};

use super::documents::Document;
use super::hover::party;
use super::session::Session;
use super::workspace::Known;
use crate::finding::ClientSummary;
use crate::lint::Origin;
use crate::reporters::{count, printable};

/// What is worth a hint where nothing is written of it.
const HINTED: &[&str] = &[
    "application_type",
    "token_endpoint_auth_method",
    "grant_types",
    "id_token_signed_response_alg",
    "is_first_party",
];

impl Session<'_> {
    /// A line above each client: what it is, and how much was found.
    pub(super) fn lenses(&mut self, uri: &Uri) -> Vec<CodeLens> {
        if !self.settings.code_lens {
            return Vec::new();
        }
        self.refresh();
        let Some((document, known)) = self.known(uri) else { return Vec::new() };
        let mut findings: HashMap<(&str, u32, &str), usize> = HashMap::new();
        for client in known
            .report
            .findings
            .iter()
            .filter(|one| super::workspace::is_shown(one, &known.config))
            .filter_map(|one| one.client.as_ref())
        {
            *findings.entry((&client.path, client.line, &client.key)).or_default() += 1;
        }
        let lens = |client: &std::sync::Arc<ClientSummary>| {
            let found =
                findings.get(&(&*client.path, client.line, client.key.as_str())).copied().unwrap_or(0);
            let kind = client.application_type.as_ref().map(|kind| format!(" ({})", printable(kind)));
            let title = format!(
                "{} client{} · {} · {}",
                client.client_type,
                kind.unwrap_or_default(),
                party(&client.party),
                count(found, "finding")
            );
            let command = Command { title, command: String::new(), arguments: None };
            CodeLens { range: head(client, document), command: Some(command), data: None }
        };
        clients(&known).map(lens).collect()
    }

    /// What the platform fills in, where that matters.
    pub(super) fn hints(&mut self, uri: &Uri, range: Range) -> Vec<InlayHint> {
        if !self.settings.inlay_hints {
            return Vec::new();
        }
        self.refresh();
        let Some(document) = self.documents.get(uri) else { return Vec::new() };
        let Some(known) = self.workspace.in_full(&document.path) else { return Vec::new() };
        let mut hints = Vec::new();
        for told in &known.report.told {
            let line = document.text.line(told.client.line.saturating_sub(1) as usize);
            let position = document.text.position(line.end);
            if *told.location.path != *known.shown || position < range.start || position > range.end {
                continue;
            }
            let filled_in = told.attributes.iter().filter(|one| matches!(one.origin, Origin::Default(_)));
            let parts: Vec<String> = filled_in
                .filter(|attribute| HINTED.contains(&attribute.name))
                .filter_map(|attribute| Some(format!("{}: {}", attribute.name, attribute.value.as_ref()?)))
                .collect();
            if !parts.is_empty() {
                hints.push(hint(position, &parts.join(", ")));
            }
        }
        hints
    }

    /// The clients.
    pub(super) fn symbols(&mut self, uri: &Uri) -> Option<DocumentSymbolResponse> {
        self.refresh();
        let (document, known) = self.known(uri)?;
        let symbol = |client: &std::sync::Arc<ClientSummary>| {
            let range = head(client, document);
            // It has no other constructor, and one of its fields is old.
            #[allow(deprecated)]
            DocumentSymbol {
                name: Some(printable(client.title()).to_string())
                    .filter(|name| !name.trim().is_empty())
                    .unwrap_or_else(|| "client".to_owned()),
                detail: Some(format!("{} client, {}", client.client_type, party(&client.party))),
                kind: SymbolKind::OBJECT,
                tags: None,
                deprecated: None,
                range,
                selection_range: range,
                children: None,
            }
        };
        Some(DocumentSymbolResponse::Nested(clients(&known).map(symbol).collect()))
    }

    /// A document with what is known of it.
    fn known(&self, uri: &Uri) -> Option<(&Document, Known<'_>)> {
        let document = self.documents.get(uri)?;
        Some((document, self.workspace.of(&document.path)?))
    }
}

fn clients<'a>(known: &'a Known<'_>) -> impl Iterator<Item = &'a std::sync::Arc<ClientSummary>> {
    known.report.clients.iter().filter(|client| *client.path == *known.shown)
}

/// The line in which a client starts.
fn head(client: &ClientSummary, document: &Document) -> Range {
    document.text.range(document.text.line(client.line.saturating_sub(1) as usize))
}

fn hint(position: Position, text: &str) -> InlayHint {
    InlayHint {
        position,
        label: InlayHintLabel::String(format!("{} (default)", printable(text))),
        kind: Some(InlayHintKind::PARAMETER),
        text_edits: None,
        tooltip: None,
        padding_left: Some(true),
        padding_right: None,
        data: None,
    }
}
