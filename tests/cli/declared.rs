//! `[facts]` and strict environments: what the organisation declares, compared with real files.

use crate::support::Repository;

const TENANT: &str = "clients:
  - name: Shop
    app_type: spa
    token_endpoint_auth_method: none
    grant_types: [authorization_code, refresh_token, implicit]
    callbacks: [https://shop.example.com/cb]
    refresh_token: {rotation_type: rotating, expiration_type: expiring, token_lifetime: 864001, idle_token_lifetime: 3600}
  - name: Partner Portal
    app_type: regular_web
    token_endpoint_auth_method: client_secret_post
    callbacks: [\"https://##HOST##/cb\"]
resourceServers:
  - name: Orders
    identifier: https://orders.example.com
    token_lifetime: 7200
";

/// What is found of a rule: line and message.
fn found(config: &str, rule: &str) -> Vec<String> {
    let repository = Repository::with("auth0/tenant.yaml", TENANT).and("clientlint.toml", config);
    let report = repository.run(&["check", ".", "--select", rule, "--format", "json"]).json();
    let line = |finding: &serde_json::Value| {
        format!("{} {}", finding["location"]["start"]["line"], finding["message"].as_str().unwrap())
    };
    report["findings"].as_array().unwrap().iter().map(line).collect()
}

#[test]
fn grants_are_compared_with_those_of_the_type() {
    let rule = "disallowed-grant-type";
    assert_eq!(found("", rule), [""; 0]);
    let spa = "[facts]\nallowed-grant-types = { spa = [\"authorization_code\", \"refresh_token\"] }\n";
    assert_eq!(
        found(spa, rule),
        ["5 client may use the grant implicit, which is not allowed for this application type"]
    );
    assert_eq!(found("[facts]\nallowed-grant-types = { native = [] }\n", rule), [""; 0]);
    // The other client is granted what the platform grants by default.
    let others = found(
        "[facts]\nallowed-grant-types = { \"*\" = [\"authorization_code\", \"refresh_token\", \"implicit\"] }\n",
        rule,
    );
    assert_eq!(others.len(), 1, "{others:?}");
    assert!(others[0].contains("client_credentials"), "{others:?}");
}

#[test]
fn methods_are_compared_with_those_that_are_allowed() {
    let rule = "disallowed-auth-method";
    assert_eq!(
        found("[facts]\nallowed-auth-methods = [\"none\", \"private_key_jwt\"]\n", rule),
        ["10 client authenticates with client_secret_post, which is not an allowed method"]
    );
    assert_eq!(found("[facts]\nallowed-auth-methods = [\"none\", \"client_secret_post\"]\n", rule), [""; 0]);
    assert_eq!(found("", rule), [""; 0]);
}

#[test]
fn lifetimes_are_compared_with_the_longest() {
    let rule = "declared-lifetime-exceeded";
    let config = |text: &str| format!("[facts]\nmax-token-lifetime = {{ {text} }}\n");
    assert_eq!(found("", rule), [""; 0]);
    assert_eq!(
        found(&config("refresh-absolute = \"10d\", refresh-idle = \"1h\", access = \"2h\""), rule),
        ["7 refresh_token_lifetime is 864001 seconds, more than the 864000 that are allowed"]
    );
    let both = found(&config("refresh-idle = \"59m\", access = \"119m\""), rule);
    assert_eq!(both.len(), 2, "{both:?}");
    assert!(
        both[0].starts_with("7 refresh_token_idle_lifetime") && both[1].starts_with("15 token_lifetime"),
        "{both:?}"
    );
}

#[test]
fn clients_that_are_named_are_third_party() {
    let rule = "third-party-marked-first-party";
    assert_eq!(found("", rule), [""; 0]);
    let named = found("[facts]\nthird-party-clients = [\"Partner *\"]\n", rule);
    assert_eq!(
        named,
        ["8 first-party by default, although the configuration names it among the clients of third parties"]
    );
}

#[test]
fn a_strict_environment_has_no_placeholders() {
    let rule = "unfilled-placeholder";
    let config = "[env.prod]\nmatch = [\"auth0/**\"]\n";
    assert_eq!(found(config, rule), [""; 0]);
    assert_eq!(
        found(&format!("{config}strict = true\n"), rule),
        ["11 redirect_uris holds https://##HOST##/cb, which nothing fills in"]
    );
}
