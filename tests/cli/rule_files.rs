//! `clientlint rules test`: what the examples of rule files claim, and what is so.

use super::support::Repository;

const RULE: &str = "summary: A service authenticates with a shared secret
severity: warning
persona: pedantic
why: A shared secret is known to two.
instead: Register a public key.
message: \"service authenticates with {token_endpoint_auth_method}\"
when:
  client_profile: { const: service }
  token_endpoint_auth_method: { enum: [client_secret_basic, client_secret_post] }
examples:
  - name: a secret
    flagged: true
    definition: { application_type: non_interactive, token_endpoint_auth_method: client_secret_post }
";

const CLEAN: &str = "  - name: a key
    flagged: false
    definition: { application_type: non_interactive, token_endpoint_auth_method: private_key_jwt }
";

fn rule(more: &str) -> String {
    format!("{RULE}{more}")
}

#[test]
fn examples_that_hold_pass() {
    let two = "  - name: one of two
    flagged: true
    definition:
      application_type: non_interactive
      definitions:
        - token_endpoint_auth_method: private_key_jwt
        - token_endpoint_auth_method: client_secret_basic
";
    let repository = Repository::with("team/rules/no-shared-secret.yaml", rule(&format!("{CLEAN}{two}")));
    let run = repository.run(&["rules", "test", "team"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""), "{}", run.out);
    assert_eq!(run.out, "1 rule, 3 examples: all as they claim\n");
}

#[test]
fn examples_that_do_not_hold_are_a_line_each() {
    let wrong = "  - name: a key
    flagged: true
    definition: { application_type: non_interactive, token_endpoint_auth_method: private_key_jwt }
  - name: another secret
    flagged: false
    definition: { application_type: non_interactive, token_endpoint_auth_method: client_secret_basic }
  - name: an API
    flagged: true
    definition: { kind: resource-server, signing_alg: HS256 }
";
    let repository = Repository::with("rules/no-shared-secret.yaml", rule(wrong));
    let run = repository.run(&["rules", "test", "rules"]);
    assert_eq!(run.code, 1, "{}", run.err);
    let lines: Vec<&str> = run.out.lines().collect();
    let start = "rules/no-shared-secret.yaml:";
    assert_eq!(
        lines,
        [
            format!("{start}14: no-shared-secret: \"a key\" should be flagged, but the rule is silent"),
            format!(
                "{start}17: no-shared-secret: \"another secret\" should be clean, but the rule says: service \
                 authenticates with client_secret_basic"
            ),
            format!(
                "{start}20: no-shared-secret: \"an API\" should be flagged, but is of a kind or provider that the \
                 rule does not judge"
            ),
            "1 rule, 4 examples: 3 failures".to_owned(),
        ]
    );
}

#[test]
fn a_rule_shows_both_sides() {
    let none = RULE.split("examples:").next().unwrap();
    let repository = Repository::with("rules/one-side.yaml", RULE).and("rules/no-side.yml", none);
    let run = repository.run(&["rules", "test", "rules"]);
    assert_eq!(run.code, 1, "{}", run.err);
    let lines: Vec<&str> = run.out.lines().collect();
    assert_eq!(lines.len(), 4, "{}", run.out);
    assert_eq!(
        lines[0],
        "rules/no-side.yml: no-side: has no flagged example; add one to `examples` with `flagged: true`"
    );
    assert!(lines[1].contains("no-side: has no clean example"), "{}", run.out);
    assert!(lines[2].starts_with("rules/one-side.yaml: one-side: has no clean example"), "{}", run.out);
    assert_eq!(lines[3], "2 rules, 1 example: 3 failures");
}

#[test]
fn files_that_are_wrong_are_named_with_place_and_nearest_word() {
    let misspelt = "  - name: misspelt
    flagged: false
    definition: { token_endpoint_auth_metod: none }
";
    let condition = rule(CLEAN).replace("client_profile:", "client_profil:");
    let kind = "  - name: no kind
    flagged: false
    definition: { kind: tenent }
";
    let repository = Repository::with("rules/a.yaml", rule(misspelt))
        .and("rules/b.yaml", condition)
        .and("rules/c.yaml", rule(kind))
        .and("rules/d.yaml", "summary: [\n");
    let run = repository.run(&["rules", "test", "rules"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""), "{}", run.err);
    let lines: Vec<&str> = run.err.lines().collect();
    assert_eq!(lines.len(), 4, "{}", run.err);
    let attribute = "error: rules/a.yaml:16:19: `token_endpoint_auth_metod` is no attribute";
    assert_eq!(lines[0], format!("{attribute} (did you mean `token_endpoint_auth_method`?)"));
    assert!(lines[1].starts_with("error: rules/b.yaml:8:3: "), "{}", run.err);
    assert!(lines[1].contains("did you mean `client_profile`"), "{}", run.err);
    assert_eq!(lines[2], "error: rules/c.yaml:16:25: there is no kind `tenent` (did you mean `tenant`?)");
    assert!(lines[3].starts_with("error: rules/d.yaml:"), "{}", run.err);
}

#[test]
fn a_folder_without_rules_is_an_error() {
    let repository = Repository::with("rules/readme.md", "none");
    for folder in ["rules", "elsewhere"] {
        let run = repository.run(&["rules", "test", folder]);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{folder}");
        assert!(run.err.starts_with(&format!("error: {folder}: ")), "{}", run.err);
    }
}

#[test]
fn the_listing_stays_as_it_is() {
    let repository = Repository::new();
    for format in ["text", "json", "markdown"] {
        let run = repository.run(&["rules", "--no-config", "--format", format]);
        assert_eq!(run.code, 0, "{}", run.err);
        assert!(run.out.contains("implicit-grant"), "{format}");
    }
    assert_eq!(repository.run(&["rules"]).code, 0);
    assert_eq!(repository.run(&["rules", "--format", "json", "test", "rules"]).code, 2);
}
