//! Examples in the vocabulary itself: what follows for them, and whether a rule says of them what its file claims.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value as Json};

use crate::check::{Settings, check};
use crate::client::{Basis, Datum, Definition, Fact};
use crate::formats::{self, Format as _};
use crate::former;
use crate::infer::{Surroundings, conclude};
use crate::link::{across, link};
use crate::providers::{Provider, neutral_definitions, neutral_former};
use crate::rule::{Options, Persona, Rule, RuleError, parse};
use crate::source::{FileId, Place, Source};
use crate::suggest::did_you_mean;
use crate::tree::Node;
use crate::vocabulary::{ATTRIBUTES, Attribute, Kind};

/// An example of what a rule flags, or leaves alone.
#[derive(Clone, Debug, Deserialize)]
pub struct Example {
    /// What it is about.
    pub name: String,
    /// A document in the vocabulary.
    pub definition: Json,
    /// Whether the rule flags it.
    pub flagged: bool,
}

/// The examples of a rule: those in its file, else those that come with the program.
pub fn of(rule: &Rule) -> Vec<Example> {
    let builtin = || {
        let mut lines = include_str!(concat!(env!("OUT_DIR"), "/examples.jsonl")).lines();
        lines.find_map(|line| {
            let (id, examples): (String, Vec<Example>) = serde_json::from_str(line).ok()?;
            (id == rule.id).then_some(examples)
        })
    };
    let own = rule.text.examples.iter().filter_map(|json| serde_json::from_value(json.clone()).ok());
    let own: Vec<Example> = own.collect();
    if own.is_empty() { builtin().unwrap_or_default() } else { own }
}

/// What a document of an example says, without what was before.
pub fn today(document: &Json) -> Json {
    each(document, &|definition| drop(definition.shift_remove("before")))
}

/// What it said before, if it says that.
pub fn before(document: &Json) -> Option<Json> {
    let before = each(document, &|definition| {
        if let Some(Json::Object(was)) = definition.shift_remove("before") {
            definition.retain(|key, _| !was.contains_key(key));
            definition.extend(was.into_iter().filter(|(_, value)| !value.is_null()));
        }
    });
    (before != today(document)).then_some(before)
}

/// A document with each of its definitions changed.
fn each(document: &Json, change: &dyn Fn(&mut Map<String, Json>)) -> Json {
    let mut document = document.clone();
    let listed = document.get_mut("definitions").and_then(Json::as_array_mut);
    listed.into_iter().flatten().filter_map(Json::as_object_mut).for_each(change);
    document.as_object_mut().into_iter().for_each(change);
    document
}

/// How the examples of rule files turned out.
#[derive(Debug, Default)]
pub struct Outcome {
    /// How many rules there are.
    pub rules: usize,
    /// How many examples they have.
    pub examples: usize,
    /// What is not as the files claim, a line each.
    pub failures: Vec<String>,
}

/// The definitions of a document, with all that follows for them and, where they say it, what they were before. Unless
/// the document says otherwise, it is a desired state that is delivered to Auth0 through the Management API.
///
/// # Errors
///
/// Names the key that is no attribute, or the provider that does not exist.
pub fn definitions(document: &Node, providers: &[Arc<Provider>]) -> Result<Vec<Definition>, String> {
    let mut definitions = concluded(document, providers)?;
    if let Some(document) = neutral_former(document) {
        for (definition, before) in definitions.iter_mut().zip(concluded(&document, providers)?) {
            former::attach(definition, Arc::new(before));
        }
    }
    Ok(definitions)
}

fn concluded(document: &Node, providers: &[Arc<Provider>]) -> Result<Vec<Definition>, String> {
    let mut definitions = neutral_definitions(document)?;
    for definition in &mut definitions {
        let id = definition.text(Attribute::PROVIDER).unwrap_or("auth0").to_owned();
        let known = || providers.iter().map(|provider| provider.id.as_str());
        let provider = providers
            .iter()
            .find(|provider| provider.id == id)
            .ok_or_else(|| format!("there is no provider `{id}`{}", did_you_mean(&id, known())))?;
        state(definition, Attribute::PROVIDER, &id);
        state(definition, Attribute::DELIVERY, "desired-state");
        conclude(definition, provider, Some("management-api"), &Surroundings::default());
    }
    link(&mut definitions);
    across(definitions.iter_mut());
    Ok(definitions)
}

