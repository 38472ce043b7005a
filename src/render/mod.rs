//! A provider's table read backwards: documents in the vocabulary as people write them in YAML, JSON and Terraform.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use crate::formats;
use crate::providers::{Delivery, Provider, Shape, put_at, recognise};
use crate::source::{FileId, Source};

mod terraform;

/// A language in which definitions are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Language {
    /// YAML
    Yaml,
    /// JSON
    Json,
    /// Terraform
    Hcl,
}

/// A document in a language, and what its file may be called.
#[derive(Clone, Debug)]
pub struct Rendered {
    /// A fitting path.
    pub path: String,
    /// What stands there.
    pub text: String,
}

/// What tells how a document is written rather than what.
const FRAME: &[&str] = &["case", "kind", "definitions", "provider", "shape", "delivery", "channel"];

/// What the analysis sees for itself in the text of an object.
const SEEN: &[&str] = &[
    "secrets",
    "weak_secrets",
    "state_secrets",
    "private_keys",
    "unknown_values",
    "wrong_types",
    "deprecated_fields",
    "rival_credentials",
];

/// Channels that a line in the file may declare.
const CHANNELS: &[&str] = &["management-api", "dashboard", "dcr", "cimd"];

/// Maps that the vocabulary knows by their keys alone, or by texts where the provider has maps.
const REDUCED: &[&str] = &["credential_methods", "credentials", "addons", "mobile", "oidc_logout"];

impl Language {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Yaml, Self::Json, Self::Hcl];

    /// Its name, as in shapes and in code blocks.
    pub fn name(self) -> &'static str {
        match self {
            Self::Yaml => "yaml",
            Self::Json => "json",
            Self::Hcl => "hcl",
        }
    }
}

/// A document of the vocabulary in a language; `None` where something in it has no place there.
pub fn render(document: &Json, language: Language, providers: &[Arc<Provider>]) -> Option<Rendered> {
    let common = document.as_object()?;
    let merged = |own: &Json| {
        let mut all = own.as_object().cloned().unwrap_or_default();
        for (key, value) in common.iter().filter(|(key, _)| !matches!(key.as_str(), "definitions" | "case")) {
            all.entry(key.clone()).or_insert_with(|| value.clone());
        }
        all
    };
    let definitions: Vec<Map<String, Json>> = match common.get("definitions") {
        Some(list) => list.as_array()?.iter().map(merged).collect(),
        None => vec![common.clone()],
    };
    let id = text(definitions.first()?, "provider").unwrap_or("auth0");
    let provider = providers.iter().find(|provider| provider.id == id)?;
    let shapes = provider.table.shapes.iter().filter(|shape| {
        let fits = |definition| frame_fits(definition, provider, shape);
        shape.syntax.iter().any(|name| name == language.name()) && definitions.iter().all(fits)
    });
    let mut rendered = shapes.filter_map(|shape| {
        let rendered = match language {
            Language::Yaml | Language::Json => in_file(provider, shape, &definitions, language),
            Language::Hcl => terraform::render(provider, shape, &definitions),
        };
        declared(rendered?, shape, &definitions, language)
    });
    rendered.next()
}

/// A file with the line that declares its channel, where that is not the one of its shape.
fn declared(
    rendered: Rendered,
    shape: &Shape,
    definitions: &[Map<String, Json>],
    language: Language,
) -> Option<Rendered> {
    let channel = text(definitions.first()?, "channel").or(shape.channel.as_deref());
    if channel == shape.channel.as_deref() {
        return Some(rendered);
    }
    let same = definitions.iter().all(|definition| text(definition, "channel") == channel);
    // JSON has no comments.
    let channel = channel.filter(|word| CHANNELS.contains(word) && same && language != Language::Json)?;
    Some(Rendered { text: format!("# clientlint: channel={channel}\n{}", rendered.text), ..rendered })
}

fn text<'a>(definition: &'a Map<String, Json>, key: &str) -> Option<&'a str> {
    definition.get(key).and_then(Json::as_str)
}

fn kind(definition: &Map<String, Json>) -> &str {
    text(definition, "kind").unwrap_or("client")
}

