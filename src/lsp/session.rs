//! One editor: what it has open, what it was told, and when the next analysis is due.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use lsp_server::{Connection, Message, Notification, Request, RequestId};
use lsp_types::notification::{
    DidChangeConfiguration, DidChangeTextDocument, DidChangeWatchedFiles, DidChangeWorkspaceFolders,
    DidCloseTextDocument, DidOpenTextDocument, DidSaveTextDocument, Notification as Kind, PublishDiagnostics,
    ShowMessage,
};
use lsp_types::request::{
    CodeLensRefresh, InlayHintRefreshRequest, RegisterCapability, Request as Wish, WorkspaceDiagnosticRefresh,
};
use lsp_types::{
    Diagnostic, DidChangeWatchedFilesRegistrationOptions, FileSystemWatcher, GlobPattern, MessageType,
    PublishDiagnosticsParams, Registration, RegistrationParams, ShowMessageParams, Uri,
};
use serde::de::DeserializeOwned;

use super::diagnostics::diagnostics;
use super::documents::Documents;
use super::group::INTERNAL;
use super::settings::{Client, Settings};
use super::workspace::Workspace;

/// What the server knows of its editor.
pub(super) struct Session<'a> {
    connection: &'a Connection,
    pub(super) client: Client,
    pub(super) settings: Settings,
    pub(super) documents: Documents,
    pub(super) workspace: Workspace<'a>,
    /// When the next analysis is due, if anything changed.
    due: Option<Instant>,
    /// What the user was told already.
    told: BTreeSet<String>,
    /// The number of the last result, and of the last request.
    results: u64,
    wishes: i32,
    over: bool,
}

/// Files whose change may change what is found in others. Not by their folders: who may say which a workspace has?
const WATCHED: &[&str] =
    &["**/{clientlint,.clientlint}.toml", "**/*.{tf,tofu,tfvars,tfstate,hcl}", "**/*.{json,yaml,yml}"];

impl<'a> Session<'a> {
    pub(super) fn new(
        connection: &'a Connection,
        client: Client,
        settings: Settings,
        workspace: Workspace<'a>,
    ) -> Self {
        Self {
            connection,
            client,
            settings,
            documents: Documents::default(),
            workspace,
            due: None,
            told: BTreeSet::new(),
            results: 0,
            wishes: 0,
            over: false,
        }
    }

    /// Asks for what it wants to be told.
    pub(super) fn begin(&mut self) {
        if self.client.watches {
            let watchers = WATCHED.iter().map(|glob| FileSystemWatcher {
                glob_pattern: GlobPattern::String((*glob).to_owned()),
                kind: None,
            });
            let options = DidChangeWatchedFilesRegistrationOptions { watchers: watchers.collect() };
            let registration = Registration {
                id: "clientlint.files".to_owned(),
                method: DidChangeWatchedFiles::METHOD.to_owned(),
                register_options: serde_json::to_value(options).ok(),
            };
            self.wish::<RegisterCapability>(RegistrationParams { registrations: vec![registration] });
        }
        self.complain();
    }

    /// When the next analysis is due.
    pub(super) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Whether the editor asked to shut down.
    pub(super) fn is_over(&self) -> bool {
        self.over
    }

    pub(super) fn shut_down(&mut self) {
        self.over = true;
    }

    /// Sends a message; where nobody listens any more, the loop ends by itself.
    pub(super) fn send(&self, message: Message) {
        drop(self.connection.sender.send(message));
    }

    pub(super) fn notify<N: Kind>(&self, params: N::Params) {
        self.send(Notification::new(N::METHOD.to_owned(), params).into());
    }

    fn wish<R: Wish>(&mut self, params: R::Params) {
        self.wishes += 1;
        let id = RequestId::from(self.wishes);
        self.send(Request::new(id, R::METHOD.to_owned(), params).into());
    }

    /// Takes notice of something. What is not understood changes nothing.
    pub(super) fn notice(&mut self, notification: Notification) {
        match notification.method.as_str() {
            DidOpenTextDocument::METHOD => {
                let Some(params) = read::<DidOpenTextDocument>(notification) else { return };
                let document = params.text_document;
                self.documents.open(document.uri, document.version, document.text, self.client.encoding);
                self.workspace.disk_changed();
                // Who opens a file waits for nothing.
                self.due = Some(Instant::now());
            }
            DidChangeTextDocument::METHOD => {
                let Some(params) = read::<DidChangeTextDocument>(notification) else { return };
                let document = params.text_document;
                if self.documents.change(&document.uri, document.version, params.content_changes) {
                    self.due = Some(Instant::now() + Duration::from_millis(self.settings.debounce));
                }
            }
            DidCloseTextDocument::METHOD => {
                let Some(params) = read::<DidCloseTextDocument>(notification) else { return };
                if self.documents.close(&params.text_document.uri) {
                    self.publish(params.text_document.uri, Vec::new(), None);
                    self.workspace.disk_changed();
                    self.soon();
                }
            }
            DidSaveTextDocument::METHOD => {
                let Some(params) = read::<DidSaveTextDocument>(notification) else { return };
                self.files_changed(&[params.text_document.uri]);
            }
            DidChangeWatchedFiles::METHOD => {
                let Some(params) = read::<DidChangeWatchedFiles>(notification) else { return };
                let changed: Vec<Uri> = params.changes.into_iter().map(|change| change.uri).collect();
                self.files_changed(&changed);
            }
            DidChangeWorkspaceFolders::METHOD => self.reconfigure(),
            DidChangeConfiguration::METHOD => {
                let Some(params) = read::<DidChangeConfiguration>(notification) else { return };
                let before = self.settings.clone();
                self.settings.update(&params.settings);
                if self.settings != before {
                    self.refresh_shown();
                }
                self.reconfigure();
            }
            _ => {}
        }
    }

