//! Which files are read, in which order, and under which path they are reported.

use serde_json::Value as Json;

use crate::support::{RIGHT, Repository, WRONG, rules};

/// The paths of the clients that are found.
fn paths(report: &Json) -> Vec<&str> {
    report["clients"].as_array().unwrap().iter().map(|client| client["path"].as_str().unwrap()).collect()
}

#[test]
fn ignored_files_are_left_out_unless_asked_for() {
    let repository = Repository::with(".gitignore", "build/\n*.local.yaml\n")
        .and("build/tenant.yaml", WRONG)
        .and("a.local.yaml", WRONG)
        .and("sub/.gitignore", "skip.yaml\n")
        .and("sub/skip.yaml", WRONG)
        .and(".clientlintignore", "old/\n")
        .and("old/tenant.yaml", WRONG)
        .and("tenant.yaml", RIGHT);
    assert_eq!(paths(&repository.clients(".")), ["tenant.yaml"]);
    let all = repository.run(&["clients", ".", "--no-gitignore", "--format", "json"]).json();
    assert_eq!(
        paths(&all),
        ["a.local.yaml", "build/tenant.yaml", "old/tenant.yaml", "sub/skip.yaml", "tenant.yaml"]
    );
    // Who names a file wants it.
    assert_eq!(paths(&repository.clients("build/tenant.yaml")), ["build/tenant.yaml"]);
}

#[test]
fn hidden_files_are_read_and_the_repository_itself_is_not() {
    let repository = Repository::with(".auth/.tenant.yaml", RIGHT).and(".git/tenant.yaml", WRONG);
    for more in [&[][..], &["--no-gitignore"]] {
        let list = repository.run(&[&["clients", ".", "--format", "json"], more].concat()).json();
        assert_eq!(paths(&list), [".auth/.tenant.yaml"]);
    }
}

#[test]
fn a_tree_of_many_folders_is_read_like_one_of_few() {
    let mut repository =
        Repository::with(".gitignore", "build/\n").and("x/clientlint.toml", "[files]\nexclude = [\"no*\"]\n");
    for number in 100..400 {
        repository = repository
            .and(&format!("{number}/a/tenant.yaml"), RIGHT)
            .and(&format!("{number}/a/build/tenant.yaml"), WRONG)
            .and(&format!("{number}/b.yaml"), RIGHT)
            .and(&format!("x/no{number}/tenant.yaml"), WRONG);
    }
    let of = |number| [format!("{number}/a/tenant.yaml"), format!("{number}/b.yaml")];
    assert_eq!(paths(&repository.clients(".")), (100..400).flat_map(of).collect::<Vec<String>>());
    let run = repository.run(&["check", ".", "--stats"]);
    // With the configuration; none twice.
    assert!(run.err.contains("601 files looked at"), "{}", run.err);
}

#[test]
fn exclusions_hold_for_folders_and_by_force_for_files() {
    let repository = Repository::with("clientlint.toml", "[files]\nexclude = [\"test/**\"]\n")
        .and("test/tenant.yaml", WRONG)
        .and("tenant.yaml", RIGHT);
    assert_eq!(paths(&repository.clients(".")), ["tenant.yaml"]);
    assert_eq!(paths(&repository.clients("test/tenant.yaml")), ["test/tenant.yaml"]);
    let run = repository.run(&["check", "test/tenant.yaml", "--force-exclude"]);
    assert_eq!(run.code, 3);
    assert!(run.out.contains("1 named file left out by files.exclude"), "{}", run.out);
}

