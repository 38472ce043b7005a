//! A value says the same whether it stands in the file or a marker stands there for which a mapping has the value.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clientlint::config::Config;
use clientlint::discover::{Content, Input};
use clientlint::formats;
use clientlint::lint::{Job, lint};
use clientlint::page::shown;
use clientlint::project;
use clientlint::rule::Persona;
use clientlint::source::{FileId, Source, Span};
use clientlint::tree::{Node, Value};
use serde_json::{Map, Value as Json, json};

fn input(path: &str, text: &str) -> Input {
    Input {
        path: PathBuf::from("/repository").join(path),
        shown: path.to_owned(),
        content: Content::Text(text.to_owned()),
        requested: true,
    }
}

/// What is found: rule, severity and message.
fn found(config: &Arc<Config>, inputs: Vec<Input>) -> BTreeSet<(String, &'static str, String)> {
    let config = |_: Option<&Path>| config.clone();
    let job = Job { texts: true, fixes: true, ..Job::new(&config) };
    let report = lint(inputs, &job);
    assert!(report.problems.is_empty(), "{:?}", report.problems);
    let of_file = report.findings.into_iter().filter(|finding| &*finding.rule != "export-includes-secrets");
    of_file
        .map(|finding| {
            assert!(finding.environments.is_empty());
            // Where a secret stands is another matter: one step away it is another rule's.
            let rule = finding.rule.replace("hardcoded-client-secret", "secret-variable-default");
            let is_secret = rule == "secret-variable-default";
            let message = if is_secret { String::new() } else { finding.message };
            (rule, finding.severity.name(), message)
        })
        .collect()
}

fn json_of(node: &Node) -> Option<Json> {
    Some(match &node.value {
        Value::Null => Json::Null,
        Value::Bool(flag) => json!(flag),
        Value::Number(text) => Json::Number(text.parse().ok()?),
        Value::Text(text) => json!(text),
        Value::List(items) => Json::Array(items.iter().map(json_of).collect::<Option<_>>()?),
        Value::Map(entries) => {
            let entries = entries.iter().map(|entry| Some((entry.key.clone(), json_of(&entry.value)?)));
            Json::Object(entries.collect::<Option<Map<_, _>>>()?)
        }
        _ => return None,
    })
}

/// The values below a client's keys, to a depth. Of a list in dashes its items: a marker is no block.
fn values(node: &Node, text: &str, depth: usize, spans: &mut Vec<(Span, Json)>) {
    let mut add = |node: &Node, is_leaf: bool| {
        let in_dashes = text[node.place.span.start as usize..].starts_with("- ");
        match json_of(node).filter(|_| is_leaf && !in_dashes) {
            Some(value) => spans.push((node.place.span, value)),
            None if in_dashes => {
                spans.extend(node.items().iter().filter_map(|item| Some((item.place.span, json_of(item)?))));
            }
            None => values(node, text, depth.saturating_sub(1), spans),
        }
    };
    for entry in node.entries() {
        add(&entry.value, !entry.value.is_map() || depth == 0);
    }
}

#[test]
fn a_marker_says_what_its_value_says() {
    let mut config = Config::builtin().unwrap();
    config.settings.persona = Persona::Auditor;
    let config = Arc::new(config);
    let mut replaced = 0;
    for rule in &config.rules {
        for example in [true, false].into_iter().filter_map(|flagged| shown(rule, &config, flagged)) {
            for (language, rendered) in example.languages {
                let Some(format) = ["yaml", "json"]
                    .contains(&language.name())
                    .then(|| formats::by_extension(rendered.path.rsplit('.').next()?))
                    .flatten()
                else {
                    continue;
                };
                let text = &rendered.text;
                let parsed = format.parse(&Source::new(FileId(0), &*rendered.path, None, text.clone()));
                let document = &parsed.documents[0];
                let listed = document.entries().iter().flat_map(|entry| entry.value.items());
                let mut clients: Vec<&Node> = listed.filter(|item| item.is_map()).collect();
                if clients.is_empty() {
                    clients.push(document);
                }
                for depth in [0, 1] {
                    let mut spans = Vec::new();
                    clients.iter().for_each(|client| values(client, text, depth, &mut spans));
                    if spans.is_empty() || text.contains("##") || text.contains("@@") {
                        continue;
                    }
                    let mut marked = text.clone();
                    let mut mapping = Map::new();
                    for (number, (span, value)) in spans.iter().enumerate().rev() {
                        marked
                            .replace_range(span.start as usize..span.end as usize, &format!("@@V{number}@@"));
                        mapping.insert(format!("V{number}"), value.clone());
                    }
                    let folder = project::folder(&rendered.path);
                    let at = format!("{folder}/config.json").trim_start_matches('/').to_owned();
                    let mappings = json!({"AUTH0_KEYWORD_REPLACE_MAPPINGS": mapping}).to_string();
                    let plain = found(&config, vec![input(&rendered.path, text)]);
                    let by_mapping =
                        found(&config, vec![input(&at, &mappings), input(&rendered.path, &marked)]);
                    assert_eq!(by_mapping, plain, "{}, {}:\n{marked}\n{mappings}", rule.id, language.name());
                    replaced += spans.len();
                }
            }
        }
    }
    assert!(replaced > 500, "{replaced}");
}
