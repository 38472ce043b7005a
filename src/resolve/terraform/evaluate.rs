//! Expressions to values.

use std::rc::Rc;

use super::collection::{as_many, elements, grouped};
use super::describe::describe;
use super::functions;
use super::number::Decimal;
use super::operators;
use super::scope::{Key, Scope, World};
use super::types;
use super::value::{Data, Field, ResourceValue, Val, WEIGHT};
use crate::source::Place;
use crate::tree::expression::{Expression, For};
use crate::tree::{Node, Reference, Value};

/// How deep evaluation goes, references followed. Deeper values are unknown, so that no input exhausts the stack.
const DEPTH: usize = 160;

impl<'a> World<'a> {
    pub(super) fn evaluate(&self, node: &Node, scope: &Scope<'a>) -> Val {
        let depth = self.depth.get();
        if depth >= DEPTH || !self.spend(1) {
            return Val::unknown(describe(node), node.place);
        }
        self.depth.set(depth + 1);
        let value = self.value(node, scope);
        self.depth.set(depth);
        value
    }

    fn value(&self, node: &Node, scope: &Scope<'a>) -> Val {
        let place = node.place;
        match &node.value {
            Value::Null => Val::new(Data::Null, place),
            Value::Bool(flag) => Val::bool(*flag, place),
            Value::Number(text) => match Decimal::parse(text) {
                Some(number) => Val::number(number, place),
                None => Val::unknown("…", place),
            },
            Value::Text(text) => Val::text(text, place),
            Value::Template(pieces) => Val::new(Data::Template(Rc::from(pieces.as_slice())), place),
            Value::Unknown(unknown) => Val::new(Data::Unknown(Rc::from(unknown.clone())), place),
            Value::List(items) => {
                Val::list(items.iter().map(|item| self.evaluate(item, scope)).collect(), place)
            }
            Value::Map(entries) => {
                let field = |entry: &crate::tree::Entry| Field {
                    key: Rc::from(entry.key.as_str()),
                    place: entry.key_place,
                    value: self.evaluate(&entry.value, scope),
                    maybe: false,
                };
                Val::map(entries.iter().map(field).collect(), false, place)
            }
            Value::Expression(expression) => self.expression(expression, node, scope),
        }
    }

    fn expression(&self, expression: &Expression, node: &Node, scope: &Scope<'a>) -> Val {
        let place = node.place;
        match expression {
            Expression::Variable(name) => match scope.bound(name) {
                Some(value) => value.clone().used_at(place),
                None => Val::unknown(name, place),
            },
            Expression::Item => scope.bound("*").cloned().unwrap_or_else(|| Val::failed(place)),
            Expression::Attribute(of, name) => self.attribute(of, name, node, scope),
            Expression::Index(of, key) => self.index(of, key, node, scope),
            Expression::Splat(of, each) => self.splat(of, each, node, scope),
            Expression::Call(call) => functions::call(self, call, place, scope),
            Expression::Conditional(condition, yes, no) => {
                self.conditional(condition, [yes, no], node, scope)
            }
            Expression::For(each) => self.each(each, node, scope),
            Expression::Template(parts) => self.template(parts, place, scope),
            Expression::Unary(operator, operand) => {
                operators::unary(*operator, &self.evaluate(operand, scope), place)
            }
            Expression::Binary(operator, left, right) => {
                let (left, right) = (self.evaluate(left, scope), self.evaluate(right, scope));
                if !self.spend(left.weight() + right.weight()) {
                    return Val::unknown("…", place);
                }
                operators::binary(*operator, &left, &right, place)
            }
            Expression::Parenthesis(inner) => self.evaluate(inner, scope),
            Expression::Object(items) => self.object(items, place, scope),
        }
    }

