//! `check --suggest-ignore`: each ignore that is written silences its finding and no other.

use std::fs;
use std::path::Path;

use serde_json::Value as Json;

use crate::ignores::Seen;
use crate::support::{Repository, WRONG};

/// A copy of a folder as a repository of its own.
fn copy(folder: &Path) -> Repository {
    let repository = Repository::new();
    for entry in
        walkdir::WalkDir::new(folder).into_iter().flatten().filter(|entry| entry.file_type().is_file())
    {
        let path = entry.path().strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/");
        repository.write(&path, fs::read(entry.path()).unwrap());
    }
    repository
}

fn prints(findings: &[Json]) -> Vec<&str> {
    findings.iter().map(|finding| finding["fingerprint"].as_str().unwrap()).collect()
}

fn findings(seen: &Seen) -> &[Json] {
    seen.json["findings"].as_array().unwrap()
}

/// Adds ignores to the configuration of a repository, with a reason in each.
fn add(repository: &Repository, ignores: &str) {
    let known = fs::read_to_string(repository.path("clientlint.toml")).unwrap_or_default();
    let with_reason = ignores.replace("reason = \"\"", "reason = \"sandbox\"");
    repository.write("clientlint.toml", format!("{known}\n{with_reason}"));
}

#[test]
fn each_silences_its_finding_and_no_other() {
    let acme = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/acme");
    let plain = Seen::of(&copy(&acme), &[]);
    let all = prints(findings(&plain));
    assert!(all.len() > 10);
    for print in &all {
        let repository = copy(&acme);
        let run = repository.run(&["check", ".", &format!("--suggest-ignore={print}")]);
        assert_eq!(run.out.matches("[[ignore]]").count(), 1, "{}", run.out);
        add(&repository, &run.out);
        let seen = Seen::of(&repository, &[]);
        let left: Vec<&str> = all.iter().copied().filter(|other| other != print).collect();
        assert_eq!(prints(findings(&seen)), left, "{}", run.out);
    }
}

#[test]
fn all_of_them_silence_all_findings_of_real_repositories() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    if !corpus.is_dir() {
        return;
    }
    let repository = copy(&corpus);
    let more = ["--persona", "auditor", "--no-gitignore"];
    let before = Seen::of(&repository, &more);
    let suggested = repository.run(&[&["check", ".", "--suggest-ignore"][..], &more].concat());
    assert_eq!(suggested.out.matches("[[ignore]]").count(), findings(&before).len());
    add(&repository, &suggested.out);
    let after = Seen::of(&repository, &more);
    // What is new is a rule's next case, in which the same client breaks it too.
    let known = prints(findings(&before));
    let left: Vec<&Json> = findings(&after)
        .iter()
        .filter(|finding| known.contains(&finding["fingerprint"].as_str().unwrap()))
        .collect();
    assert!(left.is_empty(), "{left:?}");
    assert!(after.silenced().len() >= known.len());
    assert!(!after.found().iter().any(|found| found.ends_with("unused-ignore")), "{:?}", after.found());
}

#[test]
fn what_cannot_be_ignored_is_said_and_what_is_not_found_is_an_error() {
    let repository = Repository::with("tenant.yaml", WRONG)
        .and("clientlint.toml", "[rules.public-client-symmetric-id-token]\nignorable = false\n");
    let run = repository.run(&["check", ".", "--suggest-ignore"]);
    assert!(run.out.contains("# This cannot be ignored.\n"), "{}", run.out);
    let run = repository.run(&["check", ".", "--suggest-ignore=v1:0"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""), "{}", run.err);
    assert!(run.err.contains("no finding has the fingerprint `v1:0`"), "{}", run.err);
    let repository = Repository::with("tenant.yaml", WRONG);
    let run = repository.run(&["check", ".", "--suggest-ignore", "--select", "tag:signing"]);
    let comment = "# Or above line 6 there: # clientlint: ignore[public-client-symmetric-id-token]: REASON\n";
    assert!(run.out.contains(comment), "{}", run.out);
    let run = repository.run(&["check", ".", "--suggest-ignore", "--select", "implicit-grant"]);
    assert_eq!((run.code, run.out.as_str()), (0, ""));
}
