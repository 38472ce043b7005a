//! What follows for definitions from each other: whose client a grant is for, whether a name is declared, what is
//! declared twice.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::client::{Basis, Datum, Definition, Evidence, Fact, Known};
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
    let refers = |definition: &Definition| matches!(definition.kind, Kind::ClientGrant | Kind::Connection);
    if definitions.iter().any(refers) {
        let clients = Names::of_clients(definitions);
        let apis = Names::of_apis(definitions);
        grants(definitions, &clients, &apis);
        granted(definitions, &clients);
        connections(definitions, &clients);
    }
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

/// Words by which definitions are referred to.
struct Names {
    known: BTreeMap<String, usize>,
    /// Whether some definition has a name that cannot be known, so that any word may be its.
    open: bool,
}

impl Names {
    /// The project's clients by name, identifier and address.
    fn of_clients(definitions: &[Definition]) -> Self {
        Self::of(definitions, Kind::Client, &[Attribute::CLIENT_NAME, Attribute::CLIENT_ID])
    }

    /// The project's APIs by identifier, name and address.
    fn of_apis(definitions: &[Definition]) -> Self {
        Self::of(definitions, Kind::ResourceServer, &[Attribute::IDENTIFIER, Attribute::CLIENT_NAME])
    }

    fn of(definitions: &[Definition], kind: Kind, by: &[Attribute]) -> Self {
        let mut names = Self { known: BTreeMap::new(), open: false };
        for (at, definition) in
            definitions.iter().enumerate().filter(|(_, definition)| definition.kind == kind)
        {
            let first = definition.facts.get(&by[0]);
            names.open |= first.is_some_and(|fact| fact.datum.text().is_none());
            for attribute in by {
                if let Some(text) = definition.text(*attribute) {
                    names.known.entry(text.to_owned()).or_insert(at);
                }
            }
            names.known.entry(definition.key.clone()).or_insert(at);
        }
        names
    }

    /// The definition that a fact refers to.
    fn find(&self, fact: &Fact) -> Option<usize> {
        match &fact.datum {
            Datum::Text(text) => self.known.get(text).copied(),
            Datum::Unknown(unknown) => self.known.get(&unknown.reference.as_ref()?.address).copied(),
            _ => None,
        }
    }

    /// Whether a word is declared; `None` where that cannot be known: no word, an identifier that the server gave, a name
    /// beside names that are not known, a project that declares none at all.
    fn declares(&self, word: &str) -> Option<bool> {
        if self.known.contains_key(word) {
            return Some(true);
        }
        let given = word.is_empty()
            || word.starts_with("tpc_")
            || ((20..=40).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_alphanumeric()));
        (!self.open && !given && !self.known.is_empty()).then_some(false)
    }
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

/// Gives grants the party and type of the clients that they are for, and says what they name in vain.
fn grants(definitions: &mut [Definition], clients: &Names, apis: &Names) {
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
        } else if let Some(fact) = &named {
            definitions[at].infer(Attribute::CLIENT_NAME, fact.datum.clone(), Vec::new());
        }
        if let Some(found) =
            named.as_ref().and_then(|fact| fact.datum.text()).and_then(|name| clients.declares(name))
        {
            definitions[at].infer(Attribute::GRANT_CLIENT_FOUND, Datum::Flag(found), Vec::new());
        }
        let audience = definitions[at].text(Attribute::AUDIENCE).map(str::to_owned);
        if let Some(found) = audience.as_deref().and_then(|audience| apis.declares(audience)) {
            definitions[at].infer(Attribute::AUDIENCE_FOUND, Datum::Flag(found), Vec::new());
        }
        undefined_scopes(definitions, at, apis);
        let word = |attribute: Attribute| definitions[at].text(attribute).map(str::to_owned);
        let who = named.as_ref().map(|fact| fact.datum.show()).or_else(|| word(Attribute::DEFAULT_FOR));
        if let (Some(who), Some(audience)) = (who, audience) {
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

/// Says which scopes of a grant its API does not define, where the project declares both.
fn undefined_scopes(definitions: &mut [Definition], at: usize, apis: &Names) {
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
}

/// Tells clients which APIs the project grants them. What a project without grants says of them is not known.
fn granted(definitions: &mut [Definition], clients: &Names) {
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

/// Says which clients a connection names in vain, and which of them are third-party.
fn connections(definitions: &mut [Definition], clients: &Names) {
    for at in 0..definitions.len() {
        if definitions[at].kind != Kind::Connection {
            continue;
        }
        let mut unknown = Vec::new();
        let mut third = Vec::new();
        for item in definitions[at].items(Attribute::ENABLED_CLIENTS) {
            let declared = item.datum.text().and_then(|name| clients.declares(name));
            let client = clients.find(item).map(|client| &definitions[client]);
            if declared == Some(false) {
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

/// Marks clients that share name, identifier or secret with another one of the same set.
fn twins(definitions: &mut [Definition]) {
    let mut seen: HashMap<(Attribute, String), Vec<usize>> = HashMap::with_capacity(2 * definitions.len());
    for (at, client) in definitions.iter().enumerate().filter(|(_, known)| known.kind == Kind::Client) {
        let set = set_of(client);
        for (by, same) in
            [(Attribute::CLIENT_NAME, Attribute::SAME_NAME), (Attribute::CLIENT_ID, Attribute::SAME_ID)]
        {
            if let Some(text) = client.text(by).filter(|text| !text.is_empty()) {
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