    fn object(&self, items: &[(Node, Node)], place: Place, scope: &Scope<'a>) -> Val {
        let mut open = false;
        let mut fields = Vec::with_capacity(items.len());
        for (key, value) in items {
            match types::to_text(&self.evaluate(key, scope)) {
                Some(name) => {
                    let value = self.evaluate(value, scope);
                    fields.push(Field { key: name, place: key.place, value, maybe: false });
                }
                None => open = true,
            }
        }
        Val::map(fields, open, place)
    }

    /// `value.name`, where `value` may be one of the names that Terraform gives a meaning.
    fn attribute(&self, of: &Node, name: &str, node: &Node, scope: &Scope<'a>) -> Val {
        let place = node.place;
        match root_name(of, scope) {
            Some("var") => return self.variable(scope, name, place).used_at(place),
            Some("local") => return self.local(scope, name, place).used_at(place),
            Some("path") => return self.path(name, scope, place),
            Some("module" | "data" | "terraform" | "count" | "each" | "self" | "ephemeral") => {
                return Val::unknown(describe(node), place);
            }
            Some(kind) => return self.resource(scope, kind, name, place).used_at(place),
            None => {}
        }
        if let Some((module, key)) = self.module_reference(of, scope) {
            return self.module_output(scope, &module, key.as_ref(), name, place).used_at(place);
        }
        let value = self.evaluate(of, scope);
        self.member(&value, name, node)
    }

    /// An attribute of a value.
    fn member(&self, value: &Val, name: &str, node: &Node) -> Val {
        let place = node.place;
        match &value.data {
            Data::Map(map) => match map.get(name) {
                Some(found) => found.clone().of(value).used_at(place),
                None if map.open => Val::unknown(describe(node), place),
                None => Val::failed(place),
            },
            Data::Resource(resource) => self.resource_attribute(resource, name, place).used_at(place),
            Data::List(_) => match name.parse::<usize>() {
                Ok(index) => item(value, index, node),
                Err(_) => Val::failed(place),
            },
            Data::Unknown(_) => Val::unknown(describe(node), value.origin).used_at(place),
            _ => Val::failed(place),
        }
    }

    fn index(&self, of: &Node, key: &Node, node: &Node, scope: &Scope<'a>) -> Val {
        let place = node.place;
        let (value, key) = (self.evaluate(of, scope), self.evaluate(key, scope));
        if matches!(key.data, Data::Failed) {
            return Val::failed(place);
        }
        if key.is_unknown() || matches!(key.data, Data::Template(_)) {
            return unknown_instance(&value, place).unwrap_or_else(|| Val::unknown(describe(node), place));
        }
        match &value.data {
            Data::Map(_) => match types::to_text(&key) {
                Some(name) => self.member(&value, &name, node),
                None => Val::failed(place),
            },
            Data::List(_) => match types::to_number(&key).and_then(Decimal::index) {
                Some(index) => item(&value, index, node),
                None => Val::failed(place),
            },
            // All instances under one name: so is this one.
            Data::Resource(resource) if resource.several => value.clone().used_at(place),
            Data::Resource(resource) => match types::to_text(&key) {
                // Not expanded here, so that the reader sees what is written.
                Some(_) if resource.block.is_none() => {
                    let suffix = Key::of(&key).map(|key| key.suffix()).unwrap_or_default();
                    let resource = ResourceValue {
                        address: format!("{}{suffix}", resource.address),
                        instance: resource.instance,
                        block: None,
                        each: None,
                        several: false,
                    };
                    Val::new(Data::Resource(Rc::new(resource)), place)
                }
                Some(name) => self.resource_attribute(resource, &name, place).used_at(place),
                None => Val::failed(place),
            },
            Data::Unknown(_) => Val::unknown(describe(node), value.origin).used_at(place),
            _ => Val::failed(place),
        }
    }

