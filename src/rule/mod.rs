//! Rules: what is wrong, why, and what to do instead, as data from one YAML file each.

mod comparison;
mod condition;
mod load;
mod schema;

pub use condition::{Condition, Match, Matches, Truth, Without};
pub use load::{Options, RuleError, builtin, parse, read_ahead};

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::vocabulary::{Attributes, Kind};

/// How bad it is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Good to know.
    Info,
    /// Should be changed.
    Warning,
    /// Wrong by the standards or by the platform's own rules.
    Error,
}

/// Who wants to see it.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Persona {
    /// Everybody.
    #[default]
    Regular,
    /// Those who like it strict.
    Pedantic,
    /// Auditors: what depends on the plan, or holds nearly everywhere.
    Auditor,
}

/// A named set of stricter severities.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// The OAuth 2.1 draft and RFC 10017.
    Oauth21,
    /// FAPI 2.0 Security Profile.
    Fapi2,
    /// The Model Context Protocol's authorization specification.
    Mcp,
}

/// Whether a fix can change who may log in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Safety {
    /// Nobody's login can change by it.
    Safe,
    /// It may.
    Unsafe,
}

/// A rule, ready to be checked.
#[derive(Debug)]
pub struct Rule {
    /// Its id: the name of its file.
    pub id: String,
    /// What its file says.
    pub text: Text,
    /// What it judges.
    pub on: Vec<Kind>,
    /// What must hold in every case.
    pub when: Condition,
    /// The attributes without which that cannot hold.
    pub needs: Attributes,
    /// The cases in order; one without conditions where the file lists none.
    pub cases: Vec<Case>,
}

/// One way in which a rule is broken.
#[derive(Debug)]
pub struct Case {
    /// What must hold beside the rule's own `when`.
    pub when: Condition,
    /// The attributes without which that cannot hold.
    pub needs: Attributes,
    /// How bad it is in this case.
    pub severity: Severity,
    /// Who wants to see this case.
    pub persona: Persona,
    /// Severities under profiles.
    pub profiles: Vec<(Profile, Severity)>,
    /// The message, with `{attribute}` where a value is put in.
    pub message: String,
    /// What is said at the deciding value.
    pub label: Option<Arc<str>>,
    /// What to do instead.
    pub instead: Arc<str>,
    /// How it can be mended by itself.
    pub fix: Option<FixRecipe>,
    /// More general rules that are silent where it is this case that speaks.
    pub subsumes: Vec<String>,
}

/// What a rule file says, apart from its conditions.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Text {
    /// What is wrong, in one line.
    pub summary: String,
    /// How bad it is.
    pub severity: Severity,
    /// Who wants to see it.
    #[serde(default)]
    pub persona: Persona,
    /// A number for SARIF.
    pub security_severity: Option<f64>,
    /// Groups that it belongs to.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Where it is written.
    #[serde(default)]
    pub standards: Vec<String>,
    /// Why it matters.
    pub why: String,
    /// What to do instead.
    pub instead: String,
    /// When it is fine.
    pub exceptions: Option<String>,
    #[serde(default)]
    on: Option<Json>,
    /// Providers whose definitions it judges; all where it is empty.
    #[serde(default)]
    pub providers: Vec<String>,
    #[serde(default)]
    profiles: Map<String, Json>,
    /// More general rules that are silent where this one speaks, in some of its cases at least.
    #[serde(default)]
    pub subsumes: Vec<String>,
    /// Values that the configuration may set.
    #[serde(default)]
    pub options: Map<String, Json>,
    #[serde(default)]
    when: Map<String, Json>,
    message: String,
    label: Option<String>,
    /// How it can be mended by itself.
    pub fix: Option<FixRecipe>,
    #[serde(default)]
    cases: Vec<CaseText>,
    /// Examples for `clientlint rules test`.
    #[serde(default)]
    pub examples: Vec<Json>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct CaseText {
    #[serde(default)]
    when: Map<String, Json>,
    severity: Option<Severity>,
    persona: Option<Persona>,
    message: Option<String>,
    label: Option<String>,
    instead: Option<String>,
    fix: Option<FixRecipe>,
    #[serde(default)]
    profiles: Map<String, Json>,
    #[serde(default)]
    subsumes: Vec<String>,
}

/// A change in the words of the vocabulary, which a provider's table turns into an edit.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FixRecipe {
    /// Whether it can change who may log in.
    pub safety: Safety,
    /// What it does, in a few words.
    pub title: String,
    /// Attributes and the values they get.
    #[serde(default)]
    pub set: Map<String, Json>,
    /// Attributes and the values they get where they decided.
    #[serde(default)]
    pub set_matched: Map<String, Json>,
    /// Lists and the items that are put behind the others.
    #[serde(default)]
    pub append: Map<String, Json>,
    /// Attributes of which all, the deciding or the named items are removed, or secrets that are replaced by keywords.
    #[serde(default)]
    pub remove: Map<String, Json>,
    /// Lists and the words that take the place of others in them; where a word is there already, the other goes.
    #[serde(default)]
    pub replace: Map<String, Json>,
    /// Attributes that name slips of the pen, which are corrected where it is clear what is meant.
    #[serde(default)]
    pub correct: Vec<String>,
    /// Attributes with URIs of which those that decided become `https`.
    #[serde(default)]
    pub https: Vec<String>,
}

impl Severity {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl Safety {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Unsafe => "unsafe",
        }
    }
}

impl Persona {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Regular => "regular",
            Self::Pedantic => "pedantic",
            Self::Auditor => "auditor",
        }
    }
}

impl Rule {
    /// Its severity in the worst of its cases.
    pub fn worst(&self) -> Severity {
        self.cases.iter().map(|case| case.severity).max().unwrap_or(self.text.severity)
    }

    /// How its cases can be mended, each way once.
    pub fn fixes(&self) -> Vec<&FixRecipe> {
        let mut fixes: Vec<&FixRecipe> = Vec::new();
        for fix in self.cases.iter().filter_map(|case| case.fix.as_ref()) {
            if !fixes.iter().any(|known| (&known.title, known.safety) == (&fix.title, fix.safety)) {
                fixes.push(fix);
            }
        }
        fixes
    }

    /// What it judges of a provider.
    pub fn judges(&self, kind: Kind, provider: &str) -> bool {
        self.on.contains(&kind)
            && (self.text.providers.is_empty() || self.text.providers.iter().any(|name| name == provider))
    }
}
