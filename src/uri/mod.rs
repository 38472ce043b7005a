//! URIs of a definition taken apart: scheme, kind of host, wildcard, faults. Parts that are not known stay unknown.

mod part;
mod take_apart;

use std::borrow::Cow;

use serde_json::Value as Json;

use self::part::usual;
pub use self::part::{Name, Part};
use self::take_apart::take_apart;
use crate::tree::{Piece, show_pieces};

/// A URI, of which parts may be unknown.
#[derive(Clone, Debug, PartialEq)]
pub struct Uri {
    pieces: Box<[Piece]>,
    /// What is known of its parts, except for what most URIs have in common: flags that are false, words that are
    /// `none`.
    parts: Box<[(Name, Part)]>,
}

impl Uri {
    /// Takes a URI apart of which all is known.
    pub fn from_text(text: &str) -> Self {
        Self::from_pieces(vec![Piece::Text(text.to_owned())])
    }

    /// Takes a URI apart of which parts are known.
    pub fn from_pieces(pieces: Vec<Piece>) -> Self {
        let parts = take_apart(&pieces).unusual();
        Self { pieces: pieces.into_boxed_slice(), parts }
    }

    /// What is known of a part; `None` if the URI has no such part.
    pub fn part(&self, name: Name) -> Option<Cow<'_, Part>> {
        if name == Name::Uri {
            let text = self.text().map(str::to_owned);
            return Some(Cow::Owned(text.map_or(Part::Unknown, Part::from)));
        }
        // Only what has a scheme has flags; what has none says so by having no scheme.
        let usual = || usual(name).filter(|_| self.has_usual(name));
        self.stored(name).or_else(usual).map(Cow::Borrowed)
    }

    fn stored(&self, name: Name) -> Option<&Part> {
        self.parts.iter().find(|(part, _)| *part == name).map(|(_, part)| part)
    }

    /// Whether a part that is not stored is as usual, rather than missing.
    fn has_usual(&self, name: Name) -> bool {
        match name {
            Name::PrivateUse | Name::UnsafeScheme | Name::Wildcard | Name::Placeholder | Name::Fault => true,
            Name::Userinfo | Name::Shared => self.stored(Name::Host).is_some(),
            _ => self.stored(Name::Scheme).is_some_and(|scheme| *scheme != Part::Unknown),
        }
    }

    /// Its text, if all of it is known.
    pub fn text(&self) -> Option<&str> {
        match &*self.pieces {
            [Piece::Text(text)] => Some(text),
            [] => Some(""),
            _ => None,
        }
    }

    /// Whether nothing of it is known.
    pub fn is_unknown(&self) -> bool {
        !self.pieces.is_empty() && self.pieces.iter().all(|piece| matches!(piece, Piece::Hole(_)))
    }

    /// Its text as it is written, unknown parts as they stand.
    pub fn show(&self) -> String {
        show_pieces(&self.pieces)
    }

    /// All parts, if all are known.
    pub fn json(&self) -> Option<Json> {
        let mut all = serde_json::Map::new();
        for name in Name::ALL {
            match self.part(name).as_deref() {
                Some(Part::Unknown) => return None,
                Some(part) => drop(all.insert(name.word().to_owned(), part.json())),
                None => {}
            }
        }
        Some(Json::Object(all))
    }

    /// Whether a part is known to have a value.
    pub fn is(&self, name: Name, value: &str) -> bool {
        matches!(self.part(name).as_deref(), Some(Part::Text(text)) if text == value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(uri: &Uri, name: &str) -> String {
        match uri.part(Name::of(name).unwrap()).as_deref() {
            Some(Part::Text(text)) => text.to_string(),
            Some(Part::Unknown) => "?".into(),
            Some(part) => part.json().to_string(),
            None => "-".into(),
        }
    }

    fn parts(text: &str) -> [String; 4] {
        let uri = Uri::from_text(text);
        ["scheme", "host_kind", "wildcard", "fault"].map(|name| part(&uri, name))
    }

    #[test]
    fn hosts_are_told_apart() {
        for (uri, kind) in [
            ("http://localhost:3000/cb", "loopback"),
            ("http://app.localhost/cb", "loopback"),
            ("http://127.0.0.2/cb", "loopback"),
            ("http://[::1]:8080/cb", "loopback"),
            ("http://10.0.0.5/cb", "private"),
            ("http://printer.local/cb", "private"),
            ("http://intranet/cb", "private"),
            ("http://api.ns.svc.cluster.local/cb", "private"),
            ("https://localhost.shop.example/cb", "public"),
            ("https://mylocalhost.io", "public"),
            ("http://8.8.8.8/cb", "public"),
        ] {
            assert_eq!(part(&Uri::from_text(uri), "host_kind"), kind, "{uri}");
        }
    }

    #[test]
    fn wildcards_are_told_apart() {
        for (uri, kind) in [
            ("*", "bare"),
            ("https://*", "host"),
            ("http*://x.shop.com", "scheme"),
            ("https://*.com/cb", "public-suffix"),
            ("https://*.co.uk/cb", "public-suffix"),
            ("https://*.shop.com/cb", "subdomain"),
            ("https://pr-*-web.shop.com/cb", "subdomain"),
            ("https://*.vercel.app/cb", "subdomain"),
            ("https://app.*.shop.com/cb", "misplaced"),
            ("https://shop.com/*", "path"),
            ("https://shop.com/cb", "none"),
            ("http://localhost:*/cb", "none"),
        ] {
            assert_eq!(part(&Uri::from_text(uri), "wildcard"), kind, "{uri}");
        }
    }

    #[test]
    fn faults_are_named() {
        for (uri, fault) in [
            ("localhost:3000/cb", "no-scheme"),
            ("/cb", "relative"),
            ("https://a.com/cb#x", "fragment"),
            ("https://u:p@a.com/", "userinfo"),
            ("https://a.com/a b", "whitespace"),
            ("https://a.com/../b", "dot-segment"),
            ("https://a.com,https://b.com", "comma"),
            ("https:///cb", "unparsable"),
            ("https://https://a.com/cb", "unparsable"),
            ("https://[::1/cb", "unparsable"),
            ("https://[::1]/cb", "none"),
            ("com.acme.app://cb", "none"),
            ("com.acme.app:/cb", "none"),
            ("https://a.com/cb", "none"),
        ] {
            assert_eq!(part(&Uri::from_text(uri), "fault"), fault, "{uri}");
        }
    }

    #[test]
    fn what_is_not_known_stays_unknown() {
        let hole = |name: &str| Piece::Hole(name.into());
        let text = |text: &str| Piece::Text(text.into());
        let uri = Uri::from_pieces(vec![text("https://"), hole("##H##"), text("/cb")]);
        assert_eq!(
            [part(&uri, "scheme"), part(&uri, "host_kind"), part(&uri, "path")],
            ["https", "?", "/cb"]
        );
        let uri = Uri::from_pieces(vec![text("https://"), hole("##E##"), text(".shop.com/cb")]);
        assert_eq!(
            [part(&uri, "host"), part(&uri, "host_kind"), part(&uri, "domain")],
            ["?", "public", "shop.com"]
        );
        let uri = Uri::from_pieces(vec![hole("var.base"), text("/cb")]);
        assert_eq!([part(&uri, "scheme"), part(&uri, "fault"), part(&uri, "wildcard")], ["?", "?", "?"]);
        let uri = Uri::from_pieces(vec![text("http://localhost:"), hole("##PORT##"), text("/cb")]);
        assert_eq!([part(&uri, "host_kind"), part(&uri, "port")], ["loopback", "?"]);
        let uri = Uri::from_pieces(vec![text("http://"), hole("##H##"), text(".")]);
        assert_eq!(part(&uri, "host_kind"), "?");
    }

    #[test]
    fn private_use_schemes_are_told_from_the_rest() {
        assert_eq!(parts("com.acme.app://x"), ["com.acme.app", "public", "none", "none"]);
        assert_eq!(part(&Uri::from_text("myapp://cb"), "private_use"), "true");
        assert_eq!(part(&Uri::from_text("javascript:void(0)"), "unsafe_scheme"), "true");
        assert_eq!(part(&Uri::from_text("urn:ietf:wg:oauth:2.0:oob"), "private_use"), "false");
    }
}
