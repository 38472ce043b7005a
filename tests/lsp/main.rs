//! The language server, driven by an editor that compares each state with what the analysis says of the same texts.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod canary;
mod editor;
mod edits;
mod everywhere;
mod kept;
mod life;
mod memory;
mod requests;
mod same;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clientlint::config::Config;
use clientlint::discover::{Base, Content, Input};
use clientlint::lint::{Job, Report, lint};
use serde_json::{Value as Json, json};

use editor::{Editor, address, position};

/// Stands for a secret; never said by the server.
pub(crate) const CANARY: &str = "Zx9Qw8Er7Ty6Ui5Op4As3Df2Gh1";

pub(crate) const NASTY: &str = "clients:\r\n  - name: \"🎵 Shop é\"\r\n    app_type: spa\r\n    token_endpoint_auth_method: none\r\n    callbacks: ['http://🎵.example.com/cb', 'http://shop.example.com/cb']\r\n    jwt_configuration: { alg: HS256 } # 🎵\r\n  - name: Portal\r\n    app_type: spa\r\n    client_secret: Zx9Qw8Er7Ty6Ui5Op4As3Df2Gh1\r\n    token_endpoint_auth_method: client_secret_post\r\n    grant_types: [implicit, implict]\r\n";

/// How many steps the long tests take: `CLIENTLINT_STEPS=10000 cargo test --test lsp` takes some minutes.
pub(crate) fn steps() -> usize {
    std::env::var("CLIENTLINT_STEPS").ok().and_then(|steps| steps.parse().ok()).unwrap_or(1_000)
}

pub(crate) fn with_job<T>(run: impl FnOnce(&Job<'_>) -> T) -> T {
    let config = Arc::new(Config::builtin().unwrap());
    run(&Job { fixes: true, ..Job::new(&|_| config.clone()) })
}

pub(crate) fn input(path: &Path, text: &str) -> Input {
    let content = Content::Text(text.to_owned());
    Input { path: path.to_path_buf(), shown: Base::of(path).show(path), content, requested: true }
}

/// What the analysis says of texts.
pub(crate) fn analysed(texts: &[(&Path, &str)]) -> Report {
    with_job(|job| lint(texts.iter().map(|(path, text)| input(path, text)).collect(), job))
}

/// What an editor should be shown of a text: range, severity, rule or code, message, fingerprint.
pub(crate) fn expected(report: &Report, path: &Path, text: &str, utf8: bool) -> (Vec<Json>, Vec<Json>) {
    let shown = Base::of(path).show(path);
    let range = |location: &clientlint::finding::Location| {
        let at = |byte: u32| position(text, byte as usize, utf8);
        json!({"start": at(location.start.byte), "end": at(location.end.byte)})
    };
    let findings = report.findings.iter().filter(|finding| *finding.location.path == *shown).map(|finding| {
        let severity = match finding.severity.name() {
            "error" => 1,
            "warning" => 2,
            _ => 3,
        };
        json!([range(&finding.location), severity, &*finding.rule, finding.message, finding.fingerprint])
    });
    let problems = report.problems.iter().filter(|problem| *problem.location.path == *shown);
    let problems =
        problems.map(|problem| json!([range(&problem.location), 1, problem.code, problem.message, null]));
    (findings.collect(), problems.collect())
}

/// The same of what the server says.
pub(crate) fn said(diagnostics: &[Json]) -> Vec<Json> {
    let one = |one: &Json| json!([one["range"], one["severity"], one["code"], one["message"], one["data"]]);
    diagnostics.iter().map(one).collect()
}

pub(crate) fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().canonicalize().unwrap();
    (folder, path)
}

/// Asserts that the server says of a document what the analysis says.
pub(crate) fn assert_same(editor: &mut Editor, path: &Path, utf8: bool) {
    let uri = address(path);
    let text = editor.text(&uri).to_owned();
    let (findings, problems) = expected(&analysed(&[(path, &text)]), path, &text, utf8);
    let said = said(&editor.diagnostics(&uri));
    if problems.is_empty() {
        assert_eq!(said, findings, "{text}");
    } else {
        let told: Vec<Json> = said.into_iter().filter(|one| one[4].is_null()).collect();
        assert_eq!(told, problems, "{text}");
    }
}

