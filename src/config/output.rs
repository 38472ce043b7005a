//! What a configuration says of reports.

use std::path::{Component, Path, PathBuf};

use super::layer::{ConfigError, Layer};
use crate::report_format::Format;

/// How reports are written.
#[derive(Debug, Default)]
pub struct Output {
    /// The format of standard output.
    pub format: Option<Format>,
    /// Reports that go into files: format and path.
    pub reports: Vec<(Format, PathBuf)>,
    /// The folder that they must lie in, whatever links lead out of it.
    pub folder: PathBuf,
    /// Where the page of a rule is, with `{rule}` in the place of its id.
    pub docs_url: Option<String>,
    /// Whether SARIF lists what is silenced.
    pub sarif_suppressed: bool,
}

impl Output {
    /// What layers say, the last of which wins.
    pub(super) fn of(layers: &[Layer]) -> Result<Self, ConfigError> {
        let mut output = Self::default();
        for layer in layers {
            let written = &layer.written.output;
            if let Some(reports) = &written.reports {
                output.reports =
                    reports.iter().map(|(format, path)| (*format, layer.folder.join(path))).collect();
                output.folder.clone_from(&layer.folder);
                check_paths(reports.values()).map_err(|message| layer.error(message))?;
            }
            if let Some(url) = &written.docs_url {
                check_url(url).map_err(|message| layer.error(message))?;
                output.docs_url = Some(url.clone());
            }
            output.format = written.format.or(output.format);
            output.sarif_suppressed = layer.written.sarif.suppressed.unwrap_or(output.sarif_suppressed);
        }
        Ok(output)
    }
}

/// Who runs a check on a repository has not agreed to have files elsewhere replaced.
fn check_paths<'a>(mut paths: impl Iterator<Item = &'a PathBuf>) -> Result<(), String> {
    let below =
        |path: &Path| path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    match paths.find(|path| !below(path)) {
        Some(path) => {
            Err(format!("output.reports: `{}` must lie below the configuration's folder", path.display()))
        }
        None => Ok(()),
    }
}

fn check_url(url: &str) -> Result<(), String> {
    let is_page = url.starts_with("https://") || url.starts_with("http://");
    let plain = url.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '<' | '>' | '"' | '(' | ')'));
    if is_page && plain && url.contains("{rule}") {
        return Ok(());
    }
    Err(format!("output.docs-url: `{url}` must be an http(s) URL that holds {{rule}}"))
}
