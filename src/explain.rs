//! What rules say of themselves: one rule for a reader, and all of them as a list.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::sync::Arc;

use serde::Serialize;

use crate::rule::{Rule, Safety};

/// The text of a rule.
pub fn explain(rule: &Rule) -> String {
    let mut text = String::new();
    let say = &rule.text;
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{}: {}", rule.id, say.summary);
    let _ = writeln!(text, "{}\n", facts(rule));
    let _ = writeln!(text, "Why\n{}\n", indent(&say.why));
    let _ = writeln!(text, "Instead\n{}", indent(&say.instead));
    if let Some(exceptions) = &say.exceptions {
        let _ = writeln!(text, "\nWhen it is fine\n{}", indent(exceptions));
    }
    if rule.cases.len() > 1 {
        let _ = writeln!(text, "\nCases");
        for case in &rule.cases {
            let _ = writeln!(text, "  {:<8} {}", case.severity.name(), case.message);
        }
    }
    if !say.options.is_empty() {
        let _ = writeln!(text, "\nOptions ([rules.{}] options in clientlint.toml)", rule.id);
        for (name, option) in &say.options {
            let default = &option["default"];
            let _ = writeln!(text, "  {name} = {default}  {}", option["says"].as_str().unwrap_or_default());
        }
    }
    for fix in rule.fixes() {
        let _ = writeln!(text, "\nFix ({})\n{}", fix.safety.name(), indent(&fix.title));
    }
    if !say.standards.is_empty() {
        let _ = writeln!(text, "\nWritten in\n{}", indent(&say.standards.join("\n")));
    }
    if !say.subsumes.is_empty() {
        let _ = writeln!(text, "\nSpeaks instead of\n{}", indent(&say.subsumes.join("\n")));
    }
    text
}

/// Severity, persona, tags and providers in one line.
fn facts(rule: &Rule) -> String {
    let mut facts = vec![rule.worst().name().to_owned(), format!("persona {}", rule.text.persona.name())];
    if !rule.text.tags.is_empty() {
        facts.push(format!("tags {}", rule.text.tags.join(", ")));
    }
    if !rule.text.providers.is_empty() {
        facts.push(format!("only {}", rule.text.providers.join(", ")));
    }
    facts.join(" | ")
}

fn indent(text: &str) -> String {
    text.trim_end().lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

/// A table of rules.
///
/// # Errors
///
/// The output cannot be written.
pub fn table(out: &mut dyn Write, rules: &[Arc<Rule>]) -> io::Result<()> {
    let width = rules.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    for rule in rules {
        let persona = rule.text.persona.name();
        writeln!(
            out,
            "{:<width$}  {:<7}  {:<8}  {}",
            rule.id,
            rule.worst().name(),
            persona,
            rule.text.summary
        )?;
    }
    writeln!(out, "\n{} rules; `clientlint explain RULE` tells more", rules.len())
}

/// The rules as a table in Markdown.
///
/// # Errors
///
/// The output cannot be written.
pub fn markdown(out: &mut dyn Write, rules: &[Arc<Rule>]) -> io::Result<()> {
    writeln!(out, "| rule | severity | persona | what it finds |\n|---|---|---|---|")?;
    for rule in rules {
        let persona = rule.text.persona.name();
        writeln!(out, "| `{}` | {} | {persona} | {} |", rule.id, rule.worst().name(), rule.text.summary)?;
    }
    Ok(())
}

#[derive(Serialize)]
struct List<'a> {
    version: u8,
    rules: Vec<Listed<'a>>,
}

#[derive(Serialize)]
struct Listed<'a> {
    id: &'a str,
    summary: &'a str,
    severity: &'static str,
    persona: &'static str,
    on: Vec<&'static str>,
    tags: &'a [String],
    standards: &'a [String],
    providers: &'a [String],
    subsumes: &'a [String],
    why: &'a str,
    instead: &'a str,
    #[serde(rename = "fix-safety")]
    fix_safety: Option<Safety>,
}

/// The rules as JSON.
///
/// # Errors
///
/// The output cannot be written.
pub fn json(out: &mut dyn Write, rules: &[Arc<Rule>]) -> io::Result<()> {
    let list = List {
        version: 1,
        rules: rules
            .iter()
            .map(|rule| Listed {
                id: &rule.id,
                summary: &rule.text.summary,
                severity: rule.worst().name(),
                persona: rule.text.persona.name(),
                on: rule.on.iter().map(|kind| kind.name()).collect(),
                tags: &rule.text.tags,
                standards: &rule.text.standards,
                providers: &rule.text.providers,
                subsumes: &rule.text.subsumes,
                why: &rule.text.why,
                instead: &rule.text.instead,
                fix_safety: safety(rule),
            })
            .collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &list)?;
    writeln!(out)
}

/// How safe the least safe of its fixes is.
fn safety(rule: &Rule) -> Option<Safety> {
    let fixes = rule.fixes();
    let all = fixes.iter().all(|fix| fix.safety == Safety::Safe);
    (!fixes.is_empty()).then_some(if all { Safety::Safe } else { Safety::Unsafe })
}
