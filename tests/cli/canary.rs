//! No command, format or failure shows a secret, nor any six characters of one.

use std::collections::BTreeSet;

use crate::documents::{
    DEPLOY_YAML, DUMP, JSON, MANIFESTS, MODULE, NUMBER, PROGRAM, STACK, TERRAFORM, TF_JSON, TFVARS, TOML,
};
use crate::specimens::FORMATS;
use crate::support::Repository;

/// Stands for a secret in the fixtures; replaced by one of its own in each place.
const MARK: &str = "CANARY";

/// Secrets that share no six characters with any normal text, nor with each other.
fn canary(number: usize) -> String {
    const LETTERS: &[u8] = b"kZ7qXw9JvB4yHgQ2xKpW8zVj5RdNf3TmYc6LbG";
    let mut state = number as u64 * 7_919 + 17;
    let letter = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        LETTERS[(state >> 33) as usize % LETTERS.len()] as char
    };
    (0..30).map(letter).collect()
}

/// A repository and the secrets in it.
struct Nest {
    repository: Repository,
    secrets: Vec<String>,
}

impl Nest {
    fn new(files: &[(&str, &str)]) -> Self {
        let mut nest = Self { repository: Repository::new(), secrets: Vec::new() };
        for (path, text) in files {
            let text = nest.fill(text);
            nest.repository = nest.repository.and(path, text);
        }
        nest
    }

    /// Puts a new secret in each place that asks for one.
    fn fill(&mut self, text: &str) -> String {
        let mut filled = String::new();
        for (number, part) in text.split(MARK).enumerate() {
            if number > 0 {
                let secret = canary(self.secrets.len());
                filled.push_str(&secret);
                self.secrets.push(secret);
            }
            filled.push_str(part);
        }
        filled
    }

    /// Runs the program and looks for the secrets in all that it says.
    fn assert_silent(&self, arguments: &[&str], input: Option<&str>) -> String {
        let run = match input {
            Some(input) => self.repository.pipe(arguments, input),
            None => self.repository.run(arguments),
        };
        assert_no_secret(&self.secrets, &run.out, arguments);
        assert_no_secret(&self.secrets, &run.err, arguments);
        run.out
    }

