//! Terraform projects as a whole: what stands in resources of their own, in other files and in other folders.

use serde_json::{Value as Json, json};

use crate::support::{Repository, rules};

/// The findings of `check` with some words more.
fn check(repository: &Repository, words: &[&str]) -> Json {
    repository.run(&[&["check", "--format", "json"], words].concat()).json()
}

fn at(finding: &Json) -> String {
    let text = |value: &Json| value.as_str().unwrap().to_owned();
    let location = &finding["location"];
    format!("{}:{} {}", text(&location["path"]), location["start"]["line"], text(&finding["rule"]))
}

#[test]
fn scopes_of_an_api_stand_in_resources_of_their_own() {
    let grant = |scopes: &str| {
        format!(
            "resource \"auth0_resource_server\" \"orders\" {{\n  identifier = \"https://orders.example.com\"\n}}\n
resource \"auth0_client\" \"job\" {{\n  name     = \"Job\"\n  app_type = \"non_interactive\"\n}}\n
resource \"auth0_client_grant\" \"job\" {{\n  client_id = auth0_client.job.id\n  audience  = \
             auth0_resource_server.orders.identifier\n  scopes    = [\"read:orders\", \"drop:orders\"]\n}}\n\n{scopes}"
        )
    };
    let all = "resource \"auth0_resource_server_scopes\" \"orders\" {
  resource_server_identifier = auth0_resource_server.orders.identifier
  scopes {
    name = \"read:orders\"
  }
}
";
    let one = "resource \"auth0_resource_server_scope\" \"read\" {
  resource_server_identifier = auth0_resource_server.orders.identifier
  scope                      = \"read:orders\"
}
";
    let other = "resource \"auth0_resource_server_scope\" \"more\" {
  resource_server_identifier = var.api
  scope                      = var.scope
}
";
    let found = |scopes: &str| {
        let report = Repository::with("main.tf", grant(scopes)).check(".");
        rules(&report).contains(&"dangling-client-reference")
    };
    assert!(found(all) && found(one), "the API does not define drop:orders");
    assert!(!found(""), "nobody says which scopes the API defines");
    assert!(!found(&format!("{one}{other}")), "the API may define more");
    assert!(!found(&format!("{one}{}", one.replace("read", "drop"))));
}

#[test]
fn a_secret_reaches_the_state_unless_its_argument_is_write_only() {
    let program = |argument: &str, terraform: &str| {
        format!(
            "{terraform}\nresource \"auth0_client\" \"web\" {{\n  name = \"Web\"\n}}\n
resource \"auth0_client_credentials\" \"web\" {{\n  client_id             = auth0_client.web.id
  authentication_method = \"client_secret_post\"\n  {argument}         = var.hush\n}}\n"
        )
    };
    let found = |path: &str, argument: &str, terraform: &str, words: &[&str]| {
        let repository = Repository::with(path, program(argument, terraform));
        let report = check(&repository, &[&["."], words].concat());
        rules(&report).contains(&"secret-in-terraform-state")
    };
    let pedantic: &[&str] = &["--persona", "pedantic"];
    let asks = |what: &str| format!("terraform {{\n  {what}\n}}\n");
    let provider = |version: &str| {
        asks(&format!(
            "required_providers {{\n    auth0 = {{\n      source  = \"auth0/auth0\"\n      version = \"{version}\"\n    }}\n  }}"
        ))
    };
    assert!(found("main.tf", "client_secret", "", pedantic));
    assert!(found("main.tf", "client_secret", &asks("required_version = \">= 1.5\""), pedantic));
    assert!(found("main.tf", "client_secret", &provider("~> 1.2"), pedantic));
    assert!(!found("main.tf", "client_secret", "", &[]), "a matter of taste");
    assert!(!found("main.tf", "client_secret_wo", "", pedantic), "no state keeps it");
    assert!(!found("main.tf", "client_secret", &asks("required_version = \"~> 1.5.0\""), pedantic));
    assert!(!found("main.tf", "client_secret", &asks("required_version = var.version"), pedantic));
    assert!(!found("main.tf", "client_secret", &provider("~> 1.30.0"), pedantic));
    assert!(!found("main.tofu", "client_secret", "", pedantic));
}

#[test]
fn a_write_only_secret_is_a_secret() {
    let text = "resource \"auth0_client\" \"web\" {\n  name     = \"Web\"\n  app_type = \"regular_web\"\n}\n
resource \"auth0_client_credentials\" \"web\" {\n  client_id             = auth0_client.web.id
  authentication_method = \"client_secret_post\"\n  client_secret_wo      = \"k3-V9s_Qx72mNb4Tz8Rc1Lw6Yp0\"\n}\n";
    let repository = Repository::with("main.tf", text);
    let report = repository.check(".");
    assert!(rules(&report).contains(&"hardcoded-client-secret"), "{:?}", rules(&report));
    assert_eq!(repository.clients(".")["clients"][0]["has_secret"], json!("literal"));
    assert!(!repository.run(&["check", "."]).out.contains("V9s_Qx72"));
}

