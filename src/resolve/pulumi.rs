//! Programs of Pulumi in YAML: `${...}`, variables, functions, and the configuration of the stacks that lie beside them.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use crate::source::{FileId, Source};
use crate::tree::{Entry, Node, Piece, Reference, Unknown, Value, show_pieces};

/// The programs among the documents of a project, evaluated.
pub(super) fn evaluated<'a>(
    texts: impl Iterator<Item = (&'a Source, &'a [Node])> + Clone,
) -> BTreeMap<FileId, Vec<Node>> {
    if !texts.clone().any(|(_, nodes)| nodes.iter().any(is_program)) {
        return BTreeMap::new();
    }
    let project = Project::of(texts.clone());
    let mut evaluated = BTreeMap::new();
    for (source, nodes) in texts.filter(|(_, nodes)| nodes.iter().any(is_program)) {
        let nodes = nodes.iter().map(|node| Program::new(&project, node).evaluate());
        evaluated.insert(source.id, nodes.collect());
    }
    evaluated
}

/// Whether a document declares resources with types such as `auth0:Client`.
fn is_program(document: &Node) -> bool {
    let typed =
        |entry: &Entry| entry.value.get("type").and_then(Node::text).is_some_and(|kind| kind.contains(':'));
    document.get("resources").is_some_and(|resources| resources.entries().iter().any(typed))
}

/// What the files of a project say of its configuration.
struct Project<'a> {
    name: Option<&'a str>,
    /// What the program's own files declare.
    declared: Vec<&'a Entry>,
    stacks: Vec<Stack<'a>>,
    /// Whether the stacks are kept elsewhere.
    elsewhere: bool,
}

/// The configuration of a stack: `Pulumi.STACK.yaml`.
struct Stack<'a> {
    name: &'a str,
    config: &'a [Entry],
    /// Whether it takes more from an environment that is kept elsewhere.
    environment: bool,
}

impl<'a> Project<'a> {
    fn of(texts: impl Iterator<Item = (&'a Source, &'a [Node])>) -> Self {
        let mut project = Self { name: None, declared: Vec::new(), stacks: Vec::new(), elsewhere: false };
        for (source, nodes) in texts {
            let name = source.path.rsplit('/').next().unwrap_or_default();
            let Some(node) = nodes.first() else { continue };
            let entries = |key: &str| node.get(key).map_or(&[][..], Node::entries);
            match stack_of(name) {
                Some(stack) => project.stacks.push(Stack {
                    name: stack,
                    config: entries("config"),
                    environment: node.get("environment").is_some(),
                }),
                None => {
                    project.name = project.name.or_else(|| node.get("name").and_then(Node::text));
                    project.declared.extend(entries("config").iter().chain(entries("configuration")));
                    project.elsewhere |= node.get("stackConfigDir").is_some();
                }
            }
        }
        project
    }

    /// The value of a key of the configuration, if it is the same in all stacks.
    fn config(&self, key: &str) -> Option<Node> {
        let is_key = |name: &str| {
            name == key
                || name
                    .split_once(':')
                    .is_some_and(|(of, rest)| rest == key && self.name.is_none_or(|name| of == name))
        };
        let declared = self.declared.iter().find(|entry| is_key(&entry.key)).map(|entry| &entry.value);
        let kind =
            declared.and_then(|declared| declared.get("type")).and_then(Node::text).unwrap_or_default();
        let default = declared.and_then(|declared| match &declared.value {
            Value::Map(_) => declared.get("value").or_else(|| declared.get("default")),
            _ => Some(declared),
        });
        if self.stacks.is_empty() {
            return default.filter(|_| !self.elsewhere).map(|default| typed(default, kind));
        }
        let of_stack = |stack: &Stack<'a>| {
            let own = stack.config.iter().rev().find(|entry| is_key(&entry.key)).map(|entry| &entry.value);
            own.or_else(|| default.filter(|_| !stack.environment))
                .filter(|value| value.get("secure").is_none())
        };
        let mut values = self.stacks.iter().map(of_stack);
        let first = values.next()??;
        let same = values.all(|value| value.is_some_and(|value| alike(value, first)));
        same.then(|| typed(first, kind))
    }
}

/// The stack whose configuration a file holds, by its path.
pub fn stack_of(path: &str) -> Option<&str> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stack = name.strip_prefix("Pulumi.")?;
    let stack = stack.strip_suffix(".yaml").or_else(|| stack.strip_suffix(".yml"))?;
    (!stack.is_empty()).then_some(stack)
}

/// A configured value as what it is declared to be. The command line writes all of them as text.
fn typed(node: &Node, kind: &str) -> Node {
    let value = match (&node.value, kind) {
        (Value::Text(text), "" | "boolean" | "Boolean") if text == "true" || text == "false" => {
            Value::Bool(text == "true")
        }
        (Value::Text(text), "integer" | "number" | "Number") if text.parse::<f64>().is_ok() => {
            Value::Number(text.clone())
        }
        (value, _) => value.clone(),
    };
    Node { value, ..node.clone() }
}