    /// Runs everything over the repository, which writes its reports elsewhere.
    fn assert_silent_throughout(&self) -> String {
        let mut all = String::new();
        let reports = tempfile::tempdir().unwrap();
        for persona in ["regular", "auditor"] {
            let mut arguments = ["check", ".", "--persona", persona].map(str::to_owned).to_vec();
            for format in FORMATS {
                all += &self.assert_silent(&["check", ".", "--format", format, "--persona", persona], None);
                let path = reports.path().join(format);
                arguments.extend(["--output".to_owned(), format!("{format}={}", path.display())]);
            }
            self.assert_silent(&arguments.iter().map(String::as_str).collect::<Vec<_>>(), None);
            for format in FORMATS {
                let report = std::fs::read_to_string(reports.path().join(format)).unwrap();
                assert_no_secret(&self.secrets, &report, &["--output", format]);
            }
        }
        self.assert_silent(&["check", ".", "--color", "always", "--no-config", "--profile", "fapi2"], None);
        for format in FORMATS {
            self.assert_silent(&["check", ".", "-vv", "--stats", "--format", format], None);
        }
        for more in [&["--suggest-ignore"][..], &["--no-ignores"], &["--quiet"], &["--links", "always"]] {
            all += &self.assert_silent(&[&["check", ".", "--persona", "auditor"], more].concat(), None);
        }
        for option in ["--unsafe", "--only-unsafe"] {
            all += &self.assert_silent(&["fix", ".", option, "--diff", "--persona", "auditor"], None);
        }
        for format in ["text", "json", "csv", "markdown"] {
            all += &self.assert_silent(&["clients", ".", "--format", format], None);
            self.assert_silent(&["clients", ".", "--format", format, "-vv", "--stats"], None);
        }
        self.assert_silent(&["config", "show", self.files().first().unwrap()], None);
        self.assert_silent(&["config", "show", "--format", "json"], None);
        self.assert_silent(&["config", "validate"], None);
        // What is written has no secret in it either, and nothing is left where others may read it.
        let before = self.files();
        let temporary = tempfile::tempdir().unwrap();
        let elsewhere = [("TMPDIR", temporary.path().to_str().unwrap())];
        let baseline = reports.path().join("baseline.json");
        let mut write = vec!["baseline", "write", "-vv", "--stats", "--baseline", baseline.to_str().unwrap()];
        write.extend(["--persona", "auditor", "--set", "baseline.secrets=true"]);
        for arguments in [
            &write[..],
            &["init", "--force", "--hook", "--ci", "gitlab"],
            &["fix", ".", "-vv", "--stats", "--unsafe", "--diff"],
            &["check", ".", "-vv", "--output", &format!("html={}", reports.path().join("again").display())],
        ] {
            let run = self.repository.run_in(arguments, &elsewhere);
            assert_no_secret(&self.secrets, &run.out, arguments);
            assert_no_secret(&self.secrets, &run.err, arguments);
        }
        for folder in [reports.path(), temporary.path()] {
            for file in
                walkdir::WalkDir::new(folder).into_iter().flatten().filter(|file| file.path().is_file())
            {
                let text = std::fs::read_to_string(file.path()).unwrap();
                assert_no_secret(&self.secrets, &text, &["left behind", file.path().to_str().unwrap()]);
            }
        }
        for new in self.files().difference(&before) {
            let text = std::fs::read_to_string(self.repository.path(new)).unwrap();
            assert_no_secret(&self.secrets, &text, &["written", new]);
            std::fs::remove_file(self.repository.path(new)).unwrap();
        }
        // Last, since it changes the files.
        all += &self.assert_silent(&["fix", ".", "--unsafe", "--persona", "auditor", "-vv", "--stats"], None);
        assert!(self.files().is_subset(&before), "fix leaves something behind");
        all
    }

    /// The files of the repository.
    fn files(&self) -> BTreeSet<String> {
        let all = walkdir::WalkDir::new(self.repository.root()).into_iter().flatten();
        let files = all.filter(|file| file.file_type().is_file());
        let path = |file: walkdir::DirEntry| {
            file.path().strip_prefix(self.repository.root()).unwrap().to_str().unwrap().to_owned()
        };
        files.map(path).collect()
    }
}

fn assert_no_secret(secrets: &[String], text: &str, arguments: &[&str]) {
    let windows: BTreeSet<&[u8]> = secrets.iter().flat_map(|secret| secret.as_bytes().windows(6)).collect();
    for line in text.lines() {
        let leak = line.as_bytes().windows(6).find(|window| windows.contains(window));
        assert!(leak.is_none(), "{arguments:?} shows a secret:\n{line}");
    }
}

#[test]
fn deploy_cli_shows_no_secret() {
    let all =
        Nest::new(&[("tenant.yaml", DEPLOY_YAML), ("clients/shop.json", JSON)]).assert_silent_throughout();
    assert!(all.contains("public-client-with-secret"), "something must be found to be shown");
    assert!(all.contains("[redacted]"));
}

#[test]
fn terraform_shows_no_secret() {
    let files = [
        ("main.tf", TERRAFORM),
        ("m/main.tf", MODULE),
        ("terraform.tfvars", TFVARS),
        ("more.tf.json", TF_JSON),
        ("apart/main.tf.json", TF_JSON),
    ];
    let all = Nest::new(&files).assert_silent_throughout();
    assert!(all.contains("public-client-with-secret"));
}

#[test]
fn dumps_and_own_layouts_show_no_secret() {
    let all = Nest::new(&[("dump.json", DUMP), ("apps.toml", TOML), ("note.yaml", DEPLOY_YAML)])
        .assert_silent_throughout();
    assert!(all.contains("hardcoded-client-secret"));
    assert!(all.contains("public-client-with-secret"));
}

