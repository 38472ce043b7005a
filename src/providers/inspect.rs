//! What is to be said of an object's own text: weak secrets, private keys, values and types that the platform
//! refuses, fields with another name today.

use std::collections::HashSet;

use super::join::RIVALS;
use super::normalise::{Found, Statement, basis, basis_of_secret, fact};
use super::paths::{Keys, at_path, entry_at};
use super::placeholders;
use super::recognise::entries_like;
use super::spelling::Spelling;
use super::table::Delivery;
use crate::client::{Basis, Datum, Definition, Fact};
use crate::secret::{self, Class};
use crate::source::Place;
use crate::suggest::nearest;
use crate::tree::{Entry, Node, Value};
use crate::vocabulary::{Attribute, By, Holds, Kind};

/// Adds to a definition what its own text shows.
pub(super) fn inspect(found: &Found<'_>, statements: &[Statement<'_>], definition: &mut Definition) {
    secrets(found, statements, definition);
    private_keys(found, definition);
    unknown_values(found, definition);
    wrong_types(found, statements, definition);
    deprecated_fields(found, definition);
    if let Some(fact) = found.node.entry(RIVALS).and_then(|entry| fact(Holds::Texts, entry, false)) {
        definition.facts.insert(Attribute::RIVAL_CREDENTIALS, fact);
    }
}

/// An item of a list of remarks: names with texts, all at one place.
pub(super) fn item(basis: &Basis, parts: &[(&str, &str)]) -> Fact {
    let part = |(name, text): &(&str, &str)| {
        ((*name).to_owned(), Fact { datum: Datum::from_text(*text), basis: basis.clone() })
    };
    Fact { datum: Datum::Map(parts.iter().map(part).collect()), basis: basis.clone() }
}

fn add(definition: &mut Definition, attribute: Attribute, items: Vec<Fact>) {
    if !items.is_empty() {
        definition
            .facts
            .insert(attribute, Fact { datum: Datum::List(items), basis: Basis::Inferred(Vec::new()) });
    }
}

/// Every secret that the object holds: the client secret, and what the provider's table names.
fn secrets(found: &Found<'_>, statements: &[Statement<'_>], definition: &mut Definition) {
    let mut items = Vec::new();
    let mut weak = Vec::new();
    let mut algorithm = [Attribute::ID_TOKEN_ALG, Attribute::SIGNING_ALG].into_iter();
    let shortest_key = secret::shortest_key(algorithm.find_map(|name| definition.text(name)));
    let encoded = definition.flag(Attribute::SECRET_ENCODED) == Some(true);
    let own = statements.iter().find(|statement| statement.attribute == Attribute::CLIENT_SECRET);
    let own = own.map(|statement| ("client_secret", statement.entry));
    let exposed = exposed(found);
    if let Some(entry) = exposed {
        let fact = Fact { datum: Datum::from_text(&entry.key), basis: Basis::Written(entry.key_place) };
        definition.facts.insert(Attribute::EXPOSED_SECRET, fact);
    }
    let mut all: Vec<(&str, &Entry)> = own.into_iter().chain(listed_secrets(found)).collect();
    // A key may fit several patterns. Findings stand where the first is.
    let mut seen = HashSet::new();
    all.retain(|(_, entry)| seen.insert(std::ptr::from_ref(*entry)));
    all[usize::from(own.is_some())..].sort_by_key(|(_, entry)| entry.key_place);
    for (field, entry) in all {
        let Some(class) = secret::classify(&entry.value) else { continue };
        let basis = basis_of_secret(entry);
        let mut fact = item(&basis, &[("field", field), ("class", class.name())]);
        if let Datum::Map(parts) = &mut fact.datum {
            let resolved = Datum::Flag(matches!(basis, Basis::Resolved { .. }));
            parts.push(("resolved".to_owned(), Fact { datum: resolved, basis: basis.clone() }));
            let exposed = Datum::Flag(exposed.is_some_and(|exposed| std::ptr::eq(exposed, entry)));
            parts.push(("exposed".to_owned(), Fact { datum: exposed, basis: basis.clone() }));
        }
        items.push(fact);
        let Some(text) = secret::text(&entry.value) else { continue };
        if class == Class::Sample && secret::is_tried_first(text) && entry.value.supplied.is_none() {
            weak.push(item(&basis, &[("field", field), ("reason", "word")]));
        }
        if class == Class::Literal {
            if field == "client_secret" {
                definition.secret = Some(secret::Fingerprint::of(text));
            }
            let same = [Attribute::CLIENT_ID, Attribute::CLIENT_NAME].into_iter().any(|attribute| {
                definition.text(attribute).is_some_and(|known| known.eq_ignore_ascii_case(text))
            });
            for reason in secret::weaknesses(text, same, encoded, shortest_key) {
                weak.push(item(&basis, &[("field", field), ("reason", reason)]));
            }
        }
    }
    add(definition, Attribute::SECRETS, items);
    add(definition, Attribute::WEAK_SECRETS, weak);
}

