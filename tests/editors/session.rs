//! What every editor is asked to do: open a file, see the finding, type, apply the quick fix, save.
//!
//! The editor's own script does it and writes down what it saw; here that is held against what the program says.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value as Json;
use tempfile::TempDir;

/// After this long an editor hangs: it asks a question that nobody answers.
const LIMIT: Duration = Duration::from_secs(120);

const RULE: &str = "public-client-symmetric-id-token";

/// The trolley takes one column, two units of UTF-16 and four bytes: who counts wrongly misses the place.
const SHOP: &str = "\
# Ünder test
clients:
  - { app_type: spa, callbacks: [https://shop.example/cb], grant_types: [authorization_code],
      name: \"Shop \u{1F6D2}\", jwt_configuration: { alg: HS256 } }
";

/// A repository with a client, and a home of its own for the editor.
pub struct Session {
    folder: TempDir,
    shop: String,
}

/// How an editor counts columns, from 0.
#[derive(Clone, Copy)]
pub enum Columns {
    /// In bytes.
    Bytes,
    /// In characters.
    Characters,
}

impl Session {
    pub fn new() -> Self {
        Self::with(SHOP.to_owned())
    }

    /// For an editor that takes a unit of UTF-16 for a character: without characters for which these differ.
    pub fn in_the_basic_plane() -> Self {
        Self::with(SHOP.replace('\u{1F6D2}', "\u{2192}"))
    }

    fn with(shop: String) -> Self {
        let session = Self { folder: tempfile::tempdir().unwrap(), shop };
        fs::create_dir_all(session.root().join(".git")).unwrap();
        fs::create_dir(session.home()).unwrap();
        // What version control of an editor looks for.
        fs::write(session.root().join(".git/HEAD"), "ref: refs/heads/main\n").unwrap();
        fs::write(session.file(), &session.shop).unwrap();
        session
    }

    fn root(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join("work")
    }

    pub fn home(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join("home")
    }

    /// The file that the editor opens.
    pub fn file(&self) -> PathBuf {
        self.root().join("tenant.yaml")
    }

    /// Writes a file of the user's.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.home().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    /// Lets the editor do its work, and holds what it saw against what the program says.
    pub fn hold(&self, editor: &mut Command, columns: Columns) {
        assert_eq!(self.check(), [RULE], "the file is as it was written");
        let saw = self.run(editor);
        let what = |stage: &str| {
            let stage = saw[stage].as_array().unwrap_or_else(|| panic!("no {stage}: {saw:#}"));
            let found = stage.iter().find(|finding| finding["code"] == RULE);
            (stage.len(), found.cloned())
        };

        let (count, finding) = what("opened");
        assert_eq!(count, 1, "{saw:#}");
        let finding = finding.unwrap_or_else(|| panic!("{saw:#}"));
        let line = self.shop.lines().nth(3).unwrap();
        let byte = line.find("HS256").unwrap();
        let column = match columns {
            Columns::Bytes => byte,
            Columns::Characters => line[..byte].chars().count(),
        };
        assert_eq!(finding["line"], 3, "{saw:#}");
        assert_eq!(finding["column"], column, "{saw:#}");
        assert_eq!(finding["severity"], "error", "{saw:#}");
        assert!(finding["message"].as_str().unwrap().contains("HS256"), "{saw:#}");

        // Typing RS256 mends it, typing HS512 does not.
        assert_eq!(what("mended"), (0, None), "{saw:#}");
        let (_, finding) = what("broken");
        assert!(finding.unwrap()["message"].as_str().unwrap().contains("HS512"), "{saw:#}");

        assert!(saw["fix"].as_str().unwrap().contains("RS256"), "{saw:#}");
        assert_eq!(what("fixed"), (0, None), "{saw:#}");
        assert_eq!(fs::read_to_string(self.file()).unwrap(), self.shop.replace("HS256", "RS256"), "{saw:#}");
        assert_eq!(self.check(), [""; 0], "the program finds what the editor does not");
    }

    /// The rules that the program finds broken.
    fn check(&self) -> Vec<String> {
        let output = Command::new(env!("CARGO_BIN_EXE_clientlint"))
            .args(["check", "--format", "json", "--exit-zero"])
            .current_dir(self.root())
            .output()
            .unwrap();
        let report: Json = serde_json::from_slice(&output.stdout).unwrap();
        let findings = report["findings"].as_array().unwrap();
        findings.iter().map(|finding| finding["rule"].as_str().unwrap().to_owned()).collect()
    }

    /// Runs the editor with the program under test on `PATH` and nothing of the user's settings.
    fn run(&self, editor: &mut Command) -> Json {
        let saw = self.home().join("saw.json");
        let log = fs::File::create(self.home().join("log")).unwrap();
        let folder = Path::new(env!("CARGO_BIN_EXE_clientlint")).parent().unwrap();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let paths = std::iter::once(folder.to_path_buf()).chain(std::env::split_paths(&path));
        let mut child = editor
            .current_dir(self.root())
            .env("PATH", std::env::join_paths(paths).unwrap())
            .env("HOME", self.home())
            .env("XDG_CONFIG_HOME", self.home())
            .env("XDG_DATA_HOME", self.home())
            .env("XDG_STATE_HOME", self.home())
            .env("XDG_CACHE_HOME", self.home())
            .env("LC_ALL", "C.UTF-8")
            .env("CLIENTLINT_SAW", &saw)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let start = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break Some(status);
            }
            if start.elapsed() > LIMIT {
                child.kill().unwrap();
                child.wait().unwrap();
                break None;
            }
            std::thread::sleep(Duration::from_millis(20));
        };
        let log = fs::read(self.home().join("log")).unwrap();
        let log = String::from_utf8_lossy(&log);
        let written = fs::read_to_string(&saw).unwrap_or_default();
        assert!(status.is_some_and(|status| status.success()), "{editor:?}: {status:?}\n{log}\n{written}");
        serde_json::from_str(&written).unwrap_or_else(|error| panic!("{editor:?}: {error}\n{log}\n{written}"))
    }
}

/// The place of a program, of which the one that a script installed comes first. `None` where it is not there and
/// need not be.
pub fn program(name: &str, installed: &str) -> Option<PathBuf> {
    let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join(installed);
    if installed.exists() {
        return Some(installed);
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join(name)).find(|path| path.exists());
    let needed = std::env::var_os("CLIENTLINT_NEED_TOOLS").is_some();
    assert!(found.is_some() || !needed, "{name} is missing: run scripts/install-editors");
    found
}