#[test]
fn programs_and_manifests_show_no_secret() {
    let files = [("Pulumi.yaml", PROGRAM), ("Pulumi.dev.yaml", STACK), ("k8s/clients.yaml", MANIFESTS)];
    let all = Nest::new(&files).assert_silent_throughout();
    assert!(all.contains("hardcoded-client-secret"));
    assert!(all.contains("public-client-with-secret"));
}

#[test]
fn a_secret_is_hidden_wherever_else_it_stands() {
    const MAIN: &str = r#"variable "hook" { sensitive = true }
variable "web_secret" {}
locals { secret = "CANARY1" }
resource "auth0_client" "web" {
  name          = local.secret
  app_type      = "regular_web"
  client_secret = local.secret
  callbacks     = ["http://x.example.com/${var.hook}", "http://x.example.com/${var.web_secret}", "/${local.secret}"]
  jwt_configuration { alg = "RS${local.secret}" }
}
"#;
    const TENANT: &str = "clients:\n  - name: Web ##WEB_SECRET##\n    app_type: spa\n    client_secret: \"##WEB_SECRET##\"\n    callbacks: [\"http://x.example.com/##WEB_SECRET##\"]\n";
    let mut nest = Nest::new(&[
        ("infra/main.tf", MAIN),
        ("infra/terraform.tfvars", "hook = \"CANARY2\"\n"),
        ("tenant/tenant.yaml", TENANT),
        ("tenant/config.json", r#"{ "AUTH0_KEYWORD_REPLACE_MAPPINGS": { "WEB_SECRET": "CANARY3" } }"#),
    ]);
    let found = nest.assert_silent_throughout();
    assert!(found.contains("insecure-redirect-uri"));
    let given = nest.fill("web_secret=CANARY4");
    let found = nest.assert_silent(&["check", "infra", "--var", &given, "--format", "json"], None);
    assert!(found.contains("http://x.example.com/[redacted]"));
    for format in ["text", "json", "csv", "markdown"] {
        nest.assert_silent(&["clients", ".", "--var", &given, "--format", format], None);
    }
    nest.assert_silent(&["check", ".", "--var", &given, "--suggest-ignore"], None);
    nest.assert_silent(&["baseline", "write", "."], None);
    let baseline = std::fs::read_to_string(nest.repository.path(".clientlint-baseline.json")).unwrap();
    assert_no_secret(&nest.secrets, &baseline, &["baseline"]);
}

#[test]
fn what_stands_beside_a_finding_is_hidden() {
    const FILE: &str = "auth0:\n  clientId: EXAMPLE\n  clientSecret: CANARY1\n  passphrase: CANARY\n";
    const NEXT: &str =
        "  token: CANARY\n  authorization: \"Bearer CANARY\"\n  clientSecret: CANARY1\n  pass: CANARY\n";
    const HOOK: &str = "  hook: https://hooks.slack.com/services/T01/B02/CANARY\n  uri: \"https://x.example.com/?token=CANARY\"\n";
    let text = format!("{FILE}shop:\n auth0:\n{NEXT}web:\n auth0:\n  clientSecret: CANARY1\n{HOOK}");
    let env =
        "AUTH0_CLIENT_ID=EXAMPLE\nDB_PASS=CANARY\nAUTH0_CLIENT_SECRET=\"CANARY1\nCANARY\"\nBEARER=CANARY\n";
    let nest = Nest::new(&[("settings.yaml", &text), ("web/.env", env)]);
    let found = nest.assert_silent_throughout();
    assert!(found.contains("hardcoded-client-secret"));
}

#[test]
fn a_secret_of_digits_is_one() {
    let mut nest = Nest::new(&[("dump.json", NUMBER), ("clients/shop.json", JSON)]);
    nest.secrets.extend(["271828182845904523536".to_owned(), "31415926535897".to_owned()]);
    nest.assert_silent_throughout();
}

/// Cut after each secret, and some way behind it, a file says nothing of what it holds.
#[test]
fn files_that_do_not_parse_show_no_secret() {
    for (path, text) in [
        ("tenant.yaml", DEPLOY_YAML),
        ("main.tf", TERRAFORM),
        ("clients/a.json", JSON),
        ("apps.toml", TOML),
        ("dump.json", DUMP),
    ] {
        let places: Vec<usize> = text.match_indices(MARK).map(|(at, _)| at).collect();
        let mut nest = Nest::new(&[]);
        for (number, at) in places.iter().enumerate().step_by(3) {
            for (way, ending) in [(0, ""), (1, "\""), (20, "\n  x: [}")] {
                let mut end = (at + MARK.len() + way).min(text.len());
                while !text.is_char_boundary(end) {
                    end -= 1;
                }
                let text = nest.fill(&format!("{}{ending}", &text[..end]));
                nest.repository = nest.repository.and(&format!("{number}-{way}/{path}"), text);
            }
        }
        for arguments in [
            &["check", "."][..],
            &["clients", "."],
            &["check", ".", "-vv", "--stats", "--suggest-ignore"],
            &["baseline", "write", "-vv"],
            &["fix", ".", "--unsafe", "--diff"],
            &["fix", ".", "--unsafe", "-vv"],
        ] {
            nest.assert_silent(arguments, None);
        }
        nest.assert_silent(&["check", ".", "--format", "json", "--persona", "auditor"], None);
        nest.assert_silent(&["clients", ".", "--format", "json"], None);
    }
}

#[test]
fn a_wrong_kind_syntax_or_encoding_shows_no_secret() {
    let mut nest = Nest::new(&[]);
    for (number, text) in [DEPLOY_YAML, TERRAFORM, JSON, DUMP, TOML].into_iter().enumerate() {
        let text = nest.fill(text);
        for ending in ["yaml", "json", "toml", "tf", "tf.json", "tfvars"] {
            nest.repository = nest.repository.and(&format!("{number}/a.{ending}"), &text);
        }
        let mut bytes = text.clone().into_bytes();
        bytes.insert(bytes.len() / 2, 0xff);
        nest.repository = nest.repository.and(&format!("{number}/bytes.json"), bytes);
    }
    for format in FORMATS {
        nest.assert_silent(&["check", ".", "--format", format], None);
    }
    for kind in
        ["deploy-yaml", "deploy-json", "terraform", "management-api", "oidc-registration", "cimd", "pulumi"]
    {
        nest.assert_silent(&["check", ".", "--kind", kind, "-vv"], None);
        nest.assert_silent(&["clients", ".", "--kind", kind], None);
        nest.assert_silent(&["fix", ".", "--kind", kind, "--unsafe", "--diff"], None);
    }
}

/// Neither what is put off, nor the file of it, nor what is said of an earlier commit.
#[test]
fn baselines_and_comparisons_show_no_secret() {
    let mut nest = Nest::new(&[
        ("tenant.yaml", DEPLOY_YAML),
        ("main.tf", TERRAFORM),
        ("m/main.tf", MODULE),
        ("terraform.tfvars", TFVARS),
        ("clients/shop.json", JSON),
        ("dump.json", DUMP),
        ("apps.toml", TOML),
        ("clientlint.toml", "[baseline]\nsecrets = true\n"),
    ]);
    for arguments in [
        &["baseline", "write", "--persona", "auditor"][..],
        &["baseline", "show"],
        &["baseline", "show", "--format", "json"],
        &["baseline", "prune", "--check"],
        &["check", "."],
        &["check", ".", "--format", "json"],
    ] {
        nest.assert_silent(arguments, None);
    }
    let file = std::fs::read_to_string(nest.repository.path(".clientlint-baseline.json")).unwrap();
    assert!(file.contains("hardcoded-client-secret"));
    assert_no_secret(&nest.secrets, &file, &["the baseline"]);
    let Some(repository) = nest.repository.committed() else { return };
    nest.repository = repository;
    for (path, text) in [("tenant.yaml", DEPLOY_YAML), ("main.tf", TERRAFORM), ("dump.json", DUMP)] {
        let other = nest.fill(text);
        nest.repository.write(path, other.replace("spa", "native").replace("HS256", "RS256"));
    }
    for format in ["text", "concise", "json"] {
        let arguments =
            ["check", ".", "--since", "HEAD", "--no-baseline", "--persona", "auditor", "--format", format];
        nest.assert_silent(&arguments, None);
    }
    let broken = nest.fill(&format!("{TERRAFORM}\n x = ["));
    nest.repository.write("main.tf", broken);
    nest.assert_silent(&["check", ".", "--since", "HEAD"], None);
    // A document given as a baseline is a wrong baseline, which shows none of its text.
    for text in ["{\"clientlint-baseline\": \"CANARY\"}", "\"CANARY\"", "{\"CANARY\": \"", DUMP] {
        let wrong = nest.fill(text);
        nest.repository.write(".clientlint-baseline.json", wrong);
        nest.assert_silent(&["check", "."], None);
    }
    let entry = "{\"clientlint-baseline\": 1, \"entries\": [{\"fp\": 1, \"CANARY\": 2, \"fp\": \"CANARY\"}, \"CANARY\"]}";
    for text in [entry.to_owned(), entry.replace("{\"fp\": 1, \"CANARY\": 2, \"fp\": \"CANARY\"},", "")] {
        let wrong = nest.fill(&text);
        nest.repository.write(".clientlint-baseline.json", wrong);
        nest.assert_silent(&["check", "."], None);
    }
}

#[test]
fn standard_input_shows_no_secret() {
    let mut nest = Nest::new(&[]);
    for (name, text) in [
        ("a.yaml", DEPLOY_YAML),
        ("a.tf", TERRAFORM),
        ("a.json", DUMP),
        ("clients/a.json", JSON),
        ("a.toml", TOML),
    ] {
        let text = nest.fill(text);
        for format in ["text", "json"] {
            nest.assert_silent(&["clients", "-", "--format", format], Some(&text));
        }
        for format in FORMATS {
            nest.assert_silent(&["check", "-", "--stdin-filename", name, "--format", format], Some(&text));
            nest.assert_silent(&["check", "-", "--format", format], Some(&text));
            let half = &text[..text.len() / 2];
            nest.assert_silent(&["check", "-", "--stdin-filename", name, "--format", format], Some(half));
        }
    }
}

#[test]
fn what_is_said_of_rules_and_configuration_needs_no_documents() {
    let nest = Nest::new(&[("tenant.yaml", DEPLOY_YAML)]);
    nest.assert_silent(&["rules"], None);
    nest.assert_silent(&["rules", "--format", "json"], None);
    nest.assert_silent(&["explain", "public-client-with-secret"], None);
    // A document given as configuration is a wrong configuration, which shows none of its text.
    nest.assert_silent(&["check", ".", "--config", "tenant.yaml"], None);
    let nest = Nest::new(&[("apps.toml", TOML), ("tenant.yaml", DEPLOY_YAML)]);
    nest.assert_silent(&["check", ".", "--config", "apps.toml"], None);
    nest.assert_silent(&["check", ".", "--config", "tenant.yaml"], None);
}

/// A finding about a secret stands at the key, so that its end tells no length.
#[test]
fn findings_on_a_secret_stand_at_its_key() {
    let nest = Nest::new(&[
        ("tenant.yaml", DEPLOY_YAML),
        ("main.tf", TERRAFORM),
        ("dump.json", DUMP),
        ("apps.toml", TOML),
    ]);
    let report = nest.repository.check(".");
    let texts = |path: &str| std::fs::read_to_string(nest.repository.path(path)).unwrap();
    for finding in report["findings"].as_array().unwrap() {
        let places = finding["related"].as_array().unwrap().iter().chain([&finding["location"]]);
        for place in places {
            let text = texts(place["path"].as_str().unwrap());
            let byte = |end: &str| usize::try_from(place[end]["byte"].as_u64().unwrap()).unwrap();
            let span = &text[byte("start")..byte("end")];
            let is_secret =
                nest.secrets.iter().any(|secret| span.trim_matches(['"', '\'']).starts_with(secret.as_str()));
            assert!(!is_secret, "{} points at {span}", finding["rule"]);
        }
    }
}
