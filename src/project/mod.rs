//! Which files belong together, and the definitions that they hold together.

mod define;
mod exclusions;
mod outdated;
mod terraform;

pub use self::define::{Known, Made, Setting, Spot};
use self::define::{define, of_document, surroundings};
pub use exclusions::{leaves_out, may_leave_out, may_name_others};
pub use terraform::{declared, form, takes_values};

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use memchr::memmem;
use rayon::prelude::*;

use crate::config::Config;
use crate::discover::{Content, Input, Probe};
pub use crate::formats::holds_marker;
use crate::formats::{self, Format, Parsed};
use crate::infer::Environment;
use crate::providers::{Recognised, join_documents, recognise};
use crate::resolve::{self, keywords};
use crate::source::{FileId, Source, Span};
use crate::tree::{Node, Value};
use crate::{client::Definition, link};

/// A document of a project, read.
pub struct Document<'a> {
    /// Its text.
    pub source: &'a Source,
    /// Its syntax.
    pub format: &'static dyn Format,
    /// What it was read as.
    pub parsed: Arc<Parsed>,
    /// The shape that the user names for it.
    pub kind: Option<Arc<str>>,
}

/// The definitions of a project, and which of its files hold some.
#[derive(Default)]
pub struct Definitions {
    /// The definitions, in order of files and writing.
    pub definitions: Vec<Definition>,
    /// Files in which a definition was recognised.
    pub recognised: Vec<FileId>,
    /// What stopped the evaluation of what was read.
    pub problems: Vec<crate::problem::Problem>,
    /// Files on disk that expressions read.
    pub read: Vec<std::path::PathBuf>,
    /// What the first of the definitions were made of, where somebody else could make them of the same.
    pub made: Option<Made>,
}

/// A key by which files are put together: those with the same key are one project.
///
/// A Terraform directory with all its files is one, and so are the root of a Deploy CLI directory, a Pulumi program
/// with its stacks, and the manifests for Kubernetes in a folder; any other file is a project of its own.
pub fn key(path: &str, documents: &[Node]) -> String {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    if is_terraform(name) {
        return format!("terraform:{folder}");
    }
    if is_pulumi(name) {
        return format!("pulumi:{folder}");
    }
    if documents.iter().any(is_manifest) {
        return format!("manifests:{folder}");
    }
    let (above, last) = folder.rsplit_once('/').unwrap_or(("", folder));
    if name.ends_with(".json") {
        if DEPLOY_FOLDERS.contains(&last) {
            return format!("deploy:{above}");
        }
        if let Some((root, "database-connections")) = above.rsplit_once('/').or(Some(("", above))) {
            return format!("deploy:{root}");
        }
        if name == "tenant.json" {
            return format!("deploy:{folder}");
        }
    }
    format!("file:{path}")
}

/// The folder of the project to which a file belongs that is none of Terraform's: the root of a Deploy CLI directory,
/// else the file's own folder.
pub fn folder(path: &str) -> &str {
    let (folder, _) = path.rsplit_once('/').unwrap_or(("", path));
    let above = |folder: &'_ str| folder.rfind('/').map_or(0, |at| at);
    match key(path, &[]).strip_prefix("deploy:") {
        Some(root) if root.len() < folder.len() => {
            let mut folder = folder;
            while folder.len() > root.len() {
                folder = &folder[..above(folder)];
            }
            folder
        }
        _ => folder,
    }
}

/// Whether a file may hold mappings of the Deploy CLI, by its path: `config*.json`, `*config.json`, `config/*.json`.
pub fn may_hold_mappings(path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let Some(stem) = name.strip_suffix(".json") else { return false };
    let last = folder.rsplit('/').next().unwrap_or(folder);
    stem.as_bytes().windows(6).any(|part| part.eq_ignore_ascii_case(b"config"))
        || MAPPING_FOLDERS.contains(&last)
}

/// The key that a mapping file has.
pub const MAPPINGS: &str = keywords::KEY;

/// Folders in which people keep a mapping file for each environment.
pub const MAPPING_FOLDERS: &[&str] = &["config", "configs"];

/// The folder beside or below which a project uses a mapping file.
pub fn mapping_folder(path: &str) -> &str {
    let (folder, _) = path.rsplit_once('/').unwrap_or(("", path));
    let (above, last) = folder.rsplit_once('/').unwrap_or(("", folder));
    if MAPPING_FOLDERS.contains(&last) { above } else { folder }
}

