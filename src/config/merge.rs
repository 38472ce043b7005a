//! From the files and options that configure to what they mean together.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::given::Given;
use super::globs::Globs;
use super::ignores::{Ignores, unignorable};
use super::layer::{ConfigError, Layer};
use super::output::Output;
use super::overrides::Exception;
use super::policy::Policy;
use super::written::{FailOn, Level};
use super::{Config, Environment, facts, mappings, named_rules, rule_or_tag};
use crate::check::Settings;
use crate::finding::Gate;
use crate::providers;
use crate::rule::{self, Options, Rule, Severity};
use crate::suggest::did_you_mean;

/// How files are read and called, by those who know the file system.
#[derive(Clone, Copy)]
pub struct Access<'a> {
    /// Reads a file that another one extends.
    pub text: &'a dyn Fn(&Path) -> Result<String, String>,
    /// Reads the rule files of a folder: path as reported, and text.
    pub rules: &'a dyn Fn(&Path) -> Result<Vec<(String, String)>, String>,
    /// Whether there is a file of that name.
    pub is_file: &'a dyn Fn(&Path) -> bool,
    /// What a file is called in messages.
    pub show: &'a dyn Fn(&Path) -> String,
}

/// What configures a run, from the weakest to the strongest.
#[derive(Clone, Copy, Default)]
pub struct Sources<'a> {
    /// The file, if there is one, and its text.
    pub file: Option<(&'a Path, &'a str)>,
    /// `--set KEY=VALUE`.
    pub set: &'a [String],
    /// The working directory, to which paths in these are relative.
    pub here: Option<&'a Path>,
    /// The policy and its text.
    pub policy: Option<(&'a Path, &'a str)>,
}

/// Files larger than this are not read unless a configuration says otherwise.
pub(super) const MAX_SIZE: u64 = 20_000_000;

/// So many files may build on each other.
const MOST_LAYERS: usize = 64;

impl Config {
    /// Reads what configures a run.
    ///
    /// # Errors
    ///
    /// Says what is wrong with it, and where.
    pub fn new(sources: &Sources<'_>, access: &Access<'_>) -> Result<Self, ConfigError> {
        let mut layers = Vec::new();
        if let Some((path, text)) = sources.file {
            gather(path, text, access, &mut Vec::new(), &mut layers)?;
        }
        for setting in sources.set {
            let layer = Layer::of_setting(setting, sources.here.unwrap_or(Path::new("")))?;
            if !layer.written.extends.is_empty() {
                return Err(layer.error("`extends` is for files".to_owned()));
            }
            if !layer.written.ignore.is_empty() {
                return Err(layer.error("`ignore` is for files, so that each can be found".to_owned()));
            }
            layers.push(layer);
        }
        let policy = match sources.policy {
            Some((path, text)) => Some(Layer::of_file(path, (access.show)(path), text)?),
            None => None,
        };
        Self::of(layers, policy, sources.file.map(|(path, _)| path.to_path_buf()), access)
    }

