//! Much of everything: deep, many, long and large. Nothing panics, hangs or needs more than its share.

use std::time::{Duration, Instant};

use crate::support::{Repository, Run};

const DEEP: usize = 100_000;

/// Far more than any of these needs in a debug build on a busy machine.
const QUICK: Duration = Duration::from_secs(30);

fn timed(repository: &Repository, arguments: &[&str]) -> Run {
    let start = Instant::now();
    let run = repository.run(arguments);
    assert!(start.elapsed() < QUICK, "{arguments:?} took {:?}", start.elapsed());
    run
}

#[test]
fn variables_that_hold_variables_are_looked_through_once() {
    let inner = r#"[{"name": "CLIENT_SECRET", "value": "k3y-5521"}]"#.to_owned();
    let nested = (0..60).fold(inner, |inner, _| format!(r#"{{"a": {{"name": "n", "value": {inner}}}}}"#));
    let client = r#"{"name": "Shop", "app_type": "spa", "grant_types": ["implicit"], "client_metadata": "#;
    let repository = Repository::with("clients/a.json", format!("{client}{nested}}}"));
    let run = timed(&repository, &["check", "."]);
    assert!(run.out.contains("implicit-grant") && !run.out.contains("k3y-5521"), "{}", run.out);
}

#[test]
fn what_is_nested_without_end_is_a_problem() {
    let yaml = "clients:\n  - app_type: spa\n    callbacks: ";
    let json = r#"{"name": "Shop", "app_type": "spa", "callbacks": "#;
    let toml = "app_type = \"spa\"\ncallbacks = ";
    let tf = "resource \"auth0_client\" \"a\" {\n  app_type = \"spa\"\n  ";
    let cases = [
        ("tenant.yaml", yaml, "["),
        ("tenant.yaml", yaml, "{\"a\":"),
        ("tenant.yaml", "clients:\n  - app_type: spa\n    callbacks:\n      ", "- "),
        ("tenant.yaml", "clients:\n  - app_type: spa\n    callbacks:\n      ", "? "),
        ("clients/a.json", json, "["),
        ("clients/a.json", json, "{\"a\":"),
        ("apps.toml", toml, "["),
        ("apps.toml", toml, "{a="),
        ("main.tf", tf, "b {\n"),
        ("main.tf", tf, "callbacks = [["),
        ("main.tf", &format!("{tf}callbacks = "), "["),
        ("main.tf", &format!("{tf}callbacks = "), "{a="),
        ("main.tf", &format!("{tf}callbacks = "), "("),
        ("main.tf", &format!("{tf}callbacks = "), "f("),
        ("main.tf", &format!("{tf}callbacks = "), "\"${"),
        ("main.tf", &format!("{tf}callbacks = "), "!"),
        ("main.tf", &format!("{tf}callbacks = "), "a?"),
        ("main.tf", &format!("{tf}callbacks = 1"), "+1"),
        ("main.tf", &format!("{tf}callbacks = <<E\n"), "%{ if true }"),
        ("main.tf.json", r#"{"resource": {"auth0_client": {"a": {"app_type": "spa", "callbacks": "#, "["),
    ];
    for (path, start, each) in cases {
        let repository = Repository::with(path, start.to_owned() + &each.repeat(DEEP));
        for arguments in [["check", "."], ["clients", "."]] {
            let run = timed(&repository, &arguments);
            assert_eq!(run.code, 4, "{path}: {each:?}\n{}", run.out);
        }
    }
}

#[test]
fn a_chain_without_end_is_no_problem() {
    let text = format!("resource \"auth0_client\" \"a\" {{\n  callbacks = a{}\n}}\n", ".a".repeat(DEEP));
    timed(&Repository::with("main.tf", text), &["check", "."]);
}

#[test]
fn aliases_of_aliases_do_not_explode() {
    let level = |n: usize| format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 9].join(", "));
    let bomb: String = (1..20).map(level).collect();
    let text =
        format!("a0: &a0 [x, x]\n{bomb}clients:\n  - name: Shop\n    app_type: spa\n    callbacks: *a19\n");
    let run = timed(&Repository::with("tenant.yaml", text), &["check", "."]);
    assert_eq!(run.code, 4, "{}", run.out);
}

#[test]
fn locals_without_end_do_not_explode() {
    let level =
        |n: usize| format!("  a{n} = concat(local.a{0}, local.a{0}, local.a{0}, local.a{0})\n", n - 1);
    let locals: String = (1..60).map(level).collect();
    let text = format!(
        "locals {{\n  a0 = [\"https://a.example\"]\n{locals}}}\nresource \"auth0_client\" \"a\" {{\n  app_type = \"spa\"\n  \
         callbacks = local.a59\n}}\n"
    );
    timed(&Repository::with("main.tf", text), &["check", "."]);
}

/// One line of 5 MB with findings all along it.
#[test]
fn a_minified_dump_is_quick_in_every_format() {
    let padding = "ü".repeat(4_000);
    let client = |n: usize| {
        format!(
            r#"{{"tenant":"t","name":"é{n}","client_secret":"kZ7q{n}Xw9JvB4yHgQ2xKpW8zVj5","app_type":"spa","description":"{padding}","jwt_configuration":{{"alg":"HS256"}},"grant_types":["implicit"]}}"#
        )
    };
    let clients: Vec<String> = (0..640).map(client).collect();
    let text = format!("[{}]", clients.join(","));
    assert!(text.len() > 5_000_000);
    let repository = Repository::with("dump.json", text);
    for format in ["text", "concise", "json"] {
        let run = timed(&repository, &["check", ".", "--format", format]);
        assert_eq!(run.code, 1, "{format}");
        assert!(!run.out.contains("Xw9JvB"), "{format}");
    }
    timed(&repository, &["clients", "."]);
}

/// In text as in JSON, a place is one in the file, also behind a secret on the same line.
#[test]
fn columns_are_the_same_in_every_format() {
    let text = r#"[{"tenant":"t","name":"é","client_secret":"kZ7qXw9JvB4yHgQ2xKpW8zVj5","app_type":"spa","jwt_configuration":{"alg":"HS256"}}]"#;
    let repository = Repository::with("dump.json", text);
    let column = text.chars().count() - r#""HS256"}}]"#.len() + 1;
    let place = format!("dump.json:1:{column}");
    assert!(repository.run(&["check", "."]).out.contains(&place), "{}", repository.run(&["check", "."]).out);
    assert!(repository.run(&["check", ".", "--format", "concise"]).out.contains(&place));
}

#[test]
fn two_thousand_findings_in_a_file_are_quick() {
    let client = |n: usize| {
        format!(
            "  - name: App {n}\n    app_type: spa\n    grant_types: [implicit]\n    jwt_configuration: {{alg: HS256}}\n"
        )
    };
    let text = format!("clients:\n{}", (0..1_000).map(client).collect::<String>());
    let repository = Repository::with("tenant.yaml", text);
    for format in ["text", "concise", "json"] {
        assert_eq!(timed(&repository, &["check", ".", "--format", format]).code, 1);
    }
    assert!(repository.check(".")["findings"].as_array().unwrap().len() >= 2_000);
}

/// Something that speaks of clients, followed by what fills a file up to a size.
fn of_size(megabytes: usize) -> String {
    let start = "clients:\n  - name: Shop\n    app_type: spa\n    jwt_configuration: {alg: HS256}\n";
    let line = format!("# {}\n", "x".repeat(997));
    start.to_owned() + &line.repeat(megabytes * 1_000)
}

#[test]
fn a_file_over_the_limit_is_a_problem_with_the_way_out() {
    let repository = Repository::with("tenant.yaml", of_size(3));
    let repository = repository.and("clientlint.toml", "[files]\nmax-size = \"2MB\"\n");
    let run = timed(&repository, &["check", ".", "--format", "json"]);
    assert_eq!(run.code, 4);
    let problem = &run.json()["problems"][0];
    assert_eq!((&problem["code"], &problem["path"]), (&"limit-exceeded".into(), &"tenant.yaml".into()));
    assert!(problem["message"].as_str().unwrap().contains("max-size"), "{problem}");
    // What is none of our business may be as large as it likes.
    let other = "x: y\n".repeat(500_000);
    let requests = "- https://acme.auth0.com/authorize\n".repeat(100_000);
    let repository = Repository::with("data.yaml", other)
        .and("requests.yaml", requests)
        .and("clientlint.toml", "[files]\nmax-size = \"2MB\"\n");
    assert_eq!(timed(&repository, &["check", "."]).code, 3);
}

#[test]
fn a_nearer_configuration_sets_the_limit_of_its_files() {
    let repository = Repository::with("a/tenant.yaml", of_size(3)).and("tenant.yaml", of_size(0));
    let repository = repository.and("a/clientlint.toml", "[files]\nmax-size = \"2MB\"\n");
    let run = repository.run(&["check", ".", "--format", "json"]);
    assert_eq!(run.json()["problems"][0]["path"], "a/tenant.yaml", "{}", run.out);
}

#[test]
#[ignore = "writes 50 MB"]
fn fifty_megabytes_are_read_if_asked_for() {
    let repository = Repository::with("tenant.yaml", of_size(50));
    assert_eq!(timed(&repository, &["check", "."]).code, 4);
    let repository = repository.and("clientlint.toml", "[files]\nmax-size = \"100MB\"\n");
    assert_eq!(timed(&repository, &["check", "."]).code, 1);
}
