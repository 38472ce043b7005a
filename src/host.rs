//! Hosts of URIs: whose they are, and what a wildcard in them covers.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Stands for a hole while a URI is taken apart: a character that no URI holds.
pub(crate) const HOLE: char = '\u{e000}';

/// Whether a text has a hole. Most have none, which is seen at once where all of it is ASCII.
pub(crate) fn is_open(text: &str) -> bool {
    !text.is_ascii() && text.contains(HOLE)
}

/// Host and port. An IPv6 address stands in brackets.
pub(crate) fn split_port(host_port: &str) -> (&str, Option<&str>) {
    if host_port.starts_with('[') {
        return match host_port.split_once(']') {
            Some((host, rest)) => (&host_port[..=host.len()], rest.strip_prefix(':')),
            None => (host_port, None),
        };
    }
    match host_port.rsplit_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (host_port, None),
    }
}

/// The end of a host that is known, from a label's start; the whole host if all is known.
pub(crate) fn known_suffix(host: &str) -> Option<&str> {
    if !is_open(host) {
        return Some(host);
    }
    let (_, rest) = host.rsplit_once(HOLE)?;
    let (_, suffix) = rest.split_once('.')?;
    Some(suffix).filter(|suffix| suffix.contains('.') || *suffix == "localhost")
}

/// `loopback`, `private` or `public`; `None` where it cannot be known.
pub(crate) fn host_kind(host: &str, suffix: Option<&str>) -> Option<&'static str> {
    let open = is_open(host);
    let known = suffix?;
    let host = known.trim_end_matches('.');
    if host == "localhost" || host.ends_with(".localhost") {
        return Some("loopback");
    }
    if !open {
        if let Ok(address) = host.parse::<Ipv4Addr>() {
            return Some(if address.is_loopback() {
                "loopback"
            } else if address.is_private() || address.is_link_local() || address.is_unspecified() {
                "private"
            } else {
                "public"
            });
        }
        if host.contains(':')
            && let Ok(address) = host.trim_matches(['[', ']']).parse::<Ipv6Addr>()
        {
            let mapped = address.to_ipv4_mapped();
            return Some(if address.is_loopback() || mapped.is_some_and(|v4| v4.is_loopback()) {
                "loopback"
            } else if address.is_unique_local() || address.is_unicast_link_local() || address.is_unspecified()
            {
                "private"
            } else {
                "public"
            });
        }
        if !host.contains('.') {
            return Some("private");
        }
    }
    const PRIVATE: &[&str] = &[
        "local",
        "internal",
        "test",
        "lan",
        "home",
        "corp",
        "intranet",
        "private",
        "localdomain",
        "home.arpa",
        "example",
        "invalid",
    ];
    // Names for documentation (RFC 2606) are somebody's public hosts for a linter's purposes.
    let is_under = |name: &&&str| host.strip_suffix(**name).is_some_and(|rest| rest.ends_with('.'));
    match PRIVATE.iter().find(is_under) {
        Some(&"example" | &"invalid") | None => Some("public"),
        Some(_) => Some("private"),
    }
}

/// Whether strangers can get names under the host's parent: `none`, `hosting` or `tunnel`.
pub(crate) fn shared(host: &str) -> &'static str {
    let mut is_known = false;
    // The host and each domain above it.
    for domain in std::iter::successors(Some(host), |domain| Some(domain.split_once('.')?.1)) {
        if is_tunnel(domain) || domain.starts_with("ngrok") {
            return "tunnel";
        }
        is_known |= is_hosting(domain);
    }
    // The private section of the public suffix list holds the domains under which companies hand out names.
    let private_suffix =
        || psl::suffix(host.as_bytes()).is_some_and(|suffix| suffix.typ() == Some(psl::Type::Private));
    if is_known || private_suffix() { "hosting" } else { "none" }
}

/// Kind of wildcard in a host: `host`, `public-suffix`, `subdomain` or `misplaced`.
pub(crate) fn host_wildcard(host: &str) -> &'static str {
    let (first, parent) = host.split_once('.').unwrap_or((host, ""));
    if parent.is_empty() || first.is_empty() {
        return "host";
    }
    if parent.contains('*') || host.matches('*').count() > 1 || !first.contains('*') {
        return "misplaced";
    }
    if is_open(parent) {
        return "subdomain";
    }
    let is_suffix = psl::domain_str(parent).is_none()
        && psl::suffix(parent.as_bytes()).is_some_and(|suffix| suffix.typ() != Some(psl::Type::Private));
    if is_suffix && parent != "localhost" { "public-suffix" } else { "subdomain" }
}

/// Whether strangers get names under a domain for a while: tunnels and previews.
fn is_tunnel(domain: &str) -> bool {
    matches!(
        domain,
        "app.github.dev"
            | "codesandbox.io"
            | "csb.app"
            | "devtunnels.ms"
            | "exp.direct"
            | "github.dev"
            | "githubpreview.dev"
            | "gitpod.io"
            | "lhr.life"
            | "loca.lt"
            | "localhost.run"
            | "localtunnel.me"
            | "ngrok-free.app"
            | "ngrok-free.dev"
            | "ngrok.app"
            | "ngrok.dev"
            | "ngrok.io"
            | "repl.co"
            | "replit.dev"
            | "serveo.net"
            | "stackblitz.io"
            | "trycloudflare.com"
            | "webcontainer.io"
    )
}

/// Whether strangers get names under a domain for good, beside the private part of the public suffix list.
fn is_hosting(domain: &str) -> bool {
    matches!(
        domain,
        "amplifyapp.com"
            | "appspot.com"
            | "azurestaticapps.net"
            | "azurewebsites.net"
            | "bubbleapps.io"
            | "cloudfront.net"
            | "deno.dev"
            | "firebaseapp.com"
            | "fly.dev"
            | "github.io"
            | "gitlab.io"
            | "glitch.me"
            | "herokuapp.com"
            | "netlify.app"
            | "netlify.com"
            | "now.sh"
            | "onrender.com"
            | "pages.dev"
            | "railway.app"
            | "render.com"
            | "run.app"
            | "s3-website.amazonaws.com"
            | "s3.amazonaws.com"
            | "surge.sh"
            | "up.railway.app"
            | "vercel.app"
            | "web.app"
            | "workers.dev"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_under_shared_domains_are_anybodys() {
        for (host, who) in [
            ("a.ngrok.io", "tunnel"),
            ("ngrok.io", "tunnel"),
            ("x.app.github.dev", "tunnel"),
            ("ngrok-7.acme.example", "tunnel"),
            ("a.vercel.app", "hosting"),
            ("bucket.s3.amazonaws.com", "hosting"),
            ("a.web.app", "hosting"),
            ("acme.com", "none"),
            ("notvercel.app", "none"),
        ] {
            assert_eq!(shared(host), who, "{host}");
        }
    }
}
