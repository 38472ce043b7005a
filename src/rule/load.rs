//! Rule files: from YAML to rules, with the place and the nearest right word where a file is wrong.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use jsonschema::Validator;
use serde_json::{Map, Value as Json};

use super::{Case, Condition, Profile, Rule, Severity, Text, schema};
use crate::formats::{self, Format as _};
use crate::source::{FileId, Position, Source};
use crate::suggest::did_you_mean;
use crate::tree::{Entry, Node};
use crate::vocabulary::{Attributes, Kind};

/// The schema that every rule file obeys.
pub(super) const SCHEMA: &str = include_str!("../../rules/rule.schema.json");

/// Values of rule options that a configuration sets: rule, option, value.
pub type Options = Map<String, Json>;

/// What is wrong with a rule file.
#[derive(Debug, thiserror::Error)]
#[error("{path}:{}:{}: {message}", .position.line, .position.column)]
pub struct RuleError {
    /// The file.
    pub path: String,
    /// Where in it.
    pub position: Position,
    /// What is wrong there.
    pub message: String,
}

/// A rule that comes with the program, and the line that says it.
type Line = (&'static str, Arc<Rule>);

/// The rules that come with the program, in two halves, so that they can be read side by side.
static HALVES: [OnceLock<Result<Vec<Line>, String>>; 2] = [const { OnceLock::new() }; 2];

/// The rules that come with the program.
///
/// `options` holds what a configuration sets, by rule id. Rules without are made once for all configurations.
///
/// # Errors
///
/// Says which option is unknown to its rule.
pub fn builtin(options: &dyn Fn(&str) -> Options) -> Result<Vec<Arc<Rule>>, String> {
    let (first, second) = (half(0)?, half(1)?);
    // All at once: to grow would leave behind several times what they take.
    let mut rules = Vec::with_capacity(first.len() + second.len());
    for (line, rule) in first.iter().chain(second) {
        let options = options(&rule.id);
        rules.push(if options.is_empty() { rule.clone() } else { Arc::new(of_line(line, &options)?) });
    }
    Ok(rules)
}

/// Reads the rules that come with the program by two of the threads that share their work, so that nobody waits for
/// them later. What is wrong with them is said when they are asked for.
pub fn read_ahead() {
    rayon::join(|| drop(half(0)), || drop(half(1)));
}

fn half(which: usize) -> Result<&'static [Line], String> {
    let read = || {
        let lines: Vec<&str> = include_str!(concat!(env!("OUT_DIR"), "/rules.jsonl")).lines().collect();
        let (first, second) = lines.split_at(lines.len() / 2);
        let rule = |line: &&'static str| Ok((*line, Arc::new(of_line(line, &Options::new())?)));
        [first, second][which].iter().map(rule).collect()
    };
    HALVES[which].get_or_init(read).as_deref().map_err(Clone::clone)
}

fn of_line(line: &str, options: &Options) -> Result<Rule, String> {
    let (id, text): (String, Text) =
        serde_json::from_str(line).map_err(|error| format!("built-in rules: {error}"))?;
    Rule::new(&id, text, options)
}

/// Reads a rule file.
///
/// `path` is what errors name; the rule's id is the file's name without its ending.
///
/// # Errors
///
/// What is wrong with it first, and where.
pub fn parse(path: &str, text: &str, options: &dyn Fn(&str) -> Options) -> Result<Rule, RuleError> {
    let source = Source::new(FileId(0), path, None, text.to_owned());
    let error = |offset: usize, message: String| RuleError {
        path: path.to_owned(),
        position: source.position(u32::try_from(offset).unwrap_or(u32::MAX)),
        message,
    };
    let id =
        path.rsplit(['/', '\\']).next().unwrap_or(path).trim_end_matches(".yaml").trim_end_matches(".yml");
    let parsed = formats::YAML.parse(&source);
    if let Some(problem) = parsed.problems.first() {
        return Err(error(problem.place.span.start as usize, problem.message.clone()));
    }
    let json: Json = serde_yaml::from_str(text).map_err(|failure| {
        error(failure.location().map_or(0, |location| location.index()), failure.to_string())
    })?;
    let at = |pointer: &str| parsed.documents.first().map_or(0, |document| offset_of(document, pointer));
    if let Some((pointer, message)) = violation(&json) {
        let named = quoted(&message.replace('`', "'")).next();
        let named = named.as_deref().zip(parsed.documents.first());
        let place = named.and_then(|(word, document)| place_of_key(document, word));
        return Err(error(place.unwrap_or_else(|| at(&pointer)), message));
    }
    let text: Text = serde_json::from_value(json).map_err(|failure| error(0, failure.to_string()))?;
    let rule = Rule::new(id, text, &options(id)).map_err(|message| error(at("/when"), message))?;
    rule.compile().map_err(|message| error(at("/when"), message))?;
    Ok(rule)
}