#[test]
fn each_state_is_what_the_analysis_says() {
    for utf8 in [true, false] {
        let (_folder, folder) = folder();
        let path = folder.join("tenant 🎵.yaml");
        let uri = address(&path);
        let mut editor = Editor::start(utf8, false, json!({"debounce": 0}));
        assert_eq!(editor.capabilities["positionEncoding"], if utf8 { "utf-8" } else { "utf-16" });
        editor.open(&uri, NASTY);
        assert_same(&mut editor, &path, utf8);
        assert!(editor.diagnostics(&uri).len() > 3);
        for (what, with) in [
            ("HS256", "RS256"),
            ("'http://🎵", "'https://🎵"),
            ("\r\n    app_type: spa", "\r\n    app_type: 🎵"),
            ("implict", "authorization_code"),
            ("# 🎵", "#🎵🎵"),
            ("\r\n", "\n"),
        ] {
            editor.replace(&uri, what, with);
            assert_same(&mut editor, &path, utf8);
        }
        let end = editor.text(&uri).len();
        editor.edit(&uri, 0, end, "nothing: here\n");
        assert_eq!(editor.diagnostics(&uri), Vec::<Json>::new());
        assert_eq!(editor.stop(), 0);
        assert!(!editor.transcript.contains(CANARY));
    }
}

#[test]
fn a_broken_document_keeps_what_was_found() {
    let (_folder, folder) = folder();
    let path = folder.join("tenant.yaml");
    let uri = address(&path);
    let mut editor = Editor::start(false, false, json!({}));
    editor.open(&uri, NASTY);
    let good = editor.diagnostics(&uri);
    editor.replace(&uri, "[implicit", "[[implicit");
    let broken = editor.diagnostics(&uri);
    assert_eq!(broken[0]["code"], "syntax-error");
    let codes = |all: &[Json]| all.iter().map(|one| one["code"].clone()).collect::<Vec<_>>();
    assert_eq!(codes(&broken[1..]), codes(&good));
    // Cut off, all is still within the text.
    let middle = editor.text(&uri).find("app_type").unwrap();
    let end = editor.text(&uri).len();
    editor.edit(&uri, middle, end, "x: [clientlint, callbacks, app_type");
    for one in editor.diagnostics(&uri) {
        assert!(one["range"]["end"]["line"].as_u64().unwrap() <= 3, "{one}");
    }
    editor.edit(&uri, 0, middle, "");
    editor.stop();
    assert!(!editor.transcript.contains(CANARY));
}

#[test]
fn files_of_a_project_are_judged_together_from_their_buffers() {
    let (_folder, folder) = folder();
    let (main, variables) = (folder.join("main.tf"), folder.join("variables.tf"));
    let text = "resource \"auth0_client\" \"web\" {\n  name = \"Web\"\n  app_type = \"spa\"\n  callbacks = [var.url]\n}\n";
    let before = "variable \"url\" {\n  default = \"https://a.example.com/cb\"\n}\n";
    std::fs::write(&variables, before).unwrap();
    let mut editor = Editor::start(false, false, json!({"debounce": 0}));
    editor.open(&address(&main), text);
    let insecure = |all: &[Json]| all.iter().any(|one| one["code"] == "insecure-redirect-uri");
    assert!(!insecure(&editor.diagnostics(&address(&main))));
    editor.open(&address(&variables), before);
    editor.replace(&address(&variables), "https", "http");
    let (mut all, main_text) = (editor.diagnostics(&address(&main)), text.to_owned());
    let variables_text = editor.text(&address(&variables)).to_owned();
    all.extend(editor.diagnostics(&address(&variables)));
    assert!(insecure(&all));
    let report = analysed(&[(&main, &main_text), (&variables, &variables_text)]);
    let mut should = expected(&report, &main, &main_text, false).0;
    should.extend(expected(&report, &variables, &variables_text, false).0);
    assert_eq!(said(&all), should);
    // What is closed counts as it is on disk.
    editor.tell("textDocument/didClose", json!({"textDocument": {"uri": address(&variables)}}));
    assert!(!insecure(&editor.diagnostics(&address(&main))));
    editor.stop();
}

#[test]
fn what_is_published_follows_the_last_change() {
    let (_folder, folder) = folder();
    let path = folder.join("tenant.yaml");
    let uri = address(&path);
    let mut editor = Editor::start(false, false, json!({"debounce": 20}));
    editor.open(&uri, NASTY);
    assert!(!editor.wait_for_version(&uri, 1).as_array().unwrap().is_empty());
    for _ in 0..20 {
        editor.replace(&uri, "HS256", "HS256");
    }
    editor.replace(&uri, "HS256", "RS256");
    let last = editor.wait_for_version(&uri, 22);
    assert_eq!(last.as_array().unwrap().clone(), editor.diagnostics(&uri));
    let other = address(&folder.join("notes.yaml"));
    editor.open(&other, "a: 1\n");
    assert_eq!(editor.wait_for_version(&other, 1), json!([]));
    editor.stop();
}
