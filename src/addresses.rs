//! What follows from the addresses that a definition holds: whose API an audience names, whether loopback addresses
//! are for development, whether keys come from somewhere else.

use crate::client::{Datum, Definition};
use crate::host::HOLE;
use crate::tree::Piece;
use crate::uri::{Name, Part};
use crate::vocabulary::Attribute;

/// Whose the API is that an audience or an identifier names: the vendor's own stand under the tenant's own domain, of
/// which nothing need be known.
pub fn audience_kind(definition: &mut Definition) {
    const SYSTEM: &[&str] = &["/me/", "/my-org/", "/mfa/"];
    const MANAGEMENT: &str = "/api/v2/";
    let named = [Attribute::AUDIENCE, Attribute::IDENTIFIER]
        .into_iter()
        .find_map(|attribute| Some((attribute, &definition.facts.get(&attribute)?.datum)));
    let Some((attribute, datum)) = named else { return };
    let text = match datum {
        Datum::Pattern(pieces) => pieces
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => text.clone(),
                Piece::Hole(_) => HOLE.to_string(),
            })
            .collect(),
        datum => datum.text().unwrap_or_default().to_owned(),
    };
    let path = match text.split_once("://") {
        Some((_, rest)) => rest.find('/').map(|at| &rest[at..]),
        // The hole is all of the address, as far as one can see; a path of its own it may have.
        None => text.strip_prefix(HOLE).filter(|rest| *rest == MANAGEMENT),
    };
    let kind = match (path, definition.flag(Attribute::IS_SYSTEM)) {
        (_, Some(false)) => "api",
        (Some(MANAGEMENT), _) => "management-api",
        (_, Some(true)) => "system-api",
        (Some(path), _) if SYSTEM.contains(&path) => "system-api",
        // What the hole holds may be any path, or the whole of an audience.
        (Some(path), None) if path.contains(HOLE) => return,
        (None, None) if text.is_empty() || text.contains(HOLE) => return,
        _ => "api",
    };
    let evidence = vec![definition.evidence(attribute, attribute.name())];
    definition.infer(Attribute::AUDIENCE_KIND, Datum::from_text(kind), evidence);
}

/// How the loopback addresses of each list are to be read: the one test of environment and of mixed URIs.
pub fn loopback(definition: &mut Definition) {
    for (list, says) in [
        (Attribute::REDIRECT_URIS, Attribute::LOOPBACK_CONTEXT),
        (Attribute::POST_LOGOUT_REDIRECT_URIS, Attribute::LOGOUT_LOOPBACK_CONTEXT),
        (Attribute::WEB_ORIGINS, Attribute::WEB_ORIGIN_LOOPBACK_CONTEXT),
        (Attribute::ALLOWED_ORIGINS, Attribute::ALLOWED_ORIGIN_LOOPBACK_CONTEXT),
    ] {
        if let Some(word) = loopback_context(definition, list) {
            definition.infer(says, Datum::from_text(word), Vec::new());
        }
    }
}

/// The same for one list; `None` where it has no loopback address.
fn loopback_context(definition: &Definition, list: Attribute) -> Option<&'static str> {
    let (loopback, public) = hosts(definition, list);
    // Whose redirect URIs are mixed, the client is.
    let mixed = || public || hosts(definition, Attribute::REDIRECT_URIS) == (true, true);
    loopback.then(|| match definition.flag(Attribute::PRODUCTION) {
        Some(true) => "production",
        Some(false) => "development",
        None if mixed() => "mixed",
        None if is_named_for_development(definition) => "development",
        None => "unclear",
    })
}

/// Whether a word of the client's name says that it is for development: `Shop (Dev)`.
fn is_named_for_development(definition: &Definition) -> bool {
    const WORDS: &[&str] = &["dev", "development", "local", "localhost", "test", "sandbox"];
    let name = definition.text(Attribute::CLIENT_NAME).unwrap_or_default().to_ascii_lowercase();
    name.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| WORDS.contains(&word))
}

/// Whether a list holds loopback addresses, and public ones.
fn hosts(definition: &Definition, list: Attribute) -> (bool, bool) {
    let mut loopback = false;
    let mut public = false;
    for item in definition.items(list) {
        if let Datum::Uri(uri) = &item.datum {
            loopback |= uri.is(Name::HostKind, "loopback");
            public |= uri.is(Name::Scheme, "https")
                && uri.is(Name::HostKind, "public")
                && matches!(uri.part(Name::Host).as_deref(), Some(Part::Text(_)));
        }
    }
    (loopback, public)
}

/// Whether the keys of a client ID metadata document come from another origin than the document.
pub fn foreign_keys(definition: &mut Definition) {
    let uri = |attribute: Attribute| match definition.facts.get(&attribute).map(|fact| &fact.datum) {
        Some(Datum::Uri(uri)) => Some(uri),
        _ => None,
    };
    let (Some(document), Some(keys)) = (uri(Attribute::EXTERNAL_CLIENT_ID), uri(Attribute::JWKS_URI)) else {
        return;
    };
    let differs = |part: Name| match (document.part(part).as_deref(), keys.part(part).as_deref()) {
        (Some(Part::Text(a)), Some(Part::Text(b))) => a != b,
        (Some(Part::Number(a)), Some(Part::Number(b))) => a != b,
        _ => false,
    };
    if [Name::Scheme, Name::Host, Name::Port].into_iter().any(differs) {
        let evidence = vec![definition.evidence(Attribute::JWKS_URI, "another origin")];
        definition.infer(Attribute::FOREIGN_JWKS, Datum::Flag(true), evidence);
    }
}