    fn of(
        layers: Vec<Layer>,
        policy_layer: Option<Layer>,
        path: Option<PathBuf>,
        access: &Access<'_>,
    ) -> Result<Self, ConfigError> {
        let error = |message: String| locate(&layers, message);
        let mut policy = policy_layer.as_ref().map(Policy::of).transpose()?;
        let rules = rules(&layers, policy_layer.as_ref().zip(policy.as_ref()), access)?;
        if let Some(layer) = &policy_layer {
            layer.written.rules.keys().try_for_each(|id| known(&rules, id)).map_err(|m| layer.error(m))?;
        }
        if let Some(policy) = &mut policy {
            policy.name_rules(&rules);
        }
        let settings = settings(&layers, &rules)?;
        let builtin = providers::builtin().map_err(error)?;
        let (mut own, mut layouts, mut overrides) = (Vec::new(), Vec::new(), Vec::new());
        for layer in &layers {
            for layout in &layer.written.layout {
                own.push(Arc::new(layout.provider(builtin).map_err(|message| layer.error(message))?));
                layouts.push((layout.name.clone(), globs(layer, &layout.files)?));
            }
            for (number, written) in layer.written.overrides.iter().enumerate() {
                overrides.push(Exception::new(written, number, layer, &rules)?);
            }
        }
        own.extend(builtin.iter().cloned());
        let channels = channels(&layers)?;
        let list = |get: fn(&Layer) -> Option<&Vec<String>>| -> Result<Option<Globs>, ConfigError> {
            let last = layers.iter().rev().find_map(|layer| Some((layer, get(layer)?)));
            last.map(|(layer, list)| globs(layer, list)).transpose()
        };
        let mut config = Self {
            output: Output::of(&layers)?,
            ignores: Ignores::of(&layers, &rules, &own)?,
            path,
            settings,
            gate: Arc::new(gate(&layers)),
            gate_is_fixed: false,
            min_severity: last(&layers, |layer| layer.written.gate.min_severity).unwrap_or(Severity::Info),
            min_confidence: last(&layers, |layer| layer.written.gate.min_confidence).unwrap_or_default(),
            management_api_declared: channels.iter().any(|(name, _)| name == "management-api"),
            channels,
            environments: environments(&layers)?,
            mappings: mappings::declared(&layers),
            declared: Arc::new(facts::declared(&layers)?),
            include: list(|layer| layer.written.files.include.as_ref())?,
            exclude: list(|layer| layer.written.files.exclude.as_ref())?.unwrap_or_default(),
            gitignore: last(&layers, |layer| layer.written.files.gitignore).unwrap_or(true),
            kinds: Vec::new(),
            max_size: max_size(&layers)?,
            variables: variables(&layers, access)?,
            baseline: last(&layers, |layer| {
                Some(plain(&layer.folder.join(layer.written.baseline.file.as_ref()?)))
            }),
            baseline_secrets: last(&layers, |layer| layer.written.baseline.secrets).unwrap_or(false),
            unignorable: unignorable(&layers, policy_layer.as_ref(), &rules),
            layouts,
            overrides,
            policy,
            rules,
            providers: own,
            layers: Vec::new(),
            policy_layer: None,
        };
        config.kinds = kinds(&layers, &config)?;
        config.layers = layers;
        config.policy_layer = policy_layer;
        config.tighten();
        Ok(config)
    }
}

/// Reads a file and those on which it builds, which come first.
fn gather(
    path: &Path,
    text: &str,
    access: &Access<'_>,
    chain: &mut Vec<PathBuf>,
    layers: &mut Vec<Layer>,
) -> Result<(), ConfigError> {
    let layer = Layer::of_file(path, (access.show)(path), text)?;
    chain.push(path.to_path_buf());
    for base in &layer.written.extends {
        let shown = base.display();
        if shown.to_string().contains("://") {
            return Err(layer.error(format!("`{shown}` is no path: only local files can be extended")));
        }
        let base = plain(&layer.folder.join(base));
        if chain.contains(&base) {
            let names: Vec<String> = chain.iter().chain([&base]).map(|path| (access.show)(path)).collect();
            return Err(layer.error(format!("extends itself: {} by `{shown}`", names.join(" -> "))));
        }
        let text =
            (access.text)(&base).map_err(|message| layer.error(format!("extends `{shown}`: {message}")))?;
        gather(&base, &text, access, chain, layers)?;
        if layers.len() >= MOST_LAYERS {
            return Err(layer.error(format!("extends more than {MOST_LAYERS} files, with `{shown}`")));
        }
    }
    chain.pop();
    layers.push(layer);
    Ok(())
}

/// A path without `.` and `..`.
pub(super) fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(plain.pop()),
            Component::CurDir => {}
            part => plain.push(part),
        }
    }
    plain
}

/// An error, in the last layer that holds the word that it names.
fn locate(layers: &[Layer], message: String) -> ConfigError {
    let holder = layers.iter().rev().find(|layer| layer.place_of(&message).is_some()).or(layers.last());
    match holder {
        Some(layer) => layer.error(message),
        None => Layer::builtin().error(message),
    }
}

/// What the last layer says that says something.
pub(super) fn last<'a, T>(layers: &'a [Layer], get: impl Fn(&'a Layer) -> Option<T>) -> Option<T> {
    layers.iter().rev().find_map(get)
}

fn globs(layer: &Layer, list: &[String]) -> Result<Globs, ConfigError> {
    Globs::new(&layer.folder, list).map_err(|message| layer.error(message))
}

fn known(rules: &[Arc<Rule>], id: &str) -> Result<(), String> {
    rule_or_tag(rules, id)
}

