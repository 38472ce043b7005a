//! What applications and the tool that deploys are configured with: which client they are, and the secrets that
//! should not be there.

use super::support::{Repository, Run};

/// Shares no six characters with anything that the program says.
const SECRET: &str = "qZ7xW2vK9jR4tB6nH8mD3cF5gL1pY0sA";

fn repository() -> Repository {
    let id = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    Repository::new()
        .and("web/.env.local", format!("VITE_AUTH0_CLIENT_ID={id}\nVITE_AUTH0_CLIENT_SECRET={SECRET}\n"))
        .and("server/.env", format!("AUTH0_CLIENT_ID={id}\n# old\nexport AUTH0_CLIENT_SECRET='{SECRET}'\n"))
        .and("next/.env", format!("AUTH_AUTH0_ID={id}\nAUTH_AUTH0_SECRET={SECRET}\n"))
        .and("nuxt/compose.yml", format!("services:\n  web:\n    environment:\n      - AUTH_AUTH0_SECRET={SECRET}\n      - NUXT_PORT=1\n"))
        .and("server/.env.prod", format!("AUTH0_CLIENT_ID={id}\nAUTH0_CLIENT_SECRET_PROD={SECRET}\nAUTH0_CI_CLIENT_SECRET={SECRET}\n"))
        .and("server/.env.example", "AUTH0_CLIENT_ID=\nAUTH0_CLIENT_SECRET=YOUR_CLIENT_SECRET\n")
        .and(
            "ios/Auth0.plist",
            format!(
                "<plist><dict><key>ClientId</key><string>{id}</string>\n<key>ClientSecret</key><string>{SECRET}</string></dict></plist>"
            ),
        )
        .and("android/strings.xml", format!("<resources><string name=\"com_auth0_client_id\">{id}</string></resources>"))
        .and("java/application.yml", format!("okta:\n  oauth2:\n    client-id: {id}\n    client-secret: {SECRET}\n"))
        .and("java/application.properties", "okta.oauth2.client-id=x\nokta.oauth2.client-secret=${SECRET}\n")
        .and("net/appsettings.json", format!("{{ \"Auth0\": {{ \"ClientId\": \"{id}\",\n \"ClientSecret\": \"{SECRET}\" }} }}"))
        .and(
            "auth0/config.json",
            format!(
                "{{ \"AUTH0_DOMAIN\": \"acme.eu.auth0.com\",\n  \"AUTH0_CLIENT_SECRET\": \"{SECRET}\",\n  \"INCLUDED_PROPS\": {{ \"clients\": [\"client_secret\"] }} }}"
            ),
        )
        .and(
            "azure/parameters.json",
            format!("{{ \"$schema\": \"https://schema.example/deploymentParameters.json#\", \"parameters\": {{\n \"AUTH0_CLIENT_ID\": {{ \"value\": \"{id}\" }},\n \"AUTH0_CLIENT_SECRET\": {{ \"value\": \"{SECRET}\" }} }} }}"),
        )
        .and(
            "azure/schema.json",
            format!("{{ \"$schema\": \"http://json-schema.org/draft-07/schema#\", \"examples\": [{{ \"AUTH0_CLIENT_ID\": \"{id}\",\n \"AUTH0_CLIENT_SECRET\": \"{SECRET}\" }}] }}"),
        )
        .and(
            "render.yaml",
            format!("services:\n  - envVars:\n      - key: AUTH0_CLIENT_ID\n        value: {id}\n      - key: AUTH0_CLIENT_SECRET\n        value: {SECRET}\n"),
        )
        .and(
            "tests/shop.postman_environment.json",
            format!("{{ \"values\": [ {{ \"key\": \"auth0_client_id\", \"value\": \"{id}\" }},\n {{ \"key\": \"auth0_client_secret\", \"value\": \"{SECRET}\" }} ] }}"),
        )
        .and(
            "azure/right.json",
            "{ \"parameters\": { \"auth0ClientId\": { \"value\": \"x\" },\n \"auth0ClientSecret\": { \"value\": \"[parameters('auth0ClientSecret')]\" } } }",
        )
        .and(
            "worker/wrangler.jsonc",
            format!("{{ // of the shop\n  \"vars\": {{ \"AUTH0_CLIENT_ID\": \"{id}\",\n    \"AUTH0_CLIENT_SECRET\": \"{SECRET}\" }}, }}"),
        )
        .and("other/.env", "DATABASE_URL=postgres://x\nAPI_SECRET=whatever-this-is-12345\n")
        .and(
            ".gitlab-ci.yml",
            format!(
                "variables:\n  AUTH0_CLIENT_ID: {id}\n  AUTH0_CLIENT_SECRET:\n    value: {SECRET}\n    description: of the shop\n"
            ),
        )
        .and(
            "heroku/app.json",
            format!("{{ \"env\": {{ \"AUTH0_CLIENT_ID\": {{ \"value\": \"{id}\" }},\n \"AUTH0_CLIENT_SECRET\": {{ \"value\": \"{SECRET}\" }} }} }}"),
        )
        .and(
            "heroku/other/app.json",
            "{ \"env\": { \"AUTH0_CLIENT_ID\": { \"required\": true },\n \"AUTH0_CLIENT_SECRET\": { \"description\": \"of the shop\" } } }",
        )
}

