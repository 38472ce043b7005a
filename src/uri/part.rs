//! One part of a URI: its names, and what can be known of it.

use std::borrow::Cow;

use serde_json::Value as Json;

/// What is known of a part of a URI.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Text.
    Text(Cow<'static, str>),
    /// `true` or `false`.
    Flag(bool),
    /// A number.
    Number(u16),
    /// Written, but not knowable.
    Unknown,
}

/// The name of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name {
    /// The whole text.
    Uri,
    /// Its scheme, in lower case.
    Scheme,
    /// Its host, in lower case.
    Host,
    /// `loopback`, `private` or `public`.
    HostKind,
    /// Its port.
    Port,
    /// Its path.
    Path,
    /// Whether it has a query.
    Query,
    /// Whether it has a fragment.
    Fragment,
    /// Whether somebody's name or password stands before the host.
    Userinfo,
    /// Where it has a wildcard, or `none`.
    Wildcard,
    /// The registrable domain of its host.
    Domain,
    /// Whether strangers get names beside its host.
    Shared,
    /// The placeholder that the platform fills in, or `none`.
    Placeholder,
    /// Whether its scheme is an application's own (RFC 8252 section 7.1).
    PrivateUse,
    /// Whether its scheme has the form of a domain in reverse.
    ReverseDomain,
    /// Whether a platform reserves its scheme for its applications.
    PlatformScheme,
    /// Whether its scheme runs code or opens files.
    UnsafeScheme,
    /// What makes it malformed, or `none`.
    Fault,
}

impl Name {
    /// All names.
    pub const ALL: [Self; 18] = [
        Self::Uri,
        Self::Scheme,
        Self::Host,
        Self::HostKind,
        Self::Port,
        Self::Path,
        Self::Query,
        Self::Fragment,
        Self::Userinfo,
        Self::Wildcard,
        Self::Domain,
        Self::Shared,
        Self::Placeholder,
        Self::PrivateUse,
        Self::ReverseDomain,
        Self::PlatformScheme,
        Self::UnsafeScheme,
        Self::Fault,
    ];

    /// The name that rules write as a word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|name| name.word() == word)
    }

    /// How rules write it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Uri => "uri",
            Self::Scheme => "scheme",
            Self::Host => "host",
            Self::HostKind => "host_kind",
            Self::Port => "port",
            Self::Path => "path",
            Self::Query => "query",
            Self::Fragment => "fragment",
            Self::Userinfo => "userinfo",
            Self::Wildcard => "wildcard",
            Self::Domain => "domain",
            Self::Shared => "shared",
            Self::Placeholder => "placeholder",
            Self::PrivateUse => "private_use",
            Self::ReverseDomain => "reverse_domain",
            Self::PlatformScheme => "platform_scheme",
            Self::UnsafeScheme => "unsafe_scheme",
            Self::Fault => "fault",
        }
    }
}

impl Part {
    /// The part as JSON; nothing for what is not known.
    pub fn json(&self) -> Json {
        match self {
            Self::Text(text) => Json::from(text.as_ref()),
            Self::Flag(flag) => Json::from(*flag),
            Self::Number(number) => Json::from(*number),
            Self::Unknown => Json::Null,
        }
    }
}

impl From<String> for Part {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<&'static str> for Part {
    fn from(text: &'static str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<bool> for Part {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<u16> for Part {
    fn from(number: u16) -> Self {
        Self::Number(number)
    }
}

/// What a part is in most URIs, if there is such a thing.
pub(super) fn usual(name: Name) -> Option<&'static Part> {
    static NO: Part = Part::Flag(false);
    static NONE: Part = Part::Text(Cow::Borrowed("none"));
    match name {
        Name::Query
        | Name::Fragment
        | Name::Userinfo
        | Name::PrivateUse
        | Name::ReverseDomain
        | Name::PlatformScheme
        | Name::UnsafeScheme => Some(&NO),
        Name::Wildcard | Name::Shared | Name::Placeholder | Name::Fault => Some(&NONE),
        _ => None,
    }
}
