//! Which bytes of a text must never be shown.
//!
//! Wider than what is *judged* to be a secret: a placeholder with a rest of text, a tag or a comment beside a secret
//! and every other place where the same secret stands are hidden too. What is hidden in vain costs a reader little.

mod suppliers;
mod words;
mod written;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use aho_corasick::AhoCorasick;

use self::suppliers::{Suppliers, suppliers};
use crate::secret::{is_secret_key, may_be_secret_key};
use crate::sensitive;
use crate::source::{FileId, Source, Span};
use crate::tree::expression::Expression;
use crate::tree::{Entry, Node, Value, assignment, pair, show_pieces};

pub use self::words::{free_text, message};
use self::written::{end_of_comment, issued, key_blocks, passwords, tokens, written_out};

/// A text of a project, and what it was read as.
pub struct Text<'a> {
    /// The text.
    pub source: &'a Source,
    /// Its documents.
    pub documents: &'a [Node],
    /// The name of its syntax.
    pub syntax: &'a str,
    /// Whether it holds the values of the others' markers.
    pub fills_in: bool,
}

/// The secrets that stand in the texts of a project or were given beside them. They are looked for when something is to be
/// shown that may hold one.
#[derive(Default)]
pub struct Secrets<'a> {
    texts: Vec<Text<'a>>,
    /// Values of variables that were given, with their names.
    given: Vec<(&'a str, &'a str)>,
    found: OnceLock<Found>,
}

/// What was found in the texts.
struct Found {
    /// Where secrets stand that their keys tell.
    spans: BTreeMap<FileId, Vec<Span>>,
    /// Finds the secrets themselves.
    finder: Finder,
}

/// Finds texts in others. What finds many at once takes long to make.
enum Finder {
    Few(Vec<String>),
    Many(AhoCorasick),
}

impl Finder {
    /// So many texts are few.
    const FEW: usize = 8;

    fn new(texts: BTreeSet<String>) -> Self {
        if texts.len() > Self::FEW
            && let Ok(many) = AhoCorasick::new(&texts)
        {
            return Self::Many(many);
        }
        Self::Few(texts.into_iter().collect())
    }

    /// Where they stand in a text.
    fn spans(&self, text: &str) -> Vec<Span> {
        match self {
            Self::Few(few) => few
                .iter()
                .flat_map(|one| {
                    let found = memchr::memmem::find_iter(text.as_bytes(), one);
                    found.map(|start| Span::new(start, start + one.len()))
                })
                .collect(),
            Self::Many(many) => {
                many.find_iter(text).map(|found| Span::new(found.start(), found.end())).collect()
            }
        }
    }
}

impl<'a> Secrets<'a> {
    /// The secrets of texts, and of variables that were given on the command line.
    pub fn of(texts: Vec<Text<'a>>, given: Vec<(&'a str, &'a str)>) -> Self {
        Self { texts, given, found: OnceLock::new() }
    }

    /// The spans of the texts that must not be shown, sorted and apart.
    pub fn spans(&self) -> BTreeMap<FileId, Vec<Span>> {
        let Found { spans, finder } = self.found();
        let of_text = |text: &Text<'_>| {
            let mut own = spans.get(&text.source.id).cloned().unwrap_or_default();
            let content = &text.source.text;
            own.iter_mut().for_each(|span| span.end = end_of_comment(text.source, *span));
            own.extend(finder.spans(content));
            key_blocks(content, &mut own);
            written_out(text.source, text.syntax == "json", &mut own);
            tokens(content, &mut own);
            issued(content, &mut own);
            passwords(content, &mut own);
            (text.source.id, merge(own))
        };
        // Values come from other files, too.
        let mut all: BTreeMap<FileId, Vec<Span>> =
            spans.iter().map(|(file, spans)| (*file, merge(spans.clone()))).collect();
        all.extend(self.texts.iter().map(of_text));
        all
    }

    fn found(&self) -> &Found {
        self.found.get_or_init(|| {
            let Cover { spans, literals, .. } = Cover::of(&self.texts, &self.given);
            Found { spans, finder: Finder::new(literals) }
        })
    }
}

