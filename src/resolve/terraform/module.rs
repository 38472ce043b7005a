//! A directory of Terraform files as one module: its blocks by kind, still as they are written.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use rayon::prelude::*;

use super::TerraformFile;
use crate::formats::hcl;
use crate::source::{FileId, Place};
use crate::tree::{Entry, Node, Value};

/// What the files of one directory declare.
#[derive(Default)]
pub(super) struct Module<'a> {
    pub(super) directory: String,
    pub(super) variables: HashMap<&'a str, Variable<'a>>,
    pub(super) locals: HashMap<&'a str, &'a Node>,
    pub(super) outputs: HashMap<&'a str, &'a Node>,
    pub(super) resources: Vec<Block<'a>>,
    /// The first block of each kind and name.
    pub(super) by_name: HashMap<(&'a str, &'a str), usize>,
    pub(super) calls: Vec<(&'a str, &'a Node)>,
    /// The configurations of providers, each of the kind that the provider is called.
    pub(super) providers: Vec<Block<'a>>,
    /// Values for its variables that Terraform loads by itself, in ascending precedence.
    pub(super) values: Vec<(&'a str, &'a Node)>,
}

/// A variable's declaration. An override file may change single settings.
#[derive(Default)]
pub(super) struct Variable<'a> {
    pub(super) place: Option<Place>,
    pub(super) kind: Option<&'a Node>,
    pub(super) default: Option<&'a Node>,
    pub(super) nullable: Option<&'a Node>,
}

/// A resource's declaration, or a provider's configuration.
pub(super) struct Block<'a> {
    pub(super) kind: &'a str,
    pub(super) name: &'a str,
    pub(super) name_place: Place,
    pub(super) body: Cow<'a, Node>,
}

/// A file with its tree ready for evaluation: strings of JSON read as the templates that they are.
pub(super) struct Prepared<'a> {
    directory: &'a str,
    name: &'a str,
    root: Cow<'a, Node>,
}

/// Reads the strings of JSON files as templates.
pub(super) fn prepare<'a>(files: &[&'a TerraformFile<'a>]) -> Vec<Prepared<'a>> {
    let tofu = files.iter().map(|file| file.source.path.as_str());
    let tofu: HashSet<&str> =
        tofu.filter(|path| path.ends_with(".tofu") || path.ends_with(".tofu.json")).collect();
    let mut prepared: Vec<Prepared<'a>> = files
        .iter()
        .filter(|file| !is_hidden_by_tofu(file, &tofu))
        .filter_map(|file| {
            let root = file.parsed.documents.first()?;
            let name = file_name(file);
            let json = name.ends_with(".tf.json") || name.ends_with(".tofu.json");
            let root = if json { Cow::Owned(with_templates(root)) } else { Cow::Borrowed(root) };
            Some(Prepared { directory: &file.directory, name, root })
        })
        .collect();
    // Terraform reads a directory's files in the order of their names, overrides last.
    prepared.sort_by_cached_key(|file| (file.directory, is_override(file.name), file.name));
    prepared
}

/// The modules by directory.
pub(super) fn modules<'a>(files: &'a [Prepared<'a>]) -> BTreeMap<&'a str, Module<'a>> {
    let of_directory = |files: &&'a [Prepared<'a>]| (files[0].directory, Module::of(files));
    let directories: Vec<_> = files.chunk_by(|one, other| one.directory == other.directory).collect();
    directories.par_iter().map(of_directory).collect()
}

/// The values that a `.tfvars` file assigns.
pub(super) fn assignments<'a>(files: &'a [TerraformFile<'a>], path: &str) -> Vec<(&'a str, &'a Node)> {
    let file = files.iter().find(|file| file.source.path == path);
    let root = file.and_then(|file| file.parsed.documents.first());
    root.map(|root| root.entries().iter().map(|entry| (entry.key.as_str(), &entry.value)).collect())
        .unwrap_or_default()
}

/// Whether a file of values of that name is taken where nobody asks for it, in the directory of the configuration.
pub fn is_automatic(name: &str) -> bool {
    let name = name.trim_end_matches(".json");
    name == "terraform.tfvars" || name.ends_with(".auto.tfvars")
}

