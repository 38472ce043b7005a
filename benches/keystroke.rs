//! How long the language server takes from a keystroke to the diagnostics: `cargo bench --bench keystroke`.
//!
//! For each of several projects an editor sends one change after the other and waits for what is published, with no
//! delay set. The first number is the median, in milliseconds, then the quickest and the slowest. With a file as an
//! argument (`cargo bench --bench keystroke -- FILE`) it is that file which is edited.

#![allow(clippy::unwrap_used, reason = "a measurement that cannot go on fails")]
#![allow(clippy::print_stdout, reason = "that is its report")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use clientlint::configs::{Adjustment, Configs};
use clientlint::lint::lint;
use clientlint::lsp::serve;
use lsp_server::{Connection, Message, Notification, Request};
use serde_json::{Value as Json, json};

/// The allocator of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let named = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    if let Some(path) = named {
        let path = std::path::absolute(path).unwrap();
        return measure("the file", &path, 40);
    }
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().canonicalize().unwrap();
    fs::create_dir(folder.join(".git")).unwrap();
    for (what, clients, times) in [("YAML, 12 clients", 12, 200), ("YAML, 5,000 clients", 5_000, 40)] {
        let path = folder.join(format!("{clients}.yaml"));
        fs::write(&path, yaml(clients)).unwrap();
        measure(what, &path, times);
    }
    let terraform = folder.join("terraform");
    fs::create_dir(&terraform).unwrap();
    for file in 0..20 {
        fs::write(terraform.join(format!("clients_{file}.tf")), hcl(file)).unwrap();
    }
    measure("Terraform, 20 files of 5 clients", &terraform.join("clients_7.tf"), 200);
}

/// Edits a file and says how long each edit took.
fn measure(what: &str, path: &Path, times: usize) {
    let mut editor = Editor::start(path);
    let opened = editor.wait();
    let lines: Vec<usize> = editor
        .text
        .lines()
        .enumerate()
        .filter(|(_, line)| line.contains("example.com"))
        .map(|(at, _)| at)
        .collect();
    let mut taken: Vec<Duration> = (0..times)
        .map(|number| {
            let line = lines[number * 7919 % lines.len()];
            let text = editor.text.lines().nth(line).unwrap_or_default();
            let column = text.find("example.com").unwrap_or_default();
            editor.put(line, column, "x");
            editor.wait()
        })
        .collect();
    taken.sort();
    let shown = |duration: Duration| format!("{:.2}", duration.as_secs_f64() * 1e3);
    println!(
        "{what}: {} ms ({} to {}), opened in {} ms, {} findings",
        shown(taken[taken.len() / 2]),
        shown(taken[0]),
        shown(taken[taken.len() - 1]),
        shown(opened),
        editor.found
    );
}

/// An editor with one file open.
struct Editor {
    connection: Connection,
    uri: String,
    text: String,
    version: i32,
    sent: Instant,
    found: usize,
}

impl Editor {
    fn start(path: &Path) -> Self {
        let (server, connection) = Connection::memory();
        let configure = || Configs::new(None, false, Adjustment::default());
        thread::spawn(move || serve(&server, &configure, &lint).map(drop));
        let text = fs::read_to_string(path).unwrap();
        let uri = url::Url::from_file_path(path).unwrap().to_string();
        let editor = Self { connection, uri, text, version: 1, sent: Instant::now(), found: 0 };
        let capabilities = json!({"general": {"positionEncodings": ["utf-8"]}});
        let params = json!({"capabilities": capabilities, "initializationOptions": {"debounce": 0}});
        let request = Request { id: 1.into(), method: "initialize".to_owned(), params };
        editor.connection.sender.send(Message::Request(request)).unwrap();
        drop(editor.connection.receiver.recv().unwrap());
        editor.tell("initialized", json!({}));
        let document = json!({"uri": editor.uri, "languageId": "", "version": 1, "text": editor.text});
        editor.tell("textDocument/didOpen", json!({"textDocument": document}));
        Self { sent: Instant::now(), ..editor }
    }

