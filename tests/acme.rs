//! The report on `fixtures/acme`, the repository of the README's first command: every finding, and nothing else.

use std::collections::BTreeSet;
use std::path::Path;

use clap::Parser as _;
use clientlint::cli::{Cli, run};
use serde_json::Value as Json;

/// What is wrong at Acme: rule, client, path, line of the deciding value.
const WRONG: &[(&str, &str, &str, u64)] = &[
    ("public-client-symmetric-id-token", "Checkout", "auth0/tenant.yaml", 44),
    ("public-client-with-secret", "Kiosk", "auth0/tenant.yaml", 67),
    ("loopback-redirect-uri-in-production", "Back Office", "auth0/tenant.yaml", 80),
    ("public-client-client-credentials", "Order Service", "auth0/tenant.yaml", 90),
    ("third-party-broad-grant", "Parcel Tracker", "auth0/tenant.yaml", 120),
    ("hardcoded-client-secret", "Blog", "exports/clients.json", 17),
    ("secret-variable-default", "Warehouse Scanner", "infra/auth0/machines.tf", 16),
    ("insecure-redirect-uri", "Status Page", "infra/auth0/main.tf", 54),
    ("third-party-wildcard-uri", "Reseller Shops", "infra/auth0/modules/partner/main.tf", 15),
    ("confidential-app-without-client-auth", "Gift Cards", "legacy/auth0/clients/Gift Cards.json", 6),
    ("password-grant", "Intranet", "legacy/auth0/clients/Intranet.json", 8),
    ("implicit-grant", "Newsletter", "legacy/auth0/clients/Newsletter.json", 8),
    ("public-client-client-credentials", "Inventory Agent", "mcp/registration.json", 4),
    ("third-party-outside-management-api", "Tax Adviser", "services/invoicing.toml", 16),
    ("wildcard-redirect-uri", "Pull Request Previews", "services/previews.toml", 7),
    ("public-client-client-credentials", "Feature Flags", "teams/platform.yaml", 18),
];

/// Files in which no client is defined, whatever they look like.
const OTHERS: &[&str] =
    &["deploy/storefront.yaml", "deploy/docker-compose.yml", "keycloak/realm.json", "web/package.json"];

/// Runs a command on Acme: the exit code, and what it writes.
fn acme(words: &[&str]) -> (u8, Vec<u8>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/acme");
    let mut arguments = vec![std::ffi::OsStr::new("clientlint")];
    arguments.extend(words.iter().map(std::ffi::OsStr::new));
    arguments.push(folder.as_os_str());
    let (mut out, mut errors) = (Vec::new(), Vec::new());
    let code = run(&Cli::parse_from(arguments), &mut out, &mut errors).expect("the output can be written");
    assert!(errors.is_empty(), "{}", String::from_utf8_lossy(&errors));
    (code, out)
}

fn json(words: &[&str]) -> (u8, Json) {
    let (code, out) = acme(words);
    (code, serde_json::from_slice(&out).expect("the output is JSON"))
}

/// A path as it is below Acme's root.
fn below(path: &Json) -> &str {
    let path = path.as_str().expect("a path is text");
    path.split_once("fixtures/acme/").map_or(path, |(_, below)| below)
}

#[test]
fn every_problem_is_reported_and_nothing_else() {
    let (code, report) = json(&["check", "--format", "json"]);
    let found: Vec<(&str, &str, &str, u64)> = report["findings"]
        .as_array()
        .expect("findings are a list")
        .iter()
        .map(|finding| {
            let (client, location) = (&finding["client"], &finding["location"]);
            (
                finding["rule"].as_str().unwrap_or_default(),
                client["name"].as_str().or(client["key"].as_str()).unwrap_or_default(),
                below(&location["path"]),
                location["start"]["line"].as_u64().unwrap_or_default(),
            )
        })
        .collect();
    let (is, should): (BTreeSet<_>, BTreeSet<_>) = (found.iter().collect(), WRONG.iter().collect());
    let missing: Vec<_> = should.difference(&is).collect();
    let false_alarms: Vec<_> = is.difference(&should).collect();
    assert!(
        missing.is_empty() && false_alarms.is_empty(),
        "missing: {missing:#?}\nfalse alarms: {false_alarms:#?}"
    );
    assert_eq!(found.len(), WRONG.len(), "something is reported twice");
    assert_eq!(report["problems"], Json::Array(Vec::new()));
    assert_eq!(code, 1, "errors fail the run");
}

#[test]
fn clients_are_found_in_every_file_that_defines_some_and_in_no_other() {
    let (code, report) = json(&["clients", "--format", "json"]);
    let clients = report["clients"].as_array().expect("clients are a list");
    let files: BTreeSet<&str> = clients.iter().map(|client| below(&client["path"])).collect();
    assert_eq!(clients.len(), 30);
    for other in OTHERS {
        assert!(!files.contains(other), "{other} defines no client");
    }
    for (_, _, path, _) in WRONG {
        assert!(files.contains(path), "{path} defines clients");
    }
    assert_eq!(code, 0);
}

#[test]
fn what_the_inventory_says_of_some_clients() {
    let (_, report) = json(&["clients", "--format", "json"]);
    let clients = report["clients"].as_array().expect("clients are a list");
    let of = |name: &str| {
        let client = clients
            .iter()
            .find(|client| client["name"] == name)
            .unwrap_or_else(|| panic!("no client {name}"));
        ["client_type", "party", "channel"].map(|key| client[key].as_str().unwrap_or_default())
    };
    assert_eq!(
        of("Acme App"),
        ["public", "first", "management-api"],
        "credentials in a resource of their own"
    );
    assert_eq!(of("Courier Desk"), ["confidential", "third", "management-api"], "from a module");
    assert_eq!(of("Blog"), ["confidential", "first", "deployed"]);
    assert_eq!(of("Acme Assistant"), ["public", "third", "cimd"]);
    assert_eq!(of("Inventory Agent"), ["public", "third", "dcr"]);
    assert_eq!(of("Tax Adviser"), ["confidential", "third", "undeclared"]);
    assert_eq!(of("Design System"), ["public", "first", "undeclared"], "in a layout of Acme's own");
}

#[test]
fn no_output_shows_a_secret() {
    let secrets = ["vR7xQmT4bZ8sLw1YcH6pNd3GjU0aEoXi5V2kFy9B", "hT3nWq8ZrY5kLcX1vPbG7mJd0sEaUo4iRf6xKj2N"];
    for words in [
        &["check"][..],
        &["check", "--format", "json"],
        &["check", "--format", "concise"],
        &["check", "--persona", "auditor"],
        &["clients"],
        &["clients", "--format", "json"],
    ] {
        let text = String::from_utf8(acme(words).1).expect("the output is UTF-8");
        for secret in secrets {
            assert!(!text.contains(secret), "{words:?} shows a secret");
        }
    }
}
