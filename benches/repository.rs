//! How long the program takes where somebody waits for it: in a large repository, for one file in a hook, and to start.
//! `cargo bench` prints the best of several runs of each beside what it is to take at most on four cores.

#![allow(clippy::print_stdout, reason = "a benchmark prints what it measures")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Files of the repository, and how many of them define clients.
const FILES: usize = 10_000;
const WITH_CLIENTS: usize = 300;

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = folder.path();
    fs::create_dir(root.join(".git")).expect("a repository");
    fill(root);
    let all = format!("{FILES} files, {WITH_CLIENTS} of them with clients");
    for (what, most, words) in [
        (all.as_str(), 1000, &["check", ".", "--exit-zero"][..]),
        ("one file, as in a hook", 100, &["check", "--exit-zero", "team0/tenant0.yaml"]),
        ("--version", 20, &["--version"]),
    ] {
        let best = (0..7).map(|_| time(root, words)).min().unwrap_or_default();
        println!("{what}: {:.1} ms (at most {most} ms)", best.as_secs_f64() * 1000.0);
    }
}

/// Writes a repository in which most files are none of our business, as in most repositories.
fn fill(root: &Path) {
    let write = |path: String, text: &str| {
        let path = root.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).expect("a folder");
        }
        fs::write(path, text).expect("a file");
    };
    for number in 0..FILES {
        let team = number % 100;
        if number < WITH_CLIENTS {
            let (path, text) = match number % 3 {
                0 => (format!("team{team}/tenant{number}.yaml"), tenant(number)),
                1 => (format!("team{team}/main{number}.tf"), terraform(number)),
                _ => (format!("team{team}/clients/app{number}.json"), client(number)),
            };
            write(path, &text);
            continue;
        }
        let text = "name: service\nreplicas: 3\nimage: registry.example.com/service:1\n".repeat(20);
        match number % 4 {
            0 => write(format!("team{team}/deploy/{number}.yaml"), &text),
            1 => write(
                format!("team{team}/data/{number}.json"),
                "{\"items\": [1, 2, 3], \"name\": \"data\"}\n",
            ),
            2 => write(format!("team{team}/src/{number}.ts"), "export const answer = 42;\n"),
            _ => write(format!("team{team}/infra/{number}.tf"), "resource \"null_resource\" \"none\" {}\n"),
        }
    }
}

fn tenant(number: usize) -> String {
    let mut text = "clients:\n".to_owned();
    for client in 0..5 {
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "  - name: App {number}-{client}\n    app_type: spa\n    is_first_party: true\n    oidc_conformant: true\n    callbacks: ['https://app{client}.example.com/cb']\n    grant_types: [authorization_code, implicit]\n    jwt_configuration: {{ alg: RS256 }}\n"
        );
    }
    text
}

fn terraform(number: usize) -> String {
    format!(
        "resource \"auth0_client\" \"app{number}\" {{\n  name           = \"App {number}\"\n  app_type       = \"regular_web\"\n  is_first_party = true\n  callbacks      = [\"https://app{number}.example.com/cb\"]\n  grant_types    = [\"authorization_code\"]\n}}\n"
    )
}

fn client(number: usize) -> String {
    format!(
        "{{\n  \"name\": \"App {number}\",\n  \"app_type\": \"native\",\n  \"callbacks\": [\"com.example.app:/cb\"],\n  \"grant_types\": [\"authorization_code\", \"refresh_token\"]\n}}\n"
    )
}

fn time(root: &Path, words: &[&str]) -> Duration {
    let mut command = Command::new(env!("CARGO_BIN_EXE_clientlint"));
    command.args(words).current_dir(root).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    let status = command.status().expect("the program runs");
    let took = start.elapsed();
    assert!(status.success(), "{words:?}: {status}");
    took
}
