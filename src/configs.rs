//! Which configuration holds for which file of a run, adjusted to what the command line says of rules.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock, RwLock};

use crate::config::{Access, Config, FailOn, Given, NAMES, Sources, named_rules, rule_or_tag};
use crate::discover::{self, Input, absolute};
use crate::finding::Confidence;
use crate::rule::{Persona, Profile, Severity};

/// The configurations of a run: one for all, or the nearest of each file.
pub struct Configs {
    fixed: Option<Arc<Config>>,
    builtin: OnceLock<Result<Arc<Config>, String>>,
    by_folder: RwLock<HashMap<OsString, Result<Arc<Config>, String>>>,
    adjustment: Adjustment,
    policy: Option<(PathBuf, String)>,
}

/// What the command line says, over what any configuration says.
#[derive(Default)]
pub struct Adjustment {
    /// The only rules to check, by id or `tag:NAME`; all where it is empty.
    pub select: Vec<String>,
    /// Rules to leave out.
    pub disable: Vec<String>,
    /// For whom the report is.
    pub persona: Option<Persona>,
    /// A stricter profile.
    pub profile: Option<Profile>,
    /// From which severity on a run fails.
    pub fail_on: Option<FailOn>,
    /// How sure a finding must be to fail a run.
    pub fail_on_confidence: Option<Confidence>,
    /// The least severity that is shown.
    pub min_severity: Option<Severity>,
    /// How sure a finding must be to be shown.
    pub min_confidence: Option<Confidence>,
    /// `--set KEY=VALUE`.
    pub set: Vec<String>,
    /// A policy, which can only tighten.
    pub policy: Option<PathBuf>,
    /// What gives Terraform's variables their values, over what configurations say.
    pub variables: Vec<Given>,
    /// The files that hold the values of markers, from the root.
    pub mappings: Vec<PathBuf>,
}

impl Adjustment {
    fn apply(&self, mut config: Config) -> Result<Config, String> {
        for id in self.select.iter().chain(&self.disable) {
            rule_or_tag(&config.rules, id)?;
        }
        let settings = &mut config.settings;
        if !self.select.is_empty() {
            settings.only = named_rules(&config.rules, &self.select);
        }
        settings.off.extend(named_rules(&config.rules, &self.disable));
        settings.persona = self.persona.unwrap_or(settings.persona);
        settings.profile = self.profile.or(settings.profile);
        if self.fail_on.is_some() || self.fail_on_confidence.is_some() {
            let gate = Arc::make_mut(&mut config.gate);
            if let Some(fail_on) = self.fail_on {
                gate.fail_on = fail_on.severity();
                gate.from = Arc::from("--fail-on");
                config.gate_is_fixed = true;
            }
            gate.confidence = self.fail_on_confidence.unwrap_or(gate.confidence);
        }
        config.min_severity = self.min_severity.unwrap_or(config.min_severity);
        config.min_confidence = self.min_confidence.unwrap_or(config.min_confidence);
        config.variables.extend(self.variables.iter().cloned());
        if !self.mappings.is_empty() {
            config.use_mappings(&self.mappings);
        }
        config.tighten();
        Ok(config)
    }

    /// Reads a configuration, and what is said over it.
    fn read(
        &self,
        file: Option<(&Path, &str)>,
        policy: Option<&(PathBuf, String)>,
    ) -> Result<Config, String> {
        let here = absolute(Path::new("."));
        let sources = Sources {
            file,
            set: &self.set,
            here: Some(&here),
            policy: policy.map(|(path, text)| (path.as_path(), text.as_str())),
        };
        let access = Access {
            text: &|path| discover::try_text(path).map_err(|unread| unread.to_string()),
            rules: &discover::rule_files,
            is_file: &discover::is_file,
            show: &|path| discover::Base::of(path).show(path),
        };
        self.apply(Config::new(&sources, &access).map_err(|error| error.to_string())?)
    }
}

impl Configs {
    /// The configurations of a run: `file` for all that is read, else none where `none` says so, else the nearest.
    ///
    /// # Errors
    ///
    /// Says what is wrong with the file, or with the adjustment.
    pub fn new(file: Option<&Path>, none: bool, adjustment: Adjustment) -> Result<Self, String> {
        let policy = match &adjustment.policy {
            Some(path) => Some((absolute(path), discover::read_text(path)?)),
            None => None,
        };
        let mut configs =
            Self { fixed: None, builtin: OnceLock::new(), by_folder: RwLock::default(), adjustment, policy };
        configs.fixed = match file {
            Some(path) => Some(Arc::new(configs.read(&absolute(path))?)),
            None if none => Some(configs.builtin()?),
            None => None,
        };
        Ok(configs)
    }

    /// The built-in settings, which need not be made where every file has a configuration.
    fn builtin(&self) -> Result<Arc<Config>, String> {
        let make = || self.adjustment.read(None, self.policy.as_ref()).map(Arc::new);
        self.builtin.get_or_init(make).clone()
    }

    /// The configuration of a file: the nearest in the folders above it, up to the root of the repository.
    ///
    /// # Errors
    ///
    /// Says what is wrong with it.
    pub fn of(&self, file: Option<&Path>) -> Result<Arc<Config>, String> {
        if let Some(fixed) = &self.fixed {
            return Ok(fixed.clone());
        }
        match file.and_then(Path::parent) {
            Some(folder) => self.of_folder(folder),
            None => self.builtin(),
        }
    }

    fn read(&self, path: &Path) -> Result<Config, String> {
        let text = discover::read_text(path)?;
        self.adjustment.read(Some((path, &text)), self.policy.as_ref())
    }

    fn of_folder(&self, folder: &Path) -> Result<Arc<Config>, String> {
        let cached = self.by_folder.read().ok().and_then(|known| known.get(folder.as_os_str()).cloned());
        if let Some(known) = cached {
            return known;
        }
        let here: Vec<PathBuf> =
            NAMES.iter().map(|name| folder.join(name)).filter(|path| discover::exists(path)).collect();
        let found = match here.as_slice() {
            // Somebody meant it: what cannot be read is not passed over.
            [path] => discover::must_be_file(path).and_then(|()| self.read(path)).map(Arc::new),
            [first, second, ..] => {
                Err(format!("{} and {}: one of them is too many", first.display(), second.display()))
            }
            [] => match folder.parent().filter(|_| !folder.join(".git").exists()) {
                Some(above) => self.of_folder(above),
                None => self.builtin(),
            },
        };
        if let Ok(mut known) = self.by_folder.write() {
            known.insert(folder.as_os_str().to_owned(), found.clone());
        }
        found
    }

    /// Reads the configurations of all inputs, so that a wrong one is said before anything is analysed.
    ///
    /// # Errors
    ///
    /// Says what is wrong with the first that is.
    pub fn check(&self, inputs: &[Input]) -> Result<(), String> {
        inputs.iter().try_for_each(|input| self.of(Some(&input.path)).map(drop))
    }
}
