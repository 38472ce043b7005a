//! `clientlint.toml`: where it is found, what it says, and how it says that it is wrong.

use serde_json::Value as Json;

use crate::support::{DOUBTFUL, Repository, WRONG, rules};

const RULE: &str = "public-client-symmetric-id-token";

fn first_channel(repository: &Repository, path: &str) -> String {
    repository.clients(path)["clients"][0]["channel"].as_str().unwrap().to_owned()
}

#[test]
fn the_nearest_configuration_counts() {
    let repository = Repository::with("tenant.yaml", WRONG)
        .and("a/tenant.yaml", WRONG)
        .and("a/b/tenant.yaml", WRONG)
        .and("a/clientlint.toml", format!("[rules]\n{RULE} = \"off\"\n"))
        .and("a/b/.clientlint.toml", format!("[rules]\n{RULE} = \"info\"\n"));
    let report = repository.check(".");
    let found: Vec<(&str, &str)> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["rule"] == RULE)
        .map(|finding| (finding["client"]["path"].as_str().unwrap(), finding["severity"].as_str().unwrap()))
        .collect();
    assert_eq!(found, [("a/b/tenant.yaml", "info"), ("tenant.yaml", "error")]);
    let none = repository.run(&["check", ".", "--no-config", "--format", "json"]).json();
    assert_eq!(rules(&none).iter().filter(|rule| **rule == RULE).count(), 3);
    let one = repository.run(&["check", ".", "--config", "a/clientlint.toml", "--format", "json"]).json();
    assert!(!rules(&one).contains(&RULE));
}

#[test]
fn a_configuration_above_the_repository_does_not_count() {
    let repository = Repository::with("clientlint.toml", format!("[rules]\n{RULE} = \"off\"\n"))
        .and("inner/.git/HEAD", "")
        .and("inner/tenant.yaml", WRONG);
    assert!(rules(&repository.check("inner")).contains(&RULE));
}

#[test]
fn a_configuration_says_of_rules_what_is_reported() {
    let with = |text: &str| {
        let repository = Repository::with("tenant.yaml", WRONG).and("clientlint.toml", text);
        let run = repository.run(&["check", ".", "--format", "json"]);
        let report = run.json();
        let severity = report["findings"].as_array().unwrap().iter().find(|finding| finding["rule"] == RULE);
        (run.code, severity.map(|finding| finding["severity"].as_str().unwrap().to_owned()))
    };
    let some = |severity: &str| Some(severity.to_owned());
    assert_eq!(with(""), (1, some("error")));
    assert_eq!(with(&format!("[rules]\n{RULE} = \"off\"\n")), (0, None));
    assert_eq!(with(&format!("[rules]\n{RULE} = \"warning\"\n")), (0, some("warning")));
    assert_eq!(with(&format!("[rules.{RULE}]\nseverity = \"info\"\n")), (0, some("info")));
    assert_eq!(
        with(&format!("[rules.{RULE}]\nseverity = \"info\"\n[gate]\nfail-on = \"info\"\n")),
        (1, some("info"))
    );
    assert_eq!(with(&format!("disable = [\"{RULE}\"]\n")), (0, None));
    assert_eq!(with("select = [\"implicit-grant\"]\n"), (0, None));
    assert_eq!(with("disable = [\"tag:signing\"]\n"), (0, None));
    assert_eq!(with("\u{feff}disable = [\"tag:signing\"]\r\n"), (0, None));
}

#[test]
fn the_gate_names_where_it_is_set() {
    let repository =
        Repository::with("tenant.yaml", DOUBTFUL).and("clientlint.toml", "[gate]\nfail-on = \"warning\"\n");
    let run = repository.run(&["check", "."]);
    assert_eq!(run.code, 1);
    assert!(
        run.out.ends_with("failed: findings at or above warning (gate.fail-on in clientlint.toml:2)\n"),
        "{}",
        run.out
    );
    assert_eq!(repository.run(&["check", ".", "--fail-on", "error"]).code, 0);
}

