//! Terraform as a whole program reads it: plans, states, variables from outside, and files that expressions read.

use serde_json::{Value as Json, json};

use super::support::{Repository, Run, problems};

const MAIN: &str = r#"variable "alg" {
  type = string
}

variable "callbacks" {
  type    = list(string)
  default = []
}

resource "auth0_client" "web" {
  name        = "Portal"
  app_type    = "spa"
  grant_types = ["authorization_code"]
  callbacks   = concat(var.callbacks, ["https://portal.example.com/cb"])

  jwt_configuration {
    alg = var.alg
  }
}
"#;

/// A plan that creates `auth0_client.web`.
fn plan(alg: &str, callbacks: &[&str]) -> Json {
    json!({
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "resource_changes": [{
            "address": "auth0_client.web", "mode": "managed", "type": "auth0_client", "name": "web",
            "change": {
                "actions": ["create"], "before": null,
                "after": {
                    "name": "Portal", "app_type": "spa", "grant_types": ["authorization_code"],
                    "callbacks": callbacks, "jwt_configuration": [{ "alg": alg }],
                },
                "after_unknown": { "client_id": true, "refresh_token": true },
                "after_sensitive": {},
            },
        }],
        "configuration": { "root_module": { "resources": [{
            "mode": "managed", "type": "auth0_client", "name": "web",
            "expressions": {
                "name": { "constant_value": "Portal" },
                "app_type": { "constant_value": "spa" },
                "grant_types": { "constant_value": ["authorization_code"] },
                "callbacks": { "references": ["var.callbacks"] },
                "jwt_configuration": [{ "alg": { "references": ["var.alg"] } }],
            },
        }] } },
    })
}

/// Path, line and rule of the findings.
fn found(run: &Run) -> Vec<(String, u64, String)> {
    let report: Json = serde_json::from_str(&run.out).unwrap();
    let findings = report["findings"].as_array().unwrap();
    let text = |value: &Json| value.as_str().unwrap().to_owned();
    let one = |finding: &Json| {
        let location = &finding["location"];
        (text(&location["path"]), location["start"]["line"].as_u64().unwrap(), text(&finding["rule"]))
    };
    findings.iter().map(one).collect()
}

fn check(repository: &Repository, more: &[&str]) -> Run {
    let arguments: Vec<&str> =
        ["check", "--format", "json", "--allow-empty"].iter().chain(more).copied().collect();
    repository.run(&arguments)
}

fn has(run: &Run, rule: &str) -> bool {
    found(run).iter().any(|(_, _, found)| found == rule)
}

/// The clients by key, with what is asked of each.
fn clients(repository: &Repository, more: &[&str], attribute: &str) -> Vec<(String, Json)> {
    let arguments: Vec<&str> = ["clients", "--format", "json"].iter().chain(more).copied().collect();
    let report: Json = serde_json::from_str(&repository.run(&arguments).out).unwrap();
    let clients = report["clients"].as_array().unwrap();
    clients
        .iter()
        .map(|client| (client["key"].as_str().unwrap().to_owned(), client[attribute].clone()))
        .collect()
}

const HS256: &str = "public-client-symmetric-id-token";

#[test]
fn a_plan_tells_what_variables_stand_for_and_findings_stand_in_the_configuration() {
    let text = plan("HS256", &["http://a.example.com/cb", "https://portal.example.com/cb"]).to_string();
    let repository = Repository::with("infra/main.tf", MAIN).and("infra/plan.json", text);
    // Named alone, the plan is judged together with the configuration as well.
    for named in [&["."][..], &["infra/plan.json"], &["infra"]] {
        let run = check(&repository, named);
        let at = |rule: &str| found(&run).into_iter().filter(|(_, _, own)| own == rule).collect::<Vec<_>>();
        assert_eq!(at(HS256), [("infra/main.tf".to_owned(), 17, HS256.to_owned())], "{}", run.out);
        let uri = "insecure-redirect-uri";
        assert_eq!(at(uri), [("infra/main.tf".to_owned(), 14, uri.to_owned())]);
        assert_eq!(run.code, 1);
    }
    let related: Json = serde_json::from_str(&check(&repository, &["."]).out).unwrap();
    assert!(related["findings"].to_string().contains("infra/plan.json"), "both places are shown");
    assert_eq!(clients(&repository, &[], "line"), [("auth0_client.web".to_owned(), json!(10))]);
    let alone = Repository::with("infra/main.tf", MAIN);
    assert!(!has(&check(&alone, &[]), HS256));
}

