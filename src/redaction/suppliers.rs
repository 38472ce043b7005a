//! Names of what supplies secrets from elsewhere: variables, locals, configuration.

use std::collections::BTreeSet;

use super::{Text, is_hidden_key};
use crate::tree::expression::Expression;
use crate::tree::{Node, Value};

/// Names of the variables, locals and arguments from which secrets are taken, in however many steps.
pub(super) fn suppliers(texts: &[Text<'_>]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let refers = |text: &Text<'_>| text.syntax == "hcl" || text.source.text.contains("${");
    if !texts.iter().any(refers) {
        return names;
    }
    loop {
        let before = names.len();
        for text in texts {
            text.documents.iter().for_each(|document| gather(document, false, &mut names));
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

/// A key of a Pulumi stack without its project: `shop:webSecret`.
pub(super) fn without_namespace(key: &str) -> &str {
    key.rsplit(':').next().unwrap_or(key)
}

/// The names in `${...}`: of a path the last one.
fn referred(text: &str) -> impl Iterator<Item = String> {
    let paths = text.split("${").skip(1).filter_map(|rest| rest.split('}').next());
    paths.filter_map(|path| path.rsplit(['.', ':']).next()).map(|name| name.trim().to_owned())
}
