//! What is reported of a file that is asked for alone: what it does to clients that stand in other files.

use serde_json::Value as Json;

use crate::support::Repository;

/// The findings of a path: where, and which rule.
fn findings(repository: &Repository, paths: &[&str]) -> Vec<String> {
    let report = repository.run(&[&["check", "--format", "json"], paths].concat()).json();
    let text = |value: &Json| value.as_str().unwrap().to_owned();
    let at = |finding: &Json| {
        let location = &finding["location"];
        format!("{}:{} {}", text(&location["path"]), location["start"]["line"], text(&finding["rule"]))
    };
    report["findings"].as_array().unwrap().iter().map(at).collect()
}

const MODULE: &str = "variable \"name\" {}
variable \"alg\" {}
variable \"callbacks\" { default = [] }
resource \"auth0_client\" \"this\" {
  name        = var.name
  app_type    = \"spa\"
  grant_types = [\"authorization_code\"]
  callbacks   = var.callbacks
  jwt_configuration {
    alg = var.alg
  }
}
resource \"auth0_client\" \"own\" {
  name        = \"Own\"
  app_type    = \"native\"
  grant_types = [\"authorization_code\"]
  jwt_configuration {
    alg = \"HS256\"
  }
}
";

const CALL: &str = "variable \"alg\" {}
module \"app\" {
  source    = \"../../modules/app\"
  name      = \"Shop\"
  alg       = var.alg
  callbacks = [\"http://shop.example.com/cb\"]
}
";

const ALG: &str = "modules/app/main.tf:10 public-client-symmetric-id-token";
const OWN: &str = "modules/app/main.tf:18 public-client-symmetric-id-token";
const CALLBACK: &str = "modules/app/main.tf:8 insecure-redirect-uri";

fn terraform() -> Repository {
    Repository::with("modules/app/main.tf", MODULE)
        .and("envs/prod/main.tf", CALL)
        .and("envs/prod/terraform.tfvars", "alg = \"HS256\"\n")
        .and("envs/dev/main.tf", CALL.replace("http:", "https:"))
        .and("envs/dev/terraform.tfvars", "alg = \"RS256\"\n")
}

#[test]
fn a_module_outside_of_the_checked_folder_is_context() {
    let repository = terraform();
    assert_eq!(findings(&repository, &["envs/prod"]), [CALLBACK, ALG]);
    assert_eq!(findings(&repository, &["envs/dev"]), [""; 0]);
    let clients = repository.clients("envs/prod");
    assert_eq!(clients["clients"][0]["name"], "Shop");
    assert_eq!(clients["clients"][0]["id_token_signed_response_alg"], "HS256");
    assert_eq!(repository.run(&["check", "envs/dev"]).code, 0, "something was recognised");
    let all = findings(&repository, &["."]);
    assert_eq!(all.iter().filter(|finding| *finding == ALG).count(), 1, "nothing is said twice: {all:?}");
    assert!(all.iter().any(|finding| finding == OWN));
}

#[test]
fn a_module_outside_of_the_repository_is_not_read() {
    let outer = Repository::with("modules/app/main.tf", MODULE).and("inner/.git/HEAD", "");
    let outer = outer.and("inner/prod/main.tf", CALL.replace("var.alg", "\"HS256\""));
    assert_eq!(findings(&outer, &["inner/prod"]), [""; 0]);
}

#[test]
fn values_of_variables_reach_the_clients_of_other_files() {
    let repository = terraform();
    assert_eq!(findings(&repository, &["envs/prod/terraform.tfvars"]), [ALG]);
    assert_eq!(findings(&repository, &["envs/dev/terraform.tfvars"]), [""; 0]);
    assert_eq!(findings(&repository, &["envs/prod/main.tf"]), [CALLBACK]);
    let split = Repository::with("main.tf", MODULE.replace("variable \"alg\" {}", ""))
        .and("variables.tf", "variable \"alg\" {\n  default = \"HS256\"\n}\n");
    assert_eq!(findings(&split, &["variables.tf"]), ["main.tf:10 public-client-symmetric-id-token"]);
    let both = findings(&split, &["main.tf", "variables.tf"]);
    let once: std::collections::BTreeSet<&String> = both.iter().collect();
    assert_eq!(both.len(), once.len(), "nothing is said twice: {both:?}");
}

#[test]
fn a_mapping_reaches_the_clients_that_use_it() {
    let mapping = |alg: &str, callback: &str| {
        format!(
            "{{\"AUTH0_DOMAIN\": \"acme.eu.auth0.com\", \"AUTH0_KEYWORD_REPLACE_MAPPINGS\": {{\"ALG\": \"{alg}\", \
             \"CALLBACK\": \"{callback}\", \"LOGOUT\": \"http://shop.example.com\"}}}}\n"
        )
    };
    let client = "{
  \"name\": \"Shop\",
  \"app_type\": \"spa\",
  \"grant_types\": [\"authorization_code\"],
  \"callbacks\": [\"##CALLBACK##\"],
  \"allowed_logout_urls\": [\"##LOGOUT##\"],
  \"cross_origin_authentication\": true,
  \"jwt_configuration\": { \"alg\": \"##ALG##\" }
}
";
    let path = "tenant/clients/shop.json";
    let repository = Repository::with(path, client)
        .and("config-prod.json", mapping("HS256", "https://shop.example.com/cb"))
        .and("config-dev.json", mapping("RS256", "http://dev.example.com/cb"));
    let logout = format!("{path}:6 unsafe-logout-uri");
    let alg = format!("{path}:8 public-client-symmetric-id-token");
    assert_eq!(findings(&repository, &["config-prod.json"]), [logout.clone(), alg]);
    let callback = format!("{path}:5 insecure-redirect-uri");
    assert_eq!(findings(&repository, &["config-dev.json"]), [callback, logout]);
    let text = repository.run(&["check", "config-prod.json"]).out;
    assert!(text.contains("prod") && !text.contains("dev.example.com"), "{text}");
}