    fn files_changed(&mut self, files: &[Uri]) {
        // A configuration may name files of rules, policies and others that it builds on.
        let is_data = |uri: &Uri| {
            let path = uri.as_str();
            [".tf", ".tofu", ".tfvars", ".tfstate", ".hcl", ".json"]
                .iter()
                .any(|ending| path.ends_with(ending))
        };
        if files.iter().all(is_data) {
            self.workspace.disk_changed();
            self.soon();
        } else {
            self.reconfigure();
        }
    }

    fn reconfigure(&mut self) {
        self.told.clear();
        self.workspace.configuration_changed();
        self.soon();
    }

    /// Has an analysis made when nothing more comes for a while.
    fn soon(&mut self) {
        self.due.get_or_insert(Instant::now() + Duration::from_millis(self.settings.debounce));
    }

    /// Analyses what changed since, so that an answer is about the text as it is.
    pub(super) fn refresh(&mut self) {
        if self.due.take().is_none() {
            return;
        }
        let changed = self.workspace.refresh(&self.documents);
        self.complain();
        let mut anew = Vec::new();
        for document in self.documents.iter() {
            let known = self.workspace.of(&document.path);
            let known = known.map(|known| diagnostics(document, &known, &self.documents));
            let (mut found, is_read) = known.unwrap_or((Vec::new(), true));
            found.extend(super::configuration::diagnostics(document));
            if !is_read {
                // What was found before the text broke is still true of most of it.
                found.retain(|diagnostic| diagnostic.data.is_none());
                found.extend(document.good.iter().cloned().map(|mut diagnostic| {
                    diagnostic.range = document.text.clamp(diagnostic.range);
                    diagnostic
                }));
            }
            anew.push((found, is_read));
        }
        let mut other = false;
        for (document, (found, is_read)) in self.documents.iter_mut().zip(anew) {
            if is_read {
                document.good.clone_from(&found);
            }
            if document.result == 0 || document.diagnostics != found {
                self.results += 1;
                document.result = self.results;
                document.diagnostics = found;
                // Who changes a text asks about it anyway.
                other |= document.known == document.state;
            }
            document.known = document.state;
        }
        if self.client.pulls {
            if other {
                self.wish::<WorkspaceDiagnosticRefresh>(());
            }
        } else {
            self.publish_all();
        }
        if changed {
            self.refresh_shown();
        }
    }

    /// Has lenses and hints asked for again.
    fn refresh_shown(&mut self) {
        if self.client.refreshes_lenses && self.settings.code_lens {
            self.wish::<CodeLensRefresh>(());
        }
        if self.client.refreshes_hints && self.settings.inlay_hints {
            self.wish::<InlayHintRefreshRequest>(());
        }
    }

    fn publish_all(&mut self) {
        let connection = self.connection;
        for document in self.documents.iter_mut() {
            // A client drops diagnostics of an older version than it has.
            let state = (document.result, document.version);
            if document.sent != Some(state) {
                document.sent = Some(state);
                let diagnostics = std::mem::take(&mut document.diagnostics);
                let (uri, version) = (document.uri.clone(), Some(document.version));
                let params = PublishDiagnosticsParams { uri, diagnostics, version };
                let message = Notification::new(PublishDiagnostics::METHOD.to_owned(), &params);
                drop(connection.sender.send(message.into()));
                // There may be thousands, of which no copy is made.
                document.diagnostics = params.diagnostics;
            }
        }
    }

    fn publish(&self, uri: Uri, diagnostics: Vec<Diagnostic>, version: Option<i32>) {
        self.notify::<PublishDiagnostics>(PublishDiagnosticsParams { uri, diagnostics, version });
    }

    /// Tells the user something that was asked for.
    pub(super) fn inform(&self, message: String) {
        self.notify::<ShowMessage>(ShowMessageParams { typ: MessageType::INFO, message });
    }

    /// Tells the user that something went wrong that should not, once.
    pub(super) fn confess(&mut self) {
        self.workspace.complaints.push(INTERNAL.to_owned());
        self.complain();
    }

    /// Tells the user what is wrong with the configuration, once.
    fn complain(&mut self) {
        for message in std::mem::take(&mut self.workspace.complaints) {
            if self.told.insert(message.clone()) {
                let message = crate::reporters::printable(&format!("clientlint: {message}"));
                self.notify::<ShowMessage>(ShowMessageParams { typ: MessageType::ERROR, message });
            }
        }
    }
}

fn read<N: Kind>(notification: Notification) -> Option<N::Params>
where
    N::Params: DeserializeOwned,
{
    serde_json::from_value(notification.params).ok()
}
