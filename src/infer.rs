//! What follows for a definition from what it says: public or confidential, first- or third-party, profile, channel,
//! and what the platform fills in.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::addresses;
use crate::client::{Basis, Datum, Definition, Evidence, Fact, Known};
use crate::declared::{self, Declared};
use crate::defaults;
use crate::providers::{Delivery, Provider, Shape};
use crate::tree::Unknown;
use crate::vocabulary::{Attribute, Kind};

/// What is known of a definition beside what it says itself.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// The channel that the configuration or a comment declares for the file.
    pub declared_channel: Option<Evidenced>,
    /// Whether globs for the management-api channel are configured, and none of any channel matches the file.
    pub undeclared: bool,
    /// The environment that the configuration gives the file, or for which its markers were filled in.
    pub environment: Option<Environment>,
    /// Where markers were filled in, so that those which are left have no value: the keys of those for which somebody
    /// means to give one.
    pub rendered: Option<Arc<BTreeSet<String>>>,
    /// Whether the file is documentation, an example or a test.
    pub documentation: bool,
    /// Whether placeholders that nothing fills in are reported in that environment.
    pub strict: bool,
    /// `[facts]`: what the organisation declares.
    pub declared: Arc<Declared>,
}

/// An environment into which definitions are deployed.
#[derive(Clone, Debug)]
pub struct Environment {
    /// Its name.
    pub name: String,
    /// Whether somebody gave it that name; otherwise it is only called like its file.
    pub named: bool,
    /// Whether it is production, where that is known.
    pub production: Option<bool>,
    /// What names it: `clientlint.toml`, a mapping file.
    pub because: String,
    /// Keys of markers for which there is only a sample of a value.
    pub samples: Arc<BTreeSet<String>>,
}

/// A word with the reason for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidenced {
    /// The word.
    pub word: String,
    /// Why.
    pub evidence: Evidence,
}

/// Adds to a definition all that follows.
pub fn infer(definition: &mut Definition, provider: &Provider, shape: &Shape, surroundings: &Surroundings) {
    let delivery = if definition.partial { Delivery::Partial } else { shape.delivery };
    state(definition, Attribute::PROVIDER, &provider.id);
    state(definition, Attribute::SHAPE, &shape.id);
    state(definition, Attribute::DELIVERY, delivery.name());
    definition.infer(Attribute::DOCUMENTATION, Datum::Flag(surroundings.documentation), Vec::new());
    if let (Kind::AppConfig, Some(word)) = (definition.kind, &shape.client_type) {
        let evidence = vec![Evidence { says: "an application on its user's device".into(), place: None }];
        definition.infer(Attribute::CLIENT_TYPE, Datum::from_text(word), evidence);
    }
    conclude(definition, provider, shape.channel.as_deref(), surroundings);
}

/// The same for a definition of which provider, shape and delivery are stated already, or need not be.
pub fn conclude(
    definition: &mut Definition,
    provider: &Provider,
    path_channel: Option<&str>,
    surroundings: &Surroundings,
) {
    environment(definition, surroundings);
    platform_clients(definition, provider);
    if definition.kind == Kind::Client {
        furniture(definition, provider);
        authentication(definition);
        client_type(definition, provider);
        third_party_marker(definition);
        channel(definition, path_channel, surroundings);
        party(definition);
        addresses::loopback(definition);
        addresses::foreign_keys(definition);
        lifetimes(definition);
        if let Some(word) = &surroundings.declared.dashboard_third_party {
            state(definition, Attribute::DASHBOARD_THIRD_PARTY, word);
        }
    }
    if definition.kind == Kind::ResourceServer {
        exceeds(
            definition,
            Attribute::TOKEN_LIFETIME_FOR_WEB,
            Attribute::TOKEN_LIFETIME,
            Attribute::TOKEN_LIFETIME_FOR_WEB_EXCEEDS,
        );
    }
    addresses::audience_kind(definition);
    defaults::fill(definition, provider);
    declared::compare(definition, &surroundings.declared);
    if surroundings.strict {
        declared::placeholders(definition);
    }
}

fn state(definition: &mut Definition, attribute: Attribute, word: &str) {
    definition.infer(attribute, Datum::from_text(word), Vec::new());
}

