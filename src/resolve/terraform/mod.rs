//! Terraform and OpenTofu: the resources that a directory with its local modules declares, their arguments
//! evaluated as far as the files tell.

mod body;
mod collection;
mod complete;
mod describe;
mod evaluate;
mod functions;
mod module;
mod number;
mod operators;
mod part;
mod plan;
mod plan_configuration;
mod reference;
mod roots;
mod scope;
mod template;
mod types;
mod value;
mod versions;

use std::collections::HashSet;

use rayon::prelude::*;

pub use complete::{Snapshot, complete};
pub use module::is_automatic;
pub use plan::{Form, form, plan_resources, secrets, state_resources};
pub use roots::{declared, root_of};
pub use versions::{Since, demanding, ruling_out};

use crate::formats::Parsed;
use crate::problem::Problem;
use crate::source::{FileId, Place, Source};
use crate::tree::Node;
use part::{Evaluated, Part};
use scope::World;

/// A file of a Terraform project: `.tf`, `.tf.json`, `.tofu`, `.tofu.json`, `.tfvars` or `.tfvars.json`, or of
/// Terragrunt: `.hcl`.
pub struct TerraformFile<'a> {
    /// The text.
    pub source: &'a Source,
    /// The directory in which it lies, relative to what all directories are relative to, with `/`; empty there.
    pub directory: String,
    /// What the reader of its format made of it.
    pub parsed: &'a Parsed,
}

/// Values of variables that are given from outside, in the order in which they are given: the last of a name counts,
/// and each wins over what lies beside the configuration.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    /// What is given.
    pub given: Vec<Given>,
}

/// Something that gives variables their values.
#[derive(Clone)]
pub enum Given {
    /// A `.tfvars` file, by its path as its source names it.
    File(String),
    /// A name and its value, as `-var` takes them.
    Value(String, String),
}

// A value may be a secret.
impl std::fmt::Debug for Given {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            Self::Value(name, _) => f.debug_tuple("Value").field(name).finish_non_exhaustive(),
        }
    }
}

/// A file that an expression reads: `file("clients.yaml")`.
#[derive(Clone, Debug, Default)]
pub struct Read {
    /// Its text.
    pub text: String,
    /// Its first document where it is YAML or JSON, so that values keep their places in it.
    pub tree: Option<Node>,
}

/// A resource as it would be created.
#[derive(Clone, Debug)]
pub struct Resource {
    /// Its type: `auth0_client`; for the configuration of a provider `provider.auth0`.
    pub kind: String,
    /// Its address: `module.apps.auth0_client.this["web"]`. Where the instances are not known, one resource
    /// without a key stands for all.
    pub address: String,
    /// The whole block.
    pub place: Place,
    /// The last label.
    pub name_place: Place,
    /// Its arguments and nested blocks, without expressions: what cannot be known is `Template` or `Unknown`.
    pub body: Node,
    /// The provider configuration that it names, `auth0.dev`: as good as a tenant of its own.
    pub provider: Option<String>,
    /// Whether nobody knows if there is one, or several: its `count` or `for_each` is unknown, or its module's.
    pub perhaps: bool,
    /// The directory of its module.
    pub directory: String,
    /// The directory of the root module.
    pub root: String,
    /// Whether it is there already, so that its body also holds what the platform filled in.
    pub existing: bool,
    /// Whether nobody knows what else its body would say.
    pub partial: bool,
    /// What a plan says was written for it.
    pub written: Option<Node>,
    /// The plan or state that says something of it.
    pub snapshot: Option<FileId>,
}

/// The files of the repository, by their paths relative as directories are.
pub trait Files: Sync {
    /// A file.
    fn read(&self, path: &str) -> Option<Read>;

    /// The files of a folder and, down to a depth, of those in it: paths relative to it with `/`. `None` where there is
    /// no such folder, or too much in it.
    fn list(&self, _folder: &str, _depth: usize) -> Option<Vec<String>> {
        None
    }
}

impl<F: Fn(&str) -> Option<Read> + Sync> Files for F {
    fn read(&self, path: &str) -> Option<Read> {
        self(path)
    }
}

/// What a project declares.
#[derive(Debug, Default)]
pub struct Resources {
    /// In order of directories, files and writing; those of a called module follow those of the caller.
    pub resources: Vec<Resource>,
    /// What is handed to modules that are not among the files: the arguments of each instance of a call, the inputs of
    /// Terragrunt.
    pub handed: Vec<Node>,
    /// What stopped the evaluation.
    pub problems: Vec<Problem>,
}

/// The resources of a project whose type is `wanted`. `read` gives files of the repository. Directories that no other
/// one calls are evaluated on their own.
pub fn resources(
    files: &[TerraformFile<'_>],
    inputs: &Inputs,
    wanted: &(dyn Fn(&str) -> bool + Sync),
    read: &dyn Files,
) -> Resources {
    let (of_terragrunt, of_terraform): (Vec<_>, Vec<_>) =
        files.iter().partition(|file| file.source.path.ends_with(".hcl"));
    let prepared = module::prepare(&of_terraform);
    let modules = module::modules(&prepared);
    let called: HashSet<String> = modules.values().flat_map(scope::called).collect();
    let (rest, roots): (Vec<_>, Vec<_>) =
        modules.values().partition(|module| called.contains(&module.directory));
    let world = || World::new(&modules, files, inputs, read);
    let parts: Vec<Part<'_>> = roots.into_iter().flat_map(Part::of).collect();
    let mut all = Evaluated::default();
    let evaluated: Vec<Evaluated<'_>> = parts.par_iter().map(|part| part.evaluate(world(), wanted)).collect();
    evaluated.into_iter().for_each(|part| all.add(part));
    // Modules that call each other in a circle have no root: each that was not reached is then evaluated too.
    for module in rest {
        if !all.reached.contains(module.directory.as_str()) {
            Part::of(module).iter().for_each(|part| all.add(part.evaluate(world(), wanted)));
        }
    }
    let mut found = all.found;
    // The parts of one module may say the same.
    found.problems.dedup();
    for file in of_terragrunt {
        let prepared = module::prepare(&[file]);
        let modules = module::modules(&prepared);
        let world = World::new(&modules, files, inputs, read);
        let root = file.parsed.documents.first();
        let module = modules.values().next();
        found.handed.extend(module.zip(root).and_then(|(module, root)| world.handed(module, root)));
    }
    found
}

/// A path seen from a directory, without `.` and `..`. None where it leads out of what is known.
fn join(directory: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in directory.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    let root = if directory.starts_with('/') { "/" } else { "" };
    Some(format!("{root}{}", parts.join("/")))
}

/// The directories of local modules that the files of a directory call.
pub fn called_directories(directory: &str, parsed: &Parsed) -> Vec<String> {
    let calls = parsed.documents.iter().flat_map(Node::entries).filter(|entry| entry.key == "module");
    calls
        .flat_map(|entry| entry.value.entries())
        .flat_map(|call| module::bodies(&call.value))
        .filter_map(|body| scope::called_directory(directory, body))
        .collect()
}
