//! The page of a rule in Markdown, with examples in the languages in which people write clients.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value as Json;

use crate::config::Config;
use crate::discover::{Content, Input};
use crate::examples::{self, Example};
use crate::lint::{Job, Report, lint, lint_before};
use crate::render::{Language, Rendered, render};
use crate::rule::{Rule, Severity};

/// A document of the vocabulary in those languages in which the analysis says of it what it is an example of.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The document.
    pub example: Example,
    /// What is shown, by language.
    pub languages: Vec<(Language, Rendered)>,
    /// What stood there before, where the example is about a transition.
    pub before: Vec<(Language, Rendered)>,
}

/// The page of a rule. The configuration decides what the analysis says of examples: it should hide nothing.
pub fn page(rule: &Rule, config: &Arc<Config>) -> String {
    let mut text = String::new();
    let say = &rule.text;
    // Writing to a string cannot fail.
    let _ = writeln!(text, "# {}\n\n{}.\n\n{}", rule.id, say.summary, facts(rule));
    let _ = writeln!(text, "## Why\n\n{}\n", say.why.trim());
    let _ = writeln!(text, "## Instead\n\n{}", say.instead.trim());
    if let Some(exceptions) = &say.exceptions {
        let _ = writeln!(text, "\n## When it is fine\n\n{}", exceptions.trim());
    }
    for flagged in [true, false] {
        if let Some(shown) = shown(rule, config, flagged) {
            let heading = if flagged { "Flagged" } else { "Clean" };
            let _ = write!(text, "\n## {heading}\n\n{}", example(&shown));
        }
    }
    if rule.cases.len() > 1 {
        let _ = writeln!(text, "\n## Cases\n\n| severity | persona | message |\n|---|---|---|");
        for case in &rule.cases {
            let message = cell(&case.message);
            let _ = writeln!(text, "| {} | {} | {message} |", case.severity.name(), case.persona.name());
        }
    }
    if !say.options.is_empty() {
        let _ = writeln!(text, "\n## Options\n\nUnder `[rules.{}]` in `clientlint.toml`:\n", rule.id);
        let _ = writeln!(text, "| option | default | |\n|---|---|---|");
        for (name, option) in &say.options {
            let says = cell(option["says"].as_str().unwrap_or_default());
            let _ = writeln!(text, "| `{name}` | `{}` | {says} |", cell(&option["default"].to_string()));
        }
    }
    match rule.fixes().as_slice() {
        [] => {}
        [fix] => {
            let _ = writeln!(text, "\n## Fix ({})\n\n{}.", fix.safety.name(), fix.title);
        }
        fixes => {
            let _ = writeln!(text, "\n## Fixes\n");
            for fix in fixes {
                let _ = writeln!(text, "- {} ({})", fix.title, fix.safety.name());
            }
        }
    }
    let link = |id: &String| format!("[`{id}`]({id}.md)");
    let _ = write!(text, "{}", list("Written in", &say.standards, Clone::clone));
    let _ = write!(text, "{}", list("Speaks instead of", &say.subsumes, link));
    text
}

/// What the rule is, in a table.
fn facts(rule: &Rule) -> String {
    let or = |list: &[String], none: &str| if list.is_empty() { none.to_owned() } else { list.join(", ") };
    let kinds: Vec<&str> = rule.on.iter().map(|kind| kind.name()).collect();
    format!(
        "| severity | persona | judges | of | tags |\n|---|---|---|---|---|\n| {} | {} | {} | {} | {} |\n",
        rule.worst().name(),
        rule.text.persona.name(),
        kinds.join(", "),
        or(&rule.text.providers, "every provider"),
        or(&rule.text.tags, "none"),
    )
}

/// A text in a cell of a table.
fn cell(text: &str) -> String {
    text.trim().replace('\n', " ").replace('|', "\\|")
}

fn list(heading: &str, items: &[String], show: impl Fn(&String) -> String) -> String {
    if items.is_empty() {
        return String::new();
    }
    let items: Vec<String> = items.iter().map(show).collect();
    format!("\n## {heading}\n\n- {}\n", items.join("\n- "))
}

/// An example in each language, else in the vocabulary's words.
fn example(shown: &Shown) -> String {
    let mut text = format!("For example: {}.\n", shown.example.name);
    if shown.languages.is_empty() {
        let document = serde_yaml::to_string(&shown.example.definition).unwrap_or_default();
        let words = "In the words of the [vocabulary](../writing-rules.md#the-vocabulary):";
        let _ = write!(text, "\n{words}\n\n```yaml\n{document}```\n");
    }
    for (language, Rendered { path, text: document }) in &shown.languages {
        if let Some((_, before)) = shown.before.iter().find(|(known, _)| known == language) {
            let _ = write!(text, "\nBefore:\n\n```{}\n{}```\n\nAfter:\n", language.name(), before.text);
        }
        let _ = write!(text, "\n`{path}`:\n\n```{}\n{document}```\n", language.name());
    }
    text
}

/// The example of a rule that most languages can show, the first of these; `None` where the rule has none. What is
/// clean is preferred without errors of other rules.
pub fn shown(rule: &Rule, config: &Arc<Config>, flagged: bool) -> Option<Shown> {
    let mut best: Option<(bool, Shown)> = None;
    for example in examples::of(rule).into_iter().filter(|example| example.flagged == flagged) {
        let (mut languages, mut before) = (Vec::new(), Vec::new());
        let mut errors = false;
        let (today, earlier) = (examples::today(&example.definition), examples::before(&example.definition));
        for language in Language::ALL {
            let render = |document: &Json| render(document, language, &config.providers);
            let Some(rendered) = render(&today) else { continue };
            let was = earlier.as_ref().and_then(render);
            if was.as_ref().map(|was| &was.path) != earlier.as_ref().map(|_| &rendered.path) {
                continue;
            }
            let report = analyse(&rendered, was.as_ref(), config);
            if agrees(rule, &report, flagged) {
                errors |= report.findings.iter().any(|finding| finding.severity == Severity::Error);
                before.extend(was.map(|was| (language, was)));
                languages.push((language, rendered));
            }
        }
        let good = !languages.is_empty() && (flagged || !errors);
        let rank = (good, languages.len());
        if best.as_ref().is_none_or(|(good, shown)| rank > (*good, shown.languages.len())) {
            best = Some((good, Shown { example, languages, before }));
        }
        if rank == (true, Language::ALL.len()) {
            break;
        }
    }
    best.map(|(_, shown)| shown)
}

/// What the analysis says of a file, and of what became of its clients.
fn analyse(rendered: &Rendered, before: Option<&Rendered>, config: &Arc<Config>) -> Report {
    let input = |rendered: &Rendered| Input {
        path: PathBuf::from("/examples").join(&rendered.path),
        shown: rendered.path.clone(),
        content: Content::Text(rendered.text.clone()),
        requested: true,
    };
    let config = |_: Option<&std::path::Path>| config.clone();
    let job = Job::new(&config);
    let before = before.map(|before| lint_before(vec![input(before)], BTreeSet::new(), &job));
    lint(vec![input(rendered)], &Job { before: before.as_ref(), ..job })
}

/// Whether the analysis says of a file what it is an example of.
fn agrees(rule: &Rule, report: &Report, flagged: bool) -> bool {
    let read = report.documents == 1 && report.problems.is_empty() && report.skipped.is_empty();
    read && report.findings.iter().any(|finding| *finding.rule == *rule.id) == flagged
}
