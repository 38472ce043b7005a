//! What the documentation says is so: its output is genuine, its tables are fresh, its examples work.
//!
//! In a page, what stands between `<!-- run: check fixtures/acme -->` and `<!-- end -->` is what that command writes.
//! `UPDATE=1 cargo test --test docs` writes it anew; read the difference.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use clientlint::config::Config;
use clientlint::rule::{self, Options};
use clientlint::vocabulary::{ATTRIBUTES, By};
use walkdir::WalkDir;

const PAGES: &[&str] = &[
    "README.md",
    "CHANGELOG.md",
    "docs/architecture.md",
    "docs/configuration.md",
    "docs/editors.md",
    "docs/ignores.md",
    "docs/outputs.md",
    "docs/writing-rules.md",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn page(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// What a command writes, in the words of a page: in a code block, except for a Markdown table.
fn block(command: &str) -> String {
    if command == "attributes" {
        return attributes();
    }
    // A process of its own: no terminal, no settings of whoever runs the tests.
    let output = Command::new(env!("CARGO_BIN_EXE_clientlint"))
        .args(command.split(' '))
        .current_dir(root())
        .env_clear()
        .env("SOURCE_DATE_EPOCH", "1767225600")
        .output()
        .expect("the program runs");
    assert!(output.stderr.is_empty(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("the output is UTF-8");
    // Where a page is read, the repository lies elsewhere.
    let text = text.replace(&format!("{}/", root().display()), "");
    let text = text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    let text = text.trim_matches('\n');
    let page_of_rule = command.starts_with("explain ") || command.starts_with("rules ");
    match command
        .split_once("--format ")
        .map_or("text", |(_, rest)| rest.split(' ').next().unwrap_or_default())
    {
        "markdown" if page_of_rule => text.to_owned(),
        "markdown" => format!("````markdown\n{text}\n````"),
        // What is one line in the file is one that nobody reads on a page.
        "json" | "sarif" | "gitlab" | "gitlab-sast" | "rdjson" => {
            let json: serde_json::Value = serde_json::from_str(text).expect("the output is JSON");
            format!("```json\n{}\n```", serde_json::to_string_pretty(&json).expect("it is JSON again"))
        }
        "jsonl" => format!("```json\n{text}\n```"),
        "junit" | "checkstyle" => format!("```xml\n{text}\n```"),
        "csv" => format!("```csv\n{text}\n```"),
        _ => format!("```text\n{text}\n```"),
    }
}

/// The vocabulary as a table.
fn attributes() -> String {
    let row = |attribute: &clientlint::vocabulary::Meaning| {
        let by = if attribute.by == By::Document { "written" } else { "inferred" };
        format!("| `{}` | {:?} | {by} | {} |", attribute.name, attribute.holds, attribute.says)
    };
    let rows: Vec<String> = ATTRIBUTES.iter().map(row).collect();
    format!("| attribute | value | | meaning |\n|---|---|---|---|\n{}", rows.join("\n"))
}

/// A page with its generated parts made anew.
fn fresh(text: &str) -> String {
    let mut fresh = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("<!-- run: ") {
        let (command, after) = after.split_once(" -->").expect("a marker is closed");
        let (_, after) = after.split_once("<!-- end -->").expect("a generated part has an end");
        let _ = write!(fresh, "{before}<!-- run: {command} -->\n{}\n<!-- end -->", block(command));
        rest = after;
    }
    fresh + rest
}

#[test]
fn generated_parts_are_fresh() {
    for path in PAGES {
        let text = page(path);
        let fresh = fresh(&text);
        if std::env::var_os("UPDATE").is_some() {
            fs::write(root().join(path), fresh).expect("the page can be written");
        } else {
            assert!(text == fresh, "{path} is stale: run `just accept` and read the difference");
        }
    }
}

#[test]
fn every_format_has_its_section() {
    use clap::ValueEnum;
    let text = page("docs/outputs.md");
    for format in clientlint::reporters::Format::value_variants() {
        let value = format.to_possible_value().expect("no format is hidden");
        let name = value.get_name();
        assert!(text.contains(&format!("\n## {name}\n")), "docs/outputs.md has no section on {name}");
        assert!(text.contains(&format!("\n| [`{name}`](#{name}) |")), "docs/outputs.md does not list {name}");
    }
}

#[test]
fn pages_of_rules_are_fresh() {
    let mut config = Config::builtin().expect("the built-in rules are right");
    config.settings.persona = clientlint::rule::Persona::Auditor;
    let config = std::sync::Arc::new(config);
    let folder = root().join("docs/rules");
    let update = std::env::var_os("UPDATE").is_some();
    for rule in &config.rules {
        let path = folder.join(format!("{}.md", rule.id));
        let fresh = clientlint::page::page(rule, &config);
        if ["public-client-symmetric-id-token", "long-token-lifetime"].contains(&rule.id.as_str()) {
            let written = block(&format!("explain {} --no-config --format markdown", rule.id));
            assert_eq!(written, fresh.trim_end(), "the program writes another page");
        }
        if update {
            fs::create_dir_all(&folder).expect("the folder can be made");
            fs::write(&path, fresh).expect("the page can be written");
        } else {
            let text = fs::read_to_string(&path).unwrap_or_default();
            assert!(
                text == fresh,
                "docs/rules/{}.md is stale: run `just accept` and read the difference",
                rule.id
            );
        }
    }
    for entry in fs::read_dir(&folder).expect("there are pages") {
        let path = entry.expect("the folder can be read").path();
        let known =
            config.rules.iter().any(|rule| path.file_stem().is_some_and(|name| name == rule.id.as_str()));
        if update && !known {
            fs::remove_file(&path).expect("the page can be removed");
        } else {
            assert!(known, "{} is the page of no rule", path.display());
        }
    }
}

#[test]
fn rules_that_pages_name_exist() {
    let config = Config::builtin().expect("the built-in rules are right");
    let known: BTreeSet<&str> = config.rules.iter().map(|rule| rule.id.as_str()).collect();
    for path in ["README.md", "docs/ignores.md", "docs/writing-rules.md"] {
        let text = page(path);
        let own = own_rules(&text);
        for start in ["error[", "warning[", "info[", "clientlint explain ", "--select ", "--disable "] {
            for (at, _) in text.match_indices(start) {
                let rest = &text[at + start.len()..];
                let end = rest.find(|c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'));
                let id = &rest[..end.unwrap_or(rest.len())];
                let named =
                    known.contains(id) || own.contains(id) || id.is_empty() || rest.starts_with("tag:");
                assert!(named, "{path} names the rule `{id}`, which does not exist");
            }
        }
    }
}

/// The ids of the rules that a page gives as examples: their blocks start with `# rules-of-ours/ID.yaml`.
fn own_rules(page: &str) -> BTreeSet<&str> {
    examples(page, "yaml")
        .into_iter()
        .filter_map(|text| text.lines().next()?.rsplit_once('/')?.1.strip_suffix(".yaml"))
        .collect()
}

/// The blocks of code in a language.
fn examples<'a>(page: &'a str, language: &str) -> Vec<&'a str> {
    let start = format!("```{language}\n");
    page.split(start.as_str()).skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

#[test]
fn example_rules_are_rules() {
    let providers = clientlint::providers::builtin().expect("the tables are right");
    let mut count = 0;
    for path in ["README.md", "docs/ignores.md", "docs/writing-rules.md"] {
        let text = page(path);
        for example in examples(&text, "yaml").into_iter().filter(|text| text.starts_with("# rules-of-ours/"))
        {
            let name = example.lines().next().unwrap_or_default().trim_start_matches("# ");
            let rule = rule::parse(name, example, &|_| Options::new());
            let rule = rule.unwrap_or_else(|error| panic!("{path}: {error}"));
            if !rule.text.examples.is_empty() {
                let file = (name.to_owned(), example.to_owned());
                let outcome = clientlint::examples::test(&[file], providers).expect("the rule is right");
                assert_eq!(outcome.failures, [""; 0], "{path}");
            }
            count += 1;
        }
    }
    assert!(count >= 2, "the pages show rules of one's own");
}

#[test]
fn example_configurations_are_configurations() {
    for path in ["README.md", "docs/ignores.md", "docs/writing-rules.md", "docs/outputs.md"] {
        let text = page(path);
        let rules: Vec<(String, String)> = examples(&text, "yaml")
            .into_iter()
            .filter(|text| text.starts_with("# rules-of-ours/"))
            .map(|text| {
                (text.lines().next().unwrap_or_default().trim_start_matches("# ").to_owned(), text.to_owned())
            })
            .collect();
        for example in examples(&text, "toml") {
            let folder = |_: &Path| Ok(rules.clone());
            Config::read(Path::new("/repository/clientlint.toml"), example, &folder)
                .unwrap_or_else(|error| panic!("{path}: {error}\n{example}"));
        }
    }
}

#[test]
fn what_rules_say_of_the_configuration_is_so() {
    let config = Config::builtin().expect("the built-in rules are right");
    for rule in &config.rules {
        let text = &rule.text;
        let said = [Some(&text.why), Some(&text.instead), text.exceptions.as_ref()];
        for example in said.into_iter().flatten().flat_map(|text| text.split('`').skip(1).step_by(2)) {
            let Some((section, setting)) = example.strip_prefix('[').and_then(|rest| rest.split_once(']'))
            else {
                continue;
            };
            if section.starts_with('[') {
                // A list of tables, of which only the name is said.
                continue;
            }
            let setting = if setting.is_empty() || setting.contains('=') {
                setting.to_owned()
            } else {
                format!("{setting} = []")
            };
            let toml = format!("[{section}]\n{}\n", setting.trim());
            Config::read(Path::new("/repository/clientlint.toml"), &toml, &|_| Ok(Vec::new()))
                .unwrap_or_else(|error| panic!("{} speaks of `{example}`: {error}", rule.id));
        }
    }
}

#[test]
fn the_changelog_knows_the_version() {
    let version = env!("CARGO_PKG_VERSION");
    assert!(
        page("CHANGELOG.md").contains(&format!("## {version}")),
        "CHANGELOG.md says nothing of {version}"
    );
}

#[test]
fn nothing_names_hosts_of_package_registries_or_paths_of_a_machine() {
    let words = [
        concat!("crates", ".io"),
        concat!("npmjs", ".com"),
        concat!("npmjs", ".org"),
        concat!("pypi", ".org"),
        concat!("rubygems", ".org"),
        concat!("ghcr", ".io"),
        concat!("hub.", "docker.com"),
        concat!("proxy.", "golang.org"),
        concat!("/work", "/"),
        concat!("/home", "/"),
    ];
    // What is installed or built here is not ours.
    let skipped = [".git", "target", "Cargo.lock", "node_modules", "dist"];
    let files = WalkDir::new(root())
        .into_iter()
        .filter_entry(|entry| !skipped.iter().any(|name| entry.file_name() == *name))
        .flatten()
        .filter(|entry| entry.file_type().is_file());
    for file in files {
        let text = String::from_utf8_lossy(&fs::read(file.path()).expect("a file can be read")).into_owned();
        for word in words {
            assert!(!text.contains(word), "{} says {word}", file.path().display());
        }
    }
}
