//! The script of the GitHub action: settings in the environment in, reports and outputs out.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

const IMPLICIT: &str = "\
clients:
  - name: Shop
    app_type: spa
    callbacks: ['https://shop.example/cb']
    grant_types: [implicit]
    jwt_configuration: { alg: RS256 }
";

/// A job that runs the action on a checkout.
struct Job {
    folder: TempDir,
    settings: BTreeMap<&'static str, String>,
}

impl Job {
    fn new(tenant: &str) -> Self {
        let job = Self { folder: tempfile::tempdir().unwrap(), settings: BTreeMap::new() };
        fs::create_dir_all(job.path("checkout/auth0")).unwrap();
        fs::create_dir(job.path("runner")).unwrap();
        fs::write(job.path("checkout/auth0/tenant.yaml"), tenant).unwrap();
        job.git(&["init", "--quiet"]);
        job.commit();
        job
    }

    fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.settings.insert(name, value.into());
        self
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn git(&self, arguments: &[&str]) -> String {
        let mut git = Command::new("git");
        git.args(["-c", "user.name=Ada", "-c", "user.email=ada@acme.example"]).args(arguments);
        let output = git.current_dir(self.path("checkout")).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn commit(&self) -> String {
        self.git(&["add", "."]);
        self.git(&["commit", "--quiet", "--message", "change"]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Runs the script: its log, and the outputs of the step.
    fn run(&self) -> (String, BTreeMap<String, String>) {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/action");
        let mut command = Command::new(script);
        command
            .current_dir(self.path("checkout"))
            .env("CLIENTLINT_COMMAND", env!("CARGO_BIN_EXE_clientlint"))
            .env("RUNNER_TEMP", self.path("runner"))
            .env("GITHUB_OUTPUT", self.path("runner/output"))
            .env("GITHUB_STEP_SUMMARY", self.path("runner/summary.md"))
            .envs(&self.settings);
        let output: Output = command.output().unwrap();
        let log =
            format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "the step fails only after its reports are uploaded: {log}");
        let outputs = fs::read_to_string(self.path("runner/output")).unwrap();
        let pair = |line: &str| line.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
        (log, outputs.lines().filter_map(pair).collect())
    }
}

#[test]
fn findings_are_annotated_summarised_and_counted() {
    let (log, outputs) = Job::new(IMPLICIT).run();
    assert!(log.contains("::warning file=auth0/tenant.yaml,line=5"), "{log}");
    assert_eq!(outputs["exit-code"], "0", "a warning does not fail by default");
    assert_eq!(outputs["findings"], "1");

    let job = Job::new(IMPLICIT).with("CLIENTLINT_FAIL_ON", "warning");
    let (_, outputs) = job.run();
    assert_eq!(outputs["exit-code"], "1");
    assert!(fs::read_to_string(&outputs["sarif-file"]).unwrap().contains("implicit-grant"));
    assert!(fs::read_to_string(&outputs["json-file"]).unwrap().contains("implicit-grant"));
    assert!(fs::read_to_string(job.path("runner/summary.md")).unwrap().contains("implicit-grant"));
}

#[test]
fn paths_with_spaces_are_one_a_line_and_no_options() {
    let job = Job::new(IMPLICIT);
    fs::create_dir(job.path("checkout/other teams")).unwrap();
    fs::write(job.path("checkout/other teams/tenant.yaml"), IMPLICIT).unwrap();
    let (log, outputs) = job.with("CLIENTLINT_PATHS", "other teams\nauth0/tenant.yaml\n").run();
    assert_eq!(outputs["findings"], "2", "{log}");
    let (log, outputs) = Job::new(IMPLICIT).with("CLIENTLINT_PATHS", "--exit-zero").run();
    assert_eq!(outputs["exit-code"], "2", "{log}");
}

#[test]
fn a_wrong_setting_is_told_by_the_exit_code() {
    let (log, outputs) = Job::new(IMPLICIT).with("CLIENTLINT_ACTION_CONFIG", "gone.toml").run();
    assert!(log.contains("gone.toml"), "{log}");
    assert_eq!(outputs["exit-code"], "2");
    assert!(!outputs.contains_key("findings") && !outputs.contains_key("sarif-file"));
    let (_, outputs) = Job::new("nothing: here\n").run();
    assert_eq!(outputs["exit-code"], "3");
    let job = Job::new("nothing: here\n").with("CLIENTLINT_ALLOW_EMPTY", "true");
    assert_eq!(job.run().1["exit-code"], "0");
}

#[test]
fn a_pull_request_is_told_what_is_new() {
    let job = Job::new(IMPLICIT);
    let base = job.git(&["rev-parse", "HEAD"]);
    let (mine, more) = (IMPLICIT.replace("Shop", "Desk"), "\n");
    fs::write(job.path("checkout/auth0/tenant.yaml"), format!("{IMPLICIT}{}{more}", &mine[9..])).unwrap();
    job.commit();
    let job = job.with("CLIENTLINT_BASE", base.as_str());
    let (log, outputs) = job.run();
    assert_eq!(outputs["findings"], "1", "{log}");
    assert!(log.contains("Desk") && !log.contains("Shop"), "{log}");
    let (_, outputs) = job.with("CLIENTLINT_SINCE", "off").run();
    assert_eq!(outputs["findings"], "2");

    let unknown = "0123456789abcdef0123456789abcdef01234567";
    let (log, outputs) = Job::new(IMPLICIT).with("CLIENTLINT_BASE", unknown).run();
    assert!(log.contains("fetch-depth: 0"), "{log}");
    assert_eq!(outputs["findings"], "1");
}