#[test]
fn order_and_bytes_do_not_depend_on_threads() {
    let mut repository = Repository::new();
    for number in 0..40 {
        repository = repository.and(&format!("{}/{}/tenant.yaml", number % 7, number), WRONG);
    }
    repository = repository.and(
        "3/main.tf",
        "resource \"auth0_client\" \"a\" {\n  app_type = \"spa\"\n  callbacks = [\"*\"]\n}\n",
    );
    repository = repository.and("5/cut.json", "{\"app_type\": \"spa\", \"callbacks\": [");
    // Read while folders are walked: with one thread it must not wait for the one that walks.
    repository = repository.and("6/clientlint.toml", "persona = \"pedantic\"\n");
    for verb in ["check", "clients"] {
        for format in ["text", "json"] {
            let run =
                |threads: &str| repository.run(&[verb, ".", "--format", format, "--threads", threads]).out;
            let one = run("1");
            assert!(one.len() > 1_000);
            for threads in ["0", "2", "16"] {
                assert_eq!(one, run(threads), "{verb} {format} {threads}");
            }
        }
    }
    let report = repository.check(".");
    let places: Vec<&str> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["location"]["path"].as_str().unwrap())
        .collect();
    assert!(places.is_sorted(), "{places:?}");
}

#[test]
fn a_file_reached_twice_is_judged_once() {
    let repository = Repository::with("a/tenant.yaml", WRONG);
    let run =
        repository.run(&["check", ".", "a", "a/tenant.yaml", "./a/../a/tenant.yaml", "--format", "json"]);
    assert_eq!(rules(&run.json()).len(), rules(&repository.check(".")).len());
}

#[cfg(unix)]
#[test]
fn links_are_not_followed_and_what_is_read_through_one_is_reported_once() {
    use std::os::unix::fs::symlink;
    let client = |name: &str| {
        format!("resource \"auth0_client\" \"{name}\" {{\n  app_type = \"spa\"\n  callbacks = [\"*\"]\n}}\n")
    };
    let repository = Repository::with("a.tf", client("a")).and("sub/README", "");
    symlink("../a.tf", repository.path("sub/c.tf")).unwrap();
    symlink("../sub", repository.path("sub/again")).unwrap();
    let alone = repository.run(&["check", "sub", "-v"]);
    assert_eq!(alone.code, 3);
    for (link, target) in [("sub/c.tf", "../a.tf"), ("sub/again", "../sub")] {
        let said = format!("{link}: not read: a link, to {target}, and links are not followed\n");
        assert!(alone.err.contains(&said), "{}", alone.err);
    }
    let places = |report: &Json| -> Vec<String> {
        let findings = report["findings"].as_array().unwrap();
        let place = |f: &Json| format!("{} {}", f["location"]["path"].as_str().unwrap(), f["rule"]);
        findings.iter().map(place).collect()
    };
    let one = places(&repository.check("."));
    assert!(!one.is_empty() && one.iter().all(|place| place.starts_with("a.tf ")), "{one:?}");
    // Beside a file that is found, Terraform's folder is read as a whole.
    let repository = repository.and("sub/b.tf", client("b"));
    let all = places(&repository.check("."));
    assert!(!all.iter().any(|place| place.starts_with("sub/c.tf")), "{all:?}");
    assert_eq!(all.len(), 2 * one.len(), "{all:?}");
    let err = repository.run(&["check", ".", "-v"]).err;
    assert!(err.contains("sub/c.tf: read with its project; a link, to ../a.tf, where"), "{err}");
    // Where the target is not asked for, the link is the place.
    let below = places(&repository.check("sub"));
    assert_eq!(below.iter().filter(|place| place.starts_with("sub/c.tf")).count(), one.len(), "{below:?}");
    let excluding = repository.and("clientlint.toml", "[files]\nexclude = [\"a.tf\"]\n");
    assert_eq!(places(&excluding.check(".")), below);
}

#[test]
fn paths_are_those_of_the_repository_from_wherever_it_is_called() {
    let repository = Repository::with("auth/prod/tenant.yaml", WRONG);
    let absolute = repository.path("auth");
    for path in [".", "auth", "auth/prod/tenant.yaml", "./auth/../auth", absolute.to_str().unwrap()] {
        assert_eq!(paths(&repository.clients(path)), ["auth/prod/tenant.yaml"], "{path}");
    }
    let inner = Repository::with("sub/here/x", "").and("auth/tenant.yaml", WRONG);
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_clientlint"))
        .args(["clients", "../../auth", "--format", "json"])
        .current_dir(inner.path("sub/here"))
        .output()
        .unwrap();
    let list: Json = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(paths(&list), ["auth/tenant.yaml"]);
}

