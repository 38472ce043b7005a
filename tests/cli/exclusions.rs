//! Projects of the Deploy CLI whose configuration leaves something out, so that they are a part of a tenant only.

use crate::support::Repository;

const TENANT: &str = "clients:
  - name: Shop
    app_type: non_interactive
    is_first_party: true
    oidc_conformant: true
    grant_types: [client_credentials]
clientGrants:
  - client_id: Legacy
    audience: https://orders.example.com
    scope: []
";

/// The severities with which references that lead nowhere are reported.
fn dangling(repository: &Repository, arguments: &[&str]) -> Vec<String> {
    let report = repository.run(&[&["check", "--format", "json"], arguments].concat()).json();
    let findings = report["findings"].as_array().unwrap().iter();
    findings
        .filter(|finding| finding["rule"] == "dangling-client-reference")
        .map(|finding| finding["severity"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn what_is_left_out_may_be_named() {
    for (path, config) in [
        ("config.json", r#"{"AUTH0_DOMAIN": "acme.eu.auth0.com", "AUTH0_EXCLUDED_CLIENTS": ["Legacy"]}"#),
        ("config.json", r#"{"AUTH0_DOMAIN": "acme.eu.auth0.com", "AUTH0_INCLUDED_ONLY": ["clientGrants"]}"#),
        ("config.json", r#"{"AUTH0_DOMAIN": "acme.eu.auth0.com", "AUTH0_EXCLUDED": ["clients"]}"#),
        ("config/prod.json", r#"{"AUTH0_EXCLUDED_CLIENTS": ["Legacy"]}"#),
    ] {
        for tenant in ["tenant.yaml", "tenants/acme/tenant.yaml"] {
            let repository = Repository::with(tenant, TENANT).and(path, config);
            // The same whether all is read, or one file is asked for.
            for asked in [".", tenant] {
                let said = format!("{path} {config} {tenant} {asked}");
                assert_eq!(dangling(&repository, &[asked]), [""; 0], "{said}");
                assert_eq!(dangling(&repository, &["--persona", "pedantic", asked]), ["warning"], "{said}");
            }
        }
    }
}

#[test]
fn what_leaves_nothing_out_changes_nothing() {
    for (path, config) in [
        ("config.json", r#"{"AUTH0_DOMAIN": "acme.eu.auth0.com"}"#),
        ("config.json", r#"{"AUTH0_DOMAIN": "acme.eu.auth0.com", "AUTH0_EXCLUDED_CLIENTS": []}"#),
        ("config.json", r#"{"AUTH0_DOMAIN": "acme.eu.auth0.com", "AUTH0_EXCLUDED": ["actions"]}"#),
        ("another/config.json", r#"{"AUTH0_EXCLUDED_CLIENTS": ["Legacy"]}"#),
        ("tenants/acme-old/config.json", r#"{"AUTH0_EXCLUDED_CLIENTS": ["Legacy"]}"#),
    ] {
        let repository = Repository::with("tenants/acme/tenant.yaml", TENANT).and(path, config);
        for asked in [".", "tenants/acme/tenant.yaml"] {
            assert_eq!(dangling(&repository, &[asked]), ["error"], "{path} {config} {asked}");
        }
    }
}

#[test]
fn a_folder_for_each_kind_is_one_project() {
    let repository =
        Repository::with("clients/Shop.json", r#"{"name": "Shop", "app_type": "non_interactive"}"#).and(
            "grants/legacy.json",
            r#"{"client_id": "Legacy", "audience": "https://orders.example.com", "scope": []}"#,
        );
    assert_eq!(dangling(&repository, &["grants/legacy.json"]), ["error"]);
    repository.write("config.json", r#"{"AUTH0_EXCLUDED_CLIENTS": ["Legacy"]}"#);
    assert_eq!(dangling(&repository, &["grants/legacy.json"]), [""; 0]);
    assert_eq!(dangling(&repository, &["."]), [""; 0]);
}
