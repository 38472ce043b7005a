//! Snippets that make other programs run clientlint.

/// Where the hook is configured.
pub const HOOK: &str = ".pre-commit-config.yaml";

/// A system that runs checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Ci {
    /// GitHub Actions
    Github,
    /// GitLab CI/CD
    Gitlab,
    /// Azure Pipelines
    Azure,
}

/// What `.pre-commit-config.yaml` says.
pub fn hook() -> String {
    let version = env!("CARGO_PKG_VERSION");
    format!(
        "repos:
  - repo: https://github.com/clientlint/clientlint
    rev: v{version}
    hooks:
      - id: clientlint
      # - id: clientlint-fix   # applies the fixes that change nobody's login
"
    )
}

impl Ci {
    /// The file in which it is configured.
    pub fn file(self) -> &'static str {
        match self {
            Self::Github => ".github/workflows/clientlint.yml",
            Self::Gitlab => ".gitlab-ci.yml",
            Self::Azure => "azure-pipelines.yml",
        }
    }

    /// What stands in it.
    pub fn text(self) -> &'static str {
        match self {
            Self::Github => include_str!("../../docs/ci/github.yml"),
            Self::Gitlab => include_str!("../../docs/ci/gitlab.yml"),
            Self::Azure => include_str!("../../docs/ci/azure.yml"),
        }
    }
}
