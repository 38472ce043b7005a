//! The server says what `clientlint check` says: baseline and ignores included.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value as Json, json};

use crate::editor::{Editor, address};
use crate::folder;

const TENANT: &str = "clients:
  - name: Shop
    app_type: spa
    token_endpoint_auth_method: none
    grant_types: [implicit, authorization_code]
    callbacks: ['http://shop.example.com/cb', 'http://pay.example.com/cb']
    jwt_configuration: { alg: HS256 }
  - name: Desk
    app_type: regular_web
    # clientlint: ignore[implicit-grant]: the old desk needs it
    grant_types: [implicit]
    callbacks: ['http://desk.example.com/cb']
";

fn clientlint(folder: &Path, arguments: &[&str]) -> std::process::Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_clientlint"));
    command.current_dir(folder).args(arguments).output().unwrap()
}

/// What `check` says of a file: line, rule and fingerprint of each finding.
fn checked(folder: &Path, file: &str) -> Vec<Json> {
    checked_with(folder, file, file)
}

/// The same where more than the file is checked.
fn checked_with(folder: &Path, all: &str, file: &str) -> Vec<Json> {
    let output = clientlint(folder, &["check", all, "--format", "json"]);
    let report: Json = serde_json::from_slice(&output.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap().iter();
    let findings = findings.filter(|one| one["location"]["path"] == file);
    findings
        .map(|one| json!([one["location"]["start"]["line"], one["rule"], one["message"], one["fingerprint"]]))
        .collect()
}

/// The same of the server.
fn shown(editor: &mut Editor, uri: &str) -> Vec<Json> {
    let line = |one: &Json| one["range"]["start"]["line"].as_u64().unwrap() + 1;
    let found = editor.diagnostics(uri);
    found.iter().map(|one| json!([line(one), one["code"], one["message"], one["data"]])).collect()
}

#[test]
fn baseline_and_ignores_hold_in_the_editor() {
    let (_folder, path) = folder();
    fs::create_dir(path.join(".git")).unwrap();
    fs::write(path.join("tenant.yaml"), TENANT).unwrap();
    let ignore = "[[ignore]]\nrules = [\"public-client-symmetric-id-token\"]\npath = \"tenant.yaml\"\nreason = \"next month\"\n";
    let uri = address(&path.join("tenant.yaml"));
    let mut editor = Editor::start(false, false, json!({"debounce": 0}));
    editor.open(&uri, TENANT);
    let all = shown(&mut editor, &uri);
    assert_eq!(all, checked(&path, "tenant.yaml"));
    assert!(all.len() > 3, "{all:?}");
    fs::write(path.join("clientlint.toml"), ignore).unwrap();
    editor.tell(
        "workspace/didChangeWatchedFiles",
        json!({"changes": [{"uri": address(&path.join("clientlint.toml")), "type": 1}]}),
    );
    let rest = shown(&mut editor, &uri);
    assert_eq!(rest, checked(&path, "tenant.yaml"));
    assert_eq!(rest.len(), all.len() - 1);
    for (configuration, file) in
        [("", ".clientlint-baseline.json"), ("[baseline]\nfile = \"known.json\"\n", "known.json")]
    {
        fs::write(path.join("clientlint.toml"), format!("{configuration}{ignore}")).unwrap();
        assert!(clientlint(&path, &["baseline", "write"]).status.success());
        let changed = |editor: &mut Editor, file: &str| {
            let change = json!({"uri": address(&path.join(file)), "type": 2});
            editor.tell("workspace/didChangeWatchedFiles", json!({"changes": [change]}));
        };
        changed(&mut editor, "clientlint.toml");
        changed(&mut editor, file);
        assert_eq!(shown(&mut editor, &uri), checked(&path, "tenant.yaml"));
        assert_eq!(shown(&mut editor, &uri), Vec::<Json>::new());
        // What is new is shown, and nothing is offered for what is not.
        editor.replace(&uri, "spa", "native");
        editor.replace(&uri, "'http://pay", "'http://bay");
        fs::write(path.join("tenant.yaml"), editor.text(&uri)).unwrap();
        let new = shown(&mut editor, &uri);
        assert_eq!(new, checked(&path, "tenant.yaml"));
        assert!(!new.is_empty());
        let actions = editor.actions(&uri, json!(["quickfix"]));
        let explained = actions.iter().filter(|one| one["title"].as_str().unwrap().starts_with("Explain"));
        assert_eq!(explained.count(), new.len());
        editor.replace(&uri, "native", "spa");
        editor.replace(&uri, "'http://bay", "'http://pay");
        fs::write(path.join("tenant.yaml"), TENANT).unwrap();
        // One that cannot be read silences nothing, and is said.
        fs::write(path.join(file), "{").unwrap();
        changed(&mut editor, file);
        assert_eq!(shown(&mut editor, &uri), rest);
        assert!(editor.transcript.contains(&format!("{file}:1:")), "{}", editor.transcript);
        fs::remove_file(path.join(file)).unwrap();
        changed(&mut editor, file);
        assert_eq!(shown(&mut editor, &uri), rest);
    }
    editor.stop();
}

#[test]
fn what_is_open_in_another_folder_is_judged_with_what_belongs_to_it() {
    let (_folder, path) = folder();
    fs::create_dir(path.join(".git")).unwrap();
    fs::create_dir(path.join("infra")).unwrap();
    let main = "variable \"alg\" {}\nresource \"auth0_client\" \"web\" {\n  name = \"Web\"\n  app_type = \"spa\"\n  jwt_configuration {\n    alg = var.alg\n  }\n}\n";
    let plan = json!({
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "resource_changes": [{
            "address": "auth0_client.web", "mode": "managed", "type": "auth0_client", "name": "web",
            "change": {
                "actions": ["create"], "before": null,
                "after": {"name": "Web", "app_type": "spa", "jwt_configuration": [{"alg": "HS256"}]},
                "after_unknown": {}, "after_sensitive": {},
            },
        }],
    });
    let plan = serde_json::to_string_pretty(&plan).unwrap();
    fs::write(path.join("infra/main.tf"), main).unwrap();
    fs::write(path.join("infra/plan.json"), &plan).unwrap();
    let uri = address(&path.join("infra/main.tf"));
    let mut editor = Editor::start(false, false, json!({"debounce": 0}));
    editor.open(&uri, main);
    assert_eq!(shown(&mut editor, &uri), checked(&path, "infra/main.tf"));
    editor.open(&address(&path.join("infra/plan.json")), &plan);
    let together = shown(&mut editor, &uri);
    assert_eq!(together, checked_with(&path, ".", "infra/main.tf"));
    assert!(together.iter().any(|one| one[1] == "public-client-symmetric-id-token"), "{together:?}");
    editor.stop();
}

#[test]
fn modules_are_judged_with_what_calls_them() {
    let (_folder, path) = folder();
    fs::create_dir(path.join(".git")).unwrap();
    fs::create_dir_all(path.join("modules/spa")).unwrap();
    let main = "module \"shop\" {\n  source = \"./modules/spa\"\n  alg    = \"HS256\"\n}\n";
    let module = "variable \"alg\" {}\nresource \"auth0_client\" \"this\" {\n  name     = \"Shop\"\n  app_type = \"spa\"\n  jwt_configuration {\n    alg = var.alg\n  }\n}\n";
    fs::write(path.join("main.tf"), main).unwrap();
    fs::write(path.join("modules/spa/main.tf"), module).unwrap();
    let (caller, called) = (address(&path.join("main.tf")), address(&path.join("modules/spa/main.tf")));
    let mut editor = Editor::start(false, false, json!({"debounce": 0}));
    editor.open(&called, module);
    assert_eq!(shown(&mut editor, &called), checked(&path, "modules/spa/main.tf"));
    editor.open(&caller, main);
    let is_found = |found: &[Json]| found.iter().any(|one| one[1] == "public-client-symmetric-id-token");
    let together = shown(&mut editor, &called);
    assert_eq!(together, checked_with(&path, ".", "modules/spa/main.tf"));
    assert!(is_found(&together), "{together:?}");
    editor.replace(&caller, "HS256", "RS256");
    assert!(!is_found(&shown(&mut editor, &called)));
    editor.stop();
}
