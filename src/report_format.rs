//! The formats of reports: what each is called, on the command line and in a configuration.

use schemars::JsonSchema;
use serde::Deserialize;

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// For people: each finding with its place in the file, why, and what to do
    Text,
    /// One line for each finding
    Concise,
    /// How many findings there are of each rule and each client
    Summary,
    /// JSON, version 1
    Json,
    /// One JSON object on each line, the last of which is the summary
    Jsonl,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of GitHub Actions
    Github,
    /// GitLab code quality
    Gitlab,
    /// GitLab SAST
    GitlabSast,
    /// Issues of Azure Pipelines
    Azure,
    /// JUnit: each finding is a test that fails
    Junit,
    /// Checkstyle
    Checkstyle,
    /// reviewdog
    Rdjson,
    /// Markdown, for job summaries and comments
    Markdown,
    /// One page for reviewers, which needs nothing else
    Html,
}
