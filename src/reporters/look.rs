//! How a report is drawn: what was asked for, and what the terminal can show.

use std::io::{self, IsTerminal};

/// When there are colours.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum When {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// How text is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// With colours.
    pub colour: bool,
    /// With characters beyond ASCII.
    pub unicode: bool,
    /// Columns of the terminal.
    pub width: usize,
}

impl Look {
    /// How the terminal wants to be written to.
    pub fn here(colours: When) -> Self {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let is = |name: &str, value: &str| std::env::var(name).is_ok_and(|text| text == value);
        let terminal = io::stdout().is_terminal();
        let colour = match colours {
            When::Always => true,
            When::Never => false,
            When::Auto if set("NO_COLOR") => false,
            When::Auto if set("FORCE_COLOR") || (set("CLICOLOR_FORCE") && !is("CLICOLOR_FORCE", "0")) => true,
            When::Auto => terminal && !is("TERM", "dumb"),
        };
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
            .iter()
            .find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()));
        let unicode = locale.is_none_or(|name| name.to_uppercase().replace('-', "").contains("UTF8"))
            && !is("TERM", "dumb");
        let columns = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
        Self { colour, unicode, width: columns.unwrap_or(100) }
    }
}
