//! What client and server tell each other of what they can, and what the user sets.

use lsp_types::{
    ClientCapabilities, CodeActionKind, CodeActionOptions, CodeActionProviderCapability, CodeLensOptions,
    CompletionOptions, DiagnosticOptions, DiagnosticServerCapabilities, ExecuteCommandOptions,
    HoverProviderCapability, InitializeParams, OneOf, ResourceOperationKind, SaveOptions, ServerCapabilities,
    TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions, TextDocumentSyncSaveOptions,
    WorkspaceFoldersServerCapabilities, WorkspaceServerCapabilities,
};
use serde_json::Value as Json;

use super::actions::{EXPLAIN, FIX_ALL};
use super::positions::Encoding;

/// What the user sets: `initializationOptions`, and what `workspace/didChangeConfiguration` changes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Settings {
    /// Whether a line above each client says what it is.
    pub(super) code_lens: bool,
    /// Whether what the platform fills in is shown.
    pub(super) inlay_hints: bool,
    /// How many milliseconds after the last change the analysis starts.
    pub(super) debounce: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { code_lens: true, inlay_hints: false, debounce: 120 }
    }
}

/// Nobody waits longer for an analysis, whatever is set.
const LONGEST: u64 = 10_000;

impl Settings {
    /// Takes over what is said. What is not said stays, and what is not understood is left alone.
    pub(super) fn update(&mut self, said: &Json) {
        let said = said.get("clientlint").unwrap_or(said);
        let flag = |name: &str, old: bool| said.get(name).and_then(Json::as_bool).unwrap_or(old);
        self.code_lens = flag("codeLens", self.code_lens);
        self.inlay_hints = flag("inlayHints", self.inlay_hints);
        self.debounce =
            said.get("debounce").and_then(Json::as_u64).map_or(self.debounce, |wait| wait.min(LONGEST));
    }
}

/// What a client can do, as far as the server asks.
#[derive(Clone, Debug)]
pub(super) struct Client {
    pub(super) encoding: Encoding,
    /// Whether it asks for diagnostics by itself, and again when it is told to.
    pub(super) pulls: bool,
    /// Whether it can be asked to watch files.
    pub(super) watches: bool,
    /// Whether it knows changes of documents with their versions, and can make files.
    pub(super) document_changes: bool,
    pub(super) creates: bool,
    /// Whether it can be told to ask for code lenses and inlay hints again.
    pub(super) refreshes_lenses: bool,
    pub(super) refreshes_hints: bool,
}

impl Client {
    /// Reads what a client says of itself; `said` is the same as it came.
    pub(super) fn of(params: &InitializeParams, said: &Json) -> Self {
        let ClientCapabilities { workspace, text_document, general, .. } = &params.capabilities;
        let offered = general.as_ref().and_then(|general| general.position_encodings.as_deref());
        let workspace = workspace.as_ref();
        let asks = text_document.as_ref().is_some_and(|document| document.diagnostic.is_some());
        // The protocol calls it `diagnostics`, of which the library knows nothing.
        let again = said.pointer("/capabilities/workspace/diagnostics/refreshSupport");
        let again = again.and_then(Json::as_bool).unwrap_or(false);
        let edits = workspace.and_then(|workspace| workspace.workspace_edit.as_ref());
        let operations = edits.and_then(|edits| edits.resource_operations.as_ref());
        Self {
            document_changes: edits.is_some_and(|edits| edits.document_changes == Some(true)),
            creates: operations.is_some_and(|known| known.contains(&ResourceOperationKind::Create)),
            encoding: Encoding::of(offered),
            pulls: asks && again,
            watches: workspace
                .and_then(|workspace| workspace.did_change_watched_files.as_ref())
                .is_some_and(|watched| watched.dynamic_registration == Some(true)),
            refreshes_lenses: workspace
                .and_then(|workspace| workspace.code_lens.as_ref())
                .is_some_and(|lens| lens.refresh_support == Some(true)),
            refreshes_hints: workspace
                .and_then(|workspace| workspace.inlay_hint.as_ref())
                .is_some_and(|hint| hint.refresh_support == Some(true)),
        }
    }
}

/// What the server can do.
pub(super) fn capabilities(client: &Client) -> ServerCapabilities {
    let sync = TextDocumentSyncOptions {
        open_close: Some(true),
        change: Some(TextDocumentSyncKind::INCREMENTAL),
        save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions { include_text: Some(false) })),
        ..TextDocumentSyncOptions::default()
    };
    // A client that is sent diagnostics and asks for them too would show all of them twice.
    let pulled = client.pulls.then(|| {
        DiagnosticServerCapabilities::Options(DiagnosticOptions {
            identifier: Some("clientlint".to_owned()),
            inter_file_dependencies: true,
            workspace_diagnostics: false,
            ..DiagnosticOptions::default()
        })
    });
    let kinds = vec![CodeActionKind::QUICKFIX, CodeActionKind::from(FIX_ALL)];
    ServerCapabilities {
        position_encoding: Some(client.encoding.kind()),
        text_document_sync: Some(TextDocumentSyncCapability::Options(sync)),
        diagnostic_provider: pulled,
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some(["\"", "[", ":", "=", " "].map(str::to_owned).to_vec()),
            ..CompletionOptions::default()
        }),
        code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(kinds),
            ..CodeActionOptions::default()
        })),
        code_lens_provider: Some(CodeLensOptions { resolve_provider: Some(false) }),
        inlay_hint_provider: Some(OneOf::Left(true)),
        document_symbol_provider: Some(OneOf::Left(true)),
        execute_command_provider: Some(ExecuteCommandOptions {
            commands: vec![EXPLAIN.to_owned()],
            ..ExecuteCommandOptions::default()
        }),
        workspace: Some(WorkspaceServerCapabilities {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(OneOf::Left(true)),
            }),
            file_operations: None,
        }),
        ..ServerCapabilities::default()
    }
}
