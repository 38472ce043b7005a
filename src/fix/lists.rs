//! Steps of recipes that change lists by more than one of their items' words: what is put behind the others, and whole
//! definitions that stand in a list twice.

use serde_json::Value as Json;

use super::locate::{Held, is_literal};
use super::recipe::{Done, Work};
use super::text::Change;
use super::{flow, lines, range};
use crate::tree::{Node, Value};
use crate::vocabulary::Attribute;

impl Work<'_, '_> {
    /// Puts items behind the others of a list that is written.
    pub(super) fn append(&mut self, attribute: Attribute, new: &[Json]) -> Done {
        let fact = self.definition.facts.get(&attribute)?;
        if !fact.datum.is_complete() {
            return None;
        }
        let place = self.source(fact)?;
        let (page, way) = self.way(place, false)?;
        let list = way.last()?.node;
        if !is_literal(list) || list.items().is_empty() {
            return None;
        }
        let new: Option<Vec<Json>> = new.iter().map(|item| self.own_word(attribute, item)).collect();
        let changes: Vec<Change> = if page.text[range(list.place.span)].starts_with('[') {
            flow::append(page, list, &new?)?
        } else {
            vec![lines::append(page, list, &new?)?]
        };
        self.touched.push(place);
        self.changes.extend(changes.into_iter().map(|change| (place.file, change)));
        Some(())
    }

    /// Takes the definition out of its list where an equal one stands before it there.
    pub(super) fn remove_copy(&mut self) -> Done {
        let way = self.mender.object(self.definition, self.owner?)?;
        let [.., above, step] = way.as_slice() else { return None };
        let items = above.node.items();
        let number = items.iter().position(|item| std::ptr::eq(item, step.node))?;
        let is_item = matches!(step.held, Held::Item) && above.node.supplied.is_none();
        let is_copy =
            is_literal(step.node) && items[..number].iter().any(|other| are_equal(other, step.node));
        (is_item && is_copy).then(|| {
            self.touched.push(self.definition.place);
            self.drop_number(above.node, number);
        })
    }
}

/// Whether two literals say the same, key by key.
fn are_equal(left: &Node, right: &Node) -> bool {
    match (&left.value, &right.value) {
        (Value::List(left), Value::List(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| are_equal(left, right))
        }
        (Value::Map(left), Value::Map(right)) => {
            let known = |key: &str| right.iter().find(|entry| entry.key == key);
            let same = |key: &str, node: &Node| known(key).is_some_and(|other| are_equal(node, &other.value));
            left.len() == right.len() && left.iter().all(|entry| same(&entry.key, &entry.value))
        }
        (Value::Text(left), Value::Text(right)) => left == right,
        (Value::Number(left), Value::Number(right)) => left == right,
        (Value::Bool(left), Value::Bool(right)) => left == right,
        (Value::Null, Value::Null) => true,
        _ => false,
    }
}
