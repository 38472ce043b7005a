//! Puts `rules/`, their examples and the provider tables into the program as JSON, which is read many times faster than
//! YAML.
//! Presence is registration: a file in one of the folders is in the program after the next build.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use serde::Deserialize;
use serde_json::Value as Json;

fn main() -> Result<(), Box<dyn Error>> {
    let out = env::var("OUT_DIR")?;
    let folders: [(&str, &str, Read); 3] = [
        ("rules", "rules.jsonl", content),
        ("src/providers", "providers.jsonl", content),
        ("fixtures/rules", "examples.jsonl", examples),
    ];
    for (folder, name, read) in folders {
        println!("cargo:rerun-if-changed={folder}");
        fs::write(Path::new(&out).join(name), bundle(folder, read)?)?;
    }
    Ok(())
}

/// How the text of a file becomes JSON.
type Read = fn(&str) -> serde_yaml::Result<Json>;

/// The one document of a text.
fn content(text: &str) -> serde_yaml::Result<Json> {
    serde_yaml::from_str(text)
}

/// The documents of a rule's fixture that show what is flagged and what is clean, in the form of `examples` in a rule.
fn examples(text: &str) -> serde_yaml::Result<Json> {
    let mut examples = Vec::new();
    for document in serde_yaml::Deserializer::from_str(text) {
        let mut definition = Json::deserialize(document)?;
        let case = definition.as_object_mut().and_then(|map| map.shift_remove("case")).unwrap_or_default();
        let (word, name) = case.as_str().and_then(|case| case.split_once(": ")).unwrap_or_default();
        if word == "flagged" || word == "clean" {
            let flagged = word == "flagged";
            examples.push(serde_json::json!({ "name": name, "definition": definition, "flagged": flagged }));
        }
    }
    Ok(Json::Array(examples))
}

/// The YAML files of a folder as lines of JSON, each `[name, content]`, sorted by name.
fn bundle(folder: &str, read: Read) -> Result<String, Box<dyn Error>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "yaml") {
            println!("cargo:rerun-if-changed={}", path.display());
            let text = fs::read_to_string(&path)?;
            let content = read(&text).map_err(|error| format!("{}: {error}", path.display()))?;
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            files.push((name, content));
        }
    }
    files.sort_by(|a, b| a.0.cmp(&b.0));
    let mut lines = String::new();
    for file in files {
        lines += &serde_json::to_string(&file)?;
        lines.push('\n');
    }
    Ok(lines)
}
