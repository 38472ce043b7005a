//! A resource's block: its instances, its arguments and its nested and dynamic blocks.

use std::rc::Rc;

use super::Resource;
use super::module::{Block, Module, bodies};
use super::scope::{Instance, Key, Scope, World};
use super::value::Val;
use crate::secret::{self, Class, is_secret_key};
use crate::tree::{Entry, Node, Unknown, Value};

/// Arguments that Terraform takes for itself.
const META: &[&str] = &["count", "depends_on", "for_each", "lifecycle", "provider", "provisioner"];

/// Arguments of a module call that are not the module's.
const CALL: &[&str] = &["count", "depends_on", "for_each", "providers", "source", "version"];

/// The resources that a block declares.
pub(super) fn instances<'a>(
    world: &World<'a>,
    instance: &Rc<Instance<'a>>,
    block: &Block<'a>,
) -> Vec<Resource> {
    let scope = Scope::new(Rc::clone(instance));
    let perhaps = is_perhaps_called(instance);
    let (expanded, off) = world.expand(&block.body, &scope);
    let mut resources = Vec::new();
    for (key, each) in expanded {
        let scope = scope.of_instance(each);
        let entries = block.body.entries().iter().filter(|entry| !META.contains(&entry.key.as_str()));
        let value = Value::Map(world.left_open(instance.open || off, || world.entries(entries, &scope)));
        resources.push(Resource {
            address: format!("{}{}.{}{}", instance.prefix, block.kind, block.name, key.suffix()),
            provider: block.body.get("provider").map(super::describe::describe),
            perhaps: key == Key::Unknown || perhaps,
            ..declared(instance, block, value)
        });
    }
    resources
}

/// The configuration of a provider: `provider.auth0`, or with its alias `provider.auth0.dev`.
pub(super) fn configuration<'a>(
    world: &World<'a>,
    instance: &Rc<Instance<'a>>,
    block: &Block<'a>,
) -> Resource {
    let scope = Scope::new(Rc::clone(instance));
    let kind = configured(block.kind);
    let alias = block.body.get("alias").and_then(Node::text).map(|alias| format!(".{alias}"));
    let value = Value::Map(world.entries(block.body.entries().iter(), &scope));
    Resource {
        address: format!("{}{kind}{}", instance.prefix, alias.unwrap_or_default()),
        kind,
        perhaps: is_perhaps_called(instance),
        ..declared(instance, block, value)
    }
}

/// What a block declares, without an address of its own.
fn declared(instance: &Instance<'_>, block: &Block<'_>, value: Value) -> Resource {
    Resource {
        kind: block.kind.to_owned(),
        address: String::new(),
        place: block.body.place,
        name_place: block.name_place,
        body: Node::new(block.body.place, value),
        provider: None,
        perhaps: false,
        directory: instance.module.directory.clone(),
        root: String::new(),
        existing: false,
        partial: false,
        written: None,
        snapshot: None,
    }
}

/// The type of a provider's configuration, as resources have one.
pub(super) fn configured(provider: &str) -> String {
    format!("provider.{provider}")
}

/// Whether nobody knows if a module is called at all: where `count` or `for_each` is known, each call has its key.
fn is_perhaps_called(mut instance: &Instance<'_>) -> bool {
    while let Some((scope, body)) = &instance.caller {
        let repeated = ["count", "for_each"].iter().any(|key| body.get(key).is_some());
        if repeated && !instance.prefix.ends_with("].") {
            return true;
        }
        instance = &scope.instance;
    }
    false
}

impl<'a> World<'a> {
    /// The arguments of a module call, for each of its instances.
    pub(super) fn arguments(&self, instance: &Rc<Instance<'a>>, body: &Node) -> Vec<Node> {
        let scope = Scope::new(Rc::clone(instance));
        let (expanded, off) = self.expand(body, &scope);
        let arguments = |each: Option<(&'static str, Val)>| {
            let scope = scope.of_instance(each);
            let entries = body.entries().iter().filter(|entry| !CALL.contains(&entry.key.as_str()));
            let evaluated = self.left_open(instance.open || off, || self.entries(entries, &scope));
            Node::new(body.place, Value::Map(evaluated))
        };
        expanded.into_iter().map(|(_, each)| arguments(each)).collect()
    }

    /// What a file of Terragrunt hands to a module, which need not be here: its inputs, else what it holds ready for
    /// other files.
    pub(super) fn handed(&self, file: &'a Module<'a>, root: &Node) -> Option<Node> {
        let scope = Scope::new(self.root(file));
        let inputs = root.entries().iter().filter(|entry| entry.key == "inputs");
        let locals = root.entries().iter().filter(|entry| entry.key == "locals");
        let locals = locals.flat_map(|entry| bodies(&entry.value)).flat_map(Node::entries);
        let mut handed = self.entries(inputs, &scope);
        if handed.is_empty() {
            handed = self.entries(locals, &scope);
        }
        (!handed.is_empty()).then(|| Node::new(root.place, Value::Map(handed)))
    }

