//! Names of what supplies secrets from elsewhere: variables, locals, configuration, the Deploy CLI's markers.

use std::collections::BTreeSet;

use super::written::key_before;
use super::{Text, is_hidden_key};
use crate::tree::expression::Expression;
use crate::tree::{Node, Piece, Value, show_pieces};

/// Names of the variables, locals and arguments from which secrets are taken, in however many steps.
pub(super) fn suppliers(texts: &[Text<'_>]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let refers = |text: &Text<'_>| text.syntax == "hcl" || text.source.text.contains("${");
    let references = texts.iter().any(refers);
    let markers = texts.iter().any(|text| text.fills_in);
    if !references && !markers {
        return names;
    }
    loop {
        let before = names.len();
        for document in texts.iter().flat_map(|text| text.documents) {
            if references {
                gather(document, false, &mut names);
            }
            if markers {
                gather_markers(document, false, &mut names);
            }
        }
        if names.len() == before {
            return names;
        }
    }
}

fn gather(node: &Node, secret: bool, names: &mut BTreeSet<String>) {
    match &node.value {
        Value::Map(entries) => {
            for entry in entries {
                if entry.key == "variable" {
                    let declared =
                        entry.value.entries().iter().filter(|variable| is_sensitive(&variable.value));
                    names.extend(declared.map(|variable| variable.key.clone()));
                }
                let secret = is_hidden_key(&entry.key) || names.contains(&entry.key) || {
                    secret && !entry.value.is_map()
                };
                gather(&entry.value, secret, names);
            }
        }
        Value::List(items) => items.iter().for_each(|item| gather(item, secret, names)),
        // `clientSecret: ${webSecret}` of a Pulumi program.
        Value::Text(text) if secret && text.contains("${") => names.extend(referred(text)),
        Value::Expression(expression) => match &**expression {
            Expression::Attribute(of, name) if secret => {
                let each = matches!(&of.value, Value::Expression(e) if matches!(&**e, Expression::Variable(v) if v == "each"));
                names.insert(if each { "for_each".to_owned() } else { name.clone() });
            }
            Expression::Index(of, _) if secret => gather(of, true, names),
            expression => expression.parts(&mut |part| gather(part, secret, names)),
        },
        _ => {}
    }
}

/// Whether the author of a variable says that it holds a secret.
pub(super) fn is_sensitive(variable: &Node) -> bool {
    matches!(variable.get("sensitive").map(|node| &node.value), Some(Value::Bool(true)))
}

/// The keys of markers that stand where a secret does.
fn gather_markers(node: &Node, secret: bool, names: &mut BTreeSet<String>) {
    let mut add = |marker: &str| {
        let key = marker.trim_matches(['#', '@']);
        if !names.contains(key) {
            names.insert(key.to_owned());
        }
    };
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
                    || names.contains(key)
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
pub(super) fn without_namespace(key: &str) -> &str {
    key.rsplit(':').next().unwrap_or(key)
}

/// The names in `${...}`: of a path the last one.
fn referred(text: &str) -> impl Iterator<Item = String> {
    let paths = text.split("${").skip(1).filter_map(|rest| rest.split('}').next());
    paths.filter_map(|path| path.rsplit(['.', ':']).next()).map(|name| name.trim().to_owned())
}
