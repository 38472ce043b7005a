//! What the server lives through: panics, files and configurations that change, requests that are taken back.

use std::fs;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};

use clientlint::discover::Input;
use clientlint::lint::{Job, lint};
use serde_json::{Value as Json, json};

use crate::editor::{Editor, address, configs};
use crate::{CANARY, NASTY, folder};

const CLIENT: &str = "clients:\n  - name: Shop\n    app_type: spa\n    token_endpoint_auth_method: none\n    callbacks: ['http://shop.example.com/cb']\n";

fn codes(found: &[Json]) -> Vec<&str> {
    found.iter().map(|one| one["code"].as_str().unwrap()).collect()
}

fn watched(editor: &mut Editor, uri: &str) {
    editor.tell("workspace/didChangeWatchedFiles", json!({"changes": [{"uri": uri, "type": 2}]}));
}

#[test]
fn a_panic_in_the_analysis_ends_nothing() {
    let (_folder, path) = folder();
    let uri = address(&path.join("tenant.yaml"));
    // Which fails on what users of it will hardly write.
    let fails = |inputs: Vec<Input>, job: &Job<'_>| {
        let report = lint(inputs, job);
        let marked = report.clients.iter().any(|client| client.name.as_deref() == Some("fail"));
        assert!(!marked, "it says {CANARY}");
        report
    };
    let mut editor = Editor::start_with(false, false, json!({}), configs, fails);
    editor.open(&uri, NASTY);
    let before = editor.diagnostics(&uri);
    editor.replace(&uri, "Portal", "fail");
    let kept = editor.diagnostics(&uri);
    assert_eq!(codes(&kept), codes(&before), "what was found before holds");
    let named = kept.iter().find(|one| one["code"] == "id-token-alg-unset").unwrap();
    let at = editor.text(&uri).find("fail").unwrap();
    assert_eq!(named["range"], editor.range(&uri, at, at + "fail".len()));
    assert!(editor.transcript.contains("internal error in the analysis of a document"));
    editor.replace(&uri, "fail", "Portal");
    editor.replace(&uri, "HS256", "RS256");
    assert_ne!(editor.diagnostics(&uri), before);
    assert_eq!(editor.stop(), 0);
    assert!(!editor.transcript.contains(CANARY));
}

#[test]
fn a_panic_elsewhere_ends_nothing() {
    let (_folder, path) = folder();
    let uri = address(&path.join("tenant.yaml"));
    let calls = AtomicUsize::new(0);
    let fails = move || {
        assert!(calls.fetch_add(1, Ordering::SeqCst) != 1, "it says {CANARY}");
        configs()
    };
    let mut editor = Editor::start_with(false, false, json!({}), fails, lint);
    editor.open(&uri, NASTY);
    let before = editor.diagnostics(&uri);
    editor.tell("workspace/didChangeConfiguration", json!({"settings": {}}));
    assert_eq!(editor.diagnostics(&uri), before);
    assert!(editor.transcript.contains("internal error"));
    editor.tell("workspace/didChangeConfiguration", json!({"settings": {}}));
    editor.replace(&uri, "HS256", "RS256");
    assert_ne!(editor.diagnostics(&uri), before);
    assert_eq!(editor.stop(), 0);
    assert!(!editor.transcript.contains(CANARY));
}

#[test]
fn files_that_change_on_disk_change_what_is_found() {
    let (_folder, path) = folder();
    let (main, variables) = (path.join("main.tf"), path.join("variables.tf"));
    let text = "resource \"auth0_client\" \"web\" {\n  name = \"Web\"\n  app_type = \"spa\"\n  callbacks = [var.url]\n}\n";
    let variable = |url: &str| format!("variable \"url\" {{\n  default = \"{url}\"\n}}\n");
    fs::write(&variables, variable("https://a.example.com/cb")).unwrap();
    let mut editor = Editor::start(false, false, json!({"debounce": 0}));
    let uri = address(&main);
    editor.open(&uri, text);
    assert!(!codes(&editor.diagnostics(&uri)).contains(&"insecure-redirect-uri"));
    fs::write(&variables, variable("http://a.example.com/cb")).unwrap();
    watched(&mut editor, &address(&variables));
    assert!(codes(&editor.diagnostics(&uri)).contains(&"insecure-redirect-uri"));
    fs::remove_file(&variables).unwrap();
    watched(&mut editor, &address(&variables));
    assert!(!codes(&editor.diagnostics(&uri)).contains(&"insecure-redirect-uri"));
    editor.stop();
}

