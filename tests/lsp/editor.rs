//! An editor for tests: it keeps its texts by itself, speaks the protocol in memory, and remembers all it was told.

use std::collections::BTreeMap;
use std::path::Path;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use clientlint::configs::{Adjustment, Configs};
use clientlint::discover::Input;
use clientlint::lint::{Job, Report, lint};
use clientlint::lsp::serve;
use lsp_server::{Connection, Message, Notification, Request, RequestId, Response};
use serde_json::{Value as Json, json};

pub(crate) struct Editor {
    connection: Connection,
    server: Option<JoinHandle<u8>>,
    texts: BTreeMap<String, (i32, String)>,
    utf8: bool,
    requests: i32,
    /// All that the server said.
    pub(crate) transcript: String,
    /// What was published last, by address.
    pub(crate) published: BTreeMap<String, Json>,
    pub(crate) capabilities: Json,
}

/// The address of a path.
pub(crate) fn address(path: &Path) -> String {
    url::Url::from_file_path(path).unwrap().to_string()
}

/// The configurations as the program reads them.
pub(crate) fn configs() -> Result<Configs, String> {
    Configs::new(None, false, Adjustment::default())
}

impl Editor {
    /// Starts an editor with a server. `options` are its `initializationOptions`.
    pub(crate) fn start(utf8: bool, pulls: bool, options: Json) -> Self {
        Self::start_with(utf8, pulls, options, configs, lint)
    }

