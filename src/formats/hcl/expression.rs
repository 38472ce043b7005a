//! HCL's expressions: literals as values, the rest as [`Expression`].

use hcl_edit::Span as _;
use hcl_edit::expr::{
    BinaryOperator, Expression as Written, ForExpr, Object, ObjectKey, Splat, Traversal, TraversalOperator,
    UnaryOperator,
};
use hcl_edit::{Decorated, Ident};

use super::{Reader, template};
use crate::source::{Place, Span};
use crate::tree::expression::{Binary, Call, Expression, For, Part, Unary};
use crate::tree::{Entry, Node, Unknown, Value};

/// How deep our own tree may get. hcl-edit bounds its own, but keeps `a.b.c` flat where ours nests.
const DEPTH: usize = 256;

impl Reader<'_> {
    pub(super) fn expression(&self, written: &Written, depth: usize) -> Node {
        let place = self.place(written.span());
        if depth > DEPTH {
            return self.too_deep(place);
        }
        Node::new(place, self.value(written, place, depth + 1))
    }

    fn value(&self, written: &Written, place: Place, depth: usize) -> Value {
        let boxed = |expression| Value::Expression(Box::new(expression));
        let read = |written| self.expression(written, depth);
        match written {
            Written::Null(_) => Value::Null,
            Written::Bool(value) => Value::Bool(*value.value()),
            Written::Number(_) => Value::Number(self.source.slice(place.span).replace([' ', '\t'], "")),
            Written::String(text) => Value::Text(text.value().clone()),
            Written::Array(items) => Value::List(items.iter().map(read).collect()),
            Written::Object(object) => self.object(object, depth),
            Written::StringTemplate(template) => self.template(template, true, depth),
            Written::HeredocTemplate(heredoc) => self.heredoc(&heredoc.template, place, depth),
            // Parentheses change nothing about a literal, but `(x)` as a key differs from `x`.
            Written::Parenthesis(inner) => boxed(Expression::Parenthesis(read(inner.inner()))),
            Written::Variable(name) => boxed(Expression::Variable(name.as_str().to_owned())),
            Written::Conditional(conditional) => boxed(Expression::Conditional(
                read(&conditional.cond_expr),
                read(&conditional.true_expr),
                read(&conditional.false_expr),
            )),
            Written::FuncCall(call) => {
                let names = call.name.namespace.iter().chain([&call.name.name]);
                boxed(Expression::Call(Call {
                    name: names.map(|name| name.as_str()).collect::<Vec<_>>().join("::"),
                    arguments: call.args.iter().map(read).collect(),
                    expand: call.args.expand_final(),
                }))
            }
            Written::Traversal(traversal) => self.traversal(traversal, place, depth).value,
            Written::UnaryOp(operation) => {
                let operator = match operation.operator.value() {
                    UnaryOperator::Not => Unary::Not,
                    UnaryOperator::Neg => Unary::Negate,
                };
                boxed(Expression::Unary(operator, read(&operation.expr)))
            }
            Written::BinaryOp(operation) => boxed(Expression::Binary(
                binary(*operation.operator.value()),
                read(&operation.lhs_expr),
                read(&operation.rhs_expr),
            )),
            Written::ForExpr(expression) => boxed(Expression::For(self.for_expression(expression, depth))),
        }
    }

    fn object(&self, object: &Object, depth: usize) -> Value {
        let items: Vec<(Node, Node)> = object
            .iter()
            .map(|(key, value)| (self.key(key, depth), self.expression(value.expr(), depth)))
            .collect();
        let literal = |node: &Node| matches!(node.value, Value::Text(_) | Value::Number(_) | Value::Bool(_));
        if !items.iter().all(|(key, _)| literal(key)) {
            return Value::Expression(Box::new(Expression::Object(items)));
        }
        let entries = items.into_iter().map(|(key, value)| {
            let name = match key.value {
                Value::Text(name) | Value::Number(name) => name,
                Value::Bool(flag) => flag.to_string(),
                _ => String::new(),
            };
            Entry { key: name, key_place: key.place, value }
        });
        Value::Map(entries.collect())
    }

    /// A key, from the source: a repeated one was parsed under another name.
    fn key(&self, key: &ObjectKey, depth: usize) -> Node {
        let place = self.place(key.span());
        let written = self.source.slice(place.span);
        match key {
            ObjectKey::Ident(_) => Node::new(place, Value::Text(written.to_owned())),
            ObjectKey::Expression(Written::String(_)) => {
                let inner = written.get(1..written.len().max(2) - 1).unwrap_or("");
                Node::new(place, Value::Text(template::unescape(inner, true)))
            }
            ObjectKey::Expression(key) => self.expression(key, depth),
        }
    }

    fn for_expression(&self, expression: &ForExpr, depth: usize) -> For {
        let name = |name: &Decorated<Ident>| name.as_str().to_owned();
        For {
            key_name: expression.intro.key_var.as_ref().map(name),
            value_name: name(&expression.intro.value_var),
            collection: self.expression(&expression.intro.collection_expr, depth),
            key: expression.key_expr.as_ref().map(|key| self.expression(key, depth)),
            value: self.expression(&expression.value_expr, depth),
            grouping: expression.grouping,
            condition: expression.cond.as_ref().map(|condition| self.expression(&condition.expr, depth)),
        }
    }

    fn traversal(&self, traversal: &Traversal, place: Place, depth: usize) -> Node {
        let first = self.expression(&traversal.expr, depth);
        self.steps(first, &traversal.operators, place, depth)
    }

    /// Applies the operators to `node`. A full splat takes all that follow it for each item, an attribute splat
    /// only the attributes that follow.
    fn steps(
        &self,
        mut node: Node,
        operators: &[Decorated<TraversalOperator>],
        place: Place,
        depth: usize,
    ) -> Node {
        if depth + operators.len() > DEPTH {
            return self.too_deep(place);
        }
        let start = place.span.start;
        for (at, operator) in operators.iter().enumerate() {
            let end = operator.span().map_or(place.span.end, |span| Span::new(0, span.end + self.base).end);
            let here = Place { file: place.file, span: Span { start, end } };
            let rest = &operators[at + 1..];
            let expression = match operator.value() {
                TraversalOperator::GetAttr(name) => Expression::Attribute(node, name.as_str().to_owned()),
                TraversalOperator::LegacyIndex(index) => {
                    Expression::Attribute(node, index.value().to_string())
                }
                TraversalOperator::Index(key) => {
                    Expression::Index(node, self.expression(key, depth + operators.len()))
                }
                TraversalOperator::FullSplat(splat) => {
                    return self.splat(node, splat, rest, place, depth + 1);
                }
                TraversalOperator::AttrSplat(splat) => {
                    let named = |operator: &&Decorated<TraversalOperator>| {
                        matches!(operator.value(), TraversalOperator::GetAttr(_))
                    };
                    let attributes = rest.iter().take_while(named).count();
                    let each = self.splat(node, splat, &rest[..attributes], place, depth + 1);
                    return self.steps(each, &rest[attributes..], place, depth + 1);
                }
            };
            node = Node::new(here, Value::Expression(Box::new(expression)));
        }
        node.place = place;
        node
    }

    fn splat(
        &self,
        node: Node,
        splat: &Decorated<Splat>,
        rest: &[Decorated<TraversalOperator>],
        place: Place,
        depth: usize,
    ) -> Node {
        let item_place = splat.span().map_or(place, |span| self.place(Some(span)));
        let item = Node::new(item_place, Value::Expression(Box::new(Expression::Item)));
        let each = self.steps(item, rest, place, depth + 1);
        Node::new(place, Value::Expression(Box::new(Expression::Splat(node, each))))
    }

    fn too_deep(&self, place: Place) -> Node {
        Node::new(place, Value::Unknown(Unknown::new(self.source.slice(place.span))))
    }
}