    fn entries<'e>(&self, entries: impl Iterator<Item = &'e Entry>, scope: &Scope<'a>) -> Vec<Entry> {
        let mut evaluated = Vec::new();
        for entry in entries {
            if entry.key == "dynamic" && entry.value.entries().iter().any(|label| is_dynamic(&label.value)) {
                for label in entry.value.entries() {
                    bodies(&label.value).for_each(|body| self.dynamic(label, body, scope, &mut evaluated));
                }
                continue;
            }
            let mut value = self.argument(&entry.value, scope);
            // A secret that is written for the case that nothing else is given is one all the same.
            let written = &entry.value;
            if matches!(value.value, Value::Unknown(_))
                && is_secret_key(&entry.key)
                && secret::classify(written) == Some(Class::Literal)
            {
                value = written.clone();
            }
            evaluated.push(Entry { key: entry.key.clone(), key_place: entry.key_place, value });
        }
        gather(evaluated)
    }

    fn argument(&self, node: &Node, scope: &Scope<'a>) -> Node {
        match &node.value {
            // A nested block, or an object, which allows for the same.
            Value::Map(entries) => Node::new(node.place, Value::Map(self.entries(entries.iter(), scope))),
            _ if is_literal(node) => node.clone(),
            _ => {
                let mut value = self.evaluate(node, scope).into_node(node.place);
                if let Value::Unknown(unknown) = &mut value.value
                    && unknown.text == "…"
                {
                    unknown.text = super::describe::describe(node);
                }
                value
            }
        }
    }

    /// A `dynamic` block: one block for each element of its collection, or something unknown.
    fn dynamic(&self, label: &Entry, body: &Node, scope: &Scope<'a>, evaluated: &mut Vec<Entry>) {
        let Some(node) = body.get("for_each") else { return };
        let iterator = match body.get("iterator").map(|node| &node.value) {
            Some(Value::Text(name)) => name.clone(),
            Some(Value::Expression(name)) => match name.as_ref() {
                crate::tree::expression::Expression::Variable(name) => name.clone(),
                _ => label.key.clone(),
            },
            _ => label.key.clone(),
        };
        let content = body.get("content");
        let collection = self.evaluate(node, scope);
        let mut push = |value: Node| {
            evaluated.push(Entry { key: label.key.clone(), key_place: label.key_place, value });
        };
        let many = |text: String| Node::new(body.place, Value::Unknown(Unknown::many(text)));
        let blocks: Vec<(Val, Val, bool)> = if let Some(fields) = collection.fields() {
            fields
                .into_iter()
                .map(|field| (Val::text(&field.key, field.place).of(&collection), field.value, field.maybe))
                .collect()
        } else if let Some(items) = collection.items() {
            let index = |at| Val::number(super::number::Decimal::from_length(at), node.place);
            items.into_iter().enumerate().map(|(at, item)| (index(at), item, false)).collect()
        } else {
            return push(many(super::describe::describe(node)));
        };
        for (key, value, maybe) in blocks {
            if maybe || value.is_many() {
                push(many(value.description()));
                continue;
            }
            let element = super::functions::object(&[("key", key), ("value", value)], node.place);
            let scope = scope.with(iterator.clone(), element);
            let entries = content.map(|content| self.entries(content.entries().iter(), &scope));
            push(Node::new(body.place, Value::Map(entries.unwrap_or_default())));
        }
        if matches!(&collection.data, super::value::Data::Map(map) if map.open) {
            push(many(super::describe::describe(node)));
        }
    }
}

/// Whether there is nothing to evaluate, as in most arguments.
fn is_literal(node: &Node) -> bool {
    match &node.value {
        Value::Text(_) | Value::Bool(_) => true,
        // Written as Terraform writes it.
        Value::Number(number) => {
            number.len() < 10 && !number.starts_with('0') && number.bytes().all(|byte| byte.is_ascii_digit())
        }
        Value::List(items) => items.iter().all(is_literal),
        _ => false,
    }
}

/// Blocks of one name as one list, as Terraform's own JSON has them. A block that stands alone stays as it is.
fn gather(entries: Vec<Entry>) -> Vec<Entry> {
    let is_block = |entry: &Entry| match &entry.value.value {
        Value::Map(_) => true,
        Value::Unknown(unknown) => unknown.many,
        _ => false,
    };
    let mut gathered: Vec<Entry> = Vec::with_capacity(entries.len());
    for entry in entries {
        let before =
            if is_block(&entry) { gathered.iter_mut().find(|known| known.key == entry.key) } else { None };
        match before {
            Some(Entry { value: Node { value: Value::List(items), .. }, .. })
                if items.iter().all(Node::is_map) =>
            {
                items.push(entry.value);
            }
            Some(known) if is_block(known) => {
                let place = known.value.place;
                let first = std::mem::replace(&mut known.value, Node::new(place, Value::Null));
                known.value.value = Value::List(vec![first, entry.value]);
            }
            _ => gathered.push(entry),
        }
    }
    gathered
}

fn is_dynamic(node: &Node) -> bool {
    bodies(node).any(|body| body.get("for_each").is_some() && body.get("content").is_some())
}

impl Key {
    /// The key that a value of an index expression names.
    pub(super) fn of(value: &Val) -> Option<Self> {
        match &value.data {
            super::value::Data::Text(name) => Some(Self::Name(Rc::clone(name))),
            super::value::Data::Number(number) => number.index().map(Self::Index),
            _ => None,
        }
    }
}
