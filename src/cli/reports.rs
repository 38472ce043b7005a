//! Where reports go and in which formats: what the command line says, else the configuration.

use std::path::PathBuf;

use clap::ValueEnum;

use super::options::CheckOptions;
use crate::config::Config;
use crate::output;
use crate::reporters::{self, Format, Look, Run, SARIF_MOST_SHOWN};
use crate::suggest::did_you_mean;

/// The reports of a run.
pub(super) struct Reports {
    /// The format of standard output.
    pub(super) format: Format,
    files: Vec<ToFile>,
}

/// A report that goes into a file.
#[derive(Clone, Debug)]
pub(super) struct ToFile {
    format: Format,
    path: PathBuf,
}

impl Reports {
    /// The reports that a call asks for, all of which can be written as far as that is known beforehand.
    pub(super) fn of(options: &CheckOptions, config: &Config) -> Result<Self, String> {
        let said = &config.output;
        let format = options.format.or(said.format).unwrap_or(Format::Text);
        let files = if options.output.is_empty() {
            let to_file = |(format, path): &(Format, PathBuf)| {
                if output::is_outside(path, &said.folder) {
                    // Who runs a check on a repository has not agreed to have files elsewhere replaced.
                    return Err(format!("{}: leads out of the configuration's folder", path.display()));
                }
                Ok(ToFile { format: *format, path: path.clone() })
            };
            said.reports.iter().map(to_file).collect::<Result<_, String>>()?
        } else {
            options.output.clone()
        };
        for (number, file) in files.iter().enumerate() {
            output::check(&file.path)?;
            if files[..number].iter().any(|other| output::is_same(&other.path, &file.path)) {
                return Err(format!("{}: two reports cannot be one file", file.path.display()));
            }
        }
        Ok(Self { format, files })
    }

    /// Whether a report shows text of the files.
    pub(super) fn show_text(&self) -> bool {
        self.formats().any(Format::shows_text)
    }

    /// Whether one of them says how findings can be mended.
    pub(super) fn show_fixes(&self) -> bool {
        self.formats().any(Format::shows_fixes)
    }

    /// Writes those that go into files.
    pub(super) fn write_files(&self, run: &Run<'_>) -> Result<(), String> {
        self.files.iter().try_for_each(|file| {
            output::write(&file.path, &|out| reporters::write(file.format, out, run, Look::plain()))
        })
    }

    /// What is good to know about them beside what they say.
    pub(super) fn notes(&self, run: &Run<'_>) -> Vec<String> {
        let mut notes = Vec::new();
        if self.format == Format::Concise && !run.report.recognised {
            // A line for each finding leaves no line for none.
            notes.push(format!("no client definitions found in {}", reporters::count(run.looked_at, "file")));
        }
        let results = run.report.findings.len();
        if self.formats().any(|format| format == Format::Sarif) && results > SARIF_MOST_SHOWN {
            notes.push(format!(
                "{results} results in SARIF: code scanning shows {SARIF_MOST_SHOWN} of them, the gravest"
            ));
        }
        notes
    }

    fn formats(&self) -> impl Iterator<Item = Format> {
        [self.format].into_iter().chain(self.files.iter().map(|file| file.format))
    }
}

/// Reads `FORMAT=PATH`.
pub(super) fn to_file(text: &str) -> Result<ToFile, String> {
    let Some((name, path)) = text.split_once('=') else {
        return Err("say FORMAT=PATH, as in sarif=clientlint.sarif".to_owned());
    };
    let format = format(name)?;
    match path {
        "" => Err("a path is missing after `=`".to_owned()),
        "-" => Err("`-` is no path: --format decides what standard output holds".to_owned()),
        path => Ok(ToFile { format, path: PathBuf::from(path) }),
    }
}

fn format(name: &str) -> Result<Format, String> {
    Format::from_str(name, false).map_err(|_| {
        let known: Vec<String> = Format::value_variants()
            .iter()
            .filter_map(|format| Some(format.to_possible_value()?.get_name().to_owned()))
            .collect();
        let hint = did_you_mean(name, known.iter().map(String::as_str));
        format!("there is no format `{name}`{hint}; there are {}", known.join(", "))
    })
}
