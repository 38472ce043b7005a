//! How a report is drawn: what was asked for, and what the terminal can show.

use std::io::{self, IsTerminal};

/// When there are colours, or links.
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
    /// With links that a terminal can open.
    pub links: bool,
    /// Columns of the terminal.
    pub width: usize,
}

impl Look {
    /// For files.
    pub fn plain() -> Self {
        Self { colour: false, unicode: true, links: false, width: 100 }
    }

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
        let set = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
        let seen = || {
            let terminal = terminal.then(|| terminal_size::terminal_size_of(io::stdout())).flatten();
            terminal.map(|(width, _)| usize::from(width.0))
        };
        // Narrower than this nothing can be read; wider, no eye finds the next line.
        let width = set.or_else(seen).unwrap_or(100).clamp(40, 140);
        Self { colour, unicode, links: false, width }
    }

    /// The same with links, where these are wanted.
    #[must_use]
    pub fn with_links(self, links: When) -> Self {
        let seen =
            || io::stdout().is_terminal() && supports_hyperlinks::on(supports_hyperlinks::Stream::Stdout);
        let links = match links {
            When::Always => true,
            When::Never => false,
            When::Auto => self.colour && seen(),
        };
        Self { links, ..self }
    }
}
