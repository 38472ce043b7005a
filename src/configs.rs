//! Which configuration holds for which file of a run, adjusted to what the command line says of rules.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock, RwLock};

use crate::config::{Config, NAMES, named_rules, rule_or_tag};
use crate::discover::{self, Input, absolute};
use crate::rule::{Persona, Profile};

/// The configurations of a run: one for all, or the nearest of each file.
pub struct Configs {
    fixed: Option<Arc<Config>>,
    builtin: OnceLock<Result<Arc<Config>, String>>,
    by_folder: RwLock<HashMap<OsString, Result<Arc<Config>, String>>>,
    adjustment: Adjustment,
}

/// What the command line says of rules, over what any configuration says.
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
        Ok(config)
    }
}

impl Configs {
    /// The configurations of a run: `file` for all that is read, else none where `none` says so, else the nearest.
    ///
    /// # Errors
    ///
    /// Says what is wrong with the file, or with the adjustment.
    pub fn new(file: Option<&Path>, none: bool, adjustment: Adjustment) -> Result<Self, String> {
        let mut configs =
            Self { fixed: None, builtin: OnceLock::new(), by_folder: RwLock::default(), adjustment };
        configs.fixed = match file {
            Some(path) => Some(Arc::new(configs.adjustment.apply(read_config(&absolute(path))?)?)),
            None if none => Some(configs.builtin()?),
            None => None,
        };
        Ok(configs)
    }

    /// The built-in settings, which need not be made where every file has a configuration.
    fn builtin(&self) -> Result<Arc<Config>, String> {
        let make =
            || self.adjustment.apply(Config::builtin().map_err(|error| error.to_string())?).map(Arc::new);
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

    fn of_folder(&self, folder: &Path) -> Result<Arc<Config>, String> {
        let cached = self.by_folder.read().ok().and_then(|known| known.get(folder.as_os_str()).cloned());
        if let Some(known) = cached {
            return known;
        }
        let here: Vec<PathBuf> =
            NAMES.iter().map(|name| folder.join(name)).filter(|path| discover::is_file(path)).collect();
        let found = match here.as_slice() {
            [path] => read_config(path).and_then(|config| self.adjustment.apply(config)).map(Arc::new),
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

fn read_config(path: &Path) -> Result<Config, String> {
    let text = discover::read_text(path)?;
    Config::read(path, &text, &discover::rule_files).map_err(|mut error| {
        if Path::new(&error.path) == path {
            error.path = discover::Base::of(path).show(path);
        }
        error.to_string()
    })
}
