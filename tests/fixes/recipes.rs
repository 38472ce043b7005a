//! Every recipe over the documents of its rule's fixture, in every language and layout.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use clientlint::config::Config;
use clientlint::discover::Input;
use clientlint::finding::Finding;
use clientlint::fix::{Text, apply};
use clientlint::formats::{self, Format as _};
use clientlint::lint::Report;
use clientlint::mend::text_of;
use clientlint::render::{Language, render};
use clientlint::rule::{Persona, Rule};
use clientlint::source::{FileId, Source};
use clientlint::tree::{Node, Value};
use rayon::prelude::*;
use serde_json::Value as Json;

use crate::support::{FOLLOWS, UNDERSTOOD, analyse, config, input, mend_all, name, names, texts};

/// Rules whose recipes no built-in provider can follow yet, or whose fixtures no language can show: these are followed in
/// `fixtures/fixes`, those about ignores also in `tests/cli/fix.rs`.
const NOWHERE: &[&str] = &[
    "cimd-invalid-document",
    "conflicting-client-credentials",
    "deprecated-field",
    "expired-ignore",
    "pkce-not-enforced",
    "secret-variable-default",
    "unused-ignore",
    "verifier-symmetric-for-public-client",
];

/// The documents of a rule's fixture.
fn documents(rule: &Rule) -> Vec<(String, Json)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("fixtures/rules/{}.yaml", rule.id));
    let text = fs::read_to_string(path).unwrap();
    let parsed = formats::YAML.parse(&Source::new(FileId(0), "fixture", None, text));
    let case = |node: &Node| node.get("case").and_then(Node::text).unwrap_or_default().to_owned();
    parsed.documents.iter().map(|node| (case(node), json(node))).collect()
}

fn json(node: &Node) -> Json {
    match &node.value {
        Value::Null => Json::Null,
        Value::Bool(flag) => Json::Bool(*flag),
        Value::Number(number) => serde_json::from_str(number).unwrap_or_else(|_| Json::from(number.as_str())),
        Value::Text(text) => Json::from(text.as_str()),
        Value::Template(pieces) => Json::from(clientlint::tree::show_pieces(pieces)),
        Value::Unknown(unknown) => Json::from(unknown.text.as_str()),
        Value::List(items) => items.iter().map(json).collect(),
        Value::Map(entries) => {
            Json::Object(entries.iter().map(|entry| (entry.key.clone(), json(&entry.value))).collect())
        }
        Value::Expression(_) => panic!("an expression in a fixture"),
    }
}

/// A document in every language and layout in which somebody may write it.
fn layouts(document: &Json, config: &Config) -> Vec<(String, Input)> {
    let mut all = Vec::new();
    for language in Language::ALL {
        let Some(rendered) = render(document, language, &config.providers) else { continue };
        let text = rendered.text;
        let mut variants = vec![("as rendered", text.clone())];
        let parsed: Option<Json> = match language {
            Language::Json => serde_json::from_str(&text).ok(),
            Language::Yaml => serde_yaml_like(&text),
            Language::Hcl => None,
        };
        if let Some(value) = parsed {
            variants.push(("in one line", serde_json::to_string(&value).unwrap()));
            variants.push(("in brackets", serde_json::to_string_pretty(&value).unwrap() + "\n"));
        }
        if language != Language::Yaml {
            let tabs = |line: &str| {
                let blanks = line.len() - line.trim_start().len();
                format!("{}{}", "\t".repeat(blanks / 2), line.trim_start())
            };
            let tabbed: Vec<String> = text.lines().map(tabs).collect();
            variants.push(("with tabs", tabbed.join("\n") + "\n"));
        }
        variants.push(("with CRLF", text.replace('\n', "\r\n")));
        variants.push(("with a byte order mark", format!("\u{feff}{text}")));
        variants.push(("without a last line break", text.trim_end().to_owned()));
        for (variant, text) in variants {
            all.push((format!("{} {variant}", language.name()), input(&rendered.path, &text)));
        }
    }
    all
}

fn serde_yaml_like(text: &str) -> Option<Json> {
    let parsed = formats::YAML.parse(&Source::new(FileId(0), "text", None, text.to_owned()));
    parsed.documents.first().map(json)
}

