//! `completions`, `man` and `version`: what the program says of itself.

use std::io::{self, Write};
use std::path::Path;

use clap::CommandFactory as _;

use super::{Cli, Outcome, ended};
use crate::write::anew;

/// The completions of a shell.
pub(super) fn completions(shell: clap_complete::Shell, out: &mut dyn Write) -> io::Result<u8> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "clientlint", &mut text);
    ended(out.write_all(&text), 0)
}

/// The manual: a page for the program, and one for each command.
pub(super) fn manual(folder: &Path, out: &mut dyn Write) -> Outcome {
    let mut command = Cli::command();
    command.build();
    let mut pages = vec![("clientlint".to_owned(), command.clone())];
    gather("clientlint", &command, &mut pages);
    let written = pages.len();
    for (name, command) in pages {
        let mut page = Vec::new();
        let rendered = clap_mangen::Man::new(command).render(&mut page);
        let path = folder.join(format!("{name}.1"));
        rendered
            .and_then(|()| anew(&path, &String::from_utf8_lossy(&page), true))
            .map_err(|error| format!("{}: cannot be written ({})", path.display(), error.kind()))?;
    }
    Ok(ended(writeln!(out, "wrote {} to {}", crate::reporters::count(written, "page"), folder.display()), 0))
}

fn gather(above: &str, command: &clap::Command, pages: &mut Vec<(String, clap::Command)>) {
    for below in command.get_subcommands().filter(|below| below.get_name() != "help") {
        let name = format!("{above}-{}", below.get_name());
        pages.push((name.clone(), below.clone()));
        gather(&name, below, pages);
    }
}

/// The version.
pub(super) fn version(json: bool, out: &mut dyn Write) -> io::Result<u8> {
    let version = env!("CARGO_PKG_VERSION");
    let text = if json {
        serde_json::json!({ "name": "clientlint", "version": version, "json": 1 }).to_string()
    } else {
        format!("clientlint {version}")
    };
    ended(writeln!(out, "{text}"), 0)
}