#[test]
fn mappings_that_change_on_disk_change_what_is_found() {
    let (_folder, path) = folder();
    fs::create_dir(path.join(".git")).unwrap();
    let mapping = |url: &str| format!("{{\"AUTH0_KEYWORD_REPLACE_MAPPINGS\": {{\"HOST\": \"{url}\"}}}}");
    fs::write(path.join("config.json"), mapping("https://shop.example.com")).unwrap();
    let mut editor = Editor::start(false, false, json!({"debounce": 0}));
    let uri = address(&path.join("tenant.yaml"));
    editor.open(&uri, &CLIENT.replace("http://shop.example.com", "##HOST##"));
    assert!(!codes(&editor.diagnostics(&uri)).contains(&"insecure-redirect-uri"));
    fs::write(path.join("config.json"), mapping("http://shop.example.com")).unwrap();
    watched(&mut editor, &address(&path.join("config.json")));
    assert!(codes(&editor.diagnostics(&uri)).contains(&"insecure-redirect-uri"));
    // What is in a buffer counts more than what is on disk.
    editor.open(&address(&path.join("config.json")), &mapping("https://shop.example.com"));
    assert!(!codes(&editor.diagnostics(&uri)).contains(&"insecure-redirect-uri"));
    editor.replace(&address(&path.join("config.json")), "https", "http");
    assert!(codes(&editor.diagnostics(&uri)).contains(&"insecure-redirect-uri"));
    editor.stop();
}

#[test]
fn configurations_that_change_change_what_is_found() {
    let (_folder, path) = folder();
    fs::create_dir(path.join(".git")).unwrap();
    let configuration = path.join("clientlint.toml");
    let off = "[rules]\n\"insecure-redirect-uri\" = \"off\"\n";
    let mut editor = Editor::start(false, false, json!({"debounce": 0}));
    let uri = address(&path.join("tenant.yaml"));
    editor.open(&uri, CLIENT);
    let is_found = |editor: &mut Editor| codes(&editor.diagnostics(&uri)).contains(&"insecure-redirect-uri");
    assert!(is_found(&mut editor));
    // As a file that is watched, when folders come and go, and when settings change.
    for told in [
        (
            "workspace/didChangeWatchedFiles",
            json!({"changes": [{"uri": address(&configuration), "type": 1}]}),
        ),
        (
            "workspace/didChangeWorkspaceFolders",
            json!({"event": {"added": [{"uri": address(&path), "name": "x"}], "removed": []}}),
        ),
        (
            "workspace/didChangeWorkspaceFolders",
            json!({"event": {"added": [], "removed": [{"uri": address(&path), "name": "x"}]}}),
        ),
        ("workspace/didChangeConfiguration", json!({"settings": {}})),
        ("textDocument/didSave", json!({"textDocument": {"uri": address(&configuration)}})),
    ] {
        fs::write(&configuration, off).unwrap();
        editor.tell(told.0, told.1.clone());
        assert!(!is_found(&mut editor), "{told:?}");
        fs::remove_file(&configuration).unwrap();
        editor.tell(told.0, told.1.clone());
        assert!(is_found(&mut editor), "{told:?}");
    }
    // One that is wrong is said, and the one before it holds until it is mended.
    fs::write(&configuration, off).unwrap();
    watched(&mut editor, &address(&configuration));
    assert!(!is_found(&mut editor));
    fs::write(&configuration, "[rules]\n\"insecure-redirect-uri\" = \"sometimes\"\n").unwrap();
    watched(&mut editor, &address(&configuration));
    assert!(!is_found(&mut editor));
    assert!(editor.transcript.contains("clientlint.toml:2:"), "{}", editor.transcript);
    fs::write(&configuration, "").unwrap();
    watched(&mut editor, &address(&configuration));
    assert!(is_found(&mut editor));
    editor.stop();
}

