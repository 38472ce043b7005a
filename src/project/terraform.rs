//! The definitions of a project's Terraform files, plans and states.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;

use super::outdated::Outdated;
use super::{Definitions, Document, define, file_name, is_terraform, of_document, recognised, surroundings};
use crate::client::{Basis, Datum, Definition, Fact};
use crate::config::{Config, Given};
use crate::discover;
use crate::infer::Surroundings;
use crate::problem::{Code, Problem};
use crate::providers::{
    self, CONFIGURATION, Found, PLAN, Provider, Resource, STATE, join_resources, recognise_resource,
};
use crate::resolve::terraform::{self, Form, Snapshot, TerraformFile};
use crate::source::{FileId, Place};
use crate::tree::{Entry, Node, Value};
use crate::vocabulary::{Attribute, Kind};

/// Whether a document is a plan or a state, and which.
pub fn form(document: &Document<'_>) -> Option<Form> {
    if document.format.name() != "json" || is_terraform(file_name(&document.source.path)) {
        return None;
    }
    let form = document.parsed.documents.first().and_then(terraform::form)?;
    let shape = if form == Form::Plan { PLAN } else { STATE };
    document.kind.as_deref().is_none_or(|kind| kind == shape).then_some(form)
}

/// Adds the resources of the project's Terraform files, plans and states.
pub(super) fn add(documents: &[Document<'_>], config: &Config, all: &mut Definitions) {
    let files: Vec<TerraformFile<'_>> = documents
        .iter()
        .filter(|document| is_terraform(file_name(&document.source.path)))
        .map(|document| TerraformFile {
            source: document.source,
            directory: folder(&document.source.path).to_owned(),
            parsed: &document.parsed,
        })
        .collect();
    let forms: Vec<(&Document<'_>, Form)> =
        documents.iter().filter_map(|document| Some((document, form(document)?))).collect();
    if files.is_empty() && forms.is_empty() {
        return;
    }
    let words = Words::new(config);
    let wanted = |kind: &str| words.kind_of(CONFIGURATION, kind).is_some() || words.is_part(kind);
    let around: BTreeMap<FileId, (Surroundings, bool)> = documents
        .iter()
        .map(|document| (document.source.id, (surroundings(document, config), document.parsed.is_broken())))
        .collect();
    let reader = OnDisk { documents, max_size: config.max_size, read: Mutex::default() };
    let evaluated = terraform::resources(&files, &inputs(documents, config), &wanted, &reader);
    all.problems.extend(evaluated.problems);
    let handed = evaluated.handed;
    all.read.extend(reader.read.into_inner().unwrap_or_else(PoisonError::into_inner));
    let mut snapshots = Vec::new();
    let directories = if forms.is_empty() { BTreeMap::new() } else { declared(documents.iter()) };
    for (document, form) in &forms {
        let path = &document.source.path;
        let tree = document.parsed.documents.first();
        let root = tree.and_then(|tree| terraform::root_of(path, tree, &directories));
        let root = root.unwrap_or_else(|| folder(path).to_owned());
        if let Some(snapshot) = snapshot(document, *form, root, &words, all) {
            snapshots.push(snapshot);
        }
    }
    let mut found: Vec<terraform::Resource> = terraform::complete(evaluated.resources, snapshots);
    let groups = by_environment(&mut found);
    let mut resources: Vec<Resource> = found.iter_mut().map(to_join).collect();
    let mut realms: Vec<usize> = Vec::with_capacity(found.len());
    for (number, group) in groups.into_iter().enumerate() {
        realms.resize(group.end, number + 1);
        let own = resources.get_mut(group).unwrap_or_default();
        words.joins.iter().for_each(|join| join_resources(join, own));
    }
    let forms: BTreeMap<FileId, Form> =
        forms.iter().map(|(document, form)| (document.source.id, *form)).collect();
    let without_twin = terraform::ruling_out(&files, &TWIN);
    // Where a resource and its credentials are declared.
    let has_twin = |resource: &terraform::Resource, credentials: FileId| {
        let beside = files.iter().find(|file| file.source.id == credentials).map(|file| &file.directory);
        let mut concerned = [Some(&resource.root), Some(&resource.directory), beside].into_iter().flatten();
        !concerned.any(|directory| without_twin.contains(directory.as_str()))
    };
    let outdated = Outdated::new(&files, config);
    let of_resource = |(resource, (origin, realm)): (Resource, (&terraform::Resource, &usize))| {
        let form = forms.get(&origin.place.file);
        let shape = match form {
            None => CONFIGURATION,
            Some(Form::Plan) => PLAN,
            Some(Form::State | Form::OldState) => STATE,
        };
        let (provider, shape, kind) = words.kind_of(shape, &resource.kind)?;
        let key = Some(resource.address.clone());
        let partial = shape.partial_resources.contains(&resource.kind);
        let found = Found { provider, shape, kind, node: &resource.body, place: origin.place, key, partial };
        let (surroundings, broken) = around.get(&origin.place.file)?;
        let existing = form.is_some() && origin.existing;
        let mut definition = define(&found, config, surroundings, *broken || origin.partial, existing);
        let stored = resource.body.entry(STORED).filter(|entry| !matches!(entry.value.value, Value::Null));
        if let Some(entry) = stored.filter(|_| kind == Kind::Client && form.is_none())
            && has_twin(origin, entry.key_place.file)
        {
            stored_secret(&mut definition, entry);
        }
        // Mostly a provider is told by its environment how it logs in, and its configuration says nothing.
        if kind == Kind::DeployConfig && !definition.facts.contains_key(&Attribute::SECRETS) {
            return None;
        }
        outdated.settle(&mut definition, origin);
        definition.realm = *realm;
        definition.perhaps = origin.perhaps;
        tenant(&mut definition, origin);
        definition.completed_by = origin.snapshot.filter(|file| *file != origin.place.file);
        Some(definition)
    };
    all.recognised
        .extend(found.iter().flat_map(|origin| [Some(origin.place.file), origin.snapshot]).flatten());
    // Each resource is given back where it was looked at: that is work, too.
    let resources = resources.into_par_iter().zip(found.par_iter().zip(&realms));
    all.definitions.par_extend(resources.filter_map(of_resource));
    for arguments in &handed {
        let Some(document) = documents.iter().find(|one| one.source.id == arguments.place.file) else {
            continue;
        };
        let found = recognised(document, std::slice::from_ref(arguments), "hcl", config);
        if !found.is_empty() {
            all.recognised.push(document.source.id);
            all.definitions.extend(of_document(document, &found, config, None, Vec::new()));
        }
    }
    all.recognised.sort_unstable();
    all.recognised.dedup();
}

/// A resource as joins take it, with its body.
fn to_join(resource: &mut terraform::Resource) -> Resource {
    let body = std::mem::replace(&mut resource.body, Node::new(resource.place, Value::Null));
    let (kind, address) = (resource.kind.clone(), resource.address.clone());
    Resource { kind, address, perhaps: resource.perhaps, body }
}

/// Says which provider configuration manages a resource: as good as a tenant of its own.
fn tenant(definition: &mut Definition, origin: &terraform::Resource) {
    if let Some(name) = &origin.provider {
        definition.infer(Attribute::PROVIDER_CONFIGURATION, Datum::from_text(name), Vec::new());
    }
}

/// Says that a secret is written so that a state keeps it.
fn stored_secret(definition: &mut Definition, entry: &Entry) {
    let basis = Basis::Written(entry.key_place);
    let item = Fact { datum: Datum::from_text(STORED), basis: basis.clone() };
    definition.facts.insert(Attribute::STATE_SECRETS, Fact { datum: Datum::List(vec![item]), basis });
}

/// The argument of a secret that has a twin which no state keeps.
const STORED: &str = "client_secret";

/// Since when that twin is there.
const TWIN: terraform::Since<'_> =
    terraform::Since { provider: "auth0", provider_version: [1, 51], terraform_version: [1, 11] };

/// Puts the resources in order of root modules and environments, and says where those of each stand: an address means
/// something else in each.
fn by_environment(found: &mut [terraform::Resource]) -> Vec<Range<usize>> {
    let mut files: BTreeMap<&str, BTreeSet<FileId>> = BTreeMap::new();
    for resource in found.iter() {
        files.entry(&resource.root).or_default().extend(resource.snapshot);
    }
    let several: BTreeSet<String> =
        files.iter().filter(|(_, files)| files.len() > 1).map(|(root, _)| (*root).to_owned()).collect();
    let key = |resource: &terraform::Resource| {
        let file = resource.snapshot.filter(|_| several.contains(&resource.root));
        (resource.root.clone(), file)
    };
    found.sort_by_cached_key(key);
    let mut groups = Vec::new();
    let mut start = 0;
    for group in found.chunk_by(|a, b| key(a) == key(b)) {
        groups.push(start..start + group.len());
        start += group.len();
    }
    groups
}

/// What the providers' tables say of resource types.
struct Words<'a> {
    providers: Vec<&'a Provider>,
    joins: BTreeSet<&'a str>,
}

impl<'a> Words<'a> {
    fn new(config: &'a Config) -> Self {
        let providers: Vec<&Provider> = config.providers.iter().map(Arc::as_ref).collect();
        let shapes = providers.iter().flat_map(|provider| &provider.table.shapes);
        let joins = shapes
            .filter(|shape| !shape.resources.is_empty())
            .filter_map(|shape| shape.join.as_deref())
            .collect();
        Self { providers, joins }
    }

    fn kind_of(&self, shape: &str, kind: &str) -> Option<(&'a Provider, &'a providers::Shape, Kind)> {
        recognise_resource(self.providers.iter().copied(), shape, kind)
    }

    fn is_part(&self, kind: &str) -> bool {
        self.joins.iter().any(|join| providers::is_part(join, kind))
    }

    /// Whether resources or data of a type may hold the secrets of clients: also `auth0_clients`, the data of many.
    fn is_concerned(&self, kind: &str) -> bool {
        let one = kind.strip_suffix('s').unwrap_or(kind);
        [kind, one].iter().any(|kind| self.kind_of(CONFIGURATION, kind).is_some() || self.is_part(kind))
    }
}

/// What a plan or state says, and its secrets added.
fn snapshot(
    document: &Document<'_>,
    form: Form,
    root: String,
    words: &Words<'_>,
    all: &mut Definitions,
) -> Option<Snapshot> {
    let source = document.source;
    let tree = document.parsed.documents.first()?;
    if form == Form::OldState {
        let message = "a state file of version 4 is expected, as Terraform writes it since 0.12".to_owned();
        all.problems.push(Problem { code: Code::Version, place: tree.place.start(), message });
        return None;
    }
    let secrets = terraform::secrets(tree, &|kind| words.is_concerned(kind));
    if !secrets.is_empty() {
        let shape = if form == Form::Plan { PLAN } else { STATE };
        let kinds = words.kind_of_any(shape);
        all.definitions.extend(kinds.map(|provider| leak(document, shape, provider, &secrets)));
        all.recognised.push(source.id);
    }
    // A copy that Terraform made before it wrote the state defines nothing any more.
    if source.path.ends_with(".backup") {
        return None;
    }
    let wanted = |kind: &str| words.kind_of(CONFIGURATION, kind).is_some() || words.is_part(kind);
    let resources = match form {
        Form::Plan => terraform::plan_resources(source, tree, &wanted),
        Form::State | Form::OldState => terraform::state_resources(source, tree, &wanted),
    };
    Some(Snapshot { form, file: source.id, root, resources })
}

impl<'a> Words<'a> {
    /// The provider that has a shape.
    fn kind_of_any(&self, shape: &str) -> Option<&'a Provider> {
        let has = |provider: &&&Provider| provider.table.shapes.iter().any(|own| own.id == shape);
        self.providers.iter().find(has).copied()
    }
}