/// Whether two values say the same.
fn alike(a: &Node, b: &Node) -> bool {
    match (&a.value, &b.value) {
        (Value::Map(a), Value::Map(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.key == b.key && alike(&a.value, &b.value))
        }
        (Value::List(a), Value::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| alike(a, b)),
        _ => scalar(a).is_some_and(|text| scalar(b).is_some_and(|other| text == other)),
    }
}

/// A value as part of a text.
fn scalar(node: &Node) -> Option<String> {
    match &node.value {
        Value::Text(text) | Value::Number(text) => Some(text.clone()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// How many values a program may come to, so that variables that double each other end.
const MOST: usize = 50_000;
/// How deep values may stand in each other.
const DEEPEST: usize = 64;

/// A program while it is evaluated.
struct Program<'a> {
    project: &'a Project<'a>,
    node: &'a Node,
    /// Variables and properties that are being evaluated: what leads back to them is not known.
    open: RefCell<BTreeSet<String>>,
    depth: Cell<usize>,
    left: Cell<usize>,
}

impl<'a> Program<'a> {
    fn new(project: &'a Project<'a>, node: &'a Node) -> Self {
        Self { project, node, open: RefCell::default(), depth: Cell::new(0), left: Cell::new(MOST) }
    }

    /// The program with the properties of its resources evaluated.
    fn evaluate(&self) -> Node {
        let mut document = self.node.clone();
        let Some(Value::Map(resources)) = document.get_mut("resources").map(|node| &mut node.value) else {
            return document;
        };
        for resource in resources {
            if let Some(properties) = resource.value.get_mut("properties") {
                *properties = self.value(properties);
            }
        }
        document
    }

    fn value(&self, node: &Node) -> Node {
        let depth = self.depth.get();
        let left = self.left.get();
        if depth >= DEEPEST || left == 0 {
            return Node { value: unknown("..."), ..node.clone() };
        }
        self.depth.set(depth + 1);
        self.left.set(left - 1);
        let value = match &node.value {
            Value::Text(text) if text.contains("${") => self.text(node, text),
            Value::List(items) => Node {
                value: Value::List(items.iter().map(|item| self.value(item)).collect()),
                ..node.clone()
            },
            Value::Map(entries) => match entries.as_slice() {
                [call] if call.key.starts_with("fn::") || call.key.starts_with("Fn::") => {
                    self.call(node, &call.key[4..], &call.value)
                }
                _ => {
                    let entry = |entry: &Entry| Entry { value: self.value(&entry.value), ..entry.clone() };
                    Node { value: Value::Map(entries.iter().map(entry).collect()), ..node.clone() }
                }
            },
            _ => node.clone(),
        };
        self.depth.set(depth);
        value
    }

    /// A text with `${...}` in it.
    fn text(&self, node: &Node, text: &str) -> Node {
        let parts = parts(text);
        if let [Part::Access(path)] = parts.as_slice() {
            let found = self.access(path);
            let supplied = found.supplied.clone().or_else(|| known(&found).then(|| Box::new(found.place)));
            return Node { place: node.place, supplied, value: found.value };
        }
        let mut pieces = Vec::new();
        let mut supplied = None;
        for part in parts {
            match part {
                Part::Text(text) => push(&mut pieces, Piece::Text(text)),
                Part::Access(path) => {
                    let found = self.access(&path);
                    supplied = supplied.or_else(|| {
                        found.supplied.clone().or_else(|| known(&found).then(|| Box::new(found.place)))
                    });
                    append(&mut pieces, &found, &path);
                }
            }
        }
        Node { place: node.place, supplied, value: of_pieces(pieces) }
    }

    /// What a path leads to: `variable`, `config`, `resource.property`, `pulumi.project`.
    fn access(&self, path: &str) -> Node {
        let unknown = |reference| {
            let unknown = Box::new(Unknown { reference, ..*Unknown::new(format!("${{{path}}}")) });
            Node::new(self.node.place.start(), Value::Unknown(unknown))
        };
        let mut keys =
            path.split(['.', '[', ']']).map(|key| key.trim_matches('"')).filter(|key| !key.is_empty());
        let Some(root) = keys.next() else { return unknown(None) };
        let rest: Vec<&str> = keys.collect();
        if root == "pulumi" {
            let stack = || match self.project.stacks.as_slice() {
                [one] => Some(one.name),
                _ => None,
            };
            let text = match rest.as_slice() {
                ["project"] => self.project.name,
                ["stack"] => stack(),
                _ => None,
            };
            return text.map_or_else(
                || unknown(None),
                |text| Node::new(self.node.place.start(), Value::Text(text.to_owned())),
            );
        }
        let of = |section: &str| self.node.get(section).and_then(|section| section.get(root));
        if let Some(variable) = of("variables") {
            let found = self.once(root, variable).and_then(|value| walk(value, &rest));
            return found.unwrap_or_else(|| unknown(None));
        }
        if let Some(resource) = of("resources") {
            let attribute = rest.first().copied().unwrap_or_default();
            let property = resource.get("properties").and_then(|properties| properties.get(attribute));
            let found = property
                .and_then(|property| self.once(&format!("{root}.{attribute}"), property))
                .and_then(|value| walk(value, &rest[1..]));
            let reference = || Reference { address: root.to_owned(), attribute: attribute.to_owned() };
            return found.filter(known).unwrap_or_else(|| unknown(Some(Box::new(reference()))));
        }
        let configured = self.project.config(root).and_then(|value| walk(value, &rest));
        configured.unwrap_or_else(|| unknown(None))
    }

    /// A value by its name; `None` where it is made of itself.
    fn once(&self, name: &str, node: &Node) -> Option<Node> {
        if !self.open.borrow_mut().insert(name.to_owned()) {
            return None;
        }
        let value = self.value(node);
        self.open.borrow_mut().remove(name);
        Some(value)
    }

    /// What a function gives. Those that look at anything but their arguments give what cannot be known.
    fn call(&self, node: &Node, name: &str, argument: &Node) -> Node {
        let argument = self.value(argument);
        let result = match (name.to_ascii_lowercase().as_str(), argument.items()) {
            ("secret", _) => return argument,
            ("join", [separator, list]) => separator.text().and_then(|separator| joined(separator, list)),
            ("split", [separator, text]) => split(separator, text),
            ("select", [at, list]) => scalar(at)
                .and_then(|at| at.parse::<usize>().ok())
                .and_then(|at| list.items().get(at))
                .map(|item| item.value.clone()),
            _ => None,
        };
        Node::new(node.place, result.unwrap_or_else(|| unknown(&format!("${{fn::{name}}}"))))
    }
}

/// Part of a text: as it is written, or what a path leads to.
enum Part {
    Text(String),
    Access(String),
}

/// The parts of a text. `$${` is `${` itself.
fn parts(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let end = rest[at..].find('}').map(|end| at + end);
        if rest[..at].ends_with('$') {
            plain.push_str(&rest[..at - 1]);
            plain.push_str("${");
            rest = &rest[at + 2..];
            continue;
        }
        let Some(end) = end else { break };
        plain.push_str(&rest[..at]);
        if !plain.is_empty() {
            parts.push(Part::Text(std::mem::take(&mut plain)));
        }
        parts.push(Part::Access(rest[at + 2..end].trim().to_owned()));
        rest = &rest[end + 1..];
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        parts.push(Part::Text(plain));
    }
    parts
}

fn unknown(text: &str) -> Value {
    Value::Unknown(Unknown::new(text))
}

/// Whether something is known of a value.
fn known(node: &Node) -> bool {
    !matches!(node.value, Value::Unknown(_))
}

/// What stands at the end of a path into a value.
fn walk(mut value: Node, path: &[&str]) -> Option<Node> {
    for key in path {
        let inner = match key.parse::<usize>() {
            Ok(at) if !value.items().is_empty() => value.items().get(at),
            _ => value.get(key),
        };
        value = inner?.clone();
    }
    Some(value)
}

/// Adds a value to a text.
fn append(pieces: &mut Vec<Piece>, node: &Node, path: &str) {
    match (&node.value, scalar(node)) {
        (_, Some(text)) => push(pieces, Piece::Text(text)),
        (Value::Template(inner), _) => inner.iter().cloned().for_each(|piece| push(pieces, piece)),
        _ => pieces.push(Piece::Hole(format!("${{{path}}}"))),
    }
}

fn push(pieces: &mut Vec<Piece>, piece: Piece) {
    match (pieces.last_mut(), piece) {
        (_, Piece::Text(text)) if text.is_empty() => {}
        (Some(Piece::Text(before)), Piece::Text(text)) => before.push_str(&text),
        (_, piece) => pieces.push(piece),
    }
}

fn of_pieces(pieces: Vec<Piece>) -> Value {
    if pieces.iter().any(|piece| matches!(piece, Piece::Hole(_))) {
        Value::Template(pieces)
    } else {
        Value::Text(show_pieces(&pieces))
    }
}

/// `fn::join`.
fn joined(separator: &str, list: &Node) -> Option<Value> {
    let Value::List(items) = &list.value else { return None };
    let mut pieces = Vec::new();
    for (at, item) in items.iter().enumerate() {
        if matches!(&item.value, Value::Unknown(unknown) if unknown.text.is_empty()) {
            return None;
        }
        if at > 0 {
            push(&mut pieces, Piece::Text(separator.to_owned()));
        }
        append(&mut pieces, item, "...");
    }
    Some(of_pieces(pieces))
}

/// `fn::split`.
fn split(separator: &Node, text: &Node) -> Option<Value> {
    let (separator, whole) = (separator.text()?, text.text()?);
    if separator.is_empty() {
        return None;
    }
    let item = |part: &str| Node::new(text.place, Value::Text(part.to_owned()));
    Some(Value::List(whole.split(separator).map(item).collect()))
}
