//! Reports are what their readers expect: held against schemas where there are any, and read back.

use std::fs;
use std::path::Path;

use roxmltree::{Document, Node};
use serde_json::Value as Json;

use crate::specimens::{hostile, many};
use crate::support::{RIGHT, Repository, WRONG};

/// Nothing found, one finding, many, what cannot be read, and nothing to read.
fn repositories() -> Vec<(&'static str, Repository)> {
    vec![
        ("none", Repository::with("tenant.yaml", RIGHT)),
        ("one", Repository::with("tenant.yaml", WRONG)),
        ("many", many(6000)),
        ("broken", hostile()),
        (
            "linked",
            Repository::with("tenant.yaml", WRONG)
                .and("clientlint.toml", "[output]\ndocs-url = \"https://rules.example.com/{rule}/\"\n"),
        ),
        ("empty", Repository::with("README.md", "# Nothing\n")),
    ]
}

fn assert_valid(schema: &str, format: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemas").join(schema);
    let schema: Json = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    for (name, repository) in repositories() {
        let report = repository.run(&["check", ".", "--format", format]).json();
        let wrong: Vec<String> = validator
            .iter_errors(&report)
            .take(5)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(wrong.is_empty(), "{format} of {name}: {}", wrong.join("\n"));
    }
}

/// The schema of the report without room for fields that it does not name.
fn strict(schema: &mut Json) {
    if let Json::Object(map) = schema {
        if map.contains_key("properties") {
            map.insert("additionalProperties".to_owned(), Json::Bool(false));
        }
        map.values_mut().for_each(strict);
    }
    schema.as_array_mut().into_iter().flatten().for_each(strict);
}

#[test]
fn json_is_what_its_schema_says_and_no_more() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/report.schema.json");
    let mut schema: Json = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    strict(&mut schema);
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    let silencing = Repository::with("tenant.yaml", WRONG.replace("alg: HS256}", "alg: HS256} # clientlint: ignore[public-client-symmetric-id-token] until 2999-01-01: until the move"))
        .and("other/tenant.yaml", WRONG)
        .and("clientlint.toml", "[[ignore]]\nrules = [\"public-client-symmetric-id-token\"]\npath = \"other/**\"\nreason = \"because of SEC-1\"\nby = \"us\"\n[[ignore]]\nrules = [\"implicit-grant\"]\nreason = \"for nothing\"\n")
        .and("more/tenant.yaml", WRONG);
    assert_eq!(silencing.run(&["baseline", "write", "more"]).code, 0);
    for (name, repository) in repositories().into_iter().chain([("silenced", silencing)]) {
        let report = repository.run(&["check", ".", "--format", "json", "--persona", "auditor"]).json();
        let error = validator.iter_errors(&report).next();
        let told = error.map(|error| format!("{}: {error}", error.instance_path())).unwrap_or_default();
        assert!(told.is_empty(), "{name}: {told}");
        if name == "silenced" {
            assert_eq!(report["silenced"].as_array().unwrap().len(), 3);
        }
    }
}

#[test]
fn sarif_is_valid() {
    assert_valid("sarif-2.1.0.json", "sarif");
}

#[test]
fn gitlab_code_quality_is_valid() {
    assert_valid("gitlab-code-quality.json", "gitlab");
}

#[test]
fn gitlab_sast_is_valid() {
    assert_valid("gitlab-sast.json", "gitlab-sast");
}

#[test]
fn fingerprints_of_gitlab_are_each_of_one_issue() {
    for (name, repository) in repositories() {
        let report = repository.run(&["check", ".", "--format", "gitlab"]).json();
        let all: Vec<&str> =
            report.as_array().unwrap().iter().map(|issue| issue["fingerprint"].as_str().unwrap()).collect();
        let mut distinct = all.clone();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(all.len(), distinct.len(), "{name}");
    }
}