/// The rules, with the options that are set for them.
fn rules(
    layers: &[Layer],
    policy: Option<(&Layer, &Policy)>,
    access: &Access<'_>,
) -> Result<Vec<Arc<Rule>>, ConfigError> {
    let mut set: BTreeMap<&str, Map<String, Json>> = BTreeMap::new();
    for layer in layers {
        if let Some((rule, option, value)) = facts::options(layer) {
            set.entry(rule).or_default().insert(option.to_owned(), value);
        }
    }
    for (layer, (id, setting)) in
        layers.iter().flat_map(|layer| layer.written.rules.iter().map(move |rule| (layer, rule)))
    {
        let Some(options) = setting.options().filter(|options| !options.is_empty()) else { continue };
        if id.starts_with("tag:") {
            return Err(layer.error(format!("options are those of one rule, and `{id}` is a tag")));
        }
        set.entry(id).or_default().extend(options.clone());
    }
    let of = |id: &str| set.get(id).cloned().unwrap_or_default();
    let Some((layer, policy)) = policy.filter(|(_, policy)| policy.has_limits()) else {
        return read_rules(layers, access, &of);
    };
    let own = read_rules(layers, access, &|_| Options::new())?;
    for (id, setting) in &layer.written.rules {
        let options = own.iter().find(|rule| rule.id == *id).map(|rule| &rule.text.options);
        for name in setting.options().into_iter().flat_map(Map::keys) {
            if let Some(options) = options.filter(|options| !options.contains_key(name)) {
                let hint = did_you_mean(name, options.keys().map(String::as_str));
                return Err(layer.error(format!("rule `{id}` has no option `{name}`{hint}")));
            }
        }
    }
    read_rules(layers, access, &|id| {
        let mut options = of(id);
        policy.limit(id, &mut options, &own);
        options
    })
}

fn read_rules(
    layers: &[Layer],
    access: &Access<'_>,
    options: &dyn Fn(&str) -> Options,
) -> Result<Vec<Arc<Rule>>, ConfigError> {
    let mut rules = rule::builtin(options).map_err(|message| locate(layers, message))?;
    let mut read = BTreeSet::new();
    for layer in layers {
        for name in &layer.written.rule_folders {
            let folder = plain(&layer.folder.join(name));
            if !read.insert(folder.clone()) {
                continue;
            }
            let wrong = |message| layer.error(format!("rule folder `{}`: {message}", name.display()));
            for (file, text) in (access.rules)(&folder).map_err(wrong)? {
                let rule = rule::parse(&file, &text, options).map_err(|failure| ConfigError {
                    path: failure.path.clone(),
                    position: format!(":{}:{}", failure.position.line, failure.position.column),
                    message: failure.message,
                })?;
                if rules.iter().any(|known| known.id == rule.id) {
                    return Err(layer.error(format!("two rules are called `{}`", rule.id)));
                }
                rules.push(Arc::new(rule));
            }
        }
    }
    Ok(rules)
}

fn settings(layers: &[Layer], rules: &[Arc<Rule>]) -> Result<Settings, ConfigError> {
    let mut settings = Settings {
        persona: last(layers, |layer| layer.written.persona).unwrap_or_default(),
        profile: last(layers, |layer| layer.written.profile),
        ..Settings::default()
    };
    for layer in layers {
        let written = &layer.written;
        let lists = [&written.select, &written.disable].into_iter().flatten().flatten();
        lists.chain(written.rules.keys()).try_for_each(|id| known(rules, id)).map_err(|m| layer.error(m))?;
        if let Some(select) = &written.select {
            settings.only = named_rules(rules, select);
        }
    }
    let mut levels: BTreeMap<&str, Level> = BTreeMap::new();
    for (name, setting) in layers.iter().flat_map(|layer| &layer.written.rules) {
        levels.extend(setting.level().map(|level| (name.as_str(), level)));
    }
    // Another way to say it, which its own setting wins over.
    if let Some(level) = last(layers, |layer| layer.written.ignores.report_unused) {
        levels.entry("unused-ignore").or_insert(level);
    }
    // What is said of a rule wins over what is said of a tag that it has.
    let (of_tags, of_rules): (Vec<_>, Vec<_>) =
        levels.into_iter().partition(|(name, _)| name.starts_with("tag:"));
    for (name, level) in of_tags.into_iter().chain(of_rules) {
        for id in named_rules(rules, &[name.to_owned()]) {
            settings.set(id, level);
        }
    }
    let disabled = last(layers, |layer| layer.written.disable.clone()).unwrap_or_default();
    settings.off.extend(named_rules(rules, &disabled));
    Ok(settings)
}

