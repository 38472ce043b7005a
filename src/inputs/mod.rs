//! What a call asks for, read: files, folders or standard input, and the files that belong to the same projects.

mod links;
mod mappings;
mod modules;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::config::{Config, Given};
use crate::configs::Configs;
use crate::discover::{self, Base, Bases, Content, Input, Request, absolute, discover};
use crate::{project, providers};

/// What a call asks for.
pub struct Asked<'a> {
    /// Files and folders, or `-` alone.
    pub paths: &'a [PathBuf],
    /// What the document on standard input is called.
    pub stdin_filename: Option<&'a Path>,
    /// Whether ignore files are obeyed, if the configuration does not say otherwise.
    pub gitignore: bool,
    /// Whether files that are named themselves may be left out by the configuration.
    pub force_exclude: bool,
}

/// What was read for a call.
pub struct Read {
    /// The files that were asked for, and those of their projects.
    pub inputs: Vec<Input>,
    /// How many files were looked at.
    pub looked_at: usize,
    /// How many named files the configuration left out.
    pub excluded: usize,
}

impl Asked<'_> {
    /// Whether standard input is asked for.
    pub fn standard_input(&self) -> bool {
        self.paths.iter().any(|path| path.as_os_str() == "-")
    }

    /// Reads what is asked for. `config` is that of the first path.
    ///
    /// # Errors
    ///
    /// Names what cannot be used.
    pub fn read(&self, configs: &Configs, config: &Config) -> Result<Read, String> {
        if !self.standard_input() {
            let mut read = files(self, configs, config)?;
            add_variables(&mut read.inputs, configs)?;
            return Ok(read);
        }
        if self.paths.len() > 1 {
            return Err("`-` stands alone: standard input is one document".to_owned());
        }
        let mut inputs = vec![standard_input(self.stdin_filename)?];
        if self.stdin_filename.is_some() {
            modules::add(&mut inputs, &[], config.max_size);
            add_companions(&mut inputs, config.max_size);
        }
        add_variables(&mut inputs, configs)?;
        mappings::add(&mut inputs, configs, self.gitignore)?;
        Ok(Read { inputs, looked_at: 1, excluded: 0 })
    }
}

/// Adds to files that an editor holds open those that belong to the same projects, as they are on disk.
///
/// # Errors
///
/// Names what cannot be used.
pub fn add_beside(inputs: &mut Vec<Input>, configs: &Configs) -> Result<(), String> {
    let Some(first) = inputs.first() else { return Ok(()) };
    let config = configs.of(Some(&first.path))?;
    modules::add(inputs, &[], config.max_size);
    add_companions(inputs, config.max_size);
    modules::add(inputs, &[], config.max_size);
    add_variables(inputs, configs)?;
    mappings::add(inputs, configs, config.gitignore)
}

/// The path by which the configuration of a call is found.
pub fn first_path(path: &Path, stdin_filename: Option<&Path>) -> PathBuf {
    let path = if path.as_os_str() == "-" { stdin_filename.unwrap_or(Path::new("stdin")) } else { path };
    let path = absolute(path);
    if path.is_dir() { path.join("x") } else { path }
}

fn standard_input(name: Option<&Path>) -> Result<Input, String> {
    let content = discover::read_standard_input()?;
    let shown = match (name, &content) {
        (Some(name), _) => discover::Base::of(name).show(&absolute(name)),
        (None, Content::Text(text) | Content::NotUtf8 { text, .. } | Content::Utf16(text)) => {
            let start = text.trim_start_matches('\u{feff}').trim_start();
            if start.starts_with(['{', '[']) { "stdin.json".to_owned() } else { "stdin.yaml".to_owned() }
        }
        (None, _) => "stdin.json".to_owned(),
    };
    Ok(Input { path: absolute(name.unwrap_or(Path::new(&shown))), shown, content, requested: true })
}

/// By what the files are chosen that are read.
pub struct Choice<'a> {
    /// Words of which one stands in every file that defines something.
    pub words: Vec<&'a str>,
    /// Those of them that say something of clients by themselves.
    tells: Vec<&'a str>,
    names: Vec<&'a str>,
    /// What stands in these as JSON defines something by standing there.
    folders: Vec<&'a str>,
    configs: &'a Configs,
    config: &'a Config,
}

