//! `clientlint.toml`: what it means for a file.

mod facts;
mod given;
mod globs;
mod ignores;
mod layer;
mod layout;
mod mappings;
mod merge;
mod output;
mod overrides;
mod policy;
mod rules;
mod schema;
mod show;
mod types;
mod written;

pub use given::Given;
pub use ignores::{Ignore, Ignores, Origin};
pub use layer::ConfigError;
pub use mappings::Mappings;
pub use merge::{Access, Sources};
pub use output::Output;
pub use overrides::Judged;
pub use rules::{named_rules, no_rule, rule_or_tag};
pub use schema::schema;
pub use show::Shown;
pub use written::FailOn;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use self::globs::Globs;
use self::layer::Layer;
use self::overrides::Exception;
use self::policy::Policy;
use crate::check::Settings;
use crate::client::Evidence;
use crate::declared::Declared;
use crate::finding::{Confidence, Gate};
use crate::infer::{self, Evidenced, Surroundings};
use crate::providers::Provider;
use crate::rule::{Rule, Severity};
use crate::suggest::did_you_mean;

/// Names under which a configuration is found.
pub const NAMES: [&str; 2] = ["clientlint.toml", ".clientlint.toml"];

/// What a configuration means.
#[derive(Debug)]
pub struct Config {
    /// Where it stands; `None` for the built-in settings.
    pub path: Option<PathBuf>,
    /// What is reported of the rules.
    pub settings: Settings,
    /// Which findings fail a run.
    pub gate: Arc<Gate>,
    /// Whether the command line says which do, so that no override does.
    pub gate_is_fixed: bool,
    /// Findings below this are not shown.
    pub min_severity: Severity,
    /// Findings that are less sure are not shown.
    pub min_confidence: Confidence,
    /// The rules, the user's own included.
    pub rules: Vec<Arc<Rule>>,
    /// The providers, the user's own layouts first.
    pub providers: Vec<Arc<Provider>>,
    /// Whether ignore files are obeyed.
    pub gitignore: bool,
    /// Files larger than this many bytes are not read.
    pub max_size: u64,
    /// How reports are written.
    pub output: Output,
    /// What may be silenced, and what the configuration itself silences.
    pub ignores: Ignores,
    /// What gives Terraform's variables their values, in ascending precedence.
    pub variables: Vec<Given>,
    /// The file of known findings, from the root of the file system, where the configuration names one.
    pub baseline: Option<PathBuf>,
    /// Whether findings about secrets may be in it.
    pub baseline_secrets: bool,
    /// Rules whose findings may not be silenced.
    pub unignorable: BTreeSet<String>,
    channels: Vec<(String, Globs)>,
    management_api_declared: bool,
    environments: Vec<Environment>,
    mappings: Vec<Mappings>,
    declared: Arc<Declared>,
    include: Option<Globs>,
    exclude: Globs,
    kinds: Vec<(String, Globs)>,
    layouts: Vec<(String, Globs)>,
    overrides: Vec<Exception>,
    policy: Option<Policy>,
    /// What it was made from, for those who ask where a setting comes from.
    layers: Vec<Layer>,
    policy_layer: Option<Layer>,
}

/// An environment to which files belong.
#[derive(Debug)]
struct Environment {
    name: String,
    production: bool,
    strict: bool,
    globs: Globs,
}

impl Config {
    /// The built-in settings.
    ///
    /// # Errors
    ///
    /// Only if the program itself is wrong.
    pub fn builtin() -> Result<Self, ConfigError> {
        let access = Access {
            text: &|_| Err("cannot be read".to_owned()),
            rules: &|_| Ok(Vec::new()),
            is_file: &|_| false,
            show: &|path| path.display().to_string(),
        };
        Self::new(&Sources::default(), &access)
    }

    /// Reads a configuration that builds on no other.
    ///
    /// `folder` reads the rule files of a folder: path as reported, and text.
    ///
    /// # Errors
    ///
    /// Says what is wrong with it, and where.
    pub fn read(
        path: &Path,
        text: &str,
        folder: &dyn Fn(&Path) -> Result<Vec<(String, String)>, String>,
    ) -> Result<Self, ConfigError> {
        let access = Access {
            text: &|_| Err("cannot be read".to_owned()),
            rules: folder,
            is_file: &|_| false,
            show: &|path| path.display().to_string(),
        };
        Self::new(&Sources { file: Some((path, text)), ..Sources::default() }, &access)
    }