fn environment(definition: &mut Definition, surroundings: &Surroundings) {
    let Some(Environment { name, production, because, .. }) =
        surroundings.environment.as_ref().filter(|environment| environment.named)
    else {
        return;
    };
    let because = vec![Evidence { says: format!("environment {name} in {because}").into(), place: None }];
    definition.infer(Attribute::ENVIRONMENT, Datum::from_text(name), because.clone());
    if let Some(production) = production {
        definition.infer(Attribute::PRODUCTION, Datum::Flag(*production), because);
    }
}

/// Objects that come with the tenant.
fn furniture(definition: &mut Definition, provider: &Provider) {
    let named = definition.text(Attribute::CLIENT_NAME).is_some_and(|name| comes_with_tenant(name, provider));
    let global = definition.flag(Attribute::GLOBAL) == Some(true);
    definition.infer(Attribute::FURNITURE, Datum::Flag(named || global), Vec::new());
}

/// Which of the clients that a definition names come with the tenant.
fn platform_clients(definition: &mut Definition, provider: &Provider) {
    let lists = [Attribute::ENABLED_CLIENTS, Attribute::ALLOWED_CLIENTS];
    let listed = lists.iter().flat_map(|attribute| definition.items(*attribute));
    let named = listed.chain(definition.facts.get(&Attribute::GRANT_CLIENT));
    let comes_with_it =
        |fact: &&Fact| fact.datum.text().is_some_and(|name| comes_with_tenant(name, provider));
    let found: Vec<Fact> = named.filter(comes_with_it).cloned().collect();
    if !found.is_empty() {
        definition.infer(Attribute::PLATFORM_CLIENTS, Datum::List(found), Vec::new());
    }
}

fn comes_with_tenant(name: &str, provider: &Provider) -> bool {
    provider.table.furniture.iter().any(|furniture| furniture == name)
}

/// Registered keys say how the client authenticates where no method is written beside them.
fn authentication(definition: &mut Definition) {
    if !definition.lacks(Attribute::TOKEN_ENDPOINT_AUTH_METHOD) {
        return;
    }
    if let [method] = definition.items(Attribute::CREDENTIAL_METHODS)
        && method.datum.text().is_some()
    {
        let method = method.clone();
        definition.facts.insert(Attribute::TOKEN_ENDPOINT_AUTH_METHOD, method);
    }
}

/// Public or confidential (RFC 6749 section 2.1), and the profile.
fn client_type(definition: &mut Definition, provider: &Provider) {
    let (word, certain, evidence) = judge_type(definition, provider);
    let unknown = || Datum::Unknown(Unknown::new("unknown"));
    let known = word != "unknown";
    definition.infer(
        Attribute::CLIENT_TYPE,
        if known { Datum::from_text(word) } else { unknown() },
        evidence.clone(),
    );
    if known {
        definition.infer(Attribute::CLIENT_TYPE_CERTAIN, Datum::Flag(certain), evidence);
    }
    let device = definition
        .items(Attribute::GRANT_TYPES)
        .iter()
        .any(|grant| grant.datum.text() == Some("urn:ietf:params:oauth:grant-type:device_code"));
    let by_type = definition
        .text(Attribute::APPLICATION_TYPE)
        .and_then(|word| provider.table.application_types.get(word))
        .and_then(|meaning| meaning.profile.as_deref());
    let profile = match by_type {
        Some("native") if device && definition.items(Attribute::REDIRECT_URIS).is_empty() => Some("device"),
        other => other,
    };
    if let Some(profile) = profile {
        let evidence = vec![definition.evidence(Attribute::APPLICATION_TYPE, "application type")];
        definition.infer(Attribute::CLIENT_PROFILE, Datum::from_text(profile), evidence);
    }
}

/// Methods in which a shared secret authenticates the client.
const SECRET_METHODS: &[&str] = &["client_secret_basic", "client_secret_post", "client_secret_jwt"];
/// Methods in which a registered key does.
const KEY_METHODS: &[&str] = &["private_key_jwt", "tls_client_auth", "self_signed_tls_client_auth"];

