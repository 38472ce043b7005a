//! Expressions of HCL, as they are written: what `resolve` evaluates.

use crate::tree::Node;

/// An expression with its parts still unevaluated.
#[derive(Clone, Debug)]
pub enum Expression {
    /// `var`, `local`, `each`, a resource type, a name bound by `for`.
    Variable(String),
    /// `value.name`.
    Attribute(Node, String),
}