/// Folders of the Deploy CLI's directory format whose files say something of clients.
pub const DEPLOY_FOLDERS: &[&str] =
    &["clients", "grants", "resource-servers", "connections", "actions", "triggers"];

/// The folder in which the scripts of a file's project lie, if the file says that there are some.
pub fn scripts(path: &std::path::Path, text: &str) -> Option<std::path::PathBuf> {
    let ending = path.extension()?;
    let folder = path.parent()?;
    if ending == "json" && folder.file_name()? == "actions" {
        return Some(folder.to_path_buf());
    }
    let speaks = || text.starts_with("actions:") || holds(text, "\nactions:");
    ((ending == "yaml" || ending == "yml") && speaks()).then(|| folder.join("actions"))
}

/// Whether a file is one of Terraform's or Terragrunt's, by its name. The locks of Terraform define nothing.
pub fn is_terraform(name: &str) -> bool {
    const ENDINGS: &[&str] = &[".tf", ".tofu", ".tf.json", ".tofu.json", ".tfvars", ".tfvars.json", ".hcl"];
    ENDINGS.iter().any(|ending| name.ends_with(ending)) && !name.ends_with(".lock.hcl")
}

/// Whether a file is a Pulumi program, or the configuration of one of its stacks, by its name.
fn is_pulumi(name: &str) -> bool {
    let named = name == "Main.yaml" || name.starts_with("Pulumi.");
    named && (name.ends_with(".yaml") || name.ends_with(".yml"))
}

/// Whether a document is a manifest for Kubernetes.
fn is_manifest(document: &Node) -> bool {
    let text = |key: &str| document.get(key).and_then(Node::text);
    text("kind").is_some() && text("apiVersion").is_some()
}

/// What stands in a manifest of the clients' own.
const MANIFEST: &[&str] = &["auth0.", "Auth0Client", "client.crossplane.io"];

/// The files on disk that belong to the project of a file: folders relative to the file's, and which names in them.
pub fn companions(input: &Input) -> Vec<(std::path::PathBuf, fn(&str) -> bool)> {
    let path = input.path.as_path();
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let Some(folder) = path.parent() else { return Vec::new() };
    if is_terraform(&name) {
        return vec![(folder.to_path_buf(), is_terraform)];
    }
    if is_pulumi(&name) {
        return vec![(folder.to_path_buf(), is_pulumi)];
    }
    if let Content::Text(text) = &input.content
        && holds(text, "apiVersion")
        && MANIFEST.iter().any(|word| holds(text, word))
    {
        return vec![(folder.to_path_buf(), |name| name.ends_with(".yaml") || name.ends_with(".yml"))];
    }
    let is_json = |name: &str| name.ends_with(".json");
    let in_deploy_folder =
        folder.file_name().is_some_and(|last| DEPLOY_FOLDERS.iter().any(|known| last == *known));
    match folder.parent().filter(|_| in_deploy_folder && is_json(&name)) {
        Some(root) => {
            let mut all: Vec<(std::path::PathBuf, fn(&str) -> bool)> = DEPLOY_FOLDERS
                .iter()
                .map(|folder| (root.join(folder), is_json as fn(&str) -> bool))
                .collect();
            all.push((root.to_path_buf(), |name| name == "tenant.json"));
            all
        }
        None => Vec::new(),
    }
}

/// The files that may be plans or states of Terraform.
pub fn snapshots(inputs: &[Input]) -> impl Iterator<Item = &Input> {
    let words = ["\"resource_changes\"", "\"root_module\"", "\"terraform_version\""].map(memmem::Finder::new);
    inputs.iter().filter(move |input| match &input.content {
        Content::Text(text) if text.starts_with('{') => {
            words.iter().any(|word| word.find(text.as_bytes()).is_some())
        }
        _ => false,
    })
}

/// What stands in a Terraform file that calls modules.
pub const MODULE: &str = "module \"";