    /// The same with a server that reads configurations and analyses in a way of its own.
    pub(crate) fn start_with(
        utf8: bool,
        pulls: bool,
        options: Json,
        configure: impl Fn() -> Result<Configs, String> + Send + 'static,
        lint: impl Fn(Vec<Input>, &Job<'_>) -> Report + Send + 'static,
    ) -> Self {
        let (server, connection) = Connection::memory();
        let serve = move || serve(&server, &configure, &lint).expect("the protocol is kept");
        let mut editor = Self {
            connection,
            server: Some(thread::spawn(serve)),
            texts: BTreeMap::new(),
            utf8,
            requests: 0,
            transcript: String::new(),
            published: BTreeMap::new(),
            capabilities: Json::Null,
        };
        let encodings = if utf8 { json!(["utf-16", "utf-8"]) } else { json!(["utf-16"]) };
        let mut capabilities = json!({
            "general": {"positionEncodings": encodings},
            "workspace": {"workspaceEdit": {"documentChanges": true, "resourceOperations": ["create"]}},
        });
        if pulls {
            capabilities["textDocument"] = json!({"diagnostic": {}});
            capabilities["workspace"]["diagnostics"] = json!({"refreshSupport": true});
        }
        let result = editor.ask(
            "initialize",
            json!({"processId": null, "rootUri": null, "capabilities": capabilities, "initializationOptions": options}),
        );
        editor.capabilities = result.unwrap()["capabilities"].clone();
        editor.tell("initialized", json!({}));
        editor
    }

    pub(crate) fn tell(&mut self, method: &str, params: Json) {
        let message = Notification { method: method.to_owned(), params };
        self.connection.sender.send(Message::Notification(message)).unwrap();
    }

    /// Sends a request and returns its number.
    pub(crate) fn send(&mut self, method: &str, params: Json) -> i32 {
        self.requests += 1;
        let message = Request { id: RequestId::from(self.requests), method: method.to_owned(), params };
        self.connection.sender.send(Message::Request(message)).unwrap();
        self.requests
    }

    /// The answer to a request: its result, else the code of its error.
    pub(crate) fn wait(&mut self, number: i32) -> Result<Json, i32> {
        loop {
            let Message::Response(Response { id, response_result }) = self.next() else { continue };
            if id == RequestId::from(number) {
                return response_result.map_err(|error| error.code);
            }
        }
    }

    pub(crate) fn ask(&mut self, method: &str, params: Json) -> Result<Json, i32> {
        let number = self.send(method, params);
        self.wait(number)
    }

    pub(crate) fn next(&mut self) -> Message {
        let message =
            self.connection.receiver.recv_timeout(Duration::from_secs(120)).expect("the server answers");
        self.transcript.push_str(&serde_json::to_string(&message).unwrap());
        self.transcript.push('\n');
        if let Message::Notification(Notification { method, params }) = &message
            && method == "textDocument/publishDiagnostics"
        {
            self.published.insert(params["uri"].as_str().unwrap().to_owned(), params.clone());
        }
        message
    }

    /// Waits until a state of a document was published.
    pub(crate) fn wait_for_version(&mut self, uri: &str, version: i32) -> Json {
        loop {
            if let Some(published) = self.published.get(uri)
                && published["version"] == version
            {
                return published["diagnostics"].clone();
            }
            self.next();
        }
    }

    pub(crate) fn text(&self, uri: &str) -> &str {
        &self.texts[uri].1
    }

    pub(crate) fn open(&mut self, uri: &str, text: &str) {
        self.texts.insert(uri.to_owned(), (1, text.to_owned()));
        let document = json!({"uri": uri, "languageId": "yaml", "version": 1, "text": text});
        self.tell("textDocument/didOpen", json!({"textDocument": document}));
    }

    /// Replaces bytes of a document.
    pub(crate) fn edit(&mut self, uri: &str, start: usize, end: usize, with: &str) {
        let range = self.range(uri, start, end);
        let (version, text) = self.texts.get_mut(uri).unwrap();
        text.replace_range(start..end, with);
        *version += 1;
        let version = *version;
        let change = json!([{"range": range, "text": with}]);
        self.tell(
            "textDocument/didChange",
            json!({"textDocument": {"uri": uri, "version": version}, "contentChanges": change}),
        );
    }

    /// Replaces the first place where a text stands.
    pub(crate) fn replace(&mut self, uri: &str, what: &str, with: &str) {
        let start = self.text(uri).find(what).unwrap();
        self.edit(uri, start, start + what.len(), with);
    }

    /// What is found in a document, asked for.
    pub(crate) fn diagnostics(&mut self, uri: &str) -> Vec<Json> {
        let answer = self.ask("textDocument/diagnostic", json!({"textDocument": {"uri": uri}})).unwrap();
        answer["items"].as_array().unwrap().clone()
    }

    /// The actions for a whole document.
    pub(crate) fn actions(&mut self, uri: &str, only: Json) -> Vec<Json> {
        let end = self.text(uri).len();
        let range = self.range(uri, 0, end);
        let context = json!({"diagnostics": self.diagnostics(uri), "only": only});
        let answer = self
            .ask(
                "textDocument/codeAction",
                json!({"textDocument": {"uri": uri}, "range": range, "context": context}),
            )
            .unwrap();
        answer.as_array().unwrap().clone()
    }

    /// A text after the edits of an action.
    pub(crate) fn applied(&self, uri: &str, action: &Json) -> String {
        let mut edits: Vec<(usize, usize, String)> = Vec::new();
        for change in action["edit"]["documentChanges"].as_array().unwrap() {
            if change["textDocument"]["uri"] != *uri {
                continue;
            }
            assert_eq!(change["textDocument"]["version"], self.texts[uri].0);
            for edit in change["edits"].as_array().unwrap() {
                let (start, end) = (&edit["range"]["start"], &edit["range"]["end"]);
                let at = |position| offset(self.text(uri), position, self.utf8);
                edits.push((at(start), at(end), edit["newText"].as_str().unwrap().to_owned()));
            }
        }
        edits.sort_by_key(|(start, end, _)| (*start, *end));
        let mut text = self.text(uri).to_owned();
        for (start, end, new) in edits.iter().rev() {
            text.replace_range(*start..*end, new);
        }
        text
    }

    pub(crate) fn range(&self, uri: &str, start: usize, end: usize) -> Json {
        let at = |byte| position(self.text(uri), byte, self.utf8);
        json!({"start": at(start), "end": at(end)})
    }

    pub(crate) fn position(&self, uri: &str, byte: usize) -> Json {
        position(self.text(uri), byte, self.utf8)
    }

    /// Ends the server; returns its exit code.
    pub(crate) fn stop(&mut self) -> u8 {
        self.ask("shutdown", Json::Null).unwrap();
        self.tell("exit", Json::Null);
        self.server.take().unwrap().join().unwrap()
    }
}

/// The lines of a text as the protocol has them, each with the byte at which it starts.
fn lines(text: &str) -> Vec<(usize, &str)> {
    let mut lines = Vec::new();
    let mut rest = text;
    let mut at = 0;
    while let Some(end) = rest.find(['\n', '\r']) {
        lines.push((at, &rest[..end]));
        let length = if rest[end..].starts_with("\r\n") { 2 } else { 1 };
        rest = &rest[end + length..];
        at += end + length;
    }
    lines.push((at, rest));
    lines
}

/// The position of a byte.
pub(crate) fn position(text: &str, byte: usize, utf8: bool) -> Json {
    let lines = lines(text);
    let number = lines.iter().rposition(|(start, _)| *start <= byte).unwrap();
    let before = &text[lines[number].0..byte];
    let column = if utf8 { before.len() } else { before.encode_utf16().count() };
    json!({"line": number, "character": column})
}

/// The byte of a position.
pub(crate) fn offset(text: &str, position: &Json, utf8: bool) -> usize {
    let lines = lines(text);
    let Some((start, line)) = lines.get(usize::try_from(position["line"].as_u64().unwrap()).unwrap()) else {
        return text.len();
    };
    let column = usize::try_from(position["character"].as_u64().unwrap()).unwrap();
    let within = |at: usize| if utf8 { at } else { line[..at].encode_utf16().count() };
    let at = line.char_indices().map(|(at, _)| at).find(|at| within(*at) >= column);
    start + at.unwrap_or(line.len())
}
