//! Follows a recipe: each of its steps becomes changes in the file in which the attribute is written.

use serde_json::{Map, Value as Json};

use super::locate::{Held, Step, is_anchored, is_lent, is_literal, way_to};
use super::parts::{instead, is_flow, leaves_something, says, scalar_style, take};
use super::place::{Gap, Owner, gap};
use super::text::Change;
use super::{Mender, Page, flow, lines, range};
use crate::check::Violation;
use crate::client::{Basis, Datum, Definition, Fact};
use crate::formats::literal::{Style, literal};
use crate::providers::put_at;
use crate::rule::{FixRecipe, Matches, Without};
use crate::source::{FileId, Place};
use crate::tree::{Entry, Node, Value};
use crate::vocabulary::Attribute;

/// A fix in the making.
pub(super) struct Work<'a, 'w> {
    pub(super) mender: &'w Mender<'a>,
    pub(super) definition: &'a Definition,
    pub(super) violation: &'w Violation<'w>,
    pub(super) owner: Option<Owner<'a>>,
    pub(super) changes: Vec<(FileId, Change)>,
    /// What is put into which map.
    put: Vec<(&'a Node, Map<String, Json>)>,
    /// What is taken out of which map.
    taken: Vec<(&'a Node, &'a Entry)>,
    /// Which items are taken out of which list.
    dropped: Vec<(&'a Node, Vec<usize>)>,
    /// On what others may rest.
    pub(super) touched: Vec<Place>,
}

/// A step that has an answer; `None` where it cannot be made.
pub(super) type Done = Option<()>;

impl<'a, 'w> Work<'a, 'w> {
    pub(super) fn new(
        mender: &'w Mender<'a>,
        definition: &'a Definition,
        violation: &'w Violation<'w>,
    ) -> Self {
        let owner = mender.owner(definition);
        let (changes, put, taken, dropped, touched) = Default::default();
        Self { mender, definition, violation, owner, changes, put, taken, dropped, touched }
    }

    /// Makes all steps of a recipe.
    pub(super) fn follow(&mut self, recipe: &FixRecipe) -> Done {
        for (name, how) in &recipe.remove {
            let attribute = Attribute::named(name)?;
            match how {
                Json::String(word) if word == "all" => self.remove(attribute)?,
                Json::String(word) if word == "keyword" => self.replace_secrets(attribute)?,
                Json::String(word) if word == "default" => self.remove_defaults(attribute)?,
                Json::String(word) if word == "copy" => self.remove_copy()?,
                Json::String(_) => self.remove_decided(attribute)?,
                Json::Array(named) => self.remove_items(attribute, Some(named))?,
                _ => return None,
            }
        }
        for (name, words) in &recipe.replace {
            self.replace_items(Attribute::named(name)?, words.as_object()?)?;
        }
        for name in &recipe.https {
            self.encrypt(Attribute::named(name)?)?;
        }
        for name in &recipe.correct {
            self.correct(Attribute::named(name)?)?;
        }
        for (name, value) in &recipe.set {
            self.set(Attribute::named(name)?, value)?;
        }
        for (name, value) in &recipe.set_matched {
            let attribute = Attribute::named(name)?;
            if self.has_decided(attribute) {
                self.set(attribute, value)?;
            }
        }
        for (name, new) in &recipe.append {
            self.append(Attribute::named(name)?, new.as_array()?)?;
        }
        Some(())
    }

    /// The changes in order, and the places on which other definitions may rest.
    pub(super) fn done(mut self) -> Option<(Vec<(Place, String)>, Vec<Place>)> {
        for (list, mut numbers) in std::mem::take(&mut self.dropped) {
            numbers.sort_unstable();
            numbers.dedup();
            if !leaves_something(list, &numbers) {
                return None;
            }
            let page = self.mender.page(list.place.file)?;
            let whole = range(list.place.span);
            let parts: Vec<_> = list.items().iter().map(|item| range(item.place.span)).collect();
            let changes = if page.text[whole.clone()].starts_with('[') {
                flow::remove(page, &parts, &numbers)
            } else {
                lines::remove_items(page, list, &numbers)
            };
            self.changes.extend(changes?.into_iter().map(|change| (list.place.file, change)));
        }
        for (map, entry) in std::mem::take(&mut self.taken) {
            let page = self.mender.page(map.place.file)?;
            // What comes into the same map takes the place of what goes.
            let coming = self.put.iter().position(|(into, new)| std::ptr::eq(*into, map) && new.len() == 1);
            let changes = match coming {
                Some(at) => vec![instead(page, entry, &self.put.swap_remove(at).1)?],
                None => take(page, map, entry)?,
            };
            self.changes.extend(changes.into_iter().map(|change| (map.place.file, change)));
        }
        for (map, new) in std::mem::take(&mut self.put) {
            let page = self.mender.page(map.place.file)?;
            let changes = if is_flow(page, map) {
                flow::insert(page, map, &new)
            } else {
                lines::insert(page, map, &new)
            };
            self.changes.extend(changes?.into_iter().map(|change| (map.place.file, change)));
        }
        self.changes.sort_by(|(file, a), (other, b)| {
            (file, a.range.start, a.range.end, &a.text).cmp(&(other, b.range.start, b.range.end, &b.text))
        });
        self.changes.dedup();
        let overlap = self.changes.windows(2).any(|pair| {
            let ((file, first), (other, second)) = (&pair[0], &pair[1]);
            file == other && first.range.end > second.range.start
        });
        if overlap || self.changes.is_empty() {
            return None;
        }
        let mut changes = Vec::with_capacity(self.changes.len());
        for (file, change) in self.changes {
            let page = self.mender.page(file)?;
            let place = self.mender.documents.get(&file)?.source.place(change.range);
            if page.syntax == "yaml" && is_lent(page.text, place.span) {
                return None;
            }
            changes.push((place, change.text));
        }
        Some((changes, self.touched))
    }

    /// The way to what is written at a place, if nobody else borrows it.
    pub(super) fn way(&self, place: Place, by_key: bool) -> Option<(Page<'a>, Vec<Step<'a>>)> {
        let page = self.mender.page(place.file)?;
        let way = way_to(&self.mender.documents.get(&place.file)?.parsed.documents, place, by_key)?;
        self.is_own(page, &way).then_some((page, way))
    }

    fn is_own(&self, page: Page<'a>, way: &[Step<'a>]) -> bool {
        let starts = way.iter().map(|step| range(step.node.place.span).start);
        page.syntax != "yaml" || !starts.into_iter().any(|start| is_anchored(page.text, start))
    }

    /// Where the value of a fact is written as a literal.
    pub(super) fn source(&self, fact: &Fact) -> Option<Place> {
        match fact.basis {
            Basis::Written(place) => Some(place),
            Basis::Resolved { from, .. } => self.mender.is_terraform(from.file).then_some(from),
            Basis::Default(_) | Basis::Inferred(_) => None,
        }
    }

    /// A value in the words of the form in which the definition is written.
    pub(super) fn own_word(&self, attribute: Attribute, value: &Json) -> Option<Json> {
        let owner = self.owner?;
        Some(owner.provider.own_word(self.definition.kind, owner.shape, attribute, value))
    }

    fn set(&mut self, attribute: Attribute, value: &Json) -> Done {
        let value = self.own_word(attribute, value)?;
        match self.definition.facts.get(&attribute) {
            None => self.add(attribute, value),
            Some(Fact { basis: Basis::Inferred(_) | Basis::Default(_), .. }) => self.add(attribute, value),
            Some(fact) => self.replace(fact, &value),
        }
    }

    /// Writes an attribute of which nothing is written.
    fn add(&mut self, attribute: Attribute, value: Json) -> Done {
        let (definition, owner) = (self.definition, self.owner?);
        if definition.partial {
            return None;
        }
        let path = owner.provider.places_of(definition.kind, owner.shape, attribute).first()?;
        if owner.shape.keeps_beside(path) {
            return None;
        }
        let way = self.mender.object(definition, owner)?;
        let page = self.mender.page(definition.place.file)?;
        if !self.is_own(page, &way) {
            return None;
        }
        self.touched.push(definition.place);
        match gap(way.last()?.node, path)? {
            Gap::Below(map, path) => put_at(self.put_into(map)?, &path, value),
            Gap::Null(node, below) => {
                let value = match below {
                    None => value,
                    Some(path) => {
                        let mut inner = Map::new();
                        put_at(&mut inner, &path, value)?;
                        Json::Object(inner)
                    }
                };
                // A block of HCL cannot be an argument.
                if page.syntax == "hcl" && value.is_object() {
                    return None;
                }
                let at = range(node.place.span);
                let gap =
                    if at.is_empty() && !page.text[..at.start].ends_with([' ', '\t']) { " " } else { "" };
                let text = format!("{gap}{}", literal(page.syntax, &value, Style::default()));
                self.changes.push((node.place.file, Change { range: at, text }));
                Some(())
            }
        }
    }

    /// What is put into a map.
    pub(super) fn put_into(&mut self, map: &'a Node) -> Option<&mut Map<String, Json>> {
        let at = match self.put.iter().position(|(known, _)| std::ptr::eq(*known, map)) {
            Some(at) => at,
            None => {
                self.put.push((map, Map::new()));
                self.put.len() - 1
            }
        };
        self.put.get_mut(at).map(|(_, put)| put)
    }

    /// Writes another value where one is written.
    pub(super) fn replace(&mut self, fact: &Fact, value: &Json) -> Done {
        let place = self.source(fact)?;
        let (page, way) = self.way(place, false)?;
        let mut node = way.last()?.node;
        if !is_literal(node) || !fact.datum.is_complete() {
            return None;
        }
        let mut value = value;
        if let (Json::Array(items), Value::List(old)) = (value, &node.value) {
            match (items.as_slice(), old.as_slice()) {
                ([new], [old]) => (value, node) = (new, old),
                // What is to go stands beside what is to stay.
                (new, old) => {
                    let stays = |item: &&Node| new.iter().any(|new| says(item, new));
                    let others: Vec<usize> = (0..old.len()).filter(|number| !stays(&&old[*number])).collect();
                    if old.len() - others.len() != new.len() {
                        return None;
                    }
                    self.touched.push(place);
                    self.dropped.push((node, others));
                    return Some(());
                }
            }
        } else if let Json::Array(items) = value {
            let [only] = items.as_slice() else { return None };
            value = only;
        }
        if says(node, value) {
            return Some(());
        }
        self.touched.push(place);
        let at = range(node.place.span);
        let text = literal(page.syntax, value, scalar_style(page, node)?);
        self.changes.push((place.file, Change { range: at, text }));
        Some(())
    }

    /// Takes an attribute away, with its key.
    fn remove(&mut self, attribute: Attribute) -> Done {
        let Some(fact) = self.definition.facts.get(&attribute) else {
            // What is not written need not go; of what is not asked nobody knows.
            return (!self.definition.partial).then_some(());
        };
        if matches!(fact.basis, Basis::Resolved { used, .. } if !self.mender.is_terraform(used.file)) {
            return None;
        }
        let by_key = matches!(fact.datum, Datum::Secret(_));
        let place = fact.place()?;
        self.take(place, by_key)
    }

    /// Takes the entry away whose value, or key, stands at a place.
    pub(super) fn take(&mut self, place: Place, by_key: bool) -> Done {
        let (_, way) = self.way(place, by_key)?;
        let at = way.iter().rposition(|step| matches!(step.held, Held::Entry(_)))?;
        let Held::Entry(entry) = way[at].held else { return None };
        let map = way[at.checked_sub(1)?].node;
        let twice = map.entries().iter().filter(|other| other.key == entry.key).count() > 1;
        if twice || self.owner.is_some_and(|owner| owner.shape.needs(&entry.key)) || !map.is_map() {
            return None;
        }
        self.touched.push(place);
        self.taken.push((map, entry));
        Some(())
    }

    /// Takes away what decided: items of a list, or else the attribute.
    fn remove_decided(&mut self, attribute: Attribute) -> Done {
        let Some(fact) = self.definition.facts.get(&attribute) else { return Some(()) };
        if matches!(fact.datum, Datum::List(_)) {
            // Names with settings under them are entries, not items.
            for item in self.items(attribute, None) {
                match item.basis {
                    Basis::Written(place) if self.way(place, true).is_some() => self.take(place, true)?,
                    _ => self.drop_item(item)?,
                }
            }
            return Some(());
        }
        if self.has_decided(attribute) { self.remove(attribute) } else { Some(()) }
    }

    /// Whether an attribute as a whole made the rule's conditions hold.
    fn has_decided(&self, attribute: Attribute) -> bool {
        let Some(fact) = self.definition.facts.get(&attribute) else { return false };
        self.decided().iter().any(|found| std::ptr::eq(*found, fact))
    }

    /// Puts other words for items of a list; where the list has these already, the items go.
    fn replace_items(&mut self, attribute: Attribute, words: &Map<String, Json>) -> Done {
        for (old, new) in words {
            let old = [Json::from(old.as_str())];
            match self.items(attribute, Some(&old)).as_slice() {
                _ if !self.items(attribute, Some(std::slice::from_ref(new))).is_empty() => {
                    self.remove_items(attribute, Some(&old))?;
                }
                [] => {}
                [fact] => {
                    let new = self.own_word(attribute, new)?;
                    self.replace(fact, &new)?;
                }
                _ => return None,
            }
        }
        Some(())
    }

    /// Takes items out of lists: those with a name, or those that decided.
    fn remove_items(&mut self, attribute: Attribute, named: Option<&[Json]>) -> Done {
        for fact in self.items(attribute, named) {
            self.drop_item(fact)?;
        }
        Some(())
    }

    /// Takes an item out of its list.
    pub(super) fn drop_item(&mut self, fact: &Fact) -> Done {
        let place = self.source(fact)?;
        let (_, way) = self.way(place, false)?;
        let [.., above, step] = way.as_slice() else { return None };
        if !matches!(step.held, Held::Item) || !is_literal(above.node) {
            return None;
        }
        let number = above.node.items().iter().position(|item| std::ptr::eq(item, step.node))?;
        self.touched.push(place);
        self.drop_number(above.node, number);
        Some(())
    }

    /// Takes the item with a number out of a list.
    pub(super) fn drop_number(&mut self, list: &'a Node, number: usize) {
        match self.dropped.iter_mut().find(|(known, _)| std::ptr::eq(*known, list)) {
            Some((_, numbers)) => numbers.push(number),
            None => self.dropped.push((list, vec![number])),
        }
    }

    /// The facts that made the rule's conditions hold.
    fn decided(&self) -> Vec<&'w Fact> {
        let definition: &'w Definition = self.definition;
        let mut matches = Matches { found: Vec::new(), without: Without::of(&self.violation.without) };
        self.violation.rule.when.holds(definition, &mut matches);
        self.violation.case.when.holds(definition, &mut matches);
        matches.found.into_iter().filter_map(|found| found.fact).collect()
    }

    /// The items of an attribute that have a name, or that decided.
    pub(super) fn items(&self, attribute: Attribute, named: Option<&[Json]>) -> Vec<&'a Fact> {
        let all = self.definition.items(attribute).iter();
        match named {
            Some(named) => all
                .filter(|item| {
                    named.iter().any(|name| name.as_str().is_some_and(|name| item.datum.text() == Some(name)))
                })
                .collect(),
            None => {
                let decided = self.decided();
                all.filter(|item| decided.iter().any(|fact| std::ptr::eq(*fact, *item))).collect()
            }
        }
    }
}