/// Drops Terraform files that only call modules, none of which is among the other files. `words` are those of which
/// one stands in every file that defines something; what is `named` stays.
pub fn drop_strangers(
    inputs: &mut Vec<Input>,
    words: &[&str],
    named: &(dyn Fn(&std::path::Path) -> bool + Sync),
) {
    if !inputs.iter().any(|input| is_terraform(file_name(&input.shown))) {
        return;
    }
    let Some(words) = Probe::new(words) else { return };
    let defines = |input: &Input| match &input.content {
        Content::Text(text) if is_terraform(file_name(&input.shown)) => {
            words.stands_in(text) || named(&input.path)
        }
        _ => true,
    };
    let mut kept: Vec<bool> = inputs.par_iter().map(defines).collect();
    // A caller may be called itself, by a module that only calls.
    for _ in 0..4 {
        if kept.iter().all(|kept| *kept) {
            return;
        }
        fn folder(input: &Input) -> Option<&str> {
            input.path.parent()?.file_name()?.to_str()
        }
        let of_terraform =
            inputs.iter().zip(&kept).filter(|(input, kept)| **kept && is_terraform(&input.shown));
        let folders: BTreeSet<&str> = of_terraform.filter_map(|(input, _)| folder(input)).collect();
        let Some(folders) = Probe::new(&Vec::from_iter(folders)) else { break };
        let calls = |input: &Input| matches!(&input.content, Content::Text(text) if folders.stands_in(text));
        let next: Vec<bool> =
            inputs.par_iter().zip(&kept).map(|(input, kept)| *kept || calls(input)).collect();
        if next == kept {
            break;
        }
        kept = next;
    }
    let mut kept = kept.into_iter();
    inputs.retain(|_| kept.next() == Some(true));
}

/// The syntax of a file, by its name.
pub fn format_of(path: &str) -> Option<&'static dyn Format> {
    let name = file_name(path);
    // `.env.local` is one more `.env`.
    let name = name.strip_suffix(".backup").filter(|name| name.ends_with(".tfstate")).unwrap_or(name);
    let ending = if name.starts_with(".env") { "env" } else { name.rsplit_once('.')?.1 };
    formats::by_extension(ending)
}

impl Document<'_> {
    /// Whether it is a template of Helm or the like even where it can be read: `name: {{ .Values.name }}` is a map of
    /// maps to YAML.
    pub fn is_template(&self) -> bool {
        const SIGNS: &[&str] =
            &["{{ .", "{{.", "{{- .", "{{ $", "{{ include ", "{{- include ", "{{- if ", "{{- range "];
        let path = &self.source.path;
        let text = &self.source.text;
        let in_chart = path.starts_with("templates/") || path.contains("/templates/");
        !is_terraform(file_name(path))
            && text.contains("{{")
            && (in_chart || SIGNS.iter().any(|sign| text.contains(sign)) && !self.holds_templates())
    }

    /// Whether braces stand in texts of several lines alone: a manifest that hands a template to somebody else.
    fn holds_templates(&self) -> bool {
        fn texts(node: &Node, found: &mut Vec<Span>) {
            match &node.value {
                Value::Text(text) if text.contains('\n') && text.contains("{{") => {
                    found.push(node.place.span)
                }
                Value::List(items) => items.iter().for_each(|item| texts(item, found)),
                Value::Map(entries) => entries.iter().for_each(|entry| texts(&entry.value, found)),
                _ => {}
            }
        }
        let mut spans = Vec::new();
        if self.parsed.problems.is_empty() {
            self.parsed.documents.iter().for_each(|document| texts(document, &mut spans));
        }
        let inside =
            |at: usize| spans.iter().any(|span| (span.start as usize..span.end as usize).contains(&at));
        !spans.is_empty() && self.source.text.match_indices("{{").all(|(at, _)| inside(at))
    }
}

/// What tables call the syntax of what stands in a document as text.
const EMBEDDED: &str = "embedded";

