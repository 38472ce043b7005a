//! What follows for definitions from each other: whose client a grant is for, whether a name is declared, what is
//! declared twice.

mod grants;
mod names;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use self::grants::{granted, grants};
use self::names::Names;

use crate::client::{Basis, Datum, Definition, Evidence, Fact, Known};
use crate::uri::{Name, Part};
use crate::vocabulary::{Attribute, Kind};

/// Adds to the definitions of a project what follows from the others.
pub fn link(definitions: &mut Vec<Definition>) {
    complete(definitions);
    let realms: BTreeSet<usize> = definitions.iter().map(|definition| definition.realm).collect();
    if realms.len() < 2 {
        refer(definitions);
    } else {
        // In the order of realms, and back into the order of writing.
        let mut numbered: Vec<(usize, Definition)> = definitions.drain(..).enumerate().collect();
        numbered.sort_by_key(|(_, definition)| definition.realm);
        let (order, mut sorted): (Vec<usize>, Vec<Definition>) = numbered.into_iter().unzip();
        sorted.chunk_by_mut(|a, b| a.realm == b.realm).for_each(refer);
        let mut numbered: Vec<(usize, Definition)> = order.into_iter().zip(sorted).collect();
        numbered.sort_by_key(|(at, _)| *at);
        definitions.extend(numbered.into_iter().map(|(_, definition)| definition));
    }
    twins(definitions);
    parties(definitions);
    deprecated(definitions);
}

/// Follows the references of definitions to each other.
fn refer(definitions: &mut [Definition]) {
    let refers = |definition: &Definition| {
        matches!(definition.kind, Kind::ClientGrant | Kind::Connection)
            || !definition.items(Attribute::ALLOWED_CLIENTS).is_empty()
    };
    if definitions.iter().any(refers) {
        let clients = Names::of_clients(definitions);
        let apis = Names::of_apis(definitions);
        grants(definitions, &clients, &apis);
        granted(definitions, &clients);
        connections(definitions, &clients);
        delegates(definitions, &clients);
    }
    unverifiable(definitions);
    apis_for_public_clients(definitions);
}

/// Adds to applications and verifiers what the clients and APIs say that they name, wherever in the run these are
/// declared.
pub fn across<'a>(definitions: impl Iterator<Item = &'a mut Definition>) {
    let mut all: Vec<&mut Definition> = definitions.collect();
    let relying = |kind: Kind| kind == Kind::Verifier || kind == Kind::AppConfig;
    if !all.iter().any(|definition| relying(definition.kind)) {
        return;
    }
    let mut clients: BTreeMap<String, Vec<(Attribute, Fact)>> = BTreeMap::new();
    let mut algorithms: BTreeMap<String, Fact> = BTreeMap::new();
    for definition in &all {
        let kept = [Attribute::CLIENT_TYPE, Attribute::CLIENT_TYPE_CERTAIN, Attribute::PARTY];
        if definition.kind == Kind::Client
            && let Some(id) = definition.text(Attribute::CLIENT_ID)
        {
            let facts =
                kept.iter().filter_map(|at| Some((*at, as_evidence(definition, definition.facts.get(at)?))));
            clients.entry(id.to_owned()).or_insert_with(|| facts.collect());
            if let Known::Fact(fact) = definition.effective(Attribute::ID_TOKEN_ALG) {
                algorithms.entry(id.to_owned()).or_insert_with(|| fact.clone());
            }
        }
        if definition.kind == Kind::ResourceServer
            && let (Some(id), Known::Fact(fact)) =
                (definition.text(Attribute::IDENTIFIER), definition.effective(Attribute::SIGNING_ALG))
        {
            algorithms.entry(id.to_owned()).or_insert_with(|| fact.clone());
        }
    }
    for definition in all.iter_mut().filter(|definition| relying(definition.kind)) {
        let id = definition.text(Attribute::CLIENT_ID).unwrap_or_default().to_owned();
        for (attribute, fact) in clients.get(&id).into_iter().flatten() {
            definition.facts.insert_new(*attribute, fact.clone());
        }
        let audience = definition.text(Attribute::AUDIENCE).unwrap_or_default();
        let signed = algorithms.get(audience).or_else(|| algorithms.get(&id)).cloned();
        let Some(fact) = signed else { continue };
        // One algorithm alone need not be a list.
        let accepted = match definition.facts.get(&Attribute::ALGORITHMS) {
            Some(Fact { datum: Datum::List(items), .. }) => items.as_slice(),
            Some(fact) => std::slice::from_ref(fact),
            None => &[],
        };
        if let (Some(signed), false) = (fact.datum.text(), accepted.is_empty()) {
            let known = accepted.iter().all(|item| item.datum.text().is_some());
            let leaves_out = known && !accepted.iter().any(|item| item.datum.text() == Some(signed));
            definition.infer(Attribute::ALG_MISMATCH, Datum::Flag(leaves_out), Vec::new());
        }
        definition.facts.insert_new(Attribute::VERIFIED_ALG, fact);
    }
}

