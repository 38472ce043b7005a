//! Temporary repositories, and runs of the program in them that cannot hang.

use std::fs::{self, File};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value as Json;
use tempfile::TempDir;

/// After this long a run hangs.
const LIMIT: Duration = Duration::from_secs(60);

/// A folder of its own for one test.
pub struct Repository {
    folder: TempDir,
}

/// What a run of the program gave.
pub struct Run {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Repository {
    /// An empty repository: paths are reported relative to it.
    pub fn new() -> Self {
        let repository = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(repository.path(".git")).unwrap();
        repository
    }

    /// A repository with one file.
    pub fn with(path: &str, text: impl AsRef<[u8]>) -> Self {
        Self::new().and(path, text)
    }

    /// The same with one file more.
    pub fn and(self, path: &str, text: impl AsRef<[u8]>) -> Self {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    /// Makes the folder a repository of git, with all that is in it in a first commit on `main`. `None` where there is
    /// no git.
    pub fn committed(self) -> Option<Self> {
        Command::new("git").arg("--version").output().ok()?;
        self.git(&["init", "-q", "-b", "main"]);
        self.commit();
        Some(self)
    }

    /// Commits all that is in the folder.
    pub fn commit(&self) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", "a change"]);
    }

    /// Runs git in the repository, whatever the settings of whoever runs the tests.
    pub fn git(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("git");
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("GIT_") {
                command.env_remove(name);
            }
        }
        command.env("GIT_CONFIG_GLOBAL", self.path(".git/none")).env("GIT_CONFIG_NOSYSTEM", "1");
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "Somebody");
            command.env(format!("GIT_{who}_EMAIL"), "somebody@example.com");
        }
        let output = command.args(arguments).current_dir(self.root()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {arguments:?}: {said}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Writes a file.
    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Runs the program in a folder of the repository.
    pub fn run_below(&self, folder: &str, arguments: &[&str]) -> Run {
        self.start(folder, arguments, None, &[])
    }

    /// Runs the program in the repository.
    pub fn run(&self, arguments: &[&str]) -> Run {
        self.start("", arguments, None, &[])
    }

    /// Runs the program with variables of the environment.
    pub fn run_in(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Run {
        self.start("", arguments, None, environment)
    }

    /// Runs the program with a text on standard input.
    pub fn pipe(&self, arguments: &[&str], input: impl AsRef<[u8]>) -> Run {
        self.start("", arguments, Some(input.as_ref()), &[])
    }

    fn start(
        &self,
        folder: &str,
        arguments: &[&str],
        input: Option<&[u8]>,
        environment: &[(&str, &str)],
    ) -> Run {
        // Files rather than pipes: nobody has to read while the program runs.
        let (mut out, mut err) = (tempfile::tempfile().unwrap(), tempfile::tempfile().unwrap());
        let stdin = input.map_or_else(Stdio::null, |input| {
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(input).unwrap();
            file.rewind().unwrap();
            Stdio::from(file)
        });
        let mut command = Command::new(env!("CARGO_BIN_EXE_clientlint"));
        command.args(arguments).current_dir(self.path(folder)).stdin(stdin);
        command.stdout(out.try_clone().unwrap()).stderr(err.try_clone().unwrap());
        for name in [
            "CLIENTLINT_CONFIG",
            "CLIENTLINT_FORMAT",
            "CLIENTLINT_POLICY",
            "SOURCE_DATE_EPOCH",
            "FORCE_COLOR",
            "CLICOLOR_FORCE",
            "LC_ALL",
            "LC_CTYPE",
        ] {
            command.env_remove(name);
        }
        command.envs(environment.iter().copied());
        let mut child = command.env("LANG", "C.UTF-8").spawn().unwrap();
        let start = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            if start.elapsed() > LIMIT {
                child.kill().unwrap();
                child.wait().unwrap();
                panic!("hangs: {arguments:?}");
            }
            std::thread::sleep(Duration::from_millis(2));
        };
        let read = |file: &mut File| {
            let mut text = String::new();
            file.rewind().unwrap();
            file.read_to_string(&mut text).expect("output is UTF-8");
            text
        };
        let run = Run { code: status.code().unwrap_or(-1), out: read(&mut out), err: read(&mut err) };
        assert!(!run.err.contains("internal error"), "{arguments:?}: {}", run.err);
        assert_ne!(run.code, -1, "killed: {arguments:?}");
        assert_ne!(run.code, 70, "{arguments:?}");
        run
    }

    /// `check --format json` of a path.
    pub fn check(&self, path: &str) -> Json {
        self.run(&["check", path, "--format", "json"]).json()
    }

    /// `clients --format json` of a path.
    pub fn clients(&self, path: &str) -> Json {
        self.run(&["clients", path, "--format", "json"]).json()
    }
}

impl Run {
    pub fn json(&self) -> Json {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error} in\n{}", self.out))
    }
}

/// The ids of the rules that a report names, in its order.
pub fn rules(report: &Json) -> Vec<&str> {
    report["findings"].as_array().unwrap().iter().map(|finding| finding["rule"].as_str().unwrap()).collect()
}

/// The problems of a report, as `path:line:column code`.
pub fn problems(report: &Json) -> Vec<String> {
    let one = |problem: &Json| {
        let text = |name: &str| problem[name].as_str().unwrap().to_owned();
        format!("{}:{}:{} {}", text("path"), problem["line"], problem["column"], text("code"))
    };
    report["problems"].as_array().unwrap().iter().map(one).collect()
}

/// A Deploy CLI file whose client breaks a rule of severity error.
pub const WRONG: &str = "clients:
  - name: Shop
    app_type: spa
    token_endpoint_auth_method: none
    grant_types: [authorization_code]
    jwt_configuration: {alg: HS256}
    callbacks: [https://shop.example.com/cb]
";

/// The same with nothing wrong.
pub const RIGHT: &str = "clients:
  - name: Shop
    app_type: spa
    oidc_conformant: true
    is_first_party: true
    token_endpoint_auth_method: none
    grant_types: [authorization_code]
    jwt_configuration: {alg: RS256}
    callbacks: [https://shop.example.com/cb]
";

/// The same with a warning and no error.
pub const DOUBTFUL: &str = "clients:
  - name: Shop
    app_type: spa
    oidc_conformant: true
    is_first_party: true
    token_endpoint_auth_method: none
    grant_types: [implicit]
    jwt_configuration: {alg: RS256}
    callbacks: [https://shop.example.com/cb]
";