/// The definitions that the documents of a project hold, with all that follows for them. `environment` is the one into
/// which they are deployed, where their markers were filled in for one. What is `known` is not made again.
pub fn definitions(
    documents: &[Document<'_>],
    config: &Config,
    environment: Option<&Environment>,
    known: &mut Known<'_>,
) -> Definitions {
    let mut all = Definitions::default();
    let evaluated =
        resolve::documents(documents.iter().map(|document| (document.source, &*document.parsed.documents)));
    let embedded: HashMap<FileId, Vec<Node>> = documents
        .par_iter()
        .map(|document| (document.source.id, embedded(document, config)))
        .filter(|(_, maps)| !maps.is_empty())
        .collect();
    let mut read: Vec<(&Document<'_>, Vec<Recognised<'_>>)> = documents
        .par_iter()
        .filter(|document| form(document).is_none() && !document.is_template())
        .map(|document| {
            let nodes = evaluated.get(&document.source.id).unwrap_or(&document.parsed.documents);
            // Resources are found when they are evaluated.
            let syntax = if is_terraform(file_name(&document.source.path)) {
                terraform::written_as(document, documents, config)
            } else {
                document.format.name()
            };
            let mut found = recognised(document, nodes, syntax, config);
            let maps = embedded.get(&document.source.id).into_iter().flatten();
            found.extend(maps.filter_map(|map| recognised_in(document, map, EMBEDDED, config)));
            (document, found)
        })
        .collect();
    join_documents(&mut read.iter_mut().flat_map(|(_, found)| found).collect::<Vec<_>>());
    let is_plain =
        documents.len() == 1 && embedded.is_empty() && evaluated.is_empty() && environment.is_none();
    let made = match read.as_slice() {
        // What follows in a file of Terraform is made of more than its text.
        [(document, found)] if is_plain && !is_terraform(file_name(&document.source.path)) => {
            Made::of(document, found, config)
        }
        _ => None,
    };
    let known = made.as_ref().map_or_else(Vec::new, known);
    let of_documents: Vec<(FileId, Vec<Definition>)> = match read.as_slice() {
        [(document, found)] => {
            vec![(document.source.id, of_document(document, found, config, environment, known))]
        }
        _ => read
            .into_par_iter()
            .map(|(document, found)| {
                (document.source.id, of_document(document, &found, config, environment, Vec::new()))
            })
            .collect(),
    };
    for (file, definitions) in of_documents.into_iter().filter(|(_, definitions)| !definitions.is_empty()) {
        all.recognised.push(file);
        all.definitions.extend(definitions);
    }
    all.made = made;
    terraform::add(documents, config, &mut all);
    all.definitions.iter_mut().for_each(|definition| definition.facts.seal());
    link::link(&mut all.definitions);
    all
}

/// What is recognised in a document, taken for one in a syntax.
pub fn recognised<'a>(
    document: &'a Document<'_>,
    nodes: &'a [Node],
    syntax: &str,
    config: &'a Config,
) -> Vec<Recognised<'a>> {
    nodes.iter().filter_map(|node| recognised_in(document, node, syntax, config)).collect()
}

/// The same for one of its maps.
fn recognised_in<'a>(
    document: &'a Document<'_>,
    node: &'a Node,
    syntax: &str,
    config: &'a Config,
) -> Option<Recognised<'a>> {
    let providers = config.providers_of(document.source.file.as_deref());
    let (path, text) = (&document.source.path, &document.source.text);
    recognise(providers, node, syntax, (path, text), document.kind.as_deref())
}

/// The maps that stand in a document as text, and in which something is recognised.
fn embedded(document: &Document<'_>, config: &Config) -> Vec<Node> {
    if document.format.name() != formats::YAML.name() || document.kind.is_some() {
        return Vec::new();
    }
    let providers = config.providers_of(document.source.file.as_deref());
    let shapes = providers.flat_map(|provider| &provider.table.shapes);
    let shapes = shapes.filter(|shape| shape.syntax.iter().any(|syntax| syntax == EMBEDDED));
    let words: Vec<&String> = shapes.flat_map(|shape| &shape.mentions).collect();
    let wanted = |text: &str| words.iter().any(|word| holds(text, word));
    if !wanted(&document.source.text) {
        return Vec::new();
    }
    let mut maps = formats::embedded(document.source, &document.parsed.documents, &wanted);
    maps.retain(|map| recognised_in(document, map, EMBEDDED, config).is_some());
    maps
}

/// Whether a word stands in a text, which may be a large one.
fn holds(text: &str, word: &str) -> bool {
    memmem::find(text.as_bytes(), word.as_bytes()).is_some()
}

fn file_name(path: &str) -> &str {
    // Names are short: to look for the slash in one stride takes longer.
    path.bytes().rposition(|byte| byte == b'/').map_or(path, |at| &path[at + 1..])
}