/// A fact of one definition as another one's inference.
fn as_evidence(definition: &Definition, fact: &Fact) -> Fact {
    let place = Some(definition.name_place.unwrap_or(definition.place));
    let mut evidence = vec![Evidence { says: "the client".into(), place }];
    if let Basis::Inferred(reasons) = &fact.basis {
        evidence.extend(reasons.iter().cloned());
    }
    Fact { datum: fact.datum.clone(), basis: Basis::Inferred(evidence) }
}

/// Whether the project declares all clients of its tenant: a Deploy CLI project with clients does.
fn complete(definitions: &mut [Definition]) {
    let of_tool = |definition: &Definition| {
        definition.text(Attribute::SHAPE).is_some_and(|shape| shape.starts_with("deploy-"))
    };
    let any = definitions.iter().any(|definition| definition.kind == Kind::Client && of_tool(definition));
    for definition in definitions.iter_mut().filter(|definition| of_tool(definition)) {
        definition.infer(Attribute::PROJECT_COMPLETE, Datum::Flag(any), Vec::new());
    }
}

/// Says which clients a connection names in vain, and which of them are third-party.
fn connections(definitions: &mut [Definition], clients: &Names) {
    for at in 0..definitions.len() {
        if definitions[at].kind != Kind::Connection {
            continue;
        }
        let mut unknown = Vec::new();
        let mut third = Vec::new();
        for item in definitions[at].items(Attribute::ENABLED_CLIENTS) {
            let client = clients.find(item).map(|client| &definitions[client]);
            if is_in_vain(&definitions[at], item, clients) {
                unknown.push(item.clone());
            } else if let Some(client) =
                client.filter(|client| client.text(Attribute::PARTY) == Some("third"))
            {
                // A reference is a client by its address; a reader wants its name.
                let name = client.text(Attribute::CLIENT_NAME).unwrap_or(&client.key);
                let named =
                    if item.datum.text().is_some() { item.datum.clone() } else { Datum::from_text(name) };
                third.push(Fact { datum: named, basis: item.basis.clone() });
            }
        }
        for (attribute, list) in
            [(Attribute::UNKNOWN_CLIENTS, unknown), (Attribute::THIRD_PARTY_CLIENTS, third)]
        {
            if !list.is_empty() {
                definitions[at].infer(attribute, Datum::List(list), Vec::new());
            }
        }
    }
}

/// Says which clients another one names in vain for legacy delegation.
fn delegates(definitions: &mut [Definition], clients: &Names) {
    for definition in definitions.iter_mut().filter(|known| known.kind == Kind::Client) {
        let named = definition.items(Attribute::ALLOWED_CLIENTS).iter();
        let unknown: Vec<Fact> =
            named.filter(|item| is_in_vain(definition, item, clients)).cloned().collect();
        if !unknown.is_empty() {
            definition.infer(Attribute::UNKNOWN_CLIENTS, Datum::List(unknown), Vec::new());
        }
    }
}

