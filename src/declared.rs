//! What an organisation declares of its clients, and what in a definition contradicts that.

use std::collections::BTreeMap;

use globset::GlobMatcher;

use crate::client::{Basis, Datum, Definition, Fact, Known};
use crate::tree::Piece;
use crate::uri::{Name, Part};
use crate::vocabulary::{Attribute, By, Holds, Kind};

/// What an organisation declares: `[facts]` in its configuration.
#[derive(Debug, Default)]
pub struct Declared {
    /// `strict` where strict third-party clients are made in the Dashboard.
    pub dashboard_third_party: Option<String>,
    /// Where first-party clients may redirect to.
    pub first_party_domains: Option<Vec<String>>,
    /// The grants of each type of application; `*` stands for the types that are not named.
    pub allowed_grant_types: BTreeMap<String, Vec<String>>,
    /// How clients may authenticate.
    pub allowed_auth_methods: Option<Vec<String>>,
    /// How long tokens may live.
    pub max_lifetimes: Lifetimes,
    /// Names of clients that belong to others.
    pub third_party_clients: Vec<GlobMatcher>,
}

/// How long tokens may live, in seconds.
#[derive(Clone, Debug, Default)]
pub struct Lifetimes {
    /// Access tokens of an API.
    pub access: Option<u64>,
    /// ID tokens.
    pub id: Option<u64>,
    /// Refresh tokens, whatever happens.
    pub refresh_absolute: Option<u64>,
    /// Refresh tokens that are not used.
    pub refresh_idle: Option<u64>,
}

/// Adds to a definition what contradicts what is declared.
pub fn compare(definition: &mut Definition, declared: &Declared) {
    if definition.kind == Kind::Client {
        foreign(definition, declared);
        third_party(definition, declared);
        grants(definition, declared);
        method(definition, declared);
    }
    lifetimes(definition, &declared.max_lifetimes);
}