#[test]
fn what_is_written_since_the_plan_was_made_counts() {
    let literal = MAIN.replace("[\"authorization_code\"]", "[\"authorization_code\", \"implicit\"]");
    let repository = Repository::with("main.tf", literal).and("plan.json", plan("RS256", &[]).to_string());
    assert!(has(&check(&repository, &[]), "implicit-grant"));
}

#[test]
fn plans_of_several_environments_are_told_apart_and_what_they_share_is_said_once() {
    let both = &["http://a.example.com/cb"];
    let repository = Repository::with("main.tf", MAIN)
        .and("plans/dev.json", plan("HS256", both).to_string())
        .and("plans/prod.json", plan("RS256", both).to_string());
    let run = check(&repository, &[]);
    let count = |rule: &str| found(&run).iter().filter(|(_, _, own)| own == rule).count();
    assert_eq!((count(HS256), count("insecure-redirect-uri")), (1, 1), "{}", run.out);
    let repository = repository.and("plans/prod.json", plan("HS256", both).to_string());
    assert_eq!(clients(&repository, &[], "line").len(), 1);
}

fn state(serial: u64) -> Json {
    json!({
        "version": 4, "terraform_version": "1.11.4", "serial": serial, "lineage": "a",
        "resources": [
            { "mode": "managed", "type": "auth0_client", "name": "web", "instances": [{ "attributes": {
                "id": "abc", "client_id": "abc", "name": "Portal", "app_type": "spa", "callbacks": [],
                "grant_types": ["authorization_code", "implicit"], "initiate_login_uri": "",
                "jwt_configuration": [{ "alg": "HS256" }],
            } }] },
            { "mode": "managed", "type": "auth0_client_credentials", "name": "web", "instances": [{ "attributes": {
                "client_id": "abc", "authentication_method": "none", "client_secret": "kept-EXAMPLE-0417-not-real",
            }, "sensitive_attributes": [[{ "type": "get_attr", "value": "client_secret" }]] }] },
            { "mode": "data", "type": "auth0_client", "name": "read", "instances": [{ "attributes": {
                "client_id": "def", "client_secret": "read-EXAMPLE-5521-not-real", "name": "Read",
            } }] },
        ],
    })
}

#[test]
fn a_committed_state_is_one_leak_and_shows_nothing_of_its_secrets() {
    let repository = Repository::with("terraform.tfstate", serde_json::to_string_pretty(&state(1)).unwrap())
        .and("terraform.tfstate.backup", state(2).to_string());
    let run = check(&repository, &[]);
    let leak = "secret-in-terraform-state";
    let leaks = found(&run).into_iter().filter(|(_, _, rule)| rule == leak).map(|(path, _, _)| path);
    assert_eq!(leaks.collect::<Vec<_>>(), ["terraform.tfstate", "terraform.tfstate.backup"]);
    assert!(has(&run, HS256) && !has(&run, "hardcoded-client-secret"), "{}", run.out);
    for format in ["text", "json", "concise"] {
        let run = repository.run(&["check", "--format", format, "--persona", "auditor"]);
        assert!(!run.out.contains("EXAMPLE") && !run.err.contains("EXAMPLE"), "{}", run.out);
        assert_eq!(run.code, 1);
    }
    let methods = clients(&repository, &[], "token_endpoint_auth_method");
    assert_eq!(methods, [("auth0_client.web".to_owned(), json!("none"))]);
}

#[test]
fn a_state_fills_in_what_the_configuration_leaves_open() {
    let repository = Repository::with("main.tf", MAIN).and("terraform.tfstate", state(1).to_string());
    let run = check(&repository, &[]);
    assert!(found(&run).contains(&("main.tf".to_owned(), 17, HS256.to_owned())), "{}", run.out);
    // The literal in the file is newer than the state.
    assert!(!has(&run, "implicit-grant"));
    assert_eq!(clients(&repository, &[], "line").len(), 1);
}

#[test]
fn what_terraform_calls_sensitive_is_neither_shown_nor_judged() {
    let mut plan = plan("HS256", &["http://hidden-7731.example.com/cb"]);
    plan["resource_changes"][0]["change"]["after_sensitive"] = json!({ "callbacks": true });
    let text = serde_json::to_string_pretty(&plan).unwrap();
    let repository = Repository::with("plan.json", text);
    for format in ["text", "json", "concise"] {
        let run = repository.run(&["check", "--format", format, "--persona", "auditor"]);
        assert!(!run.out.contains("hidden-7731"), "{}", run.out);
        assert!(run.out.contains(HS256), "{}", run.out);
    }
}