#[test]
fn secrets_of_applications_are_found_where_they_stand() {
    let run: Run = repository().run(&["check", "--format", "concise"]);
    let found: Vec<String> =
        run.out.lines().map(|line| line.split("] ").next().unwrap_or_default().to_owned() + "]").collect();
    assert_eq!(
        found,
        [
            ".gitlab-ci.yml:3:3: error[hardcoded-client-secret]",
            "auth0/config.json:2:3: error[hardcoded-client-secret]",
            "auth0/config.json:3:35: warning[export-includes-secrets]",
            "azure/parameters.json:3:2: error[hardcoded-client-secret]",
            "heroku/app.json:2:2: error[hardcoded-client-secret]",
            "ios/Auth0.plist:2:6: error[public-client-with-secret]",
            "java/application.yml:4:5: error[hardcoded-client-secret]",
            "net/appsettings.json:2:2: error[hardcoded-client-secret]",
            "next/.env:2:1: error[hardcoded-client-secret]",
            "nuxt/compose.yml:4:9: error[hardcoded-client-secret]",
            "render.yaml:5:14: error[hardcoded-client-secret]",
            "server/.env:3:8: error[hardcoded-client-secret]",
            "server/.env.prod:2:1: error[hardcoded-client-secret]",
            "tests/shop.postman_environment.json:2:11: error[hardcoded-client-secret]",
            "web/.env.local:2:1: error[public-client-with-secret]",
            "worker/wrangler.jsonc:3:5: error[hardcoded-client-secret]",
        ],
        "{}",
        run.out
    );
    assert_eq!(run.code, 1);
}

