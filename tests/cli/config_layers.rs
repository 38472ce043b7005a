//! Configurations that build on others, `--set`, and which files they are about.

use serde_json::Value as Json;

use crate::support::{RIGHT, Repository, WRONG, rules};

const RULE: &str = "public-client-symmetric-id-token";

fn severity(report: &Json, rule: &str) -> Option<String> {
    let found = report["findings"].as_array().unwrap().iter().find(|finding| finding["rule"] == rule)?;
    Some(found["severity"].as_str().unwrap().to_owned())
}

#[test]
fn later_files_win_over_those_they_extend() {
    let repository = Repository::with("app/tenant.yaml", WRONG)
        .and("security/base.toml", format!("[rules]\n{RULE} = \"info\"\n[gate]\nfail-on = \"info\"\n"))
        .and("security/more.toml", format!("[rules.{RULE}]\nseverity = \"warning\"\n"))
        .and("app/clientlint.toml", "extends = [\"../security/base.toml\", \"../security/more.toml\"]\n");
    let run = repository.run(&["check", ".", "--format", "json"]);
    assert_eq!((run.code, severity(&run.json(), RULE)), (1, Some("warning".to_owned())));
    let repository = repository.and(
        "app/clientlint.toml",
        format!("extends = [\"../security/base.toml\"]\n[rules]\n{RULE} = \"default\"\n[gate]\nfail-on = \"never\"\n"),
    );
    let run = repository.run(&["check", ".", "--format", "json"]);
    assert_eq!((run.code, severity(&run.json(), RULE)), (0, Some("error".to_owned())));
}

#[test]
fn folders_and_globs_are_those_of_the_file_that_wrote_them() {
    let own = "summary: s\nseverity: error\nwhy: w\ninstead: i\nmessage: m\nwhen: { client_name: { const: Shop } }\n";
    let repository = Repository::with("app/tenant.yaml", WRONG)
        .and("shared/rules/own-rule.yaml", own)
        .and("shared/base.toml", "rule-folders = [\"rules\"]\n[files]\nexclude = [\"tenant.yaml\"]\n")
        .and("app/clientlint.toml", "extends = [\"../shared/base.toml\"]\n");
    assert!(rules(&repository.check(".")).contains(&"own-rule"), "the exclusion is about shared/tenant.yaml");
    let repository = repository.and(
        "app/clientlint.toml",
        "extends = [\"../shared/base.toml\"]\n[files]\nexclude = [\"tenant.yaml\"]\n",
    );
    assert_eq!(repository.run(&["check", "."]).code, 3);
}

#[test]
fn what_is_wrong_with_what_is_extended_is_named_there() {
    let cases = [
        ("extends = [\"none.toml\"]\n", "", "clientlint.toml:1:12: extends `none.toml`: no such file"),
        (
            "extends = [\"https://example.com/a.toml\"]\n",
            "",
            "clientlint.toml:1:12: `https://example.com/a.toml` is no path",
        ),
        ("extends = [\"base.toml\"]\n", "[gate]\nfail-onn = 1\n", "base.toml:2:1: unknown field `fail-onn`"),
        (
            "extends = [\"base.toml\"]\n",
            "[rules]\nimplicit-grnat = \"off\"\n",
            "base.toml:2:1: there is no rule `implicit-grnat` (did you mean `implicit-grant`?)",
        ),
        (
            "extends = [\"base.toml\"]\n",
            "extends = [\"clientlint.toml\"]\n",
            "base.toml:1:12: extends itself: clientlint.toml -> base.toml -> clientlint.toml",
        ),
        ("extends = [\"clientlint.toml\"]\n", "", "clientlint.toml:1:12: extends itself"),
    ];
    for (text, base, said) in cases {
        let repository =
            Repository::with("tenant.yaml", WRONG).and("clientlint.toml", text).and("base.toml", base);
        let run = repository.run(&["check", "."]);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{text}");
        assert!(run.err.starts_with(&format!("error: {said}")), "{text}\n{}", run.err);
    }
}