/// The client type, whether it is certain, and why.
fn judge_type(definition: &Definition, provider: &Provider) -> (&'static str, bool, Vec<Evidence>) {
    let method = definition.text(Attribute::TOKEN_ENDPOINT_AUTH_METHOD);
    let method_evidence = || {
        let says = format!("client authentication {}", method.unwrap_or("unknown"));
        vec![definition.evidence(Attribute::TOKEN_ENDPOINT_AUTH_METHOD, says)]
    };
    let word = definition.text(Attribute::APPLICATION_TYPE);
    let meaning = word.and_then(|word| provider.table.application_types.get(word));
    let type_evidence =
        || {
            vec![definition.evidence(
                Attribute::APPLICATION_TYPE,
                format!("application type {}", word.unwrap_or("unknown")),
            )]
        };
    if method == Some("none") {
        return ("public", true, method_evidence());
    }
    // RFC 8252 section 8.5: a secret in a native application does not make it confidential.
    if meaning.is_some_and(|meaning| meaning.client_type.as_deref() == Some("public")) {
        return ("public", true, type_evidence());
    }
    let has_keys =
        definition.items(Attribute::CREDENTIAL_METHODS).iter().any(|item| item.datum.text().is_some());
    if method.is_some_and(|method| KEY_METHODS.contains(&method)) || has_keys {
        let evidence = if has_keys {
            vec![definition.evidence(Attribute::CREDENTIAL_METHODS, "registered keys")]
        } else {
            method_evidence()
        };
        return ("confidential", true, evidence);
    }
    if method.is_some_and(|method| SECRET_METHODS.contains(&method)) {
        return ("confidential", true, method_evidence());
    }
    // A method that cannot be known may be `none`, which would make any other type of application public.
    let open = matches!(
        definition.known(Attribute::TOKEN_ENDPOINT_AUTH_METHOD),
        Known::Fact(Fact { datum: Datum::Unknown(_) | Datum::Pattern(_), .. })
    );
    if let Some(meaning) = meaning.filter(|_| !open)
        && let Some(word) = meaning.client_type.as_deref()
    {
        let word = if word == "public" { "public" } else { "confidential" };
        // Written down in part, the definition may have a method that was not asked for.
        return (word, !meaning.likely && !definition.partial, type_evidence());
    }
    default_type(definition, provider)
}

/// The client type where neither type of application nor method is written, from the platform's default method.
fn default_type(definition: &Definition, provider: &Provider) -> (&'static str, bool, Vec<Evidence>) {
    let unwritten = definition.lacks(Attribute::TOKEN_ENDPOINT_AUTH_METHOD);
    let default = unwritten
        .then(|| defaults::of(definition, provider, Attribute::TOKEN_ENDPOINT_AUTH_METHOD))
        .flatten();
    match default {
        Some(Fact { datum: Datum::Text(method), basis: Basis::Default(says) }) => {
            let evidence = vec![Evidence { says: says.to_string().into(), place: None }];
            (if method == "none" { "public" } else { "confidential" }, false, evidence)
        }
        _ => ("unknown", false, Vec::new()),
    }
}

/// What marks the client as third-party, apart from `is_first_party`.
fn third_party_marker(definition: &mut Definition) {
    let text = |attribute| definition.text(attribute);
    let found = if let Some(kind) = text(Attribute::EXTERNAL_METADATA_TYPE) {
        Some((kind.to_owned(), Attribute::EXTERNAL_METADATA_TYPE))
    } else if matches!(definition.known(Attribute::EXTERNAL_CLIENT_ID), Known::Fact(_)) {
        Some(("cimd".to_owned(), Attribute::EXTERNAL_CLIENT_ID))
    } else if text(Attribute::CLIENT_ID).is_some_and(|id| id.starts_with("tpc_")) {
        Some(("tpc_ identifier".to_owned(), Attribute::CLIENT_ID))
    } else if !definition.lacks(Attribute::THIRD_PARTY_SECURITY_MODE) && !definition.partial {
        Some(("security mode".to_owned(), Attribute::THIRD_PARTY_SECURITY_MODE))
    } else {
        match text(Attribute::SHAPE) {
            Some("cimd") => Some(("cimd".to_owned(), Attribute::CLIENT_ID)),
            Some("oidc-registration") => Some(("registration document".to_owned(), Attribute::SHAPE)),
            _ => None,
        }
    };
    if let Some((marker, attribute)) = found {
        let evidence = vec![definition.evidence(attribute, marker.clone())];
        definition.infer(Attribute::THIRD_PARTY_MARKER, Datum::from_text(marker), evidence);
    }
}

