//! The environments into which a project is deployed: which mapping files fill in its markers, under which name, and
//! what the project is for each.

use std::path::PathBuf;
use std::sync::Arc;

use super::Job;
use super::judge::Variant;
use crate::config::{Config, Mappings};
use crate::formats::Parsed;
use crate::infer::Environment;
use crate::project::{self, Definitions, Document};
use crate::resolve;
use crate::resolve::keywords::{self, Mapping};
use crate::source::Source;
use crate::vocabulary::Attribute;

/// A configuration file of the Deploy CLI that holds mappings.
#[derive(Clone)]
pub(super) struct MappingFile<'a> {
    /// Its text.
    pub(super) source: &'a Source,
    /// What it was read as.
    pub(super) parsed: Arc<Parsed>,
    mapping: Arc<Mapping>,
}

/// The mapping files of a run: those that are called like one, and those that somebody names.
pub(super) fn mapping_files<'a>(projects: &[Vec<Document<'a>>], job: &Job<'_>) -> Vec<MappingFile<'a>> {
    let documents = projects.iter().flatten().filter(|document| document.format.name() == "json");
    documents
        .filter(|document| {
            let source = document.source;
            let named = || {
                let config = (job.config)(source.file.as_deref());
                let mut files = config.mappings().iter().flat_map(|mappings| &mappings.files);
                files.any(|file| source.file.as_ref() == Some(file))
            };
            memchr::memmem::find(source.text.as_bytes(), keywords::KEY.as_bytes()).is_some()
                && (project::may_hold_mappings(&source.path) || named())
        })
        .filter(|document| !document.parsed.is_broken())
        .filter_map(|document| {
            let mapping = Mapping::of(document.parsed.documents.first()?)?;
            let parsed = document.parsed.clone();
            Some(MappingFile { source: document.source, parsed, mapping: Arc::new(mapping) })
        })
        .collect()
}

/// An environment with the files that fill in its markers.
struct Place<'a> {
    environment: Environment,
    files: Vec<&'a MappingFile<'a>>,
}

/// What a project is in each environment into which it is deployed; nothing where its markers are not filled in.
/// `written` is what it defines as it stands.
pub(super) fn variants<'a>(
    documents: &[Document<'a>],
    written: &Definitions,
    config: &Config,
    files: &[MappingFile<'a>],
) -> Vec<Variant<'a>> {
    let Some(first) = documents.first() else { return Vec::new() };
    let stacks = if written.definitions.is_empty() { Vec::new() } else { stacks(documents, config) };
    if !stacks.is_empty() {
        return stacks;
    }
    let is_mapping = |document: &Document<'_>| files.iter().any(|file| file.source.id == document.source.id);
    if files.is_empty() || project::is_terraform(&first.source.path) || documents.iter().all(is_mapping) {
        return Vec::new();
    }
    let marked = documents.iter().any(|document| project::holds_marker(&document.source.text));
    let of_tool = || {
        written.definitions.iter().any(|definition| {
            definition
                .text(Attribute::SHAPE)
                .is_some_and(|shape| shape == "deploy-yaml" || shape == "deploy-json")
        })
    };
    let mut places = if !config.mappings().is_empty() {
        if !marked && !of_tool() {
            return Vec::new();
        }
        declared(first.source, config, files)
    } else if marked {
        nearest(&first.source.path, config, files)
    } else {
        Vec::new()
    };
    places.sort_by(|a, b| a.environment.name.cmp(&b.environment.name));
    places.into_iter().map(|place| variant(documents, config, place)).collect()
}

/// What a Pulumi program is in each of its stacks, where it has several.
fn stacks<'a>(documents: &[Document<'a>], config: &Config) -> Vec<Variant<'a>> {
    let stack = |document: &Document<'_>| resolve::stack_of(&document.source.path).map(str::to_owned);
    let mut names: Vec<String> = documents.iter().filter_map(stack).collect();
    names.sort();
    if names.len() < 2 {
        return Vec::new();
    }
    let variant = |name: String| {
        let of_stack = |document: &&Document<'a>| stack(document).is_none_or(|other| other == name);
        let documents: Vec<Document<'a>> = documents.iter().filter(of_stack).map(copy).collect();
        let path = documents.iter().find(|document| stack(document).is_some())?.source.path.clone();
        let because = path.rsplit('/').next().unwrap_or(&path).to_owned();
        let production = config.is_production(&name).or(by_name(&name));
        let samples = Arc::default();
        let environment = Environment { name: name.clone(), named: true, production, because, samples };
        let definitions = project::definitions(&documents, config, Some(&environment), &mut |_| Vec::new());
        Some(Variant { name, path, documents, definitions })
    };
    names.into_iter().filter_map(variant).collect()
}

fn copy<'a>(document: &Document<'a>) -> Document<'a> {
    let Document { source, format, parsed, kind } = document;
    Document { source, format: *format, parsed: parsed.clone(), kind: kind.clone() }
}