/// The first violation of the rule schema: JSON Pointer and message.
fn violation(json: &Json) -> Option<(String, String)> {
    static VALIDATOR: OnceLock<Option<Validator>> = OnceLock::new();
    let validator = VALIDATOR
        .get_or_init(|| {
            let schema: Json = serde_json::from_str(SCHEMA).ok()?;
            schema::document_validator(&schema).ok()
        })
        .as_ref()?;
    // The deepest place is the most precise: `oneOf` and `anyOf` fail above what is really wrong.
    let (pointer, message) = schema::violations(validator, json)
        .into_iter()
        // A key that is misspelt is also one that is missing.
        .max_by_key(|(pointer, message)| (pointer.matches('/').count(), message.contains("unexpected")))?;
    let wrong: Vec<String> = quoted(&message).collect();
    let words = schema_words();
    let unknown = wrong.iter().find(|word| !words.contains(word.as_str()));
    let hint = unknown.map(|word| did_you_mean(word, words.iter().map(String::as_str))).unwrap_or_default();
    match unknown.filter(|_| message.contains("anyOf") || message.contains("oneOf")) {
        Some(word) => Some((pointer, format!("`{word}` is not known here{hint}"))),
        None => Some((pointer, format!("{message}{hint}"))),
    }
}

/// The words in quotes of a message.
fn quoted(message: &str) -> impl Iterator<Item = String> {
    message.split(['"', '\'']).skip(1).step_by(2).map(str::to_owned)
}

/// Every word that a rule file may use: keys of the schema, and what its enumerations list.
fn schema_words() -> BTreeSet<String> {
    fn collect(schema: &Json, words: &mut BTreeSet<String>) {
        match schema {
            Json::Object(map) => {
                for (key, value) in map {
                    match (key.as_str(), value) {
                        ("properties", Json::Object(properties)) => words.extend(properties.keys().cloned()),
                        ("enum", Json::Array(list)) => {
                            words.extend(list.iter().filter_map(Json::as_str).map(str::to_owned));
                        }
                        _ => {}
                    }
                    collect(value, words);
                }
            }
            Json::Array(list) => list.iter().for_each(|item| collect(item, words)),
            _ => {}
        }
    }
    let mut words = BTreeSet::new();
    collect(&serde_json::from_str(SCHEMA).unwrap_or_default(), &mut words);
    words
}

/// Where a key of that name stands first.
fn place_of_key(document: &Node, key: &str) -> Option<usize> {
    let below = |entry: &Entry| {
        if entry.key == key {
            Some(entry.key_place.span.start as usize)
        } else {
            place_of_key(&entry.value, key)
        }
    };
    let items = document.items().iter().filter_map(|item| place_of_key(item, key));
    document.entries().iter().filter_map(below).chain(items).min()
}

/// Where the value of a JSON Pointer starts; the nearest value above it where there is none.
fn offset_of(document: &Node, pointer: &str) -> usize {
    let mut node = document;
    let mut offset = document.place.span.start;
    for token in pointer.split('/').skip(1) {
        let token = token.replace("~1", "/").replace("~0", "~");
        if let Some(entry) = node.entry(&token) {
            offset = entry.key_place.span.start;
            node = &entry.value;
        } else if let Some(item) = token.parse::<usize>().ok().and_then(|index| node.items().get(index)) {
            offset = item.place.span.start;
            node = item;
        } else {
            break;
        }
    }
    offset as usize
}