/// Each wrong configuration, and what is said of it.
#[test]
fn a_wrong_configuration_is_named_with_its_place() {
    let cases = [
        ("persona = \"regular\"\nrule = 1\n", "clientlint.toml:2:1: unknown field `rule`", "`rules`"),
        ("[gate]\nfail-onn = \"error\"\n", "clientlint.toml:2:1: unknown field `fail-onn`", "`fail-on`"),
        (
            "[rules]\nimplicit-grnat = \"off\"\n",
            "clientlint.toml:2:1: there is no rule `implicit-grnat`",
            "`implicit-grant`",
        ),
        (
            "disable = [\"implicit-grnat\"]\n",
            "clientlint.toml:1:12: there is no rule `implicit-grnat`",
            "`implicit-grant`",
        ),
        ("persona = \"regulr\"\n", "clientlint.toml:1:11: ", "`regular`"),
        ("[rules]\nimplicit-grant = \"of\"\n", "clientlint.toml:2:18: ", ""),
        ("[rules\n", "clientlint.toml:1:7: ", ""),
        ("a = 1\na = 2\n", "clientlint.toml:2:1: duplicate key", ""),
        ("[files]\nmax-size = \"many\"\n", "clientlint.toml:2:12: ", "max-size"),
        ("[files]\nexclude = [\"a{\"]\n", "clientlint.toml:2:12: ", "a{"),
        (
            "[[layout]]\nname = \"x\"\nclients = \"apps[]\"\nplatform = \"auth1\"\n",
            "clientlint.toml:4:12: ",
            "`auth0`",
        ),
        ("rule-folders = [\"missing\"]\n", "clientlint.toml:1:17: ", "missing"),
    ];
    for (text, place, hint) in cases {
        let repository = Repository::with("tenant.yaml", WRONG).and("clientlint.toml", text);
        for arguments in [
            &["check", "."][..],
            &["clients", "."],
            &["rules"],
            &["check", ".", "--config", "clientlint.toml"],
        ] {
            let run = repository.run(arguments);
            assert_eq!((run.code, run.out.as_str()), (2, ""), "{arguments:?} {text}");
            assert!(run.err.starts_with(&format!("error: {place}")), "{text}\n{}", run.err);
            assert!(run.err.contains(hint), "{text}\n{}", run.err);
        }
    }
    for file in ["clientlint.toml", ".clientlint.toml"] {
        let folder = Repository::with("tenant.yaml", WRONG).and(&format!("{file}/x"), "");
        let run = folder.run(&["check", "."]);
        assert_eq!((run.code, run.err), (2, format!("error: {file}: is a folder, and should be a file\n")));
    }
    let both = Repository::with("tenant.yaml", WRONG).and("clientlint.toml", "").and(".clientlint.toml", "");
    assert_eq!(both.run(&["check", "."]).code, 2);
}

#[cfg(unix)]
#[test]
fn a_configuration_that_leads_nowhere_is_said() {
    let repository = Repository::with("tenant.yaml", WRONG);
    std::os::unix::fs::symlink("gone.toml", repository.path("clientlint.toml")).unwrap();
    let run = repository.run(&["check", "."]);
    assert_eq!((run.code, run.err.as_str()), (2, "error: clientlint.toml: is a link that leads nowhere\n"));
}

