//! Names of rules in a configuration: ids and `tag:NAME`.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::rule::Rule;
use crate::suggest::did_you_mean;

/// Checks that an id or `tag:NAME` names a rule.
///
/// # Errors
///
/// Says that there is none, and which is meant.
pub fn rule_or_tag(rules: &[Arc<Rule>], name: &str) -> Result<(), String> {
    if rules.iter().any(|rule| is_named(rule, name)) { Ok(()) } else { Err(no_rule(name, rules)) }
}

/// That there is no rule of an id, and which is meant.
pub fn no_rule(id: &str, rules: &[Arc<Rule>]) -> String {
    format!("there is no rule `{id}`{}", did_you_mean(id, rules.iter().map(|rule| rule.id.as_str())))
}

/// The ids of the rules that a list of ids and `tag:NAME` names.
pub fn named_rules(rules: &[Arc<Rule>], names: &[String]) -> BTreeSet<String> {
    let named = |rule: &&Arc<Rule>| names.iter().any(|name| is_named(rule, name));
    rules.iter().filter(named).map(|rule| rule.id.clone()).collect()
}

/// Whether an id or `tag:NAME` names a rule.
fn is_named(rule: &Rule, name: &str) -> bool {
    match name.strip_prefix("tag:") {
        Some(tag) => rule.text.tags.iter().any(|known| known == tag),
        None => rule.id == name,
    }
}
