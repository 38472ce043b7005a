//! Exit codes, the same in every format, and the shapes of the JSON that other programs read.

use serde_json::Value as Json;

use crate::specimens::FORMATS;
use crate::support::{DOUBTFUL, RIGHT, Repository, WRONG};

/// JSON that breaks off in a client.
const CUT: &str = "{\n  \"name\": \"Shop\",\n  \"app_type\": \"spa\",\n  \"callbacks\": [";

const OTHER: &str = "{\"name\": \"package\", \"version\": \"1.0.0\"}";

/// Runs `check` in each format and returns the one exit code.
fn code(repository: &Repository, arguments: &[&str]) -> i32 {
    let codes = ["text", "concise", "json"].map(|format| {
        let run = repository.run(&[&["check"], arguments, &["--format", format]].concat());
        if format == "json" && run.code != 2 {
            assert_eq!(run.json()["summary"]["gate"]["exit"], run.code);
        }
        run.code
    });
    assert!(codes.iter().all(|code| *code == codes[0]), "{codes:?}");
    codes[0]
}

#[test]
fn findings_at_the_gate_fail_the_run() {
    assert_eq!(code(&Repository::with("tenant.yaml", WRONG), &[]), 1);
    assert_eq!(code(&Repository::with("tenant.yaml", RIGHT), &[]), 0);
    assert_eq!(code(&Repository::with("tenant.yaml", DOUBTFUL), &[]), 0);
}

#[test]
fn the_gate_can_be_moved() {
    let doubtful = Repository::with("tenant.yaml", DOUBTFUL);
    for (gate, expected) in [("error", 0), ("warning", 1), ("info", 1), ("never", 0)] {
        assert_eq!(code(&doubtful, &["--fail-on", gate]), expected, "{gate}");
    }
    let wrong = Repository::with("tenant.yaml", WRONG);
    assert_eq!(code(&wrong, &["--fail-on", "never"]), 0);
    assert_eq!(code(&wrong, &["--exit-zero"]), 0);
}

#[test]
fn what_is_shown_does_not_move_the_gate() {
    let doubtful = Repository::with("tenant.yaml", DOUBTFUL);
    assert_eq!(code(&doubtful, &["--min-severity", "error", "--fail-on", "warning"]), 1);
    let run = doubtful.run(&["check", ".", "--min-severity", "error", "--fail-on", "warning"]);
    assert!(!run.out.contains("implicit"), "{}", run.out);
    assert!(run.out.contains("failed: findings at or above warning"), "{}", run.out);
}

#[test]
fn nothing_recognised_is_not_clean() {
    let other = Repository::with("package.json", OTHER);
    assert_eq!(code(&other, &[]), 3);
    assert_eq!(code(&other, &["--allow-empty"]), 0);
    assert_eq!(code(&other, &["--exit-zero"]), 3);
    assert_eq!(code(&Repository::new(), &[]), 3);
    assert_eq!(other.run(&["clients", "."]).code, 3);
    assert_eq!(other.run(&["clients", ".", "--allow-empty"]).code, 0);
}

#[test]
fn what_cannot_be_analysed_wins_over_findings_and_emptiness() {
    let cut = Repository::with("clients/shop.json", CUT);
    assert_eq!(code(&cut, &[]), 4);
    assert_eq!(code(&cut, &["--exit-zero"]), 4);
    assert_eq!(code(&cut, &["--allow-empty"]), 4);
    assert_eq!(code(&cut.and("tenant.yaml", WRONG), &[]), 4);
    assert_eq!(Repository::with("clients/shop.json", CUT).run(&["clients", "."]).code, 4);
}

#[test]
fn a_wrong_call_wins_over_everything() {
    let repository = Repository::with("clients/shop.json", CUT).and("tenant.yaml", WRONG);
    assert_eq!(code(&repository, &[".", "missing.yaml"]), 2);
    assert_eq!(code(&repository, &["--select", "no-such-rule"]), 2);
    assert_eq!(code(&repository, &["--config", "missing.toml"]), 2);
    assert_eq!(code(&repository, &["--kind", "deploi-yaml"]), 2);
    assert_eq!(code(&repository.and("clientlint.toml", "rules = 1"), &[]), 2);
    for arguments in [
        &["check", "--no-such-option"][..],
        &["frobnicate"],
        &[],
        &["explain"],
        &["check", "--format", "xml"],
    ] {
        assert_eq!(Repository::new().run(arguments).code, 2, "{arguments:?}");
    }
}

#[test]
fn help_and_version_are_no_failures() {
    for arguments in
        [&["--help"][..], &["--version"], &["check", "--help"], &["rules"], &["explain", "implicit-grant"]]
    {
        let run = Repository::new().run(arguments);
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{arguments:?}");
    }
    assert_eq!(Repository::new().run(&["explain", "implicit-grnat"]).code, 2);
    let err = Repository::new().run(&["explain", "implicit-grnat"]).err;
    assert!(err.contains("implicit-grant"), "{err}");
}

