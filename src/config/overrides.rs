//! `[[override]]`: what is different for some files, clients or environments.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use globset::GlobMatcher;

use super::globs::{Globs, matchers};
use super::layer::{ConfigError, Layer};
use super::written::{FailOn, Level, Override, Patterns};
use super::{Config, rule_or_tag};
use crate::check::Settings;
use crate::finding::{Confidence, Gate};
use crate::rule::Rule;

/// What is different, and where.
#[derive(Debug)]
pub(super) struct Exception {
    path: Option<Globs>,
    client: Option<Vec<GlobMatcher>>,
    env: Option<Vec<GlobMatcher>>,
    pub(super) rules: BTreeMap<String, Level>,
    fail_on: Option<FailOn>,
    fail_on_confidence: Option<Confidence>,
    /// Where it is written: `clientlint.toml:12`.
    pub(super) from: String,
}

/// What a configuration may tell apart.
#[derive(Clone, Copy, Debug, Default)]
pub struct Judged<'a> {
    /// The file in which it is defined.
    pub file: Option<&'a Path>,
    /// Its name, key and client id; none where it is asked for a whole file.
    pub names: &'a [&'a str],
    /// The name of its environment.
    pub environment: Option<&'a str>,
}

impl Exception {
    pub(super) fn new(
        written: &Override,
        number: usize,
        layer: &Layer,
        rules: &[Arc<Rule>],
    ) -> Result<Self, ConfigError> {
        let error = |message| layer.error(message);
        written.rules.keys().try_for_each(|id| rule_or_tag(rules, id)).map_err(error)?;
        let Override { path, client, env, .. } = written;
        if path.is_none() && client.is_none() && env.is_none() {
            return Err(error("an `override` says for which path, client or env it is".to_owned()));
        }
        let names = |patterns: &Option<Patterns>| {
            patterns.as_ref().map(|patterns| matchers(patterns.list())).transpose()
        };
        let folder = &layer.folder;
        Ok(Self {
            path: path.as_ref().map(|path| Globs::new(folder, path.list())).transpose().map_err(error)?,
            client: names(client).map_err(error)?,
            env: names(env).map_err(error)?,
            rules: written.rules.clone(),
            fail_on: written.gate.fail_on,
            fail_on_confidence: written.gate.fail_on_confidence,
            from: layer.origin_of_table("override", number),
        })
    }

    pub(super) fn fits(&self, judged: Judged<'_>) -> bool {
        let any = |globs: &Vec<GlobMatcher>, names: &[&str]| {
            names.iter().any(|name| globs.iter().any(|glob| glob.is_match(name)))
        };
        self.path.as_ref().is_none_or(|globs| judged.file.is_some_and(|file| globs.match_file(file)))
            && self.client.as_ref().is_none_or(|globs| any(globs, judged.names))
            && self
                .env
                .as_ref()
                .is_none_or(|globs| judged.environment.is_some_and(|name| any(globs, &[name])))
    }

    fn apply(&self, settings: &mut Settings, rules: &[Arc<Rule>]) {
        for (name, level) in &self.rules {
            for id in super::named_rules(rules, std::slice::from_ref(name)) {
                settings.set(id, *level);
            }
        }
    }
}

impl Settings {
    /// Sets what is reported of a rule.
    pub(super) fn set(&mut self, id: String, level: Level) {
        match level {
            Level::Off => {
                self.off.insert(id);
            }
            level => {
                self.off.remove(&id);
                match level.severity() {
                    Some(severity) => self.severities.insert(id, severity),
                    None => self.severities.remove(&id),
                };
            }
        }
    }
}

impl Config {
    /// Whether anything is different for some definitions.
    pub fn has_overrides(&self) -> bool {
        !self.overrides.is_empty()
    }

    /// Whether a rule is on for every definition.
    pub fn has_on_everywhere(&self, rule: &str) -> bool {
        let held = self.settings.floors.contains_key(rule);
        let off = |(name, level): (&String, &Level)| {
            matches!(level, Level::Off)
                && super::named_rules(&self.rules, std::slice::from_ref(name)).contains(rule)
        };
        let somewhere_off = || self.overrides.iter().any(|exception| exception.rules.iter().any(off));
        held || self.settings.has_on(rule) && !somewhere_off()
    }

    /// What is reported of the rules for a definition.
    pub fn settings_for(&self, judged: Judged<'_>) -> Cow<'_, Settings> {
        let mut settings = Cow::Borrowed(&self.settings);
        for exception in self.overrides.iter().filter(|exception| !exception.rules.is_empty()) {
            if exception.fits(judged) {
                exception.apply(settings.to_mut(), &self.rules);
            }
        }
        settings
    }

    /// What fails a run of what is found in a definition.
    pub fn gate_for(&self, judged: Judged<'_>) -> Arc<Gate> {
        let mut gate = Cow::Borrowed(&*self.gate);
        // The command line wins over what files say.
        for exception in self.overrides.iter().filter(|_| !self.gate_is_fixed) {
            let says = exception.fail_on.is_some() || exception.fail_on_confidence.is_some();
            if !says || !exception.fits(judged) {
                continue;
            }
            let gate = gate.to_mut();
            if let Some(fail_on) = exception.fail_on {
                gate.fail_on = fail_on.severity();
                gate.from = format!("override in {}", exception.from).into();
            }
            gate.confidence = exception.fail_on_confidence.unwrap_or(gate.confidence);
        }
        match gate {
            Cow::Borrowed(_) => self.gate.clone(),
            Cow::Owned(mut gate) => {
                if let Some(policy) = &self.policy {
                    policy.tighten_gate(&mut gate);
                }
                Arc::new(gate)
            }
        }
    }
}