#[test]
fn a_secret_in_base64_is_a_secret_and_is_not_shown() {
    let program = |before: &str, secret: &str| {
        format!(
            "{before}resource \"auth0_client\" \"web\" {{\n  name     = \"Web\"\n  app_type = \"regular_web\"\n}}\n
resource \"auth0_client_credentials\" \"web\" {{\n  client_id             = auth0_client.web.id
  authentication_method = \"client_secret_post\"\n  client_secret         = base64decode({secret})\n}}\n"
        )
    };
    let encoded = "\"azMtVjlzX1F4NzJtTmI0VHo4UmMxTHc2WXAw\"";
    let locals = format!("locals {{\n  encoded = {encoded}\n}}\n");
    for (text, rule) in [
        (program("", encoded), "hardcoded-client-secret"),
        (program(&locals, "local.encoded"), "secret-variable-default"),
    ] {
        let repository = Repository::with("main.tf", text);
        let report = repository.check(".");
        assert!(rules(&report).contains(&rule), "{:?}", rules(&report));
        for format in ["text", "json", "sarif", "html"] {
            let out = repository.run(&["check", ".", "--format", format]).out;
            assert!(!out.contains("azMtVjlz") && !out.contains("V9s_Qx72"), "{format}: {out}");
        }
    }
    let unknown = Repository::with("main.tf", program("", "var.encoded")).check(".");
    assert!(
        !rules(&unknown).iter().any(|rule| rule.contains("secret-variable") || rule.contains("hardcoded"))
    );
}

#[test]
fn a_registration_names_one_subject_of_its_certificate() {
    let found = |subjects: &str| {
        let text = format!(
            "{{\n  \"client_name\": \"Ledger\",\n  \"redirect_uris\": [\"https://ledger.example.com/cb\"],\n  {subjects}
  \"token_endpoint_auth_method\": \"tls_client_auth\"\n}}\n"
        );
        let report = Repository::with("ledger.json", text).check(".");
        let findings = report["findings"].as_array().unwrap().iter();
        findings.map(at).find(|finding| finding.ends_with("client-auth-method-without-keys"))
    };
    let (dn, dns) =
        ("\"tls_client_auth_subject_dn\": \"CN=ledger\",", "\"tls_client_auth_san_dns\": \"a.example.com\",");
    assert!(found("").is_some());
    assert!(found("\"tls_client_auth_subject_dn\": null,").is_some());
    assert!(found(&format!("{dn}\n{dns}")).is_some());
    assert_eq!(found(dn), None);
    assert_eq!(found(dns), None);
    assert_eq!(found("\"tls_client_auth_san_ip\": \"##IP##\","), None);
}

#[test]
fn an_address_means_the_client_of_its_own_root_module() {
    let root = |kind: &str| {
        format!(
            "module \"api\" {{\n  source = \"../modules/api\"\n}}\n
resource \"auth0_client\" \"app\" {{\n  name     = \"App\"\n  app_type = \"{kind}\"\n}}\n
resource \"auth0_client_grant\" \"app\" {{\n  client_id        = auth0_client.app.id\n  audience         = \
             \"https://acme.eu.auth0.com/api/v2/\"\n  allow_all_scopes = true\n}}\n"
        )
    };
    let repository = Repository::with(
        "modules/api/main.tf",
        "resource \"auth0_resource_server\" \"api\" {\n  identifier = \"https://api.example.com\"\n}\n",
    )
    .and("dev/main.tf", root("non_interactive"))
    .and("prod/main.tf", root("spa"));
    let report = repository.check(".");
    let broad: Vec<String> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["rule"] == "broad-management-api-grant")
        .map(|finding| format!("{} {}", at(finding), finding["severity"].as_str().unwrap()))
        .collect();
    let rule = "broad-management-api-grant";
    assert_eq!(broad, [format!("dev/main.tf:13 {rule} warning"), format!("prod/main.tf:13 {rule} error")]);
}

#[test]
fn of_a_plan_without_its_configuration_nobody_knows_what_was_left_out() {
    let plan = |configuration: &Json| {
        let resource = |kind: &str, after: Json, unknown: Json| {
            json!({"address": format!("{kind}.spa"), "mode": "managed", "type": kind, "name": "spa",
                "change": {"actions": ["create"], "before": null, "after": after, "after_unknown": unknown}})
        };
        let client = resource(
            "auth0_client",
            json!({"name": "Shop", "app_type": "spa", "web_origins": null, "jwt_configuration": [{"alg": "HS256"}]}),
            json!({"id": true, "client_id": true, "grant_types": true, "callbacks": true, "oidc_conformant": true,
                "jwt_configuration": [{"lifetime_in_seconds": true}]}),
        );
        let mut plan =
            json!({"format_version": "1.2", "terraform_version": "1.12.0", "resource_changes": [client]});
        if !configuration.is_null() {
            plan["configuration"] = configuration.clone();
        }
        Repository::with("plan.json", plan.to_string())
    };
    let bare = plan(&Json::Null);
    let report = bare.check(".");
    assert_eq!(rules(&report), ["public-client-symmetric-id-token"]);
    let client = &bare.clients(".")["clients"][0];
    assert_eq!(client["client_type"], "public");
    let unresolved = client["unresolved"].as_array().unwrap();
    assert!(unresolved.contains(&json!("grant_types")), "unset, or not known yet: {unresolved:?}");
    let expressions = json!({"name": {"constant_value": "Shop"}, "app_type": {"constant_value": "spa"},
        "jwt_configuration": [{"alg": {"constant_value": "HS256"}}]});
    let resources = json!([{"address": "auth0_client.spa", "mode": "managed", "type": "auth0_client", "name": "spa",
        "expressions": expressions}]);
    let whole = plan(&json!({"root_module": {"resources": resources}}));
    let found = ["implicit-grant-by-default", "public-client-symmetric-id-token"];
    assert_eq!(rules(&whole.check(".")), found, "what is left out has the default");
    assert_eq!(whole.clients(".")["clients"][0]["unresolved"], json!([]));
}