/// How the client is created: certain evidence, then what is declared for the file, then the form of delivery.
fn channel(definition: &mut Definition, by_path: Option<&str>, surroundings: &Surroundings) {
    let marker = definition.text(Attribute::THIRD_PARTY_MARKER).map(str::to_owned);
    let evidence = vec![definition.evidence(Attribute::THIRD_PARTY_MARKER, "marker of the channel")];
    let (word, evidence) = match marker.as_deref() {
        Some(word @ ("dcr" | "cimd")) => (word.to_owned(), evidence),
        Some("registration document") => ("dcr".to_owned(), evidence),
        _ => match &surroundings.declared_channel {
            Some(declared) => (declared.word.clone(), vec![declared.evidence.clone()]),
            None if by_path == Some("deployed") => ("deployed".to_owned(), Vec::new()),
            None if surroundings.undeclared => {
                let says = "no glob under [channels] matches the file";
                ("undeclared".to_owned(), vec![Evidence { says: says.into(), place: None }])
            }
            None => (by_path.unwrap_or("unknown").to_owned(), Vec::new()),
        },
    };
    definition.infer(Attribute::CHANNEL, Datum::from_text(word), evidence);
}

/// First- or third-party: who operates the client.
fn party(definition: &mut Definition) {
    let flag = definition.known(Attribute::IS_FIRST_PARTY);
    let written = match flag {
        Known::Fact(fact) => match &fact.datum {
            Datum::Flag(first) => Some(*first),
            // Something else is written: nobody can tell what a tool makes of it.
            _ => {
                let unknown = || Datum::Unknown(Unknown::new("unknown"));
                definition.infer(Attribute::PARTY, unknown(), Vec::new());
                return definition.infer(Attribute::SECURITY_MODE, unknown(), Vec::new());
            }
        },
        Known::Absent | Known::NotAsked => None,
    };
    let marker = definition.text(Attribute::THIRD_PARTY_MARKER).map(str::to_owned);
    let (word, certain, evidence) = match (written, marker) {
        (Some(first), _) => {
            let says = format!("is_first_party {first}");
            let evidence = definition.evidence(Attribute::IS_FIRST_PARTY, says);
            (if first { "first" } else { "third" }, true, evidence)
        }
        (None, Some(marker)) => ("third", true, definition.evidence(Attribute::THIRD_PARTY_MARKER, marker)),
        (None, None) if definition.partial || definition.text(Attribute::PROVIDER) != Some("auth0") => {
            return definition.infer(Attribute::PARTY, Datum::Unknown(Unknown::new("unknown")), Vec::new());
        }
        (None, None) => {
            let says = "clients are first-party unless they say otherwise";
            ("first", false, Evidence { says: says.into(), place: None })
        }
    };
    if word == "third" {
        let mode = match definition.known(Attribute::THIRD_PARTY_SECURITY_MODE) {
            Known::Fact(fact) => fact.datum.clone(),
            // Strict is what the API chooses since 2026-10-23; older accounts may have chosen otherwise.
            Known::Absent if marker_is_cimd(definition) => Datum::from_text("strict"),
            Known::Absent => Datum::from_text("strict-by-default"),
            Known::NotAsked => Datum::Unknown(Unknown::new("not asked")),
        };
        let because = vec![definition.evidence(Attribute::THIRD_PARTY_SECURITY_MODE, "security mode")];
        definition.infer(Attribute::SECURITY_MODE, mode, because);
    }
    definition.infer(Attribute::PARTY, Datum::from_text(word), vec![evidence.clone()]);
    definition.infer(Attribute::PARTY_CERTAIN, Datum::Flag(certain), vec![evidence]);
}

fn marker_is_cimd(definition: &Definition) -> bool {
    definition.text(Attribute::THIRD_PARTY_MARKER) == Some("cimd")
}

fn lifetimes(definition: &mut Definition) {
    exceeds(
        definition,
        Attribute::REFRESH_IDLE_LIFETIME,
        Attribute::REFRESH_LIFETIME,
        Attribute::REFRESH_IDLE_EXCEEDS,
    );
}

/// Says whether one number is larger than another, where both are known.
fn exceeds(definition: &mut Definition, one: Attribute, other: Attribute, says: Attribute) {
    let number = |attribute: Attribute| match definition.known(attribute) {
        Known::Fact(Fact { datum: Datum::Number(text), .. }) => text.parse::<f64>().ok(),
        _ => None,
    };
    // Zero stands for "no such limit" where the server writes it.
    if let (Some(a), Some(b)) = (number(one), number(other).filter(|b| *b > 0.0)) {
        let evidence = vec![definition.evidence(one, one.name())];
        definition.infer(says, Datum::Flag(a > b), evidence);
    }
}
