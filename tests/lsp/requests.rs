//! What can be asked of the server: actions, hovers, lenses, completion, and what it does not know.

use clientlint::mend::{mend, text_of};
use clientlint::rule::Safety;
use serde_json::{Value as Json, json};

use crate::editor::{Editor, address};
use crate::{CANARY, NASTY, folder, input, with_job};

fn opened(text: &str, name: &str, options: Json) -> (tempfile::TempDir, Editor, String) {
    let (folder, path) = folder();
    let uri = address(&path.join(name));
    let mut editor = Editor::start(false, false, options);
    editor.open(&uri, text);
    (folder, editor, uri)
}

const SAFE: &str = "clients:\n  - name: 🎵\n    app_type: spa\n    client_secret: Zx9Qw8Er7Ty6Ui5Op4As3Df2Gh1\n    callbacks: ['https://a.example.com/cb', 'https://a.example.com/cb']\n    grant_types: [authorization_code, implicit]\n    token_endpoint_auth_method: none\n    custom_login_page_on: true\n    oidc_conformant: false\n    jwt_configuration: { alg: RS256, secret_encoded: true }\n";

#[test]
fn fix_all_is_what_fix_does() {
    for text in [NASTY, SAFE] {
        let (_folder, mut editor, uri) = opened(text, "tenant.yaml", json!({}));
        let actions = editor.actions(&uri, json!(["source.fixAll"]));
        let path = url::Url::parse(&uri).unwrap().to_file_path().unwrap();
        let safe = |_: &clientlint::finding::Finding, safety| safety == Safety::Safe;
        let mended = with_job(|job| mend(vec![input(&path, text)], job, &safe, &|_| true));
        let after = text_of(&mended.inputs[0]).unwrap();
        match actions.as_slice() {
            [] => assert_eq!(after, text),
            [action] => assert_eq!(editor.applied(&uri, action), after),
            more => panic!("{more:?}"),
        }
        editor.stop();
        assert!(!editor.transcript.contains(CANARY));
    }
}

#[test]
fn each_fix_removes_its_finding_and_each_finding_can_be_ignored_and_explained() {
    let (_folder, mut editor, uri) = opened(NASTY, "tenant.yaml", json!({}));
    let actions = editor.actions(&uri, json!(["quickfix"]));
    let titled =
        |start: &str| actions.iter().filter(|one| one["title"].as_str().unwrap().starts_with(start)).count();
    let before = editor.diagnostics(&uri);
    let found = before.len();
    assert_eq!((titled("Ignore `"), titled("Explain `")), (found, found));
    let fixes: Vec<&Json> = actions
        .iter()
        .filter(|one| !one["edit"].is_null() && !one["title"].as_str().unwrap().starts_with("Ignore `"))
        .collect();
    assert!(fixes.len() > 1);
    for fix in fixes {
        let is_unsafe = fix["title"].as_str().unwrap().ends_with("(may change behaviour)");
        assert_eq!(fix["isPreferred"] == true, !is_unsafe);
        let other = uri.replace("tenant", "other");
        editor.open(&other, &editor.applied(&uri, fix));
        let code = &fix["diagnostics"][0]["code"];
        let of_it = |all: &[Json]| all.iter().filter(|one| one["code"] == *code).count();
        assert!(of_it(&editor.diagnostics(&other)) < of_it(&before), "{fix}");
    }
    let ignore = actions
        .iter()
        .find(|one| one["title"] == "Ignore `public-client-symmetric-id-token` here with a reason");
    let text = editor.applied(&uri, ignore.unwrap());
    let comment = "\r\n    # clientlint: ignore[public-client-symmetric-id-token]: \r\n    jwt_configuration";
    assert!(text.contains(comment), "{text}");
    editor.stop();
    assert!(!editor.transcript.contains(CANARY));
}

#[test]
fn json_is_ignored_in_the_configuration() {
    let text = r#"{"name": "Shop [new]", "app_type": "spa", "token_endpoint_auth_method": "none", "jwt_configuration": {"alg": "HS256"}}"#;
    let (folder, path) = folder();
    std::fs::create_dir(path.join(".git")).unwrap();
    std::fs::create_dir_all(path.join("clients")).unwrap();
    let uri = address(&path.join("clients/Shop.json"));
    let mut editor = Editor::start(false, false, json!({}));
    editor.open(&uri, text);
    let actions = editor.actions(&uri, json!(["quickfix"]));
    let ignore = actions.iter().find(|one| one["title"].as_str().unwrap().starts_with("Ignore `")).unwrap();
    let changes = &ignore["edit"]["documentChanges"];
    assert_eq!(changes[0]["kind"], "create");
    assert_eq!(changes[1]["textDocument"]["uri"], address(&path.join("clientlint.toml")));
    let table = changes[1]["edits"][0]["newText"].as_str().unwrap();
    assert!(table.starts_with("[[ignore]]\nrules = ["), "{table}");
    assert!(table.contains("path = \"clients/Shop.json\"\nclient = \"Shop [[]new]\"\n"), "{table}");
    drop(folder);
    editor.stop();
}

