//! What definitions say of each other, and of one list or field alone, in the forms in which they are kept.

use crate::support::{Repository, rules};

const CLIENT: &str = "apiVersion: kubernetes.auth0.com/v1
kind: Client
metadata: {name: partner}
spec:
  conf:
    name: Partner
    app_type: spa
    is_first_party: false
    third_party_security_mode: strict
    grant_types: [authorization_code]
    callbacks: [\"https://shop.example.com/cb\"]
    jwt_configuration: {alg: RS256}
";

const GRANT: &str = "apiVersion: kubernetes.auth0.com/v1
kind: ClientGrant
metadata: {name: users}
spec:
  conf:
    clientRef: {name: partner}
    audience: {identifier: \"https://tenant.eu.auth0.com/api/v2/\"}
    scope: [\"read:users\"]
";

#[test]
fn grants_in_manifests_are_for_clients_in_other_documents_and_files() {
    let one = Repository::with("k8s/all.yaml", format!("{CLIENT}---\n{GRANT}"));
    assert_eq!(rules(&one.check(".")), ["third-party-broad-grant"]);
    let two = Repository::with("k8s/client.yaml", CLIENT).and("k8s/grant.yaml", GRANT);
    assert_eq!(rules(&two.check(".")), ["third-party-broad-grant"]);
}

#[test]
fn what_the_provider_of_crossplane_grants_is_for_clients_in_other_documents() {
    let text = "apiVersion: client.auth0.upbound.io/v1alpha1
kind: Client
metadata: {name: partner}
spec:
  forProvider:
    name: Partner
    appType: spa
    isFirstParty: false
    thirdPartySecurityMode: strict
    callbacks: [\"https://shop.example.com/cb\"]
    grantTypes: [authorization_code]
    jwtConfiguration: [{alg: RS256}]
---
apiVersion: clientgrant.auth0.upbound.io/v1alpha1
kind: Grant
metadata: {name: users}
spec:
  forProvider:
    clientIdRef: {name: partner}
    audience: \"https://tenant.eu.auth0.com/api/v2/\"
    scopes: [\"read:users\"]
";
    let repository = Repository::with("partner.yaml", text);
    assert_eq!(rules(&repository.check(".")), ["third-party-broad-grant"]);
}

#[test]
fn the_one_back_channel_logout_address_of_a_registration_is_judged() {
    let registration = |address: &str| {
        format!(
            r#"{{"client_name": "Kiosk", "redirect_uris": ["https://kiosk.example.com/cb"],
  "token_endpoint_auth_method": "client_secret_basic", "backchannel_logout_uri": "{address}"}}
"#
        )
    };
    for (address, found) in [
        ("http://kiosk.example.com/bye", vec!["invalid-backchannel-logout-uri"]),
        ("https://kiosk.example.com/bye", vec![]),
    ] {
        let repository = Repository::with("registration.json", registration(address));
        assert_eq!(rules(&repository.check(".")), found, "{address}");
    }
    let repository = Repository::with("registration.json", registration("http://kiosk.example.com/bye"));
    let run = repository.run(&["fix", "--unsafe", "."]);
    assert_eq!(run.code, 0, "{}", run.out);
    let mended = std::fs::read_to_string(repository.path("registration.json")).unwrap();
    assert_eq!(mended, registration("https://kiosk.example.com/bye"));
}

#[test]
fn grants_of_the_deploy_cli_for_nobody_are_reported() {
    let yaml = "clientGrants:\n  - audience: https://api.example.com\n    scope: [a]\n";
    let json = r#"{"audience": "https://api.example.com", "allow_all_scopes": true}"#;
    let empty = "clients:\n  - {name: Shop, app_type: non_interactive, is_first_party: true, \
                 oidc_conformant: true, grant_types: [client_credentials], jwt_configuration: {alg: RS256}}\n\
                 clientGrants:\n  - {client_id: \"\", audience: \"https://api.example.com\", scope: [a]}\n";
    for (path, text) in [("tenant.yaml", yaml), ("grants/nobody.json", json), ("tenant.yaml", empty)] {
        let repository = Repository::with(path, text);
        assert_eq!(rules(&repository.check(".")), ["client-grant-conflict"], "{text}");
    }
}
