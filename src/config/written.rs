//! `clientlint.toml` as its author wrote it. The comments are the descriptions in its schema.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::de::value::MapAccessDeserializer;
use serde::de::{IntoDeserializer, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value as Json};
use toml::Spanned;

use super::facts::Facts;
use super::ignores::{IgnoreTable, IgnoresTable};
use super::layout::Layout;
use crate::finding::Confidence;
use crate::report_format::Format;
use crate::rule::{Persona, Profile, Severity};

/// Settings of clientlint, in `clientlint.toml` or `.clientlint.toml`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
#[schemars(title = "clientlint.toml")]
pub(super) struct Written {
    /// Says that no file above counts. That holds anyway: the nearest file counts, and no other that it does not extend.
    #[allow(dead_code, reason = "what it says is so without it")]
    pub(super) root: Option<bool>,
    /// The versions of clientlint that may read this file, such as `>=0.3`.
    pub(super) required_version: Option<String>,
    /// Files on which this one builds. Later ones win over earlier ones, this one over all of them.
    pub(super) extends: Vec<PathBuf>,
    /// For whom the report is.
    pub(super) persona: Option<Persona>,
    /// A stricter set of severities.
    pub(super) profile: Option<Profile>,
    /// The only rules that are checked: ids, or `tag:NAME`.
    pub(super) select: Option<Vec<String>>,
    /// Rules that are not checked: ids, or `tag:NAME`.
    pub(super) disable: Option<Vec<String>>,
    /// Folders with rules of one's own.
    pub(super) rule_folders: Vec<PathBuf>,
    /// When a run fails, and what is shown.
    pub(super) gate: Gate,
    /// Severities and options of rules.
    pub(super) rules: BTreeMap<String, RuleSetting>,
    /// Which files are read.
    pub(super) files: Files,
    /// How the clients of files are created.
    pub(super) channels: Channels,
    /// The environments to which files belong.
    pub(super) env: BTreeMap<String, Environment>,
    /// What the organisation declares.
    pub(super) facts: Facts,
    /// Findings that are known, and are to be mended later.
    pub(super) baseline: Baseline,
    /// Layouts of client files of one's own.
    pub(super) layout: Vec<Layout>,
    /// What is different for some files, clients or environments.
    #[serde(rename = "override")]
    pub(super) overrides: Vec<Override>,
    /// What may be silenced, and how.
    pub(super) ignores: IgnoresTable,
    /// Findings that nobody wants to hear of.
    #[schemars(with = "Vec<IgnoreTable>")]
    pub(super) ignore: Vec<Spanned<IgnoreTable>>,
    /// How reports are written.
    pub(super) output: Output,
    /// What SARIF holds.
    pub(super) sarif: Sarif,
    /// How Terraform's files are evaluated.
    pub(super) terraform: Terraform,
}

/// How reports are written.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct Output {
    /// The format of standard output.
    pub(super) format: Option<Format>,
    /// Reports that go into files below the folder of this file: format and path.
    #[schemars(extend("propertyNames" = { "$ref": "#/$defs/Format" }))]
    pub(super) reports: Option<BTreeMap<Format, PathBuf>>,
    /// Where the page of a rule is, with `{rule}` in the place of its id.
    pub(super) docs_url: Option<String>,
}

/// What SARIF holds.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct Sarif {
    /// Whether what is silenced is listed, with its reason.
    pub(super) suppressed: Option<bool>,
}

/// How Terraform's files are evaluated.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct Terraform {
    /// Files from which variables take their values, relative to this file. Later ones win over earlier ones.
    pub(super) var_files: Vec<PathBuf>,
}

/// When a run fails, and what is shown.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct Gate {
    /// A run fails from this severity on.
    pub(super) fail_on: Option<FailOn>,
    /// Only findings that are so sure fail a run.
    pub(super) fail_on_confidence: Option<Confidence>,
    /// Nothing below this severity is shown.
    pub(super) min_severity: Option<Severity>,
    /// Nothing less sure is shown.
    pub(super) min_confidence: Option<Confidence>,
}

/// Findings that are known, and are to be mended later.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct Baseline {
    /// Their file; `.clientlint-baseline.json` in the root of the repository by default.
    pub(super) file: Option<PathBuf>,
    /// Whether findings about committed secrets may be among them.
    pub(super) secrets: Option<bool>,
}

/// From which severity on a run fails.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, clap::ValueEnum)]
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

/// The severity of a rule, or a table of its settings.
#[derive(Debug, JsonSchema)]
#[schemars(untagged)]
pub(super) enum RuleSetting {
    /// Its severity.
    Level(Level),
    /// Its settings.
    Long(RuleTable),
}