/// The secrets that the provider's table names: by their paths in it, or by their keys where it has patterns.
fn listed_secrets<'a>(found: &Found<'a>) -> impl Iterator<Item = (&'a str, &'a Entry)> {
    let (provider, kind, shape, node) = (found.provider, found.kind, found.shape, found.node);
    let keys = Keys::of(node);
    let listed = provider.table.secrets.get(kind.name()).into_iter().flatten();
    listed.flat_map(move |path| {
        let mut spelt = provider.spelt(kind, shape, path).filter(|path| keys.may_lead(path));
        let at_path = spelt.find_map(|path| entry_at(node, &path)).map(|entry| (path.as_str(), entry));
        let like = path.contains('*').then(|| entries_like(node, path)).into_iter().flatten();
        at_path.into_iter().chain(like.map(|entry| (entry.key.as_str(), entry)))
    })
}

/// A secret in a variable that a bundler copies into the code of the page.
fn exposed<'a>(found: &Found<'a>) -> Option<&'a Entry> {
    const PREFIXES: &[&str] = &[
        "VITE_",
        "REACT_APP_",
        "NEXT_PUBLIC_",
        "NUXT_PUBLIC_",
        "VUE_APP_",
        "GATSBY_",
        "EXPO_PUBLIC_",
        "PUBLIC_",
        "NG_APP_",
    ];
    // Variables name the provider: `VITE_AUTH0_CLIENT_SECRET`.
    let name = found.provider.id.to_ascii_uppercase();
    let is_exposed = |entry: &&Entry| {
        entry.key.ends_with("SECRET")
            && entry.key.contains(&name)
            && PREFIXES.iter().any(|prefix| entry.key.starts_with(prefix))
            && secret::classify(&entry.value).is_some_and(|class| class != Class::Sample)
    };
    found.node.entries().iter().find(is_exposed).filter(|_| found.kind == Kind::AppConfig)
}

/// Private keys among what is registered, in PEM or as JSON Web Keys. Where the platform is to have one, it is a secret
/// like others.
fn private_keys(found: &Found<'_>, definition: &mut Definition) {
    fn collect(entry_name: &str, key_place: Place, node: &Node, keys: &mut Vec<Fact>) {
        let mut add = |at: Place| {
            keys.push(Fact { datum: Datum::from_text(entry_name), basis: Basis::Written(at) });
        };
        match &node.value {
            Value::Text(text) if text.contains("PRIVATE KEY-----") => add(key_place),
            Value::Map(entries) => {
                let has =
                    |key: &str| entries.iter().any(|entry| entry.key == key && entry.value.text().is_some());
                if has("kty")
                    && (has("d") || (has("k") && node.get("kty").and_then(Node::text) == Some("oct")))
                {
                    add(key_place);
                }
                for entry in entries {
                    collect(&entry.key, entry.key_place, &entry.value, keys);
                }
            }
            Value::List(items) => items.iter().for_each(|node| collect(entry_name, key_place, node, keys)),
            _ => {}
        }
    }
    let mut keys = Vec::new();
    for entry in found.node.entries() {
        collect(&entry.key, entry.key_place, &entry.value, &mut keys);
    }
    let secrets: Vec<Place> = listed_secrets(found).map(|(_, entry)| entry.key_place).collect();
    keys.retain(|key| key.place().is_none_or(|place| !secrets.contains(&place)));
    add(definition, Attribute::PRIVATE_KEYS, keys);
}