    fn splat(&self, of: &Node, each: &Node, node: &Node, scope: &Scope<'a>) -> Val {
        let place = node.place;
        let value = self.evaluate(of, scope);
        let apply = |item: Val| {
            let many = item.is_many() || matches!(&item.data, Data::Resource(resource) if resource.several);
            let result = self.evaluate(each, &scope.with("*", item));
            if many { as_many(result) } else { result }
        };
        match &value.data {
            Data::Null => Val::list(Vec::new(), place),
            Data::Unknown(_) => Val::unknown(describe(node), value.origin).used_at(place),
            Data::Failed => Val::failed(place),
            Data::List(_) | Data::Set(_) => {
                let items = value.items().unwrap_or_default();
                let results: Vec<Val> = items.into_iter().map(apply).collect();
                if results.iter().any(|result| matches!(result.data, Data::Failed)) {
                    return Val::failed(place);
                }
                Val::list(results, place)
            }
            _ => match apply(value) {
                Val { data: Data::Failed, .. } => Val::failed(place),
                result => Val::list(vec![result], place),
            },
        }
    }

    fn conditional(&self, condition: &Node, arms: [&Node; 2], node: &Node, scope: &Scope<'a>) -> Val {
        let test = self.evaluate(condition, scope);
        if matches!(test.data, Data::Failed | Data::Null) {
            return Val::failed(node.place);
        }
        let Some(test) = types::to_bool(&test) else {
            let [yes, no] = arms.map(|arm| self.evaluate(arm, scope));
            let text = describe(node);
            if !self.spend(yes.weight() + no.weight()) {
                return Val::unknown(text, node.place);
            }
            return match yes.or(&no, &text) {
                // The choice itself is what cannot be known.
                unknown if unknown.is_unknown() => Val::unknown(text, node.place),
                known => known,
            };
        };
        let [taken, other] = if test { arms } else { [arms[1], arms[0]] };
        let value = self.evaluate(taken, scope);
        // Both arms get one type: a number beside a text becomes text.
        if matches!(value.data, Data::Number(_) | Data::Bool(_))
            && matches!(self.evaluate(other, scope).data, Data::Text(_) | Data::Template(_))
            && let Some(text) = types::to_text(&value)
        {
            return Val { data: Data::Text(text), ..value };
        }
        value
    }

    fn each(&self, each: &For, node: &Node, scope: &Scope<'a>) -> Val {
        let place = node.place;
        let collection = self.evaluate(&each.collection, scope);
        let Some((elements, open)) = elements(&collection) else {
            return match collection.data {
                Data::Unknown(_) => Val::unknown(describe(node), collection.origin).used_at(place),
                _ => Val::failed(place),
            };
        };
        let mut fields: Vec<Field> = Vec::new();
        let mut items: Vec<Val> = Vec::new();
        let mut open = open;
        let mut weight = 0;
        for (key, value, maybe) in elements {
            let value_is_many = value.is_many();
            let mut inner = scope.with(each.value_name.clone(), value);
            if let Some(name) = &each.key_name {
                inner = inner.with(name.clone(), key);
            }
            let taken = match &each.condition {
                Some(condition) => types::to_bool(&self.evaluate(condition, &inner)),
                None => Some(true),
            };
            if taken == Some(false) {
                continue;
            }
            let value = self.evaluate(&each.value, &inner);
            if matches!(value.data, Data::Failed) {
                return Val::failed(place);
            }
            weight += value.weight();
            if weight > WEIGHT {
                return Val::unknown(describe(node), place);
            }
            let uncertain = maybe || value_is_many || taken.is_none();
            let Some(key) = &each.key else {
                items.push(if uncertain { as_many(value) } else { value });
                continue;
            };
            let key = self.evaluate(key, &inner);
            match types::to_text(&key) {
                Some(name) if !value_is_many => {
                    fields.push(Field { key: name, place: key.origin, value, maybe: uncertain })
                }
                None if !key.is_unknown() && !matches!(key.data, Data::Template(_)) => {
                    return Val::failed(place);
                }
                _ => open = true,
            }
        }
        if each.key.is_some() {
            if each.grouping {
                return Val::map(grouped(fields, place), open, place);
            }
            return Val::map(fields, open, place);
        }
        if open {
            items.push(Val::many(describe(node), place));
        }
        Val::list(items, place)
    }

