//! Pages of cases: Markdown in which each `##` section is a small repository and says what is found in it.
//!
//! A block of code whose first line ends with a path is a file: ` ```yaml auth0/tenant.yaml`. What is found at a line
//! stands behind it: `#! implicit-grant warning`. These marks are taken off before the program sees the text, so that
//! they can stand in every format. `(pedantic)` or `(auditor)` at the end of a heading shows the findings for these.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(dead_code, reason = "each test uses some of it")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value as Json;

/// A file of a case.
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// A small repository.
pub(crate) struct Case {
    /// The heading, without the persona.
    pub(crate) title: String,
    pub(crate) persona: &'static str,
    pub(crate) files: Vec<File>,
    /// What is marked.
    pub(crate) marks: BTreeSet<Mark>,
}

/// A finding: path, line, rule and severity.
pub(crate) type Mark = (String, u64, String, String);

const MARK: &str = "#! ";

/// The cases of a page.
pub(crate) fn cases(page: &str) -> Vec<Case> {
    page.split("\n## ").skip(1).map(case).collect()
}

fn case(section: &str) -> Case {
    let (heading, body) = section.split_once('\n').unwrap();
    let persona = ["pedantic", "auditor"].into_iter().find(|word| heading.ends_with(&format!("({word})")));
    let title = persona.map_or(heading, |word| heading.trim_end_matches(&format!("({word})"))).trim();
    let mut case = Case {
        title: title.to_owned(),
        persona: persona.unwrap_or("regular"),
        files: Vec::new(),
        marks: BTreeSet::new(),
    };
    for block in body.split("\n```").skip(1).step_by(2) {
        let (head, text) = block.split_once('\n').unwrap();
        let path = head.split_once(' ').unwrap_or_else(|| panic!("{title}: a block names no file")).1;
        let mut file = File { path: path.to_owned(), text: String::new() };
        for (number, line) in text.lines().enumerate() {
            let (line, marks) = line.split_once(MARK).unwrap_or((line, ""));
            for mark in marks.split(',').filter(|mark| !mark.is_empty()) {
                let (rule, severity) =
                    mark.trim().split_once(' ').unwrap_or_else(|| panic!("{title}: {mark}"));
                case.marks.insert((path.to_owned(), number as u64 + 1, rule.to_owned(), severity.to_owned()));
            }
            file.text.push_str(line.trim_end());
            file.text.push('\n');
        }
        case.files.push(file);
    }
    assert!(!case.files.is_empty(), "{title}: a case without files");
    case
}

/// A folder of its own, in which the files are written.
pub(crate) fn folder(name: &str, files: &[File]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    drop(fs::remove_dir_all(&folder));
    // The root of a repository: no configuration above it applies.
    fs::create_dir_all(folder.join(".git")).unwrap();
    for file in files {
        let path = folder.join(&file.path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, &file.text).unwrap();
    }
    folder
}

/// What a command writes as JSON.
pub(crate) fn json(words: &[&str], path: &Path) -> Json {
    let output = Command::new(env!("CARGO_BIN_EXE_clientlint"))
        .args(words)
        .args(["--format", "json", "--allow-empty", "--no-gitignore"])
        .arg(path)
        .env_clear()
        .output()
        .unwrap();
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What is found in a report.
pub(crate) fn found(report: &Json) -> BTreeSet<Mark> {
    let text = |value: &Json| value.as_str().unwrap().to_owned();
    let findings = report["findings"].as_array().unwrap();
    let mark = |finding: &Json| {
        let at = &finding["location"];
        let line = at["start"]["line"].as_u64().unwrap();
        (text(&at["path"]), line, text(&finding["rule"]), text(&finding["severity"]))
    };
    findings.iter().map(mark).collect()
}

/// Runs all pages of a folder: what is marked is found, and nothing else.
pub(crate) fn hold(pages: &str) {
    let mut wrong = Vec::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(pages);
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        let page = path.file_stem().unwrap().to_string_lossy().into_owned();
        let cases = cases(&fs::read_to_string(&path).unwrap());
        if !cases.iter().any(|case| case.marks.is_empty()) {
            wrong.push(format!("{pages}/{page}.md: no case that is clean"));
        }
        for case in &cases {
            wrong.extend(
                disagreements(case, pages).into_iter().map(|line| format!("{page}: {}: {line}", case.title)),
            );
        }
    }
    assert!(wrong.is_empty(), "{} disagreements:\n{}", wrong.len(), wrong.join("\n"));
}

fn disagreements(case: &Case, pages: &str) -> Vec<String> {
    let folder = folder(pages, &case.files);
    let report = json(&["check", "--persona", case.persona], &folder);
    let found = found(&report);
    let show = |(path, line, rule, severity): &Mark| format!("{path}:{line}: {rule} {severity}");
    let mut wrong: Vec<String> = Vec::new();
    wrong.extend(case.marks.difference(&found).map(|mark| format!("not found: {}", show(mark))));
    wrong.extend(found.difference(&case.marks).map(|mark| format!("not marked: {}", show(mark))));
    wrong.extend(report["problems"].as_array().unwrap().iter().map(|problem| format!("problem: {problem}")));
    if report["summary"]["documents"] == 0 {
        wrong.push("nothing is recognised".to_owned());
    }
    wrong
}
