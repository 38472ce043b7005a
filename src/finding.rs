//! What is reported: plain data with positions, without a colour, a format's field or a renderer's type.

use std::borrow::Cow;
use std::sync::Arc;

use serde::Deserialize;

use crate::rule::{Persona, Safety, Severity};
use crate::source::Position;

/// A rule that is broken by a definition.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule's id.
    pub rule: Arc<str>,
    /// How bad it is here.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// Who wants to see it.
    pub persona: Persona,
    /// What is wrong: lower case, no full stop, no text of a secret.
    pub message: String,
    /// What is said at the place.
    pub label: Option<Arc<str>>,
    /// What to do instead.
    pub instead: Arc<str>,
    /// The definition that breaks the rule.
    pub client: Option<Arc<ClientSummary>>,
    /// Where the deciding value stands.
    pub location: Location,
    /// What else the finding rests on.
    pub related: Vec<Related>,
    /// Defaults that it assumes.
    pub assumes: Vec<Arc<str>>,
    /// The environments in which it holds, where it does not hold in all; empty where it does.
    pub environments: Vec<In>,
    /// What of the definition decided.
    pub subject: Subject,
    /// What stays the same as long as it is the same finding: see [`fingerprint`](crate::fingerprint).
    pub fingerprint: String,
    /// How it can be mended by itself.
    pub fix: Option<Fix>,
}

/// What of a definition decided that it breaks a rule: an attribute and, of a list, the items.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    /// The attribute, in the words of the vocabulary; `None` where the definition as a whole decided.
    pub attribute: Option<&'static str>,
    /// The items that decided, sorted, without text of a secret; none where the attribute as a whole did.
    pub items: Vec<String>,
}

/// An environment, with the files that fill in the markers there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct In {
    /// Its name.
    pub name: String,
    /// The mapping files, as reported.
    pub path: String,
}

/// How a finding can be mended without a human.
#[derive(Clone, Debug)]
pub struct Fix {
    /// Whether it can change who may log in.
    pub safety: Safety,
    /// What it does, in a few words.
    pub title: String,
    /// The changes of files, none overlapping; none where the recipe does not fit what is written.
    pub edits: Vec<Edit>,
}

/// A change of a stretch of a file.
#[derive(Clone, Debug)]
pub struct Edit {
    /// What is taken away; empty where something is only put in.
    pub location: Location,
    /// What stands there afterwards. Never holds a secret.
    pub text: String,
}

/// A finding that is not reported, and why.
#[derive(Clone, Debug)]
pub struct Silenced {
    /// What would be reported.
    pub finding: Finding,
    /// What silences it.
    pub by: Silencer,
    /// Why, in the words of who silenced it.
    pub reason: String,
    /// The last day on which it holds: `YYYY-MM-DD`.
    pub until: Option<String>,
    /// Who silenced it, where that is said.
    pub author: Option<String>,
    /// Where that is written.
    pub location: Option<Location>,
}

/// What silences findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Silencer {
    /// A comment in the file.
    Comment,
    /// An `[[ignore]]` in `clientlint.toml`.
    Configuration,
    /// The baseline.
    Baseline,
    /// It was there before (`--since`).
    Before,
}

/// How sure a finding is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// It rests on a default, or on what is likely.
    #[default]
    Medium,
    /// It rests on what is written.
    High,
}

/// A stretch of a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// The file's path, as reported.
    pub path: Arc<str>,
    /// Where it starts.
    pub start: Position,
    /// Where it ends: the position after its last character.
    pub end: Position,
}

/// Something that a finding rests on.
#[derive(Clone, Debug)]
pub struct Related {
    /// Where it stands.
    pub location: Location,
    /// What it says there.
    pub message: String,
}

/// A definition as findings and the inventory name it. Values are as written, in the vendor's spelling.
#[derive(Clone, Debug)]
pub struct ClientSummary {
    /// Where the definition starts.
    pub path: Arc<str>,
    /// Its line, from 1.
    pub line: u32,
    /// Its name; the raw expression where the name is not known.
    pub name: Option<String>,
    /// What identifies it where it is defined.
    pub key: String,
    /// Who serves it.
    pub provider: String,
    /// The form in which it is written.
    pub shape: String,
    /// The kind of definition: `client`, `client-grant`, ...
    pub kind: &'static str,
    /// The vendor's word for the type of application.
    pub application_type: Option<String>,
    /// `public`, `confidential` or `unknown`.
    pub client_type: String,
    /// Why it has that type.
    pub client_type_because: Vec<Cow<'static, str>>,
    /// `web`, `user-agent-based`, `native`, `service`, `device` or `unknown`.
    pub client_profile: String,
    /// `first`, `third` or `unknown`.
    pub party: String,
    /// How it is created.
    pub channel: String,
    /// The name of the environment that its file belongs to.
    pub environment: Option<String>,
    /// How it authenticates, as written.
    pub token_endpoint_auth_method: Option<String>,
    /// Its grants, as written.
    pub grant_types: Option<Vec<String>>,
    /// What signs its ID tokens, as written.
    pub id_token_signed_response_alg: Option<String>,
    /// `literal`, `reference`, `unknown` or `none`.
    pub has_secret: &'static str,
    /// Attributes of which something is written that cannot be known, in whole or in part.
    pub unresolved: Vec<&'static str>,
    /// Which of its findings fail a run; `None` where that is as for the whole run.
    pub gate: Option<Arc<Gate>>,
}

/// Which findings fail a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gate {
    /// The least severity that does; `None` for never.
    pub fail_on: Option<Severity>,
    /// How sure a finding must be to do so.
    pub confidence: Confidence,
    /// Where the severity is set: `default`, `--fail-on`, `gate.fail-on in clientlint.toml:12`.
    pub from: Arc<str>,
}

/// Something that stopped the analysis of a document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// What kind of problem: `syntax-error`, ...
    pub code: &'static str,
    /// Where it stands.
    pub location: Location,
    /// What was expected, without text of the document.
    pub message: String,
}

/// A document that was not analysed, for a good reason.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skipped {
    /// The file's path, as reported.
    pub path: String,
    /// Why.
    pub reason: String,
}

impl Gate {
    /// Whether a finding fails the run.
    pub fn stops(&self, finding: &Finding) -> bool {
        self.fail_on.is_some_and(|least| finding.severity >= least) && finding.confidence >= self.confidence
    }
}

impl Subject {
    /// As a pointer into the definition: `/redirect_uris/{http://a.example/cb}`; empty for the whole.
    pub fn pointer(&self) -> String {
        let Some(attribute) = self.attribute else { return String::new() };
        if self.items.is_empty() {
            return format!("/{attribute}");
        }
        format!("/{attribute}/{{{}}}", self.items.join(","))
    }
}

impl Silencer {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Comment => "comment",
            Self::Configuration => "configuration",
            Self::Baseline => "baseline",
            Self::Before => "before",
        }
    }
}

impl Confidence {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}
