//! Values of another type than the field's, and what is concluded from them.

use serde_json::Value as Json;

use crate::support::{Repository, rules};

fn messages<'a>(report: &'a Json, rule: &str) -> Vec<&'a str> {
    let findings = report["findings"].as_array().unwrap().iter().filter(|finding| finding["rule"] == rule);
    findings.map(|finding| finding["message"].as_str().unwrap()).collect()
}

#[test]
fn words_and_digits_are_no_flags() {
    let tenant = "clients:\n  - name: Partner\n    app_type: regular_web\n    is_first_party: no\n    oidc_conformant: 1\n    callbacks: [\"https://a.example.com\"]\n    client_secret: 12345678\n";
    let report = Repository::with("tenant.yaml", tenant).check("tenant.yaml");
    let says = messages(&report, "wrong-value-type");
    assert_eq!(says.len(), 1, "{report}");
    for part in [
        "is_first_party is text and should be true or false",
        "oidc_conformant is a number and should be true or false",
        "client_secret is a number and should be text",
    ] {
        assert!(says[0].contains(part), "{says:?}");
    }
}

#[test]
fn words_that_mean_a_flag_become_one() {
    let tenant = "clients:\n  - name: Partner\n    app_type: regular_web\n    is_first_party: no\n    oidc_conformant: \"True\"\n    callbacks: [\"https://a.example.com\"]\n";
    let repository = Repository::with("tenant.yaml", tenant);
    repository.run(&["fix", "tenant.yaml", "--rule", "wrong-value-type"]);
    let mended = std::fs::read_to_string(repository.path("tenant.yaml")).unwrap();
    assert!(mended.contains("is_first_party: false\n"), "{mended}");
    assert!(mended.contains("oidc_conformant: true\n"), "{mended}");
}

#[test]
fn a_number_in_quotes_is_compared_as_a_number() {
    let lifetimes = |seconds: &str| {
        format!(
            "apps:\n  shop:\n    app_type: spa\n    callbacks: [\"https://a.example.com\"]\n    jwt_configuration: {{ alg: RS256, lifetime_in_seconds: {seconds} }}\n    grant_types: [authorization_code]\n"
        )
    };
    let check = |seconds: &str| Repository::with("apps.yaml", lifetimes(seconds)).check("apps.yaml");
    assert_eq!(rules(&check("\"3600\"")), Vec::<&str>::new());
    assert_eq!(rules(&check("10h")), Vec::<&str>::new());
    assert_eq!(rules(&check("\"864000\"")), ["long-token-lifetime"]);
    assert_eq!(rules(&check("864000")), ["long-token-lifetime"]);
}

#[test]
fn files_of_a_deploy_folder_are_read_whatever_they_hold() {
    let repository = Repository::with(
        "clients/Partner.json",
        r#"{ "name": "Partner", "app_type": "non_interactive", "is_first_party": false, "third_party_security_mode": "strict", "grant_types": ["client_credentials"] }"#,
    )
    .and("grants/partner.json", r#"{ "client_id": "Partner", "audience": "https://t.eu.auth0.com/api/v2/", "scope": ["read:users"] }"#)
    .and("resource-servers/Orders.json", r#"{ "name": "Orders", "identifier": "https://orders.example.com", "token_lifetime": 2592000, "scopes": [] }"#);
    let report = repository.check(".");
    let found = rules(&report);
    assert!(found.contains(&"third-party-broad-grant"), "{found:?}");
    assert!(found.contains(&"access-token-lifetime-excessive"), "{found:?}");
}

#[test]
fn what_is_built_on_terraform_takes_flags_in_quotes() {
    let program = "name: shop\nruntime: yaml\nresources:\n  app:\n    type: auth0:Client\n    properties:\n      name: Shop\n      appType: native\n      callbacks: [\"shop://callback\"]\n      skipNonVerifiableCallbackUriConfirmationPrompt: \"true\"\n";
    let report = Repository::with("Pulumi.yaml", program).check("Pulumi.yaml");
    assert!(rules(&report).contains(&"non-verifiable-callback-prompt-skipped"), "{report}");
}

#[test]
fn a_message_of_many_items_ends_with_how_many_more_there_are() {
    let fields = [
        "oidc_conformant",
        "is_first_party",
        "callbacks",
        "grant_types",
        "web_origins",
        "allowed_logout_urls",
    ];
    let wrong = fields.map(|field| format!("    {field}: \"true\"\n")).concat();
    let repository =
        Repository::with("tenant.yaml", format!("clients:\n  - name: Shop\n    app_type: spa\n{wrong}"));
    for format in ["concise", "sarif", "github", "json", "markdown"] {
        let out = repository.run(&["check", ".", "--select", "wrong-value-type", "--format", format]).out;
        let line = out.lines().find(|line| line.contains("is text and should be")).unwrap();
        assert!(line.contains("oidc_conformant is text and should be true or false and 3 more"), "{line}");
    }
}