#[test]
fn standard_output_holds_the_report_alone() {
    let repositories = [
        Repository::with("tenant.yaml", WRONG),
        Repository::with("tenant.yaml", RIGHT),
        Repository::with("clients/shop.json", CUT),
        Repository::with("package.json", OTHER),
        Repository::new(),
    ];
    for repository in repositories {
        for verb in ["check", "clients"] {
            let run = repository.run(&[verb, ".", "--format", "json"]);
            assert_eq!(run.json()["version"], 1);
            assert_eq!(run.err, "");
        }
    }
    // Whatever is said beside it, the report stays the same.
    let repository = Repository::with("tenant.yaml", WRONG).and("clients/shop.json", CUT);
    let day = [("SOURCE_DATE_EPOCH", "1796000000")];
    for format in FORMATS {
        let plain = repository.run_in(&["check", ".", "--format", format], &day);
        let run = repository.run_in(&["check", ".", "--format", format, "-vv", "--stats"], &day);
        assert!(run.err.contains("tenant.yaml") && run.err.contains("2 files"), "{}", run.err);
        assert_eq!(run.out, plain.out, "{format}");
    }
    let run = Repository::new().run(&["check", "missing.yaml", "--format", "json"]);
    assert_eq!(run.out, "");
    assert!(run.err.contains("missing.yaml"), "{}", run.err);
}

fn keys(value: &Json) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

fn assert_has(value: &Json, names: &[&str]) {
    for name in names {
        assert!(keys(value).contains(name), "no {name} in {value}");
    }
}

#[test]
fn check_json_has_its_fields() {
    let report = Repository::with("auth/tenant.yaml", WRONG).and("clients/cut.json", CUT).check(".");
    assert_has(&report, &["version", "summary", "findings", "problems", "skipped"]);
    let finding = &report["findings"][0];
    assert_has(
        finding,
        &["rule", "severity", "confidence", "message", "client", "location", "related", "fixes"],
    );
    assert_has(
        &finding["client"],
        &["name", "key", "path", "line", "application_type", "client_type", "party"],
    );
    assert_eq!(finding["rule"], "public-client-symmetric-id-token");
    assert_eq!(finding["severity"], "error");
    assert_eq!(finding["client"]["name"], "Shop");
    assert_eq!(finding["client"]["line"], 2);
    assert_eq!(finding["location"]["path"], "auth/tenant.yaml");
    assert_eq!(finding["location"]["start"], serde_json::json!({"line": 6, "column": 30, "byte": 146}));
    assert_eq!(finding["location"]["end"], serde_json::json!({"line": 6, "column": 35, "byte": 151}));
    let problem = &report["problems"][0];
    assert_has(problem, &["code", "path", "line", "column", "message"]);
    assert_eq!(problem["line"], 4);
}

#[test]
fn clients_json_has_its_fields() {
    let repository = Repository::with("auth/tenant.yaml", WRONG).and("clients/cut.json", CUT);
    let report = repository.clients("auth");
    assert_has(&report, &["version", "clients", "problems", "skipped"]);
    let client = &report["clients"][0];
    assert_has(
        client,
        &[
            "path",
            "line",
            "name",
            "key",
            "provider",
            "kind",
            "application_type",
            "client_type",
            "client_type_because",
            "client_profile",
            "party",
            "channel",
            "token_endpoint_auth_method",
            "grant_types",
            "id_token_signed_response_alg",
            "has_secret",
            "unresolved",
        ],
    );
    let expected = [
        ("path", "auth/tenant.yaml"),
        ("name", "Shop"),
        ("key", "Shop"),
        ("provider", "auth0"),
        ("kind", "deploy-yaml"),
        ("application_type", "spa"),
        ("client_type", "public"),
        ("client_profile", "user-agent-based"),
        ("party", "first"),
        ("channel", "management-api"),
        ("token_endpoint_auth_method", "none"),
        ("id_token_signed_response_alg", "HS256"),
        ("has_secret", "none"),
    ];
    for (name, value) in expected {
        assert_eq!(client[name], value, "{name}");
    }
    assert_eq!(client["line"], 2);
    assert_eq!(client["grant_types"], serde_json::json!(["authorization_code"]));
    assert_eq!(repository.clients(".")["problems"][0]["path"], "clients/cut.json");
}

#[test]
fn rules_json_lists_each_rule_once() {
    let list = Repository::new().run(&["rules", "--format", "json"]).json();
    let mut ids: Vec<String> = list["rules"]
        .as_array()
        .unwrap()
        .iter()
        .map(|rule| rule["id"].as_str().unwrap().to_owned())
        .collect();
    assert!(ids.len() > 20);
    ids.dedup();
    for id in &ids {
        assert_eq!(Repository::new().run(&["explain", id]).code, 0, "{id}");
    }
}

/// Who looks at the first line only gets the verdict on all of them.
#[cfg(unix)]
#[test]
fn a_reader_that_leaves_does_not_change_the_verdict() {
    let clients = WRONG.trim_start_matches("clients:\n").repeat(500);
    let repository = Repository::with("tenant.yaml", format!("clients:\n{clients}"));
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_clientlint"))
        .args(["check", "."])
        .current_dir(repository.root())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stderr.is_empty());
}

#[test]
fn nothing_found_is_said_in_every_format() {
    let other = Repository::with("package.json", OTHER);
    assert!(other.run(&["check", "."]).out.contains("no client definitions found in 1 file"));
    let run = other.run(&["check", ".", "--format", "concise"]);
    assert_eq!((run.out.as_str(), run.err.as_str()), ("", "no client definitions found in 1 file\n"));
}
