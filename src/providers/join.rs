//! What a table cannot say: objects whose attributes are spread over several resources.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::recognise::{Object, Recognised};
use crate::tree::{Entry, Node, Unknown, Value};
use crate::vocabulary::Kind;

/// A resource with the map of its attributes.
#[derive(Debug)]
pub struct Resource {
    /// Its type: `auth0_client`.
    pub kind: String,
    /// What other resources call it.
    pub address: String,
    /// Its attributes.
    pub body: Node,
}

/// Joins resources as a shape asks for by name. What nobody asks for stays as it is.
pub fn join_resources(join: &str, resources: &mut [Resource]) {
    if join == "auth0-credentials" || join == COMPOSED {
        auth0_credentials(resources);
    }
}

/// Joins the objects of a project's documents with their parts, as their shapes ask for by name.
pub fn join_documents(documents: &mut [&mut Recognised<'_>]) {
    let joins: BTreeSet<&str> = documents.iter().filter_map(|found| found.shape.join.as_deref()).collect();
    for join in joins {
        let mut resources = Vec::new();
        let mut places = Vec::new();
        for (at, found) in
            documents.iter().enumerate().filter(|(_, found)| found.shape.join.as_deref() == Some(join))
        {
            let is_client = |object: &&Object<'_>| object.kind == Kind::Client;
            let clients = found.objects.iter().enumerate().filter(|(_, object)| is_client(object));
            for (number, object) in clients {
                places.push((at, number));
                resources.push(resource(CLIENT, object));
            }
            let parts = found.parts.iter().map(|part| resource(CREDENTIALS, part));
            match resources.split_last_mut() {
                // One client in a composition: credentials that say no more than "of the same composition" are its.
                Some((client, _))
                    if join == COMPOSED && found.objects.iter().filter(is_client).count() == 1 =>
                {
                    let (beside, named): (Vec<_>, Vec<_>) = parts.partition(|part| stands_beside(&part.body));
                    beside.iter().for_each(|part| give(&part.body, &mut client.body));
                    resources.extend(named);
                }
                _ => resources.extend(parts),
            }
        }
        join_resources(join, &mut resources);
        let clients = resources.into_iter().filter(|resource| resource.kind == CLIENT);
        for ((at, number), resource) in places.into_iter().zip(clients) {
            documents[at].objects[number].node = Cow::Owned(resource.body);
        }
    }
}

fn resource(kind: &str, object: &Object<'_>) -> Resource {
    let address = object.key.unwrap_or_default().to_owned();
    Resource { kind: kind.to_owned(), address, body: object.node.clone().into_owned() }
}

const COMPOSED: &str = "auth0-composed-credentials";
const CLIENT: &str = "auth0_client";
const CREDENTIALS: &str = "auth0_client_credentials";

/// Gives every client the authentication method, the secret and the keys that its credentials set (Terraform provider
/// auth0/auth0, since 0.48; those of Pulumi and of Crossplane are made from it).
fn auth0_credentials(resources: &mut [Resource]) {
    let (credentials, mut clients): (Vec<_>, Vec<_>) =
        resources.iter_mut().partition(|resource| resource.kind == CREDENTIALS);
    clients.retain(|client| client.kind == CLIENT);
    let mut unplaced = false;
    for credential in credentials {
        let target = target(&credential.body);
        let mut found = false;
        for client in &mut clients {
            if target.as_deref().is_some_and(|target| {
                same(target, &client.address) || as_manifest(target).as_deref() == Some(&client.address)
            }) {
                found = true;
                give(&credential.body, &mut client.body);
            }
        }
        unplaced |= !found && target.is_none();
    }
    if unplaced {
        // Some credentials belong to a client that cannot be told: each client without its own may be the one.
        for client in clients {
            let place = client.body.place.start();
            if let Value::Map(entries) = &mut client.body.value
                && !entries.iter().any(|entry| entry.key == METHOD || entry.key == METHOD_CAMEL)
            {
                entries.extend([METHOD, METHOD_CAMEL].map(|key| Entry {
                    key: key.to_owned(),
                    key_place: place,
                    value: Node::new(place, Value::Unknown(Unknown::new(""))),
                }));
            }
        }
    }
}

const METHOD: &str = "token_endpoint_auth_method";
const METHOD_CAMEL: &str = "tokenEndpointAuthMethod";

/// The attributes of credentials, and where they go in the client.
const GIVEN: &[(&str, &str)] = &[
    ("authentication_method", METHOD),
    ("client_secret", "client_secret"),
    ("client_secret_wo", "client_secret"),
    ("private_key_jwt", "client_authentication_methods.private_key_jwt"),
    ("tls_client_auth", "client_authentication_methods.tls_client_auth"),
    ("self_signed_tls_client_auth", "client_authentication_methods.self_signed_tls_client_auth"),
    ("signed_request_object", "signed_request_object"),
    ("authenticationMethod", METHOD_CAMEL),
    ("clientSecret", "clientSecret"),
    ("clientSecretWo", "clientSecret"),
    ("clientSecretSecretRef", "clientSecret"),
    ("privateKeyJwt", "clientAuthenticationMethods.private_key_jwt"),
    ("tlsClientAuth", "clientAuthenticationMethods.tls_client_auth"),
    ("selfSignedTlsClientAuth", "clientAuthenticationMethods.self_signed_tls_client_auth"),
    ("signedRequestObject", "signedRequestObject"),
];

/// The type of the resources that a join reads into others, and the attributes that these get: where an attribute
/// stands in the one and in the other.
pub fn joined(join: &str) -> Option<(&'static str, &'static [(&'static str, &'static str)])> {
    (join == "auth0-credentials").then_some((CREDENTIALS, GIVEN))
}

fn give(credential: &Node, client: &mut Node) {
    for (from, to) in GIVEN {
        let Some(entry) = credential.entry(from) else { continue };
        if matches!(&entry.value.value, Value::Null)
            || matches!(&entry.value.value, Value::List(list) if list.is_empty())
        {
            continue;
        }
        let Value::Map(entries) = &mut client.value else { return };
        let (above, key) = to.split_once('.').unwrap_or(("", to));
        let given = Entry { key: key.to_owned(), ..entry.clone() };
        if above.is_empty() {
            entries.push(given);
        } else if let Some(Value::Map(inner)) =
            entries.iter_mut().find(|entry| entry.key == above).map(|entry| &mut entry.value.value)
        {
            inner.push(given);
        } else {
            let value = Node::new(entry.value.place, Value::Map(vec![given]));
            entries.push(Entry { key: above.to_owned(), key_place: entry.key_place, value });
        }
    }
}

/// The address of the client that credentials are for.
fn target(credentials: &Node) -> Option<String> {
    if let Some(name) = credentials.get("clientIdRef").and_then(|reference| reference.get("name")) {
        return name.text().map(str::to_owned);
    }
    ["client_id", "clientId"].iter().find_map(|key| credentials.get(key)).and_then(referred)
}

/// Whether credentials name no client: the one beside them is meant.
fn stands_beside(credentials: &Node) -> bool {
    match credentials.get("clientId") {
        Some(id) => matches!(id.value, Value::Unknown(_)),
        None => credentials.get("clientIdRef").is_none(),
    }
}

/// The address that a reference to a client's identifier names.
fn referred(node: &Node) -> Option<String> {
    match &node.value {
        Value::Unknown(unknown) => unknown.reference.as_ref().map(|reference| reference.address.clone()),
        // A template of nothing but a reference: `"${auth0_client.spa.id}"`.
        Value::Text(text) => {
            let inner = text.strip_prefix("${")?.strip_suffix('}')?;
            Some(inner.rsplit_once('.').map_or(inner, |(address, _)| address).to_owned())
        }
        _ => None,
    }
}

/// The name of the manifest that is made from a resource of Terraform, as generated examples refer to it.
fn as_manifest(address: &str) -> Option<String> {
    address.strip_prefix("auth0_client.").map(|name| name.replace('_', "-"))
}

/// Whether two addresses mean the same resource. An address without instance key means all instances.
fn same(a: &str, b: &str) -> bool {
    a == b
        || (!a.ends_with(']') && b.strip_prefix(a).is_some_and(|rest| rest.starts_with('[')))
        || (!b.ends_with(']') && a.strip_prefix(b).is_some_and(|rest| rest.starts_with('[')))
}