/// Redirect URIs with a public host outside of the first-party domains.
fn foreign(definition: &mut Definition, declared: &Declared) {
    let Some(domains) = &declared.first_party_domains else { return };
    let own = |host: &str| {
        domains
            .iter()
            .map(|domain| domain.trim_start_matches("*."))
            .any(|domain| host == domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.')))
    };
    let is_foreign = |item: &&Fact| match &item.datum {
        Datum::Uri(uri) => {
            uri.is(Name::HostKind, "public")
                && matches!(uri.part(Name::Host).as_deref(), Some(Part::Text(host)) if !own(host))
                && (uri.is(Name::Scheme, "https") || uri.is(Name::Scheme, "http"))
        }
        _ => false,
    };
    let foreign: Vec<Fact> =
        definition.items(Attribute::REDIRECT_URIS).iter().filter(is_foreign).cloned().collect();
    add(definition, Attribute::FOREIGN_REDIRECT_URIS, foreign);
}

fn add(definition: &mut Definition, attribute: Attribute, items: Vec<Fact>) {
    if !items.is_empty() {
        definition.infer(attribute, Datum::List(items), Vec::new());
    }
}

/// Whether the client is named as one of a third party.
fn third_party(definition: &mut Definition, declared: &Declared) {
    let named = definition
        .text(Attribute::CLIENT_NAME)
        .is_some_and(|name| declared.third_party_clients.iter().any(|glob| glob.is_match(name)));
    if named {
        definition.infer(Attribute::DECLARED_THIRD_PARTY, Datum::Flag(true), Vec::new());
    }
}

/// Grants that are not allowed for the type of application.
fn grants(definition: &mut Definition, declared: &Declared) {
    let allowed = definition.text(Attribute::APPLICATION_TYPE).and_then(|word| {
        declared.allowed_grant_types.get(word).or_else(|| declared.allowed_grant_types.get("*"))
    });
    let Some(allowed) = allowed else { return };
    let is_other =
        |item: &&Fact| item.datum.text().is_some_and(|grant| !allowed.iter().any(|known| known == grant));
    // What the platform grants by default is granted all the same.
    let Known::Fact(fact) = definition.effective(Attribute::GRANT_TYPES) else { return };
    let others: Vec<Fact> = fact.datum.items().iter().filter(is_other).cloned().collect();
    add(definition, Attribute::DISALLOWED_GRANTS, others);
}

/// The method of client authentication, where it is not among those that are allowed.
fn method(definition: &mut Definition, declared: &Declared) {
    let Some(allowed) = &declared.allowed_auth_methods else { return };
    let Known::Fact(fact) = definition.effective(Attribute::TOKEN_ENDPOINT_AUTH_METHOD) else { return };
    if fact.datum.text().is_some_and(|method| !allowed.iter().any(|known| known == method)) {
        let fact = fact.clone();
        definition.facts.insert_new(Attribute::DISALLOWED_AUTH_METHOD, fact);
    }
}

/// Lifetimes above what is declared.
fn lifetimes(definition: &mut Definition, most: &Lifetimes) {
    let limits: &[(Attribute, Option<u64>)] = match definition.kind {
        Kind::Client => &[
            (Attribute::ID_TOKEN_LIFETIME, most.id),
            (Attribute::REFRESH_LIFETIME, most.refresh_absolute),
            (Attribute::REFRESH_IDLE_LIFETIME, most.refresh_idle),
        ],
        Kind::ResourceServer => {
            &[(Attribute::TOKEN_LIFETIME, most.access), (Attribute::TOKEN_LIFETIME_FOR_WEB, most.access)]
        }
        _ => return,
    };
    let mut exceeded = Vec::new();
    for (attribute, limit) in limits {
        let Some(limit) = limit else { continue };
        if let Known::Fact(fact @ Fact { datum: Datum::Number(seconds), .. }) = definition.known(*attribute)
            && seconds.parse::<f64>().is_ok_and(|seconds| seconds > Lifetimes::seconds(*limit))
        {
            exceeded.push(item(
                &fact.basis,
                [("field", attribute.name()), ("value", seconds), ("limit", &limit.to_string())],
            ));
        }
    }
    add(definition, Attribute::EXCEEDED_LIFETIMES, exceeded);
}

impl Lifetimes {
    #[allow(clippy::cast_precision_loss, reason = "nobody grants tokens for longer than numbers are exact")]
    fn seconds(limit: u64) -> f64 {
        limit as f64
    }
}

/// An item of a list of remarks: names with texts, all at one place.
fn item<const N: usize>(basis: &Basis, parts: [(&str, &str); N]) -> Fact {
    let part = |(name, text): (&str, &str)| {
        (name.to_owned(), Fact { datum: Datum::from_text(text), basis: basis.clone() })
    };
    Fact { datum: Datum::Map(parts.into_iter().map(part).collect()), basis: basis.clone() }
}

/// Adds the placeholders that nothing fills in. One that stands for a secret is as it should be.
pub fn placeholders(definition: &mut Definition) {
    let mut unfilled = Vec::new();
    for (attribute, fact) in definition.facts.iter() {
        let meaning = attribute.meaning();
        if meaning.by == By::Document && meaning.holds != Holds::Secret {
            gather(meaning.name, fact, &mut unfilled);
        }
    }
    add(definition, Attribute::UNFILLED_PLACEHOLDERS, unfilled);
}

fn gather(field: &str, fact: &Fact, unfilled: &mut Vec<Fact>) {
    let mut add = |text: &str| unfilled.push(item(&fact.basis, [("field", field), ("text", text)]));
    match &fact.datum {
        Datum::Unknown(unknown) if is_placeholder(&unknown.text) => add(&unknown.text),
        Datum::Pattern(pieces) => {
            pieces.iter().for_each(|piece| match piece {
                Piece::Hole(text) if is_placeholder(text) => add(text),
                _ => {}
            });
        }
        Datum::Uri(uri) if uri.text().is_none() && is_placeholder(&uri.show()) => add(&uri.show()),
        Datum::List(items) => items.iter().for_each(|item| gather(field, item, unfilled)),
        Datum::Map(entries) => entries.iter().for_each(|(_, fact)| gather(field, fact, unfilled)),
        _ => {}
    }
}

/// Whether a text holds what a tool replaces before the file is used. What Terraform computes is none.
fn is_placeholder(text: &str) -> bool {
    let between = |sign: &str| text.split_once(sign).is_some_and(|(_, rest)| rest.contains(sign));
    between("##") || between("@@") || text.contains("{{") || text.starts_with("$(") || between("%")
}