/// Whether an environment of a name is production, where the name tells.
fn by_name(name: &str) -> Option<bool> {
    let starts = |words: &[&str]| words.iter().any(|word| name.to_lowercase().starts_with(word));
    if starts(&["prod", "live", "prd"]) {
        Some(true)
    } else if starts(&["dev", "local", "test"]) {
        Some(false)
    } else {
        None
    }
}

/// The environments that the configuration or the command line declares.
fn declared<'a>(source: &Source, config: &Config, files: &'a [MappingFile<'a>]) -> Vec<Place<'a>> {
    let at = |path: &PathBuf| files.iter().find(|file| file.source.file.as_ref() == Some(path));
    let place = |mappings: &Mappings| {
        let files: Vec<&'a MappingFile<'a>> = mappings.files.iter().filter_map(at).collect();
        let environment = match &mappings.environment {
            Some(name) if !config.is_for(name, source.file.as_deref()) => return None,
            Some(name) => of_configuration(name, config),
            None => of_file(&files.first()?.source.path, config),
        };
        (!files.is_empty()).then_some(Place { environment, files })
    };
    config.mappings().iter().filter_map(place).collect()
}

/// The environments of the mapping files that lie nearest to a project: beside it, else above it. Where the project's
/// own path names one of them, it is deployed into that one alone.
fn nearest<'a>(path: &str, config: &Config, files: &'a [MappingFile<'a>]) -> Vec<Place<'a>> {
    let root = project::folder(path);
    let mut above = Some(root);
    while let Some(folder) = above {
        let here: Vec<&'a MappingFile<'a>> =
            files.iter().filter(|file| project::mapping_folder(&file.source.path) == folder).collect();
        if here.is_empty() {
            above = (!folder.is_empty()).then(|| folder.rsplit_once('/').map_or("", |(above, _)| above));
            continue;
        }
        let place = |file: &'a MappingFile<'a>| Place {
            environment: of_file(&file.source.path, config),
            files: vec![file],
        };
        let all: Vec<Place<'_>> = here.into_iter().map(place).collect();
        let words: Vec<String> = words(path.get(folder.len()..).unwrap_or(path));
        let means = |place: &Place<'_>| {
            words.iter().any(|word| place.environment.named && is_same(word, &place.environment.name))
        };
        let own = all.iter().any(means);
        return all.into_iter().filter(|place| !own || means(place)).collect();
    }
    Vec::new()
}

/// The words of the folders and of the file's name without its ending.
fn words(path: &str) -> Vec<String> {
    let path = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    path.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// Whether two words mean one environment: `prod` and `production`.
fn is_same(word: &str, name: &str) -> bool {
    const SHORTEST: usize = 3;
    let name = name.to_lowercase();
    let short = word.len().min(name.len());
    word == name || (short >= SHORTEST && (word.starts_with(&name) || name.starts_with(word)))
}

fn of_configuration(name: &str, config: &Config) -> Environment {
    let production = config.is_production(name);
    let because = "clientlint.toml".to_owned();
    Environment { name: name.to_owned(), named: true, production, because, samples: Arc::default() }
}

/// The environment of a mapping file: `config-prod.json`, `config.prod.json`, `prod-config.json`, `config/prod.json`.
fn of_file(path: &str, config: &Config) -> Environment {
    let file = path.rsplit('/').next().unwrap_or(path);
    let stem = file.split(".json").next().unwrap_or(file);
    const TELL_NOTHING: &[&str] = &["config", "configuration", "auth0", "a0deploy", "deploy", "mappings"];
    let parts: Vec<&str> = stem
        .split(['-', '.', '_'])
        .filter(|part| !part.is_empty() && !TELL_NOTHING.contains(&part.to_lowercase().as_str()))
        .collect();
    let named = !parts.is_empty();
    let name = if named { parts.join("-") } else { stem.to_owned() };
    let by_name = if named { by_name(&name) } else { None };
    let production = config.is_production(&name).or(by_name);
    Environment { name, named, production, because: file.to_owned(), samples: Arc::default() }
}

/// A project as it is deployed into an environment.
fn variant<'a>(documents: &[Document<'a>], config: &Config, mut place: Place<'_>) -> Variant<'a> {
    let mut mapping = Mapping::default();
    place.files.iter().for_each(|file| mapping.extend(&file.mapping));
    place.environment.samples = Arc::new(mapping.samples().clone());
    let documents: Vec<Document<'a>> = documents
        .iter()
        .map(|document| {
            let parsed = match keywords::render(document.source, &mapping) {
                Some(rendered) => {
                    let Source { id, path, file, .. } = document.source;
                    let text = Source::new(*id, path.clone(), file.clone(), rendered.text.clone());
                    Arc::new(rendered.take_back(document.source, document.format.parse(&text)))
                }
                None => document.parsed.clone(),
            };
            Document { source: document.source, format: document.format, parsed, kind: document.kind.clone() }
        })
        .collect();
    let definitions = project::definitions(&documents, config, Some(&place.environment), &mut |_| Vec::new());
    let paths: Vec<&str> = place.files.iter().map(|file| file.source.path.as_str()).collect();
    Variant { name: place.environment.name, path: paths.join(", "), documents, definitions }
}