/// Settings of a rule.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct RuleTable {
    /// Its severity.
    pub(super) severity: Option<Level>,
    /// Whether its findings may be silenced: ignored, or put off by a baseline.
    pub(super) ignorable: Option<bool>,
    /// Values of its options; `clientlint explain RULE` names them.
    pub(super) options: Map<String, Json>,
}

/// How bad a rule is taken.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Level {
    /// It is not checked.
    Off,
    /// Good to know.
    Info,
    /// Should be changed.
    Warning,
    /// Wrong.
    Error,
    /// As the rule says itself.
    Default,
}

/// Which files are read.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct Files {
    /// The only files that are looked into; without it all of them.
    pub(super) include: Option<Vec<String>>,
    /// Files that are left out.
    pub(super) exclude: Option<Vec<String>>,
    /// Whether what .gitignore leaves out is left out here too.
    pub(super) gitignore: Option<bool>,
    /// Files that are read as a certain shape, whatever they hold.
    pub(super) kinds: BTreeMap<String, String>,
    /// Files larger than this are not read.
    pub(super) max_size: Option<String>,
}

/// How the clients of files are created.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct Channels {
    /// By the Management API, also through a tool that uses it.
    pub(super) management_api: Option<Vec<String>>,
    /// By hand, in the Dashboard.
    pub(super) dashboard: Option<Vec<String>>,
    /// By dynamic client registration.
    pub(super) dcr: Option<Vec<String>>,
    /// By a client ID metadata document.
    pub(super) cimd: Option<Vec<String>>,
}

/// An environment to which files belong.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct Environment {
    /// Its files.
    #[serde(rename = "match")]
    pub(super) globs: Option<Vec<String>>,
    /// Whether it is production; by default if its name starts with prod or live.
    pub(super) production: Option<bool>,
    /// Whether placeholders that nothing fills in are reported.
    pub(super) strict: Option<bool>,
    /// Configuration files of the Deploy CLI whose mappings hold there.
    pub(super) mappings: Option<Vec<PathBuf>>,
}

/// What is different for some files, clients or environments: all that is named must fit.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct Override {
    /// Globs of the files.
    pub(super) path: Option<Patterns>,
    /// Globs of the clients: name, key or client id.
    pub(super) client: Option<Patterns>,
    /// Globs of the environments.
    pub(super) env: Option<Patterns>,
    /// Severities of rules there.
    pub(super) rules: BTreeMap<String, Level>,
    /// When a run fails by what is found there.
    pub(super) gate: OverrideGate,
}

/// When a run fails by what is found somewhere.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct OverrideGate {
    /// A run fails from this severity on.
    pub(super) fail_on: Option<FailOn>,
    /// Only findings that are so sure fail a run.
    pub(super) fail_on_confidence: Option<Confidence>,
}

/// A glob, or a list of globs.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected a glob or a list of globs")]
pub(super) enum Patterns {
    /// One.
    One(String),
    /// Several.
    Many(Vec<String>),
}

impl Patterns {
    pub(super) fn list(&self) -> &[String] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
        }
    }
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

impl Level {
    /// The severity that it sets, if it does.
    pub(super) fn severity(self) -> Option<Severity> {
        match self {
            Self::Off | Self::Default => None,
            Self::Info => Some(Severity::Info),
            Self::Warning => Some(Severity::Warning),
            Self::Error => Some(Severity::Error),
        }
    }
}

impl RuleSetting {
    pub(super) fn level(&self) -> Option<Level> {
        match self {
            Self::Level(level) => Some(*level),
            Self::Long(table) => table.severity,
        }
    }

    pub(super) fn ignorable(&self) -> Option<bool> {
        match self {
            Self::Level(_) => None,
            Self::Long(table) => table.ignorable,
        }
    }

    pub(super) fn options(&self) -> Option<&Map<String, Json>> {
        match self {
            Self::Level(_) => None,
            Self::Long(table) => Some(&table.options),
        }
    }
}

/// By hand, so that an error names the word that is wrong in either form.
impl<'de> Deserialize<'de> for RuleSetting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Setting;
        impl<'de> Visitor<'de> for Setting {
            type Value = RuleSetting;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a severity or a table")
            }

            fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<RuleSetting, E> {
                Level::deserialize(word.into_deserializer()).map(RuleSetting::Level)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RuleSetting, A::Error> {
                RuleTable::deserialize(MapAccessDeserializer::new(map)).map(RuleSetting::Long)
            }
        }
        deserializer.deserialize_any(Setting)
    }
}
