//! Manifests for Kubernetes, programs of Pulumi and files of one's own: what is known from the files beside them, and what
//! is not.

use std::fmt::Write as _;

use serde_json::Value as Json;

use crate::support::{Repository, rules};

/// The findings of a run over some paths: path, line and rule.
fn findings(repository: &Repository, paths: &[&str]) -> Vec<(String, u64, String)> {
    let words = [&["check"][..], paths, &["--format", "json"]].concat();
    let report: Json = serde_json::from_str(&repository.run(&words).out).unwrap();
    assert_eq!(report["problems"], Json::Array(Vec::new()));
    let text = |value: &Json| value.as_str().unwrap().to_owned();
    let finding = |finding: &Json| {
        let at = &finding["location"];
        (text(&at["path"]), at["start"]["line"].as_u64().unwrap(), text(&finding["rule"]))
    };
    report["findings"].as_array().unwrap().iter().map(finding).collect()
}

fn client(repository: &Repository, path: &str) -> Json {
    let report: Json =
        serde_json::from_str(&repository.run(&["clients", path, "--format", "json"]).out).unwrap();
    report["clients"][0].clone()
}

fn has(found: &[(String, u64, String)], path: &str, line: u64, rule: &str) -> bool {
    found.contains(&(path.to_owned(), line, rule.to_owned()))
}

