//! `[facts]`: what the organisation declares.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value as Json;

use super::globs::matchers;
use super::layer::{ConfigError, Layer};
use crate::declared::{Declared, Lifetimes};

/// What the organisation declares; rules compare clients with it.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct Facts {
    /// `strict` where strict third-party clients are made in the Dashboard, else `never`.
    pub(super) dashboard_third_party: Option<String>,
    /// Where first-party clients may redirect to: these domains and those below them.
    pub(super) first_party_domains: Option<Vec<String>>,
    /// Schemes of installed applications, beside those made from a domain.
    pub(super) custom_schemes: Option<Vec<String>>,
    /// For a type of application, or `*` for the others: the grants that its clients may use.
    pub(super) allowed_grant_types: BTreeMap<String, Vec<String>>,
    /// How clients may authenticate at the token endpoint.
    pub(super) allowed_auth_methods: Option<Vec<String>>,
    /// How long tokens may live.
    pub(super) max_token_lifetime: MaxTokenLifetime,
    /// Names of clients that belong to others, with `*` for any text.
    pub(super) third_party_clients: Option<Vec<String>>,
}

/// How long tokens may live: `90s`, `15m`, `24h`, `30d`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct MaxTokenLifetime {
    /// Access tokens of an API.
    pub(super) access: Option<String>,
    /// ID tokens.
    pub(super) id: Option<String>,
    /// Refresh tokens, however often they are used.
    pub(super) refresh_absolute: Option<String>,
    /// Refresh tokens that are not used.
    pub(super) refresh_idle: Option<String>,
}

/// What the layers declare, later ones first; each key is that of the last layer that has it.
pub(super) fn declared(layers: &[Layer]) -> Result<Declared, ConfigError> {
    let mut declared = Declared::default();
    for layer in layers {
        let facts = &layer.written.facts;
        let error = |message| layer.error(message);
        let set = |into: &mut Option<Vec<String>>, from: &Option<Vec<String>>| {
            if from.is_some() {
                into.clone_from(from);
            }
        };
        if let Some(word) = &facts.dashboard_third_party {
            if !["strict", "never"].contains(&word.as_str()) {
                return Err(error(format!(
                    "facts.dashboard-third-party: `{word}` is neither strict nor never"
                )));
            }
            declared.dashboard_third_party = Some(word.clone());
        }
        set(&mut declared.first_party_domains, &facts.first_party_domains);
        set(&mut declared.allowed_auth_methods, &facts.allowed_auth_methods);
        declared.allowed_grant_types.extend(facts.allowed_grant_types.clone());
        if let Some(names) = &facts.third_party_clients {
            declared.third_party_clients = matchers(names).map_err(error)?;
        }
        let Lifetimes { access, id, refresh_absolute, refresh_idle } = &mut declared.max_lifetimes;
        let most = &facts.max_token_lifetime;
        for (into, from) in [
            (access, &most.access),
            (id, &most.id),
            (refresh_absolute, &most.refresh_absolute),
            (refresh_idle, &most.refresh_idle),
        ] {
            if let Some(text) = from {
                let wrong =
                    || error(format!("facts.max-token-lifetime: `{text}` is no duration such as 24h"));
                *into = Some(seconds(text).ok_or_else(wrong)?);
            }
        }
    }
    Ok(declared)
}

/// The options of rules that facts stand for: rule, option, value.
pub(super) fn options(layer: &Layer) -> Option<(&'static str, &'static str, Json)> {
    let schemes = layer.written.facts.custom_schemes.clone()?;
    Some(("private-use-scheme-not-reverse-domain", "allowed-schemes", Json::from(schemes)))
}

/// A duration such as `24h`, in seconds.
fn seconds(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let factor = match text[digits..].trim() {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "w" => 604_800,
        _ => return None,
    };
    text[..digits].parse::<u64>().ok()?.checked_mul(factor)
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn durations_have_a_unit() {
        assert_eq!(seconds("24h"), Some(86_400));
        assert_eq!(seconds("90 s"), Some(90));
        for text in ["", "24", "h", "-1h", "1y", "99999999999999999999d"] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }
}