/// The secrets that a plan or state holds in plain text: one finding for the file, which is what has to go.
fn leak(document: &Document<'_>, shape: &str, provider: &Provider, secrets: &[Entry]) -> Definition {
    let first = secrets
        .first()
        .map_or(Place { file: document.source.id, span: crate::source::Span::new(0, 0) }, |entry| {
            entry.key_place
        });
    let mut definition = Definition::new(Kind::Project, first);
    file_name(&document.source.path).clone_into(&mut definition.key);
    let word = |word: &str| Fact { datum: Datum::from_text(word), basis: Basis::Inferred(Vec::new()) };
    definition.facts.insert(Attribute::PROVIDER, word(&provider.id));
    definition.facts.insert(Attribute::SHAPE, word(shape));
    // A place starts and ends where the key does: where a secret ends would tell how long it is.
    let item = |entry: &Entry| {
        let basis = Basis::Written(entry.key_place);
        let part = |name: &str, text: &str| {
            (name.to_owned(), Fact { datum: Datum::from_text(text), basis: basis.clone() })
        };
        Fact {
            datum: Datum::Map(vec![part("field", &entry.key), part("class", "literal")]),
            basis: basis.clone(),
        }
    };
    let list = Datum::List(secrets.iter().map(item).collect());
    definition
        .facts
        .insert(Attribute::PLAIN_SECRETS, Fact { datum: list, basis: Basis::Inferred(Vec::new()) });
    definition
}