#[test]
fn outside_of_a_repository_paths_are_those_of_the_working_directory() {
    let repository = Repository::with("auth/tenant.yaml", WRONG);
    std::fs::remove_dir(repository.path(".git")).unwrap();
    assert_eq!(paths(&repository.clients(".")), ["auth/tenant.yaml"]);
    assert_eq!(paths(&repository.clients("auth")), ["auth/tenant.yaml"]);
}

#[test]
fn a_named_terraform_file_is_judged_beside_its_siblings() {
    let repository = Repository::with("infra/variables.tf", "variable \"alg\" {\n  default = \"HS256\"\n}\n")
        .and("infra/other.tf", "resource \"auth0_client\" \"other\" {\n  app_type = \"spa\"\n  callbacks = [\"*\"]\n}\n")
        .and("infra/main.tf", "resource \"auth0_client\" \"a\" {\n  app_type = \"spa\"\n  jwt_configuration {\n    alg = var.alg\n  }\n}\n");
    let list = repository.clients("infra/main.tf");
    assert_eq!(paths(&list), ["infra/main.tf"]);
    assert_eq!(list["clients"][0]["id_token_signed_response_alg"], "HS256");
    let report = repository.check("infra/main.tf");
    assert!(rules(&report).contains(&"public-client-symmetric-id-token"));
    assert!(report["findings"].as_array().unwrap().iter().all(|f| f["client"]["path"] == "infra/main.tf"));
}

#[test]
fn a_named_module_call_finds_its_module() {
    let module = "variable \"alg\" {}\nresource \"auth0_client\" \"m\" {\n  app_type = \"spa\"\n  jwt_configuration {\n    alg = var.alg\n  }\n}\n";
    let repository = Repository::with("m/main.tf", module)
        .and("app/main.tf", "module \"m\" {\n  source = \"../m\"\n  alg = \"HS256\"\n}\n");
    let whole = repository.clients(".");
    assert_eq!(whole["clients"][0]["id_token_signed_response_alg"], "HS256");
    assert_eq!(whole["clients"][0]["path"], "m/main.tf");
}

#[test]
fn a_named_deploy_cli_file_is_judged_beside_its_siblings() {
    let repository = Repository::with("auth0/clients/shop.json", r#"{"name": "Shop", "app_type": "spa"}"#)
        .and("auth0/clients/other.json", r#"{"name": "Other", "app_type": "spa", "callbacks": ["*"]}"#)
        .and(
            "auth0/grants/shop.json",
            r#"{"client_id": "Shop", "audience": "https://api.example.com", "scope": []}"#,
        )
        .and("auth0/tenant.json", r#"{"friendly_name": "x", "flags": {}}"#);
    let list = repository.clients("auth0/clients/shop.json");
    assert_eq!(paths(&list), ["auth0/clients/shop.json"]);
    let report = repository.check("auth0/clients/shop.json");
    for finding in report["findings"].as_array().unwrap() {
        assert_eq!(finding["client"]["path"], "auth0/clients/shop.json");
    }
}

#[test]
fn files_of_other_kinds_are_never_mentioned() {
    let repository = Repository::with("package.json", r#"{"name": "x", "grant_types": 1}"#)
        .and("values.yaml", "callbacks: {{ .x }}\n")
        .and("README.md", "clients: app_type")
        .and("broken.json", "{\"a\": ")
        .and("tenant.yaml", RIGHT);
    let run = repository.run(&["check", ".", "--format", "json"]);
    assert_eq!(run.code, 0, "{}", run.out);
    for name in ["package", "values", "README", "broken"] {
        assert!(!run.out.contains(name), "{}", run.out);
    }
}

#[test]
fn a_template_is_skipped_and_said_to_be() {
    let text = "clients:\n{{- range .Values.clients }}\n  - name: {{ .name }}\n    app_type: spa\n    callbacks: []\n{{- end }}\n";
    let run = Repository::with("templates/clients.yaml", text).run(&["check", ".", "--format", "json"]);
    assert_eq!(run.code, 0, "{}", run.out);
    let report = run.json();
    assert_eq!(report["skipped"][0]["path"], "templates/clients.yaml", "{report}");
    assert_eq!(report["summary"]["skipped"], 1);
}
