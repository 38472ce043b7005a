//! Secrets: which fields hold them, and what class of value stands there.

mod generated;
mod keys;
mod strength;

use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::OnceLock;

pub use self::generated::is_generated;
use self::generated::{fallback, holds_generated};
pub use self::keys::{is_secret_key, may_be_secret_key};
pub use self::strength::{is_tried_first, shortest_key, weaknesses};
use crate::tree::{Node, Piece, Value};

/// What stands where a secret belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// The secret itself.
    Literal,
    /// A reference to where it is kept: a variable, an environment variable.
    Reference,
    /// A marker that is replaced before the file is used: `##X##`, `@@X@@`, `{{ x }}`.
    Placeholder,
    /// A value that a secret manager supplies or holds encrypted.
    Managed,
    /// A hash of the secret, where the server takes hashes.
    Hash,
    /// Taken out by whoever published the file.
    Redacted,
    /// A sample that asks to be replaced: `YOUR_SECRET`.
    Sample,
    /// Something that cannot be known.
    Unknown,
}

impl Class {
    /// Its name, as rules see it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Literal => "literal",
            Self::Reference => "reference",
            Self::Placeholder => "placeholder",
            Self::Managed => "managed",
            Self::Hash => "hash",
            Self::Redacted => "redacted",
            Self::Sample => "sample",
            Self::Unknown => "unknown",
        }
    }
}

/// A secret for comparing it with others of the same run. Keyed anew in every run, and never shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint(pub(crate) u64);

impl Fingerprint {
    /// The fingerprint of a secret.
    pub fn of(text: &str) -> Self {
        static KEY: OnceLock<RandomState> = OnceLock::new();
        Self(KEY.get_or_init(RandomState::new).hash_one(text))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fingerprint(..)")
    }
}

/// The class of what stands in a field for a secret; `None` for nothing at all.
pub fn classify(node: &Node) -> Option<Class> {
    Some(match &node.value {
        Value::Null => return None,
        Value::Text(text) if text.trim().is_empty() => return None,
        Value::Text(text) => classify_text(text),
        Value::Template(pieces) => {
            let literal = |piece: &Piece| matches!(piece, Piece::Text(text) if text.trim().len() >= 16);
            if pieces.iter().any(literal) { Class::Literal } else { Class::Placeholder }
        }
        Value::Unknown(unknown) => classify_expression(&unknown.text),
        Value::Expression(expression) if holds_generated(expression) => Class::Literal,
        Value::Expression(_) => Class::Reference,
        // An unquoted run of digits is a number to the parser and a secret to its owner.
        Value::Number(text) if text.len() >= 6 => Class::Literal,
        Value::Number(_) | Value::Bool(_) => Class::Sample,
        // `{ secretKeyRef: .. }`, `{ fn::secret: .. }`: where to find it. A literal inside is found by its own key.
        Value::Map(_) => Class::Reference,
        Value::List(items) => match items.as_slice() {
            [one] => return classify(one),
            _ => return None,
        },
    })
}

/// The text that stands where a secret belongs: by itself, or as the one item of a list, as in plugins of Kong.
pub fn text(node: &Node) -> Option<&str> {
    match node.items() {
        [one] => one.text(),
        _ => node.text(),
    }
}

