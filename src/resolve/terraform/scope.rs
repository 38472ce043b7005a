//! What names mean: variables, locals, module outputs and the bindings of `for`, `each` and `dynamic`.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use super::module::{Module, bodies};
use super::types;
use super::value::{Data, Field, Val};
use super::{Files, Given, Inputs, TerraformFile};
use crate::formats::hcl;
use crate::source::Place;
use crate::tree::{Node, Value};

/// Everything that evaluation may look at, and how much it may still do.
pub(super) struct World<'a> {
    pub(super) modules: &'a BTreeMap<&'a str, Module<'a>>,
    pub(super) files: &'a [TerraformFile<'a>],
    pub(super) inputs: &'a Inputs,
    pub(super) read: &'a dyn Files,
    /// The modules as they are called, by number.
    pub(super) instances: RefCell<Vec<Rc<Instance<'a>>>>,
    pub(super) steps: Cell<usize>,
    pub(super) depth: Cell<usize>,
    pub(super) exhausted: Cell<bool>,
    /// Whether a root variable that nobody set, and whose default is nothing, is taken for unknown.
    undecided: Cell<bool>,
}

/// A module as it is called from one place, or on its own.
pub(super) struct Instance<'a> {
    pub(super) number: usize,
    pub(super) module: &'a Module<'a>,
    /// `module.a.module.b["x"].`, empty at the root.
    pub(super) prefix: String,
    pub(super) caller: Option<(Scope<'a>, &'a Node)>,
    /// Whether it is there only if somebody sets what is left open.
    pub(super) open: bool,
    memo: RefCell<HashMap<String, Option<Val>>>,
    calls: RefCell<HashMap<&'a str, Rc<Calls>>>,
}

/// Where an expression stands: its module and the names bound around it.
#[derive(Clone)]
pub(super) struct Scope<'a> {
    pub(super) instance: Rc<Instance<'a>>,
    bound: Option<Rc<Bound>>,
}

struct Bound {
    name: String,
    value: Val,
    outer: Option<Rc<Bound>>,
}

/// The instances of a module call, by the key under which each is reached.
pub(super) type Calls = Vec<(Key, usize)>;

