//! Nothing that the server says shows six characters of a secret, whatever it is asked and in whatever state a document
//! is.

use std::collections::BTreeSet;

use serde_json::json;

use crate::editor::{Editor, address};
use crate::folder;

/// Stand for secrets, with nothing in common with each other or with other text.
const CANARIES: [&str; 4] = [
    "kZ7qXw9JvB4yHgQ2xKpW8zVj5RdN",
    "Lm3TsCr6UoEf1AnYi0GtPb8DhQk5",
    "wF2eRz9NxS7aMv4KjB6uHc1OqGt3",
    "Yp5IdLk8VbZn0XsWq2TrEj7CmAf6",
];

fn documents() -> Vec<(&'static str, String)> {
    let [one, two, three, four] = CANARIES;
    vec![
        (
            "tenant.yaml",
            format!(
                "clients:\n  - name: Shop\n    app_type: spa\n    client_secret: {one}\n    callbacks: ['http://shop.example.com/cb']\n    # clientlint: ignore[implicit-grant]: {two}\n    grant_types: [implict, implicit]\n    client_metadata:\n      api_secret: {three}\n    jwt_configuration: {{ alg: HS256 }}\n"
            ),
        ),
        (
            "clients/portal.json",
            format!(
                "{{\n  \"name\": \"Portal\",\n  \"app_type\": \"native\",\n  \"client_secret\": \"{two}\",\n  \"token_endpoint_auth_method\": \"client_secret_post\",\n  \"addons\": {{ \"firebase\": {{ \"secret\": \"{four}\" }} }}\n}}\n"
            ),
        ),
        (
            "main.tf",
            format!(
                "variable \"secret\" {{\n  default = \"{three}\"\n}}\n\nresource \"auth0_client\" \"api\" {{\n  name     = \"Api\"\n  app_type = \"spa\"\n}}\n\nresource \"auth0_client_credentials\" \"api\" {{\n  client_id             = auth0_client.api.id\n  authentication_method = \"client_secret_post\"\n  client_secret         = var.secret\n}}\n"
            ),
        ),
        (
            ".env",
            format!("AUTH0_CLIENT_ID=abc\nAUTH0_DOMAIN=acme.auth0.com\nVITE_AUTH0_CLIENT_SECRET={four}\n"),
        ),
    ]
}

/// Asks everything that can be asked of a document.
fn ask_all(editor: &mut Editor, uri: &str) {
    editor.diagnostics(uri);
    let end = editor.text(uri).len();
    let range = editor.range(uri, 0, end);
    let document = json!({ "uri": uri });
    for method in ["textDocument/documentSymbol", "textDocument/codeLens"] {
        drop(editor.ask(method, json!({ "textDocument": document })));
    }
    drop(editor.ask("textDocument/inlayHint", json!({ "textDocument": document, "range": range })));
    for only in [json!(null), json!(["quickfix"]), json!(["source.fixAll"])] {
        let context = json!({ "diagnostics": editor.diagnostics(uri), "only": only });
        let asked = json!({ "textDocument": document, "range": range, "context": context });
        let actions = editor.ask("textDocument/codeAction", asked).unwrap();
        for action in actions.as_array().into_iter().flatten() {
            drop(editor.ask("codeAction/resolve", action.clone()));
        }
    }
    for byte in
        (0..end).step_by(5).filter(|byte| editor.text(uri).is_char_boundary(*byte)).collect::<Vec<_>>()
    {
        let at = json!({ "textDocument": document, "position": editor.position(uri, byte) });
        drop(editor.ask("textDocument/hover", at.clone()));
        drop(editor.ask("textDocument/completion", at));
    }
}

#[test]
fn nothing_that_is_said_shows_a_secret() {
    let windows: BTreeSet<&[u8]> = CANARIES.iter().flat_map(|canary| canary.as_bytes().windows(6)).collect();
    for pulls in [false, true] {
        let (_folder, folder) = folder();
        let mut editor =
            Editor::start(true, pulls, json!({"debounce": 0, "inlayHints": true, "persona": "auditor"}));
        for (path, text) in documents() {
            let path = folder.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &text).unwrap();
            let uri = address(&path);
            editor.open(&uri, &text);
            ask_all(&mut editor, &uri);
            // Cut in the middle of a secret, so that it no longer parses.
            let at = CANARIES.iter().filter_map(|canary| text.rfind(canary)).max().unwrap() + 9;
            editor.edit(&uri, at, text.len(), "\" [}");
            ask_all(&mut editor, &uri);
            let end = editor.text(&uri).len();
            editor.edit(&uri, 0, end, &text);
        }
        assert_eq!(editor.stop(), 0);
        assert!(editor.transcript.contains("public-client-with-secret"));
        for line in editor.transcript.lines() {
            let leak = line.as_bytes().windows(6).find(|window| windows.contains(window));
            assert!(leak.is_none(), "a secret in {line}");
        }
    }
}