/// Whether a definition names a client that nobody declares.
fn is_in_vain(definition: &Definition, named: &Fact, clients: &Names) -> bool {
    let declared = named.datum.text().and_then(|name| clients.declares(name));
    declared == Some(false) && !is_platforms(definition, named)
}

/// Whether a client that a definition names comes with the tenant, so that nobody need declare it.
fn is_platforms(definition: &Definition, named: &Fact) -> bool {
    let known = definition.items(Attribute::PLATFORM_CLIENTS);
    known.iter().any(|known| known.datum.text().is_some() && known.datum.text() == named.datum.text())
}

/// Tells a tenant which callbacks of its clients no app can be kept from.
fn unverifiable(definitions: &mut [Definition]) {
    if !definitions.iter().any(|known| known.kind == Kind::Tenant) {
        return;
    }
    let of_app = |item: &&Fact| {
        let part = match &item.datum {
            Datum::Uri(uri) => uri.part(Name::PrivateUse),
            _ => None,
        };
        matches!(part.as_deref(), Some(Part::Flag(true)))
    };
    let clients = definitions.iter().filter(|known| known.kind == Kind::Client);
    let uris = clients.flat_map(|client| client.items(Attribute::REDIRECT_URIS)).filter(of_app);
    let uris: Vec<Fact> = uris.cloned().collect();
    if uris.is_empty() {
        return;
    }
    for tenant in definitions.iter_mut().filter(|known| known.kind == Kind::Tenant) {
        tenant.infer(Attribute::UNVERIFIABLE_CALLBACKS, Datum::List(uris.clone()), Vec::new());
    }
}

/// The set in which names are unique. Instances of one block are one definition; directories of one Terraform project
/// and files of one folder of manifests are environments, and so are the lists of a file of somebody's own. What
/// another provider configuration manages stands in another tenant.
fn set_of(definition: &Definition) -> String {
    let apart = is_manifest(definition)
        || definition.text(Attribute::SHAPE).is_some_and(|shape| shape.starts_with("terraform"));
    let part = if apart { definition.place.file.0.to_string() } else { definition.realm.to_string() };
    match definition.text(Attribute::PROVIDER_CONFIGURATION) {
        Some(tenant) => [&part, "\n", tenant].concat(),
        None => part,
    }
}

/// Whether a definition is a manifest for Kubernetes.
fn is_manifest(definition: &Definition) -> bool {
    const MANIFESTS: &[&str] = &["operator", "crossplane", "planton"];
    let shape = definition.text(Attribute::SHAPE).unwrap_or_default();
    MANIFESTS.iter().any(|start| shape.starts_with(start))
}

/// Marks clients that share name, identifier or secret with another one of the same set. What may not be there can be
/// meant for another one's absence.
fn twins(definitions: &mut [Definition]) {
    let mut seen: HashMap<(Attribute, String), Vec<usize>> = HashMap::with_capacity(2 * definitions.len());
    for (at, client) in definitions.iter().enumerate().filter(|(_, known)| known.kind == Kind::Client) {
        let set = set_of(client);
        for (by, same) in
            [(Attribute::CLIENT_NAME, Attribute::SAME_NAME), (Attribute::CLIENT_ID, Attribute::SAME_ID)]
        {
            if let Some(text) = client.text(by).filter(|text| !text.is_empty() && !client.perhaps) {
                seen.entry((same, [&set, "\n", text].concat())).or_default().push(at);
            }
        }
        if let Some(fingerprint) = client.secret {
            seen.entry((Attribute::SAME_SECRET, fingerprint.0.to_string())).or_default().push(at);
        }
    }
    let mut shared: Vec<_> = seen.into_iter().filter(|(_, twins)| twins.len() > 1).collect();
    shared.sort_unstable();
    for ((attribute, _), twins) in shared {
        let places: BTreeSet<_> = twins.iter().map(|at| definitions[*at].place).collect();
        // One name with an identifier each is two clients that happen to be called alike.
        let told_apart = attribute == Attribute::SAME_NAME
            && twins.iter().all(|at| definitions[*at].facts.contains_key(&Attribute::CLIENT_ID));
        let one_client = attribute == Attribute::SAME_SECRET && same_client(definitions, &twins);
        if places.len() < 2 || told_apart || one_client {
            continue;
        }
        for at in twins {
            definitions[at].infer(attribute, Datum::Flag(true), Vec::new());
        }
    }
}

