//! The documents of a call as they were at an earlier commit, read from git's store; the work tree is not touched.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use crate::config::Config;
use crate::configs::Configs;
use crate::discover::{self, Base, Content, Input, absolute};
use crate::git::{Entry, Repository};
use crate::inputs::{Asked, Choice, companions};
use crate::project;

/// What there was.
pub struct Earlier {
    /// The files that would have been asked for, and those of their projects.
    pub inputs: Vec<Input>,
    /// The paths among them, as reported, that are gone today.
    pub gone: BTreeSet<String>,
}

/// Reads what a call would have read at the merge base of a reference and today's commit.
///
/// Files that are gone today are read wherever they were: what was in them may have moved to the files asked for.
///
/// # Errors
///
/// The reference names no commit, or git cannot read it: with what to do.
pub fn read(
    reference: &str,
    asked: &Asked<'_>,
    configs: &Configs,
    config: &Config,
) -> Result<Earlier, String> {
    let paths = paths(asked)?;
    let root = paths.first().and_then(|path| Base::repository(path));
    let root = root.ok_or("--since compares commits, and this is no git repository")?;
    if paths.iter().any(|path| Base::repository(path).as_ref() != Some(&root)) {
        return Err("--since compares the files of one repository at a time".to_owned());
    }
    let repository = Repository::new(&root);
    let base = repository.merge_base(reference)?;
    let files = repository.files(&base)?;
    let choice = Choice::new(configs, config);
    let probe = choice.probe();
    let on_disk = |file: &Entry| root.join(&file.path);
    let is_asked = |path: &Path| paths.iter().any(|asked| path.starts_with(asked));
    let is_named = |path: &Path| !asked.force_exclude && paths.iter().any(|asked| path == asked);
    let mut gone = BTreeSet::new();
    let mut wanted = Vec::new();
    for file in &files {
        let path = on_disk(file);
        let fits = is_named(&path) || discover::is_of_interest(&path) && !choice.excludes(&path);
        if !fits {
            continue;
        }
        let is_gone = !discover::exists(&path);
        if is_gone {
            gone.insert(file.path.clone());
        }
        if is_gone || is_asked(&path) {
            wanted.push(file.clone());
        }
    }
    let mut inputs = Vec::new();
    let mut add = |file: &Entry, content: Option<Content>, requested: bool| {
        inputs.extend(content.map(|content| Input {
            path: on_disk(file),
            shown: file.path.clone(),
            content,
            requested,
        }));
    };
    repository.read(&wanted, &mut |file, bytes| {
        let path = on_disk(file);
        let words = (!is_named(&path) && !choice.always(&path)).then_some(probe.as_slice());
        add(file, discover::content(bytes, choice.max_size(&path), words), true);
    })?;
    discover::sort(&mut inputs);
    project::drop_strangers(&mut inputs, &choice.words, &is_named);
    let beside = beside(&inputs, &files, &root);
    let mut context = Vec::new();
    repository.read(&beside, &mut |file, bytes| {
        if let Some(content @ Content::Text(_)) = discover::content(bytes, config.max_size, None) {
            context.push(Input { path: on_disk(file), shown: file.path.clone(), content, requested: false });
        }
    })?;
    inputs.extend(context);
    discover::sort(&mut inputs);
    Ok(Earlier { inputs, gone })
}

/// The files and folders that are asked for, from the root of the file system.
fn paths(asked: &Asked<'_>) -> Result<Vec<PathBuf>, String> {
    if asked.standard_input() {
        let name = asked.stdin_filename.ok_or("--since with standard input needs --stdin-filename")?;
        return Ok(vec![absolute(name)]);
    }
    Ok(asked.paths.iter().map(|path| absolute(path)).collect())
}

/// The files that belonged to the projects of inputs.
fn beside(inputs: &[Input], files: &[Entry], root: &Path) -> Vec<Entry> {
    let known: HashSet<&str> = inputs.iter().map(|input| input.shown.as_str()).collect();
    let folders: BTreeMap<PathBuf, fn(&str) -> bool> = companions(inputs);
    let wanted = |file: &&Entry| {
        let path = root.join(&file.path);
        let (Some(folder), Some(name)) = (path.parent(), path.file_name().and_then(|name| name.to_str()))
        else {
            return false;
        };
        !known.contains(file.path.as_str()) && folders.get(folder).is_some_and(|wanted| wanted(name))
    };
    files.iter().filter(wanted).cloned().collect()
}

impl Earlier {
    /// Makes context of the inputs of today in whose projects nothing has changed: nothing is reported of them.
    ///
    /// The modules of Terraform may lie in any folder: a change of one of its files is one of all of them.
    pub fn leave_out_unchanged(&self, inputs: &mut [Input]) {
        let group = |input: &Input| {
            let name = input.shown.rsplit('/').next().unwrap_or(&input.shown);
            if project::is_terraform(name) {
                return "terraform".to_owned();
            }
            let key = project::key(&input.shown, &[]);
            match project::companions(input).first().filter(|_| key.starts_with("file:")) {
                Some((folder, _)) => folder.display().to_string(),
                None => key,
            }
        };
        let before: BTreeMap<&str, &Input> =
            self.inputs.iter().map(|input| (input.shown.as_str(), input)).collect();
        let today: HashSet<&str> = inputs.iter().map(|input| input.shown.as_str()).collect();
        let is_same = |input: &Input| before.get(input.shown.as_str()).is_some_and(|was| same(was, input));
        let mut changed: HashSet<String> = inputs.iter().filter(|input| !is_same(input)).map(group).collect();
        changed.extend(self.inputs.iter().filter(|was| !today.contains(was.shown.as_str())).map(group));
        for input in inputs.iter_mut() {
            input.requested &= changed.contains(&group(input));
        }
    }
}

/// Whether two files hold the same text. Git may have other ends of lines than the work tree.
fn same(a: &Input, b: &Input) -> bool {
    match (&a.content, &b.content) {
        (Content::Text(a), Content::Text(b)) => a == b || a.lines().eq(b.lines()),
        _ => false,
    }
}