/// An instance of a block, with what `count` or `each` is to it.
type Expanded = (Key, Option<(&'static str, Val)>);

/// Under which key an instance stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Key {
    /// Neither `count` nor `for_each`.
    None,
    Index(usize),
    Name(Rc<str>),
    /// `count` or `for_each` is unknown.
    Unknown,
}

/// Modules in modules are followed this far.
const NESTING: usize = 24;
/// And this many calls in all.
const INSTANCES: usize = 10_000;

impl<'a> Scope<'a> {
    pub(super) fn new(instance: Rc<Instance<'a>>) -> Self {
        Self { instance, bound: None }
    }

    pub(super) fn with(&self, name: impl Into<String>, value: Val) -> Self {
        let bound = Bound { name: name.into(), value, outer: self.bound.clone() };
        Self { instance: Rc::clone(&self.instance), bound: Some(Rc::new(bound)) }
    }

    /// The scope of an instance of a block, with what `count` or `each` is to it.
    pub(super) fn of_instance(&self, each: Option<(&'static str, Val)>) -> Self {
        each.map_or_else(|| self.clone(), |(word, value)| self.with(word, value))
    }

    pub(super) fn bound(&self, name: &str) -> Option<&Val> {
        let mut bound = self.bound.as_deref();
        while let Some(here) = bound {
            if here.name == name {
                return Some(&here.value);
            }
            bound = here.outer.as_deref();
        }
        None
    }
}

impl Key {
    /// As it is written behind an address.
    pub(super) fn suffix(&self) -> String {
        match self {
            Self::None | Self::Unknown => String::new(),
            Self::Index(index) => format!("[{index}]"),
            Self::Name(name) => format!("[\"{}\"]", name.replace('\\', "\\\\").replace('"', "\\\"")),
        }
    }
}

/// Evaluation steps for one root module.
const STEPS: usize = 3_000_000;

impl<'a> World<'a> {
    pub(super) fn new(
        modules: &'a BTreeMap<&'a str, Module<'a>>,
        files: &'a [TerraformFile<'a>],
        inputs: &'a Inputs,
        read: &'a dyn Files,
    ) -> Self {
        Self {
            modules,
            files,
            inputs,
            read,
            instances: RefCell::default(),
            steps: Cell::new(STEPS),
            depth: Cell::new(0),
            exhausted: Cell::new(false),
            undecided: Cell::new(false),
        }
    }

    /// The module of a directory on its own.
    pub(super) fn root(&self, module: &'a Module<'a>) -> Rc<Instance<'a>> {
        self.instance(module, String::new(), None, false)
    }

    fn instance(
        &self,
        module: &'a Module<'a>,
        prefix: String,
        caller: Option<(Scope<'a>, &'a Node)>,
        open: bool,
    ) -> Rc<Instance<'a>> {
        let mut instances = self.instances.borrow_mut();
        let instance = Rc::new(Instance {
            number: instances.len(),
            module,
            prefix,
            caller,
            open,
            memo: RefCell::default(),
            calls: RefCell::default(),
        });
        instances.push(Rc::clone(&instance));
        instance
    }

    pub(super) fn instance_at(&self, number: usize) -> Option<Rc<Instance<'a>>> {
        self.instances.borrow().get(number).cloned()
    }

    /// Spends some of what may still be done; false where nothing is left.
    pub(super) fn spend(&self, steps: usize) -> bool {
        match self.steps.get().checked_sub(steps) {
            Some(left) => self.steps.set(left),
            None => {
                self.steps.set(0);
                self.exhausted.set(true);
            }
        }
        !self.exhausted.get()
    }

    /// A value that is computed once. While it is being computed it is unknown to itself.
    pub(super) fn once(
        &self,
        instance: &Instance<'a>,
        name: String,
        place: Place,
        compute: impl FnOnce() -> Val,
    ) -> Val {
        // What is open may be something else.
        let key = if self.undecided.get() { format!("?{name}") } else { name };
        match instance.memo.borrow().get(&key) {
            Some(Some(value)) => return value.clone(),
            Some(None) => return Val::unknown(key.trim_start_matches('?'), place),
            None => {}
        }
        instance.memo.borrow_mut().insert(key.clone(), None);
        let value = compute();
        instance.memo.borrow_mut().insert(key, Some(value.clone()));
        value
    }

    /// What is evaluated so that whoever uses the files may still set what they leave open: a flag that is off by
    /// default, a list that is empty by default.
    pub(super) fn left_open<T>(&self, open: bool, evaluate: impl FnOnce() -> T) -> T {
        let before = self.undecided.replace(open);
        let value = evaluate();
        self.undecided.set(before);
        value
    }

    /// `local.name`
    pub(super) fn local(&self, scope: &Scope<'a>, name: &str, place: Place) -> Val {
        let Some(node) = scope.instance.module.locals.get(name).copied() else {
            return Val::unknown(format!("local.{name}"), place);
        };
        self.once(&scope.instance, format!("local.{name}"), place, || {
            self.evaluate(node, &Scope::new(Rc::clone(&scope.instance)))
        })
    }

    /// `var.name`
    pub(super) fn variable(&self, scope: &Scope<'a>, name: &str, place: Place) -> Val {
        let instance = &scope.instance;
        let text = format!("var.{name}");
        let Some(variable) = instance.module.variables.get(name) else { return Val::unknown(text, place) };
        self.once(instance, text.clone(), place, || {
            let own = Scope::new(Rc::clone(instance));
            let at_root = instance.caller.is_none();
            let given = match &instance.caller {
                Some((outer, body)) => body.get(name).map(|argument| self.evaluate(argument, outer)),
                None => self.input(instance, name),
            };
            let not_null = matches!(variable.nullable.map(|node| &node.value), Some(Value::Bool(false)));
            let given = given.filter(|value| !(not_null && matches!(value.data, Data::Null)));
            let value = match (given, variable.default) {
                (Some(value), _) => value,
                (None, Some(default)) if is_nothing(default) && self.undecided.get() && at_root => {
                    return Val::unknown(text.clone(), place);
                }
                (None, Some(default)) => self.evaluate(default, &own),
                (None, None) => return Val::unknown(text.clone(), place),
            };
            match variable.kind {
                Some(kind) => types::convert(value, kind),
                None => value,
            }
        })
    }

    /// What a root variable is set to from outside: the last of all that say something.
    fn input(&self, instance: &Instance<'a>, name: &str) -> Option<Val> {
        let scope = Scope::new(self.instance_at(instance.number)?);
        let variable = instance.module.variables.get(name)?;
        for given in self.inputs.given.iter().rev() {
            match given {
                Given::Value(own, text) if own == name => {
                    let place = variable.place?;
                    let plain = variable.kind.is_none_or(types::is_primitive);
                    let value = if plain { None } else { hcl::expression_in_text(text, place) };
                    return Some(match value {
                        Some(node) => self.evaluate(&node, &scope),
                        None => Val::text(text, place),
                    });
                }
                Given::Value(..) => {}
                Given::File(path) => {
                    let values = super::module::assignments(self.files, path);
                    if let Some((_, node)) = values.into_iter().rev().find(|(own, _)| *own == name) {
                        return Some(self.evaluate(node, &scope));
                    }
                }
            }
        }
        let (_, node) = instance.module.values.iter().rev().find(|(own, _)| *own == name)?;
        Some(self.evaluate(node, &scope))
    }

    /// What `module.name` stands for: its outputs as an object, or a collection of such objects.
    pub(super) fn module_output(
        &self,
        scope: &Scope<'a>,
        name: &str,
        key: Option<&Key>,
        output: &str,
        place: Place,
    ) -> Val {
        let text = format!("module.{name}.{output}");
        let calls = self.calls(&scope.instance, name);
        let call = calls.iter().find(|(own, _)| match key {
            None => matches!(own, Key::None),
            Some(key) => own == key || matches!(own, Key::Unknown),
        });
        let Some(instance) = call.and_then(|(_, number)| self.instance_at(*number)) else {
            return Val::unknown(text, place);
        };
        let Some(body) = instance.module.outputs.get(output).copied() else {
            return Val::unknown(text, place);
        };
        let Some(value) = body.get("value") else { return Val::unknown(text, place) };
        self.once(&instance, format!("output.{output}"), place, || {
            self.evaluate(value, &Scope::new(Rc::clone(&instance)))
        })
    }

    /// The instances of a module call; none where its module is not among the files.
    pub(super) fn calls(&self, instance: &Rc<Instance<'a>>, name: &str) -> Rc<Calls> {
        if let Some(calls) = instance.calls.borrow().get(name) {
            return Rc::clone(calls);
        }
        let calls = &instance.module.calls;
        let Some((name, body)) = calls.iter().find(|(own, _)| *own == name).copied() else {
            return Rc::default();
        };
        // While `for_each` is evaluated the call has no instances: it may not depend on itself.
        instance.calls.borrow_mut().insert(name, Rc::default());
        let calls = Rc::new(self.left_open(instance.open, || self.expand_call(instance, name, body)));
        instance.calls.borrow_mut().insert(name, Rc::clone(&calls));
        calls
    }

    fn expand_call(&self, instance: &Rc<Instance<'a>>, name: &str, body: &'a Node) -> Calls {
        let directory = called_directory(&instance.module.directory, body);
        let module = directory.and_then(|directory| self.modules.get(directory.as_str()));
        let Some(module) = module else { return Calls::new() };
        let mut above = Some(Rc::clone(instance));
        let mut depth = 0;
        while let Some(caller) = above {
            depth += 1;
            if caller.module.directory == module.directory || depth > NESTING {
                return Calls::new();
            }
            above = caller.caller.as_ref().map(|(scope, _)| Rc::clone(&scope.instance));
        }
        let scope = Scope::new(Rc::clone(instance));
        let (expanded, off) = self.expand(body, &scope);
        let mut calls = Calls::new();
        for (key, each) in expanded {
            if self.instances.borrow().len() > INSTANCES {
                self.exhausted.set(true);
                break;
            }
            let prefix = format!("{}module.{name}{}.", instance.prefix, key.suffix());
            let scope = scope.of_instance(each);
            calls
                .push((key, self.instance(module, prefix, Some((scope, body)), instance.open || off).number));
        }
        calls
    }

    /// The instances of a block, and whether they are there only if somebody sets what is left open: where there are
    /// none because of what nobody has set yet, nobody knows which there will be.
    pub(super) fn expand(&self, body: &Node, scope: &Scope<'a>) -> (Vec<Expanded>, bool) {
        let instances = self.as_it_is(body, scope);
        let off = instances.is_empty();
        (if off { self.left_open(true, || self.as_it_is(body, scope)) } else { instances }, off)
    }

    /// The instances that `count` or `for_each` of a block make, each with what `count` or `each` is to it.
    fn as_it_is(&self, body: &Node, scope: &Scope<'a>) -> Vec<Expanded> {
        if let Some(node) = body.get("for_each") {
            return self.each_of(&self.evaluate(node, scope), node.place);
        }
        let Some(node) = body.get("count") else { return vec![(Key::None, None)] };
        let index = |value: Val| object(&[("index", value)], node.place);
        match types::to_number(&self.evaluate(node, scope)).and_then(super::number::Decimal::index) {
            Some(count) if count <= 1000 => (0..count)
                .map(|at| {
                    let number = Val::number(super::number::Decimal::from_length(at), node.place);
                    (Key::Index(at), Some(("count", index(number))))
                })
                .collect(),
            _ => vec![(Key::Unknown, Some(("count", index(Val::unknown("count.index", node.place)))))],
        }
    }

    /// The instances that a `for_each` makes. What it knows of its keys is used, the rest is one instance.
    pub(super) fn each_of(&self, collection: &Val, place: Place) -> Vec<Expanded> {
        let each = |key: Val, value: Val| Some(("each", object(&[("key", key), ("value", value)], place)));
        let unknown = || {
            let part = |name: &str| Val::unknown(format!("each.{name}"), place);
            (Key::Unknown, each(part("key"), part("value")))
        };
        let mut open = false;
        let mut instances = Vec::new();
        if let Some(fields) = collection.fields() {
            open = matches!(&collection.data, Data::Map(map) if map.open);
            for Field { key, place, value, .. } in fields {
                let name = Val { used: collection.used, ..Val::text(&key, place) };
                instances.push((Key::Name(key), each(name, value)));
            }
        } else if let Some(items) = collection.items() {
            for item in items {
                match &item.data {
                    Data::Text(text) => {
                        instances.push((Key::Name(Rc::clone(text)), each(item.clone(), item)))
                    }
                    _ => open = true,
                }
            }
        } else {
            open = true;
        }
        if open {
            instances.push(unknown());
        }
        instances
    }
}

/// Whether a default only says that there is nothing unless somebody says otherwise.
fn is_nothing(default: &Node) -> bool {
    match &default.value {
        Value::Null | Value::Bool(false) => true,
        Value::Text(text) => text.is_empty(),
        Value::Number(number) => number == "0",
        Value::List(items) => items.is_empty(),
        Value::Map(entries) => entries.is_empty(),
        _ => false,
    }
}

/// The directory that a module call names, if it is a local one.
pub(super) fn called_directory(from: &str, body: &Node) -> Option<String> {
    let source = body.get("source").and_then(Node::text)?;
    (source.starts_with("./") || source.starts_with("../")).then(|| super::join(from, source)).flatten()
}

/// Module calls of a directory, with the body of each.
pub(super) fn called<'a>(module: &'a Module<'a>) -> impl Iterator<Item = String> {
    let each = module.calls.iter().flat_map(|(_, body)| bodies(body));
    each.filter_map(|body| called_directory(&module.directory, body))
}

fn object(fields: &[(&str, Val)], place: Place) -> Val {
    let field =
        |(key, value): &(&str, Val)| Field { key: Rc::from(*key), place, value: value.clone(), maybe: false };
    Val::map(fields.iter().map(field).collect(), false, place)
}