fn element(node: Node<'_, '_>, names: &[&str], required: &[&str], optional: &[&str]) {
    assert!(names.contains(&node.tag_name().name()), "{node:?}");
    let has: Vec<&str> = node.attributes().map(|attribute| attribute.name()).collect();
    for name in required {
        assert!(has.contains(name), "{node:?} lacks {name}");
    }
    for name in has {
        assert!(required.contains(&name) || optional.contains(&name), "{node:?} has {name}");
    }
}

fn children<'a, 'b>(node: Node<'a, 'b>) -> impl Iterator<Item = Node<'a, 'b>> {
    node.children().filter(Node::is_element)
}

#[test]
fn junit_is_what_ci_servers_read() {
    for (name, repository) in repositories() {
        let text = repository.run(&["check", ".", "--format", "junit"]).out;
        let document = Document::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let root = document.root_element();
        element(root, &["testsuites"], &["name", "tests", "failures", "errors"], &[]);
        let number = |node: Node<'_, '_>, name: &str| node.attribute(name).unwrap().parse::<usize>().unwrap();
        let mut sums = [0; 3];
        for suite in children(root) {
            element(suite, &["testsuite"], &["name", "tests", "failures", "errors", "skipped"], &[]);
            let mut counts = [0; 4];
            for case in children(suite) {
                element(case, &["testcase"], &["name", "classname"], &[]);
                counts[0] += 1;
                assert!(children(case).count() <= 1);
                for outcome in children(case) {
                    match outcome.tag_name().name() {
                        "skipped" => element(outcome, &["skipped"], &[], &["message"]),
                        _ => element(outcome, &["failure", "error"], &["message", "type"], &[]),
                    }
                    match outcome.tag_name().name() {
                        "failure" => counts[1] += 1,
                        "error" => counts[2] += 1,
                        _ => counts[3] += 1,
                    }
                }
            }
            let said = ["tests", "failures", "errors", "skipped"].map(|name| number(suite, name));
            assert_eq!(said, counts, "{name}: {suite:?}");
            for (sum, count) in sums.iter_mut().zip(counts) {
                *sum += count;
            }
        }
        assert_eq!(["tests", "failures", "errors"].map(|name| number(root, name)), sums, "{name}");
    }
}

#[test]
fn checkstyle_is_what_its_readers_know() {
    for (name, repository) in repositories() {
        let text = repository.run(&["check", ".", "--format", "checkstyle"]).out;
        let document = Document::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        element(document.root_element(), &["checkstyle"], &["version"], &[]);
        for file in children(document.root_element()) {
            element(file, &["file"], &["name"], &[]);
            for error in children(file) {
                element(error, &["error"], &["line", "column", "severity", "message", "source"], &[]);
                assert!(
                    ["error", "warning", "info", "ignore"].contains(&error.attribute("severity").unwrap())
                );
                for place in ["line", "column"] {
                    assert!(error.attribute(place).unwrap().parse::<usize>().unwrap() > 0);
                }
            }
        }
    }
}

/// Columns are bytes, also behind a secret that is not shown and letters of several bytes.
#[test]
fn rdjson_counts_bytes() {
    let text = "clients:\n  - {name: Größe, client_secret: \"a longer secret, as it were: 8fj3kd93kfKd\", app_type: spa, grant_types: [implicit]}\n";
    let repository = Repository::with("tenant.yaml", text);
    let report = repository.run(&["check", ".", "--format", "rdjson", "--select", "implicit-grant"]).json();
    let range = &report["diagnostics"][0]["location"]["range"];
    let line = text.lines().nth(1).unwrap();
    let at = line.find("implicit").unwrap() + 1;
    assert_eq!(range["start"]["column"], at);
    assert_eq!(range["end"]["column"], at + "implicit".len());
    let json = repository.run(&["check", ".", "--format", "json", "--select", "implicit-grant"]).json();
    let characters = json["findings"][0]["location"]["start"]["column"].as_u64().unwrap();
    assert_eq!(characters, at as u64 - 2, "the other formats count characters");
}
