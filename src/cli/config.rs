//! `config`: what holds for a file and why, the schema, and whether a configuration is right.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::options::{ConfigCommand, ListFormat};
use super::{Outcome, ended};
use crate::config::schema;
use crate::configs::Adjustment;
use crate::discover::{self, absolute};
use crate::reporters::printable;

/// Runs one of the commands.
pub(super) fn config(command: &ConfigCommand, out: &mut dyn Write) -> Outcome {
    match command {
        ConfigCommand::Show { file, format, config } => {
            let configs = config.configs(Adjustment::default())?;
            let named = file.as_deref().filter(|file| !file.is_dir()).map(absolute);
            let folder = file.as_deref().filter(|file| file.is_dir()).unwrap_or(Path::new("."));
            let path = named.clone().unwrap_or_else(|| absolute(folder).join("clientlint.toml"));
            let config = configs.of(Some(&path))?;
            let name = named.as_deref().map(|path| discover::Base::of(path).show(path));
            let shown = config.show(named.as_deref(), name);
            Ok(ended(
                match format {
                    ListFormat::Text => {
                        let text = shown.text();
                        text.lines().try_for_each(|line| writeln!(out, "{}", printable(line)))
                    }
                    ListFormat::Json => json(out, &shown),
                },
                0,
            ))
        }
        ConfigCommand::Schema => {
            let builtin = crate::config::Config::builtin().map_err(|error| error.to_string())?;
            Ok(ended(json(out, &schema(&builtin.rules)), 0))
        }
        ConfigCommand::Validate { file, config } => {
            let mut options = config.clone();
            if let Some(file) = file {
                if options.no_config || options.config.is_some() {
                    return Err("a FILE is checked, or the one that --config names".to_owned());
                }
                options.config = Some(file.clone());
            }
            let configs = options.configs(Adjustment::default())?;
            let config = configs.of(Some(&absolute(Path::new("clientlint.toml"))))?;
            let shown = |path: &PathBuf| printable(&discover::Base::of(path).show(path));
            let said = match &config.path {
                Some(path) => format!("{} is right", shown(path)),
                None => "no clientlint.toml: the built-in settings hold".to_owned(),
            };
            Ok(ended(writeln!(out, "{said}"), 0))
        }
    }
}

fn json(out: &mut dyn Write, value: &impl serde::Serialize) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)
}
