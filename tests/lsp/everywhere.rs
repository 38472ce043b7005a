//! The same repository has the same findings on the command line, in every format that names them, as the hook calls
//! the program, and in an editor.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value as Json, json};

use crate::editor::{Editor, address};
use crate::folder;

/// A copy of the example as a repository of its own, and its files.
fn acme(folder: &Path) -> Vec<PathBuf> {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/acme");
    fs::create_dir(folder.join(".git")).unwrap();
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(&from).sort_by_file_name().into_iter().flatten() {
        let path = folder.join(entry.path().strip_prefix(&from).unwrap());
        if entry.file_type().is_file() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, fs::read(entry.path()).unwrap()).unwrap();
            files.push(path);
        }
    }
    files
}

fn run(folder: &Path, words: &[&str], paths: &[PathBuf]) -> Json {
    let mut command = Command::new(env!("CARGO_BIN_EXE_clientlint"));
    let output = command.args(words).args(paths).current_dir(folder).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn prints<'a>(all: impl IntoIterator<Item = &'a Json>) -> BTreeSet<String> {
    all.into_iter().map(|print| print.as_str().unwrap().to_owned()).collect()
}

fn each(list: &Json) -> impl Iterator<Item = &Json> {
    list.as_array().unwrap().iter()
}

#[test]
fn the_same_is_found_everywhere() {
    let (_folder, folder) = folder();
    let files = acme(&folder);
    let report = run(&folder, &["check", ".", "--format", "json"], &[]);
    let expected = prints(each(&report["findings"]).map(|finding| &finding["fingerprint"]));
    assert!(expected.len() > 10);

    let sarif = run(&folder, &["check", ".", "--format", "sarif"], &[]);
    let bare =
        each(&sarif["runs"][0]["results"]).map(|result| &result["partialFingerprints"]["clientlint/v1"]);
    let sarif: BTreeSet<String> = prints(bare).into_iter().map(|print| format!("v1:{print}")).collect();
    assert_eq!(sarif, expected, "sarif");
    let gitlab = run(&folder, &["check", ".", "--format", "gitlab"], &[]);
    assert_eq!(each(&gitlab).count(), expected.len(), "gitlab");

    // As the hook does it: its own words, and the names of the files.
    let hooks =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(".pre-commit-hooks.yaml")).unwrap();
    let entry = hooks.lines().find_map(|line| line.trim().strip_prefix("entry: clientlint ")).unwrap();
    let words: Vec<&str> = entry.split_whitespace().chain(["--format", "json"]).collect();
    let hook = run(&folder, &words, &files);
    assert_eq!(prints(each(&hook["findings"]).map(|finding| &finding["fingerprint"])), expected, "hook");

    // Who names a module alone has not asked for those that call it, on the command line as in an editor.
    let alone: BTreeSet<String> = files
        .iter()
        .flat_map(|path| {
            let one = run(&folder, &words, std::slice::from_ref(path));
            prints(each(&one["findings"]).map(|finding| &finding["fingerprint"]))
        })
        .collect();
    let calls = |finding: &&Json| !alone.contains(finding["fingerprint"].as_str().unwrap());
    for finding in each(&report["findings"]).filter(calls) {
        assert!(finding["location"]["path"].as_str().unwrap().contains("/modules/"), "{finding}");
    }

    let mut editor = Editor::start(true, true, json!({"debounce": 0}));
    let mut shown = BTreeSet::new();
    for path in files.iter().filter(|path| fs::read_to_string(path).is_ok()) {
        let uri = address(path);
        editor.open(&uri, &fs::read_to_string(path).unwrap());
        let found = editor.diagnostics(&uri);
        shown.extend(prints(found.iter().map(|diagnostic| &diagnostic["data"])));
    }
    assert_eq!(editor.stop(), 0);
    // An editor may have more of a project open than one file.
    assert!(alone.is_subset(&shown) && shown.is_subset(&expected), "editor: {shown:?}");
}