/// What `check` refuses, `config validate` refuses with the same words.
#[test]
fn validation_finds_what_a_check_would_refuse() {
    let cases = [
        ("[output]\nformat = \"sarrif\"\n", "2:10: unknown word `sarrif`, expected one of `text`, `concise`"),
        (
            "[output.reports]\njson = \"a\"\nnope = \"x\"\n",
            "3:1: unknown word `nope`, expected one of `text`",
        ),
        ("[terraform]\nvar-files = [\"nope.tfvars\"]\n", "2:14: terraform.var-files: there is no file `nope"),
    ];
    for (text, said) in cases {
        let repository = Repository::with("tenant.yaml", WRONG).and("clientlint.toml", text);
        let arguments = [
            &["config", "validate"][..],
            &["check", "."],
            &["check", ".", "--format", "json"],
            &["clients", "."],
        ];
        for arguments in arguments {
            let run = repository.run(arguments);
            assert_eq!((run.code, run.out.as_str()), (2, ""), "{arguments:?} {text}");
            assert!(run.err.starts_with(&format!("error: clientlint.toml:{said}")), "{text}\n{}", run.err);
        }
    }
    let bytes =
        Repository::with("tenant.yaml", WRONG).and("clientlint.toml", b"# \xc3\xa9\n# \xc3\xa9 \xff\n");
    let run = bytes.run(&["config", "validate"]);
    assert_eq!((run.code, run.err.as_str()), (2, "error: clientlint.toml:2:5: is not UTF-8\n"));
    let base = bytes.and("base.toml", b"\xff").and("clientlint.toml", "extends = [\"base.toml\"]\n");
    let said = "error: clientlint.toml:1:12: extends `base.toml`: is not UTF-8 (line 1, column 1)\n";
    assert_eq!(base.run(&["check", "."]).err, said);
}

/// A value of a wrong type: what the key takes is said, the value is not.
#[test]
fn a_value_of_a_wrong_type_is_said_in_words() {
    let cases = [
        ("facts = \"hunter13\"", "1:9: `facts` takes a table; this is a text"),
        ("facts = [\"hunter13\"]", "1:9: `facts` takes a table; this is a list"),
        ("disable = \"hunter13\"", "1:11: `disable` takes a list of texts; this is a text"),
        (
            "disable = [\"tag:signing\", 13]",
            "1:27: `disable` is a list, each item of which is a text; this is a number",
        ),
        ("persona = 13", "1:11: `persona` takes one of `regular`, `pedantic`, `auditor`; this is a number"),
        (
            "rules.implicit-grant = 13",
            "1:24: `rules.implicit-grant` takes one of `off`, `info`, `warning`, `error`, `default` or a table; \
             this is a number",
        ),
        ("ignore = {}", "1:10: `ignore` takes a list of tables; this is a table: write [[ignore]]"),
        (
            "override = [{ path = 13 }]",
            "1:22: `override.path` takes a text or a list of texts; this is a number",
        ),
        (
            "ignores.min-reason-len = -13",
            "1:26: `ignores.min-reason-len` takes a whole number from 0 on; this is a number below 0",
        ),
        ("files.gitignore = \"hunter13\"", "1:19: `files.gitignore` takes `true` or `false`; this is a text"),
        ("files.max-size = 2013-01-01", "1:18: `files.max-size` takes a text; this is a date"),
        (
            "[[ignore]]\nrules = [\"implicit-grant\"]\nuntil = 13",
            "3:9: `ignore.until` takes a date; this is a number",
        ),
    ];
    for (text, said) in cases {
        let repository = Repository::with("tenant.yaml", WRONG).and("clientlint.toml", text);
        let run = repository.run(&["config", "validate"]);
        assert_eq!((run.code, run.err), (2, format!("error: clientlint.toml:{said}\n")), "{text}");
    }
    let dates = "[[ignore]]\nrules = [\"implicit-grant\"]\nreason = \"known\"\nuntil = 2013-01-01\n";
    for dates in [dates.to_owned(), dates.replace("2013-01-01", "\"2013-01-01\"")] {
        let repository = Repository::with("clientlint.toml", dates);
        assert_eq!(repository.run(&["config", "validate"]).code, 0);
    }
}

#[test]
fn a_wrong_configuration_deep_down_is_not_passed_over() {
    let repository = Repository::with("a/b/tenant.yaml", WRONG).and("a/b/clientlint.toml", "wrong = 1\n");
    let run = repository.run(&["check", "."]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("a/b/clientlint.toml:1:1"), "{}", run.err);
}

