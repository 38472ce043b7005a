//! Names of what supplies secrets from elsewhere: variables, locals, configuration, the Deploy CLI's markers.

use std::collections::BTreeSet;

use super::written::key_before;
use super::{Text, is_hidden_key};
use crate::tree::expression::Expression;
use crate::tree::{Node, Piece, Value, show_pieces};

/// Names of what supplies secrets.
#[derive(Default)]
pub(super) struct Suppliers {
    /// All of them: variables, locals, arguments, attributes of resources.
    names: BTreeSet<String>,
    /// Those that mean one thing throughout a project, as names of attributes do not.
    variables: BTreeSet<String>,
}

impl Suppliers {
    /// Whether something of this name supplies a secret.
    pub(super) fn has(&self, name: &str) -> bool {
        !self.names.is_empty() && self.names.contains(without_namespace(name))
    }

    /// Whether a variable of this name does.
    pub(super) fn has_variable(&self, name: &str) -> bool {
        self.variables.contains(without_namespace(name))
    }

    fn add(&mut self, name: &str, is_variable: bool) {
        if !self.names.contains(name) {
            self.names.insert(name.to_owned());
        }
        if is_variable && !self.variables.contains(name) {
            self.variables.insert(name.to_owned());
        }
    }
}

/// What the variables, locals and arguments are called from which secrets are taken, in however many steps.
pub(super) fn suppliers(texts: &[Text<'_>]) -> Suppliers {
    let mut names = Suppliers::default();
    let refers = |text: &Text<'_>| text.syntax == "hcl" || text.source.text.contains("${");
    let references = texts.iter().any(refers);
    let markers = texts.iter().any(|text| text.fills_in);
    if !references && !markers {
        return names;
    }
    loop {
        let before = names.names.len() + names.variables.len();
        for document in texts.iter().flat_map(|text| text.documents) {
            if references {
                gather(document, false, &mut names);
            }
            if markers {
                gather_markers(document, false, &mut names);
            }
        }
        if names.names.len() + names.variables.len() == before {
            return names;
        }
    }
}

fn gather(node: &Node, secret: bool, names: &mut Suppliers) {
    match &node.value {
        Value::Map(entries) => {
            for entry in entries {
                if entry.key == "variable" {
                    let declared =
                        entry.value.entries().iter().filter(|variable| is_sensitive(&variable.value));
                    declared.for_each(|variable| names.add(&variable.key, true));
                }
                let secret =
                    is_hidden_key(&entry.key) || names.has(&entry.key) || { secret && !entry.value.is_map() };
                gather(&entry.value, secret, names);
            }
        }
        Value::List(items) => items.iter().for_each(|item| gather(item, secret, names)),
        // `clientSecret: ${webSecret}` of a Pulumi program.
        Value::Text(text) if secret && text.contains("${") => {
            referred(text).for_each(|(name, is_variable)| names.add(name, is_variable));
        }
        Value::Expression(expression) => match &**expression {
            Expression::Attribute(of, name) if secret => match variable(of) {
                Some("each") => names.add("for_each", false),
                root => names.add(name, matches!(root, Some("var" | "local"))),
            },
            Expression::Index(of, _) if secret => gather(of, true, names),
            expression => expression.parts(&mut |part| gather(part, secret, names)),
        },
        _ => {}
    }
}

/// The name of a variable, where an expression is nothing but that.
fn variable(node: &Node) -> Option<&str> {
    match &node.value {
        Value::Expression(expression) => match &**expression {
            Expression::Variable(name) => Some(name),
            _ => None,
        },
        _ => None,
    }
}

/// Whether the author of a variable says that it holds a secret.
fn is_sensitive(variable: &Node) -> bool {
    matches!(variable.get("sensitive").map(|node| &node.value), Some(Value::Bool(true)))
}

/// The keys of markers that stand where a secret does.
fn gather_markers(node: &Node, secret: bool, names: &mut Suppliers) {
    let mut add = |marker: &str| names.add(marker.trim_matches(['#', '@']), true);
    match &node.value {
        Value::Unknown(unknown) if secret => add(&unknown.text),
        Value::Template(pieces) => {
            let text = show_pieces(pieces);
            let mut at = 0;
            for piece in pieces {
                let (Piece::Text(part) | Piece::Hole(part)) = piece;
                if matches!(piece, Piece::Hole(_))
                    && (secret || is_hidden_part(&text[..at], &text[at + part.len()..]))
                {
                    add(part);
                }
                at += part.len();
            }
        }
        Value::List(items) => items.iter().for_each(|item| gather_markers(item, secret, names)),
        Value::Map(entries) => {
            for entry in entries {
                let key = entry.key.as_str();
                let secret = secret
                    || is_hidden_key(key)
                    || names.has(key)
                    || matches!(key, "addons" | "configuration");
                gather_markers(&entry.value, secret, names);
            }
        }
        _ => {}
    }
}

/// Whether what stands between two stretches of a text is a password of a URI, or the value of a parameter that is a
/// secret.
fn is_hidden_part(before: &str, after: &str) -> bool {
    let ends = |c: char| matches!(c, '/' | '?' | '#') || c.is_whitespace();
    let in_authority =
        before.rsplit_once("://").map(|(_, rest)| rest).filter(|rest| !rest.contains(['/', '?']));
    let closes = || after.find('@').is_some_and(|at| !after[..at].contains(ends));
    let password = in_authority.is_some_and(|rest| rest.contains(':') && !rest.contains('@') && closes());
    let parameter =
        before.strip_suffix('=').is_some_and(|_| is_hidden_key(key_before(before, before.len() - 1)));
    password || parameter
}

/// A key of a Pulumi stack without its project: `shop:webSecret`.
fn without_namespace(key: &str) -> &str {
    key.rsplit(':').next().unwrap_or(key)
}

/// The names in `${...}`: of a path the last one, and whether it is no path.
fn referred(text: &str) -> impl Iterator<Item = (&str, bool)> {
    let paths = text.split("${").skip(1).filter_map(|rest| rest.split('}').next());
    paths.filter_map(|path| Some((path.rsplit(['.', ':']).next()?.trim(), !path.contains('.'))))
}