/// The class of a text that stands where a secret belongs.
pub fn classify_text(text: &str) -> Class {
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    let wrapped = |open: &str, close: &str| text.starts_with(open) && text.ends_with(close);
    if lower.contains("redacted") || lower == "_value_not_shown_" || is_run(text, "*xX•.-_") {
        return Class::Redacted;
    }
    if fallback(text).is_some_and(is_generated) {
        return Class::Literal;
    }
    if text.contains("##")
        || text.contains("@@")
        || text.contains("{{")
        || wrapped("$(", ")")
        || wrapped("#{", "}")
        || wrapped("#{", "}#")
        || wrapped("%", "%")
        || wrapped("__", "__")
    {
        return Class::Placeholder;
    }
    if text.starts_with("${")
        || (text.starts_with('$') && is_name(&text[1..]))
        || lower.starts_with("env:")
        || lower.starts_with("process.env.")
    {
        return Class::Reference;
    }
    const MANAGED: &[&str] = &[
        "op://",
        "vault:",
        "arn:aws:",
        "enc[",
        "sops:",
        "secret://",
        "secretref:",
        "projects/",
        "ref+",
        "keyvault",
        "@microsoft.keyvault(",
        "ssm:",
        "aws-ssm:",
        "gcp-secret:",
        "akv:",
        "doppler:",
        "infisical:",
        "age1",
        "$ansible_vault",
        "kms:",
    ];
    if MANAGED.iter().any(|prefix| lower.starts_with(prefix)) || lower.starts_with("-----begin age") {
        return Class::Managed;
    }
    const HASHES: &[&str] =
        &["$pbkdf2", "$argon2", "$2a$", "$2b$", "$2y$", "$scrypt$", "$5$", "$6$", "{bcrypt}"];
    if HASHES.iter().any(|prefix| lower.starts_with(prefix)) {
        return Class::Hash;
    }
    if wrapped("<", ">")
        || wrapped("[", "]")
        || wrapped("{", "}")
        || text.contains("...")
        || text.contains('…')
    {
        return Class::Sample;
    }
    if is_sample(&lower) || is_monotonous(&lower) || is_name_in_capitals(text) {
        Class::Sample
    } else {
        Class::Literal
    }
}

/// Whether a text is one letter or digit again and again, as nobody's secret is.
fn is_monotonous(text: &str) -> bool {
    let mut characters = text.chars().filter(|c| c.is_alphanumeric());
    let first = characters.next();
    characters.all(|c| Some(c) == first)
}

/// The class of an expression that cannot be evaluated.
fn classify_expression(text: &str) -> Class {
    if text.contains("##") || text.contains("@@") {
        return Class::Placeholder;
    }
    const MANAGED: &[&str] = &[
        "data.",
        "random_password.",
        "random_string.",
        "vault_",
        "aws_",
        "google_",
        "azurerm_",
        "ephemeral.",
    ];
    let written = text.trim();
    let text = written.trim_start_matches("${");
    if MANAGED.iter().any(|prefix| text.starts_with(prefix)) {
        Class::Managed
    } else if text.starts_with("var.")
        || text.starts_with("local.")
        || text.starts_with("each.")
        || text.starts_with("module.")
        || text.contains('.')
        || written.starts_with("${")
    {
        Class::Reference
    } else {
        Class::Unknown
    }
}

/// Words that say that a value is to be replaced. A real secret is random text and holds none of them as a word.
fn is_sample(lower: &str) -> bool {
    const WHOLE: &[&str] = &[
        "secret",
        "client_secret",
        "client-secret",
        "clientsecret",
        "some_client_secret",
        "some-client-secret",
        "password",
        "changeme",
        "change_me",
        "change-me",
        "test",
        "dummy",
        "example",
        "todo",
        "tbd",
        "none",
        "null",
        "placeholder",
        "foo",
        "bar",
        "foobar",
        "mysecret",
        "my_secret",
        "my-secret",
        "abc",
        "abc123",
        "123",
        "1234",
        "12345",
        "123456",
        "12345678",
        "a",
        "b",
        "x",
        "fake",
        "insecure_secret",
    ];
    const WORDS: &[&str] = &[
        "your",
        "yours",
        "replace",
        "replaceme",
        "changeme",
        "insert",
        "placeholder",
        "todo",
        "fixme",
        "sample",
        "enter",
        "fill",
        "set",
        "stored",
        "override",
        "overridden",
        "usersecrets",
    ];
    // What a sentence speaks of: `AUTH0 CLIENT SECRET`, `see key vault`.
    const SPOKEN_OF: &[&str] = &["secret", "secrets", "vault", "env", "environment", "variable", "variables"];
    // What only a sentence has: `log in and copy the value`. A phrase that somebody made up has none of them.
    const JOINTS: &[&str] = &[
        "a", "an", "and", "as", "at", "by", "for", "from", "in", "into", "is", "it", "of", "on", "or", "the",
        "this", "to", "with",
    ];
    let word = |word: &str| WORDS.contains(&word);
    let joint = |word: &str| JOINTS.contains(&word);
    let spoken_of = |word: &str| SPOKEN_OF.contains(&word);
    WHOLE.contains(&lower)
        || lower.split(|c: char| !c.is_ascii_alphanumeric()).any(word)
        || (lower.contains(' ') && lower.split_whitespace().any(spoken_of))
        || (lower.split_whitespace().nth(2).is_some() && lower.split_whitespace().any(joint))
        || is_named_secret(lower)
        || (lower.starts_with("some") && lower.len() < 32 && lower.contains("secret"))
}