#[test]
fn the_longest_literal_prefix_decides_the_channel() {
    let config = "[channels]\nmanagement-api = [\"clients/**\"]\ndashboard = [\"**/*.yaml\", \"clients/old/**\"]\n\
                  dcr = [\"clients/old/dcr-*.yaml\"]\n";
    let text = WRONG.replacen("clients:", "apps:", 1);
    let repository = ["clients/a.yaml", "clients/old/a.yaml", "clients/old/dcr-a.yaml", "other/a.yaml"]
        .iter()
        .fold(Repository::with("clientlint.toml", config), |repository, path| repository.and(path, &text));
    for (path, channel) in [
        ("clients/a.yaml", "management-api"),
        ("clients/old/a.yaml", "dashboard"),
        ("clients/old/dcr-a.yaml", "dcr"),
        ("other/a.yaml", "dashboard"),
    ] {
        assert_eq!(first_channel(&repository, path), channel, "{path}");
    }
}

#[test]
fn a_file_can_declare_its_channel() {
    let yaml = format!("# clientlint: channel=dashboard\n{}", WRONG.replacen("clients:", "apps:", 1));
    assert_eq!(first_channel(&Repository::with("apps.yaml", &yaml), "."), "dashboard");
    let toml = "# clientlint: channel=dcr\n[[apps]]\nname = \"a\"\napp_type = \"spa\"\ncallbacks = []\n";
    assert_eq!(first_channel(&Repository::with("apps.toml", toml), "."), "dcr");
    let declared =
        Repository::with("apps.yaml", &yaml).and("clientlint.toml", "[channels]\nmanagement-api = [\"*\"]\n");
    assert_eq!(first_channel(&declared, "."), "management-api");
}

#[test]
fn third_parties_outside_the_declared_path_are_errors() {
    let third = "apps:\n  - name: Partner\n    app_type: spa\n    is_first_party: false\n    callbacks: []\n";
    let rule = "third-party-outside-management-api";
    let repository = Repository::with("api/a.yaml", third)
        .and("else/a.yaml", third)
        .and("clientlint.toml", "[channels]\nmanagement-api = [\"api/**\"]\n");
    assert!(!rules(&repository.check("api")).contains(&rule));
    let report = repository.check("else");
    let found = report["findings"].as_array().unwrap().iter().find(|f| f["rule"] == rule).unwrap();
    assert_eq!(found["severity"], "error");
    let undeclared = Repository::with("a.yaml", third).check(".");
    let found = undeclared["findings"].as_array().unwrap().iter().find(|f| f["rule"] == rule).unwrap();
    assert_eq!(found["severity"], "warning");
}

#[test]
fn environments_come_from_globs() {
    let config = "[env.prod]\nmatch = [\"prod/**\"]\n[env.dev]\nmatch = [\"dev/**\"]\n";
    let local = WRONG.replace("https://shop.example.com/cb", "http://localhost:3000/cb");
    let repository = Repository::with("clientlint.toml", config)
        .and("prod/tenant.yaml", &local)
        .and("dev/tenant.yaml", &local);
    let environment = |path: &str| repository.clients(path)["clients"][0]["environment"].clone();
    assert_eq!((environment("prod"), environment("dev")), ("prod".into(), "dev".into()));
    let rule = "loopback-redirect-uri-in-production";
    assert!(rules(&repository.check("prod")).contains(&rule));
    assert!(!rules(&repository.check("dev")).contains(&rule));
}

const OWN_RULE: &str = "summary: A client has no logo
severity: error
tags: [own]
why: People see who asks.
instead: Set `logo_uri`.
when:
  client_type: { const: public }
  logo_uri: { absent: true }
message: \"client has no logo\"
";