/// What the directories of Terraform files declare.
pub fn declared<'a>(documents: impl Iterator<Item = &'a Document<'a>>) -> BTreeMap<String, BTreeSet<String>> {
    let mut directories: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for document in documents.filter(|document| is_terraform(file_name(&document.source.path))) {
        let own = directories.entry(folder(&document.source.path).to_owned()).or_default();
        own.extend(terraform::declared(&document.parsed));
    }
    directories
}

/// The syntax as which a file of Terraform is looked through beside what is evaluated: `tfvars` where it holds values that
/// nothing takes here, else `terraform`.
pub(super) fn written_as(
    document: &Document<'_>,
    documents: &[Document<'_>],
    config: &Config,
) -> &'static str {
    let is_left = is_values(file_name(&document.source.path)) && !takes_values(document, documents, config);
    if is_left { "tfvars" } else { "terraform" }
}

/// Whether a configuration among documents takes the values of its variables from one of them: because somebody says so,
/// or because the file is called so and stands beside it.
pub fn takes_values(document: &Document<'_>, documents: &[Document<'_>], config: &Config) -> bool {
    let (path, name) = (&document.source.path, file_name(&document.source.path));
    let is_given = config
        .variables
        .iter()
        .any(|given| matches!(given, Given::File(file) if Some(file) == document.source.file.as_ref()));
    let is_configuration = |other: &String| folder(other) == folder(path) && !is_values(other);
    let is_taken = || {
        terraform::is_automatic(name) && documents.iter().any(|other| is_configuration(&other.source.path))
    };
    is_given || is_values(name) && is_taken()
}

