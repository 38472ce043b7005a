//! The hook, run by the real pre-commit on real repositories, and the wheel that it installs.
//!
//! `scripts/install-python-tools` installs what is needed. Without it these tests do nothing, except where
//! `CLIENTLINT_NEED_TOOLS` is set, as in continuous integration.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

const PUBLIC_HS256: &str = "\
clients:
  - name: Shop
    app_type: spa
    callbacks: ['https://shop.example/cb']
    grant_types: [authorization_code]
    jwt_configuration:
      alg: HS256
";

/// A program that the script installed; `None` where it was not run.
fn tool(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools/python/bin").join(name);
    if path.exists() {
        return Some(path);
    }
    let needed = std::env::var_os("CLIENTLINT_NEED_TOOLS").is_some();
    assert!(!needed, "{name} is missing: run scripts/install-python-tools");
    None
}

/// A repository with the hook installed.
struct Repository {
    folder: TempDir,
    pre_commit: PathBuf,
    wheels: Option<PathBuf>,
}

/// Runs a command that must succeed.
fn succeed(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}\n{}", text(&output));
    text(&output)
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

impl Repository {
    /// An empty repository whose commits go through a hook of ours.
    fn new(hook: &str, options: &str, pre_commit: PathBuf, wheels: Option<PathBuf>) -> Self {
        let repository = Self { folder: tempfile::tempdir().unwrap(), pre_commit, wheels };
        let hooks = repository.folder.path().join("hooks");
        fs::create_dir(&hooks).unwrap();
        let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join(".pre-commit-hooks.yaml");
        fs::copy(ours, hooks.join(".pre-commit-hooks.yaml")).unwrap();
        // A repository that only pins the released program, as those of other linters do.
        let version = env!("CARGO_PKG_VERSION");
        let pins = format!(
            "[project]\nname = \"hooks\"\nversion = \"0\"\ndependencies = [\"clientlint=={version}\"]\n\n\
             [tool.setuptools]\npy-modules = []\n"
        );
        fs::write(hooks.join("pyproject.toml"), pins).unwrap();
        repository.git(&hooks, &["init", "--quiet"]);
        repository.git(&hooks, &["add", "."]);
        repository.git(&hooks, &["commit", "--quiet", "--message", "hooks"]);
        let revision = repository.git(&hooks, &["rev-parse", "HEAD"]);

        fs::create_dir(repository.root()).unwrap();
        repository.git(&repository.root(), &["init", "--quiet"]);
        let config = format!(
            "repos:\n  - repo: {}\n    rev: {}\n    hooks:\n      - id: {hook}\n{options}",
            hooks.display(),
            revision.trim()
        );
        repository.write(".pre-commit-config.yaml", &config);
        succeed(repository.command(&repository.pre_commit).args(["install"]));
        repository
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// A command in the repository that sees the program under test and nothing of the user's settings.
    fn command(&self, program: &Path) -> Command {
        let folder = Path::new(env!("CARGO_BIN_EXE_clientlint")).parent().unwrap();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let paths = [folder.to_path_buf(), self.pre_commit.parent().unwrap().to_path_buf()];
        let paths = paths.into_iter().chain(std::env::split_paths(&path));
        let mut command = Command::new(program);
        command
            .current_dir(self.root())
            .env("PATH", std::env::join_paths(paths).unwrap())
            .env("HOME", self.folder.path())
            .env("PRE_COMMIT_HOME", self.folder.path().join("cache"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env_remove("GIT_DIR")
            .env_remove("GIT_INDEX_FILE");
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "Ada").env(format!("GIT_{who}_EMAIL"), "ada@acme.example");
        }
        if let Some(wheels) = &self.wheels {
            command.env("PIP_FIND_LINKS", wheels);
        }
        command
    }

    fn git(&self, folder: &Path, arguments: &[&str]) -> String {
        succeed(self.command(Path::new("git")).current_dir(folder).args(arguments))
    }

    /// Stages files and commits them: what the hook said, if it refused.
    fn commit(&self, files: &[&str]) -> Result<String, String> {
        self.git(&self.root(), &[&["add", "--"], files].concat());
        let mut git = self.command(Path::new("git"));
        let output = git.args(["commit", "--message", "change"]).output().unwrap();
        if output.status.success() { Ok(text(&output)) } else { Err(text(&output)) }
    }

    /// Commits files past the hook.
    fn commit_unseen(&self, files: &[&str]) {
        self.git(&self.root(), &[&["add", "--"], files].concat());
        self.git(&self.root(), &["commit", "--quiet", "--no-verify", "--message", "old"]);
    }
}

#[test]
fn a_commit_with_a_violation_is_refused_and_a_clean_one_is_not() {
    let Some(pre_commit) = tool("pre-commit") else { return };
    let repository = Repository::new("clientlint-system", "", pre_commit, None);
    repository.commit_unseen(&[".pre-commit-config.yaml"]);
    repository.write("auth0/tenant.yaml", PUBLIC_HS256);
    let said = repository.commit(&["auth0/tenant.yaml"]).unwrap_err();
    assert!(said.contains("public-client-symmetric-id-token"), "{said}");
    assert!(said.contains("auth0/tenant.yaml:7:12"), "{said}");
    repository.write("auth0/tenant.yaml", &PUBLIC_HS256.replace("HS256", "RS256"));
    repository.commit(&["auth0/tenant.yaml"]).unwrap();
}

#[test]
fn nothing_is_said_of_files_that_did_not_change() {
    let Some(pre_commit) = tool("pre-commit") else { return };
    let repository = Repository::new("clientlint-system", "", pre_commit, None);
    repository.write("auth0/old.yaml", PUBLIC_HS256);
    repository.write("infra/old.tf", "resource \"auth0_client\" \"old\" {\n  name = \"Old\"\n  app_type = \"spa\"\n  jwt_configuration {\n    alg = \"HS256\"\n  }\n}\n");
    repository.write("infra/variables.tf", "variable \"alg\" {\n  default = \"HS256\"\n}\n");
    repository.commit_unseen(&[".pre-commit-config.yaml", "auth0", "infra"]);
    repository.write("auth0/new.yaml", &PUBLIC_HS256.replace("HS256", "RS256"));
    repository.write("README.md", "# Ours\n");
    repository.write("package.json", "{}\n");
    repository.commit(&["auth0/new.yaml", "README.md", "package.json"]).unwrap();
    // The variable stands in a file that did not change: it is read to understand the one that did.
    repository.write("infra/new.tf", "resource \"auth0_client\" \"new\" {\n  name = \"New\"\n  app_type = \"spa\"\n  jwt_configuration {\n    alg = var.alg\n  }\n}\n");
    let said = repository.commit(&["infra/new.tf"]).unwrap_err();
    assert!(said.contains("infra/new.tf:5:11"), "{said}");
    assert!(!said.contains("old.tf") && !said.contains("old.yaml"), "{said}");
}

#[test]
fn arguments_and_exclusions_of_the_user_hold() {
    let Some(pre_commit) = tool("pre-commit") else { return };
    let options = "        args: [--fail-on, warning]\n";
    let repository = Repository::new("clientlint-system", options, pre_commit, None);
    repository.commit_unseen(&[".pre-commit-config.yaml"]);
    let warned = PUBLIC_HS256.replace("HS256", "RS256").replace("authorization_code", "implicit");
    repository.write("auth0/tenant.yaml", &warned);
    let said = repository.commit(&["auth0/tenant.yaml"]).unwrap_err();
    assert!(said.contains("warning[implicit-grant]"), "{said}");
    repository.write("clientlint.toml", "[files]\nexclude = [\"auth0/**\"]\n");
    repository.commit(&["auth0/tenant.yaml", "clientlint.toml"]).unwrap();
}

#[test]
fn the_wheel_runs_by_itself_and_in_the_hook() {
    let (Some(maturin), Some(pre_commit)) = (tool("maturin"), tool("pre-commit")) else { return };
    let wheels = tempfile::tempdir().unwrap();
    // The profile of the tests: what is released differs in speed and size only. In a folder of its own, since a
    // build replaces the program that other tests run.
    let mut build = Command::new(maturin);
    build.args(["build", "--profile", "dev", "--target-dir", "target/wheel", "--out"]).arg(wheels.path());
    succeed(build.current_dir(env!("CARGO_MANIFEST_DIR")));

    let fresh = tempfile::tempdir().unwrap();
    let python = pre_commit.with_file_name("python");
    succeed(Command::new(python).args(["-m", "venv"]).arg(fresh.path()));
    let run = |program: &str| Command::new(fresh.path().join("bin").join(program));
    let mut install = run("pip");
    install.args(["install", "--quiet", "--no-index", "--find-links"]).arg(wheels.path());
    succeed(install.arg("clientlint"));
    let version = succeed(run("clientlint").arg("--version"));
    assert_eq!(version.trim(), concat!("clientlint ", env!("CARGO_PKG_VERSION")));

    let repository = Repository::new("clientlint", "", pre_commit, Some(wheels.path().to_path_buf()));
    repository.commit_unseen(&[".pre-commit-config.yaml"]);
    repository.write("auth0/tenant.yaml", PUBLIC_HS256);
    let said = repository.commit(&["auth0/tenant.yaml"]).unwrap_err();
    assert!(said.contains("public-client-symmetric-id-token"), "{said}");
}
