//! Takes the text of a URI apart, of which pieces may be unknown.

use std::borrow::Cow;

use super::part::{Name, Part, usual};
use crate::host::{HOLE, host_kind, host_wildcard, is_open, known_suffix, shared, split_port};
use crate::tree::Piece;

/// The parts of a URI, as they are found.
pub(super) struct Parts(Vec<(Name, Part)>);

impl Parts {
    /// The parts that are not as they are in most URIs.
    pub(super) fn unusual(self) -> Box<[(Name, Part)]> {
        self.0.into_boxed_slice()
    }

    fn add(&mut self, name: Name, part: impl Into<Part>) {
        let part = part.into();
        if usual(name) != Some(&part) {
            self.0.push((name, part));
        }
    }
}

/// Takes a URI apart.
pub(super) fn take_apart(pieces: &[Piece]) -> Parts {
    let text = match pieces {
        [Piece::Text(text)] => Cow::Borrowed(text.as_str()),
        pieces => Cow::Owned(pieces.iter().map(with_hole).collect()),
    };
    let open = is_open(&text);
    // So many are unusual in a URI of the web.
    let mut parts = Parts(Vec::with_capacity(6));
    let Some((scheme, rest)) = split_scheme(&text) else {
        let start_open = text.starts_with(HOLE) || (open && !text.contains("//"));
        return without_scheme(parts, &text, open, start_open);
    };
    let scheme: Cow<'static, str> = match scheme {
        "https" => Cow::Borrowed("https"),
        "http" => Cow::Borrowed("http"),
        other => Cow::Owned(other.to_ascii_lowercase()),
    };
    let web = scheme == "http" || scheme == "https";
    if !web {
        let unsafe_scheme = UNSAFE_SCHEMES.contains(&&*scheme);
        let platform = PLATFORM_SCHEMES.contains(&&*scheme) || scheme.starts_with("msauth.");
        let is_own = !unsafe_scheme && !platform && scheme != "urn" && !scheme.contains('*');
        parts.add(Name::PrivateUse, is_own);
        parts.add(Name::ReverseDomain, scheme.contains('.'));
        parts.add(Name::PlatformScheme, platform);
        parts.add(Name::UnsafeScheme, unsafe_scheme);
    }
    parts.add(Name::Scheme, Part::Text(scheme.clone()));
    let plain = is_plain(&text);
    let (before_fragment, fragment) = if plain { (rest, None) } else { cut(rest, '#') };
    parts.add(Name::Fragment, fragment.is_some());
    let (before_query, query) = if plain { (rest, None) } else { cut(before_fragment, '?') };
    parts.add(Name::Query, query.is_some());
    let (authority, path) = match before_query.strip_prefix("//") {
        Some(rest) => {
            let end = rest.find(['/', '\\']).unwrap_or(rest.len());
            (Some(&rest[..end]), &rest[end..])
        }
        None => (None, before_query),
    };
    parts.add(Name::Path, if open && is_open(path) { Part::Unknown } else { path.to_owned().into() });
    let mut host_fault = None;
    let mut host_wildcard = None;
    if let Some(authority) = authority {
        let (userinfo, host_port) = match authority.rsplit_once('@') {
            Some((_, host)) => (true, host),
            None => (false, authority),
        };
        parts.add(Name::Userinfo, userinfo);
        host_wildcard = authority_parts(&mut parts, host_port, web, &mut host_fault);
    }
    if plain {
        let fault = host_fault.or((web && authority.is_none()).then_some("unparsable"));
        parts.add(Name::Fault, fault.unwrap_or("none"));
        return parts;
    }
    parts.add(Name::Placeholder, placeholder(&text, open));
    let wildcard = wildcard(&text, &scheme, host_wildcard, path, query, open);
    let fault = fault(&text, web, authority, path, fragment, &wildcard, host_fault);
    let hidden = open && fault == "none";
    parts.add(Name::Fault, if hidden { Part::Unknown } else { fault.into() });
    parts.add(Name::Wildcard, wildcard);
    parts
}

