//! What the pages of rules show is so: what is flagged is found in each language, and what is clean is not.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clientlint::config::Config;
use clientlint::discover::{Content, Input};
use clientlint::lint::{Job, Report, lint, lint_before};
use clientlint::rule::{Persona, Severity};

/// An example on a page.
struct Block {
    flagged: bool,
    path: String,
    language: String,
    text: String,
    /// What stood there before, in an example of a transition.
    before: Option<String>,
}

fn config() -> Arc<Config> {
    let mut config = Config::builtin().unwrap();
    config.settings.persona = Persona::Auditor;
    Arc::new(config)
}

/// The examples of a page that are files: each stands below its path.
fn blocks(id: &str) -> Vec<Block> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("docs/rules/{id}.md"));
    let page = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut blocks = Vec::new();
    for (heading, flagged) in [("\n## Flagged\n", true), ("\n## Clean\n", false)] {
        let (_, section) = page.split_once(heading).unwrap_or_else(|| panic!("{id}: no {heading}"));
        let section = section.split("\n## ").next().unwrap();
        for (before, after) in section.split("`:\n\n```").zip(section.split("`:\n\n```").skip(1)) {
            let (language, rest) = after.split_once('\n').unwrap();
            let text = rest.split("```").next().unwrap();
            let path = before.rsplit('`').next().unwrap().to_owned();
            let was = before.rsplit_once("Before:\n\n```").and_then(|(_, block)| block.split_once('\n'));
            let before = was.map(|(_, rest)| rest.split("```").next().unwrap().to_owned());
            let (language, text) = (language.to_owned(), text.to_owned());
            blocks.push(Block { flagged, path, language, text, before });
        }
    }
    blocks
}

fn analyse(block: &Block, config: &Arc<Config>) -> Report {
    let input = |text: &String| Input {
        path: PathBuf::from("/repository").join(&block.path),
        shown: block.path.clone(),
        content: Content::Text(text.clone()),
        requested: true,
    };
    let of = |_: Option<&Path>| config.clone();
    let job = Job::new(&of);
    let before = block.before.as_ref().map(|text| lint_before(vec![input(text)], BTreeSet::new(), &job));
    lint(vec![input(&block.text)], &Job { before: before.as_ref(), ..job })
}

/// Rules whose clean side is wrong by another rule: only a literal secret can be told from others.
const WITH_ERRORS: &[&str] = &["shared-client-secret"];

#[test]
fn examples_are_what_pages_say() {
    let config = config();
    for rule in &config.rules {
        for block in blocks(&rule.id) {
            let report = analyse(&block, &config);
            let what = format!("{}, {} in {}:\n{}", rule.id, block.path, block.language, block.text);
            assert!(report.problems.is_empty() && report.skipped.is_empty(), "{:?}\n{what}", report.problems);
            assert_eq!(report.documents, 1, "not recognised: {what}");
            let found = report.findings.iter().any(|finding| *finding.rule == *rule.id);
            assert_eq!(found, block.flagged, "{what}");
            let mut errors = report.findings.iter().filter(|finding| finding.severity == Severity::Error);
            if let Some(error) = errors.find(|_| !block.flagged && !WITH_ERRORS.contains(&rule.id.as_str())) {
                panic!("an error in a clean example, {}: {what}", error.rule);
            }
        }
    }
}

/// Rules whose pages do not show both sides in each language, and why.
const FEWER: &[(&str, &str, &str)] = &[
    ("cimd-invalid-document", "", "the URL under which the document stands is not in it"),
    ("client-auth-method-without-keys", "yaml json", "Terraform's resource of credentials always has keys"),
    (
        "conflicting-client-credentials",
        "json",
        "registered with keys and with their address, which Auth0 has no place for",
    ),
    ("dangling-client-reference", "yaml hcl", "a directory has one file for each object"),
    ("deprecated-field", "", "the old names stand for attributes that have new ones"),
    ("duplicate-client", "yaml", "one file each in a directory; two identifiers that Terraform computes"),
    ("export-includes-secrets", "json", "the configuration of the Deploy CLI is JSON"),
    ("declared-lifetime-exceeded", "", "what is declared is inferred"),
    ("disallowed-auth-method", "", "what is declared is inferred"),
    ("disallowed-grant-type", "", "what is declared is inferred"),
    ("unfilled-placeholder", "", "which environments are strict is inferred"),
    ("first-party-foreign-redirect-domain", "", "which domains are foreign is inferred"),
    ("id-token-alg-none", "json", "Auth0 has no such algorithm; a registration has"),
    ("pkce-not-enforced", "", "neither Auth0 nor registrations have such a switch"),
    ("private-key-in-client-definition", "json", "Auth0 has no place for a key set; a registration has"),
    ("secret-in-terraform-state", "hcl", "only Terraform has a state"),
    ("secret-variable-default", "", "where a secret comes from is inferred"),
    ("shared-client-secret", "yaml hcl", "a directory has one file for each client"),
    (
        "third-party-outside-management-api",
        "yaml hcl",
        "JSON has no comments, in which a channel could be declared",
    ),
    ("verifier-algorithm-mismatch", "", "verifiers are code or configuration of frameworks"),
    ("verifier-symmetric-for-public-client", "", "verifiers are code or configuration of frameworks"),
    ("unused-ignore", "", "ignores are comments, which the vocabulary has no place for"),
    ("expired-ignore", "", "ignores are comments, which the vocabulary has no place for"),
    ("ignore-without-reason", "", "ignores are comments, which the vocabulary has no place for"),
    ("unknown-ignore-rule", "", "ignores are comments, which the vocabulary has no place for"),
    ("forbidden-ignore", "", "ignores are comments, which the vocabulary has no place for"),
    ("malformed-directive", "", "ignores are comments, which the vocabulary has no place for"),
    ("misplaced-ignore", "", "ignores are comments, which the vocabulary has no place for"),
    ("comment-key-breaks-deploy", "", "ignores are comments, which the vocabulary has no place for"),
    ("wrong-value-type", "yaml json", "Terraform turns a text into the type that it needs"),
    ("unresolved-placeholder", "", "which markers a mapping leaves alone is inferred"),
];

#[test]
fn examples_are_in_every_language_that_has_a_place_for_them() {
    let config = config();
    let mut wrong = Vec::new();
    for rule in &config.rules {
        let has = |flagged| -> Vec<String> {
            let blocks = blocks(&rule.id);
            blocks.into_iter().filter(|block| block.flagged == flagged).map(|block| block.language).collect()
        };
        let both: Vec<String> =
            has(true).into_iter().filter(|language| has(false).contains(language)).collect();
        let listed = FEWER.iter().find(|(id, ..)| *id == rule.id);
        let expected = match listed {
            Some((_, languages, _)) => *languages,
            None => "yaml json hcl",
        };
        if both.join(" ") != expected {
            wrong.push(format!("(\"{}\", \"{}\", \"\"),  // not {expected}", rule.id, both.join(" ")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for (id, ..) in FEWER {
        assert!(config.rules.iter().any(|rule| rule.id == *id), "{id} is no rule");
    }
}
