//! What a table cannot say: objects whose attributes are spread over several resources.

use std::collections::HashSet;

use crate::tree::{Entry, Node, Unknown, Value};

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
    if join == "auth0-credentials" {
        auth0_credentials(resources);
        auth0_connection_clients(resources);
    }
}

/// Gives every `auth0_client` the authentication method, the secret and the keys that its
/// `auth0_client_credentials` set (Terraform provider auth0/auth0, since 0.48; the Pulumi provider is made from it).
fn auth0_credentials(resources: &mut [Resource]) {
    let is_credentials =
        |kind: &str| kind == "auth0_client_credentials" || kind.ends_with(":ClientCredentials");
    let is_client = |kind: &str| kind == "auth0_client" || kind.ends_with(":Client");
    let (credentials, mut clients): (Vec<_>, Vec<_>) =
        resources.iter_mut().partition(|resource| is_credentials(&resource.kind));
    let mut unplaced = false;
    let mut with: HashSet<String> = HashSet::new();
    for credential in credentials {
        let target =
            ["client_id", "clientId"].iter().find_map(|key| credential.body.get(key)).and_then(target);
        let id =
            ["client_id", "clientId"].iter().find_map(|key| credential.body.get(key)).and_then(identifier);
        let id = id.filter(|_| target.is_none()).map(str::to_owned);
        let mut found = false;
        for client in clients.iter_mut().filter(|client| is_client(&client.kind)) {
            let by_id = id.is_some() && own_identifier(client) == id.as_deref();
            if by_id || target.as_deref().is_some_and(|target| same(target, &client.address)) {
                found = true;
                let again = !with.insert(client.address.clone());
                give(&credential.body, &mut client.body, again);
            }
        }
        // An identifier is of none of the clients that have another one.
        let told = || {
            clients
                .iter()
                .filter(|client| is_client(&client.kind))
                .all(|client| own_identifier(client).is_some())
        };
        unplaced |= !found && target.is_none() && !(id.is_some() && told());
    }
    if unplaced {
        // Some credentials belong to a client that cannot be told: each client without its own may be the one.
        for client in clients.iter_mut().filter(|client| is_client(&client.kind)) {
            let place = client.body.place;
            if let Value::Map(entries) = &mut client.body.value
                && !entries.iter().any(|entry| entry.key == METHOD || entry.key == METHOD_CAMEL)
            {
                let value = Node::new(place.start(), Value::Unknown(Unknown::new("")));
                entries.push(Entry { key: METHOD.into(), key_place: place.start(), value });
            }
        }
    }
}

const METHOD: &str = "token_endpoint_auth_method";
const METHOD_CAMEL: &str = "tokenEndpointAuthMethod";
const METHODS: &[&str] = &[METHOD, METHOD_CAMEL];

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
    ("privateKeyJwt", "clientAuthenticationMethods.private_key_jwt"),
    ("tlsClientAuth", "clientAuthenticationMethods.tls_client_auth"),
    ("selfSignedTlsClientAuth", "clientAuthenticationMethods.self_signed_tls_client_auth"),
    ("signedRequestObject", "signedRequestObject"),
];

/// The type of the resources that a join reads into others, and the attributes that these get: where an attribute
/// stands in the one and in the other.
pub fn joined(join: &str) -> Option<(&'static str, &'static [(&'static str, &'static str)])> {
    (join == "auth0-credentials").then_some(("auth0_client_credentials", GIVEN))
}

/// Gives every `auth0_connection` the clients that `auth0_connection_clients` and `auth0_connection_client` enable for
/// it.
fn auth0_connection_clients(resources: &mut [Resource]) {
    let (parts, mut connections): (Vec<_>, Vec<_>) =
        resources.iter_mut().partition(|resource| resource.kind.starts_with("auth0_connection_client"));
    for part in parts {
        let Some(of) = part.body.get("connection_id") else { continue };
        let (target, id) = (target(of), identifier(of));
        let enabled = match (part.body.entry("enabled_clients"), part.body.entry("client_id")) {
            (Some(list), _) => list,
            (None, Some(one)) => one,
            (None, None) => continue,
        };
        for connection in connections.iter_mut().filter(|connection| connection.kind == "auth0_connection") {
            let own = connection.body.get("id").and_then(identifier);
            let by_id = target.is_none() && id.is_some() && own == id;
            if !by_id && !target.as_deref().is_some_and(|target| same(target, &connection.address)) {
                continue;
            }
            let Value::Map(entries) = &mut connection.body.value else { continue };
            let more = match &enabled.value.value {
                Value::List(items) => items.clone(),
                _ => vec![enabled.value.clone()],
            };
            match entries.iter_mut().find(|entry| entry.key == ENABLED) {
                Some(Entry { value: Node { value: Value::List(known), .. }, .. }) => known.extend(more),
                _ => entries.push(Entry {
                    key: ENABLED.to_owned(),
                    key_place: enabled.key_place,
                    value: Node::new(enabled.value.place, Value::List(more)),
                }),
            }
        }
    }
}

/// Under which key a connection keeps the clients that other resources enable for it.
const ENABLED: &str = "connection_clients";

fn own_identifier(client: &Resource) -> Option<&str> {
    ["client_id", "id"].iter().find_map(|key| client.body.get(key)).and_then(identifier)
}

/// The identifier of an object that is there already.
fn identifier(node: &Node) -> Option<&str> {
    node.text().filter(|text| !text.starts_with("${"))
}

/// Whether resources of a type are read into others by a join.
pub fn is_part(join: &str, kind: &str) -> bool {
    const PARTS: &[&str] =
        &["auth0_client_credentials", "auth0_connection_client", "auth0_connection_clients"];
    join == "auth0-credentials" && PARTS.contains(&kind)
}

/// `again`: whether other credentials were given to the client already.
fn give(credential: &Node, client: &mut Node, again: bool) {
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
            // Two that contradict each other: nobody knows which one counts.
            let method = entries.iter_mut().find(|known| known.key == key && METHODS.contains(&key));
            if let Some(other) = method.filter(|other| again && other.value.text() != given.value.text()) {
                other.value.value = Value::Unknown(Unknown::new(""));
                continue;
            }
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

/// The address that a reference to a client's identifier names.
fn target(node: &Node) -> Option<String> {
    match &node.value {
        Value::Unknown(unknown) => match &unknown.reference {
            Some(reference) => Some(reference.address.clone()),
            None => unknown
                .text
                .strip_prefix("${")
                .map(|text| text.trim_end_matches('}').split('.').next().unwrap_or(text).to_owned()),
        },
        // A template of nothing but a reference: `"${auth0_client.spa.id}"`, `${spa.id}`.
        Value::Text(text) => {
            let inner = text.strip_prefix("${")?.strip_suffix('}')?;
            Some(inner.rsplit_once('.').map_or(inner, |(address, _)| address).to_owned())
        }
        _ => None,
    }
}

/// Whether two addresses mean the same resource. An address without instance key means all instances.
fn same(a: &str, b: &str) -> bool {
    a == b
        || (!a.ends_with(']') && b.strip_prefix(a).is_some_and(|rest| rest.starts_with('[')))
        || (!b.ends_with(']') && a.strip_prefix(b).is_some_and(|rest| rest.starts_with('[')))
}
