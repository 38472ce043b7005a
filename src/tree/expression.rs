//! Expressions of HCL, as they are written: what `resolve` evaluates.
//!
//! Data only. A part is a [`Node`] with its own place; a part that is a literal holds its value already, and a
//! list or a map may hold items that are still expressions.

use super::Node;

/// An expression with its parts still unevaluated.
#[derive(Clone, Debug)]
pub enum Expression {
    /// `var`, `local`, `each`, a resource type, a name bound by `for`.
    Variable(String),
    /// `value.name`, and `value.0` with the name `0`.
    Attribute(Node, String),
    /// `value[key]`.
    Index(Node, Node),
    /// `value[*].a[0]`, `value.*.a`.
    Splat(Node, Node),
    /// The item that the splat around it is at.
    Item,
    /// `name(arguments)`.
    Call(Call),
    /// `condition ? yes : no`.
    Conditional(Node, Node, Node),
    /// `[for ..]` or `{for ..}`.
    For(For),
    /// Text with interpolations or directives.
    Template(Vec<Part>),
    /// `!value`, `-value`.
    Unary(Unary, Node),
    /// `left operator right`.
    Binary(Binary, Node, Node),
    /// `(value)`.
    Parenthesis(Node),
    /// `{ (key) = value }`: an object of which a key is computed.
    Object(Vec<(Node, Node)>),
}

/// A function call.
#[derive(Clone, Debug)]
pub struct Call {
    /// The function's name, with its namespace: `provider::x::f`.
    pub name: String,
    /// The arguments in order.
    pub arguments: Vec<Node>,
    /// Whether the last argument is a list of arguments: `f(list...)`.
    pub expand: bool,
}

/// A collection made from another one.
#[derive(Clone, Debug)]
pub struct For {
    /// The name bound to each key or index.
    pub key_name: Option<String>,
    /// The name bound to each value.
    pub value_name: String,
    /// What is walked over.
    pub collection: Node,
    /// The key of each result; without it the result is a list.
    pub key: Option<Node>,
    /// The value of each result.
    pub value: Node,
    /// Whether values of the same key are gathered in a list (`...`).
    pub grouping: bool,
    /// Which items are taken.
    pub condition: Option<Node>,
}

/// Part of a template.
#[derive(Clone, Debug)]
pub enum Part {
    /// Text as it is meant, whitespace stripped where `~` says so.
    Text(String),
    /// `${value}`.
    Value(Node),
    /// `%{ if condition }yes%{ else }no%{ endif }`.
    If(Node, Vec<Part>, Vec<Part>),
    /// `%{ for key, value in collection }body%{ endfor }`.
    For {
        /// The name bound to each key or index.
        key_name: Option<String>,
        /// The name bound to each value.
        value_name: String,
        /// What is walked over.
        collection: Node,
        /// What is written for each item.
        body: Vec<Part>,
    },
}

/// An operator before a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unary {
    /// `!`
    Not,
    /// `-`
    Negate,
}

/// An operator between two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binary {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Remainder,
    /// `&&`
    And,
    /// `||`
    Or,
}

impl Expression {
    /// Calls a function with each of its direct parts.
    pub fn parts<'a>(&'a self, call: &mut dyn FnMut(&'a Node)) {
        match self {
            Self::Variable(_) | Self::Item => {}
            Self::Attribute(node, _) | Self::Unary(_, node) | Self::Parenthesis(node) => call(node),
            Self::Index(a, b) | Self::Splat(a, b) | Self::Binary(_, a, b) => {
                [a, b].into_iter().for_each(call)
            }
            Self::Call(function) => function.arguments.iter().for_each(call),
            Self::Conditional(a, b, c) => [a, b, c].into_iter().for_each(call),
            Self::For(each) => {
                call(&each.collection);
                each.key.iter().chain(&each.condition).for_each(&mut *call);
                call(&each.value);
            }
            Self::Template(parts) => parts.iter().for_each(|part| part.parts(call)),
            Self::Object(entries) => entries.iter().for_each(|(key, value)| {
                call(key);
                call(value);
            }),
        }
    }
}

impl Part {
    fn parts<'a>(&'a self, call: &mut dyn FnMut(&'a Node)) {
        match self {
            Self::Text(_) => {}
            Self::Value(node) => call(node),
            Self::If(condition, yes, no) => {
                call(condition);
                yes.iter().chain(no).for_each(|part| part.parts(call));
            }
            Self::For { collection, body, .. } => {
                call(collection);
                body.iter().for_each(|part| part.parts(call));
            }
        }
    }
}