/// States what a definition leaves open.
fn state(definition: &mut Definition, attribute: Attribute, word: &str) {
    if definition.lacks(attribute) || definition.partial {
        let fact = Fact { datum: Datum::from_text(word), basis: Basis::Inferred(Vec::new()) };
        definition.facts.insert_new(attribute, fact);
    }
}

/// Runs the examples of rule files: path as reported, and text.
///
/// # Errors
///
/// What is wrong with the files, each with its place.
pub fn test(files: &[(String, String)], providers: &[Arc<Provider>]) -> Result<Outcome, Vec<RuleError>> {
    let mut outcome = Outcome::default();
    let mut errors = Vec::new();
    for (path, text) in files {
        let tested = parse(path, text, &|_| Options::new())
            .and_then(|rule| test_rule(&Arc::new(rule), path, text, providers, &mut outcome));
        errors.extend(tested.err());
    }
    if errors.is_empty() { Ok(outcome) } else { Err(errors) }
}

fn test_rule(
    rule: &Arc<Rule>,
    path: &str,
    text: &str,
    providers: &[Arc<Provider>],
    outcome: &mut Outcome,
) -> Result<(), RuleError> {
    outcome.rules += 1;
    let source = Source::new(FileId(0), path, None, text.to_owned());
    let parsed = formats::YAML.parse(&source);
    let examples = parsed.documents.first().and_then(|document| document.get("examples"));
    let [mut flagged, mut clean] = [false; 2];
    for (node, example) in examples.map_or(&[][..], Node::items).iter().zip(&rule.text.examples) {
        outcome.examples += 1;
        let wanted = example["flagged"].as_bool().unwrap_or_default();
        *(if wanted { &mut flagged } else { &mut clean }) = true;
        let error = |place: Place, message: String| RuleError {
            path: path.to_owned(),
            position: source.position(place.span.start),
            message,
        };
        let document = node.get("definition").unwrap_or(node);
        words(document).map_err(|(place, message)| error(place, message))?;
        let definitions =
            definitions(document, providers).map_err(|message| error(document.place, message))?;
        if let Some(failure) = disagreement(rule, &definitions, wanted) {
            let line = source.position(node.place.span.start).line;
            let name = example["name"].as_str().unwrap_or_default();
            outcome.failures.push(format!("{path}:{line}: {}: \"{name}\" {failure}", rule.id));
        }
    }
    for (has, word) in [(flagged, "flagged"), (clean, "clean")] {
        if !has {
            let value = word == "flagged";
            outcome.failures.push(format!(
                "{path}: {}: has no {word} example; add one to `examples` with `flagged: {value}`",
                rule.id
            ));
        }
    }
    Ok(())
}

/// What happened, where it is not what an example claims.
fn disagreement(rule: &Arc<Rule>, definitions: &[Definition], wanted: bool) -> Option<String> {
    // Alone, and for the strictest reader: what other rules say of the example, and to whom, is not in question.
    let settings = Settings { persona: Persona::Auditor, ..Settings::default() };
    let rules = std::slice::from_ref(rule);
    let judged = |definition: &Definition| {
        rule.judges(definition.kind, definition.text(Attribute::PROVIDER).unwrap_or_default())
    };
    let message = definitions
        .iter()
        .find_map(|definition| check(definition, rules, &settings).violations.pop())
        .map(|violation| violation.message);
    match (wanted, message) {
        (true, None) if !definitions.iter().any(judged) => {
            Some("should be flagged, but is of a kind or provider that the rule does not judge".to_owned())
        }
        (true, None) => Some("should be flagged, but the rule is silent".to_owned()),
        (false, Some(message)) => Some(format!("should be clean, but the rule says: {message}")),
        (true, Some(_)) | (false, None) => None,
    }
}

/// The first word of a document that is not in the vocabulary, and where it stands.
fn words(document: &Node) -> Result<(), (Place, String)> {
    for entry in document.entries() {
        match entry.key.as_str() {
            "case" => {}
            "definitions" => entry.value.items().iter().try_for_each(words)?,
            "before" => words(&entry.value)?,
            "kind" => {
                let kind = entry.value.text().unwrap_or_default();
                if Kind::named(kind).is_none() {
                    let hint = did_you_mean(kind, Kind::ALL.iter().map(|kind| kind.name()));
                    return Err((entry.value.place, format!("there is no kind `{kind}`{hint}")));
                }
            }
            name if Attribute::named(name).is_none() => {
                let hint = did_you_mean(name, ATTRIBUTES.iter().map(|meaning| meaning.name));
                return Err((entry.key_place, format!("`{name}` is no attribute{hint}")));
            }
            _ => {}
        }
    }
    Ok(())
}