/// Spans in order, those that touch made one.
pub(crate) fn merge(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut merged: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans.into_iter().filter(|span| span.start < span.end) {
        match merged.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            _ => merged.push(span),
        }
    }
    merged
}

/// Whether what stands under a key is hidden.
fn is_hidden_key(key: &str) -> bool {
    if !may_be_secret_key(key) {
        return false;
    }
    const ENDINGS: &[&str] = &[
        "secret",
        "secrets",
        "pwd",
        "sastoken",
        "authtoken",
        "signingkey",
        "encryptionkey",
        "decryptionkey",
        "sharedkey",
        "symmetrickey",
    ];
    let plain: String =
        key.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    is_secret_key(key) || ENDINGS.iter().any(|ending| plain.ends_with(ending))
}

/// Whether a text may be a secret that is looked for elsewhere: of some length, and with a digit that is not Auth0's.
fn may_hold_secret(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_own = |at: usize| bytes[at].is_ascii_digit() && !bytes[..at].ends_with(b"auth");
    bytes.len() >= SHORT && (0..bytes.len()).any(is_own)
}

/// Where in a document a value stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// Somewhere.
    Plain,
    /// Under a key for secrets.
    Secret,
    /// Under a name that supplies a secret somewhere, and may mean something else here.
    Perhaps,
    /// In settings that a vendor defines, where any `key` and `token` is one.
    Addons,
    /// In settings that are secrets throughout.
    AllSecret,
}

/// What is found while walking.
#[derive(Default)]
struct Cover {
    /// Names of variables and the like that supply secrets.
    names: Suppliers,
    spans: BTreeMap<FileId, Vec<Span>>,
    /// Secrets themselves, to hide them wherever else they stand.
    literals: BTreeSet<String>,
}

/// Shorter texts are not looked for elsewhere.
const SHORT: usize = 8;

