//! Where in a document the attributes of a definition are written, or would be.

use super::Mender;
use super::locate::{Step, way_to_object};
use crate::client::Definition;
use crate::project;
use crate::providers::{Provider, Shape};
use crate::tree::{Node, Value};
use crate::vocabulary::Attribute;

/// Whose a definition is.
#[derive(Clone, Copy)]
pub(super) struct Owner<'a> {
    pub(super) provider: &'a Provider,
    pub(super) shape: &'a Shape,
}

/// Where a value would be written that is not.
pub(super) enum Gap<'a> {
    /// In a map that is there, at a path below it.
    Below(&'a Node, String),
    /// In the place of a `null`.
    Null(&'a Node, Option<String>),
}

impl<'a> Mender<'a> {
    /// The provider in whose words a definition is written, and its shape.
    pub(super) fn owner(&self, definition: &Definition) -> Option<Owner<'a>> {
        let document = self.documents.get(&definition.place.file)?;
        let (id, shape) = (definition.text(Attribute::PROVIDER)?, definition.text(Attribute::SHAPE)?);
        let mut owners = self
            .config
            .providers_of(document.source.file.as_deref())
            .filter(|provider| provider.id == id || provider.platform.as_deref() == Some(id))
            .flat_map(|provider| provider.table.shapes.iter().map(move |shape| Owner { provider, shape }))
            .filter(|owner| owner.shape.id == shape && owner.knows(definition));
        let first = owners.next()?;
        let others: Vec<Owner<'a>> = owners.filter(|owner| owner.provider.id != first.provider.id).collect();
        if others.is_empty() {
            return Some(first);
        }
        // An organisation's layouts: whose it is shows when the document is looked at again.
        let all =
            project::recognised(document, &document.parsed.documents, document.format.name(), self.config);
        let found = all
            .into_iter()
            .find(|found| found.objects.iter().any(|object| object.place == definition.place))?;
        Some(Owner { provider: found.provider, shape: found.shape })
    }

    /// The way to the map of a definition's own attributes.
    pub(super) fn object(&self, definition: &Definition, owner: Owner<'a>) -> Option<Vec<Step<'a>>> {
        let document = self.documents.get(&definition.place.file)?;
        let way = way_to_object(&document.parsed.documents, definition.place)?;
        let mut within = owner.shape.within(definition.kind).filter(|within| !within.is_empty());
        let Some(within) = within.next() else { return Some(way) };
        // Of maps laid over each other the one that is there is meant; which of two is not for a fix to say.
        let mut ways = within.iter().filter_map(|path| below(way.clone(), path));
        ways.next().filter(|_| ways.next().is_none())
    }
}

/// The way to the map at a path of keys with dots between.
fn below<'a>(mut way: Vec<Step<'a>>, path: &str) -> Option<Vec<Step<'a>>> {
    for key in path.split('.') {
        let entry = way.last()?.node.entry(key)?;
        way.push(Step { node: &entry.value, held: super::locate::Held::Entry(entry) });
    }
    way.last()?.node.is_map().then_some(way)
}

impl Owner<'_> {
    /// Whether the table says where attributes of such a definition stand.
    fn knows(self, definition: &Definition) -> bool {
        !self.shape.resources.is_empty() || self.shape.within(definition.kind).next().is_some()
    }
}

/// Where a value at a path of an object would be written. `None` where something stands there already, or may.
pub(super) fn gap<'a>(object: &'a Node, path: &str) -> Option<Gap<'a>> {
    let mut map = object;
    let mut rest = path;
    loop {
        let (key, below) = rest.split_once('.').map_or((rest, None), |(key, below)| (key, Some(below)));
        let dynamic = map.get("dynamic").is_some_and(|blocks| blocks.entry(key).is_some());
        let mut found = map.entries().iter().filter(|entry| entry.key == key);
        let (first, second) = (found.next(), found.next());
        // `<<: @@MORE@@`: what else the map holds cannot be known.
        let open = map.entries().iter().any(|entry| entry.key == "<<");
        let Some(entry) = first.filter(|_| second.is_none()) else {
            let free = first.is_none() && !dynamic && !open;
            return free.then(|| Gap::Below(map, rest.to_owned()));
        };
        if entry.value.supplied.is_some() {
            return None;
        }
        match (&entry.value.value, below) {
            (Value::Null, below) => return Some(Gap::Null(&entry.value, below.map(str::to_owned))),
            (Value::Map(_), Some(below)) => (map, rest) = (&entry.value, below),
            (Value::List(items), Some(below)) => match items.as_slice() {
                [only] if only.is_map() && only.supplied.is_none() => (map, rest) = (only, below),
                _ => return None,
            },
            _ => return None,
        }
    }
}