/// Whether a file assigns values to variables, by its name.
fn is_values(name: &str) -> bool {
    name.ends_with(".tfvars") || name.ends_with(".tfvars.json")
}

/// What gives variables their values, files by the paths of their sources.
fn inputs(documents: &[Document<'_>], config: &Config) -> terraform::Inputs {
    let given = config.variables.iter().filter_map(|given| {
        Some(match given {
            Given::Value(name, value) => terraform::Given::Value(name.clone(), value.clone()),
            Given::File(path) => {
                let is_it = |document: &&Document<'_>| document.source.file.as_ref() == Some(path);
                terraform::Given::File(documents.iter().find(is_it)?.source.path.clone())
            }
        })
    });
    terraform::Inputs { given: given.collect() }
}

/// The files of the repository that expressions read.
struct OnDisk<'a> {
    documents: &'a [Document<'a>],
    max_size: u64,
    /// Those that were read.
    read: Mutex<BTreeSet<PathBuf>>,
}

/// So many files of a folder are looked at for a pattern.
const LISTED: usize = 2000;

impl terraform::Files for OnDisk<'_> {
    fn read(&self, path: &str) -> Option<terraform::Read> {
        let file = self.at(path)?;
        let text = discover::read_small(&file, self.max_size)?;
        self.read.lock().unwrap_or_else(PoisonError::into_inner).insert(file);
        Some(terraform::Read { text, tree: None })
    }

    fn list(&self, folder: &str, depth: usize) -> Option<Vec<String>> {
        let folder = self.at(folder)?;
        let files = discover::files_below(&folder, depth, &|_| true);
        let relative = |path: &PathBuf| {
            Some(path.strip_prefix(&folder).ok()?.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/"))
        };
        (discover::exists(&folder) && files.len() <= LISTED)
            .then(|| files.iter().filter_map(relative).collect())
    }
}

impl OnDisk<'_> {
    /// Where a file of the repository stands on disk.
    fn at(&self, path: &str) -> Option<PathBuf> {
        let mut files =
            self.documents.iter().filter_map(|document| Some((document.source.file.as_deref()?, document)));
        if path.starts_with('/') {
            // Outside of repositories nothing is read that does not lie among the files of the project.
            let mut common = files.next()?.0.parent()?;
            for (file, _) in files {
                common = common.ancestors().find(|folder| file.starts_with(folder))?;
            }
            return PathBuf::from(path).strip_prefix(common).ok().map(|below| common.join(below));
        }
        // Where the paths of reports start on disk.
        let base = files.find_map(|(file, document)| {
            let below = Path::new(&document.source.path);
            let base = || file.ancestors().nth(below.components().count());
            if file.ends_with(below) { base() } else { None }
        });
        Some(base?.join(path))
    }
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}
