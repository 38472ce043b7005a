//! Puts `rules/` and the provider tables into the program as JSON, which is read many times faster than YAML.
//! Presence is registration: a file in one of the folders is in the program after the next build.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let out = env::var("OUT_DIR")?;
    for (folder, name) in [("rules", "rules.json"), ("src/providers", "providers.json")] {
        println!("cargo:rerun-if-changed={folder}");
        fs::write(Path::new(&out).join(name), bundle(folder)?)?;
    }
    Ok(())
}

/// The YAML files of a folder as a JSON list of `[name, content]`, sorted by name.
fn bundle(folder: &str) -> Result<String, Box<dyn Error>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "yaml") {
            println!("cargo:rerun-if-changed={}", path.display());
            let text = fs::read_to_string(&path)?;
            let content: serde_json::Value =
                serde_yaml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            files.push((name, content));
        }
    }
    files.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(serde_json::to_string(&files)?)
}
