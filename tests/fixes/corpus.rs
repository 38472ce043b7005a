//! `fix --unsafe` over whole repositories: real ones where they lie beside this one, and our own example.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value as Json;

use crate::support::FOLLOWS;

/// A copy of a folder, as the root of a repository.
fn copy(from: &Path, name: &str) -> PathBuf {
    let to = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    drop(fs::remove_dir_all(&to));
    for entry in walkdir::WalkDir::new(from).into_iter().map(Result::unwrap) {
        let path = to.join(entry.path().strip_prefix(from).unwrap());
        if entry.file_type().is_dir() {
            fs::create_dir_all(path).unwrap();
        } else if entry.file_type().is_file() {
            // A new file: the original may be read-only.
            fs::write(path, fs::read(entry.path()).unwrap()).unwrap();
        }
    }
    fs::create_dir_all(to.join(".git")).unwrap();
    to
}

fn run(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_clientlint"))
        .args(arguments)
        .args(["--persona", "auditor", "--no-gitignore"])
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
}

fn check(folder: &Path) -> Json {
    serde_json::from_str(&run(folder, &["check", ".", "--format", "json"]).1).unwrap()
}

type Name = (String, String, String);

fn name(finding: &Json) -> Name {
    let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    (text(&finding["rule"]), text(&finding["client"]["path"]), text(&finding["client"]["key"]))
}

fn findings(report: &Json) -> &[Json] {
    report["findings"].as_array().unwrap()
}

fn lines(folder: &Path, path: &str) -> Vec<String> {
    fs::read_to_string(folder.join(path)).unwrap().lines().map(str::to_owned).collect()
}

fn mends_everything(from: &Path, copied: &str) {
    let folder = copy(from, copied);
    let before = check(&folder);
    let fixable: Vec<&Json> =
        findings(&before).iter().filter(|finding| !finding["fixes"].as_array().unwrap().is_empty()).collect();
    assert!(!fixable.is_empty(), "nothing to mend in {}", from.display());
    let (_, told) = run(&folder, &["fix", "--unsafe", "."]);
    let after = check(&folder);
    assert_eq!(before["problems"], after["problems"], "{told}");
    assert_eq!(before["summary"]["clients"], after["summary"]["clients"]);
    let known: BTreeSet<Name> = findings(&before).iter().map(name).collect();
    let now: BTreeSet<Name> = findings(&after).iter().map(name).collect();
    for finding in &fixable {
        let fingerprint = &finding["fingerprint"];
        let still = findings(&after).iter().any(|other| other["fingerprint"] == *fingerprint);
        assert!(!still, "still found: {:?}", name(finding));
    }
    for (rule, path, key) in now.difference(&known) {
        let follows = |mended: &str| {
            FOLLOWS.contains(&(mended, rule))
                && known.contains(&(mended.to_owned(), path.clone(), key.clone()))
        };
        let caused = FOLLOWS.iter().any(|(mended, _)| follows(mended));
        assert!(caused, "new: {rule} of {key} in {path}");
    }
    let again = run(&folder, &["fix", "--unsafe", "--diff", "."]).1;
    assert!(again.is_empty(), "a second run changes:\n{again}");
    // Lines that no fix speaks of are as they were: of each file what is left is a part of what was there, in order.
    let edited: BTreeSet<String> = fixable
        .iter()
        .flat_map(|finding| finding["fixes"][0]["edits"].as_array().unwrap())
        .map(|edit| edit["path"].as_str().unwrap().to_owned())
        .collect();
    for entry in walkdir::WalkDir::new(from).into_iter().map(Result::unwrap) {
        if !entry.file_type().is_file() {
            continue;
        }
        let path = entry.path().strip_prefix(from).unwrap().to_string_lossy().replace('\\', "/");
        if edited.contains(&path) {
            let (old, new) = (lines(from, &path), lines(&folder, &path));
            let same = old.iter().filter(|line| new.contains(line)).count();
            let fixes = fixable.iter().filter(|finding| finding["fixes"].to_string().contains(&path)).count();
            assert!(
                old.len() - same <= fixes * 6,
                "{path}: {} lines of {} changed",
                old.len() - same,
                old.len()
            );
        } else {
            let (old, new) = (fs::read(entry.path()).unwrap(), fs::read(folder.join(&path)).unwrap());
            assert!(old == new, "{path} was changed, and no fix speaks of it");
        }
    }
}

#[test]
fn real_repositories_are_mended() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    if !corpus.is_dir() {
        return;
    }
    mends_everything(&corpus, "fixed-corpus");
}

#[test]
fn the_example_is_mended() {
    mends_everything(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/acme"), "fixed-acme");
}
