//! Standard input: what is piped in was meant to be read.

use crate::support::{Repository, WRONG, problems, rules};

const CLIENT: &str =
    r#"{"client_id": "x1", "name": "Shop", "app_type": "spa", "jwt_configuration": {"alg": "HS256"}}"#;

#[test]
fn an_answer_of_the_management_api_can_be_piped_in() {
    let page = format!(r#"{{"start": 0, "limit": 50, "total": 1, "clients": [{CLIENT}]}}"#);
    for input in [page, format!("[{CLIENT}]"), CLIENT.to_owned(), format!("\u{feff}\n [{CLIENT}]\n")] {
        let run = Repository::new().pipe(&["check", "-", "--format", "json"], &input);
        assert_eq!(run.code, 1, "{input}");
        let report = run.json();
        assert!(rules(&report).contains(&"public-client-symmetric-id-token"), "{input}");
        let clients = Repository::new().pipe(&["clients", "-", "--format", "json"], &input).json();
        assert_eq!(clients["clients"][0]["kind"], "management-api", "{input}");
        assert_eq!(clients["clients"].as_array().unwrap().len(), 1);
    }
}

#[test]
fn every_format_and_exit_code_works_on_standard_input() {
    for (input, code) in [
        (WRONG, 1),
        ("", 3),
        ("hello", 3),
        ("{\"a\": 1}", 3),
        ("{\"app_type\": \"spa\", \"callbacks\": [", 4),
    ] {
        for format in ["text", "concise", "json"] {
            let run = Repository::new().pipe(&["check", "-", "--format", format], input);
            assert_eq!(run.code, code, "{input:?}\n{}", run.out);
        }
    }
    let run = Repository::new()
        .pipe(&["check", "-", "--format", "json"], b"{\"app_type\": \"\xff\", \"callbacks\": 1}");
    assert_eq!((run.code, problems(&run.json())), (4, vec!["stdin.json:1:15 invalid-utf-8".to_owned()]));
}

#[test]
fn a_bare_answer_is_one_only_where_it_is_said_or_piped() {
    let bare = r#"{"is_first_party": false}"#;
    let list = Repository::new().pipe(&["clients", "-", "--format", "json"], bare);
    assert_eq!(list.code, 0);
    let client = &list.json()["clients"][0];
    assert_eq!((&client["party"], &client["client_type"]), (&"third".into(), &"unknown".into()));
    assert_eq!(client["kind"], "management-api");

    let repository = Repository::with("answer.json", bare);
    assert_eq!(repository.run(&["clients", "answer.json"]).code, 3);
    let said = repository.run(&["clients", "answer.json", "--kind", "management-api", "--format", "json"]);
    assert_eq!(said.code, 0);
    assert_eq!(said.json()["clients"][0]["party"], "third");
}

#[test]
fn its_name_decides_syntax_configuration_and_path() {
    let repository =
        Repository::with("auth/clientlint.toml", "[rules]\npublic-client-symmetric-id-token = \"off\"\n");
    let name = ["check", "-", "--format", "json", "--stdin-filename"];
    let run = |file: &str, input: &str| repository.pipe(&[&name[..], &[file]].concat(), input).json();
    assert_eq!(run("tenant.yaml", WRONG)["findings"][0]["location"]["path"], "tenant.yaml");
    assert_eq!(run("./sub/../tenant.yaml", WRONG)["findings"][0]["location"]["path"], "tenant.yaml");
    assert_eq!(rules(&run("auth/tenant.yaml", WRONG)), [""; 0]);
    let absolute = repository.path("auth2/tenant.yaml");
    let report = run(absolute.to_str().unwrap(), WRONG);
    assert_eq!(report["findings"][0]["location"]["path"], "auth2/tenant.yaml");
    let tf = "resource \"auth0_client\" \"a\" {\n  app_type = \"spa\"\n  jwt_configuration {\n    alg = \"HS256\"\n  }\n}\n";
    assert!(rules(&run("main.tf", tf)).contains(&"public-client-symmetric-id-token"));
}

/// What an editor sends is judged as the file would be: beside its siblings.
#[test]
fn its_siblings_are_its_context() {
    let repository = Repository::with("variables.tf", "variable \"alg\" {\n  default = \"HS256\"\n}\n")
        .and("main.tf", "resource \"auth0_client\" \"old\" {\n  app_type = \"spa\"\n}\n");
    let tf = "resource \"auth0_client\" \"a\" {\n  app_type = \"spa\"\n  jwt_configuration {\n    alg = var.alg\n  }\n}\n";
    let run = repository.pipe(&["clients", "-", "--format", "json", "--stdin-filename", "main.tf"], tf);
    let clients = run.json();
    assert_eq!(clients["clients"].as_array().unwrap().len(), 1);
    assert_eq!(clients["clients"][0]["id_token_signed_response_alg"], "HS256");
}

#[test]
fn it_stands_alone() {
    let run = Repository::with("tenant.yaml", WRONG).pipe(&["check", "-", "tenant.yaml"], WRONG);
    assert_eq!(run.code, 2);
}
