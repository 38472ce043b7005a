//! `init`: writes a configuration that fits the repository, and writes or shows the snippets for the hook and CI.

use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::check::{Wanted, analyse};
use super::options::{ConfigOptions, InitOptions, InputOptions};
use super::{Outcome, ended};
use crate::config::NAMES;
use crate::configs::{Adjustment, Configs};
use crate::discover::exists;
use crate::init::{self, Ci, HOOK};
use crate::reporters::count;
use crate::write::anew;

pub(super) fn init(options: &InitOptions, out: &mut dyn Write) -> Outcome {
    let there = NAMES.iter().find(|name| exists(Path::new(name)));
    if let Some(name) = there.filter(|_| !options.force) {
        return Err(format!("{name} is there already; --force replaces it"));
    }
    let path = Path::new(there.unwrap_or(&NAMES[0]));
    let input = InputOptions {
        paths: vec![PathBuf::from(".")],
        config: ConfigOptions { no_config: true, ..ConfigOptions::default() },
        ..InputOptions::default()
    };
    let configs = Configs::new(None, true, Adjustment::default())?;
    let (report, _) = analyse(&input, &configs, Wanted::default())?;
    write(path, &init::configuration(&report), true)?;
    let mut said = vec![format!(
        "wrote {} ({} found in {})",
        path.display(),
        count(report.clients.len(), "client"),
        count(report.documents, "file")
    )];
    if options.hook {
        said.extend(place(HOOK, &init::hook(), false)?);
    } else {
        said.push(snippet(&format!("For pre-commit, in {HOOK} (--hook writes it):"), &init::hook()));
    }
    match options.ci {
        Some(ci) => said.extend(place(ci.file(), ci.text(), options.force && ci == Ci::Github)?),
        None => said.push(snippet(
            &format!("For GitHub, in {} (--ci github|gitlab|azure writes it):", Ci::Github.file()),
            Ci::Github.text(),
        )),
    }
    let written: io::Result<()> = said.iter().try_for_each(|line| writeln!(out, "{line}"));
    Ok(ended(written, 0))
}

/// Writes a file that does not belong to clientlint alone: where it is there already, what to add is shown instead.
fn place(name: &str, text: &str, replace: bool) -> Result<Option<String>, String> {
    match anew(Path::new(name), text, replace) {
        Ok(()) => Ok(Some(format!("wrote {name}"))),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            Ok(Some(snippet(&format!("{name} is there already and stays as it is. Add to it:"), text)))
        }
        Err(error) => Err(format!("{name}: cannot be written ({})", error.kind())),
    }
}

fn write(path: &Path, text: &str, replace: bool) -> Result<(), String> {
    anew(path, text, replace)
        .map_err(|error| format!("{}: cannot be written ({})", path.display(), error.kind()))
}

fn snippet(head: &str, text: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| format!("    {line}")).collect();
    format!("\n{head}\n\n{}", lines.join("\n"))
}