#[test]
fn what_changes_in_one_folder_is_published_without_being_asked() {
    let (_folder, path) = folder();
    let variables = path.join("variables.tf");
    fs::write(&variables, "variable \"kind\" {\n  default = \"spa\"\n}\n").unwrap();
    let mut editor = Editor::start(false, false, json!({"debounce": 1}));
    let uri = address(&path.join("main.tf"));
    editor.open(&uri, "resource \"auth0_client\" \"web\" {\n  name = \"Web\"\n  app_type = var.kind\n  callbacks = [\"http://a.example.com/cb\"]\n}\n");
    editor.wait_for_version(&uri, 1);
    let before = editor.published[&uri].clone();
    fs::write(&variables, "variable \"kind\" {\n  default = \"non_interactive\"\n}\n").unwrap();
    watched(&mut editor, &address(&variables));
    while editor.published[&uri] == before {
        editor.next();
    }
    editor.stop();
}

/// A server whose configuration can be held up, so that messages queue behind it.
fn held_up() -> (Editor, mpsc::Sender<()>, Arc<AtomicBool>) {
    let (go, wait) = mpsc::channel();
    let holds = Arc::new(AtomicBool::new(false));
    let asked = holds.clone();
    let configure = move || {
        if asked.load(Ordering::SeqCst) {
            wait.recv().unwrap_or_default();
        }
        configs()
    };
    (Editor::start_with(false, false, json!({}), configure, lint), go, holds)
}

#[test]
fn what_is_taken_back_is_not_answered() {
    let (_folder, path) = folder();
    let uri = address(&path.join("tenant.yaml"));
    let (mut editor, go, holds) = held_up();
    editor.open(&uri, NASTY);
    editor.diagnostics(&uri);
    holds.store(true, Ordering::SeqCst);
    editor.tell("workspace/didChangeConfiguration", json!({"settings": {}}));
    let document = json!({"textDocument": {"uri": uri}});
    let (first, second) = (
        editor.send("textDocument/codeLens", document.clone()),
        editor.send("textDocument/codeLens", document),
    );
    editor.tell("$/cancelRequest", json!({"id": first}));
    holds.store(false, Ordering::SeqCst);
    go.send(()).unwrap();
    assert_eq!(editor.wait(first), Err(-32800));
    assert!(editor.wait(second).is_ok());
    editor.stop();
}

#[test]
fn many_changes_are_one_analysis() {
    let (_folder, path) = folder();
    let uri = address(&path.join("tenant.yaml"));
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let counts = move |inputs: Vec<Input>, job: &Job<'_>| {
        counted.fetch_add(1, Ordering::SeqCst);
        lint(inputs, job)
    };
    let mut editor = Editor::start_with(false, false, json!({"debounce": 10_000}), configs, counts);
    editor.open(&uri, NASTY);
    editor.wait_for_version(&uri, 1);
    assert_eq!(count.load(Ordering::SeqCst), 1, "who opens a file waits for nothing");
    for _ in 0..20 {
        editor.replace(&uri, "HS256", "RS256");
        editor.replace(&uri, "RS256", "HS256");
    }
    editor.replace(&uri, "HS256", "RS256");
    // Who asks waits for nothing either.
    let found = editor.diagnostics(&uri);
    assert_eq!(count.load(Ordering::SeqCst), 2);
    assert_eq!(editor.diagnostics(&uri), found);
    assert_eq!(count.load(Ordering::SeqCst), 2, "nothing has changed");
    editor.stop();
}