#[test]
fn clients_stand_in_files_that_expressions_find() {
    let program = "variable \"env\" {}
resource \"auth0_client\" \"app\" {
  for_each    = { for f in fileset(path.module, \"apps/**/*.json\") : trimsuffix(basename(f), \".json\") => jsondecode(file(\"${path.module}/${f}\")) }
  name        = title(replace(lower(\"ACME-${each.key}-${var.env}\"), \"-\", \" \"))
  app_type    = each.value.type
  callbacks   = each.value.callbacks
  grant_types = [\"authorization_code\"]
}
";
    let app = |kind: &str, host: &str| format!("{{\"type\": \"{kind}\", \"callbacks\": [\"{host}/cb\"]}}\n");
    let repository = Repository::with("infra/main.tf", program)
        .and("infra/apps/shop.json", app("spa", "http://shop.example.com"))
        .and("infra/apps/inner/desk.json", app("regular_web", "https://desk.example.com"))
        .and("infra/apps/notes.txt", "nothing")
        .and("infra/other/more.json", app("native", "http://more.example.com"));
    let clients = repository.clients(".");
    let keys: Vec<&str> =
        clients["clients"].as_array().unwrap().iter().map(|client| client["key"].as_str().unwrap()).collect();
    assert_eq!(keys, ["auth0_client.app[\"desk\"]", "auth0_client.app[\"shop\"]"]);
    assert_eq!(clients["clients"][1]["application_type"], "spa");
    let report = repository.check(".");
    assert!(rules(&report).contains(&"insecure-redirect-uri"), "{report}");
    assert!(
        repository.run(&["check", "."]).out.contains("Acme Shop ${var.env}"),
        "what is known of a name is shown"
    );
}

#[test]
fn what_terraform_reads_is_no_definition_of_its_own() {
    let config = "client:
  name: Sample
  app_type: spa
  callbacks: [\"http://shop.example.com/cb\"]
  grants: [authorization_code]
";
    let program = "locals {
  config = yamldecode(file(\"${path.module}/../config.yml\"))
}
resource \"auth0_client\" \"sample\" {
  name        = local.config.client.name
  app_type    = local.config.client.app_type
  callbacks   = local.config.client.callbacks
  grant_types = local.config.client.grants
}
";
    let alone = Repository::with("config.yml", config);
    assert_eq!(alone.clients(".")["clients"][0]["kind"], "in-house");
    let repository = Repository::with("config.yml", config).and("terraform/main.tf", program);
    let clients = repository.clients(".");
    let keys: Vec<&Json> =
        clients["clients"].as_array().unwrap().iter().map(|client| &client["key"]).collect();
    assert_eq!(keys, ["auth0_client.sample"]);
    let report = repository.check(".");
    assert!(rules(&report).contains(&"insecure-redirect-uri"));
    assert!(!rules(&report).contains(&"implicit-grant-by-default"), "the file says so under another name");
}

#[test]
fn what_several_directories_call_in_the_same_way_is_reported_once() {
    let call = |name: &str| format!("module \"web\" {{\n  source = \"../web\"\n  name   = \"{name}\"\n}}\n");
    let web = "variable \"name\" {\n  type = string\n}\n
resource \"auth0_client\" \"web\" {
  name            = var.name
  app_type        = \"regular_web\"
  oidc_conformant = true
  callbacks       = [\"https://shop.example.com/callback\"]
  grant_types     = [\"authorization_code\", \"implicit\"]
}
";
    let found = |production: &str, staging: &str| {
        let repository = Repository::with("web/main.tf", web);
        repository.write("production/main.tf", call(production));
        repository.write("staging/main.tf", call(staging));
        let report = repository.check(".");
        let findings = report["findings"].as_array().unwrap();
        assert_eq!(report["summary"]["clients"], 2, "both are there");
        assert_eq!(report["summary"]["findings"]["warning"], findings.len());
        findings.iter().map(at).collect::<Vec<_>>()
    };
    let place = "web/main.tf:10 implicit-grant";
    assert_eq!(found("Shop", "Shop"), [place]);
    assert_eq!(found("Shop", "Shop (staging)"), [place, place]);
}