/// Whether definitions are of one client, by name and identifier.
fn same_client(definitions: &[Definition], twins: &[usize]) -> bool {
    let identity = |at: &usize| {
        let definition = &definitions[*at];
        (definition.text(Attribute::CLIENT_ID), definition.text(Attribute::CLIENT_NAME))
    };
    twins.windows(2).all(|pair| identity(&pair[0]) == identity(&pair[1]))
}

/// Tells each client whether the project has a third-party one beside it.
fn parties(definitions: &mut [Definition]) {
    let third: Vec<bool> = definitions
        .iter()
        .map(|known| known.kind == Kind::Client && known.text(Attribute::PARTY) == Some("third"))
        .collect();
    let count = third.iter().filter(|third| **third).count();
    let permissive = definitions.iter().any(|known| {
        known.text(Attribute::SECURITY_MODE) == Some("permissive")
            || known.text(Attribute::DCR_SECURITY_MODE) == Some("permissive")
    });
    for (definition, third) in definitions.iter_mut().zip(third) {
        match definition.kind {
            Kind::Client if count > usize::from(third) => {
                definition.infer(Attribute::THIRD_PARTY_IN_PROJECT, Datum::Flag(true), Vec::new());
            }
            Kind::ResourceServer if permissive => {
                definition.infer(Attribute::PERMISSIVE_THIRD_PARTIES, Datum::Flag(true), Vec::new());
            }
            _ => {}
        }
    }
}

/// Tells each API whether a public client of the project may get its user tokens.
fn apis_for_public_clients(definitions: &mut [Definition]) {
    let public = definitions.iter().any(|known| {
        known.kind == Kind::Client
            && known.text(Attribute::CLIENT_TYPE) == Some("public")
            && known.flag(Attribute::FURNITURE) != Some(true)
    });
    let granted: BTreeSet<String> = definitions
        .iter()
        .filter(|known| {
            known.kind == Kind::ClientGrant && known.text(Attribute::CLIENT_TYPE) == Some("public")
        })
        .filter(|known| known.text(Attribute::SUBJECT_TYPE) == Some("user"))
        .filter_map(|known| known.text(Attribute::AUDIENCE).map(str::to_owned))
        .collect();
    for api in definitions.iter_mut().filter(|known| known.kind == Kind::ResourceServer) {
        let open = matches!(
            api.effective(Attribute::USER_POLICY),
            Known::Fact(fact) if fact.datum.text() == Some("allow_all")
        );
        let named = api.text(Attribute::IDENTIFIER).is_some_and(|identifier| granted.contains(identifier));
        if named || (open && public) {
            api.infer(Attribute::PUBLIC_CLIENT_ALLOWED, Datum::Flag(true), Vec::new());
        }
    }
}

/// Gathers the old fields of desired states, so that a project hears of them once.
fn deprecated(definitions: &mut Vec<Definition>) {
    let mut fields: Vec<Fact> = Vec::new();
    for definition in definitions.iter().filter(|known| known.kind != Kind::Project) {
        if definition.text(Attribute::DELIVERY) == Some("desired-state") {
            fields.extend(definition.items(Attribute::DEPRECATED_FIELDS).iter().cloned());
        }
    }
    let Some(place) = fields.first().and_then(Fact::place) else { return };
    let mut project = Definition::new(Kind::Project, place);
    project.name_place = Some(place);
    if let Some(provider) =
        definitions.first().and_then(|known| known.facts.get(&Attribute::PROVIDER)).cloned()
    {
        project.facts.insert(Attribute::PROVIDER, provider);
    }
    project.infer(Attribute::DEPRECATED_FIELDS, Datum::List(fields), Vec::new());
    definitions.push(project);
}
