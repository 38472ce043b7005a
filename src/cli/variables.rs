//! `--var` and `--var-file`: values of Terraform's variables, in the order in which they are given.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Args, Command, Error, FromArgMatches, value_parser};

use crate::config::Given;
use crate::discover::absolute;

/// What the command line says of Terraform's variables. The last of a name counts, whichever option gives it.
#[derive(Clone, Debug, Default)]
pub(super) struct Variables {
    /// In the order of the command line.
    given: Vec<Given>,
    /// Whether one of them is no NAME=VALUE.
    wrong: bool,
}

impl Variables {
    /// The values, in the order of the command line.
    ///
    /// # Errors
    ///
    /// One is none. What was given is not repeated, as an error of the options would be: it may be a secret.
    pub(super) fn given(&self) -> Result<Vec<Given>, String> {
        if self.wrong {
            return Err("--var takes NAME=VALUE, as in --var region=eu".to_owned());
        }
        Ok(self.given.clone())
    }
}

impl Args for Variables {
    fn augment_args(command: Command) -> Command {
        command
            .arg(
                Arg::new("var-file")
                    .long("var-file")
                    .value_name("FILE")
                    .action(ArgAction::Append)
                    .value_parser(value_parser!(PathBuf))
                    .help("Take values of Terraform variables from this file; may be repeated"),
            )
            .arg(
                Arg::new("var")
                    .long("var")
                    .value_name("NAME=VALUE")
                    .action(ArgAction::Append)
                    .help("Give a Terraform variable a value; may be repeated, the last of a name counts"),
            )
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Variables {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let mut given: Vec<(usize, Given)> = Vec::new();
        let at = |id: &str| matches.indices_of(id).into_iter().flatten();
        let files = matches.get_many::<PathBuf>("var-file").into_iter().flatten();
        given.extend(at("var-file").zip(files.map(|path| Given::File(absolute(path)))));
        for (at, text) in at("var").zip(matches.get_many::<String>("var").into_iter().flatten()) {
            let pair = text.split_once('=').filter(|(name, _)| !name.trim().is_empty());
            let Some((name, value)) = pair else { return Ok(Self { given: Vec::new(), wrong: true }) };
            given.push((at, Given::Value(name.trim().to_owned(), value.to_owned())));
        }
        given.sort_by_key(|(at, _)| *at);
        Ok(Self { given: given.into_iter().map(|(_, given)| given).collect(), wrong: false })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
