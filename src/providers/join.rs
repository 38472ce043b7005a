//! What a table cannot say: objects whose attributes are spread over several resources.

use std::collections::HashSet;

use super::owners::{Owner, Owners};
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
    let owners = Owners::new(&clients, is_client);
    let mut unplaced = false;
    let mut with: HashSet<usize> = HashSet::new();
    for credential in credentials {
        let of = ["client_id", "clientId"].iter().find_map(|key| credential.body.get(key));
        match owners.of(of, &clients) {
            Owner::Known(known) => {
                for at in known {
                    give(&credential.body, &mut clients[at].body, !with.insert(at));
                }
            }
            Owner::Other => {}
            Owner::Unknown => unplaced = true,
        }
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
    let owners = Owners::new(&connections, |kind| kind == "auth0_connection");
    for part in parts {
        let Owner::Known(known) = owners.of(part.body.get("connection_id"), &connections) else { continue };
        let enabled = match (part.body.entry("enabled_clients"), part.body.entry("client_id")) {
            (Some(list), _) => list,
            (None, Some(one)) => one,
            (None, None) => continue,
        };
        let more = match &enabled.value.value {
            Value::List(items) => items.clone(),
            _ => vec![enabled.value.clone()],
        };
        for at in known {
            let Value::Map(entries) = &mut connections[at].body.value else { continue };
            match entries.iter_mut().find(|entry| entry.key == ENABLED) {
                Some(Entry { value: Node { value: Value::List(known), .. }, .. }) => {
                    known.extend(more.iter().cloned());
                }
                _ => entries.push(Entry {
                    key: ENABLED.to_owned(),
                    key_place: enabled.key_place,
                    value: Node::new(enabled.value.place, Value::List(more.clone())),
                }),
            }
        }
    }
}

/// Under which key a connection keeps the clients that other resources enable for it.
const ENABLED: &str = "connection_clients";

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
