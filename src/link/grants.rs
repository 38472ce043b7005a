//! What follows for grants: whose they are, what they name in vain, which of an API's scopes they hold.

use std::collections::{BTreeMap, BTreeSet};

use super::names::Names;
use super::{as_evidence, is_manifest, is_platforms, set_of};
use crate::client::{Datum, Definition, Fact, Known};
use crate::vocabulary::{Attribute, Kind};

/// Gives grants the party and type of the clients that they are for, and says what they name in vain.
pub(super) fn grants(definitions: &mut [Definition], clients: &Names, apis: &Names) {
    let mut seen: BTreeMap<[String; 4], usize> = BTreeMap::new();
    for at in 0..definitions.len() {
        if definitions[at].kind != Kind::ClientGrant {
            continue;
        }
        if definitions[at].text(Attribute::DEFAULT_FOR) == Some("third_party_clients") {
            let evidence =
                vec![definitions[at].evidence(Attribute::DEFAULT_FOR, "default for third-party clients")];
            definitions[at].infer(Attribute::PARTY, Datum::from_text("third"), evidence);
            let name = Datum::from_text("default for third-party clients");
            definitions[at].infer(Attribute::CLIENT_NAME, name, Vec::new());
        }
        let named = definitions[at].facts.get(&Attribute::GRANT_CLIENT).cloned();
        if let Some(client) = named.as_ref().and_then(|fact| clients.find(fact)) {
            use Attribute as A;
            for attribute in [A::CLIENT_NAME, A::PARTY, A::CLIENT_TYPE, A::CLIENT_TYPE_CERTAIN] {
                if let Some(fact) = definitions[client].facts.get(&attribute) {
                    let fact = as_evidence(&definitions[client], fact);
                    definitions[at].facts.insert_new(attribute, fact);
                }
            }
            if let Some(lacks) = lacks_client_credentials(&definitions[client]) {
                definitions[at].infer(A::NO_CLIENT_CREDENTIALS, Datum::Flag(lacks), Vec::new());
            }
        } else if let Some(fact) = &named {
            definitions[at].infer(Attribute::CLIENT_NAME, fact.datum.clone(), Vec::new());
        }
        let platforms = named.as_ref().is_some_and(|fact| is_platforms(&definitions[at], fact));
        if let Some(found) =
            named.as_ref().and_then(|fact| fact.datum.text()).and_then(|name| clients.declares(name))
        {
            let found = found || platforms;
            definitions[at].infer(Attribute::GRANT_CLIENT_FOUND, Datum::Flag(found), Vec::new());
        }
        let audience = definitions[at].text(Attribute::AUDIENCE).map(str::to_owned);
        if let Some(found) = audience.as_deref().and_then(|audience| apis.declares(audience)) {
            definitions[at].infer(Attribute::AUDIENCE_FOUND, Datum::Flag(found), Vec::new());
        }
        scopes(definitions, at, apis);
        let word = |attribute: Attribute| definitions[at].text(attribute).map(str::to_owned);
        let who = named.as_ref().map(|fact| fact.datum.show()).or_else(|| word(Attribute::DEFAULT_FOR));
        // What may not be there can be meant for another one's absence.
        if let (Some(who), Some(audience), false) = (who, audience, definitions[at].perhaps) {
            let subject = word(Attribute::SUBJECT_TYPE).unwrap_or_else(|| "client".to_owned());
            let set = if is_manifest(&definitions[at]) { set_of(&definitions[at]) } else { String::new() };
            if let Some(other) = seen.insert([set, who, audience, subject], at) {
                for twin in [at, other] {
                    definitions[twin].infer(Attribute::DUPLICATE_GRANT, Datum::Flag(true), Vec::new());
                }
            }
        }
    }
}

/// Whether a client cannot get tokens of its own, by the grants that are written for it; `None` if nobody knows.
fn lacks_client_credentials(client: &Definition) -> Option<bool> {
    let Known::Fact(fact) = client.known(Attribute::GRANT_TYPES) else { return None };
    let Datum::List(grants) = &fact.datum else { return None };
    let words: Option<Vec<&str>> = grants.iter().map(|grant| grant.datum.text()).collect();
    Some(!words?.contains(&"client_credentials"))
}

/// Says which scopes of a grant its API does not define, and whether it holds all that the API does define, where the project declares both.
fn scopes(definitions: &mut [Definition], at: usize, apis: &Names) {
    let Some(api) = definitions[at].facts.get(&Attribute::AUDIENCE).and_then(|fact| apis.find(fact)) else {
        return;
    };
    let Some(scopes) = definitions[api].facts.get(&Attribute::SCOPE) else { return };
    let value = |item: &Fact| match &item.datum {
        Datum::Map(entries) => {
            entries.iter().find(|(key, _)| key == "value" || key == "name")?.1.datum.text().map(str::to_owned)
        }
        datum => datum.text().map(str::to_owned),
    };
    let defined: Option<BTreeSet<String>> = scopes.datum.items().iter().map(value).collect();
    let Some(defined) = defined.filter(|defined| !defined.is_empty()) else { return };
    let missing: Vec<Fact> = definitions[at]
        .items(Attribute::SCOPE)
        .iter()
        .filter(|item| item.datum.text().is_some_and(|scope| !defined.contains(scope)))
        .cloned()
        .collect();
    if !missing.is_empty() {
        definitions[at].infer(Attribute::UNDEFINED_SCOPES, Datum::List(missing), Vec::new());
    }
    let granted: BTreeSet<&str> =
        definitions[at].items(Attribute::SCOPE).iter().filter_map(|item| item.datum.text()).collect();
    if defined.iter().all(|scope| granted.contains(scope.as_str())) {
        definitions[at].infer(Attribute::EVERY_SCOPE, Datum::Flag(true), Vec::new());
    }
}

/// Tells clients which APIs the project grants them. What a project without grants says of them is not known.
pub(super) fn granted(definitions: &mut [Definition], clients: &Names) {
    let mut audiences: BTreeMap<usize, Vec<Fact>> = BTreeMap::new();
    let mut any = false;
    let mut all_known = true;
    for grant in definitions.iter().filter(|definition| definition.kind == Kind::ClientGrant) {
        any = true;
        let for_all = grant.text(Attribute::DEFAULT_FOR).is_some();
        let client = grant.facts.get(&Attribute::GRANT_CLIENT).and_then(|fact| clients.find(fact));
        match (client, grant.facts.get(&Attribute::AUDIENCE)) {
            (Some(client), Some(audience)) => audiences.entry(client).or_default().push(audience.clone()),
            _ if for_all => {}
            _ => all_known = false,
        }
    }
    if !any || !all_known {
        return;
    }
    for (at, definition) in definitions.iter_mut().enumerate().filter(|(_, known)| known.kind == Kind::Client)
    {
        let list = audiences.remove(&at).unwrap_or_default();
        definition.infer(Attribute::GRANTED_APIS, Datum::List(list), Vec::new());
    }
}
