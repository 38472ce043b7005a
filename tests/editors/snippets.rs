//! What is printed for editors that are not run here is at least well-formed, and names what there is.

use std::fs;
use std::path::Path;

use serde_json::Value as Json;

use super::page;

fn json(heading: &str) -> Json {
    let text = page::block(heading, "json");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{heading}: {error}"))
}

fn file(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn helix_gets_a_server_and_languages_that_use_it() {
    let table: toml::Table = page::block("Helix", "toml").parse().unwrap();
    let server = &table["language-server"]["clientlint"];
    assert_eq!(server["command"].as_str(), Some("clientlint"));
    assert_eq!(server["args"].as_array().unwrap()[0].as_str(), Some("lsp"));
    for language in table["language"].as_array().unwrap() {
        let servers = language["language-servers"].as_array().unwrap();
        assert!(servers.iter().any(|server| server.as_str() == Some("clientlint")), "{language:?}");
    }
}

#[test]
fn zed_gets_the_server_that_the_extension_has() {
    let settings = json("Zed");
    let manifest: toml::Table = file("editors/zed/extension.toml").parse().unwrap();
    let servers = manifest["language_servers"].as_table().unwrap();
    for server in settings["lsp"].as_object().unwrap().keys() {
        assert!(servers.contains_key(server), "{server}");
    }
    assert_eq!(settings["lsp"]["clientlint"]["binary"]["arguments"][0], "lsp");
    assert_eq!(manifest["version"].as_str(), Some(env!("CARGO_PKG_VERSION")));
    let package: toml::Table = file("editors/zed/Cargo.toml").parse().unwrap();
    assert_eq!(package["package"]["version"], manifest["version"]);
}

#[test]
fn jetbrains_gets_the_template_that_is_printed() {
    let printed = json("JetBrains");
    let template: Json = serde_json::from_str(&file("editors/jetbrains/template.json")).unwrap();
    assert_eq!(printed, template);
    for command in printed["programArgs"].as_object().unwrap().values() {
        assert!(command.as_str().unwrap().ends_with(" lsp"), "{command}");
    }
}

#[test]
fn sublime_text_gets_a_command() {
    let client = &json("Sublime Text")["clients"]["clientlint"];
    assert_eq!(client["command"], serde_json::json!(["clientlint", "lsp"]));
    assert_eq!(client["enabled"], true);
}

#[test]
fn vs_code_is_told_of_settings_that_the_extension_has() {
    let manifest: Json = serde_json::from_str(&file("editors/vscode/package.json")).unwrap();
    let known = &manifest["contributes"]["configuration"]["properties"];
    for key in json("VS Code").as_object().unwrap().keys().filter(|key| key.starts_with("clientlint.")) {
        assert!(known.get(key).is_some(), "{key}");
    }
    assert_eq!(manifest["version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn every_editor_of_the_table_has_its_section() {
    let page = file("docs/editors.md");
    let headings: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    let rows: Vec<&str> =
        page.lines().filter_map(|line| line.strip_prefix("| [")?.split(']').next()).collect();
    assert_eq!(headings.iter().filter(|heading| **heading != "Settings").copied().collect::<Vec<_>>(), rows);
}
