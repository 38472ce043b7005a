//! The layers of `docs/architecture.md`, held: who may import whom, and who alone knows miette, the file system and
//! jsonschema.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use walkdir::WalkDir;

/// The layers from the bottom up, as the table in docs/architecture.md has them: the modules of a layer, and those
/// below of which they must know nothing. Modules of one layer may know each other.
const LAYERS: &[(&[&str], &[&str])] = &[
    (&["source"], &[]),
    (&["tree"], &[]),
    (&["day"], &["source", "tree"]),
    (&["git"], &["source", "tree"]),
    (&["suggest"], &["source", "tree"]),
    (&["report_format"], &["source", "tree"]),
    (&["vocabulary"], &["source", "tree"]),
    (&["problem"], &[]),
    (&["masked"], &["tree", "vocabulary"]),
    (&["secret"], &["vocabulary"]),
    (&["sensitive"], &["vocabulary"]),
    (&["redaction"], &["vocabulary"]),
    (&["host"], &[]),
    (&["uri"], &["secret", "redaction", "masked"]),
    (&["client"], &["redaction", "masked"]),
    (&["formats"], &["client", "uri", "vocabulary"]),
    (&["resolve"], &["client", "uri", "vocabulary"]),
    (&["providers"], &["formats", "resolve"]),
    (&["rule"], &["providers", "resolve"]),
    (&["finding"], &["client", "providers"]),
    (&["fingerprint"], &["client", "providers"]),
    (&["defaults"], &["formats", "resolve", "rule"]),
    (&["declared"], &["formats", "resolve", "providers", "rule"]),
    (&["addresses"], &["formats", "resolve", "providers", "rule"]),
    (&["infer"], &["formats", "resolve", "rule"]),
    (&["link"], &["formats", "resolve", "providers", "rule"]),
    (&["former"], &["formats", "resolve", "providers", "rule"]),
    (&["check"], &["formats", "resolve", "providers", "infer"]),
    (&["examples"], &["resolve"]),
    (&["config"], &["formats", "resolve"]),
    (&["discover"], &["tree", "client", "formats", "providers", "rule", "config"]),
    (&["write"], &["source", "tree", "client", "formats", "providers", "rule", "config", "discover"]),
    (&["project"], &["rule", "check"]),
    (&["silence"], &["providers", "resolve"]),
    (&["configs"], &["tree", "client", "formats", "resolve", "providers", "project"]),
    (&["inputs"], &["tree", "client", "formats", "resolve", "rule"]),
    (&["earlier"], &["tree", "client", "formats", "resolve", "rule"]),
    (&["render"], &["resolve", "rule", "infer", "check", "config", "discover"]),
    (&["fix"], &["resolve", "infer", "link", "discover"]),
    (&["lint"], &[]),
    (&["init"], &["tree", "client", "formats", "resolve", "rule", "check", "config"]),
    (&["mend"], &["tree", "client", "formats", "resolve", "providers", "config", "project"]),
    (&["baseline"], &["tree", "client", "formats", "resolve", "providers", "project"]),
    (&["reporters"], &["tree", "client", "formats", "resolve", "providers", "config", "project"]),
    (
        &["output"],
        &[
            "source",
            "tree",
            "client",
            "formats",
            "resolve",
            "providers",
            "rule",
            "config",
            "lint",
            "reporters",
        ],
    ),
    (&["explain"], &["lint", "reporters"]),
    (&["page"], &["tree", "client", "formats", "resolve", "reporters"]),
    (&["lsp"], &["tree", "client", "formats", "resolve"]),
    (&["cli"], &["tree", "client", "formats", "resolve"]),
];

/// More than this many lines are two files.
const LONGEST: usize = 450;

/// A file of the program.
struct File {
    /// Path below src.
    path: String,
    text: String,
    /// The text without comments and unit tests.
    code: String,
}

impl File {
    /// The module below the root that it belongs to.
    fn module(&self) -> &str {
        let top = self.path.split('/').next().unwrap_or_default();
        top.trim_end_matches(".rs")
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files() -> Vec<File> {
    let mut files = Vec::new();
    for entry in WalkDir::new(root().join("src")).sort_by_file_name() {
        let entry = entry.expect("src can be read");
        if entry.path().extension().is_none_or(|ending| ending != "rs") {
            continue;
        }
        let path = entry.path().strip_prefix(root().join("src")).expect("below src");
        let text = fs::read_to_string(entry.path()).expect("a source file is text");
        let without_tests = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
        let code = without_tests
            .lines()
            .map(|line| line.split_once("//").map_or(line, |(code, _)| code))
            .collect::<Vec<_>>()
            .join("\n");
        files.push(File { path: path.to_string_lossy().replace('\\', "/"), text, code });
    }
    files
}

/// The modules that `crate::name`, `crate::{name, other::Thing}` and, at the top, `super::name` lead to.
fn imports(file: &File) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let starts = if file.path.contains('/') { &["crate::"][..] } else { &["crate::", "super::"] };
    for start in starts {
        for (at, _) in file.code.match_indices(start) {
            let rest = &file.code[at + start.len()..];
            if let Some(group) = rest.strip_prefix('{') {
                found.extend(names_of_group(group));
            } else {
                found.insert(word(rest));
            }
        }
    }
    found.remove(file.module());
    found.remove("");
    found
}

/// The first names of a `{...}` group, read from behind its brace.
fn names_of_group(group: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut depth = 0;
    let mut fresh = true;
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => fresh = true,
            character if fresh && !character.is_whitespace() => {
                names.push(word(&group[at..]));
                fresh = false;
            }
            _ => {}
        }
    }
    names
}

