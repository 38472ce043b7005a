//! `config`: what holds for a file and where it comes from, the schema, and whether a configuration is right.

use std::fs;
use std::path::Path;

use serde_json::Value as Json;

use crate::support::{RIGHT, Repository};

fn shown(repository: &Repository, arguments: &[&str]) -> Json {
    let run = repository.run(&[&["config", "show", "--format", "json"], arguments].concat());
    assert_eq!(run.code, 0, "{}", run.err);
    run.json()
}

/// A setting and where it comes from.
fn setting(shown: &Json, key: &str) -> (Json, String) {
    let all = shown["settings"].as_array().unwrap();
    let setting =
        all.iter().find(|setting| setting["key"] == key).unwrap_or_else(|| panic!("{key}: {shown}"));
    (setting["value"].clone(), setting["from"].as_str().unwrap().to_owned())
}

fn repository() -> Repository {
    Repository::with("auth0/prod/tenant.yaml", RIGHT)
        .and("base.toml", "persona = \"pedantic\"\nrule-folders = [\"rules\"]\n[rules]\nimplicit-grant = \"info\"\n")
        .and("rules/README", "")
        .and(
            "auth0/clientlint.toml",
            "extends = [\"../base.toml\"]\n[gate]\nfail-on = \"warning\"\n[rules.implicit-grant]\nseverity = \"error\"\n\
             [env.prod]\nmatch = [\"prod/**\"]\n[channels]\nmanagement-api = [\"**\"]\n\n[[override]]\nenv = \"prod\"\n\
             rules = { password-grant = \"error\" }\n",
        )
        .and("policy.toml", "[gate]\nmin-confidence = \"medium\"\nfail-on = \"info\"\n[rules]\npassword-grant = \"warning\"\nlegacy-grant = \"error\"\n")
}

#[test]
fn each_setting_names_where_it_comes_from() {
    let repository = repository();
    let file = "auth0/prod/tenant.yaml";
    let report = shown(&repository, &[file]);
    assert_eq!(
        (&report["file"], &report["environment"], &report["channel"]),
        (&file.into(), &"prod".into(), &"management-api".into())
    );
    assert_eq!(report["sources"], serde_json::json!(["base.toml", "auth0/clientlint.toml"]));
    let is = |report: &Json, key: &str, value: &str, from: &str| {
        assert_eq!(setting(report, key), (Json::from(value), from.to_owned()), "{key}");
    };
    is(&report, "persona", "pedantic", "base.toml:1");
    is(&report, "rules.implicit-grant.severity", "error", "auth0/clientlint.toml:5");
    is(&report, "gate.fail-on", "warning", "auth0/clientlint.toml:3");
    is(&report, "gate.min-severity", "info", "default");
    is(&report, "rules.password-grant.severity", "error", "override in auth0/clientlint.toml:11");
    let report = shown(&repository, &[file, "--set", "persona=auditor", "--policy", "policy.toml"]);
    is(&report, "persona", "auditor", "--set persona=auditor");
    is(&report, "gate.fail-on", "info", "policy.toml:3");
    is(&report, "rules.password-grant.severity", "error", "override in auth0/clientlint.toml:11");
    is(&report, "rules.legacy-grant.severity", "error", "policy policy.toml:6");
    // Elsewhere nothing of this holds.
    let report = shown(&repository, &["other.yaml"]);
    is(&report, "gate.fail-on", "error", "default");
    assert_eq!(report["sources"], serde_json::json!([]));
}

#[test]
fn what_is_shown_is_a_configuration_with_the_same_meaning() {
    let repository = repository();
    let text = repository.run(&["config", "show", "auth0/prod/tenant.yaml"]).out;
    assert!(text.contains("# environment: prod (production)\n"), "{text}");
    let again = repository.and("auth0/clientlint.toml", text.replace("\"rules\"", "\"../rules\""));
    let values = |report: Json| -> Vec<(Json, Json)> {
        let settings = report["settings"].as_array().unwrap();
        let settings = settings.iter().filter(|setting| setting["key"] != "rule-folders");
        settings.map(|setting| (setting["key"].clone(), setting["value"].clone())).collect()
    };
    let second = values(shown(&again, &["auth0/prod/tenant.yaml"]));
    let first = values(shown(&self::repository(), &["auth0/prod/tenant.yaml"]));
    assert_eq!(first, second);
}