#[test]
fn a_secret_of_a_plan_is_judged_by_what_is_written_for_it() {
    let secret = |expression: Json| {
        let mut plan = plan("RS256", &[]);
        plan["resource_changes"][0]["change"]["after"]["client_secret"] = json!("EXAMPLE-kq83-not-real-0417");
        if !expression.is_null() {
            let resource = &mut plan["configuration"]["root_module"]["resources"][0];
            resource["expressions"]["client_secret"] = expression;
        }
        Repository::with("plan.json", plan.to_string())
    };
    for (expression, class) in [
        (json!({ "constant_value": "EXAMPLE-kq83-not-real-0417" }), "literal"),
        (json!({ "references": ["var.secret"] }), "reference"),
        (Json::Null, "unknown"),
    ] {
        let repository = secret(expression);
        assert_eq!(clients(&repository, &[], "has_secret")[0].1, json!(class));
        let run = check(&repository, &[]);
        assert!(has(&run, "secret-in-terraform-state") && !run.out.contains("EXAMPLE"), "{}", run.out);
    }
}

#[test]
fn a_state_that_cannot_be_read_is_a_problem() {
    let old = json!({ "version": 3, "serial": 1, "modules": [{ "path": ["root"], "resources": {
        "auth0_client.web": { "type": "auth0_client", "primary": { "attributes": { "name": "Portal" } } },
    } }] });
    let repository = Repository::with("terraform.tfstate", old.to_string());
    let run = check(&repository, &[]);
    assert!(run.code == 4 && run.out.contains("unsupported-version"), "{}", run.out);
    let mut large = state(1).to_string();
    large.push_str(&" ".repeat(20_000_001));
    let repository = Repository::with("terraform.tfstate", large);
    let run = check(&repository, &[]);
    assert!(run.code == 4 && run.out.contains("limit-exceeded"), "{}", run.out);
}

#[test]
fn variables_take_the_value_that_is_given_last() {
    let repository = Repository::with("infra/main.tf", MAIN)
        .and("infra/terraform.tfvars", "alg = \"RS256\"\n")
        .and("envs/symmetric.tfvars", "alg = \"HS256\"\n")
        .and("envs/asymmetric.tfvars.json", r#"{ "alg": "PS256" }"#);
    let alg = |more: &[&str]| clients(&repository, more, "id_token_signed_response_alg")[0].1.clone();
    assert_eq!(alg(&[]), "RS256");
    let (first, second) = ("--var-file=envs/symmetric.tfvars", "--var-file=envs/asymmetric.tfvars.json");
    assert_eq!(alg(&[first]), "HS256");
    assert_eq!(alg(&[first, second]), "PS256");
    assert_eq!(alg(&[second, first]), "HS256");
    assert_eq!(alg(&["--var", "alg=RS512", first]), "HS256");
    assert_eq!(alg(&[first, "--var", "alg=RS512"]), "RS512");
    assert_eq!(alg(&["--var", "alg=HS256", "--var", "alg=RS512"]), "RS512");
    assert!(has(&check(&repository, &[first]), HS256));
    let list = ["--var", "callbacks=[\"http://given.example.com/cb\"]"];
    assert!(has(&check(&repository, &list), "insecure-redirect-uri"));

    let configured =
        repository.and("clientlint.toml", "[terraform]\nvar-files = [\"envs/symmetric.tfvars\"]\n");
    let alg = |more: &[&str]| clients(&configured, more, "id_token_signed_response_alg")[0].1.clone();
    assert_eq!(alg(&[]), "HS256");
    assert_eq!(alg(&[second]), "PS256");
}

#[test]
fn a_wrong_variable_is_said_without_its_value() {
    let repository = Repository::with("main.tf", MAIN);
    for wrong in ["EXAMPLE-k3y", "=EXAMPLE-k3y"] {
        let run = repository.run(&["check", "--var", wrong]);
        assert_eq!(run.code, 2);
        assert_eq!(run.err, "error: --var takes NAME=VALUE, as in --var region=eu\n");
    }
    let run = repository.run(&["check", "--var-file", "missing.tfvars"]);
    assert!(run.code == 2 && run.err.contains("missing.tfvars"), "{}", run.err);
    let secret = "resource \"auth0_client\" \"web\" {\n  name = \"a\"\n  client_secret = var.s\n}\nvariable \"s\" {}\n";
    let repository = Repository::with("main.tf", secret);
    let run = repository.run(&["check", "--var", "s=EXAMPLE-k3y-not-real-9931", "--persona", "auditor"]);
    assert!(!run.out.contains("EXAMPLE") && !run.err.contains("EXAMPLE"), "{}", run.out);
}

#[test]
fn expressions_read_files_of_the_repository_and_no_others() {
    let text = r#"locals {
  clients = yamldecode(file("${path.module}/clients.yaml"))
}

resource "auth0_client" "this" {
  for_each = local.clients
  name     = each.key
  app_type = each.value.type
}

resource "auth0_client" "outside" {
  name = file("../outside.txt")
}
"#;
    let repository = Repository::with("infra/main.tf", text)
        .and("infra/clients.yaml", "portal: { type: spa }\njob: { type: non_interactive }\n");
    std::fs::write(repository.root().join("../outside.txt"), "outside-4471").unwrap_or_default();
    let types = clients(&repository, &[], "application_type");
    assert!(types.contains(&("auth0_client.this[\"portal\"]".to_owned(), json!("spa"))), "{types:?}");
    let names = clients(&repository, &[], "name");
    assert!(names.iter().all(|(_, name)| name != "outside-4471"), "{names:?}");
}