/// Whether a text is the name of a secret: `prod_client_secret`, `shop.auth0.client.secret`.
fn is_named_secret(lower: &str) -> bool {
    const SEPARATORS: [char; 4] = ['_', '-', '.', '/'];
    let is_word = |word: &str| word == "auth0" || word.bytes().all(|byte| byte.is_ascii_lowercase());
    let mut words = lower.rsplit(SEPARATORS);
    words.next() == Some("secret") && words.next() == Some("client") && words.all(is_word)
}

/// Whether a text is the name of a variable that speaks of a secret: `CLIENT_SECRET_OF_M2M_APP`.
fn is_name_in_capitals(text: &str) -> bool {
    let is_word = |word: &str| word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    text.contains('_') && text.split('_').all(is_word) && text.split('_').any(|word| word == "SECRET")
}

fn is_run(text: &str, of: &str) -> bool {
    text.chars().count() >= 3 && text.chars().all(|c| of.contains(c))
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_and_references_are_no_literals() {
        for (text, class) in [
            ("kq83-EXAMPLE-71Zp-not-real-5521", Class::Literal),
            ("hjkD83-sd9KJkd_0921kjsdKJHd8273", Class::Literal),
            ("##WEB_SECRET##", Class::Placeholder),
            ("bbbbbbbbbbbbbbbbbbbb", Class::Sample),
            ("00000000-0000-0000-0000-000000000000", Class::Sample),
            ("{{ .Values.secret }}", Class::Placeholder),
            ("${WEB_SECRET}", Class::Reference),
            ("$WEB_SECRET", Class::Reference),
            ("#{WebSecret}#", Class::Placeholder),
            ("Set by user-secrets", Class::Sample),
            ("ACME CLIENT SECRET", Class::Sample),
            ("use user secrets", Class::Sample),
            ("Log in and copy the value", Class::Sample),
            ("correct horse battery staple", Class::Literal),
            ("DEV_MANAGEMENT_API_CLIENT_SECRET", Class::Sample),
            ("shop.auth0.client.secret", Class::Sample),
            ("CLIENT_SECRET_OF_M2M_APP", Class::Sample),
            ("KQ83-SECRET-71ZP", Class::Literal),
            ("kq83-client-secret", Class::Literal),
            ("kq83 EXAMPLE 71Zp not real", Class::Literal),
            ("YOUR_CLIENT_SECRET", Class::Sample),
            ("<your secret>", Class::Sample),
            ("some_client_secret", Class::Sample),
            ("...", Class::Redacted),
            ("[REDACTED]", Class::Redacted),
            ("********", Class::Redacted),
            ("op://vault/item/secret", Class::Managed),
            ("$2b$10$abcdefghijklmnopqrstuv", Class::Hash),
            ("${WEB_SECRET:-hjkD83-sd9KJkd_0921kjsdKJHd8273}", Class::Literal),
            ("${web.secret:hjkD83-sd9KJkd_0921kjsdKJHd8273}", Class::Literal),
            ("{{ web_secret | default('hjkD83-sd9KJkd_0921kjsdKJHd8273') }}", Class::Literal),
            ("${{ secrets.WEB || 'hjkD83-sd9KJkd_0921kjsdKJHd8273' }}", Class::Literal),
            ("${WEB_SECRET:-local-development-only}", Class::Reference),
            ("${WEB_SECRET:?set it in the shell}", Class::Reference),
            ("${ssm:/acme/web/secret}", Class::Reference),
            ("{{ lookup('vault', 'hjkD83-sd9KJkd_0921kjsdKJHd8273') }}", Class::Placeholder),
        ] {
            assert_eq!(classify_text(text), class, "{text}");
        }
    }
}
