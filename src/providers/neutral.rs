//! Documents in the vocabulary itself: keys are attributes. Rule fixtures and the examples of rules are written so.

use super::inspect::item;
use super::normalise;
use crate::client::{Datum, Definition, Fact};
use crate::secret::{Class, Fingerprint, classify_text};
use crate::tree::{Node, Value};
use crate::vocabulary::{Attribute, Kind};

/// The definitions of a document: those listed under `definitions`, else the document itself. What stands beside the
/// list is said of each of them.
///
/// Beside attributes a definition may have `kind` (else it is a client) and `case`, which names it.
///
/// # Errors
///
/// Names the key that is no attribute.
pub fn definitions(document: &Node) -> Result<Vec<Definition>, String> {
    match document.get("definitions") {
        Some(list) => {
            let common = definition(document)?;
            let mut all = list.items().iter().map(definition).collect::<Result<Vec<_>, _>>()?;
            for (attribute, fact) in common.facts.iter() {
                for definition in &mut all {
                    definition.facts.insert_new(attribute, fact.clone());
                }
            }
            Ok(all)
        }
        None => Ok(vec![definition(document)?]),
    }
}

/// The document as it was before, if it says so: with what stands under `before` in place of what stands beside it.
/// `null` is for what was not there.
pub fn former(document: &Node) -> Option<Node> {
    let has_before = |node: &Node| node.get("before").is_some();
    let listed = document.get("definitions").map_or(&[][..], Node::items);
    if !has_before(document) && !listed.iter().any(has_before) {
        return None;
    }
    let mut document = before(document);
    if let Value::Map(entries) = &mut document.value {
        for entry in entries.iter_mut().filter(|entry| entry.key == "definitions") {
            if let Value::List(items) = &mut entry.value.value {
                items.iter_mut().for_each(|item| *item = before(item));
            }
        }
    }
    Some(document)
}

fn before(node: &Node) -> Node {
    let mut node = node.clone();
    let was = node.get("before").map_or(Vec::new(), |before| before.entries().to_vec());
    if let Value::Map(entries) = &mut node.value {
        entries.retain(|entry| entry.key != "before" && !was.iter().any(|other| other.key == entry.key));
        entries.extend(was);
    }
    node
}

fn definition(node: &Node) -> Result<Definition, String> {
    let kind = node.get("kind").and_then(Node::text).map_or(Some(Kind::Client), Kind::named);
    let mut definition = Definition::new(kind.ok_or("no such kind")?, node.place);
    for entry in node
        .entries()
        .iter()
        .filter(|entry| !matches!(entry.key.as_str(), "kind" | "case" | "definitions" | "before"))
    {
        let attribute =
            Attribute::named(&entry.key).ok_or_else(|| format!("`{}` is no attribute", entry.key))?;
        if attribute == Attribute::CLIENT_SECRET
            && let Some(text) = entry.value.text()
        {
            definition.secret = Some(Fingerprint::of(text)).filter(|_| classify_text(text) == Class::Literal);
        }
        if let Some(fact) = normalise::fact(attribute.meaning().holds, entry, false) {
            definition.facts.insert(attribute, fact);
        }
    }
    if let Some(fact) = definition.facts.get(&Attribute::CLIENT_SECRET).cloned()
        && !definition.facts.contains_key(&Attribute::SECRETS)
        && let Datum::Secret(class) = fact.datum
    {
        let items = vec![item(&fact.basis, &[("field", "client_secret"), ("class", class.name())])];
        definition
            .facts
            .insert(Attribute::SECRETS, Fact { datum: Datum::List(items), basis: fact.basis.clone() });
    }
    definition.name_place = definition.facts.get(&Attribute::CLIENT_NAME).and_then(Fact::place);
    definition.key = definition.text(Attribute::CLIENT_NAME).unwrap_or_default().to_owned();
    definition.partial = definition.text(Attribute::DELIVERY) == Some("partial");
    Ok(definition)
}
