//! What a repository gets to begin with: a configuration that fits what is found in it, and snippets for the hook and CI.

mod snippets;

pub use snippets::{Ci, HOOK, hook};

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::finding::ClientSummary;
use crate::lint::Report;

/// Words of paths that name an environment, and the environment.
const ENVIRONMENTS: &[(&str, &str)] = &[
    ("prod", "prod"),
    ("production", "prod"),
    ("prd", "prod"),
    ("live", "live"),
    ("staging", "staging"),
    ("stage", "staging"),
    ("stg", "staging"),
    ("preprod", "preprod"),
    ("uat", "uat"),
    ("qa", "qa"),
    ("test", "test"),
    ("testing", "test"),
    ("dev", "dev"),
    ("development", "dev"),
    ("sandbox", "sandbox"),
    ("local", "local"),
];

/// A commented configuration for a repository in which this is found. What it proposes is commented out.
pub fn configuration(report: &Report) -> String {
    let mut text = String::from(HEAD);
    let clients = &report.clients;
    let folders = folders(clients.iter().map(|client| &*client.path));
    if clients.is_empty() {
        text.push_str("\n# No client definitions were found.\n");
    } else {
        let _ = write!(text, "\n# Clients were found in:\n");
        for (folder, count) in &folders {
            let shown = if folder.is_empty() { "." } else { folder };
            let _ = writeln!(text, "#   {} ({count})", one_line(shown));
        }
    }
    text.push_str(GATE);
    text.push_str("\n# Which files are read. Without `include` every file is looked into.\n# [files]\n");
    let _ = writeln!(text, "# include = [{}]", globs(folders.keys().map(String::as_str)));
    text.push_str("# exclude = [\"**/testdata/**\"]\n");
    add_environments(&mut text, clients.iter().map(|client| &*client.path));
    add_channels(&mut text, clients.iter().map(|client| &**client));
    text.push_str(TAIL);
    text
}

/// The environments that the paths speak of.
fn add_environments<'a>(text: &mut String, paths: impl Iterator<Item = &'a str>) {
    let mut found: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (environment, glob) in paths.filter_map(environment) {
        found.entry(environment).or_default().insert(glob);
    }
    text.push_str(
        "\n# Environments. Names that start with prod or live are production, where no callback may lead to a\n\
         # developer's machine. `strict = true` reports placeholders that nothing fills in.\n",
    );
    if found.is_empty() {
        found.insert("prod", BTreeSet::from(["auth0/prod/**".to_owned()]));
    }
    for (name, globs) in found {
        let globs: Vec<String> = globs.iter().map(|glob| quoted(glob)).collect();
        let _ = write!(text, "# [env.{name}]\n# match = [{}]\n", globs.join(", "));
    }
}

/// The environment that a path names, and the glob of the files that do so.
fn environment(path: &str) -> Option<(&'static str, String)> {
    let named = |word: &str| {
        let word = word.to_ascii_lowercase();
        ENVIRONMENTS.iter().find(|(known, _)| *known == word).map(|(_, name)| *name)
    };
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let mut above = String::new();
    for part in folder.split('/') {
        above.push_str(part);
        if let Some(name) = part.split(['-', '_', '.']).find_map(named) {
            return Some((name, format!("{}/**", escaped(&above))));
        }
        above.push('/');
    }
    let name = file.split(['-', '_', '.']).find_map(named)?;
    Some((name, escaped(path)))
}

/// How clients of the folders are created, as far as that is seen.
fn add_channels<'a>(text: &mut String, clients: impl Iterator<Item = &'a ClientSummary>) {
    let (mut known, mut open) = (Vec::new(), Vec::new());
    for client in clients {
        match client.channel.as_str() {
            "management-api" => known.push(&*client.path),
            "unknown" => open.push(&*client.path),
            _ => {}
        }
    }
    text.push_str(
        "\n# How the clients in these files are created. Where management-api is set, a third-party client that is\n\
         # defined elsewhere is an error.\n# [channels]\n",
    );
    let (known, open) = (folders(known.into_iter()), folders(open.into_iter()));
    let _ = writeln!(text, "# management-api = [{}]", globs(known.keys().map(String::as_str)));
    if !open.is_empty() {
        text.push_str("# Nothing says how the clients in these are created:\n");
    }
    let _ = writeln!(text, "# dashboard = [{}]", globs(open.keys().map(String::as_str)));
}

