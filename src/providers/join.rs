//! What a table cannot say: objects whose attributes are spread over several resources.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::owners::{Owner, Owners};
use super::recognise::{Object, Recognised};
use crate::source::Place;
use crate::tree::{Entry, Node, Unknown, Value};
use crate::vocabulary::Kind;

/// A resource with the map of its attributes.
#[derive(Debug)]
pub struct Resource {
    /// Its type: `auth0_client`.
    pub kind: String,
    /// What other resources call it.
    pub address: String,
    /// Whether nobody knows if there is one.
    pub perhaps: bool,
    /// Its attributes.
    pub body: Node,
}

/// Joins resources as a shape asks for by name. What nobody asks for stays as it is.
pub fn join_resources(join: &str, resources: &mut [Resource]) {
    if is_join(join) {
        auth0_credentials(resources);
        auth0_lists(resources, CONNECTION_CLIENTS);
        auth0_lists(resources, API_SCOPES);
    }
}

/// Whether there is a way to join of that name.
pub(super) fn is_join(name: &str) -> bool {
    name == "auth0-credentials" || name == COMPOSED
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
                    beside
                        .iter()
                        .enumerate()
                        .for_each(|(at, part)| give(&part.body, &mut client.body, at > 0));
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
    Resource { kind: kind.to_owned(), address, perhaps: false, body: object.node.clone().into_owned() }
}

const COMPOSED: &str = "auth0-composed-credentials";
pub(super) const CLIENT: &str = "auth0_client";
const CREDENTIALS: &str = "auth0_client_credentials";