impl<'a> Module<'a> {
    /// The module of one directory's files.
    fn of(files: &'a [Prepared<'a>]) -> Self {
        let mut module = Self::default();
        for file in files {
            file.directory.clone_into(&mut module.directory);
            if file.name.contains(".tfvars") {
                module.add_values(file);
            } else {
                module.add(&file.root, is_override(file.name));
            }
        }
        let automatic = files.iter().filter(|file| !file.name.starts_with("terraform.tfvars"));
        let automatic: HashSet<FileId> = automatic.map(|file| file.root.place.file).collect();
        // `terraform.tfvars` comes first: the automatic ones, already in the order of their names, win over it.
        module.values.sort_by_key(|(_, node)| automatic.contains(&node.place.file));
        module
    }

    fn add_values(&mut self, file: &'a Prepared<'a>) {
        if is_automatic(file.name) {
            self.values.extend(file.root.entries().iter().map(|entry| (entry.key.as_str(), &entry.value)));
        }
    }

    fn add(&mut self, root: &'a Node, overriding: bool) {
        for entry in root.entries() {
            for body in bodies(&entry.value) {
                match entry.key.as_str() {
                    "variable" => each_label(body, |label, body| self.add_variable(label, body)),
                    "locals" => {
                        self.locals.extend(real(body).map(|entry| (entry.key.as_str(), &entry.value)));
                    }
                    "output" => each_label(body, |label, body| {
                        self.outputs.insert(&label.key, body);
                    }),
                    "module" => each_label(body, |label, body| {
                        self.calls.push((&label.key, body));
                    }),
                    "provider" => each_label(body, |label, body| {
                        let (kind, name_place) = (label.key.as_str(), label.key_place);
                        self.providers.push(Block { kind, name: "", name_place, body: Cow::Borrowed(body) });
                    }),
                    "resource" => each_label(body, |kind, names| {
                        each_label(names, |name, body| self.add_resource(kind, name, body, overriding));
                    }),
                    _ => {}
                }
            }
        }
    }

    fn add_variable(&mut self, label: &'a Entry, body: &'a Node) {
        let variable = self.variables.entry(&label.key).or_default();
        variable.place.get_or_insert(label.key_place);
        variable.kind = body.get("type").or(variable.kind);
        variable.default = body.get("default").or(variable.default);
        variable.nullable = body.get("nullable").or(variable.nullable);
    }

    fn add_resource(&mut self, kind: &'a Entry, name: &'a Entry, body: &'a Node, overriding: bool) {
        let (kind, name_place, name) = (kind.key.as_str(), name.key_place, name.key.as_str());
        let before = self.by_name.get(&(kind, name)).copied();
        if overriding && let Some(block) = before.and_then(|at| self.resources.get_mut(at)) {
            block.body = Cow::Owned(merged(&block.body, body));
            return;
        }
        self.by_name.entry((kind, name)).or_insert(self.resources.len());
        self.resources.push(Block { kind, name, name_place, body: Cow::Borrowed(body) });
    }
}

/// A block whose arguments and nested blocks are replaced by those of an override.
fn merged(base: &Node, changes: &Node) -> Node {
    let kept = base.entries().iter().filter(|entry| changes.entry(&entry.key).is_none());
    let entries = kept.chain(changes.entries()).cloned().collect();
    Node { place: base.place, value: Value::Map(entries), supplied: None }
}

/// A block's body, or each of its bodies where JSON gives a list of them.
pub(super) fn bodies(node: &Node) -> impl Iterator<Item = &Node> {
    let alone = (!matches!(node.value, Value::List(_))).then_some(node);
    alone.into_iter().chain(node.items())
}

fn each_label<'a>(node: &'a Node, mut add: impl FnMut(&'a Entry, &'a Node)) {
    for label in real(node) {
        for body in bodies(&label.value) {
            add(label, body);
        }
    }
}

/// Entries but for JSON's comments.
fn real(node: &Node) -> impl Iterator<Item = &Entry> {
    node.entries().iter().filter(|entry| entry.key != "//")
}

fn with_templates(node: &Node) -> Node {
    let value = match &node.value {
        Value::Text(text) => return hcl::template_in_json(text, node.place),
        Value::List(items) => Value::List(items.iter().map(with_templates).collect()),
        Value::Map(entries) => Value::Map(
            entries
                .iter()
                .filter(|entry| entry.key != "//")
                .map(|entry| Entry {
                    key: entry.key.clone(),
                    key_place: entry.key_place,
                    // A variable's default and type are plain text also in JSON.
                    value: match entry.key.as_str() {
                        "variable" => entry.value.clone(),
                        _ => with_templates(&entry.value),
                    },
                })
                .collect(),
        ),
        other => other.clone(),
    };
    Node { place: node.place, value, supplied: None }
}

fn file_name<'a>(file: &TerraformFile<'a>) -> &'a str {
    file.source.path.rsplit('/').next().unwrap_or("")
}

fn is_override(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or("");
    stem == "override" || stem.ends_with("_override")
}

/// OpenTofu leaves `a.tf` aside where there is an `a.tofu`.
fn is_hidden_by_tofu(file: &TerraformFile<'_>, tofu: &HashSet<&str>) -> bool {
    if tofu.is_empty() {
        return false;
    }
    let path = &file.source.path;
    let twin = match (path.strip_suffix(".tf"), path.strip_suffix(".tf.json")) {
        (Some(stem), _) => format!("{stem}.tofu"),
        (_, Some(stem)) => format!("{stem}.tofu.json"),
        _ => return false,
    };
    tofu.contains(twin.as_str())
}
