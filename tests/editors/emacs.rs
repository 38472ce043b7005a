//! Emacs, with each of its two clients.

use std::process::Command;

use super::page;
use super::session::{Columns, Session, program};

/// The scripts of Emacs' own: what both clients have in common, and each client's.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/editors");

fn hold(heading: &str, package: &str, session: impl FnOnce() -> Session) {
    let Some(emacs) = program("emacs", "no/such/file") else { return };
    // Without its packages there is nothing to configure.
    let available = Command::new(&emacs)
        .args(["--batch", "--eval", "(package-initialize)", "--eval"])
        .arg(format!("(kill-emacs (if (and (require '{package} nil t) (require 'yaml-mode nil t)) 0 1))"))
        .output()
        .unwrap();
    if !available.status.success() {
        let needed = std::env::var_os("CLIENTLINT_NEED_TOOLS").is_some();
        assert!(!needed, "Emacs has no {package} or no yaml-mode: run scripts/install-editors");
        return;
    }
    let session = session();
    let init = session.write("init.el", &page::block(heading, "elisp"));
    let mut command = Command::new(emacs);
    command.args(["--batch", "--eval", "(package-initialize)", "--load"]).arg(init);
    command.arg("--load").arg(format!("{FOLDER}/session.el"));
    command.arg("--load").arg(format!("{FOLDER}/{package}.el"));
    command.arg("--eval").arg(format!("(session-run {:?})", session.file().to_str().unwrap()));
    session.hold(&mut command, Columns::Characters);
}

#[test]
fn eglot_sees_mends_and_saves() {
    hold("Emacs with Eglot", "eglot", Session::new);
}

#[test]
fn lsp_mode_sees_mends_and_saves() {
    hold("Emacs with lsp-mode", "lsp-mode", Session::in_the_basic_plane);
}
