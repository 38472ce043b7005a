//! `clientlint.toml` as its author wrote it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;
use serde_json::{Map, Value as Json};
use toml::Spanned;

use super::ignores::{IgnoreTable, IgnoresTable};
use crate::providers::{self, Provider, Table};
use crate::rule::{Options, Persona, Profile, Severity};
use crate::suggest::did_you_mean;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Written {
    pub(super) persona: Option<Persona>,
    pub(super) profile: Option<Profile>,
    #[serde(default)]
    pub(super) select: Vec<String>,
    #[serde(default)]
    pub(super) disable: Vec<String>,
    #[serde(default)]
    pub(super) rule_folders: Vec<PathBuf>,
    #[serde(default)]
    pub(super) gate: Gate,
    #[serde(default)]
    pub(super) rules: BTreeMap<String, RuleSetting>,
    #[serde(default)]
    pub(super) files: Files,
    #[serde(default)]
    pub(super) channels: Channels,
    #[serde(default)]
    pub(super) env: BTreeMap<String, Environment>,
    #[serde(default)]
    pub(super) facts: Facts,
    #[serde(default)]
    pub(super) layout: Vec<Layout>,
    #[serde(default)]
    pub(super) ignores: IgnoresTable,
    #[serde(default)]
    pub(super) ignore: Vec<Spanned<IgnoreTable>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Gate {
    pub(super) fail_on: Option<FailOn>,
}

/// From which severity on a run fails.
#[derive(Clone, Copy, Debug, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum FailOn {
    /// From errors on.
    Error,
    /// From warnings on.
    Warning,
    /// From infos on.
    Info,
    /// Never.
    Never,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum RuleSetting {
    Level(Level),
    Long(RuleTable),
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RuleTable {
    pub(super) severity: Option<Level>,
    pub(super) ignorable: Option<bool>,
    #[serde(default)]
    pub(super) options: Map<String, Json>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Level {
    Off,
    Info,
    Warning,
    Error,
    Default,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Files {
    #[serde(default)]
    pub(super) exclude: Vec<String>,
    pub(super) max_size: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Channels {
    #[serde(default)]
    pub(super) management_api: Vec<String>,
    #[serde(default)]
    pub(super) dashboard: Vec<String>,
    #[serde(default)]
    pub(super) dcr: Vec<String>,
    #[serde(default)]
    pub(super) cimd: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Environment {
    #[serde(rename = "match", default)]
    pub(super) globs: Vec<String>,
    pub(super) production: Option<bool>,
}

/// What the organisation declares; each is an option of the rules that it concerns.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Facts {
    pub(super) dashboard_third_party: Option<String>,
    pub(super) first_party_domains: Option<Vec<String>>,
    pub(super) custom_schemes: Option<Vec<String>>,
}

/// A layout of the organisation's own: a provider table with the files that it is for.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Layout {
    pub(super) name: String,
    #[serde(default)]
    pub(super) files: Vec<String>,
    /// Where clients stand in the document.
    pub(super) clients: String,
    /// Whose platform they are deployed to: its defaults and rules apply.
    #[serde(default)]
    pub(super) platform: Option<String>,
    #[serde(default)]
    pub(super) channel: Option<String>,
    #[serde(default)]
    pub(super) attributes: BTreeMap<String, providers::OneOrMore>,
    #[serde(default)]
    pub(super) values: BTreeMap<String, BTreeMap<String, String>>,
}

impl FailOn {
    /// The least severity that fails a run.
    pub fn severity(self) -> Option<Severity> {
        match self {
            Self::Error => Some(Severity::Error),
            Self::Warning => Some(Severity::Warning),
            Self::Info => Some(Severity::Info),
            Self::Never => None,
        }
    }
}

impl Layout {
    /// The provider table that the layout stands for.
    pub(super) fn provider(&self, builtin: &[Provider]) -> Result<Provider, String> {
        let platform = self.platform.as_deref().unwrap_or("auth0");
        let Some(base) = builtin.iter().find(|provider| provider.id == platform) else {
            let hint = did_you_mean(platform, builtin.iter().map(|provider| provider.id.as_str()));
            return Err(format!("layout `{}`: there is no platform `{platform}`{hint}", self.name));
        };
        let mut table = Table { furniture: Vec::new(), ..base.table.clone() };
        let mut attributes = base.table.attributes.get("client").cloned().unwrap_or_default();
        attributes.extend(self.attributes.clone());
        table.attributes = BTreeMap::from([("client".to_owned(), attributes)]);
        for (attribute, values) in &self.values {
            table.values.entry(attribute.clone()).or_default().extend(values.clone());
        }
        table.shapes = vec![providers::Shape::in_house(&self.clients, self.channel.clone())];
        let mut provider = Provider::new(self.name.clone(), table)?;
        provider.platform = Some(platform.to_owned());
        Ok(provider)
    }
}

/// What a configuration sets of a rule's options, directly or through `[facts]`.
pub(super) fn options(written: &Written, id: &str) -> Options {
    let mut options = match written.rules.get(id) {
        Some(RuleSetting::Long(table)) => table.options.clone(),
        _ => Options::new(),
    };
    let facts = &written.facts;
    let mut fact = |rule: &str, option: &str, value: Option<Json>| {
        if rule == id
            && let Some(value) = value
        {
            options.entry(option.to_owned()).or_insert(value);
        }
    };
    fact(
        "private-use-scheme-not-reverse-domain",
        "allowed-schemes",
        facts.custom_schemes.clone().map(Json::from),
    );
    options
}