/// Settings of programs that log in at any issuer, beside an address of Auth0's; and some where it is another's.
fn of_any_issuer() -> Repository {
    Repository::new()
        .and(
            "compose.yml",
            format!("services:\n  proxy:\n    environment:\n      - OAUTH2_PROXY_OIDC_ISSUER_URL=https://acme.auth0.com/\n      - OAUTH2_PROXY_CLIENT_SECRET={SECRET}\n  other:\n    environment:\n      - OAUTH2_PROXY_OIDC_ISSUER_URL=https://id.example/\n      - OAUTH2_PROXY_CLIENT_SECRET={SECRET}\n"),
        )
        .and(
            "grafana/values.yaml",
            format!("grafana.ini:\n  auth.generic_oauth:\n    client_id: shop\n    client_secret: {SECRET}\n    auth_url: https://acme.auth0.com/authorize\n"),
        )
        .and(
            "dex/config.yaml",
            format!("connectors:\n  - type: oidc\n    config:\n      issuer: https://acme.auth0.com/\n      clientID: shop\n      clientSecret: {SECRET}\n  - type: google\n    config:\n      clientID: shop\n      clientSecret: {SECRET}\n      redirectURI: https://acme.auth0.com/login/callback\n"),
        )
        .and("express/.env", format!("ISSUER_BASE_URL=https://acme.auth0.com\nAUTH0_AUDIENCE=https://shop.example/\nCLIENT_SECRET={SECRET}\n"))
        .and(
            "kong/kong.yml",
            format!("plugins:\n  - name: openid-connect\n    config:\n      issuer: https://acme.auth0.com/.well-known/openid-configuration\n      client_id: [shop]\n      client_secret: [{SECRET}]\n"),
        )
        .and(
            "net/appsettings.json",
            format!("{{ \"Auth0\": {{ \"ClientId\": \"shop\", \"ClientSecret\": \"\",\n \"ManagementClientSecret\": \"{SECRET}\", \"BackendClientSecretName\": \"x\" }},\n \"Google\": {{ \"ManagementClientSecret\": \"{SECRET}\" }} }}"),
        )
        .and(
            "envs/prod.tfvars",
            format!("tenants = {{\n  shop = {{\n    auth0_domain = \"acme.auth0.com\"\n    auth0_client_secret = \"{SECRET}\"\n  }}\n}}\nlogin = {{\n  domain = \"acme.auth0.com\"\n  client_secret = \"{SECRET}\"\n}}\nother = {{\n  domain = \"id.example\"\n  client_secret = \"{SECRET}\"\n}}\n"),
        )
        .and("jobs/.env", format!("AUTH0_CLIENT_SECRET=YOUR_CLIENT_SECRET\nAUTH0_REPORTS_CLIENT_SECRET={SECRET}\nOTHER_CLIENT_SECRET={SECRET}\n"))
        .and("keycloak/.env", format!("ISSUER_BASE_URL=https://id.example\nCLIENT_SECRET={SECRET}\n"))
        .and(
            "java/application.properties",
            format!("spring.security.oauth2.client.provider.oidc.issuer-uri=https://acme.auth0.com/\nspring.security.oauth2.client.registration.oidc.client-secret={SECRET}\n"),
        )
        .and(
            "vault/main.tf",
            format!("resource \"vault_jwt_auth_backend\" \"auth0\" {{\n  oidc_discovery_url = \"https://acme.auth0.com/\"\n  oidc_client_secret = \"{SECRET}\"\n}}\n"),
        )
        .and(
            "argocd/cm.yaml",
            format!("kind: ConfigMap\ndata:\n  oidc.config: |\n    name: Auth0\n    issuer: https://acme.auth0.com/\n    clientSecret: {SECRET}\n  other.config: |\n    issuer: https://id.example/\n    clientSecret: {SECRET}\n"),
        )
        .and(
            "chart/values.yaml",
            format!("proxy:\n  configFile: |-\n    provider = \"oidc\"\n    oidc_issuer_url = \"https://acme.auth0.com/\"\n    client_secret = \"{SECRET}\"\nauth0:\n  domain: acme.auth0.com\n  clientSecret: {SECRET}\n"),
        )
        .and(
            ".github/workflows/build.yml",
            format!("jobs:\n  build:\n    steps:\n      - run: |\n          cat > .env <<EOF\n          AUTH0_CLIENT_SECRET={SECRET}\n          EOF\n"),
        )
        .and(
            "fallback/application.yml",
            format!("okta:\n  oauth2:\n    client-id: ${{ID:shop}}\n    client-secret: ${{AUTH0_CLIENT_SECRET:{SECRET}}}\n"),
        )
        .and(
            "fallback/compose.yml",
            format!("services:\n  web:\n    environment:\n      AUTH0_CLIENT_SECRET: ${{AUTH0_CLIENT_SECRET:-{SECRET}}}\n  local:\n    environment:\n      AUTH0_CLIENT_SECRET: ${{AUTH0_CLIENT_SECRET:-only-for-local-runs}}\n"),
        )
}