/// Values outside of the platform's own lists.
fn unknown_values(found: &Found<'_>, definition: &mut Definition) {
    let mut items = Vec::new();
    for (path, allowed) in found.provider.table.enums.get(found.kind.name()).into_iter().flatten() {
        let spelt = found.provider.spelt(found.kind, found.shape, path);
        let mut here = spelt.filter_map(|field| at_path(found.node, &field).map(|node| (field, node)));
        let Some((field, node)) = here.next() else { continue };
        let values = if node.items().is_empty() { std::slice::from_ref(node) } else { node.items() };
        for value in values {
            let Some(text) = value.text().filter(|text| !text.is_empty()) else { continue };
            let word = found.provider.word(found.shape, path, text);
            if allowed.values.iter().any(|known| known == word) {
                continue;
            }
            let meant = allowed.meant.get(text).map(String::as_str);
            let meant = meant.or_else(|| nearest(text, allowed.values.iter().map(String::as_str)));
            let camel = found.shape.camel_values.contains(path);
            let spelling = if camel { Spelling::Camel } else { Spelling::AsWritten };
            let meant = meant.map(|meant| spelling.spell(meant));
            let hint = meant.as_ref().map(|meant| format!(" (did you mean {meant}?)")).unwrap_or_default();
            let says = format!("{field} {text}{hint}");
            let mut parts = vec![("field", &*field), ("value", text), ("says", &says)];
            parts.extend(meant.as_deref().map(|meant| ("meant", meant)));
            items.push(item(&basis(value.place, value), &parts));
        }
    }
    add(definition, Attribute::UNKNOWN_VALUES, items);
}

/// Values of another type than the platform takes. Only where the file is what the platform gets.
fn wrong_types(found: &Found<'_>, statements: &[Statement<'_>], definition: &mut Definition) {
    const AS_SENT: &[&str] = &["deploy-yaml", "deploy-json", "management-api"];
    if !AS_SENT.contains(&found.shape.id.as_str()) || found.shape.delivery != Delivery::DesiredState {
        return;
    }
    let mut items = Vec::new();
    let single = |attribute: Attribute| found.provider.table.is_single(attribute);
    let by_document = statements.iter().filter(|statement| statement.attribute.meaning().by == By::Document);
    for Statement { attribute, path: field, entry } in by_document {
        // What a placeholder stands for may have any type.
        let open = definition.facts.get(attribute).is_none_or(|fact| !fact.datum.is_complete());
        let text = matches!(&entry.value.value, Value::Text(text) if !text.trim().is_empty());
        let (expected, found) = match (attribute.meaning().holds, &entry.value.value) {
            (Holds::Number, Value::Text(written)) if text && placeholders::pieces(written).is_none() => {
                ("a number", "text")
            }
            (Holds::Flag, Value::Text(_)) if text && !open => ("true or false", "text"),
            (Holds::Flag, Value::Number(_)) => ("true or false", "a number"),
            (Holds::Texts | Holds::Uris, Value::Text(_)) if !open && !single(*attribute) => {
                ("a list", "text")
            }
            (Holds::Text | Holds::Secret, Value::Bool(_)) => ("text", "true or false"),
            (Holds::Text | Holds::Secret, Value::Number(_)) => ("text", "a number"),
            _ => continue,
        };
        let at = if attribute.meaning().holds == Holds::Secret { entry.key_place } else { entry.value.place };
        let says = format!("{field} is {found} and should be {expected}");
        let parts = [("field", *field), ("expected", expected), ("found", found), ("says", &says)];
        items.push(item(&basis(at, &entry.value), &parts));
    }
    add(definition, Attribute::WRONG_TYPES, items);
}

/// Fields that have another name today.
fn deprecated_fields(found: &Found<'_>, definition: &mut Definition) {
    // An export carries whatever the server returns. People do not write these two beside each other.
    if ["sso_disabled", "custom_login_page_on"].iter().all(|key| found.node.get(key).is_some()) {
        return;
    }
    let mut items = Vec::new();
    for row in &found.provider.table.deprecated {
        if Kind::named(&row.kind) != Some(found.kind) || !row.shapes.contains(&found.shape.id) {
            continue;
        }
        let field = found.shape.spelling.spell(&row.field);
        let entry = found.node.entry(&field);
        // What stands elsewhere was read into it from there.
        let here = |entry: &&Entry| row.since.is_none() || found.place.covers(entry.key_place);
        let entry = entry.filter(|entry| !matches!(entry.value.value, Value::Null)).filter(here);
        let Some(entry) = entry else { continue };
        let replacement = found.shape.spelling.spell(&row.replacement);
        let replaced = replacement.split('.').next().is_some_and(|new| found.node.entry(new).is_some());
        if !replaced {
            let since = row.since.map(|[major, minor]| format!("{major}.{minor}"));
            let mut parts = vec![("field", &*field), ("replacement", &*replacement)];
            parts.extend(since.as_deref().map(|since| ("since", since)));
            items.push(item(&Basis::Written(entry.key_place), &parts));
        }
    }
    add(definition, Attribute::DEPRECATED_FIELDS, items);
}