fn word(text: &str) -> String {
    text.chars().take_while(|character| character.is_alphanumeric() || *character == '_').collect()
}

fn layer_of(module: &str) -> Option<usize> {
    LAYERS.iter().position(|(modules, _)| modules.contains(&module))
}

#[test]
fn every_module_has_its_layer() {
    let modules: BTreeSet<String> = files().iter().map(|file| file.module().to_owned()).collect();
    for module in &modules {
        let known = layer_of(module).is_some() || ["lib", "main", "build"].contains(&module.as_str());
        assert!(known, "`{module}` is in no layer: give it one here and in docs/architecture.md");
    }
    for module in LAYERS.iter().flat_map(|(modules, _)| modules.iter()) {
        assert!(modules.contains(*module), "the layers name `{module}`, which is gone");
    }
}

#[test]
fn modules_import_only_from_below() {
    let mut wrong = Vec::new();
    for file in files() {
        let Some(own) = layer_of(file.module()) else { continue };
        for import in imports(&file) {
            match layer_of(&import) {
                Some(layer) if layer > own => {
                    wrong.push(format!("{} imports {import} from above", file.path))
                }
                Some(_) if LAYERS[own].1.contains(&import.as_str()) => {
                    wrong.push(format!("{} must know nothing of {import}", file.path));
                }
                Some(_) => {}
                None => wrong.push(format!("{} imports {import}, which is in no layer", file.path)),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_layers_are_those_of_the_documentation() {
    let text =
        fs::read_to_string(root().join("docs/architecture.md")).expect("docs/architecture.md is there");
    let names =
        |cell: &str| -> Vec<String> { cell.split('`').skip(1).step_by(2).map(str::to_owned).collect() };
    let documented: Vec<(Vec<String>, Vec<String>)> = text
        .lines()
        .skip_while(|line| !line.starts_with("| module |"))
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|line| {
            let cells: Vec<&str> = line.split('|').collect();
            (names(cells[1]), names(cells[3]))
        })
        .collect();
    let owned = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let held: Vec<_> = LAYERS.iter().map(|(modules, never)| (owned(modules), owned(never))).collect();
    assert_eq!(documented, held);
}

/// Asserts that a word stands in the code of no other file.
fn only_in(word: &str, allowed: &[&str]) {
    for file in files().iter().filter(|file| !allowed.contains(&file.path.as_str())) {
        for (at, _) in file.code.match_indices(word) {
            let before = file.code[..at].chars().next_back();
            let inside = before.is_some_and(|character| character.is_alphanumeric() || character == '_');
            assert!(inside, "{}: `{word}` belongs in {allowed:?}", file.path);
        }
    }
}

#[test]
fn only_the_terminal_report_knows_miette() {
    only_in("miette", &["reporters/terminal.rs", "main.rs"]);
}

#[test]
fn only_discovery_and_what_writes_know_the_file_system() {
    for word in ["fs::", "std::fs", "File::"] {
        only_in(word, &["discover/mod.rs", "discover/walk.rs", "output.rs", "write.rs", "build.rs"]);
    }
}

#[test]
fn only_the_language_server_knows_its_protocol() {
    for file in files().iter().filter(|file| file.module() != "lsp") {
        let words = ["lsp_types", "lsp_server"].iter().any(|word| file.code.contains(word));
        assert!(!words, "{}: the protocol belongs in lsp", file.path);
    }
}

#[test]
fn only_rules_know_jsonschema() {
    // load.rs keeps the compiled schema of rule files, and needs its type for that.
    only_in("jsonschema", &["rule/schema.rs", "rule/load.rs"]);
}

#[test]
fn files_say_what_they_own_and_stay_short() {
    for file in files() {
        assert!(file.text.starts_with("//!"), "{} does not say what it owns", file.path);
        let lines = file.text.lines().count();
        assert!(lines <= LONGEST, "{} has {lines} lines, more than {LONGEST}", file.path);
    }
}