#[test]
fn secrets_of_any_issuer_are_found_beside_an_address_of_auth0() {
    let run = of_any_issuer().run(&["check", "--format", "concise"]);
    let found: Vec<&str> = run.out.lines().filter_map(|line| line.split(" error[hardcoded").next()).collect();
    assert_eq!(
        found,
        [
            ".github/workflows/build.yml:6:11:",
            "argocd/cm.yaml:6:5:",
            "chart/values.yaml:5:5:",
            "chart/values.yaml:8:3:",
            "compose.yml:5:9:",
            "dex/config.yaml:6:7:",
            "envs/prod.tfvars:4:5:",
            "envs/prod.tfvars:9:3:",
            "express/.env:3:1:",
            "fallback/application.yml:4:5:",
            "fallback/compose.yml:4:7:",
            "grafana/values.yaml:4:5:",
            "java/application.properties:2:1:",
            "jobs/.env:2:1:",
            "kong/kong.yml:6:7:",
            "net/appsettings.json:2:2:",
            "vault/main.tf:3:3:",
        ],
        "{}",
        run.out
    );
}

#[test]
fn no_report_shows_a_secret_of_an_application() {
    for repository in [repository(), of_any_issuer()] {
        shows_no_secret(&repository);
    }
}

fn shows_no_secret(repository: &Repository) {
    for format in ["text", "concise", "json"] {
        for command in ["check", "clients"] {
            if command == "clients" && format == "concise" {
                continue;
            }
            let run = repository.run(&[command, "--format", format]);
            for start in 0..SECRET.len() - 6 {
                let part = &SECRET[start..start + 6];
                assert!(
                    !run.out.contains(part) && !run.err.contains(part),
                    "{command} {format} shows {part}"
                );
            }
        }
    }
}

#[test]
fn what_a_bundler_hands_out_hides_no_other_secret() {
    let run = Repository::with(
        ".env",
        format!("AUTH0_CLIENT_SECRET={SECRET}\nVITE_AUTH0_CLIENT_SECRET={SECRET}a\nVITE_AUTH0_ADMIN_CLIENT_SECRET={SECRET}b\n"),
    )
    .run(&["check", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
    let found: Vec<(&str, u64, u64)> = report["findings"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|finding| {
            let rule = finding["rule"].as_str().unwrap_or_default();
            let related = finding["related"].as_array().map_or(0, Vec::len) as u64;
            (rule, finding["location"]["start"]["line"].as_u64().unwrap_or_default(), related)
        })
        .collect();
    assert_eq!(
        found,
        [("hardcoded-client-secret", 1, 1), ("public-client-with-secret", 2, 0)],
        "{}",
        run.out
    );
}

#[test]
fn verifiers_are_held_against_the_clients_and_apis_whose_tokens_they_check() {
    let tenant = "clients:\n  - name: Storefront\n    client_id: abc123EXAMPLEabc123EXAMPLE\n    app_type: spa\n    \
                  is_first_party: true\n    jwt_configuration: { alg: RS256 }\n    grant_types: [authorization_code]\n    \
                  callbacks: [\"https://shop.example/cb\"]\nresourceServers:\n  - name: Orders\n    identifier: https://orders.example/\n    signing_alg: RS256\n";
    let run = Repository::with("auth0/tenant.yaml", tenant)
        .and("web/auth.json", r#"{ "clientId": "abc123EXAMPLEabc123EXAMPLE", "idTokenSigningAlg": "HS256" }"#)
        .and("web/right.json", r#"{ "clientId": "abc123EXAMPLEabc123EXAMPLE", "idTokenSigningAlg": "RS256" }"#)
        .and("web/other.json", r#"{ "clientId": "another", "idTokenSigningAlg": "HS256" }"#)
        .and(
            "api/application.yml",
            "spring:\n  security:\n    oauth2:\n      resourceserver:\n        jwt:\n          audiences: https://orders.example/\n          jws-algorithms: HS256\n",
        )
        .run(&["check", "--format", "concise"]);
    let found: Vec<&str> = run.out.lines().filter_map(|line| line.split(']').next()).collect();
    assert_eq!(
        found,
        [
            "api/application.yml:7:27: warning[verifier-algorithm-mismatch",
            "web/auth.json:1:66: error[verifier-symmetric-for-public-client",
        ],
        "{}",
        run.out
    );
}
