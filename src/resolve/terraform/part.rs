//! A root module in parts, which are evaluated side by side.

use std::collections::HashSet;
use std::rc::Rc;

use super::module::{Block, Module};
use super::scope::{self, Instance, World};
use super::{Resources, body};
use crate::problem::{Code, Problem};
use crate::tree::Node;

/// Some of what a root module declares, to be evaluated on its own: what it needs of the others, it evaluates again.
pub(super) struct Part<'a> {
    module: &'a Module<'a>,
    resources: &'a [Block<'a>],
    providers: &'a [Block<'a>],
    calls: &'a [(&'a str, &'a Node)],
}

/// What became of a part, or of several.
#[derive(Default)]
pub(super) struct Evaluated<'a> {
    pub(super) found: Resources,
    /// The directories of the modules that it calls, and its own.
    pub(super) reached: HashSet<&'a str>,
}

/// A root module is evaluated in about so many parts.
const PARTS: usize = 4;
/// So many blocks are not evaluated in parts.
const BLOCKS: usize = 8;

impl Evaluated<'_> {
    /// Adds what became of the next part.
    pub(super) fn add(&mut self, next: Self) {
        self.found.resources.extend(next.found.resources);
        self.found.handed.extend(next.found.handed);
        self.found.problems.extend(next.found.problems);
        self.reached.extend(next.reached);
    }
}

impl<'a> Part<'a> {
    /// All that a module declares.
    fn whole(module: &'a Module<'a>) -> Self {
        Self { module, resources: &module.resources, providers: &module.providers, calls: &module.calls }
    }

    /// The parts of a root module, in the order of what is found in them.
    pub(super) fn of(module: &'a Module<'a>) -> Vec<Self> {
        let Self { resources, providers, calls, .. } = Self::whole(module);
        let size = (resources.len() + calls.len()).div_ceil(PARTS).max(BLOCKS);
        let resources = resources.chunks(size).map(|resources| Self { resources, ..Self::nothing(module) });
        let calls = calls.chunks(size).map(|calls| Self { calls, ..Self::nothing(module) });
        let providers = Self { providers, ..Self::nothing(module) };
        resources.chain([providers]).chain(calls).collect()
    }

    fn nothing(module: &'a Module<'a>) -> Self {
        Self { module, resources: &[], providers: &[], calls: &[] }
    }

    /// What the part declares whose type is `wanted`.
    pub(super) fn evaluate(&self, world: World<'a>, wanted: &dyn Fn(&str) -> bool) -> Evaluated<'a> {
        let directory = &self.module.directory;
        let mut evaluated = Evaluated::default();
        evaluated.reached.insert(directory);
        self.collect(&world, &world.root(self.module), wanted, &mut evaluated);
        for resource in &mut evaluated.found.resources {
            resource.root.clone_from(directory);
        }
        let first = self.module.resources.first().map(|block| block.body.place);
        if world.exhausted.get()
            && let Some(place) = first.or_else(|| self.module.calls.first().map(|(_, body)| body.place))
        {
            let message = "evaluating this module takes too long; some values stay unknown".to_owned();
            evaluated.found.problems.push(Problem { code: Code::Limit, place: place.start(), message });
        }
        evaluated
    }

    fn collect(
        &self,
        world: &World<'a>,
        instance: &Rc<Instance<'a>>,
        wanted: &dyn Fn(&str) -> bool,
        evaluated: &mut Evaluated<'a>,
    ) {
        for block in self.resources.iter().filter(|block| wanted(block.kind)) {
            evaluated.found.resources.extend(body::instances(world, instance, block));
        }
        for block in self.providers.iter().filter(|block| wanted(&body::configured(block.kind))) {
            evaluated.found.resources.push(body::configuration(world, instance, block));
        }
        for (name, body) in self.calls {
            let called = scope::called_directory(&self.module.directory, body)
                .and_then(|directory| world.modules.get_key_value(directory.as_str()));
            match called {
                Some((directory, _)) => drop(evaluated.reached.insert(directory)),
                None => evaluated.found.handed.extend(world.arguments(instance, body)),
            }
            for (_, number) in world.calls(instance, name).iter() {
                if let Some(instance) = world.instance_at(*number) {
                    Part::whole(instance.module).collect(world, &instance, wanted, evaluated);
                }
            }
        }
    }
}