fn gate(layers: &[Layer]) -> Gate {
    let set = last(layers, |layer| Some((layer, layer.written.gate.fail_on?)));
    Gate {
        fail_on: set.map_or(FailOn::Error, |(_, fail_on)| fail_on).severity(),
        from: match set {
            Some((layer, _)) => format!("gate.fail-on in {}", layer.origin_of(&["gate", "fail-on"])).into(),
            None => "default".into(),
        },
        confidence: last(layers, |layer| layer.written.gate.fail_on_confidence).unwrap_or_default(),
    }
}

fn channels(layers: &[Layer]) -> Result<Vec<(String, Globs)>, ConfigError> {
    let mut channels: BTreeMap<&str, (&Layer, &Vec<String>)> = BTreeMap::new();
    for layer in layers {
        let written = &layer.written.channels;
        let all = [
            ("management-api", &written.management_api),
            ("dashboard", &written.dashboard),
            ("dcr", &written.dcr),
            ("cimd", &written.cimd),
        ];
        channels.extend(all.into_iter().filter_map(|(name, list)| Some((name, (layer, list.as_ref()?)))));
    }
    let set = channels.into_iter().filter(|(_, (_, list))| !list.is_empty());
    set.map(|(name, (layer, list))| Ok((name.to_owned(), globs(layer, list)?))).collect()
}

fn environments(layers: &[Layer]) -> Result<Vec<Environment>, ConfigError> {
    let mut environments: BTreeMap<&str, Environment> = BTreeMap::new();
    for layer in layers {
        for (name, written) in &layer.written.env {
            let named_so = ["prod", "live"].iter().any(|start| name.starts_with(start));
            let environment = environments.entry(name).or_insert_with(|| Environment {
                name: name.clone(),
                production: named_so,
                strict: false,
                globs: Globs::default(),
            });
            environment.production = written.production.unwrap_or(environment.production);
            environment.strict = written.strict.unwrap_or(environment.strict);
            if let Some(list) = &written.globs {
                environment.globs = globs(layer, list)?;
            }
        }
    }
    Ok(environments.into_values().collect())
}

fn kinds(layers: &[Layer], config: &Config) -> Result<Vec<(String, Globs)>, ConfigError> {
    let mut kinds = BTreeMap::new();
    for layer in layers {
        for (glob, kind) in &layer.written.files.kinds {
            config.shape(kind).map_err(|message| layer.error(message))?;
            kinds.insert(glob, (kind.clone(), globs(layer, std::slice::from_ref(glob))?));
        }
    }
    Ok(kinds.into_values().collect())
}

/// The files of all layers, in the order in which the layers are read.
fn variables(layers: &[Layer], access: &Access<'_>) -> Result<Vec<Given>, ConfigError> {
    let mut given = Vec::new();
    for layer in layers {
        for file in &layer.written.terraform.var_files {
            let path = layer.folder.join(file);
            if !(access.is_file)(&path) {
                let shown = file.display();
                return Err(layer.error(format!("terraform.var-files: there is no file `{shown}`")));
            }
            given.push(Given::File(path));
        }
    }
    Ok(given)
}

fn max_size(layers: &[Layer]) -> Result<u64, ConfigError> {
    match last(layers, |layer| Some((layer, layer.written.files.max_size.as_ref()?))) {
        Some((layer, text)) => {
            bytes(text).ok_or_else(|| layer.error(format!("files.max-size: `{text}` is no size")))
        }
        None => Ok(MAX_SIZE),
    }
}

/// A size such as `20MB`, in bytes.
fn bytes(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let factor = match text[digits..].trim().to_ascii_uppercase().as_str() {
        "" | "B" => 1,
        "KB" | "K" => 1_000,
        "MB" | "M" => 1_000_000,
        "GB" | "G" => 1_000_000_000,
        _ => return None,
    };
    text[..digits].parse::<u64>().ok()?.checked_mul(factor)
}
