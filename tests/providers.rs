//! Files in every form that is read, in `fixtures/providers/PROVIDER/FORM/`, and beside each folder the facts that are
//! expected of its clients, `FORM.facts`; and in `fixtures/providers/none` files of other systems, which hold none.
//!
//! `UPDATE=1 cargo test --test providers` writes the facts anew; read the difference.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod cases;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

fn folders(path: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
    let mut folders: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/providers")
}

/// What is known of the clients in a folder, one paragraph for each; then the same for each mapping file alone.
fn facts(folder: &Path) -> String {
    let mut text = facts_of(&["clients"], folder);
    let files = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().map(Result::unwrap);
    for file in files.filter(|file| file.file_type().is_file()) {
        let is_mapping = fs::read_to_string(file.path()).unwrap().contains("AUTH0_KEYWORD_REPLACE_MAPPINGS");
        if is_mapping {
            let path = file.path().strip_prefix(folder).unwrap().display();
            let _ = writeln!(text, "\nwith {path}:");
            text += &facts_of(&["clients", "--mappings", &file.path().to_string_lossy()], folder);
        }
    }
    text
}

fn facts_of(words: &[&str], folder: &Path) -> String {
    let report = cases::json(words, folder);
    let name = format!("{}/", folder.file_name().unwrap().to_string_lossy());
    let mut text = String::new();
    for client in report["clients"].as_array().unwrap() {
        let word = |key: &str| match &client[key] {
            Json::String(word) => word.clone(),
            Json::Null => "-".to_owned(),
            Json::Array(items) => {
                items.iter().map(|item| item.as_str().unwrap()).collect::<Vec<_>>().join(" ")
            }
            other => other.to_string(),
        };
        let path = word("path");
        let below = path.rsplit_once(&name).map_or(path.as_str(), |(_, below)| below);
        let _ = writeln!(text, "{below}:{} {}", client["line"], word("name"));
        for keys in [
            &["key"][..],
            &["provider", "kind", "channel", "party"],
            &["application_type", "client_type", "client_profile"],
            &["token_endpoint_auth_method", "id_token_signed_response_alg", "has_secret"],
            &["grant_types"],
            &["unresolved"],
        ] {
            let facts: Vec<String> = keys.iter().map(|key| format!("{key}: {}", word(key))).collect();
            let _ = writeln!(text, "  {}", facts.join(", ").trim_end());
        }
    }
    for problem in report["problems"].as_array().unwrap() {
        let _ = writeln!(text, "problem: {problem}");
    }
    text
}

#[test]
fn every_form_is_read_as_it_should_be() {
    let mut wrong = Vec::new();
    for provider in folders(&root()).into_iter().filter(|folder| !folder.ends_with("none")) {
        for folder in folders(&provider) {
            let path = folder.with_extension("facts");
            let facts = facts(&folder);
            if std::env::var_os("UPDATE").is_some() {
                fs::write(&path, facts).unwrap();
            } else if fs::read_to_string(&path).unwrap_or_default() != facts {
                wrong.push(format!("{} says otherwise than:\n{facts}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_of_other_systems_hold_no_clients() {
    let mut wrong = Vec::new();
    let files = walkdir::WalkDir::new(root().join("none")).into_iter().map(Result::unwrap);
    for file in files.filter(|file| file.file_type().is_file()) {
        let report = cases::json(&["clients"], file.path());
        if report["clients"] != Json::Array(Vec::new()) || report["problems"] != Json::Array(Vec::new()) {
            wrong.push(format!("{}: {report}", file.path().display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
