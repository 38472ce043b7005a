//! Neovim: the version that Debian has, and one that has `vim.lsp.config`.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::page;
use super::session::{Columns, Session, program};

/// Neovim's own script.
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/editors/neovim.lua");

fn hold(neovim: &Path, heading: &str) {
    let session = Session::new();
    let init = session.write("init.lua", &page::block(heading, "lua"));
    let mut command = Command::new(neovim);
    command.args(["--headless", "-n", "-i", "NONE", "-u"]).arg(init).arg(session.file());
    session.hold(command.args(["-S", SCRIPT]), Columns::Bytes);
}

/// The second number of a version 0.x.
fn minor(neovim: &Path) -> u32 {
    let output = Command::new(neovim).arg("--version").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.trim_start_matches("NVIM v0.").split('.').next().unwrap().parse().unwrap_or(u32::MAX)
}

/// The Neovim of the system, which may be any.
fn of_the_system() -> Option<PathBuf> {
    program("nvim", "no/such/file")
}

#[test]
fn the_neovim_of_the_system_sees_mends_and_saves() {
    let Some(neovim) = of_the_system() else { return };
    let heading = if minor(&neovim) < 11 { "Neovim 0.7 to 0.10" } else { "Neovim 0.11 and later" };
    hold(&neovim, heading);
}

#[test]
fn a_new_neovim_sees_mends_and_saves() {
    let Some(neovim) = program("nvim", "target/tools/neovim/bin/nvim").filter(|path| minor(path) >= 11)
    else {
        let needed = std::env::var_os("CLIENTLINT_NEED_TOOLS").is_some();
        assert!(!needed, "a new Neovim is missing: run scripts/install-editors");
        return;
    };
    hold(&neovim, "Neovim 0.11 and later");
}