#[test]
fn modules_are_followed_where_paths_are_given_from_the_root() {
    let caller = "module \"app\" {\n  source = \"../modules/app\"\n  alg = \"HS256\"\n}\n";
    let module = "variable \"alg\" {}\nresource \"auth0_client\" \"this\" {\n  name = \"a\"\n  app_type = \"spa\"\n  jwt_configuration {\n    alg = var.alg\n  }\n}\n";
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in [("live/main.tf", caller), ("modules/app/main.tf", module)] {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    // A working directory elsewhere, and no repository: paths are shown as they are.
    let elsewhere = Repository::new();
    let path = folder.path().to_str().unwrap();
    assert_eq!(clients(&elsewhere, &[path], "key")[0].0, "module.app.auth0_client.this");
}

#[test]
fn connections_know_the_clients_that_other_resources_enable() {
    let text = r#"resource "auth0_client" "partner" {
  name           = "Partner"
  app_type       = "regular_web"
  is_first_party = false
}

resource "auth0_connection" "users" {
  name     = "users"
  strategy = "auth0"
}

resource "auth0_connection_clients" "users" {
  connection_id   = auth0_connection.users.id
  enabled_clients = [auth0_client.partner.id]
}
"#;
    let with = check(&Repository::with("main.tf", text), &[]);
    let rule = "dangling-client-reference".to_owned();
    assert!(found(&with).contains(&("main.tf".to_owned(), 14, rule)), "{}", with.out);
    let one = text.replace("auth0_connection_clients", "auth0_connection_client");
    let one =
        one.replace("enabled_clients = [auth0_client.partner.id]", "client_id = auth0_client.partner.id");
    assert!(has(&check(&Repository::with("main.tf", one), &[]), "dangling-client-reference"));
    assert!(!has(&with, "deprecated-field"));
}

#[test]
fn a_file_of_values_that_cannot_be_read_is_a_problem() {
    let repository = Repository::with("infra/main.tf", MAIN)
        .and("given.tfvars", "alg = \"HS256\n")
        .and("other/terraform.tfvars", "alg = \"HS256\n");
    let given = check(&repository, &["infra", "--var-file", "given.tfvars"]);
    assert_eq!(
        (given.code, problems(&given.json())),
        (4, vec!["given.tfvars:1:1 syntax-error".to_owned()]),
        "{}",
        given.out
    );
    repository.write("infra/terraform.tfvars", "alg: HS256\n");
    let automatic = check(&repository, &["infra/main.tf"]);
    let found = problems(&automatic.json());
    assert_eq!(
        (automatic.code, found),
        (4, vec!["infra/terraform.tfvars:1:4 syntax-error".to_owned()]),
        "{}",
        automatic.out
    );
    // Nothing takes these.
    repository.write("infra/terraform.tfvars", "alg = \"HS256\"\n");
    assert_eq!(check(&repository, &["."]).code, 1);
}
