//! Markers of the Deploy CLI and the files that fill them in: which files these are, what is said of each environment,
//! and that nothing of a secret in them is ever shown.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use super::support::{RIGHT, Repository, problems, rules};

/// A mapping file.
fn mapping(values: Json) -> String {
    json!({"AUTH0_DOMAIN": "acme.eu.auth0.com", "AUTH0_KEYWORD_REPLACE_MAPPINGS": values}).to_string()
}

/// A client with nothing wrong whose algorithm is a marker.
fn marked() -> String {
    RIGHT.replace("alg: RS256", "alg: \"##ALG##\"")
}

/// Findings as `rule@path:line [environments]`.
fn found(report: &Json) -> Vec<String> {
    let one = |finding: &Json| {
        let names: Vec<&str> =
            finding["environments"].as_array().unwrap().iter().map(|e| e["name"].as_str().unwrap()).collect();
        let at = &finding["location"];
        let place = format!("{}:{}", at["path"].as_str().unwrap(), at["start"]["line"]);
        format!("{}@{place} [{}]", finding["rule"].as_str().unwrap(), names.join(" "))
    };
    report["findings"].as_array().unwrap().iter().map(one).collect()
}

const HS256: &str = "public-client-symmetric-id-token@tenant.yaml:8";

#[test]
fn what_holds_in_some_environments_says_in_which() {
    let repository = Repository::with("tenant.yaml", marked())
        .and("config-dev.json", mapping(json!({"ALG": "RS256"})))
        .and("config-prod.json", mapping(json!({"ALG": "HS256"})))
        .and("config.test.json", mapping(json!({"ALG": "HS256"})));
    let report = repository.check(".");
    assert_eq!(found(&report), [format!("{HS256} [prod test]")]);
    let finding = &report["findings"][0];
    assert_eq!(finding["environments"][0], json!({"name": "prod", "mappings": "config-prod.json"}));
    let related = finding["related"].as_array().unwrap();
    let supplied: Vec<&str> = related
        .iter()
        .filter(|related| related["message"] == "its value is written here")
        .map(|related| related["path"].as_str().unwrap())
        .collect();
    assert_eq!(supplied, ["config-prod.json", "config.test.json"]);
    let text = repository.run(&["check", "."]);
    assert_eq!(text.code, 1);
    assert!(text.out.contains("only in: prod (config-prod.json), test (config.test.json)"), "{}", text.out);
    let concise = repository.run(&["check", ".", "--format", "concise"]).out;
    assert!(concise.contains("(Shop), only in prod, test\n"), "{concise}");
}

#[test]
fn what_holds_in_all_is_said_once_and_the_client_is_listed_once() {
    let text =
        marked().replace("name: Shop", "name: \"##ENV## Shop\"").replace("shop.example", "##HOST##.example");
    let repository = Repository::with("auth0/tenant.yaml", text)
        .and("config/dev.json", mapping(json!({"ALG": "HS256", "ENV": "Dev", "HOST": "dev"})))
        .and("config/prod.json", mapping(json!({"ALG": "HS256", "ENV": "Prod", "HOST": "shop"})));
    let report = repository.check(".");
    assert_eq!(found(&report), ["public-client-symmetric-id-token@auth0/tenant.yaml:8 []"]);
    let clients = repository.clients(".");
    let client = &clients["clients"][0];
    assert_eq!(clients["clients"].as_array().unwrap().len(), 1);
    assert_eq!(client["name"], "##ENV## Shop");
    assert_eq!(client["id_token_signed_response_alg"], "HS256");
    assert_eq!(client["environment"], Json::Null);
    assert_eq!(client["unresolved"], json!(["client_name", "redirect_uris"]));
}