    fn tell(&self, method: &str, params: Json) {
        let message = Notification { method: method.to_owned(), params };
        self.connection.sender.send(Message::Notification(message)).unwrap();
    }

    /// Puts something in that leaves the lines what they are.
    fn put(&mut self, line: usize, column: usize, text: &str) {
        self.version += 1;
        let at = json!({"line": line, "character": column});
        let change = json!([{"range": {"start": at, "end": at}, "text": text}]);
        let document = json!({"uri": self.uri, "version": self.version});
        self.sent = Instant::now();
        self.tell("textDocument/didChange", json!({"textDocument": document, "contentChanges": change}));
    }

    /// Waits for the diagnostics of the present version; says how long that took.
    fn wait(&mut self) -> Duration {
        loop {
            let Message::Notification(Notification { method, params }) =
                self.connection.receiver.recv_timeout(Duration::from_secs(60)).unwrap()
            else {
                continue;
            };
            if method == "textDocument/publishDiagnostics" && params["version"] == self.version {
                self.found = params["diagnostics"].as_array().map_or(0, Vec::len);
                return self.sent.elapsed();
            }
        }
    }
}

/// A document of clients as an export has them.
fn yaml(clients: usize) -> String {
    const KINDS: &[(&str, &str, &str)] = &[
        ("spa", "none", "[authorization_code, refresh_token]"),
        ("regular_web", "client_secret_post", "[authorization_code, implicit]"),
        ("native", "none", "[authorization_code, refresh_token]"),
        ("non_interactive", "client_secret_basic", "[client_credentials]"),
    ];
    let mut text = "tenant:\n  friendly_name: Acme\nclients:\n".to_owned();
    for number in 0..clients {
        let (kind, method, grants) = KINDS[number % KINDS.len()];
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "  - name: app-{number}\n    app_type: {kind}\n    description: Client {number} of a team\n    \
             allowed_clients: []\n    allowed_logout_urls:\n      - 'https://app-{number}.example.com/out'\n    \
             callbacks:\n      - 'https://app-{number}.example.com/cb'\n      - \
             'https://app-{number}.example.com/renew'\n    client_aliases: []\n    client_metadata:\n      \
             team: t{}\n      cost_center: '{number}'\n    cross_origin_authentication: false\n    \
             custom_login_page_on: true\n    grant_types: {grants}\n    is_first_party: true\n    \
             jwt_configuration:\n      alg: RS256\n      lifetime_in_seconds: 36000\n      \
             secret_encoded: false\n    native_social_login:\n      apple:\n        enabled: false\n      \
             facebook:\n        enabled: false\n    oidc_conformant: true\n    refresh_token:\n      \
             expiration_type: expiring\n      leeway: 0\n      token_lifetime: 2592000\n      \
             idle_token_lifetime: 1296000\n      infinite_token_lifetime: false\n      \
             infinite_idle_token_lifetime: false\n      rotation_type: rotating\n    sso_disabled: false\n    \
             token_endpoint_auth_method: {method}\n    web_origins: []\n",
            number % 40
        );
    }
    text
}

/// A file of clients for Terraform.
fn hcl(file: usize) -> String {
    let mut text = String::new();
    for number in 0..5 {
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "resource \"auth0_client\" \"c{file}_{number}\" {{\n  name = \"App {file} {number}\"\n  app_type = \
             \"spa\"\n  oidc_conformant = true\n  callbacks = [\n    \"https://app-{file}-{number}.example.com/cb\",\n  \
             ]\n  grant_types = [\"authorization_code\", \"refresh_token\"]\n  jwt_configuration {{\n    alg = \
             \"RS256\"\n    lifetime_in_seconds = 36000\n  }}\n  refresh_token {{\n    rotation_type = \
             \"rotating\"\n    expiration_type = \"expiring\"\n  }}\n}}\n\nresource \"auth0_client_credentials\" \
             \"c{file}_{number}\" {{\n  client_id = auth0_client.c{file}_{number}.id\n  authentication_method = \
             \"none\"\n}}\n\n"
        );
    }
    text
}