#[test]
fn many_files_that_extend_each_other_come_to_an_end() {
    let mut repository = Repository::with("tenant.yaml", WRONG).and("30.toml", "");
    for number in 0..30 {
        let next = format!("{}.toml", number + 1);
        repository =
            repository.and(&format!("{number}.toml"), format!("extends = [\"{next}\", \"{next}\"]\n"));
    }
    let run = repository.run(&["check", ".", "--config", "0.toml"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("extends more than 64 files"), "{}", run.err);
}

#[test]
fn a_version_that_is_required_is_asked_for_first() {
    let with = |text: &str| {
        let run = Repository::with("tenant.yaml", RIGHT).and("clientlint.toml", text).run(&["check", "."]);
        (run.code, run.err)
    };
    assert_eq!(with("required-version = \">=0.1\"\nroot = true\n").0, 0);
    let (code, said) = with("required-version = \">=99\"\nkey-of-the-future = 1\n");
    assert_eq!(code, 2);
    assert!(said.starts_with("error: clientlint.toml:1:20: needs clientlint `>=99`"), "{said}");
    assert!(with("required-version = \"new\"\n").1.contains("`new` is no requirement"));
}

#[test]
fn an_option_sets_keys_over_all_files() {
    let repository = Repository::with("tenant.yaml", WRONG)
        .and("clientlint.toml", format!("[rules]\n{RULE} = \"warning\"\n"))
        .and("below/tenant.yaml", WRONG)
        .and("below/clientlint.toml", "");
    let key = format!("rules.{RULE}");
    for value in [format!("{key}=info"), format!("{key}=\"info\""), format!("{key}.severity = info")] {
        let report = repository.run(&["check", ".", "--set", &value, "--format", "json"]).json();
        let found = report["findings"].as_array().unwrap();
        let found: Vec<&Json> = found.iter().filter(|finding| finding["rule"] == RULE).collect();
        assert_eq!(found.len(), 2);
        assert!(found.iter().all(|finding| finding["severity"] == "info"), "{value}");
    }
    let two = ["check", ".", "--set", "files.exclude=[\"below/**\"]", "--set", "gate.fail-on=never"];
    assert_eq!(repository.run(&two).code, 0);
    assert!(!repository.run(&two).out.contains("below"));
    for (setting, said) in [
        ("gate.fail-onn=error", "--set gate.fail-onn=error: unknown field `fail-onn`"),
        (
            "rules.implicit-grnat=off",
            "--set rules.implicit-grnat=off: there is no rule `implicit-grnat` (did you mean",
        ),
        ("gate", "--set gate: this is no KEY=VALUE"),
        ("select=[1", "--set select=[1: "),
        ("extends=[\"a.toml\"]", "--set extends=[\"a.toml\"]: `extends` is for files"),
    ] {
        let run = repository.run(&["check", ".", "--set", setting]);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{setting}");
        assert!(run.err.starts_with(&format!("error: {said}")), "{setting}: {}", run.err);
    }
}

#[test]
fn keys_deep_down_are_checked_too() {
    for (text, place, hint) in [
        ("[[override]]\npaht = \"a\"\n", "2:1", "`path`"),
        ("[[override]]\npath = \"a\"\nrules = { implicit-grant = \"of\" }\n", "3:28", "`off`"),
        ("[[override]]\npath = \"a\"\n[override.gate]\nfailon = \"error\"\n", "4:1", "`fail-on`"),
        ("[[override]]\npath = \"a\"\nrules = { implicit-grnat = \"off\" }\n", "3:11", "`implicit-grant`"),
        ("[[override]]\npath = \"{\"\n", "2:8", "glob"),
        ("[[override]]\nrules = {}\n", "1:3", "for which path, client or env"),
        ("[rules.implicit-grant]\nseverty = \"off\"\n", "2:1", "`severity`"),
        ("[env.prod]\nmtch = []\n", "2:1", "`match`"),
        ("[facts.max-token-lifetime]\nacces = \"1h\"\n", "2:1", "`access`"),
        ("[facts.max-token-lifetime]\naccess = \"1 year\"\n", "2:10", "duration"),
        ("[facts]\ndashboard-third-party = \"x\"\n", "2:25", "neither"),
        ("[files]\nkinds = { \"*.json\" = \"management-ap\" }\n", "2:22", "`management-api`"),
        ("[files]\ninclude = [\"a{\"]\n", "2:12", "glob"),
        ("[[layout]]\nname = \"a\"\nclints = \"b[]\"\n", "3:1", "`clients`"),
    ] {
        let run = Repository::with("tenant.yaml", WRONG).and("clientlint.toml", text).run(&["check", "."]);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{text}");
        assert!(run.err.starts_with(&format!("error: clientlint.toml:{place}: ")), "{text}\n{}", run.err);
        assert!(run.err.contains(hint), "{text}\n{}", run.err);
    }
}

#[test]
fn files_are_chosen_by_the_configuration() {
    let repository =
        Repository::with("a/tenant.yaml", WRONG).and("b/tenant.yaml", WRONG).and(".gitignore", "b/\n");
    let paths = |config: &str, arguments: &[&str]| -> Vec<String> {
        let path = repository.path("clientlint.toml");
        std::fs::write(path, config).unwrap();
        let all = [&["clients", ".", "--format", "json"], arguments].concat();
        let report = repository.run(&all).json();
        let clients = report["clients"].as_array().unwrap();
        clients.iter().map(|client| client["path"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(paths("", &[]), ["a/tenant.yaml"]);
    assert_eq!(paths("", &["--no-gitignore"]), ["a/tenant.yaml", "b/tenant.yaml"]);
    assert_eq!(paths("[files]\ngitignore = false\n", &[]), ["a/tenant.yaml", "b/tenant.yaml"]);
    assert_eq!(paths("[files]\ngitignore = false\ninclude = [\"b/**\"]\n", &[]), ["b/tenant.yaml"]);
    assert_eq!(paths("[files]\ninclude = [\"a/**\"]\nexclude = [\"**/tenant.yaml\"]\n", &[]), [""; 0]);
    // Who names a file wants it, except for the hook.
    let named = |arguments: &[&str]| repository.run(&[&["check", "a/tenant.yaml"], arguments].concat()).code;
    assert_eq!(named(&[]), 1);
    assert_eq!(named(&["--force-exclude"]), 3);
}

#[test]
fn files_are_read_as_the_shape_that_is_named() {
    let bare = "{\"name\": \"Shop\", \"client_id\": \"abc\"}";
    let repository = Repository::with("legacy/shop.json", bare);
    assert_eq!(repository.run(&["check", "."]).code, 3);
    let repository =
        repository.and("clientlint.toml", "[files]\nkinds = { \"legacy/*.json\" = \"management-api\" }\n");
    assert_eq!(repository.clients(".")["clients"][0]["kind"], "management-api");
}
