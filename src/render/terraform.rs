//! Definitions as Terraform resources, with what the provider keeps in resources of their own beside them.

use std::fmt::Write as _;

use serde_json::{Map, Value as Json};

use super::{Rendered, kind, native, slug, text};
use crate::formats::literal::hcl_text;
use crate::providers::{Provider, Shape, joined};

/// What the Terraform provider computes.
const COMPUTED: &[&str] =
    &["client_id", "global", "external_client_id", "external_metadata_type", "is_system"];

/// What stands for another object: a reference, written as it is.
const REFERENCE: &str = "\0";

/// Definitions as the resources of a file.
pub(super) fn render(
    provider: &Provider,
    shape: &Shape,
    definitions: &[Map<String, Json>],
) -> Option<Rendered> {
    let mut blocks = Vec::new();
    let mut names: Vec<String> = Vec::new();
    for definition in definitions {
        if COMPUTED.iter().any(|key| definition.contains_key(*key)) {
            return None;
        }
        let mut name = name(definition);
        while names.contains(&name) {
            name.push_str("_too");
        }
        let (resource, _) = shape.resources.iter().find(|(_, known)| *known == kind(definition))?;
        let mut object = native(provider, definition)?;
        match kind(definition) {
            "client" => client(shape, resource, &name, object, &mut blocks)?,
            "client-grant" => {
                grant(&mut object, definitions, &mut blocks);
                blocks.push(block("resource", resource, &name, &object));
            }
            "resource-server" => {
                let scopes = object.shift_remove("scopes");
                blocks.push(block("resource", resource, &name, &object));
                if let Some(scopes) = scopes {
                    let identifier = reference(&format!("{resource}.{name}.identifier"));
                    let beside =
                        of_pairs([("resource_server_identifier", identifier), ("scopes", named(scopes)?)]);
                    blocks.push(block("resource", &format!("{resource}_scopes"), &name, &beside));
                }
            }
            "connection" => {
                let enabled = object.shift_remove("enabled_clients");
                blocks.push(block("resource", resource, &name, &object));
                if let Some(enabled) = enabled {
                    let of = reference(&format!("{resource}.{name}.id"));
                    let clients = enabled.as_array()?.iter().filter_map(Json::as_str);
                    let clients = clients.map(|client| known(client, definitions, &mut blocks)).collect();
                    let beside = of_pairs([("connection_id", of), ("enabled_clients", Json::Array(clients))]);
                    blocks.push(block("resource", &format!("{resource}_clients"), &name, &beside));
                }
            }
            "tenant" => blocks.push(block("resource", resource, &name, &object)),
            _ => return None,
        }
        names.push(name);
    }
    Some(Rendered { path: "main.tf".to_owned(), text: blocks.join("\n") })
}

/// What a resource is called.
fn name(definition: &Map<String, Json>) -> String {
    match (kind(definition), text(definition, "grant_client"), text(definition, "default_for")) {
        ("tenant", ..) => "tenant".to_owned(),
        ("client-grant", Some(client), _) => of_client(client),
        ("client-grant", None, Some(all)) => all.to_owned(),
        _ => slug(definition, '_'),
    }
}

/// What the resource of a client is called.
fn of_client(name: &str) -> String {
    slug(&of_pairs([("client_name", Json::from(name))]), '_')
}