impl Rule {
    /// Makes a rule of what its file says.
    ///
    /// # Errors
    ///
    /// Says which word of it is wrong.
    pub(super) fn new(id: &str, mut text: Text, options: &Options) -> Result<Self, String> {
        if let Some(unknown) = options.keys().find(|name| !text.options.contains_key(*name)) {
            let hint = did_you_mean(unknown, text.options.keys().map(String::as_str));
            return Err(format!("rule `{id}` has no option `{unknown}`{hint}"));
        }
        // What became conditions and cases need not be kept beside them.
        let (when, written) = (std::mem::take(&mut text.when), std::mem::take(&mut text.cases));
        let value =
            |name: &str| options.get(name).or_else(|| text.options.get(name)?.get("default")).cloned();
        let in_rule = |message: String| format!("rule `{id}`: {message}");
        let condition = |map: &Map<String, Json>| {
            if text.options.is_empty() {
                return Condition::new(map, false);
            }
            Condition::new(&with_options(map, &value)?, false)
        };
        let when = condition(&when).map_err(in_rule)?;
        let profiles = profiles(&text.profiles);
        let mut cases = Vec::with_capacity(written.len().max(1));
        for case in written {
            let own = self::profiles(&case.profiles);
            let when = condition(&case.when).map_err(in_rule)?;
            cases.push(Case {
                needs: when.needs(),
                when,
                severity: case.severity.unwrap_or(text.severity),
                persona: case.persona.unwrap_or(text.persona),
                profiles: if own.is_empty() { profiles.clone() } else { own },
                message: case.message.unwrap_or_else(|| text.message.clone()),
                label: case.label.as_deref().or(text.label.as_deref()).map(Arc::from),
                instead: Arc::from(case.instead.as_ref().unwrap_or(&text.instead).as_str()),
                fix: case.fix.or_else(|| text.fix.clone()),
                subsumes: [&*text.subsumes, &*case.subsumes].concat(),
            });
        }
        if cases.is_empty() {
            cases.push(Case {
                when: Condition::All(Vec::new()),
                needs: Attributes::default(),
                severity: text.severity,
                persona: text.persona,
                profiles,
                message: text.message.clone(),
                label: text.label.as_deref().map(Arc::from),
                instead: Arc::from(text.instead.as_str()),
                fix: text.fix.clone(),
                subsumes: text.subsumes.clone(),
            });
        }
        for general in cases.iter().flat_map(|case| &case.subsumes) {
            if !text.subsumes.contains(general) {
                text.subsumes.push(general.clone());
            }
        }
        let on = match text.on.take() {
            None => vec![Kind::Client],
            Some(Json::Array(names)) => {
                names.iter().filter_map(Json::as_str).filter_map(Kind::named).collect()
            }
            Some(name) => name.as_str().and_then(Kind::named).into_iter().collect(),
        };
        Ok(Self { id: id.to_owned(), text, on, needs: when.needs(), when, cases })
    }

    /// Compiles every schema in it, which is otherwise done when it is first needed.
    ///
    /// # Errors
    ///
    /// Says which schema is refused, and why.
    pub fn compile(&self) -> Result<(), String> {
        self.when.compile()?;
        self.cases.iter().try_for_each(|case| case.when.compile())
    }
}

/// A condition with the values of options put in for `{ option: NAME }`.
fn with_options(
    map: &Map<String, Json>,
    value: &dyn Fn(&str) -> Option<Json>,
) -> Result<Map<String, Json>, String> {
    fn replace(json: &Json, value: &dyn Fn(&str) -> Option<Json>) -> Result<Json, String> {
        Ok(match json {
            Json::Object(map) if map.len() == 1 && map.contains_key("option") => {
                let name = map["option"].as_str().unwrap_or_default();
                value(name).ok_or_else(|| format!("`{name}` is none of its options"))?
            }
            Json::Object(map) => Json::Object(with_options(map, value)?),
            Json::Array(list) => {
                Json::Array(list.iter().map(|item| replace(item, value)).collect::<Result<_, _>>()?)
            }
            other => other.clone(),
        })
    }
    map.iter().map(|(key, json)| Ok((key.clone(), replace(json, value)?))).collect()
}

fn profiles(map: &Map<String, Json>) -> Vec<(Profile, Severity)> {
    let read = |json: Json| serde_json::from_value(json).ok();
    map.iter()
        .filter_map(|(name, severity)| {
            let profile = serde_json::from_value(Json::String(name.clone())).ok()?;
            read(severity.clone()).map(|severity| (profile, severity))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        parse("team/own-rule.yaml", text, &|_| Options::new()).map(|rule| rule.id).unwrap_err().to_string()
    }

    const HEAD: &str = "summary: s\nseverity: error\nwhy: w\ninstead: i\nmessage: m\n";

    #[test]
    fn errors_name_the_place_and_the_nearest_word() {
        let misspelt = error(&format!("{HEAD}when:\n  grant_tipes: {{ any: {{ const: implicit }} }}\n"));
        assert!(misspelt.starts_with("team/own-rule.yaml:"), "{misspelt}");
        assert!(misspelt.contains("did you mean `grant_types`"), "{misspelt}");
        let keyword = error(&format!("{HEAD}when:\n  client_name: {{ patern: a }}\n"));
        assert!(keyword.starts_with("team/own-rule.yaml:7:"), "{keyword}");
        let broken = error("summary: [\n");
        assert!(broken.starts_with("team/own-rule.yaml:"), "{broken}");
        let pattern = error(&format!("{HEAD}when:\n  client_name: {{ pattern: '(?=a)' }}\n"));
        assert!(pattern.contains("client_name"), "{pattern}");
    }
}
