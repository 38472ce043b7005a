//! Every rule over its fixture: what is marked is found where it is marked, and nothing else is.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use clientlint::check::{Settings, check};
use clientlint::config::Config;
use clientlint::examples::definitions;
use clientlint::formats::{self, Format as _};
use clientlint::rule::{Persona, Severity};
use clientlint::source::{FileId, Source};
use clientlint::vocabulary::Kind;

#[test]
fn every_rule_finds_what_its_fixture_marks() {
    let config = Config::builtin().unwrap();
    let mut wrong = Vec::new();
    for rule in &config.rules {
        let path = format!("fixtures/rules/{}.yaml", rule.id);
        match fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(&path)) {
            Ok(text) => wrong.extend(judge(&config, &rule.id, &path, &text)),
            Err(_) => wrong.push(format!("{path}: the rule has no fixture")),
        }
    }
    assert!(wrong.is_empty(), "{} disagreements:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_fixture_has_a_rule() {
    let known: BTreeSet<String> =
        Config::builtin().unwrap().rules.into_iter().map(|rule| rule.id.clone()).collect();
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/rules")).unwrap() {
        let path = entry.unwrap().path();
        let id = path.file_stem().unwrap().to_string_lossy().into_owned();
        assert!(known.contains(&id), "{} belongs to no rule", path.display());
    }
}

#[test]
fn every_fixture_shows_flagged_clean_and_unknown() {
    for rule in Config::builtin().unwrap().rules {
        let path = format!("fixtures/rules/{}.yaml", rule.id);
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(&path)).unwrap();
        for word in ["flagged:", "clean:", "unknown:"] {
            let has = text.lines().any(|line| {
                line.trim_start_matches("- ").trim_start().starts_with("case:") && line.contains(word)
            });
            assert!(has, "{path}: no case that is {word}");
        }
        assert!(text.contains(&format!("#! {}", rule.id)), "{path}: nothing is marked");
    }
}

#[test]
fn every_built_in_rule_compiles_and_names_rules_that_exist() {
    let rules = Config::builtin().unwrap().rules;
    let known: BTreeSet<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
    for rule in &rules {
        rule.compile().unwrap_or_else(|error| panic!("{}: {error}", rule.id));
        for general in &rule.text.subsumes {
            assert!(known.contains(general.as_str()), "{} subsumes {general}, which is no rule", rule.id);
            assert_ne!(*general, rule.id);
        }
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("rules/{}.yaml", rule.id));
        let text = fs::read_to_string(path).unwrap();
        clientlint::rule::parse(&format!("rules/{}.yaml", rule.id), &text, &|_| {
            clientlint::rule::Options::new()
        })
        .unwrap_or_else(|error| panic!("{error}"));
    }
}

/// What a fixture marks: line, and severity where it names one.
fn marks(text: &str, id: &str) -> BTreeSet<(u32, Option<Severity>)> {
    let mut marks = BTreeSet::new();
    for (number, line) in text.lines().enumerate() {
        let Some((_, mark)) = line.split_once("#! ") else { continue };
        let mut words = mark.split_whitespace();
        assert_eq!(words.next(), Some(id), "line {}: a fixture marks its own rule only", number + 1);
        let severity = words.next().map(|word| match word {
            "error" => Severity::Error,
            "warning" => Severity::Warning,
            "info" => Severity::Info,
            other => panic!("line {}: {other} is no severity", number + 1),
        });
        marks.insert((u32::try_from(number + 1).unwrap(), severity));
    }
    marks
}

/// Disagreements between what a fixture marks and what its rule finds.
fn judge(config: &Config, id: &str, path: &str, text: &str) -> Vec<String> {
    let source = Source::new(FileId(0), path, None, text.to_owned());
    let parsed = formats::YAML.parse(&source);
    assert!(parsed.problems.is_empty(), "{path}: {:?}", parsed.problems);
    let rule = config.rules.iter().find(|rule| rule.id == id).unwrap();
    let persona = rule.cases.iter().map(|case| case.persona).max().unwrap().max(Persona::Pedantic);
    let settings = Settings { persona, ..Settings::default() };
    let mut found = BTreeSet::new();
    let mut wrong = Vec::new();
    for document in &parsed.documents {
        let definitions =
            definitions(document, &config.providers).unwrap_or_else(|error| panic!("{path}: {error}"));
        for definition in &definitions {
            for violation in check(definition, &config.rules, &settings).violations {
                if violation.rule.id != id {
                    continue;
                }
                let line = source.position(violation.place.span.start).line;
                found.insert((line, violation.severity));
                if violation.message.contains("not set") && !violation.case.message.contains("not set") {
                    wrong.push(format!(
                        "{path}:{line}: the message names what is not there: {}",
                        violation.message
                    ));
                }
            }
            assert!(Kind::ALL.contains(&definition.kind));
        }
    }
    for (line, severity) in marks(text, id) {
        let hit = found
            .iter()
            .find(|(at, level)| *at == line && severity.is_none_or(|wanted| wanted == *level))
            .copied();
        match hit {
            Some(hit) => drop(found.remove(&hit)),
            None => wrong.push(format!("{path}:{line}: not found as marked")),
        }
    }
    wrong.extend(
        found
            .into_iter()
            .map(|(line, severity)| format!("{path}:{line}: found but not marked ({})", severity.name())),
    );
    wrong
}
