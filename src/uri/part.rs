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

/// Names of the parts, as rules write them.
pub const PARTS: &[&str] = &[
    "uri",
    "scheme",
    "host",
    "host_kind",
    "port",
    "path",
    "query",
    "fragment",
    "userinfo",
    "wildcard",
    "domain",
    "shared",
    "placeholder",
    "private_use",
    "reverse_domain",
    "platform_scheme",
    "unsafe_scheme",
    "fault",
];

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

/// A part that is known.
pub(super) fn known(value: impl Into<Part>) -> Part {
    value.into()
}

/// What a part is in most URIs, if there is such a thing.
pub(super) fn usual(name: &str) -> Option<&'static Part> {
    static NO: Part = Part::Flag(false);
    static NONE: Part = Part::Text(Cow::Borrowed("none"));
    match name {
        "query" | "fragment" | "userinfo" | "private_use" | "reverse_domain" | "platform_scheme"
        | "unsafe_scheme" => Some(&NO),
        "wildcard" | "shared" | "placeholder" | "fault" => Some(&NONE),
        _ => None,
    }
}