#[test]
fn a_configuration_is_checked_alone() {
    let repository = Repository::with("clientlint.toml", "").and("other.toml", "persona = \"regulr\"\n");
    let run = repository.run(&["config", "validate"]);
    assert_eq!((run.code, run.out.as_str()), (0, "clientlint.toml is right\n"));
    let run = repository.run(&["config", "validate", "other.toml"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert!(run.err.starts_with("error: other.toml:1:11: "), "{}", run.err);
    assert_eq!(
        Repository::new().run(&["config", "validate"]).out,
        "no clientlint.toml: the built-in settings hold\n"
    );
    assert_eq!(repository.run(&["config", "validate", "none.toml"]).code, 2);
}

/// The schema of what a schema says of a property.
fn resolved<'a>(schema: &'a Json, root: &'a Json) -> &'a Json {
    match schema["$ref"].as_str() {
        Some(reference) => root.pointer(reference.trim_start_matches('#')).unwrap(),
        None => schema,
    }
}

/// Every key of the schema, with `NAME` for names that users choose.
fn keys(schema: &Json, root: &Json, path: &str, found: &mut Vec<String>) {
    let schema = resolved(schema, root);
    for part in ["anyOf", "oneOf"] {
        schema[part].as_array().into_iter().flatten().for_each(|one| keys(one, root, path, found));
    }
    if schema["items"].is_object() {
        keys(&schema["items"], root, path, found);
    }
    let named = schema["properties"].as_object().into_iter().flatten();
    // The ids of rules are names as well.
    for (key, below) in named.filter(|_| path != "rules") {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        keys(below, root, &path, found);
        found.push(path);
    }
    if schema["additionalProperties"].is_object() {
        keys(&schema["additionalProperties"], root, &format!("{path}.NAME"), found);
    }
}

fn schema() -> Json {
    Repository::new().run(&["config", "schema"]).json()
}

fn all_keys() -> Vec<String> {
    let schema = schema();
    let mut found = Vec::new();
    keys(&schema, &schema, "", &mut found);
    found.sort();
    found.dedup();
    assert!(found.len() > 40, "{found:?}");
    found
}

fn page(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

#[test]
fn every_key_is_in_the_page() {
    let page = page("docs/configuration.md");
    for key in all_keys() {
        assert!(page.contains(&format!("| `{key}` |")), "docs/configuration.md says nothing of `{key}`");
    }
    let known = all_keys();
    for line in page.lines().filter(|line| line.starts_with("| `")) {
        let key = line.split('`').nth(1).unwrap();
        assert!(
            known.iter().any(|known| known == key),
            "docs/configuration.md speaks of `{key}`, which is no key"
        );
    }
}

#[test]
fn the_schema_in_the_repository_is_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/clientlint.schema.json");
    let fresh = Repository::new().run(&["config", "schema"]).out;
    if std::env::var_os("UPDATE").is_some() {
        fs::write(path, fresh).unwrap();
    } else {
        let stored = fs::read_to_string(path).unwrap_or_default();
        assert!(
            stored == fresh,
            "docs/clientlint.schema.json is stale: UPDATE=1 cargo test --test cli schema"
        );
    }
}

/// The examples of the page, and keys that are wrong, are judged alike by the schema and by the program.
#[test]
fn the_schema_and_the_program_agree() {
    let schema = schema();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let judge = |text: &str| {
        let value: toml::Value = toml::from_str(text).unwrap();
        validator.is_valid(&serde_json::to_value(value).unwrap())
    };
    let mut examples = 0;
    for path in ["docs/configuration.md", "README.md", "fixtures/acme/clientlint.toml"] {
        let text = page(path);
        let blocks: Vec<&str> = if path.ends_with(".toml") {
            vec![&text]
        } else {
            text.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect()
        };
        for block in blocks {
            assert!(judge(block), "{path}: {block}");
            let repository = Repository::with("clientlint.toml", block)
                .and("security/base.toml", "")
                .and("rules-of-ours/README", "")
                .and("environments/prod.tfvars", "");
            let run = repository.run(&["config", "validate"]);
            assert_eq!(run.code, 0, "{path}: {}\n{block}", run.err);
            examples += 1;
        }
    }
    assert!(examples > 10);
    for wrong in [
        "wrong = 1",
        "persona = \"regulr\"",
        "[gate]\nfail-onn = \"error\"",
        "[gate]\nfail-on = \"high\"",
        "[rules]\nimplicit-grant = \"of\"",
        "[rules.implicit-grant]\nseverty = \"off\"",
        "[[override]]\npaht = \"a\"",
        "[[override]]\npath = 1",
        "[env.prod]\nmtch = []",
        "[facts]\nallowed-grant-types = []",
        "[facts.max-token-lifetime]\nacces = \"1h\"",
        "[files]\ngitignore = 1",
        "[output]\nformat = \"sarf\"",
        "[output.reports]\nsarf = \"out\"",
        "[[layout]]\nname = \"a\"",
    ] {
        assert!(!judge(wrong), "{wrong}");
        assert_eq!(
            Repository::with("clientlint.toml", wrong).run(&["config", "validate"]).code,
            2,
            "{wrong}"
        );
    }
}