#[test]
fn markers_stand_for_anything() {
    let text = "clients:
  - name: Shop
    ##TYPE_KEY##: ##TYPE##
    is_first_party: ##FIRST##
    oidc_conformant: \"##CONFORMANT##\"
    token_endpoint_auth_method: ##METHOD## # by environment
    grant_types: [authorization_code, ##MORE##]
    jwt_configuration: @@JWT@@
    callbacks: '@@CALLBACKS@@'
    refresh_token: {rotation_type: '##NESTED##'}
";
    let values = json!({
        "TYPE_KEY": "app_type", "TYPE": "spa", "FIRST": true, "CONFORMANT": false, "METHOD": "none",
        "MORE": "implicit,\"password\"", "JWT": {"alg": "##ALG##"}, "ALG": "HS256",
        "CALLBACKS": ["https://a.example.com/cb", "http://b.example.com/cb"], "NESTED": "non-##ROTATING##",
        "ROTATING": "rotating", "AUTH0_CLIENT_SECRET": "x"
    });
    let repository = Repository::with("tenant.yaml", text).and("config.json", mapping(values));
    let inlined = "clients:
  - name: Shop
    app_type: spa
    is_first_party: true
    oidc_conformant: \"false\"
    token_endpoint_auth_method: none # by environment
    grant_types: [authorization_code, implicit,\"password\"]
    jwt_configuration: {\"alg\":\"HS256\"}
    callbacks: [\"https://a.example.com/cb\",\"http://b.example.com/cb\"]
    refresh_token: {rotation_type: 'non-rotating'}
";
    let plain = Repository::with("tenant.yaml", inlined);
    let all = |repository: &Repository| -> BTreeSet<(String, String, String)> {
        let report =
            repository.run(&["check", "tenant.yaml", "--format", "json", "--persona", "auditor"]).json();
        let text = |value: &Json| value.to_string();
        let findings = report["findings"].as_array().unwrap().iter();
        findings
            .map(|f| (text(&f["rule"]), text(&f["message"]), text(&f["location"]["start"]["line"])))
            .collect()
    };
    assert!(all(&plain).len() > 5);
    assert_eq!(all(&repository), all(&plain));
    assert_eq!(repository.clients("tenant.yaml"), plain.clients("tenant.yaml"));
}

#[test]
fn files_that_are_named_win_and_must_be_right() {
    let repository = Repository::with("tenant.yaml", marked())
        .and("config.json", mapping(json!({"ALG": "RS256"})))
        .and("values/live.json", mapping(json!({"ALG": "HS256"})))
        .and("none.json", "{\"AUTH0_DOMAIN\": \"acme.eu.auth0.com\"}")
        .and("broken.json", "{\"AUTH0_KEYWORD_REPLACE_MAPPINGS\": {\"SECRET\": k3y}");
    assert!(found(&repository.check(".")).is_empty());
    let check = |files: &[&str]| {
        let mut words = vec!["check", "tenant.yaml", "--format", "json"];
        files.iter().for_each(|file| words.extend(["--mappings", file]));
        repository.run(&words)
    };
    assert_eq!(found(&check(&["values/live.json"]).json()), [format!("{HS256} []")]);
    let both = check(&["values/live.json", "config.json"]).json();
    assert_eq!(found(&both), [format!("{HS256} [live]")]);
    for (file, says) in [
        ("missing.json", "missing.json: no such file"),
        ("none.json", "none.json: holds no `AUTH0_KEYWORD_REPLACE_MAPPINGS`"),
        ("broken.json", "broken.json: is no JSON: line 1, column"),
    ] {
        let run = check(&[file]);
        assert_eq!(run.code, 2, "{file}");
        assert!(run.err.contains(says) && !run.err.contains("k3y"), "{}", run.err);
    }
}

#[test]
fn the_configuration_names_environments() {
    let text = marked().replace("https://shop.example.com/cb", "\"##URL##\"");
    let local = mapping(json!({"ALG": "RS256", "URL": "http://localhost:3000/cb"}));
    let repository = Repository::with("auth0/tenant.yaml", text)
        .and("auth0/one.json", &local)
        .and("auth0/two.json", &local)
        .and(
            "clientlint.toml",
            "[env.live]\nmappings = [\"auth0/one.json\"]\n[env.sandbox]\nmappings = [\"./auth0/two.json\"]\n",
        );
    let rule = "loopback-redirect-uri-in-production@auth0/tenant.yaml:9";
    assert_eq!(found(&repository.check(".")), [format!("{rule} [live]")]);
    let repository = repository.and(
        "clientlint.toml",
        "[env.live]\nmatch = [\"other/**\"]\nmappings = [\"auth0/one.json\"]\n\
         [env.sandbox]\nproduction = true\nmappings = [\"auth0/two.json\"]\n",
    );
    assert_eq!(found(&repository.check(".")), [format!("{rule} []")]);
    let repository = repository.and("clientlint.toml", "[env.live]\nmappings = [\"gone.json\"]\n");
    let run = repository.run(&["check", "."]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("gone.json: no such file"), "{}", run.err);
}

#[test]
fn each_root_has_the_files_beside_or_above_it() {
    let client = |alg: &str| {
        json!({"name": "Shop", "app_type": "spa", "is_first_party": true, "oidc_conformant": true,
            "token_endpoint_auth_method": "none", "grant_types": ["authorization_code"],
            "callbacks": ["https://shop.example.com/cb"], "jwt_configuration": {"alg": alg}})
        .to_string()
    };
    let repository = Repository::with("a/clients/Shop.json", client("##ALG##"))
        .and("b/clients/Shop.json", client("@@ALG@@"))
        .and("c/deep/clients/Shop.json", client("##ALG##"))
        .and("a/config.json", mapping(json!({"ALG": "HS256"})))
        .and("b/config/prod.json", mapping(json!({"ALG": "RS256"})))
        .and("c/config.json", mapping(json!({"ALG": "HS256"})));
    let expected = [
        "public-client-symmetric-id-token@a/clients/Shop.json:1 []",
        "public-client-symmetric-id-token@c/deep/clients/Shop.json:1 []",
    ];
    assert_eq!(found(&repository.check(".")), expected);
    // As a hook calls it: the files of the project are read, and nothing is reported of them.
    assert_eq!(found(&repository.check("c/deep/clients/Shop.json")), expected[1..]);
}

#[test]
fn a_path_that_names_an_environment_is_for_that_one() {
    let repository = Repository::with("dev/tenant.yaml", marked())
        .and("production/tenant.yaml", marked())
        .and("config-dev.json", mapping(json!({"ALG": "HS256"})))
        .and("config-prod.json", mapping(json!({"ALG": "RS256"})));
    assert_eq!(found(&repository.check(".")), ["public-client-symmetric-id-token@dev/tenant.yaml:8 []"]);
}

#[test]
fn what_is_not_in_the_repository_fills_in_nothing() {
    let repository = Repository::with("tenant.yaml", marked())
        .and(".gitignore", "config.json\n")
        .and("config.json", mapping(json!({"ALG": "HS256"})));
    assert!(found(&repository.check(".")).is_empty());
    assert!(found(&repository.check("tenant.yaml")).is_empty());
    let run = repository.run(&["check", "tenant.yaml", "--no-gitignore", "--format", "json"]);
    assert_eq!(found(&run.json()), [format!("{HS256} []")]);
    // Other keys of the file are no values, and neither is a mapping that stands in another file.
    let repository = Repository::with("tenant.yaml", marked().replace("##ALG##", "##AUTH0_DOMAIN##")).and(
        "config.json",
        "{\"AUTH0_DOMAIN\": \"HS256\", \"AUTH0_KEYWORD_REPLACE_MAPPINGS\": \"./values.json\"}",
    );
    assert!(found(&repository.check(".")).is_empty());
}

#[test]
fn markers_without_a_value_are_named_where_mappings_are_known() {
    let text = format!(
        "{}    logo_uri: \"https://##CDN##/##LOGO##\"\n    client_secret: \"##SECRET##\"\n",
        marked()
    );
    let repository = Repository::with("tenant.yaml", &text);
    assert_eq!(rules(&repository.check(".")), ["public-client-with-secret"]);
    let repository = repository
        .and("config-a.json", mapping(json!({"ALG": "RS256", "LOGO": "logo.png", "CDN": "<your host>"})))
        .and("config-b.json", mapping(json!({"ALG": "RS256", "CDN": "cdn.example.com"})));
    let report = repository.check(".");
    assert_eq!(found(&report)[0], "unresolved-placeholder@tenant.yaml:10 [b]");
    assert_eq!(report["findings"][0]["message"], "no mapping gives the placeholder LOGO a value");
    assert_eq!(rules(&report), ["unresolved-placeholder", "public-client-with-secret"]);
}

#[test]
fn a_file_that_is_broken_once_it_is_filled_in_is_a_problem() {
    let repository = Repository::with("tenant.yaml", marked().replace("\"##ALG##\"", "'##ALG##'"))
        .and("config-dev.json", mapping(json!({"ALG": "RS256"})))
        .and("config-prod.json", mapping(json!({"ALG": "k3y'0: ["})));
    let run = repository.run(&["check", ".", "--format", "json"]);
    assert_eq!(run.code, 4);
    let report = run.json();
    assert_eq!(problems(&report).len(), 1);
    let problem = &report["problems"][0];
    assert_eq!((problem["path"].as_str(), problem["line"].as_u64()), (Some("tenant.yaml"), Some(8)));
    assert!(
        problem["message"].as_str().unwrap().ends_with("(with the mappings of config-prod.json)"),
        "{problem}"
    );
    assert!(!run.out.contains("k3y"));
}

#[test]
fn secrets_of_mappings_are_found_and_never_shown() {
    let text = "clients:
  - name: Portal
    app_type: regular_web
    client_secret: \"##ONE##\"
    callbacks: ['http://user:##TWO##@portal.example.com/cb', 'http://portal.example.com/?client_secret=##THREE##']
  - name: Other
    client_secret: @@FOUR@@
    addons: {azure_sb: {sasKey: ##FIVE##}, layer: @@SIX@@}
    @@REST@@: 1
connections:
  - {name: x, strategy: oidc, options: {client_secret: '##SEVEN##', client_id: a}}
  - {name: '##EIGHT##', strategy: oidc, options: @@NINE@@}
";
    // What is between two values is shown with them, so none stands far from another.
    let values = r###"{
  "AUTH0_CLIENT_SECRET": "k3y-zero-0000000000000000",
  "AUTH0_KEYWORD_REPLACE_MAPPINGS": {
    "ONE": "##NESTED##",
    "NESTED": "k3y-one-11111111111111111",
    "TWO": "k3y-two-2222",
    "THREE": "k3y-three-33333333333333",
    "FOUR": "k3y-four-444444444444444",
    "FIVE": "k3y-five-555555555555555",
    "SIX": {"inner": "k3y-six-66666666666", "privateKey": "k3y-6666666666666666"},
    "SEVEN": 31415926535897,
    "EIGHT": "http://loud.example.com",
    "NINE": {"client_secret": "k3y-nine-999999999999"},
    "REST": "k3y\": ["
  }
}"###;
    let repository = Repository::with("tenant.yaml", text)
        .and("config-dev.json", values)
        .and("config-prod.json", values.replace("REST", "MISSING"));
    let mut found_secret = 0;
    for path in [".", "tenant.yaml", "config-prod.json"] {
        for format in ["text", "concise", "json"] {
            let run = repository.run(&["check", path, "--format", format, "--persona", "auditor"]);
            for hidden in ["k3y-", "k3y\\", "31415926535897", "1111", "4444"] {
                assert!(
                    !run.out.contains(hidden) && !run.err.contains(hidden),
                    "{path} {format} {hidden}: {}",
                    run.out
                );
            }
            found_secret += usize::from(run.out.contains("secret-variable-default"));
        }
    }
    assert_eq!(found_secret, 9);
    let report = repository.run(&["check", "tenant.yaml", "--format", "json"]).json();
    let secret =
        report["findings"].as_array().unwrap().iter().find(|f| f["rule"] == "secret-variable-default");
    let secret = secret.unwrap();
    assert_eq!(secret["location"]["start"]["line"], 4);
    let at = secret["related"].as_array().unwrap().iter().find(|r| r["path"] == "config-prod.json").unwrap();
    assert_eq!((at["start"]["line"].as_u64(), at["start"]["byte"] == at["end"]["byte"]), (Some(5), true));
}

#[test]
fn fingerprints_do_not_depend_on_the_environments() {
    let print = |dev: &str, prod: &str| {
        let repository = Repository::with("tenant.yaml", marked().replace("name: Shop", "name: '##ENV##'"))
            .and("config-dev.json", mapping(json!({"ALG": dev, "ENV": "a"})))
            .and("config-prod.json", mapping(json!({"ALG": prod, "ENV": "b"})));
        repository.check(".")["findings"][0]["fingerprint"].as_str().unwrap().to_owned()
    };
    assert_eq!(print("HS256", "RS256"), print("RS256", "HS256"));
    assert_eq!(print("HS256", "RS256"), print("HS256", "HS256"));
}

#[test]
fn a_marker_can_stand_for_all_clients() {
    let client = |name: &str, alg: &str| {
        json!({"name": name, "app_type": "spa", "is_first_party": true, "oidc_conformant": true,
            "token_endpoint_auth_method": "none", "grant_types": ["authorization_code"],
            "callbacks": ["https://shop.example.com/cb"], "jwt_configuration": {"alg": alg}})
    };
    let repository = Repository::with("tenant.yaml", "clients: @@CLIENTS@@\n")
        .and("config-dev.json", mapping(json!({"CLIENTS": [client("A", "RS256"), client("B", "HS256")]})))
        .and("config-prod.json", mapping(json!({"CLIENTS": [client("B", "HS256"), client("C", "HS256")]})));
    let clients = repository.clients(".");
    let names: Vec<&str> = clients["clients"]
        .as_array()
        .unwrap()
        .iter()
        .map(|client| client["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["A", "B", "C"]);
    let report = repository.check(".");
    let mut all = found(&report);
    all.sort();
    let rule = "public-client-symmetric-id-token@tenant.yaml:1";
    assert_eq!(all, [format!("{rule} []"), format!("{rule} [prod]")]);
}

#[test]
fn standard_input_is_filled_in_from_beside_its_name() {
    let repository = Repository::with("auth0/config.json", mapping(json!({"ALG": "HS256"})));
    let words = ["check", "-", "--stdin-filename", "auth0/tenant.yaml", "--format", "json"];
    let run = repository.pipe(&words, marked());
    assert_eq!(rules(&run.json()), ["public-client-symmetric-id-token"]);
}

#[test]
fn values_that_grow_without_end_are_a_problem() {
    let mut values = serde_json::Map::new();
    for level in 0..12 {
        values.insert(format!("A{level}"), json!(format!("##A{}##", level + 1).repeat(60)));
    }
    let repository = Repository::with("tenant.yaml", format!("{}    logo_uri: '##A0##'\n", marked()))
        .and("config.json", mapping(Json::Object(values)));
    let run = repository.run(&["check", ".", "--format", "json"]);
    assert_eq!(run.code, 4);
    assert_eq!(problems(&run.json()), ["tenant.yaml:1:1 limit-exceeded"]);
}

#[test]
fn a_fix_changes_what_is_written_and_no_marker() {
    let text = marked().replace("[authorization_code]", "[authorization_code, implicit]");
    let repository =
        Repository::with("tenant.yaml", &text).and("config.json", mapping(json!({"ALG": "HS256"})));
    let report = repository.check(".");
    assert_eq!(rules(&report), ["implicit-grant", "public-client-symmetric-id-token"]);
    let fixes = |at: usize| report["findings"][at]["fixes"].as_array().unwrap().len();
    assert_eq!((fixes(0), fixes(1)), (1, 0));
    repository.run(&["fix", ".", "--unsafe"]);
    let fixed = std::fs::read_to_string(repository.path("tenant.yaml")).unwrap();
    assert_eq!(fixed, marked());
}