impl<'a> Choice<'a> {
    /// How files are chosen where `config` is the configuration of the first path.
    pub fn new(configs: &'a Configs, config: &'a Config) -> Self {
        let providers = config.providers.iter();
        let tables = providers.clone().map(|provider| &provider.table);
        let tells = tables.clone().flat_map(|table| &table.probe).map(String::as_str);
        let words = tells.clone().chain(tables.flat_map(|table| &table.hints).map(String::as_str));
        let shapes = providers.flat_map(|provider| &provider.table.shapes);
        let names = shapes.clone().flat_map(|shape| shape.names.iter().map(String::as_str));
        let folders = shapes.flat_map(|shape| shape.folders.iter().map(String::as_str));
        let (words, tells) = (words.collect(), tells.collect());
        Self { words, tells, names: names.collect(), folders: folders.collect(), configs, config }
    }

    /// Words of which one stands in every file that is read. Few of them are found several times faster than many.
    pub fn probe(&self) -> Vec<&'a str> {
        let all: Vec<&str> = self.words.iter().copied().chain([project::MODULE]).collect();
        let holds_another = |word: &&str| all.iter().any(|other| other != word && word.contains(other));
        all.iter().copied().filter(|word| !holds_another(word)).collect()
    }

    /// Whether a file is read whatever it holds.
    pub fn always(&self, path: &Path) -> bool {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("");
        let folder = path.parent().and_then(Path::file_name).and_then(OsStr::to_str);
        let in_folder = || name.ends_with(".json") && folder.is_some_and(|name| self.folders.contains(&name));
        in_folder()
            || self.names.iter().any(|pattern| providers::like(pattern, name))
            || self.of(path).is_some_and(|config| config.has_layout(path))
    }

    /// Whether the configuration leaves a file out.
    pub fn excludes(&self, path: &Path) -> bool {
        self.of(path).is_some_and(|config| config.excludes(path))
    }

    /// Up to how many bytes a file is read.
    pub fn max_size(&self, path: &Path) -> u64 {
        self.of(path).map_or(self.config.max_size, |config| config.max_size)
    }

    fn of(&self, path: &Path) -> Option<std::sync::Arc<Config>> {
        self.configs.of(Some(path)).ok()
    }
}

fn files(asked: &Asked<'_>, configs: &Configs, config: &Config) -> Result<Read, String> {
    let choice = Choice::new(configs, config);
    let request = Request {
        paths: asked.paths,
        probe: &choice.probe(),
        tells: &choice.tells,
        always: &|path| choice.always(path),
        excluded: &|path| choice.excludes(path),
        gitignore: asked.gitignore && config.gitignore,
        force_exclude: asked.force_exclude,
        max_size: &|path| choice.max_size(path),
    };
    let found = discover(&request).map_err(|error| error.to_string())?;
    let mut inputs = found.files;
    let (walked, named): (Vec<PathBuf>, Vec<PathBuf>) =
        asked.paths.iter().map(|path| absolute(path)).partition(|path| path.is_dir());
    modules::add(&mut inputs, &walked, config.max_size);
    mappings::add_users(&mut inputs, configs, request.gitignore);
    project::drop_strangers(&mut inputs, &choice.words, &|path| named.iter().any(|named| named == path));
    add_companions(&mut inputs, config.max_size);
    modules::add(&mut inputs, &walked, config.max_size);
    // What says nothing of clients itself may still say something of those in other folders.
    let is_inside = |input: &Input| {
        let inside = walked.iter().any(|walked| input.path.starts_with(walked));
        inside && project::is_terraform(&input.shown) && !choice.excludes(&input.path)
    };
    let repeated = links::repeated(&inputs, &walked, &is_inside);
    for input in &mut inputs {
        input.requested |= is_inside(input) && !repeated.contains(input.path.as_os_str());
    }
    mappings::add(&mut inputs, configs, asked.gitignore)?;
    Ok(Read { inputs, looked_at: found.looked_at, excluded: found.excluded })
}