    /// What the configuration says of a file.
    pub fn surroundings(&self, file: Option<&Path>) -> Surroundings {
        let Some(file) = file else {
            return Surroundings { declared: self.declared.clone(), ..Surroundings::default() };
        };
        let declared = self
            .channels
            .iter()
            .filter_map(|(name, globs)| globs.longest(file).map(|length| (length, name)))
            .max_by_key(|(length, _)| *length);
        let declared_channel = declared.map(|(_, name)| Evidenced {
            word: name.clone(),
            evidence: Evidence { says: "[channels] in clientlint.toml".into(), place: None },
        });
        let environment = self.environments.iter().find(|environment| environment.globs.match_file(file));
        Surroundings {
            documentation: false,
            undeclared: declared_channel.is_none() && self.management_api_declared,
            declared_channel,
            rendered: None,
            environment: environment.map(|known| infer::Environment {
                name: known.name.clone(),
                named: true,
                production: Some(known.production),
                because: "clientlint.toml".to_owned(),
                samples: Arc::default(),
            }),
            strict: environment.is_some_and(|known| known.strict),
            declared: self.declared.clone(),
        }
    }

    /// The files that are said to hold the values of markers; where there are none, they are looked for.
    pub fn mappings(&self) -> &[Mappings] {
        &self.mappings
    }

    /// Uses files, given from the root, instead of those that the configuration names: each for an environment of its
    /// own.
    pub fn use_mappings(&mut self, files: &[PathBuf]) {
        self.mappings = mappings::each(files, &self.mappings);
    }

    /// Whether an environment is for a file: one that names no files is for all.
    pub fn is_for(&self, environment: &str, file: Option<&Path>) -> bool {
        let declared = self.environments.iter().find(|known| known.name == environment);
        declared.is_none_or(|known| {
            known.globs.is_empty() || file.is_some_and(|file| known.globs.match_file(file))
        })
    }

    /// Whether an environment is production, where it is declared.
    pub fn is_production(&self, environment: &str) -> Option<bool> {
        self.environments.iter().find(|known| known.name == environment).map(|known| known.production)
    }

    /// Whether placeholders that nothing fills in are reported in an environment.
    pub fn is_strict(&self, environment: &str) -> bool {
        self.environments.iter().any(|known| known.name == environment && known.strict)
    }

    /// Whether a file is left out.
    pub fn excludes(&self, file: &Path) -> bool {
        self.exclude.match_file(file) || self.include.as_ref().is_some_and(|globs| !globs.match_file(file))
    }

    /// Whether a file is meant to be read whatever it holds: by a layout of the organisation's own or `files.kinds`.
    pub fn has_layout(&self, file: &Path) -> bool {
        self.layouts.iter().chain(&self.kinds).any(|(_, globs)| globs.match_file(file))
    }

    /// The shape that `files.kinds` names for a file.
    pub fn kind_of(&self, file: &Path) -> Option<&str> {
        let fitting =
            self.kinds.iter().filter_map(|(kind, globs)| Some((globs.longest(file)?, kind.as_str())));
        fitting.max_by_key(|(length, _)| *length).map(|(_, kind)| kind)
    }

    /// Checks that there is a shape of that name.
    ///
    /// # Errors
    ///
    /// Says that there is none, and which is meant.
    pub fn shape(&self, name: &str) -> Result<(), String> {
        let shapes = self.providers.iter().flat_map(|provider| &provider.table.shapes);
        let known = shapes.map(|shape| shape.id.as_str());
        if known.clone().any(|id| id == name) {
            return Ok(());
        }
        Err(format!("there is no shape `{name}`{}", did_you_mean(name, known)))
    }

    /// The providers that may recognise a file. A layout with globs is for the files that these match.
    pub fn providers_of<'a>(&'a self, file: Option<&'a Path>) -> impl Iterator<Item = &'a Provider> {
        self.providers.iter().map(Arc::as_ref).filter(move |provider| {
            match self.layouts.iter().find(|(name, _)| *name == provider.id) {
                Some((_, globs)) if !globs.is_empty() => file.is_some_and(|file| globs.match_file(file)),
                _ => true,
            }
        })
    }

    /// The provider whose platform a provider's definitions are deployed to: itself, except for a layout.
    pub fn platform<'a>(&'a self, provider: &'a Provider) -> &'a Provider {
        let id = provider.platform.as_deref().unwrap_or(&provider.id);
        self.providers.iter().map(Arc::as_ref).find(|known| known.id == id).unwrap_or(provider)
    }
}
