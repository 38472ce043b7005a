//! `[[override]]`: what is different for some files, clients or environments.

use crate::support::{Repository, WRONG};

const RULE: &str = "public-client-symmetric-id-token";

/// The severities with which the rule is reported, by path and client.
fn found(config: &str, arguments: &[&str]) -> (i32, Vec<String>) {
    let two =
        format!("{WRONG}  - name: Shop-e2e\n    app_type: spa\n    jwt_configuration: {{alg: HS256}}\n");
    let repository =
        Repository::with("a/tenant.yaml", &two).and("b/tenant.yaml", WRONG).and("clientlint.toml", config);
    let run = repository.run(&[&["check", ".", "--format", "json", "--select", RULE], arguments].concat());
    let report = run.json();
    let line = |finding: &serde_json::Value| {
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let client = &finding["client"];
        format!("{} {} {}", text(&client["path"]), text(&client["name"]), text(&finding["severity"]))
    };
    (run.code, report["findings"].as_array().unwrap().iter().map(line).collect())
}

#[test]
fn rules_differ_by_path_client_and_environment() {
    let (a, e2e, b) =
        ("a/tenant.yaml Shop error", "a/tenant.yaml Shop-e2e error", "b/tenant.yaml Shop error");
    assert_eq!(found("", &[]), (1, vec![a.to_owned(), e2e.to_owned(), b.to_owned()]));
    let with =
        |head: &str, level: &str| found(&format!("{head}\nrules = {{ {RULE} = \"{level}\" }}\n"), &[]).1;
    assert_eq!(with("[[override]]\npath = [\"a/**\"]", "off"), [b]);
    assert_eq!(with("[[override]]\nclient = \"*-e2e\"", "off"), [a, b]);
    assert_eq!(with("[env.dev]\nmatch = [\"b/**\"]\n[[override]]\nenv = \"dev\"", "off"), [a, e2e]);
    assert_eq!(
        with("[[override]]\npath = \"a/**\"\nclient = \"*-e2e\"", "info"),
        [a, "a/tenant.yaml Shop-e2e info", b]
    );
    assert_eq!(with("[[override]]\npath = \"b/**\"\nclient = \"*-e2e\"", "off"), [a, e2e, b]);
    // What is off can be on there, and the last one counts.
    let on = format!(
        "disable = [\"{RULE}\"]\n[[override]]\npath = \"b/**\"\nrules = {{ {RULE} = \"off\" }}\n\
         [[override]]\npath = \"b/*\"\nrules = {{ {RULE} = \"warning\" }}\n"
    );
    assert_eq!(found(&on, &[]), (0, vec!["b/tenant.yaml Shop warning".to_owned()]));
    assert_eq!(with("[[override]]\npath = \"a/**\"", "default"), [a, e2e, b]);
    let tags = "[[override]]\npath = \"a/**\"\nrules = { \"tag:signing\" = \"off\" }\n";
    assert_eq!(found(tags, &[]).1, [b]);
}

#[test]
fn the_gate_differs_too() {
    let never = "[[override]]\npath = \"*/**\"\ngate = { fail-on = \"never\" }\n";
    assert_eq!(found(never, &[]).0, 0);
    assert_eq!(found(&never.replace("*/**", "a/**"), &[]).0, 1);
    let passed = Repository::with("a/tenant.yaml", WRONG).and("clientlint.toml", never).run(&["check", "."]);
    assert!(passed.out.ends_with(
        "\npassed: findings at or above error fail no run here (--exit-zero, override or confidence)\n"
    ));
    // The command line wins.
    assert_eq!(found(never, &["--fail-on", "error"]).0, 1);
    let repository = Repository::with("a/tenant.yaml", WRONG).and(
        "clientlint.toml",
        "[gate]\nfail-on = \"never\"\n\n[[override]]\npath = \"a/**\"\ngate = { fail-on = \"error\" }\n",
    );
    let run = repository.run(&["check", "."]);
    assert_eq!(run.code, 1);
    assert!(
        run.out.ends_with("failed: findings at or above error (override in clientlint.toml:4)\n"),
        "{}",
        run.out
    );
}

#[test]
fn each_file_is_measured_by_its_own_gate() {
    let repository = Repository::with("a/tenant.yaml", WRONG)
        .and("b/tenant.yaml", WRONG)
        .and("a/clientlint.toml", "[gate]\nfail-on = \"never\"\n")
        .and("b/clientlint.toml", "");
    assert_eq!(repository.run(&["check", "a"]).code, 0);
    assert_eq!(repository.run(&["check", "."]).code, 1);
    assert_eq!(repository.run(&["check", ".", "--fail-on", "never"]).code, 0);
}

#[test]
fn a_gate_can_ask_for_certainty() {
    // Nothing is written of the algorithm: it rests on a default.
    let assumed = "clients:\n  - name: Shop\n    app_type: spa\n    token_endpoint_auth_method: none\n    callbacks: []\n";
    let repository = Repository::with("tenant.yaml", assumed);
    let all = ["check", ".", "--fail-on", "info", "--persona", "auditor"];
    let report = repository.run(&[&all[..], &["--format", "json"]].concat()).json();
    let of = |confidence: &str| {
        let findings = report["findings"].as_array().unwrap();
        findings.iter().filter(|finding| finding["confidence"] == confidence).count()
    };
    assert!(of("medium") > 0, "{report}");
    let high = repository.run(&[&all[..], &["--min-confidence", "high", "--format", "json"]].concat()).json();
    assert_eq!(high["findings"].as_array().unwrap().len(), of("high"));
    let configured = repository.and(
        "clientlint.toml",
        "[gate]\nfail-on = \"info\"\nfail-on-confidence = \"high\"\nmin-confidence = \"high\"\n",
    );
    let run = configured.run(&["check", ".", "--persona", "auditor", "--format", "json"]);
    assert_eq!(run.json()["findings"].as_array().unwrap().len(), of("high"));
    assert_eq!(run.code, i32::from(of("high") > 0));
}