fn of_pairs<const N: usize>(pairs: [(&str, Json); N]) -> Map<String, Json> {
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

fn reference(address: &str) -> Json {
    Json::from(format!("{REFERENCE}{address}"))
}

/// The identifier of a client: of a resource beside it, else of one that is looked up by its name.
fn known(client: &str, definitions: &[Map<String, Json>], blocks: &mut Vec<String>) -> Json {
    let name = of_client(client);
    let beside = |definition: &Map<String, Json>| {
        kind(definition) == "client" && text(definition, "client_name") == Some(client)
    };
    if definitions.iter().any(beside) {
        return reference(&format!("auth0_client.{name}.client_id"));
    }
    let data = block("data", "auth0_client", &name, &of_pairs([("name", Json::from(client))]));
    if !blocks.contains(&data) {
        blocks.push(data);
    }
    reference(&format!("data.auth0_client.{name}.client_id"))
}

/// A grant names its client by a reference, and has its scopes in the plural.
fn grant(object: &mut Map<String, Json>, definitions: &[Map<String, Json>], blocks: &mut Vec<String>) {
    if let Some(scope) = object.shift_remove("scope") {
        object.insert("scopes".to_owned(), scope);
    }
    if let Some(client) = object.get("client_id").and_then(Json::as_str).map(str::to_owned) {
        object.insert("client_id".to_owned(), known(&client, definitions, blocks));
    }
}

/// The scopes of an API as blocks, in which a scope has a name.
fn named(scopes: Json) -> Option<Json> {
    let scope = |scope: &Json| {
        let mut scope = match scope {
            Json::String(name) => of_pairs([("name", Json::from(name.as_str()))]),
            other => other.as_object()?.clone(),
        };
        if let Some(name) = scope.shift_remove("value") {
            scope.shift_insert(0, "name".to_owned(), name);
        }
        Some(Json::Object(scope))
    };
    scopes.as_array()?.iter().map(scope).collect()
}

/// A client, with what the provider keeps in a resource of its own beside it.
fn client(
    shape: &Shape,
    resource: &str,
    name: &str,
    mut object: Map<String, Json>,
    blocks: &mut Vec<String>,
) -> Option<()> {
    let (beside, given) = shape.join.as_deref().and_then(joined)?;
    let id = reference(&format!("{resource}.{name}.id"));
    let mut other = of_pairs([("client_id", id)]);
    for (from, to) in given {
        if let Some(value) = take(&mut object, to) {
            other.entry((*from).to_owned()).or_insert(value);
        }
    }
    blocks.push(block("resource", resource, name, &object));
    if other.len() > 1 {
        // The provider asks for the method, whatever else stands there.
        other.get("authentication_method")?;
        blocks.push(block("resource", beside, name, &other));
    }
    Some(())
}

fn block(word: &str, resource: &str, name: &str, object: &Map<String, Json>) -> String {
    format!("{word} \"{resource}\" \"{name}\" {{\n{}}}\n", body(object, 1))
}

/// Takes the value at a path out of an object.
fn take(object: &mut Map<String, Json>, path: &str) -> Option<Json> {
    match path.split_once('.') {
        Some((key, rest)) => {
            let inner = object.get_mut(key)?.as_object_mut()?;
            let value = take(inner, rest);
            if inner.is_empty() {
                object.shift_remove(key);
            }
            value
        }
        None => object.shift_remove(path),
    }
}

/// The arguments of a block, aligned as `terraform fmt` does, and below them its blocks.
fn body(object: &Map<String, Json>, depth: usize) -> String {
    let indent = "  ".repeat(depth);
    let is_block = |value: &Json| match value {
        Json::Object(_) => true,
        Json::Array(items) => items.first().is_some_and(Json::is_object),
        _ => false,
    };
    let (blocks, arguments): (Vec<_>, Vec<_>) = object.iter().partition(|(_, value)| is_block(value));
    let arguments: Vec<(&str, String)> =
        arguments.into_iter().map(|(key, value)| (key.as_str(), expression(value, &indent))).collect();
    let width = arguments.iter().map(|(key, _)| key.len()).max().unwrap_or_default();
    let mut text = String::new();
    // Writing to a string cannot fail.
    for (key, value) in arguments {
        let _ = writeln!(text, "{indent}{key:width$} = {value}");
    }
    for (key, value) in blocks {
        let items = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        for item in items.iter().filter_map(Json::as_object) {
            let gap = if text.is_empty() { "" } else { "\n" };
            let _ = writeln!(text, "{gap}{indent}{key} {{\n{}{indent}}}", body(item, depth + 1));
        }
    }
    text
}

/// A value as an expression.
fn expression(value: &Json, indent: &str) -> String {
    match value {
        Json::String(text) => match (text.strip_prefix(REFERENCE), variable(text)) {
            (Some(reference), _) => reference.to_owned(),
            (None, Some(variable)) => format!("var.{variable}"),
            (None, None) => hcl_text(text),
        },
        Json::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| expression(item, indent)).collect();
            let line = format!("[{}]", items.join(", "));
            if line.len() <= 80 {
                return line;
            }
            format!("[\n{indent}  {},\n{indent}]", items.join(&format!(",\n{indent}  ")))
        }
        other => other.to_string(),
    }
}

/// What a variable of the environment (`${PORTAL_SECRET}`) is called as a variable of Terraform.
fn variable(text: &str) -> Option<String> {
    let name = text.strip_prefix("${")?.strip_suffix('}')?;
    let plain = name.chars().all(|character| character.is_ascii_uppercase() || character == '_');
    plain.then(|| name.to_ascii_lowercase())
}
