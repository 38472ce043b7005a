//! The ignores that would silence findings, ready for `clientlint.toml`.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::telling::sentence;
use super::{Run, printable};
use crate::finding::Finding;

/// Writes for each finding that is shown the `[[ignore]]` for it, and the comment where one may stand instead.
/// `may_be_ignored` says it of a rule; where `only` names some, others than the findings of these fingerprints are left
/// out.
///
/// # Errors
///
/// The output cannot be written.
pub fn suggest(
    out: &mut dyn Write,
    run: &Run<'_>,
    only: &[String],
    may_be_ignored: &dyn Fn(&str) -> bool,
) -> io::Result<()> {
    let wanted = |finding: &&Finding| only.is_empty() || only.contains(&finding.fingerprint);
    let mut first = true;
    for finding in run.shown().filter(wanted) {
        if first {
            writeln!(out, "# Of no effect until a reason is written into each.")?;
            first = false;
        }
        let at = &finding.location;
        writeln!(out, "\n# {at}: {}[{}] {}", finding.severity.name(), finding.rule, sentence(finding))?;
        if !may_be_ignored(&finding.rule) {
            writeln!(out, "# This cannot be ignored.")?;
            continue;
        }
        if takes_comments(&at.path) {
            let line = at.start.line;
            writeln!(out, "# Or above line {line} there: # clientlint: ignore[{}]: REASON", finding.rule)?;
        }
        write!(out, "{}", ignore_table(finding))?;
    }
    Ok(())
}

/// Whether `#` starts a comment in a file, by its path.
pub fn takes_comments(path: &str) -> bool {
    const ENDINGS: &[&str] = &[".yaml", ".yml", ".toml", ".tf", ".tofu", ".tfvars", ".hcl", ".properties"];
    ENDINGS.iter().any(|ending| path.ends_with(ending))
}

/// The `[[ignore]]` that silences a finding once its reason is written.
pub fn ignore_table(finding: &Finding) -> String {
    let client = finding.client.as_deref();
    let path = client.map_or(&finding.location.path, |client| &client.path);
    let mut table = format!("[[ignore]]\nrules = [{}]\npath = {}\n", quoted(&finding.rule), glob(path));
    // Writing to a string cannot fail.
    if let Some(client) = client {
        // A marker is something else in each environment.
        let is_name = |name: &&str| !name.is_empty() && !name.contains("##") && !name.contains("@@");
        let names = [Some(client.key.as_str()), client.name.as_deref()];
        if let Some(name) = names.into_iter().flatten().find(is_name) {
            let _ = writeln!(table, "client = {}", glob(name));
        }
    }
    // Without the attribute as a whole a rule may still hold in another of its cases.
    if !finding.subject.items.is_empty() {
        let _ = writeln!(table, "pointer = {}", quoted(&finding.subject.pointer()));
    }
    table.push_str("reason = \"\"\n");
    table
}

/// A text as a glob that means it alone.
fn glob(text: &str) -> String {
    let mut glob = String::new();
    for character in text.chars() {
        match character {
            '*' | '?' | '[' | '{' => glob.extend(['[', character, ']']),
            character => glob.push(character),
        }
    }
    quoted(&glob)
}

/// A text in quotes: what JSON writes so, TOML reads.
fn quoted(text: &str) -> String {
    serde_json::Value::from(printable(text)).to_string()
}