#[test]
fn hovers_tell_what_is_known_and_no_secret() {
    let (_folder, mut editor, uri) = opened(NASTY, "tenant.yaml", json!({}));
    let mut hover = |what: &str| {
        let at = editor.text(&uri).find(what).unwrap();
        let position = editor.position(&uri, at);
        let answer =
            editor.ask("textDocument/hover", json!({"textDocument": {"uri": uri}, "position": position}));
        answer.unwrap()["contents"]["value"].as_str().unwrap_or_default().to_owned()
    };
    let client = hover("name: Portal");
    assert!(client.contains("**Portal**: public client, first-party"), "{client}");
    assert!(client.contains("client type: application type spa"), "{client}");
    assert!(hover("alg: HS256").starts_with("**id\u{5f}token_signed_response_alg**"));
    assert!(hover("client_secret: ").contains("client secret"));
    assert_eq!(hover("clients:"), "");
    let (_other, mut editor, uri) =
        opened("# clientlint: ignore[implicit-grant]: because\nclients: []\n", "tenant.yaml", json!({}));
    let position = json!({"line": 0, "character": 25});
    let answer =
        editor.ask("textDocument/hover", json!({"textDocument": {"uri": uri}, "position": position}));
    let text = answer.unwrap()["contents"]["value"].as_str().unwrap().to_owned();
    assert!(text.starts_with("**implicit-grant** (warning)"), "{text}");
    editor.stop();
}

#[test]
fn resolved_values_are_told_with_their_place() {
    let text = "locals {\n  kind = \"spa\"\n}\nresource \"auth0_client\" \"web\" {\n  name     = \"Web\"\n  app_type = local.kind\n}\n";
    let (_folder, mut editor, uri) = opened(text, "main.tf", json!({}));
    let position = json!({"line": 5, "character": 15});
    let answer =
        editor.ask("textDocument/hover", json!({"textDocument": {"uri": uri}, "position": position}));
    let text = answer.unwrap()["contents"]["value"].as_str().unwrap().to_owned();
    assert!(text.contains("value: `spa`, from ") && text.contains("main.tf:2"), "{text}");
    editor.stop();
}

#[test]
fn clients_are_listed_and_have_lines_above_them() {
    let (_folder, mut editor, uri) = opened(NASTY, "tenant.yaml", json!({"inlayHints": true}));
    let lenses = editor.ask("textDocument/codeLens", json!({"textDocument": {"uri": uri}})).unwrap();
    let title = lenses[0]["command"]["title"].as_str().unwrap();
    assert!(title.starts_with("public client (spa) · first-party · "), "{title}");
    let symbols = editor.ask("textDocument/documentSymbol", json!({"textDocument": {"uri": uri}})).unwrap();
    assert_eq!(symbols[1]["name"], "Portal");
    let range = editor.range(&uri, 0, NASTY.len());
    let hints =
        editor.ask("textDocument/inlayHint", json!({"textDocument": {"uri": uri}, "range": range})).unwrap();
    assert!(hints[1]["label"].as_str().unwrap().contains("HS256"), "{hints}");
    editor.tell(
        "workspace/didChangeConfiguration",
        json!({"settings": {"clientlint": {"codeLens": false, "inlayHints": false}}}),
    );
    assert_eq!(
        editor.ask("textDocument/codeLens", json!({"textDocument": {"uri": uri}})).unwrap(),
        json!([])
    );
    editor.stop();
}