#[test]
fn a_rule_of_ones_own_is_one_like_the_others() {
    let repository = Repository::with("tenant.yaml", WRONG)
        .and("lint/own/no-logo.yaml", OWN_RULE)
        .and("clientlint.toml", "rule-folders = [\"lint\"]\n");
    assert!(rules(&repository.check(".")).contains(&"no-logo"));
    assert!(repository.run(&["rules"]).out.contains("no-logo"));
    assert_eq!(repository.run(&["explain", "no-logo"]).code, 0);
    let only = repository.run(&["check", ".", "--select", "tag:own", "--format", "json"]).json();
    assert_eq!(rules(&only), ["no-logo"]);
    let repository =
        repository.and("clientlint.toml", "rule-folders = [\"lint\"]\n[rules]\nno-logo = \"off\"\n");
    assert!(!rules(&repository.check(".")).contains(&"no-logo"));
}

#[test]
fn a_wrong_rule_of_ones_own_is_named_with_its_place() {
    let cases = [
        (OWN_RULE.replace("severity: error", "severity: eror"), "lint/no-logo.yaml:2:1: ", "`error`"),
        (OWN_RULE.replace("absent:", "absnt:"), "lint/no-logo.yaml:8:", "`absent`"),
        (OWN_RULE.replace("logo_uri: {", "logo_url: {"), "lint/no-logo.yaml:8:3: ", "`logo_uri`"),
        (OWN_RULE.replace("when:", "whne:"), "lint/no-logo.yaml:6:1: ", "`when`"),
        ("summary: [".to_owned(), "lint/no-logo.yaml:1:", ""),
        (String::new(), "lint/no-logo.yaml:1:1: ", ""),
    ];
    for (text, place, hint) in cases {
        let repository = Repository::with("tenant.yaml", WRONG)
            .and("lint/no-logo.yaml", &text)
            .and("clientlint.toml", "rule-folders = [\"lint\"]\n");
        let run = repository.run(&["check", "."]);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{text}");
        assert!(run.err.starts_with(&format!("error: {place}")), "{text}\n{}", run.err);
        assert!(run.err.contains(hint), "{text}\n{}", run.err);
    }
    let twice = Repository::with("lint/implicit-grant.yaml", OWN_RULE)
        .and("clientlint.toml", "rule-folders = [\"lint\"]\n");
    let run = twice.run(&["check", "."]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("implicit-grant"), "{}", run.err);
}

const LAYOUT: &str = r#"[[layout]]
name = "our-apps"
files = ["apps/*"]
clients = "apps[]"
[layout.attributes]
client_name = "title"
application_type = "kind"
id_token_signed_response_alg = "tokens.signing"
[layout.values.application_type]
browser = "spa"
"#;

#[test]
fn a_layout_of_ones_own_gets_the_same_rules() {
    let documents = [
        ("apps/a.yaml", "apps:\n  - title: Shop\n    kind: browser\n    tokens: {signing: HS256}\n"),
        (
            "apps/a.json",
            r#"{"apps": [{"title": "Shop", "kind": "browser", "tokens": {"signing": "HS256"}}]}"#,
        ),
        ("apps/a.toml", "[[apps]]\ntitle = \"Shop\"\nkind = \"browser\"\ntokens = { signing = \"HS256\" }\n"),
    ];
    for (path, text) in documents {
        let repository = Repository::with(path, text).and("clientlint.toml", LAYOUT);
        let client: Json = repository.clients(".")["clients"][0].clone();
        assert_eq!((&client["name"], &client["client_type"]), (&"Shop".into(), &"public".into()), "{path}");
        let report = repository.check(".");
        assert!(rules(&report).contains(&RULE), "{path}: {report}");
        assert_eq!(repository.check(path)["findings"], report["findings"], "{path}");
        // Elsewhere it is nobody's.
        let elsewhere =
            Repository::with(&path.replace("apps/", "other/"), text).and("clientlint.toml", LAYOUT);
        assert_eq!(elsewhere.run(&["check", "."]).code, 3, "{path}");
    }
}

#[test]
fn a_layout_of_a_folder_below_counts_there() {
    let text = "apps:\n  - title: Shop\n    kind: browser\n    tokens: {signing: HS256}\n";
    let repository = Repository::with("team/apps/a.yaml", text).and("team/clientlint.toml", LAYOUT);
    assert!(rules(&repository.check(".")).contains(&RULE));
}
