//! Reports are read by programs that other people made, where `scripts/install-report-tools` has put these. Without it
//! these tests do nothing, except where `CLIENTLINT_NEED_TOOLS` is set, as in continuous integration.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::specimens::{hostile, many};
use crate::support::{RIGHT, Repository, WRONG};

/// A program among the report tools; `None` where it is not installed.
fn tool(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/report-tools").join(path);
    if !path.exists() {
        let needed = std::env::var_os("CLIENTLINT_NEED_TOOLS").is_some();
        assert!(!needed, "{} is missing: run scripts/install-report-tools", path.display());
        return None;
    }
    Some(path)
}

fn run(program: &Path, arguments: &[&str], folder: &Path) -> (bool, String) {
    let Output { status, stdout, stderr } =
        Command::new(program).args(arguments).current_dir(folder).output().unwrap();
    (status.success(), String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr))
}

/// Repositories, and how many errors, warnings and problems each has.
fn repositories() -> Vec<(Repository, [usize; 3])> {
    vec![
        (Repository::with("tenant.yaml", RIGHT), [0, 0, 0]),
        (Repository::with("tenant.yaml", WRONG), [1, 0, 0]),
        (many(300), [300, 0, 0]),
        (hostile(), [4, 2, 1]),
    ]
}

fn report(repository: &Repository, format: &str, file: &str) -> String {
    let run = repository.run(&["check", ".", "--format", format]);
    fs::write(repository.path(file), &run.out).unwrap();
    run.out
}

#[test]
fn the_sarif_multitool_finds_no_fault() {
    let Some(tool) = tool("node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool") else { return };
    for (repository, _) in repositories() {
        report(&repository, "sarif", "report.sarif");
        let (ok, said) = run(&tool, &["validate", "report.sarif"], repository.root());
        assert!(ok && said.contains("Analysis completed successfully"), "{said}");
        let faults: Vec<&str> =
            said.lines().filter(|line| line.contains(" error ") || line.contains(" warning ")).collect();
        // That the program has no page of its own is so.
        assert!(faults.iter().all(|line| line.contains("'informationUri'")), "{said}");
    }
    // It does find faults.
    let repository = Repository::with("tenant.yaml", WRONG);
    let wrong = report(&repository, "sarif", "report.sarif").replace("\"startColumn\":", "\"startColumn\":-");
    fs::write(repository.path("report.sarif"), wrong).unwrap();
    let (ok, said) = run(&tool, &["validate", "report.sarif"], repository.root());
    assert!(!ok || said.contains(" error "), "{said}");
}

#[test]
fn sarif_tools_count_the_same() {
    let Some(tool) = tool("python/bin/sarif") else { return };
    for (repository, [errors, warnings, _]) in repositories() {
        report(&repository, "sarif", "report.sarif");
        let (ok, said) = run(&tool, &["summary", "report.sarif"], repository.root());
        assert!(ok, "{said}");
        for (level, number) in [("error", errors), ("warning", warnings)] {
            assert!(
                said.lines().any(|line| line == format!("{level}: {number}")),
                "{level} {number}:\n{said}"
            );
        }
        let (ok, said) = run(&tool, &["csv", "report.sarif"], repository.root());
        assert!(ok, "{said}");
    }
}

#[test]
fn junitparser_counts_the_same() {
    let Some(tool) = tool("python/bin/python") else { return };
    let script = "import junitparser, sys\n\
                  suites = junitparser.JUnitXml.fromfile('report.xml')\n\
                  cases = [case for suite in suites for case in suite]\n\
                  of = lambda kind: sum(isinstance(one, kind) for case in cases for one in case.result)\n\
                  print(suites.failures, of(junitparser.Failure), suites.errors, of(junitparser.Error))\n";
    for (repository, [errors, warnings, problems]) in repositories() {
        report(&repository, "junit", "report.xml");
        let (ok, said) = run(&tool, &["-c", script], repository.root());
        let failures = errors + warnings;
        assert!(ok, "{said}");
        assert_eq!(said.trim(), format!("{failures} {failures} {problems} {problems}"));
    }
}

#[test]
fn rdjson_has_reviewdogs_schema() {
    let Some(tool) = tool("node_modules/.bin/rdformat-validator") else { return };
    for (repository, _) in repositories() {
        report(&repository, "rdjson", "report.json");
        let (ok, said) = run(&tool, &["report.json"], repository.root());
        assert!(ok && said.contains("Total errors: 0"), "{said}");
    }
}