/// Gives every client the authentication method, the secret and the keys that its credentials set (Terraform provider
/// auth0/auth0, since 0.48; those of Pulumi and of Crossplane are made from it).
fn auth0_credentials(resources: &mut [Resource]) {
    let (credentials, mut clients): (Vec<_>, Vec<_>) =
        resources.iter_mut().partition(|resource| resource.kind == CREDENTIALS);
    if credentials.is_empty() {
        return;
    }
    clients.retain(|client| client.kind == CLIENT);
    let owners = Owners::new(&clients, |kind| kind == CLIENT);
    let mut unplaced = false;
    // Whether there were some, and those that are nobody else's.
    let mut with: BTreeMap<usize, (bool, Vec<&Resource>)> = BTreeMap::new();
    for credential in credentials {
        match client_of(&credential.body, &owners, &clients) {
            Owner::Known(known) => {
                let alone = known.len() == 1;
                for at in known {
                    let (before, own) = with.entry(at).or_default();
                    let client = &mut *clients[at];
                    give(&credential.body, &mut client.body, std::mem::replace(before, true));
                    if client.perhaps || !alone {
                        forget_mixed(&mut client.body);
                    }
                    own.extend(alone.then_some(&*credential));
                }
            }
            Owner::Other => {}
            Owner::Unknown => unplaced = true,
        }
    }
    for (at, (_, credentials)) in with {
        add_rivals(&credentials, clients[at]);
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

/// Under which key a client has the names of its credentials, where there are several.
pub(super) const RIVALS: &str = "auth0_client_credentials";

/// Names a client's credentials where there are certainly several for it alone: what may not be there can be meant for
/// another one's absence.
fn add_rivals(credentials: &[&Resource], client: &mut Resource) {
    if client.perhaps {
        return;
    }
    let certain = credentials.iter().filter(|one| !one.perhaps);
    let named = certain.filter_map(|one| Some((one.address.as_str(), client_key(&one.body)?.value.place)));
    let rivals: BTreeMap<&str, Place> = named.collect();
    let name = |(address, place): (&str, Place)| Node::new(place, Value::Text(address.to_owned()));
    let names: Vec<Node> = rivals.into_iter().map(name).collect();
    if let (Value::Map(entries), [first, _, ..]) = (&mut client.body.value, names.as_slice()) {
        let (key, key_place) = (RIVALS.to_owned(), first.place);
        entries.push(Entry { key, key_place, value: Node::new(key_place, Value::List(names)) });
    }
}

const METHOD: &str = "token_endpoint_auth_method";
const METHOD_CAMEL: &str = "tokenEndpointAuthMethod";
const METHODS: &[&str] = &[METHOD, METHOD_CAMEL];

/// The attributes of credentials, and where they go in the client.
const GIVEN: &[(&str, &str)] = &[
    ("authentication_method", METHOD),
    ("client_secret", "client_secret"),
    ("client_secret_wo", "client_secret_wo"),
    ("private_key_jwt", "client_authentication_methods.private_key_jwt"),
    ("tls_client_auth", "client_authentication_methods.tls_client_auth"),
    ("self_signed_tls_client_auth", "client_authentication_methods.self_signed_tls_client_auth"),
    ("signed_request_object", "signed_request_object"),
    ("authenticationMethod", METHOD_CAMEL),
    ("clientSecret", "clientSecret"),
    ("clientSecretWo", "clientSecretWo"),
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

/// A list of which resources of their own hold items.
struct Lists {
    /// The type of the resources that have the list.
    owner: &'static str,
    /// The types of those that hold items of it, all or one each.
    parts: &'static [&'static str],
    /// By which of their attributes these say whose items they hold.
    of: &'static str,
    /// Where they hold the items.
    items: &'static [&'static str],
    /// Under which key the owner has the list.
    into: &'static str,
}

/// The clients that may use a connection.
const CONNECTION_CLIENTS: &Lists = &Lists {
    owner: "auth0_connection",
    parts: &["auth0_connection_client", "auth0_connection_clients"],
    of: "connection_id",
    items: &["enabled_clients", "client_id"],
    into: "connection_clients",
};

/// The scopes that an API defines.
const API_SCOPES: &Lists = &Lists {
    owner: "auth0_resource_server",
    parts: &["auth0_resource_server_scope", "auth0_resource_server_scopes"],
    of: "resource_server_identifier",
    items: &["scopes", "scope"],
    into: "scopes",
};

/// Gives those that have a list the items that stand elsewhere.
fn auth0_lists(resources: &mut [Resource], lists: &Lists) {
    let (parts, mut owning): (Vec<_>, Vec<_>) =
        resources.iter_mut().partition(|resource| lists.parts.contains(&resource.kind.as_str()));
    if parts.is_empty() {
        return;
    }
    let owners = Owners::new(&owning, |kind| kind == lists.owner);
    for part in parts {
        let Some(items) = lists.items.iter().find_map(|key| part.body.entry(key)) else { continue };
        let more = match &items.value.value {
            Value::List(items) => items.clone(),
            _ => vec![items.value.clone()],
        };
        let (known, more) = match owners.of(part.body.get(lists.of), &owning) {
            Owner::Known(known) => (known, more),
            Owner::Other => continue,
            // Each of them may have more than what is known of it.
            Owner::Unknown => {
                let unknown = Node::new(items.value.place, Value::Unknown(Unknown::new("")));
                ((0..owning.len()).collect(), vec![unknown])
            }
        };
        for at in known {
            let Value::Map(entries) = &mut owning[at].body.value else { continue };
            match entries.iter_mut().find(|entry| entry.key == lists.into) {
                Some(Entry { value: Node { value: Value::List(known), .. }, .. }) => {
                    known.extend(more.iter().cloned());
                }
                _ => entries.push(Entry {
                    key: lists.into.to_owned(),
                    key_place: items.key_place,
                    value: Node::new(items.value.place, Value::List(more.clone())),
                }),
            }
        }
    }
}

/// Whether resources of a type are read into others by a join.
pub fn is_part(join: &str, kind: &str) -> bool {
    let lists = [CONNECTION_CLIENTS, API_SCOPES].into_iter().flat_map(|lists| lists.parts);
    join == "auth0-credentials" && (kind == CREDENTIALS || lists.into_iter().any(|part| *part == kind))
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
            // Of several credentials of one method the client has the method once.
            if inner.iter().all(|known| known.key != given.key) {
                inner.push(given);
            }
        } else {
            let value = Node::new(entry.value.place, Value::Map(vec![given]));
            entries.push(Entry { key: above.to_owned(), key_place: entry.key_place, value });
        }
    }
}

/// Forgets the methods of a client that stands for several, where these have different ones.
fn forget_mixed(client: &mut Node) {
    let Value::Map(entries) = &mut client.value else { return };
    let registered = |entry: &&mut Entry| {
        GIVEN.iter().any(|(_, to)| to.split_once('.').is_some_and(|(above, _)| above == entry.key))
    };
    for entry in entries.iter_mut().filter(registered) {
        if entry.value.entries().len() > 1 {
            entry.value.value = Value::Unknown(Unknown::new(""));
        }
    }
}

/// The clients that credentials are for.
fn client_of(credentials: &Node, owners: &Owners, clients: &[&mut Resource]) -> Owner {
    if let Some(name) = credentials.get("clientIdRef").and_then(|reference| reference.get("name")) {
        return name.text().map_or(Owner::Unknown, |name| owners.at(name, clients));
    }
    owners.of(client_key(credentials).map(|entry| &entry.value), clients)
}

/// Where credentials name their client by its identifier.
fn client_key(credentials: &Node) -> Option<&Entry> {
    ["client_id", "clientId"].iter().find_map(|key| credentials.entry(key))
}

/// Whether credentials name no client: the one beside them is meant.
fn stands_beside(credentials: &Node) -> bool {
    match credentials.get("clientId") {
        Some(id) => matches!(id.value, Value::Unknown(_)),
        None => credentials.get("clientIdRef").is_none(),
    }
}
