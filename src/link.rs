//! What follows for definitions from each other: whose client a grant is for, whether a name is declared.

use std::collections::BTreeMap;

use crate::client::{Basis, Datum, Definition, Evidence, Fact};
use crate::vocabulary::{Attribute, Kind};

/// Adds to the definitions of a project what follows from the others.
pub fn link(definitions: &mut [Definition]) {
    let clients: BTreeMap<String, usize> = names_of_clients(definitions);
    grants(definitions, &clients);
    granted(definitions, &clients);
}

/// By which words the project's clients are referred to: name, identifier and address.
fn names_of_clients(definitions: &[Definition]) -> BTreeMap<String, usize> {
    let mut names = BTreeMap::new();
    for (at, client) in definitions.iter().enumerate().filter(|(_, definition)| definition.kind == Kind::Client) {
        for attribute in [Attribute::CLIENT_NAME, Attribute::CLIENT_ID] {
            if let Some(text) = client.text(attribute) {
                names.entry(text.to_owned()).or_insert(at);
            }
        }
        names.entry(client.key.clone()).or_insert(at);
    }
    names
}

/// Which client a grant names: by name, by identifier, or by reference to its resource.
fn client_of(grant: &Definition, clients: &BTreeMap<String, usize>) -> Option<usize> {
    let fact = grant.facts.get(&Attribute::GRANT_CLIENT)?;
    match &fact.datum {
        Datum::Text(text) => clients.get(text).copied(),
        Datum::Unknown(unknown) => clients.get(&unknown.reference.as_ref()?.address).copied(),
        _ => None,
    }
}

/// Gives grants the party and type of the clients that they are for.
fn grants(definitions: &mut [Definition], clients: &BTreeMap<String, usize>) {
    for at in 0..definitions.len() {
        if definitions[at].kind != Kind::ClientGrant {
            continue;
        }
        if definitions[at].text(Attribute::DEFAULT_FOR) == Some("third_party_clients") {
            let evidence = vec![definitions[at].evidence(Attribute::DEFAULT_FOR, "default for third-party clients")];
            give(&mut definitions[at], Attribute::PARTY, Datum::from_text("third"), evidence);
            continue;
        }
        let client = client_of(&definitions[at], clients);
        if let Some(client) = client {
            for attribute in [Attribute::PARTY, Attribute::CLIENT_TYPE, Attribute::CLIENT_TYPE_CERTAIN] {
                let Some(fact) = definitions[client].facts.get(&attribute).cloned() else { continue };
                let place = definitions[client].name_place.unwrap_or(definitions[client].place);
                let mut evidence = vec![Evidence { says: "the client of this grant".to_owned(), place: Some(place) }];
                if let Basis::Inferred(reasons) = fact.basis {
                    evidence.extend(reasons);
                }
                give(&mut definitions[at], attribute, fact.datum, evidence);
            }
        }
        if matches!(definitions[at].facts.get(&Attribute::GRANT_CLIENT), Some(Fact { datum: Datum::Text(_), .. })) {
            give(&mut definitions[at], Attribute::GRANT_CLIENT_FOUND, Datum::Flag(client.is_some()), Vec::new());
        }
    }
}

/// Tells clients which APIs the project grants them. What a project without grants says of them is not known.
fn granted(definitions: &mut [Definition], clients: &BTreeMap<String, usize>) {
    let mut audiences: BTreeMap<usize, Vec<Fact>> = BTreeMap::new();
    let mut any = false;
    let mut all_known = true;
    for grant in definitions.iter().filter(|definition| definition.kind == Kind::ClientGrant) {
        any = true;
        let for_all = grant.text(Attribute::DEFAULT_FOR).is_some();
        match (client_of(grant, clients), grant.facts.get(&Attribute::AUDIENCE)) {
            (Some(client), Some(audience)) => audiences.entry(client).or_default().push(audience.clone()),
            _ if for_all => {}
            _ => all_known = false,
        }
    }
    if !any || !all_known {
        return;
    }
    for (at, definition) in definitions.iter_mut().enumerate().filter(|(_, known)| known.kind == Kind::Client) {
        let list = audiences.remove(&at).unwrap_or_default();
        give(definition, Attribute::GRANTED_APIS, Datum::List(list), Vec::new());
    }
}

fn give(definition: &mut Definition, attribute: Attribute, datum: Datum, evidence: Vec<Evidence>) {
    if !definition.facts.contains_key(&attribute) {
        definition.infer(attribute, datum, evidence);
    }
}