fn binary(operator: BinaryOperator) -> Binary {
    match operator {
        BinaryOperator::Eq => Binary::Equal,
        BinaryOperator::NotEq => Binary::NotEqual,
        BinaryOperator::LessEq => Binary::LessOrEqual,
        BinaryOperator::GreaterEq => Binary::GreaterOrEqual,
        BinaryOperator::Less => Binary::Less,
        BinaryOperator::Greater => Binary::Greater,
        BinaryOperator::Plus => Binary::Add,
        BinaryOperator::Minus => Binary::Subtract,
        BinaryOperator::Mul => Binary::Multiply,
        BinaryOperator::Div => Binary::Divide,
        BinaryOperator::Mod => Binary::Remainder,
        BinaryOperator::And => Binary::And,
        BinaryOperator::Or => Binary::Or,
    }
}

/// Puts a node and all its parts at one place.
pub(super) fn move_to(node: &mut Node, place: Place) {
    node.place = place;
    match &mut node.value {
        Value::List(items) => items.iter_mut().for_each(|item| move_to(item, place)),
        Value::Map(entries) => {
            for entry in entries {
                entry.key_place = place;
                move_to(&mut entry.value, place);
            }
        }
        Value::Expression(expression) => match expression.as_mut() {
            Expression::Variable(_) | Expression::Item => {}
            Expression::Attribute(of, _) | Expression::Unary(_, of) | Expression::Parenthesis(of) => {
                move_to(of, place);
            }
            Expression::Index(left, right)
            | Expression::Splat(left, right)
            | Expression::Binary(_, left, right) => {
                move_to(left, place);
                move_to(right, place);
            }
            Expression::Call(call) => call.arguments.iter_mut().for_each(|node| move_to(node, place)),
            Expression::Conditional(condition, yes, no) => {
                [condition, yes, no].into_iter().for_each(|node| move_to(node, place));
            }
            Expression::For(each) => {
                let optional = each.key.iter_mut().chain(each.condition.iter_mut());
                let nodes = [&mut each.collection, &mut each.value].into_iter().chain(optional);
                nodes.for_each(|node| move_to(node, place));
            }
            Expression::Template(parts) => move_parts(parts, place),
            Expression::Object(items) => {
                for (key, value) in items {
                    move_to(key, place);
                    move_to(value, place);
                }
            }
        },
        _ => {}
    }
}

fn move_parts(parts: &mut [Part], place: Place) {
    for part in parts {
        match part {
            Part::Text(_) => {}
            Part::Value(node) => move_to(node, place),
            Part::If(condition, yes, no) => {
                move_to(condition, place);
                move_parts(yes, place);
                move_parts(no, place);
            }
            Part::For { collection, body, .. } => {
                move_to(collection, place);
                move_parts(body, place);
            }
        }
    }
}