/// The text of a piece, with a sign in the place of what is unknown.
fn with_hole(piece: &Piece) -> Cow<'_, str> {
    match piece {
        Piece::Text(text) => Cow::Borrowed(text),
        Piece::Hole(_) => Cow::Owned(HOLE.to_string()),
    }
}

/// Whether a text holds nothing that could be a fault, a wildcard, a placeholder, a query or a fragment. Most do not.
fn is_plain(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'.' | b':' | b'-' | b'_');
    text.bytes().all(plain) && !text.contains("..")
}

/// The parts of a text that has no scheme, or whose scheme is unknown.
fn without_scheme(mut parts: Parts, text: &str, open: bool, start_open: bool) -> Parts {
    let wildcard = if text == "*" {
        Part::from("bare")
    } else if text.contains('*') && !start_open {
        Part::from(if text.starts_with("http*") { "scheme" } else { "host" })
    } else if text.contains('*') {
        Part::from("path")
    } else if open {
        Part::Unknown
    } else {
        Part::from("none")
    };
    if start_open {
        const OPEN: [Name; 7] = [
            Name::Scheme,
            Name::Host,
            Name::HostKind,
            Name::Domain,
            Name::PrivateUse,
            Name::Fault,
            Name::UnsafeScheme,
        ];
        for name in OPEN {
            parts.add(name, Part::Unknown);
        }
    } else {
        let fault = if text == "*" || text.is_empty() {
            "none"
        } else if text.contains(',') {
            "comma"
        } else if text.starts_with(['/', '.']) {
            "relative"
        } else {
            "no-scheme"
        };
        parts.add(Name::Fault, fault);
    }
    parts.add(Name::Placeholder, placeholder(text, open));
    parts.add(Name::Wildcard, wildcard);
    parts
}

/// Scheme and what follows its colon. `localhost:3000` has no scheme: what follows the colon is a port.
fn split_scheme(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once(':')?;
    let mut characters = scheme.chars();
    let named = characters.next().is_some_and(|first| first.is_ascii_alphabetic())
        && characters.all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.' | '*'));
    let is_port = || {
        let port = rest.split(['/', '?', '#']).next().unwrap_or("");
        port == "*"
            || port.starts_with(HOLE)
            || (!port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()))
    };
    (named && (rest.starts_with("//") || !is_port())).then_some((scheme, rest))
}

fn cut(text: &str, at: char) -> (&str, Option<&str>) {
    match text.split_once(at) {
        Some((before, after)) => (before, Some(after)),
        None => (text, None),
    }
}

/// Adds what host and port say; returns the kind of wildcard in the host.
fn authority_parts(
    parts: &mut Parts,
    host_port: &str,
    web: bool,
    fault: &mut Option<&'static str>,
) -> Option<&'static str> {
    let (host, port) = split_port(host_port);
    if let Some(port) = port {
        let number = port.parse::<u16>().ok();
        if web && number.is_none() && !is_open(port) && port != "*" && !port.is_empty() {
            *fault = Some("unparsable");
        }
        parts.add(
            Name::Port,
            match number {
                Some(number) => number.into(),
                None if is_open(port) => Part::Unknown,
                None => port.to_owned().into(),
            },
        );
    }
    let host = host.to_ascii_lowercase();
    let open = is_open(&host);
    if web && !is_host(&host) {
        *fault = Some("unparsable");
    }
    if host.is_empty() {
        return None;
    }
    let suffix = known_suffix(&host);
    // What stands where the host belongs in an app-specific scheme is a name of the application's own.
    let kind = if web || open || host == "localhost" { host_kind(&host, suffix) } else { Some("public") };
    parts.add(Name::HostKind, kind.map_or(Part::Unknown, Part::from));
    if let Some(suffix) = suffix {
        let plain = suffix.trim_start_matches(['*', '.']);
        let domain = || psl::domain_str(plain);
        if let Some(domain) = (kind == Some("public")).then(domain).flatten() {
            parts.add(Name::Domain, domain.to_owned());
        } else if open {
            parts.add(Name::Domain, Part::Unknown);
        }
        let shared = shared(plain);
        parts.add(Name::Shared, if open && shared == "none" { Part::Unknown } else { shared.into() });
    } else {
        parts.add(Name::Domain, Part::Unknown);
        parts.add(Name::Shared, Part::Unknown);
    }
    let wildcard = host.contains('*').then(|| host_wildcard(&host));
    parts.add(Name::Host, if open { Part::Unknown } else { host.into() });
    wildcard
}

