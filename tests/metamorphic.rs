//! What must not change when a document is written otherwise, and what must go when less is known of it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clientlint::check::{Settings, check};
use clientlint::config::Config;
use clientlint::discover::{Content, Input};
use clientlint::examples::definitions;
use clientlint::formats::{self, Format as _};
use clientlint::lint::{Job, lint};
use clientlint::page::shown;
use clientlint::rule::{Persona, Severity};
use clientlint::source::{FileId, Place, Source};
use clientlint::tree::{Entry, Node, Unknown, Value};

/// A finding in a fixture.
#[derive(Clone, Debug)]
struct Found {
    rule: String,
    severity: Severity,
    message: String,
    place: Place,
    /// Whether it stands at the name of the definition, because something is not written.
    at_name: bool,
}

fn config() -> Config {
    let mut config = Config::builtin().unwrap();
    config.settings.persona = Persona::Auditor;
    config
}

fn read(name: &str, text: &str) -> Vec<Node> {
    let parsed = formats::YAML.parse(&Source::new(FileId(0), name, None, text.to_owned()));
    assert!(parsed.problems.is_empty(), "{name}: {:?}", parsed.problems);
    parsed.documents
}

/// Rules of secrets: one that comes from elsewhere is given to the client all the same.
const OF_SECRETS: &[&str] = &["cimd-invalid-document", "public-client-with-secret"];

/// Values that nobody knows, and the rules that speak of them all the same.
fn unknown_values() -> [(Value, Vec<&'static str>); 2] {
    let marker = read("marker", "x: \"##UNKNOWN##\"")[0].get("x").unwrap().value.clone();
    [(marker, OF_SECRETS.to_vec()), (Value::Unknown(Unknown::new("var.unknown")), OF_SECRETS.to_vec())]
}

fn judge(config: &Config, document: &Node) -> Vec<Found> {
    let settings = Settings { persona: Persona::Auditor, ..Settings::default() };
    let mut found = Vec::new();
    for definition in definitions(document, &config.providers).unwrap() {
        let name = definition.name_place.unwrap_or(definition.place);
        for violation in check(&definition, &config.rules, &settings).violations {
            found.push(Found {
                rule: violation.rule.id.clone(),
                severity: violation.severity,
                message: violation.message,
                place: violation.place,
                at_name: violation.place == name,
            });
        }
    }
    found
}

/// The documents of each rule's fixture that the rule flags, with what is found in them.
fn each_flagged(config: &Config, mut judge_one: impl FnMut(&str, &str, &Node, &[Found])) {
    for rule in &config.rules {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("fixtures/rules/{}.yaml", rule.id));
        for document in read(&rule.id, &fs::read_to_string(path).unwrap()) {
            let case = document.get("case").and_then(Node::text).unwrap().to_owned();
            if case.starts_with("flagged") {
                let found = judge(config, &document);
                judge_one(&rule.id, &case, &document, &found);
            }
        }
    }
}

/// Replaces the value at a place, or that of the key at a place. Says whether there was one.
fn replace(node: &mut Node, place: Place, value: &Value) -> bool {
    if node.place == place {
        node.value = value.clone();
        return true;
    }
    match &mut node.value {
        Value::List(items) => items.iter_mut().any(|item| replace(item, place, value)),
        Value::Map(entries) => entries.iter_mut().any(|entry| {
            if entry.key_place.start() == place.start() {
                entry.value.value = value.clone();
                return true;
            }
            replace(&mut entry.value, place, value)
        }),
        _ => false,
    }
}

/// The errors that are found after a change and were not found before, except those that the rule had spoken instead of.
fn new_errors(config: &Config, rule: &str, before: &[Found], after: &[Found]) -> Vec<String> {
    let subsumed = |id: &str| {
        let silenced =
            before.iter().filter_map(|found| config.rules.iter().find(|rule| rule.id == found.rule));
        silenced.flat_map(|rule| &rule.text.subsumes).any(|silent| silent == id)
    };
    after
        .iter()
        .filter(|found| found.severity == Severity::Error && found.rule != rule && !subsumed(&found.rule))
        .filter(|found| !before.iter().any(|known| known.rule == found.rule))
        .map(|found| format!("{}: {}", found.rule, found.message))
        .collect()
}

