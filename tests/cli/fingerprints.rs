//! Fingerprints: what changes them and what does not.

use std::collections::BTreeSet;

use crate::support::Repository;

const TENANT: &str = "\
clients:
  - name: Shop
    app_type: spa
    client_secret: kPq3-wR7_tYz1uXvB5nM9sDfGh2JkL4a
    grant_types: [implicit, password, refresh_token]
    callbacks: ['http://shop.example/cb', 'http://pay.example/cb']
    jwt_configuration: { alg: HS256 }
";

/// The fingerprints of a file's findings.
fn of(path: &str, text: &str) -> BTreeSet<String> {
    let report = Repository::with(path, text).run(&["check", ".", "--format", "json"]).json();
    let findings = report["findings"].as_array().unwrap();
    let prints: BTreeSet<String> =
        findings.iter().map(|finding| finding["fingerprint"].as_str().unwrap().to_owned()).collect();
    assert_eq!(prints.len(), findings.len(), "each finding has a fingerprint of its own");
    prints
}

#[test]
fn lines_order_quotes_and_secrets_change_no_fingerprint() {
    let plain = of("tenant.yaml", TENANT);
    assert!(plain.len() > 4, "{plain:?}");
    assert!(plain.iter().all(|print| print.starts_with("v1:") && print.len() == 35), "{plain:?}");
    assert_eq!(plain, of("tenant.yaml", &format!("{}{TENANT}", "# a line\n".repeat(50))));
    let ordered = TENANT.replace(
        "['http://shop.example/cb', 'http://pay.example/cb']",
        "[http://pay.example/cb, http://shop.example/cb]",
    );
    assert_eq!(plain, of("tenant.yaml", &ordered));
    assert_eq!(plain, of("tenant.yaml", &TENANT.replace("kPq3-wR7", "Zx81-bQ2")));
}

#[test]
fn files_names_and_items_change_fingerprints() {
    let plain = of("tenant.yaml", TENANT);
    assert!(plain.is_disjoint(&of("prod/tenant.yaml", TENANT)));
    assert!(plain.is_disjoint(&of("tenant.yaml", &TENANT.replace("name: Shop", "name: Store"))));
    let more = of("tenant.yaml", &TENANT.replace("callbacks: [", "callbacks: ['http://new.example/cb', "));
    assert_eq!(plain.difference(&more).count(), 1, "the finding on the callbacks is another one now");
}

#[test]
fn equal_clients_have_findings_of_their_own() {
    let twice = format!("{TENANT}{}", TENANT.trim_start_matches("clients:\n"));
    assert!(of("tenant.yaml", TENANT).is_subset(&of("tenant.yaml", &twice)));
}