/// Whether a text can be a host of the web, as far as its form tells. A second scheme was pasted over the host.
fn is_host(host: &str) -> bool {
    let unclosed = host.starts_with('[') && !host.ends_with(']');
    !(host.is_empty() || unclosed || matches!(host, "http" | "https"))
}

/// Kind of wildcard in the whole URI.
fn wildcard(
    text: &str,
    scheme: &str,
    host: Option<&'static str>,
    path: &str,
    query: Option<&str>,
    open: bool,
) -> Part {
    if scheme.contains('*') {
        Part::from("scheme")
    } else if let Some(kind) = host {
        Part::from(kind)
    } else if path.contains('*') {
        Part::from("path")
    } else if query.is_some_and(|query| query.contains('*')) {
        Part::from("query")
    } else if text.contains('*') {
        // A port: RFC 8252 section 7.3 lets the port of a loopback address vary.
        Part::from("none")
    } else if open {
        Part::Unknown
    } else {
        Part::from("none")
    }
}

/// What makes the URI malformed: one of the faults in the vocabulary, or `none`.
fn fault(
    text: &str,
    web: bool,
    authority: Option<&str>,
    path: &str,
    fragment: Option<&str>,
    wildcard: &Part,
    host: Option<&'static str>,
) -> &'static str {
    let lower_path = path.to_ascii_lowercase();
    let dots = |segment: &str| matches!(segment, ".." | "%2e%2e" | ".%2e" | "%2e.");
    let comma = text.split(',').skip(1).any(|rest| rest.trim_start().contains("://"));
    if comma {
        "comma"
    } else if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        "whitespace"
    } else if text.contains('\\') {
        "backslash"
    } else if fragment.is_some() {
        "fragment"
    } else if authority.is_some_and(|authority| authority.contains('@')) {
        "userinfo"
    } else if lower_path.split('/').any(dots) || lower_path.contains("%2f") {
        "dot-segment"
    } else if let Some(fault) = host {
        fault
    } else if web && authority.is_none() {
        "unparsable"
    } else if matches!(wildcard, Part::Text(kind) if kind == "misplaced")
        || (!web && matches!(wildcard, Part::Text(kind) if kind != "none"))
    {
        "wildcard"
    } else {
        "none"
    }
}

/// What stands for the name of an organization at Auth0.
const ORGANIZATION: &str = "{organization_name}";

/// Whether the name of the organization stands where it is filled in: once, as the first label of a host of the web.
fn is_subdomain(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let rest = rest.and_then(|rest| rest.strip_prefix(ORGANIZATION)?.strip_prefix('.'));
    rest.is_some_and(|rest| {
        rest.starts_with(|first: char| first.is_ascii_alphanumeric()) && !rest.contains(ORGANIZATION)
    })
}

/// Placeholders that Auth0 fills in: `{organization_name}` and metadata of organization or custom domain.
fn placeholder(text: &str, open: bool) -> Part {
    if text.contains(ORGANIZATION) {
        Part::from(if open || is_subdomain(text) { "organization_name" } else { "misplaced" })
    } else if text.contains("{organization.metadata.") || text.contains("{custom_domain.metadata.") {
        Part::from("metadata")
    } else if open {
        Part::Unknown
    } else {
        Part::from("none")
    }
}

/// Schemes that run code or open local files.
const UNSAFE_SCHEMES: &[&str] =
    &["javascript", "data", "vbscript", "file", "about", "blob", "filesystem", "ws", "wss", "ftp"];

/// Schemes that a platform or a browser reserves for its applications.
const PLATFORM_SCHEMES: &[&str] = &[
    "ms-app",
    "ms-appx-web",
    "ms-appx",
    "msauth",
    "msal",
    "chrome-extension",
    "moz-extension",
    "safari-extension",
    "safari-web-extension",
    "vscode",
    "vscode-insiders",
    "cursor",
];
