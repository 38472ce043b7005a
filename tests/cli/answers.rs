//! What servers answer, and what tools and applications are told: APIs, connections, tenants and secrets in them.

use crate::support::{Repository, rules};

const SECRET: &str = "vT9-qL2_xR7-bN4_mK8-sD1_fW6-hJ3_pZ5";

/// The rules that speak of a file.
fn found(path: &str, text: &str) -> Vec<String> {
    let report = Repository::with(path, text.replace("CANARY", SECRET)).check(".");
    assert!(!report.to_string().contains(SECRET), "{path}");
    rules(&report).into_iter().map(str::to_owned).collect()
}

#[test]
fn answers_with_apis_are_read() {
    let api = r#"{"id": "5f", "name": "Orders", "identifier": "https://orders.example.com", "signing_alg": "HS256",
      "signing_secret": "CANARY", "token_lifetime": 2592000, "is_system": false}"#;
    let said = ["api-symmetric-signing", "hardcoded-client-secret", "access-token-lifetime-excessive"];
    let page = format!(r#"{{"total": 1, "start": 0, "limit": 50, "resource_servers": [{api}]}}"#);
    assert_eq!(found("apis.json", &page), said);
    assert_eq!(found("apis.json", &format!("[{api}]")), said);
}

#[test]
fn answers_with_connections_are_read() {
    let connection = r#"{"id": "con_0001", "name": "search", "strategy": "google-oauth2",
      "options": {"client_id": "x", "client_secret": "CANARY"}, "enabled_clients": ["abc"]}"#;
    assert_eq!(found("list.json", &format!("[{connection}]")), ["hardcoded-client-secret"]);
    let page = format!(r#"{{"next": "x", "connections": [{connection}]}}"#);
    assert_eq!(found("list.json", &page), ["hardcoded-client-secret"]);
}

#[test]
fn answers_with_the_settings_of_a_tenant_are_read() {
    let settings = r#"{"flags": {"enable_dynamic_client_registration": true}, "friendly_name": "Acme",
      "allowed_logout_urls": ["http://www.example.com/x"], "sandbox_version": "22", "session_lifetime": 168}"#;
    assert_eq!(found("settings.json", settings), ["open-dynamic-registration", "unsafe-logout-uri"]);
}

#[test]
fn what_other_systems_answer_is_left_alone() {
    for text in [
        r#"[{"id": "1", "identifier": "https://orders.example.com", "token_lifetime": 3000000}]"#,
        r#"{"total": 1, "resource_servers": [{"identifier": "rs1", "scopes": ["a"], "signing_alg_values": []}]}"#,
        r#"[{"id": "7", "name": "mail", "strategy": "smtp", "options": {"client_secret": "CANARY"}, "enabled_clients": []}]"#,
        r#"{"flags": {"enable_dynamic_client_registration": true}, "friendly_name": "Set-top box"}"#,
    ] {
        assert_eq!(found("answer.json", text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn exports_with_secrets_are_reported_where_the_setting_is_text() {
    let json = r#"{"AUTH0_DOMAIN": "tenant.eu.auth0.com", "AUTH0_EXPORT_SECRETS": "true"}"#;
    assert_eq!(found("config.json", json), ["export-includes-secrets"]);
    let variables = "AUTH0_DOMAIN=tenant.eu.auth0.com\nAUTH0_EXPORT_SECRETS=true\n";
    assert_eq!(found(".env", variables), ["export-includes-secrets"]);
    assert_eq!(found(".env", &variables.replace("true", "false")), Vec::<String>::new());
}

#[test]
fn secrets_of_registrations_with_spring_and_of_second_clients_are_reported() {
    let spring = "spring:\n  security:\n    oauth2:\n      client:\n        registration:\n          auth0:\n            \
                  client-id: abc\n            client-secret: CANARY\n";
    let flat = "spring.security.oauth2.client.registration.auth0.client-id=abc\n\
                spring.security.oauth2.client.registration.auth0.client-secret=CANARY\n";
    assert_eq!(found("application.yml", spring), ["hardcoded-client-secret"]);
    assert_eq!(found("application.properties", flat), ["hardcoded-client-secret"]);
    assert_eq!(found("application.yml", &spring.replace("CANARY", "${AUTH0_SECRET}")), Vec::<String>::new());
    let variables =
        "AUTH0_CLIENT_ID=abc\nAUTH0_CLIENT_SECRET=${FROM_VAULT}\nAUTH0_M2M_CLIENT_SECRET=CANARY\n";
    assert_eq!(found(".env", variables), ["hardcoded-client-secret"]);
}

#[test]
fn the_client_that_is_there_in_each_tenant_is_changed_and_not_created() {
    let terraform = "resource \"auth0_global_client\" \"all\" {\n  custom_login_page_on = true\n}\n";
    assert_eq!(found("main.tf", terraform), Vec::<String>::new());
    let pulumi = "name: shop\nruntime: yaml\nresources:\n  all:\n    type: auth0:GlobalClient\n    properties:\n      \
                  customLoginPageOn: true\n";
    assert_eq!(found("Pulumi.yaml", pulumi), Vec::<String>::new());
}

#[test]
fn clients_that_other_provider_configurations_manage_may_have_one_name() {
    let client = |name: &str, provider: &str| {
        format!(
            "resource \"auth0_client\" \"{name}\" {{\n  {provider}\n  name = \"Shop\"\n  app_type = \"spa\"\n  \
             is_first_party = true\n  oidc_conformant = true\n  grant_types = [\"authorization_code\"]\n  \
             callbacks = [\"https://{name}.example.com/cb\"]\n  jwt_configuration {{ alg = \"RS256\" }}\n}}\n"
        )
    };
    let two = |one: &str, other: &str| found("main.tf", &(client("dev", one) + &client("live", other)));
    assert_eq!(two("provider = auth0.dev", "provider = auth0.live"), Vec::<String>::new());
    assert_eq!(two("provider = auth0.dev", ""), Vec::<String>::new());
    assert!(two("provider = auth0.live", "provider = auth0.live").contains(&"duplicate-client".to_owned()));
}