impl Cover {
    /// The secrets that stand in the documents of a project, and those of variables that were given.
    fn of(texts: &[Text<'_>], given: &[(&str, &str)]) -> Self {
        let mut cover = Self { names: suppliers(texts), ..Self::default() };
        for (name, value) in given {
            if is_hidden_key(name) || cover.names.has_variable(name) {
                cover.learn(value);
            }
        }
        for document in texts.iter().flat_map(|text| text.documents) {
            cover.node(document, Standing::Plain);
            sensitive::values(document).into_iter().for_each(|node| cover.node(node, Standing::AllSecret));
        }
        cover
    }

    fn node(&mut self, node: &Node, standing: Standing) {
        let certain = matches!(standing, Standing::Secret | Standing::AllSecret);
        let secret = certain || standing == Standing::Perhaps;
        match &node.value {
            Value::Map(entries) => {
                let is_jwk = node.get("kty").is_some();
                // The value of a variable stands under its name as much as under its own key.
                let variable = pair(node).and_then(|(name, value)| Some((name.text()?, value)));
                for entry in entries {
                    let name =
                        variable.filter(|(_, value)| std::ptr::eq(*value, entry)).map(|(name, _)| name);
                    self.entry(entry, name, standing, is_jwk);
                }
            }
            Value::List(items) => {
                for item in items {
                    self.node(item, standing);
                    assignment(item).iter().for_each(|entry| self.entry(entry, None, standing, false));
                }
            }
            Value::Text(text) => {
                if secret && !is_reference(text) {
                    self.hide(node);
                    if certain {
                        self.learn(text);
                    }
                } else if text.contains("PRIVATE KEY-----") {
                    self.hide(node);
                }
            }
            Value::Number(_) if secret => self.hide(node),
            Value::Template(pieces) if secret && !is_reference(&show_pieces(pieces)) => self.hide(node),
            Value::Unknown(unknown) if secret && !is_reference(&unknown.text) => self.hide(node),
            Value::Expression(expression) => match &**expression {
                Expression::Template(_) if secret => self.hide(node),
                expression => expression.parts(&mut |part| self.node(part, standing)),
            },
            _ => {}
        }
    }

    /// `name`: what the entry is called beside its key.
    fn entry(&mut self, entry: &Entry, name: Option<&str>, standing: Standing, is_jwk: bool) {
        let key = entry.key.as_str();
        const TELLING: [&str; 3] = ["addons", "configuration", "variable"];
        // Most keys say nothing.
        if standing == Standing::Plain
            && !is_jwk
            && name.is_none()
            && !may_be_secret_key(key)
            && !TELLING.contains(&key)
            && !self.names.has(key)
        {
            return self.node(&entry.value, standing);
        }
        let called = |is: &dyn Fn(&str) -> bool| is(key) || name.is_some_and(is);
        let private = is_jwk && ["d", "p", "q", "dp", "dq", "qi", "k", "oth"].contains(&key);
        let ends_so = |key: &str| {
            ["key", "token", "password"].iter().any(|end| key.to_ascii_lowercase().ends_with(end))
        };
        let is_secret = |key: &str| is_hidden_key(key) || self.names.has_variable(key);
        let scalar = !matches!(entry.value.value, Value::Map(_) | Value::List(_));
        let standing = match standing {
            Standing::AllSecret => Standing::AllSecret,
            _ if private || called(&is_secret) => Standing::Secret,
            // A function of Pulumi makes one text of what it is given.
            Standing::Secret | Standing::Perhaps if scalar || key.starts_with("fn::") => standing,
            _ if called(&|key| self.names.has(key)) => Standing::Perhaps,
            Standing::Addons if called(&ends_so) => Standing::Secret,
            Standing::Addons => Standing::Addons,
            // In a plan of Terraform that is what the repository has anyway.
            _ if called(&|key| key == "configuration") && entry.value.get("root_module").is_none() => {
                Standing::AllSecret
            }
            _ if called(&|key| key == "addons") => Standing::Addons,
            _ => Standing::Plain,
        };
        if key == "variable" {
            for variable in entry.value.entries() {
                let supplies = self.names.has_variable(&variable.key) || is_hidden_key(&variable.key);
                if let Some(default) = variable.value.get("default").filter(|_| supplies) {
                    self.node(default, Standing::Secret);
                }
            }
        }
        self.node(&entry.value, standing);
    }

    /// Remembers a secret, to hide it wherever else it stands. Words are none, nor are addresses among settings that are
    /// secrets throughout.
    fn learn(&mut self, text: &str) {
        let text = text.trim();
        let is_word = text.contains(char::is_whitespace) || text.contains("://");
        if may_hold_secret(text) && !is_word {
            self.literals.insert(text.to_owned());
        }
    }

    fn hide(&mut self, node: &Node) {
        for place in std::iter::once(&node.place).chain(node.supplied.as_deref()) {
            self.spans.entry(place.file).or_default().push(place.span);
        }
    }
}

/// Whether a text is nothing but the name of where the secret is kept, which shows that it is done right.
fn is_reference(text: &str) -> bool {
    let mut rest = text.trim();
    if rest.is_empty() {
        return true;
    }
    let name = |text: &str| {
        !text.trim().is_empty()
            && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | ' '))
    };
    let upper = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
    if ["var.", "local.", "module.", "each.", "data."].iter().any(|root| rest.starts_with(root)) {
        return name(rest);
    }
    if let Some(variable) = rest.strip_prefix('$').filter(|variable| upper(variable)) {
        return !variable.is_empty();
    }
    while !rest.is_empty() {
        let wrapped = [("##", "##"), ("@@", "@@"), ("{{", "}}"), ("${", "}"), ("$(", ")")].iter().find_map(
            |(open, close)| {
                let inner = rest.strip_prefix(open)?;
                let end = inner.find(close)?;
                name(&inner[..end]).then(|| inner[end + close.len()..].trim_start())
            },
        );
        match wrapped {
            Some(next) => rest = next,
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_with_a_rest_is_none() {
        for text in
            ["##WEB_SECRET##", "${WEB_SECRET}", "$WEB_SECRET", "{{ .Values.secret }}", "var.web_secret", ""]
        {
            assert!(is_reference(text), "{text}");
        }
        for text in
            ["ab##cd", "##A##-k3y", "${WEB:-k3y0987}", "[k3y0987]", "k3y...", "{{ 'k3y' }}", "your-k3y"]
        {
            assert!(!is_reference(text), "{text}");
        }
    }
}