/// What is wrong with a fix of a finding in a text.
fn wrong(config: &Arc<Config>, input: &Input, before: &Report, finding: &Finding) -> Vec<String> {
    let mut wrong = Vec::new();
    let fix = finding.fix.as_ref().unwrap();
    let old = text_of(input).unwrap();
    let mut all = [(input.shown.clone(), Text::new(old.to_owned()))].into();
    if apply([fix], &mut all) != [0] {
        return vec!["cannot be applied".to_owned()];
    }
    let new = &all[&input.shown].text;
    let after = analyse(config, &[crate::support::input(&input.shown, new)]);
    if !after.problems.is_empty() {
        wrong.push(format!("cannot be read any more: {:?}", after.problems));
    }
    if after.documents != before.documents || after.clients.len() != before.clients.len() {
        wrong.push("is no longer recognised".to_owned());
    }
    let (known, now) = (names(before), names(&after));
    // The same rule may have something else to say.
    let same = |other: &Finding| name(other) == name(finding) && other.message == finding.message;
    if after.findings.iter().any(same) {
        wrong.push("is still found".to_owned());
    }
    // A rule that speaks instead of another one is silent now, so the other one may speak.
    let silenced = |rule: &str| {
        let speaks = |id: &str| config.rules.iter().find(|rule| rule.id == id);
        let mut all = before.findings.iter().filter_map(|finding| speaks(&finding.rule));
        all.any(|speaking| speaking.text.subsumes.iter().any(|id| id == rule))
    };
    for new in now.difference(&known).filter(|new| !silenced(&new.0)) {
        if !FOLLOWS.contains(&(&finding.rule, &new.0)) && !UNDERSTOOD.contains(&&*finding.rule) {
            wrong.push(format!("is the cause of {}", new.0));
        }
    }
    wrong.extend(layout(old, new));
    wrong
}

/// What is wrong with the layout of a text that was mended.
fn layout(old: &str, new: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let bare = |text: &str| text.replace("\r\n", "").contains(['\n', '\r']);
    if old.contains("\r\n") && !bare(old) && bare(new) {
        wrong.push("breaks lines otherwise".to_owned());
    }
    if old.starts_with('\u{feff}') != new.starts_with('\u{feff}') {
        wrong.push("loses the byte order mark".to_owned());
    }
    if old.ends_with('\n') != new.ends_with('\n') {
        wrong.push("ends otherwise".to_owned());
    }
    if !old.contains('\t') && new.contains('\t') || old.contains("\n\t") && new.contains("\n  ") {
        wrong.push("is indented otherwise".to_owned());
    }
    if new.lines().any(|line| line.ends_with(' ')) && !old.lines().any(|line| line.ends_with(' ')) {
        wrong.push("has blanks at the end of a line".to_owned());
    }
    wrong
}

/// What is wrong with the fixes of what a rule finds in its fixture, and which rules' recipes are followed there.
fn judge(config: &Arc<Config>, rule: &Rule) -> (Vec<String>, BTreeSet<String>) {
    let mut failures = Vec::new();
    let mut followed = BTreeSet::new();
    for (case, document) in documents(rule) {
        for (layout, input) in layouts(&document, config) {
            let report = analyse(config, std::slice::from_ref(&input));
            let what = format!("{}, {case}, {layout}", rule.id);
            // What else is found is mended in the fixture of its own rule.
            let own = |finding: &&Finding| *finding.rule == *rule.id && finding.fix.is_some();
            for finding in report.findings.iter().filter(own) {
                followed.insert(finding.rule.to_string());
                let lines = wrong(config, &input, &report, finding);
                failures.extend(lines.into_iter().map(|line| format!("{what}: the fix {line}")));
            }
            if report.findings.iter().all(|finding| finding.fix.is_none()) {
                continue;
            }
            let mended = mend_all(config, std::slice::from_ref(&input));
            if mended.report.findings.iter().any(|finding| finding.fix.is_some()) {
                failures.push(format!("{what}: does not settle"));
            }
            let again = mend_all(config, &mended.inputs);
            if texts(&again.inputs) != texts(&mended.inputs) {
                failures.push(format!("{what}: a second run changes it"));
            }
        }
    }
    (failures, followed)
}

#[test]
fn every_recipe_mends_what_its_rule_finds() {
    let config = config(Persona::Auditor);
    let judged: Vec<(Vec<String>, BTreeSet<String>)> =
        config.rules.par_iter().map(|rule| judge(&config, rule)).collect();
    let followed: BTreeSet<String> = judged.iter().flat_map(|(_, followed)| followed.clone()).collect();
    let mut failures: Vec<String> = judged.into_iter().flat_map(|(failures, _)| failures).collect();
    for rule in config.rules.iter().filter(|rule| rule.cases.iter().any(|case| case.fix.is_some())) {
        if !followed.contains(&rule.id) && !NOWHERE.contains(&rule.id.as_str()) {
            failures.push(format!("{}: its recipe is followed nowhere", rule.id));
        }
    }
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn recipes_name_attributes_and_set_what_they_hold() {
    for rule in &config(Persona::Auditor).rules {
        for fix in rule.cases.iter().filter_map(|case| case.fix.as_ref()) {
            let named = fix.set.keys().chain(fix.remove.keys()).chain(fix.replace.keys());
            let named = named.chain(fix.set_matched.keys()).chain(fix.append.keys());
            for attribute in named.chain(&fix.https).chain(&fix.correct) {
                let known = clientlint::vocabulary::Attribute::named(attribute).is_some();
                assert!(known, "{}: `{attribute}` is no attribute", rule.id);
            }
        }
    }
}