#[test]
fn what_is_not_known_is_not_found() {
    let config = config();
    let mut wrong = Vec::new();
    for (unknown, all_the_same) in unknown_values() {
        each_flagged(&config, |rule, case, document, before| {
            let mut document = document.clone();
            let mut now = before.to_vec();
            // Several items may be flagged, and one is shown: each round takes away what decided.
            for round in 0.. {
                let Some(found) = now.iter().find(|found| found.rule == rule && !found.at_name) else {
                    break;
                };
                let gone = round < 20 && replace(&mut document, found.place, &unknown);
                if !gone && !all_the_same.contains(&rule) {
                    wrong.push(format!("{rule}, {case}: still says {}", found.message));
                }
                if !gone {
                    break;
                }
                now = judge(&config, &document);
                for new in new_errors(&config, rule, before, &now) {
                    wrong.push(format!("{rule}, {case}: without knowledge there is {new}"));
                }
            }
        });
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Rules whose findings stand at the name because it is the name that decides.
const OF_NAMES: &[&str] = &["duplicate-client"];

#[test]
fn what_was_not_asked_is_not_missing() {
    let config = config();
    let mut wrong = Vec::new();
    each_flagged(&config, |rule, case, document, before| {
        let mut document = document.clone();
        let partial = read("partial", "delivery: partial")[0].entries()[0].clone();
        let Value::Map(entries) = &mut document.value else { panic!("{rule}: a document is a map") };
        entries.retain(|entry| entry.key != "delivery");
        entries.push(partial);
        let after = judge(&config, &document);
        let absent =
            !OF_NAMES.contains(&rule) && before.iter().any(|found| found.rule == rule && found.at_name);
        let still = after.iter().find(|found| found.rule == rule && found.at_name);
        if let Some(found) = still.filter(|_| absent) {
            wrong.push(format!("{rule}, {case}: still says {}", found.message));
        }
        for new in new_errors(&config, rule, before, &after) {
            wrong.push(format!("{rule}, {case}: in a fragment there is {new}"));
        }
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn reversed(node: &Node) -> Node {
    let value = match &node.value {
        Value::Map(entries) => Value::Map(
            entries
                .iter()
                .rev()
                .map(|entry| Entry { value: reversed(&entry.value), ..entry.clone() })
                .collect(),
        ),
        Value::List(items) => Value::List(items.iter().map(reversed).collect()),
        other => other.clone(),
    };
    Node { value, ..node.clone() }
}

#[test]
fn the_order_of_keys_says_nothing() {
    let config = config();
    let set = |found: &[Found]| -> BTreeSet<(String, String)> {
        found.iter().map(|found| (found.rule.clone(), found.message.clone())).collect()
    };
    each_flagged(&config, |rule, case, document, before| {
        assert_eq!(set(before), set(&judge(&config, &reversed(document))), "{rule}, {case}");
    });
}

#[test]
fn languages_say_the_same() {
    let config = Arc::new(config());
    let mut wrong = Vec::new();
    for rule in &config.rules {
        for example in [true, false].into_iter().filter_map(|flagged| shown(rule, &config, flagged)) {
            let mut all: Vec<(&str, BTreeSet<String>)> = Vec::new();
            for (language, rendered) in &example.languages {
                let input = Input {
                    path: PathBuf::from("/repository").join(&rendered.path),
                    shown: rendered.path.clone(),
                    content: Content::Text(rendered.text.clone()),
                    requested: true,
                };
                let of = |_: Option<&Path>| config.clone();
                let found = lint(vec![input], &Job::new(&of))
                    .findings
                    .into_iter()
                    .map(|finding| finding.rule.to_string())
                    // Only Terraform has a state.
                    .filter(|rule| rule != "secret-in-terraform-state");
                all.push((language.name(), found.collect()));
            }
            if let Some((first, rest)) = all.split_first() {
                for (language, found) in rest.iter().filter(|(_, found)| *found != first.1) {
                    let difference: Vec<&String> = found.symmetric_difference(&first.1).collect();
                    let what = format!("{}, {}", rule.id, example.example.name);
                    wrong.push(format!("{what}: {} and {language} differ in {difference:?}", first.0));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