    fn path(&self, name: &str, scope: &Scope<'a>, place: Place) -> Val {
        match name {
            "root" => Val::text(".", place),
            "module" => {
                let root = self.root_directory(scope);
                let own = scope.instance.module.directory.as_str();
                let below = own.strip_prefix(root.as_str()).map(|rest| rest.trim_start_matches('/'));
                match below {
                    Some("") => Val::text(".", place),
                    Some(below) => Val::text(below, place),
                    None => {
                        let up = root.split('/').filter(|part| !part.is_empty()).map(|_| "../");
                        Val::text(up.collect::<String>() + own, place)
                    }
                }
            }
            _ => Val::unknown(format!("path.{name}"), place),
        }
    }

    /// The directory of the root module, against which Terraform resolves the paths of files.
    pub(super) fn root_directory(&self, scope: &Scope<'a>) -> String {
        let mut instance = Rc::clone(&scope.instance);
        while let Some((outer, _)) = &instance.caller {
            instance = Rc::clone(&outer.instance);
        }
        instance.module.directory.clone()
    }

    /// The module call that `module.name`, `module.name[0]` or `module.name["key"]` names.
    fn module_reference(&self, node: &Node, scope: &Scope<'a>) -> Option<(String, Option<Key>)> {
        let Value::Expression(expression) = &node.value else { return None };
        match expression.as_ref() {
            Expression::Attribute(of, name) if root_name(of, scope) == Some("module") => {
                Some((name.clone(), None))
            }
            Expression::Index(of, key) => {
                let (name, _) = self.module_reference(of, scope)?;
                let key = Key::of(&self.evaluate(key, scope)).unwrap_or(Key::Unknown);
                Some((name, Some(key)))
            }
            _ => None,
        }
    }
}

/// The name at the start of a reference, unless something is bound to it.
fn root_name<'n>(node: &'n Node, scope: &Scope<'_>) -> Option<&'n str> {
    let Value::Expression(expression) = &node.value else { return None };
    match expression.as_ref() {
        Expression::Variable(name) if scope.bound(name).is_none() => Some(name),
        _ => None,
    }
}

fn item(list: &Val, index: usize, node: &Node) -> Val {
    let items = list.items().unwrap_or_default();
    if items.iter().take(index + 1).any(Val::is_many) {
        return Val::unknown(describe(node), node.place);
    }
    match items.into_iter().nth(index) {
        Some(item) => item.used_at(node.place),
        None => Val::failed(node.place),
    }
}

/// One of several resources of which the key is unknown: a resource under the name that all share.
fn unknown_instance(collection: &Val, place: Place) -> Option<Val> {
    let first = match &collection.data {
        Data::Resource(resource) if resource.several => return Some(collection.clone().used_at(place)),
        Data::Resource(resource) if resource.block.is_none() => Rc::clone(resource),
        Data::Map(map) => match &map.entries.first()?.value.data {
            Data::Resource(resource) => Rc::clone(resource),
            _ => return None,
        },
        Data::List(list) => match &list.items.first()?.data {
            Data::Resource(resource) => Rc::clone(resource),
            _ => return None,
        },
        _ => return None,
    };
    let key = first.each.as_ref().and_then(|(_, each)| match &each.data {
        Data::Map(map) => map.get("key").or_else(|| map.get("index")).and_then(Key::of),
        _ => None,
    });
    let suffix = key.map(|key| key.suffix()).unwrap_or_default();
    let address = first.address.strip_suffix(&suffix).unwrap_or(&first.address).to_owned();
    let resource =
        ResourceValue { address, instance: first.instance, block: None, each: None, several: true };
    Some(Val::new(Data::Resource(Rc::new(resource)), place))
}

/// A reference as it is kept for values that pass it on.
pub(super) fn reference(value: &Val) -> Option<Box<Reference>> {
    match &value.data {
        Data::Unknown(unknown) => unknown.reference.clone(),
        _ => None,
    }
}