const PROGRAM: &str = "name: shop
runtime: yaml
config:
  callback: { type: string, default: https://shop.example.com/cb }
resources:
  spa:
    type: auth0:Client
    properties:
      name: Shop
      appType: spa
      callbacks: ['${callback}']
      grantTypes: [authorization_code]
      jwtConfiguration: { alg: '${alg}' }
  web:
    type: auth0:Client
    properties: { name: Web, appType: regular_web, grantTypes: [authorization_code], callbacks: ['https://web.example.com/cb'] }
  webCredentials:
    type: auth0:ClientCredentials
    properties: { clientId: '${web.id}', authenticationMethod: client_secret_post, clientSecret: '${hush}' }
";

#[test]
fn a_stack_supplies_the_values_of_a_program() {
    let stack = "config:\n  shop:alg: HS256\n  shop:callback: http://shop.example.com/cb\n";
    let repository = Repository::with("Pulumi.yaml", PROGRAM).and("Pulumi.dev.yaml", stack);
    for paths in [&["."][..], &["Pulumi.yaml"]] {
        let found = findings(&repository, paths);
        assert!(has(&found, "Pulumi.yaml", 13, "public-client-symmetric-id-token"), "{found:?}");
        assert!(has(&found, "Pulumi.yaml", 11, "insecure-redirect-uri"), "{found:?}");
    }
    let text = repository.run(&["check", "."]).out;
    assert!(text.contains("Pulumi.dev.yaml"), "the place that supplies the value is shown:\n{text}");
}

#[test]
fn what_differs_between_stacks_holds_in_some() {
    let repository = Repository::with("Pulumi.yaml", PROGRAM)
        .and("Pulumi.dev.yaml", "config:\n  shop:alg: HS256\n")
        .and("Pulumi.live.yaml", "config:\n  shop:alg: RS256\n  shop:callback: http://shop.example.com/cb\n");
    let found = findings(&repository, &["."]);
    assert!(has(&found, "Pulumi.yaml", 13, "public-client-symmetric-id-token"), "{found:?}");
    let report = repository.check(".");
    let environments = |rule: &str| {
        let found = report["findings"].as_array().unwrap().iter().find(|finding| finding["rule"] == rule);
        found.map(|finding| finding["environments"].clone()).unwrap()
    };
    let of = |name: &str| serde_json::json!([{"name": name, "mappings": format!("Pulumi.{name}.yaml")}]);
    assert_eq!(environments("public-client-symmetric-id-token"), of("dev"));
    assert_eq!(environments("insecure-redirect-uri"), of("live"));
    let only = findings(&repository, &["Pulumi.live.yaml"]);
    assert!(has(&only, "Pulumi.yaml", 11, "insecure-redirect-uri"), "{only:?}");
    assert!(!only.iter().any(|(_, _, rule)| rule.contains("id-token")), "{only:?}");
    let client = client(&repository, ".");
    assert_eq!(client["unresolved"], serde_json::json!(["id_token_signed_response_alg", "redirect_uris"]));
}

#[test]
fn a_secure_value_is_a_reference_and_a_plain_one_is_none() {
    let credentials = |value: &str| {
        let repository = Repository::with("Pulumi.yaml", PROGRAM)
            .and("Pulumi.dev.yaml", format!("config:\n  shop:alg: RS256\n  shop:hush: {value}\n"));
        findings(&repository, &["."])
    };
    let plain = credentials("kq83-EXAMPLE-71Zp-not-real-5521");
    assert!(plain.iter().any(|(_, _, rule)| rule == "secret-variable-default"), "{plain:?}");
    let secure = credentials("{ secure: v1:bm90LXJlYWw= }");
    assert!(!secure.iter().any(|(_, _, rule)| rule.contains("secret")), "{secure:?}");
}

#[test]
fn variables_that_lead_nowhere_end() {
    let mut variables = String::from("variables:\n  v0: ['${v0}', '${loop}']\n  loop: '${loop}x'\n");
    for at in 1..60 {
        let before = at - 1;
        let _ = writeln!(variables, "  v{at}: ['${{v{before}}}', '${{v{before}}}', '${{v{before}}}']");
    }
    let program =
        format!("{variables}{PROGRAM}").replace("'${callback}'", "'${v59}', '${loop}', '${a.b[9].c}', '${'");
    let repository = Repository::with("Pulumi.yaml", program);
    assert_eq!(client(&repository, ".")["name"], "Shop");
}

const CLIENT: &str = "apiVersion: client.auth0.jwefers.upbound.io/v1alpha1
kind: Client
metadata: { name: web }
spec:
  forProvider:
    name: Web
    appType: spa
    callbacks: [https://web.example.com/cb]
    grantTypes: [authorization_code]
    jwtConfiguration: [{ alg: RS256 }]
";

#[test]
fn credentials_of_crossplane_are_found_beside_the_client() {
    let credentials = "apiVersion: clientcredentials.auth0.jwefers.upbound.io/v1alpha1
kind: Credentials
metadata: { name: web }
spec:
  forProvider: { authenticationMethod: client_secret_post, clientIdRef: { name: web } }
";
    let repository = Repository::with("web/client.yaml", CLIENT).and("web/credentials.yaml", credentials);
    for path in [".", "web/client.yaml"] {
        assert_eq!(client(&repository, path)["token_endpoint_auth_method"], "client_secret_post", "{path}");
        let found = findings(&repository, &[path]);
        assert!(has(&found, "web/credentials.yaml", 5, "public-client-with-secret"), "{path}: {found:?}");
    }
    // Whose credentials these are is written nowhere.
    let other =
        credentials.replace("clientIdRef: { name: web }", "clientId: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    let repository = Repository::with("web/client.yaml", CLIENT).and("web/credentials.yaml", other);
    let found = client(&repository, ".");
    assert_eq!(found["token_endpoint_auth_method"], Json::Null);
    assert_eq!(found["unresolved"], serde_json::json!(["token_endpoint_auth_method"]));
}

#[test]
fn patches_and_changes_have_no_absences() {
    let patch = "apiVersion: kubernetes.auth0.com/v2alpha3
kind: Client
metadata: { name: web }
spec:
  conf:
    grantTypes: [authorization_code, implicit]
---
apiVersion: kubernetes.auth0.com/v2alpha3
kind: Client
metadata: { name: old }
spec:
  find: { name: Old }
  conf: { name: Old, appType: spa }
";
    let found = findings(&Repository::with("patch.yaml", patch), &["."]);
    assert_eq!(found, [("patch.yaml".to_owned(), 6, "implicit-grant".to_owned())]);
}

#[test]
fn words_of_an_operator_are_checked_as_it_spells_them() {
    let manifest = "apiVersion: kubernetes.auth0.com/v2alpha3
kind: Client
metadata: { name: web }
spec:
  tenantRef: { name: shop }
  conf: { name: Web, appType: regularWebb, tokenEndpointAuthMethod: clientSecretPost, callbacks: ['https://a.example.com/cb'] }
";
    let run = Repository::with("web.yaml", manifest).run(&["check", "."]);
    assert!(run.out.contains("did you mean regularWeb?"), "{}", run.out);
    assert!(!run.out.contains("clientSecretPost is no"), "{}", run.out);
}

#[test]
fn a_template_of_a_manifest_is_skipped_and_said_so() {
    let chart = "apiVersion: kubernetes.auth0.com/v2alpha3\nkind: Client\nmetadata: { name: web }\nspec:\n  conf:\n    name: {{ .Values.name }}\n";
    let repository = Repository::with("chart/templates/web.yaml", chart);
    let run = repository.run(&["check", ".", "--format", "json"]);
    let report: Json = serde_json::from_str(&run.out).unwrap();
    assert_eq!(report["skipped"][0]["path"], "chart/templates/web.yaml", "{report}");
    assert_eq!(run.code, 0);
}

#[test]
fn help_lists_every_shape() {
    let help = Repository::new().run(&["check", "--help"]).out;
    let help: String = help.split_whitespace().collect::<Vec<_>>().join(" ");
    for provider in clientlint::providers::builtin().unwrap() {
        for shape in &provider.table.shapes {
            let named = [format!(" {},", shape.id), format!(" {} ", shape.id)];
            assert!(
                named.iter().any(|name| help.contains(name)),
                "{} is not in the help of --kind",
                shape.id
            );
        }
    }
}

#[test]
fn a_manifest_that_hands_a_template_to_somebody_else_is_none() {
    let composition = "apiVersion: apiextensions.crossplane.io/v1
kind: Composition
metadata: { name: app }
spec:
  mode: Pipeline
  pipeline:
    - step: patch
      input:
        resources:
          - name: client
            base:
              apiVersion: client.auth0.crossplane.io/v1alpha1
              kind: Client
              spec:
                forProvider: { name: App, appType: native, grantTypes: [password] }
    - step: template
      input:
        inline:
          template: |
            apiVersion: client.auth0.crossplane.io/v1alpha1
            name: {{ .observed.name }}
";
    let repository = Repository::with("composition.yaml", composition);
    let found = findings(&repository, &["."]);
    assert!(has(&found, "composition.yaml", 15, "public-client-password-grant"), "{found:?}");
    let template = composition.replace("name: App,", "name: {{ .Values.name }},");
    let report = Repository::with("composition.yaml", template).check(".");
    assert_eq!(report["skipped"][0]["path"], "composition.yaml");
}

#[test]
fn each_list_of_a_file_of_ones_own_has_names_of_its_own() {
    let client =
        |name: &str| format!("  - {{ name: {name}, app_type: regular_web, oidc_conformant: true }}\n");
    let lists = |second: &str| format!("dev:\n{}{}prod:\n{}", client("Shop"), client(second), client("Shop"));
    let report = |text: String| Repository::with("apps.yaml", text).check("apps.yaml");
    let twins = |report: &Json| rules(report).into_iter().filter(|rule| *rule == "duplicate-client").count();
    assert_eq!(twins(&report(lists("Desk"))), 0);
    assert_eq!(twins(&report(lists("Shop"))), 2);
    // Answers of the API as a test recorded them: one client in each.
    let answer = r#"{"method": "GET", "path": "/api/v2/clients", "status": 200,
        "response": {"clients": [{"client_id": "4fKqEXAMPLE", "name": "Shop", "app_type": "spa", "callbacks": []}]}}"#;
    let recording = Repository::with("recording.json", format!("[{answer}, {answer}]"));
    assert_eq!(recording.clients("recording.json")["clients"].as_array().unwrap().len(), 2);
    assert_eq!(twins(&recording.check("recording.json")), 0);
}

#[test]
fn clients_of_others_are_none_of_auth0s() {
    let names = |text: &str| {
        let clients = Repository::with("clients.yaml", text).clients("clients.yaml");
        clients["clients"].as_array().unwrap().len()
    };
    // Customers, and what another authorization server knows of its clients.
    assert_eq!(names("clients:\n  - { name: Shop, email: billing@shop.example }\n"), 0);
    let other = "clients:\n  - name: Shop\n    client_type: public\n    redirect_uris: [https://shop.example/cb]\n    \
                 grant_types: [authorization_code]\n";
    assert_eq!(names(other), 0);
    let other = "server:\n  clients:\n    - client_id: shop\n      grant_types: [client_credentials]\n      \
                 token_endpoint_auth_method: client_secret_post\n";
    assert_eq!(names(other), 0);
    // The same list is the Deploy CLI's where what stands in it, or beside it, is.
    assert_eq!(names("clients:\n  - { name: Shop, app_type: spa }\n"), 1);
    assert_eq!(names("rules: []\nclients:\n  - { name: Shop, owner: retail }\n"), 1);
}

#[test]
fn what_is_not_known_of_a_name_is_told_from_what_is() {
    let text = "resource \"auth0_client\" \"shop\" {\n  name = \"Shop${var.suffix}\"\n}\n";
    let clients = Repository::with("main.tf", text).clients("main.tf");
    assert_eq!(clients["clients"][0]["name"], "Shop${var.suffix}");
}