/// The folders of paths with how many there are; those of the directory formats are named by their root.
fn folders<'a>(paths: impl Iterator<Item = &'a str>) -> BTreeMap<String, usize> {
    let mut folders = BTreeMap::new();
    for path in paths {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let root = folder.strip_suffix("/clients").or_else(|| folder.strip_suffix("/modules"));
        *folders.entry(root.unwrap_or(folder).to_owned()).or_insert(0) += 1;
    }
    // A folder below another one goes with it.
    let all: Vec<String> = folders.keys().cloned().collect();
    let mut merged: BTreeMap<String, usize> = BTreeMap::new();
    for (folder, count) in folders {
        let above = all.iter().find(|above| {
            !above.is_empty() && folder.strip_prefix(above.as_str()).is_some_and(|rest| rest.starts_with('/'))
        });
        *merged.entry(above.unwrap_or(&folder).clone()).or_insert(0) += count;
    }
    merged
}

/// Folders as globs of all that is in them.
fn globs<'a>(folders: impl Iterator<Item = &'a str>) -> String {
    let glob =
        |folder: &str| if folder.is_empty() { "*".to_owned() } else { format!("{}/**", escaped(folder)) };
    folders.map(|folder| quoted(&glob(folder))).collect::<Vec<_>>().join(", ")
}

/// A path as a glob that matches it alone.
fn escaped(path: &str) -> String {
    let mut glob = String::with_capacity(path.len());
    for character in path.chars() {
        if matches!(character, '*' | '?' | '[' | ']' | '{' | '}') {
            let _ = write!(glob, "[{character}]");
        } else {
            glob.push(character);
        }
    }
    glob
}

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A path in a comment: nothing in it ends the line.
fn one_line(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { '?' } else { character }).collect()
}

const HEAD: &str =
    "# What clientlint checks here, and how. `clientlint config schema` describes every key, and
# `clientlint config show FILE` says what holds for a file and why.
";

const GATE: &str = "
[gate]
fail-on = \"error\"                # error | warning | info | never

# Severities of rules: off | info | warning | error | default. `clientlint rules` lists them.
[rules]
# implicit-grant = \"error\"
";

const TAIL: &str = "
# What your organisation declares; rules compare clients with it.
# [facts]
# first-party-domains = [\"example.com\"]
# custom-schemes = [\"com.example.app\"]
# allowed-grant-types = { spa = [\"authorization_code\", \"refresh_token\"] }
# allowed-auth-methods = [\"private_key_jwt\", \"none\"]
# max-token-lifetime = { access = \"24h\", refresh-absolute = \"30d\", refresh-idle = \"14d\" }
# third-party-clients = [\"Partner *\"]

# What is different for some files, clients or environments.
# [[override]]
# env = \"dev\"
# rules = { insecure-redirect-uri = \"off\" }
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn environments_are_seen_in_folders_and_names() {
        let seen = |path: &str| environment(path).map(|(name, glob)| format!("{name} {glob}"));
        assert_eq!(seen("auth0/prod/clients/a.json").as_deref(), Some("prod auth0/prod/**"));
        assert_eq!(seen("auth0/tenant-Staging.yaml").as_deref(), Some("staging auth0/tenant-Staging.yaml"));
        assert_eq!(seen("products/live-eu/[x]/a.tf").as_deref(), Some("live products/live-eu/**"));
        assert_eq!(seen("products/developer/a.tf"), None);
    }

    #[test]
    fn folders_below_others_go_with_them() {
        let paths = ["a/clients/x.json", "a/clients/y.json", "a/b/t.tf", "t.yaml", "ab/t.yaml"];
        let folders: Vec<String> = folders(paths.into_iter())
            .into_iter()
            .map(|(folder, count)| format!("{folder} {count}"))
            .collect();
        assert_eq!(folders, [" 1", "a 3", "ab 1"]);
    }
}
