//! Real editors and the language server: what `docs/editors.md` tells users to write is what is run here.
//!
//! `scripts/install-editors` installs the editors. Without them these tests do nothing, except where
//! `CLIENTLINT_NEED_TOOLS` is set, as in continuous integration.

#![allow(unreachable_pub, clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod emacs;
mod neovim;
mod page;
mod session;
mod snippets;
