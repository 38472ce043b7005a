//! Expressions in a few words, for values that stay unknown. Literals are left out: one may be a secret.

use crate::tree::expression::Expression;
use crate::tree::{Node, Value};

/// `var.x`, `each.value.name`, `lookup(…)`.
pub(super) fn describe(node: &Node) -> String {
    let Value::Expression(expression) = &node.value else {
        return match &node.value {
            Value::Unknown(unknown) => unknown.text.clone(),
            _ => "…".to_owned(),
        };
    };
    match expression.as_ref() {
        Expression::Variable(name) => name.clone(),
        Expression::Attribute(of, name) => format!("{}.{name}", describe(of)),
        Expression::Index(of, key) => match &key.value {
            Value::Text(key) => format!("{}[\"{key}\"]", describe(of)),
            Value::Number(key) => format!("{}[{key}]", describe(of)),
            _ => format!("{}[{}]", describe(of), describe(key)),
        },
        Expression::Splat(of, each) => format!("{}[{}", describe(of), describe(each)),
        // Closes the bracket that the splat opened, so that attributes follow it.
        Expression::Item => "*]".to_owned(),
        Expression::Call(call) => format!("{}(…)", call.name),
        Expression::Conditional(condition, ..) => format!("{} ? … : …", describe(condition)),
        Expression::For(each) => format!("[for … in {}]", describe(&each.collection)),
        Expression::Parenthesis(inner) => describe(inner),
        Expression::Template(_) | Expression::Unary(..) | Expression::Binary(..) | Expression::Object(_) => {
            "…".to_owned()
        }
    }
}