/// So many folders above a plan or state may hold the configuration from which it was made.
const ABOVE: usize = 6;

/// The folders of files that belong to the projects of inputs, and which files in them.
pub fn companions(inputs: &[Input]) -> BTreeMap<PathBuf, fn(&str) -> bool> {
    let mut folders: BTreeMap<PathBuf, fn(&str) -> bool> = BTreeMap::new();
    let mut last = None;
    for input in inputs {
        // Files come in order: those of one folder have the same companions, except that manifests are told by what
        // they hold.
        let group = group(input);
        let is_yaml = input.path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml");
        if last.replace(group) == Some(group) && !is_yaml {
            continue;
        }
        for (folder, wanted) in project::companions(input) {
            folders.entry(folder).or_insert(wanted);
        }
    }
    for input in project::snapshots(inputs) {
        for folder in input.path.ancestors().skip(1).take(ABOVE) {
            folders.entry(folder.to_path_buf()).or_insert(project::is_terraform);
            if discover::is_repository(folder) {
                break;
            }
        }
    }
    folders
}

/// The folder of a file and its ending, as texts: paths would be compared part by part.
fn group(input: &Input) -> (Option<&OsStr>, Option<&OsStr>) {
    (input.path.parent().map(Path::as_os_str), input.path.extension())
}

/// Adds the files that belong to the projects of those that were found.
fn add_companions(inputs: &mut Vec<Input>, max_size: u64) {
    let known: HashSet<&OsStr> = inputs.iter().map(|input| input.path.as_os_str()).collect();
    let mut bases = Bases::default();
    let folders: Vec<(PathBuf, fn(&str) -> bool, Base)> = companions(inputs)
        .into_iter()
        .map(|(folder, wanted)| {
            let base = bases.of(&folder);
            (folder, wanted, base)
        })
        .collect();
    let read = |(folder, wanted, base): &(PathBuf, fn(&str) -> bool, Base)| {
        let mut files = discover::files_in(folder, wanted);
        files.retain(|path| !known.contains(path.as_os_str()));
        files
            .into_iter()
            .filter_map(|path| discover::read_context(&path, base.show(&path), max_size))
            .collect::<Vec<Input>>()
    };
    let more: Vec<Input> = folders.par_iter().flat_map_iter(read).collect();
    let before = inputs.len();
    inputs.extend(more);
    add_scripts(inputs, max_size);
    if inputs.len() > before {
        discover::sort(inputs);
    }
}

/// Adds the files from which Terraform's variables are to take their values.
fn add_variables(inputs: &mut Vec<Input>, configs: &Configs) -> Result<(), String> {
    let mut wanted: BTreeMap<PathBuf, u64> = BTreeMap::new();
    for input in inputs.iter() {
        let config = configs.of(Some(&input.path))?;
        for given in &config.variables {
            if let Given::File(path) = given {
                wanted.insert(path.clone(), config.max_size);
            }
        }
    }
    if wanted.is_empty() {
        return Ok(());
    }
    for (path, max_size) in wanted {
        if inputs.iter().any(|input| input.path == path) {
            continue;
        }
        let shown = discover::Base::of(&path).show(&path);
        let read = discover::read_context(&path, shown, max_size);
        inputs
            .push(read.ok_or_else(|| format!("{}: cannot be read as a file of variables", path.display()))?);
    }
    discover::sort(inputs);
    Ok(())
}

/// Adds the scripts of projects that say that they have some.
fn add_scripts(inputs: &mut Vec<Input>, max_size: u64) {
    let folder = |input: &Input| match &input.content {
        Content::Text(text) => project::scripts(&input.path, text),
        _ => None,
    };
    let folders: BTreeSet<PathBuf> = inputs.iter().filter_map(folder).collect();
    for folder in folders {
        let base = discover::Base::of(&folder);
        let scripts = discover::files_below(&folder, 2, &|name| name.ends_with(".js"));
        inputs.extend(
            scripts.iter().filter_map(|path| discover::read_context(path, base.show(path), max_size)),
        );
    }
}
