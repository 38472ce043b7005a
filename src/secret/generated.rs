//! Secrets that a platform made: what looks like one, also where it stands for the case that nothing else is given.

use data_encoding::BASE64;

use super::{Class, classify_text};
use crate::tree::Value;
use crate::tree::expression::Expression;

/// Whether a text looks like what a server makes for a secret, and not like a name for one: as it is, or in base64 as in
/// the secrets of Kubernetes.
pub fn is_generated(text: &str) -> bool {
    if let Some(fallback) = fallback(text) {
        return is_generated(fallback);
    }
    // What was not encoded stands for bytes that are no text.
    let is_text =
        |text: &String| text.bytes().all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace());
    let decoded = BASE64.decode(text.as_bytes()).ok();
    let decoded = decoded.and_then(|bytes| String::from_utf8(bytes).ok()).filter(is_text);
    let text = decoded.as_deref().map_or(text, str::trim);
    let has = |of: fn(&u8) -> bool| text.as_bytes().iter().any(of);
    let lower = text.to_ascii_lowercase();
    text.len() >= 24
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_digit)
        && !["secret", "auth0"].iter().any(|word| lower.contains(word))
        && classify_text(text) == Class::Literal
}

/// Whether a secret is written in an expression, for the case that nothing else is given: `coalesce(var.secret, "…")`.
pub(super) fn holds_generated(expression: &Expression) -> bool {
    let mut holds = false;
    expression.parts(&mut |part| {
        holds |= match &part.value {
            Value::Text(text) => is_generated(text),
            Value::Expression(inner) => holds_generated(inner),
            _ => false,
        }
    });
    holds
}

/// What a reference stands for where nothing else does: `${NAME:-fallback}` of a shell, `${name:fallback}` of Spring,
/// `{{ name | default('fallback') }}` of Ansible and Helm, `${{ secrets.NAME || 'fallback' }}` of GitHub.
pub(super) fn fallback(text: &str) -> Option<&str> {
    let is_name = |text: &str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'))
    };
    if text.contains("{{") {
        let chosen = ["default", " or ", "||"].iter().any(|word| text.contains(word));
        let quoted = text.split(['"', '\'']).skip(1).step_by(2).last();
        return quoted.filter(|_| chosen);
    }
    let (name, fallback) = text.strip_prefix("${")?.strip_suffix('}')?.split_once([':', '?'])?;
    is_name(name).then(|| fallback.strip_prefix(['-', '=']).unwrap_or(fallback))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_is_what_nobody_makes_up() {
        for (text, is) in [
            ("hjkD83-sd9KJkd_0921kjsdKJHd8273", true),
            // The same and a line break, and what asks to be replaced, in base64.
            ("aGprRDgzLXNkOUtKa2RfMDkyMWtqc2RLSkhkODI3Mwo=", true),
            ("eW91ci1hdXRoMC1jbGllbnQtc2VjcmV0LUhlcmUx", false),
            ("c2V0LXRoaXMtaW4tcHJvZHVjdGlvbg==", false),
            ("acme-prod-auth0", false),
            ("Auth0ClientSecretParameter2024", false),
        ] {
            assert_eq!(is_generated(text), is, "{text}");
        }
    }
}