#[test]
fn attributes_values_and_rules_are_completed() {
    let text =
        "clients:\n  - name: Shop\n    app_type: \n    grant_types: []\n    \n    # clientlint: ignore[]\n";
    let (_folder, mut editor, uri) = opened(text, "tenant.yaml", json!({}));
    let mut labels = |line: u32, character: u32| {
        let position = json!({"line": line, "character": character});
        let answer = editor
            .ask("textDocument/completion", json!({"textDocument": {"uri": uri}, "position": position}));
        let items = answer.unwrap().as_array().unwrap().clone();
        items.iter().map(|item| item["label"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert!(labels(2, 14).contains(&"regular_web".to_owned()));
    assert!(labels(3, 18).contains(&"authorization_code".to_owned()));
    let names = labels(4, 4);
    assert!(names.contains(&"token_endpoint_auth_method".to_owned()) && !names.contains(&"spa".to_owned()));
    assert!(labels(5, 25).contains(&"implicit-grant".to_owned()));
    editor.stop();
}

#[test]
fn what_it_does_not_know_is_refused_and_changes_nothing() {
    let (_folder, mut editor, uri) = opened(NASTY, "tenant.yaml", json!({}));
    assert_eq!(editor.ask("textDocument/rename", json!({})), Err(-32601));
    assert_eq!(editor.ask("textDocument/hover", json!({"x": 1})), Err(-32602));
    editor.tell("textDocument/didChange", json!({"nonsense": true}));
    editor.tell("$/unknown", json!(null));
    let number = editor.send("textDocument/codeLens", json!({"textDocument": {"uri": uri}}));
    editor.tell("$/cancelRequest", json!({"id": number}));
    let answer = editor.wait(number);
    assert!(answer.is_ok() || answer == Err(-32800));
    assert!(!editor.diagnostics(&uri).is_empty());
    assert_eq!(editor.stop(), 0);
}

#[test]
fn a_client_that_pulls_is_not_sent_diagnostics() {
    let (_folder, path) = folder();
    let uri = address(&path.join("tenant.yaml"));
    let mut editor = Editor::start(true, true, json!({}));
    assert_eq!(editor.capabilities["diagnosticProvider"]["interFileDependencies"], true);
    editor.open(&uri, NASTY);
    let params = json!({"textDocument": {"uri": uri}});
    let first = editor.ask("textDocument/diagnostic", params.clone()).unwrap();
    let again = json!({"textDocument": {"uri": uri}, "previousResultId": first["resultId"]});
    assert_eq!(editor.ask("textDocument/diagnostic", again.clone()).unwrap()["kind"], "unchanged");
    editor.replace(&uri, "HS256", "RS256");
    assert_eq!(editor.ask("textDocument/diagnostic", again).unwrap()["kind"], "full");
    assert!(editor.published.is_empty());
    editor.stop();
    // Nobody is told to ask again who asks anyway.
    assert!(!editor.transcript.contains("workspace/diagnostic/refresh"), "{}", editor.transcript);
}

#[test]
fn a_client_that_pulls_is_told_to_ask_again_where_others_changed() {
    let (_folder, path) = folder();
    let (main, variables) = (address(&path.join("main.tf")), address(&path.join("variables.tf")));
    let mut editor = Editor::start(true, true, json!({"debounce": 0}));
    editor.open(&main, "resource \"auth0_client\" \"web\" {\n  name = \"Web\"\n  app_type = \"spa\"\n  callbacks = [var.url]\n}\n");
    editor.open(&variables, "variable \"url\" {\n  default = \"https://a.example.com/cb\"\n}\n");
    let before = editor.diagnostics(&main);
    editor.replace(&variables, "https", "http");
    while !editor.transcript.contains("workspace/diagnostic/refresh") {
        editor.next();
    }
    assert_ne!(editor.diagnostics(&main), before);
    editor.stop();
}

#[test]
fn a_client_that_cannot_be_told_to_ask_again_is_sent_diagnostics() {
    let (_folder, path) = folder();
    let uri = address(&path.join("tenant.yaml"));
    let mut editor = Editor::start(true, false, json!({}));
    assert!(editor.capabilities["diagnosticProvider"].is_null());
    editor.open(&uri, NASTY);
    assert!(!editor.wait_for_version(&uri, 1).as_array().unwrap().is_empty());
    editor.stop();
}

#[test]
fn a_wrong_configuration_is_said_where_it_stands() {
    let (_folder, path) = folder();
    let uri = address(&path.join("clientlint.toml"));
    let mut editor = Editor::start(false, false, json!({}));
    editor.open(&uri, "[gate]\nfail-on = \"sometimes\"\n");
    let found = editor.diagnostics(&uri);
    assert_eq!((found.len(), found[0]["range"]["start"]["line"].as_u64()), (1, Some(1)), "{found:?}");
    editor.replace(&uri, "sometimes", "error");
    assert!(editor.diagnostics(&uri).is_empty());
    editor.stop();
}