/// Whether a definition is of a provider and in a shape. What it does not say leaves it open, but it is a desired
/// state.
fn frame_fits(definition: &Map<String, Json>, provider: &Provider, shape: &Shape) -> bool {
    let delivery = text(definition, "delivery").unwrap_or(Delivery::DesiredState.name());
    !shape.only_by_name
        && delivery == shape.delivery.name()
        && text(definition, "provider").is_none_or(|id| id == provider.id)
        && text(definition, "shape").is_none_or(|id| id == shape.id)
}

/// A definition in the provider's words.
fn native(provider: &Provider, definition: &Map<String, Json>) -> Option<Map<String, Json>> {
    let places = provider.table.attributes.get(kind(definition))?;
    if kind(definition) == "client" {
        // Some tools take no client without a name.
        definition.get("client_name")?;
    }
    let mut object = Map::new();
    for (attribute, value) in definition {
        if FRAME.contains(&attribute.as_str()) || SEEN.contains(&attribute.as_str()) {
            continue;
        }
        if let Some(fields) = provider.table.written.get(kind(definition)).and_then(|all| all.get(attribute))
        {
            for field in value.as_array()?.iter().filter_map(Json::as_str) {
                fields.iter().any(|known| known == field).then_some(())?;
                put_at(&mut object, field, Json::from("client.example.com"))?;
            }
            continue;
        }
        let reduced = REDUCED.contains(&attribute.as_str())
            || (attribute == "scope" && kind(definition) == "resource-server");
        if reduced && !value.is_object() {
            return None;
        }
        let path = places.get(attribute)?.each().first()?;
        put_at(&mut object, path, provider.usual_word(attribute, value))?;
    }
    Some(object)
}

/// Definitions as one file of a shape, if that is what it is recognised as.
fn in_file(
    provider: &Provider,
    shape: &Shape,
    definitions: &[Map<String, Json>],
    language: Language,
) -> Option<Rendered> {
    let mut document = Map::new();
    for definition in definitions {
        let object = native(provider, definition)?;
        let has_all = |keys: &[String]| keys.iter().all(|key| object.contains_key(key));
        let at = shape.objects.iter().find(|at| at.kind == kind(definition) && has_all(&at.when.has))?;
        let plain = |key: &str| !key.is_empty() && !key.contains(['.', '*', '{', '[']);
        if at.at.is_empty() && definitions.len() == 1 && at.within.each().is_empty() {
            document = object;
        } else if let Some(key) = at.at.strip_suffix("[]").filter(|key| plain(key)) {
            let list = document.entry(key.to_owned()).or_insert_with(|| Json::Array(Vec::new()));
            list.as_array_mut()?.push(Json::Object(object));
        } else if plain(&at.at) && !document.contains_key(&at.at) {
            document.insert(at.at.clone(), Json::Object(object));
        } else {
            return None;
        }
    }
    let yaml = language == Language::Yaml;
    let ending = language.name();
    let path = match (shape.folders.first(), shape.names.iter().find(|name| !name.contains('*'))) {
        (Some(folder), _) => format!("{folder}/{}.{ending}", slug(&definitions[0], '-')),
        (None, Some(name)) => name.clone(),
        (None, None) if yaml => "tenant.yaml".to_owned(),
        (None, None) => format!("{}.{ending}", kind(&definitions[0])),
    };
    let text = if yaml {
        serde_yaml::to_string(&document).ok()?
    } else {
        serde_json::to_string_pretty(&document).ok()? + "\n"
    };
    let source = Source::new(FileId(0), path.as_str(), None, text);
    let parsed = formats::by_extension(ending)?.parse(&source);
    let found = recognise([provider], parsed.documents.first()?, ending, (&path, &source.text), None)?;
    let same = found.shape.id == shape.id && found.objects.len() == definitions.len();
    same.then_some(Rendered { path, text: source.text })
}

/// A name that files and resources can have.
fn slug(definition: &Map<String, Json>, joint: char) -> String {
    let name = ["client_name", "identifier"].iter().find_map(|key| text(definition, key)).unwrap_or("client");
    let name = name.strip_prefix("https://").unwrap_or(name);
    let plain: String = name
        .chars()
        .map(|character| if character.is_ascii_alphanumeric() { character.to_ascii_lowercase() } else { ' ' })
        .collect();
    let slug = plain.split_whitespace().collect::<Vec<_>>().join(&joint.to_string());
    if slug.starts_with(|character: char| character.is_ascii_alphabetic()) {
        slug
    } else {
        "client".to_owned()
    }
}
