//! The program `git`, by which commits are read: nothing is fetched, written or run by a hook.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A repository.
pub struct Repository {
    root: PathBuf,
}

/// A file of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its path relative to the root of the repository, with `/`.
    pub path: String,
    object: String,
}

impl Repository {
    /// The repository whose root is a folder.
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_path_buf() }
    }

    /// The commit from which a reference and the commit of today went different ways.
    ///
    /// # Errors
    ///
    /// Says why there is none, and what to do.
    pub fn merge_base(&self, reference: &str) -> Result<String, String> {
        if reference.is_empty() || reference.starts_with('-') || reference.contains(char::is_control) {
            return Err(format!("`{reference}` is no reference to a commit"));
        }
        let shallow = self.text(&["rev-parse", "--is-shallow-repository"])? == "true";
        let commit = self.commit(reference)?.ok_or_else(|| {
            let remote = reference.split_once('/').filter(|(remote, _)| *remote == "origin");
            let fetch = remote
                .map_or("git fetch".to_owned(), |(remote, branch)| format!("git fetch {remote} {branch}"));
            format!(
                "git knows no commit `{reference}` here; where it is on a server, fetch it first: {fetch}"
            )
        })?;
        let head = self.commit("HEAD")?.ok_or("there is no commit yet to compare with")?;
        let base = self.run(&["merge-base", &commit, &head])?;
        if base.status.success() {
            return Ok(line(&base.stdout));
        }
        if base.status.code() != Some(1) {
            return Err(self.explain(&base));
        }
        Err(if shallow {
            format!(
                "this clone is shallow and does not hold the commit from which `{reference}` and HEAD went different \
                 ways; fetch more of the history: git fetch --unshallow (in CI, check out with full history)"
            )
        } else {
            format!("`{reference}` and HEAD have no history in common")
        })
    }

    /// The files of a commit; neither links nor submodules.
    ///
    /// # Errors
    ///
    /// The commit cannot be read.
    pub fn files(&self, commit: &str) -> Result<Vec<Entry>, String> {
        let listed = self.run(&["ls-tree", "-r", "-z", "--full-tree", commit])?;
        if !listed.status.success() {
            return Err(self.explain(&listed));
        }
        // `MODE TYPE OBJECT<tab>PATH`. Modes of files are 100644 and 100755; a link is 120000, a submodule 160000.
        let entry = |record: &[u8]| {
            let (head, path) = std::str::from_utf8(record).ok()?.split_once('\t')?;
            let mut words = head.split(' ');
            let (mode, object) = (words.next()?, words.nth(1)?);
            mode.starts_with("100").then(|| Entry { path: path.to_owned(), object: object.to_owned() })
        };
        Ok(listed.stdout.split(|byte| *byte == 0).filter_map(entry).collect())
    }

    /// Calls a function with the bytes of each file, in order.
    ///
    /// # Errors
    ///
    /// A file cannot be read: the clone may hold a part of the repository only.
    pub fn read(&self, files: &[Entry], call: &mut dyn FnMut(&Entry, &[u8])) -> Result<(), String> {
        if files.is_empty() {
            return Ok(());
        }
        let mut command = self.command(&["cat-file", "--batch", "--buffer"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(|error| not_started(&error))?;
        let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err("git cannot be talked to".to_owned());
        };
        // Each object is asked for once, whatever number of files have it.
        let mut order: Vec<&str> = files.iter().map(|file| file.object.as_str()).collect();
        order.sort_unstable();
        order.dedup();
        let asked: String = order.iter().flat_map(|object| [object, "\n"]).collect();
        let mut of_object: HashMap<&str, Vec<&Entry>> = HashMap::new();
        for file in files {
            of_object.entry(&file.object).or_default().push(file);
        }
        // Written beside: both ends would wait for each other otherwise.
        let result = std::thread::scope(|scope| {
            scope.spawn(move || drop(input.write_all(asked.as_bytes())));
            let mut output = BufReader::with_capacity(1 << 16, output);
            let mut bytes = Vec::new();
            for object in &order {
                if !next_object(&mut output, &mut bytes).map_err(|error| error.to_string())? {
                    let path =
                        of_object.get(object).and_then(|files| files.first()).map_or("", |file| &file.path);
                    return Err(format!(
                        "{path}: git has not got this file of the earlier commit: the clone holds a part of the repository only; clone it \
                         without a filter"
                    ));
                }
                for file in of_object.get(object).into_iter().flatten() {
                    call(file, &bytes);
                }
            }
            Ok(())
        });
        if result.is_err() {
            // Fails where it has ended by itself.
            drop(child.kill());
        }
        drop(child.wait());
        result
    }

    /// The commit that a reference names, if it names one.
    fn commit(&self, reference: &str) -> Result<Option<String>, String> {
        let found = self.run(&["rev-parse", "--verify", "--quiet", &format!("{reference}^{{commit}}")])?;
        Ok(found.status.success().then(|| line(&found.stdout)))
    }

    fn text(&self, arguments: &[&str]) -> Result<String, String> {
        let output = self.run(arguments)?;
        if output.status.success() { Ok(line(&output.stdout)) } else { Err(self.explain(&output)) }
    }

    fn run(&self, arguments: &[&str]) -> Result<Output, String> {
        self.command(arguments).stdin(Stdio::null()).output().map_err(|error| not_started(&error))
    }

    /// A call of git that reads this repository and nothing else, whatever the environment and its configuration say.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        // A hook runs with variables that point elsewhere. Those that carry configuration may hold `safe.directory`.
        let kept = |name: &str| {
            name.starts_with("GIT_CONFIG") || name.contains("OBJECT_DIRECTOR") || name == "GIT_EXEC_PATH"
        };
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(|name| name.starts_with("GIT_") && !kept(name)) {
                command.env_remove(name);
            }
        }
        if let Some(above) = self.root.parent() {
            command.env("GIT_CEILING_DIRECTORIES", above);
        }
        command
            .env("LC_ALL", "C")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_NO_REPLACE_OBJECTS", "1")
            // A clone that holds a part of the repository would fetch the rest.
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("GIT_ALLOW_PROTOCOL", "none")
            .arg("--no-pager")
            .args([
                "-c",
                "core.hooksPath=/dev/null",
                "-c",
                "core.fsmonitor=false",
                "-c",
                "core.quotePath=false",
            ])
            .arg("-C")
            .arg(&self.root)
            .args(arguments);
        command
    }

    /// Why git refused, in its own words where nothing better is known.
    fn explain(&self, output: &Output) -> String {
        let said = String::from_utf8_lossy(&output.stderr);
        let root = self.root.display();
        if said.contains("dubious ownership") {
            return format!(
                "git does not read {root}, which belongs to another user; if you trust it: git config --global --add \
                 safe.directory {root}"
            );
        }
        if said.contains("not a git repository") {
            return format!("{root} is no git repository that git can read");
        }
        let first = said.lines().next().unwrap_or_default().trim_start_matches("fatal: ");
        format!("git cannot read {root}: {first}")
    }
}

/// Reads the next object that `cat-file --batch` writes; whether there is one.
fn next_object(output: &mut dyn BufRead, bytes: &mut Vec<u8>) -> io::Result<bool> {
    let mut head = String::new();
    output.read_line(&mut head)?;
    // `OBJECT blob SIZE`, or `OBJECT missing`.
    let Some(size) = head.trim_end().rsplit_once(" blob ").and_then(|(_, size)| size.parse::<u64>().ok())
    else {
        return Ok(false);
    };
    bytes.clear();
    output.take(size + 1).read_to_end(bytes)?;
    let whole = bytes.len() as u64 == size + 1;
    bytes.pop();
    Ok(whole)
}

fn line(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim_end().to_owned()
}

fn not_started(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "git is needed to read earlier commits, and is not installed".to_owned(),
        kind => format!("git cannot be run: {kind}"),
    }
}
