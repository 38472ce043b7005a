//! Where the baseline of a run stands, and how far the run can speak of its entries.

use std::path::{Path, PathBuf};

use super::{Baseline, Scope};
use crate::config::Config;
use crate::configs::Configs;
use crate::discover::{self, Base, absolute};
use crate::lint::Report;

/// The name of a baseline where nobody gives it another, in the root of the repository.
const NAME: &str = ".clientlint-baseline.json";

/// Where the baseline of a run stands, and what the run was asked for.
pub struct Place {
    /// The file, from the root.
    pub file: PathBuf,
    /// Whether somebody names it for this run, so that it must be there.
    named: bool,
    /// What the run was asked for, from the root.
    pub asked: Vec<PathBuf>,
    base: Base,
}

impl Place {
    /// The baseline for what lies at a path: the file that is named, else that of the configuration, else the usual one.
    pub fn at(path: &Path, file: Option<&Path>, config: &Config) -> Self {
        let base = Base::of(path);
        let place = file.map(absolute).or_else(|| config.baseline.clone());
        let place = place.unwrap_or_else(|| absolute(&base.find(NAME)));
        Self { file: place, named: file.is_some(), base, asked: Vec::new() }
    }

    /// The same where the file need not be there yet.
    #[must_use]
    pub fn not_named(self) -> Self {
        Self { named: false, ..self }
    }

    /// The baseline; `None` where there is none and nobody said that there is.
    ///
    /// # Errors
    ///
    /// Names the file and says what is wrong with it.
    pub fn read(&self) -> Result<Option<Baseline>, String> {
        if !discover::exists(&self.file) {
            let missing = format!("{}: there is no such baseline", self.shown());
            return if self.named { Err(missing) } else { Ok(None) };
        }
        let text = discover::read_text(&self.file)?;
        Baseline::read(&text).map(Some).map_err(|said| format!("{}:{said}", self.shown()))
    }

    /// The file as it is shown.
    pub fn shown(&self) -> String {
        self.base.show(&self.file)
    }

    /// Silences what is known. Where parts of what was asked for are left out, no entry is called stale.
    ///
    /// # Errors
    ///
    /// Says what is wrong with the configuration.
    pub fn silence(
        &self,
        baseline: &Baseline,
        report: &mut Report,
        configs: &Configs,
        in_part: bool,
    ) -> Result<(), String> {
        self.within(configs, |scope| {
            let asked = |path: &str| !in_part && (scope.asked)(path);
            baseline.silence(report, &Scope { asked: &asked, ..*scope });
        })
    }

    /// Runs something that asks how far the run can speak of entries.
    ///
    /// # Errors
    ///
    /// Says what is wrong with the configuration.
    pub fn within<T>(&self, configs: &Configs, run: impl FnOnce(&Scope<'_>) -> T) -> Result<T, String> {
        // Those of the inputs are right, or nothing would have been analysed; that of a file which is gone may be wrong.
        let fallback = configs.of(self.asked.first().map(PathBuf::as_path))?;
        let on_disk = |path: &str| absolute(&self.base.find(path));
        let asked = |path: &str| self.asked.iter().any(|asked| on_disk(path).starts_with(asked));
        let exists = |path: &str| discover::exists(&on_disk(path));
        let config = |path: &str| configs.of(Some(&on_disk(path))).unwrap_or_else(|_| fallback.clone());
        Ok(run(&Scope { config: &config, asked: &asked, exists: &exists }))
    }
}
