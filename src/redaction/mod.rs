//! Which bytes of a text must never be shown.
//!
//! Wider than what is *judged* to be a secret: a placeholder with a rest of text, a tag or a comment beside a secret
//! and every other place where the same secret stands are hidden too. What is hidden in vain costs a reader little.

mod suppliers;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::AhoCorasick;

use self::suppliers::{suppliers, without_namespace};
use crate::secret::is_secret_key;
use crate::sensitive;
use crate::source::{FileId, Source, Span};
use crate::tree::expression::Expression;
use crate::tree::{Entry, Node, Value, assignment, pair, show_pieces};

pub use self::words::{Secrets, free_text, message};

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

/// The spans of a project's texts that must not be shown, sorted and apart.
pub fn spans(texts: &[Text<'_>]) -> BTreeMap<FileId, Vec<Span>> {
    let cover = Cover::of(texts, &[]);
    let mut spans = cover.spans;
    let known = AhoCorasick::new(&cover.literals).ok();
    for text in texts {
        let own = spans.entry(text.source.id).or_default();
        let content = &text.source.text;
        own.iter_mut().for_each(|span| span.end = end_of_comment(text.source, *span));
        let occurrences = known.iter().flat_map(|known| known.find_iter(content));
        own.extend(occurrences.map(|found| Span::new(found.start(), found.end())));
        key_blocks(content, own);
        written_out(text.source, text.syntax == "json", own);
        tokens(content, own);
        passwords(content, own);
    }
    spans.into_iter().map(|(file, spans)| (file, merge(spans))).collect()
}

/// Passwords in URIs: `scheme://user:password@host`.
fn passwords(text: &str, spans: &mut Vec<Span>) {
    for at in memchr::memmem::find_iter(text.as_bytes(), b"://") {
        let start = at + 3;
        let ends = |c: char| c.is_whitespace() || matches!(c, '/' | '"' | '\'' | '`' | ',' | '<' | '>');
        let authority = &text[start..];
        let authority = &authority[..authority.find(ends).unwrap_or(authority.len())];
        if let (Some(colon), Some(end)) = (authority.find(':'), authority.rfind('@'))
            && colon < end
            && !is_reference(&authority[colon + 1..end])
        {
            spans.push(Span::new(start + colon + 1, start + end));
        }
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

/// Where in a document a value stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// Somewhere.
    Plain,
    /// Under a key for secrets.
    Secret,
    /// In settings that a vendor defines, where any `key` and `token` is one.
    Addons,
    /// In settings that are secrets throughout.
    AllSecret,
}

/// What is found while walking.
#[derive(Default)]
struct Cover {
    /// Names of variables and the like that supply secrets.
    names: BTreeSet<String>,
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
            if is_hidden_key(name) || cover.names.contains(*name) {
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
        let secret = matches!(standing, Standing::Secret | Standing::AllSecret);
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
                    self.learn(text);
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
        let called = |is: &dyn Fn(&str) -> bool| is(key) || name.is_some_and(is);
        let private = is_jwk && ["d", "p", "q", "dp", "dq", "qi", "k", "oth"].contains(&key);
        let ends_so = |key: &str| {
            ["key", "token", "password"].iter().any(|end| key.to_ascii_lowercase().ends_with(end))
        };
        let is_secret = |key: &str| is_hidden_key(key) || self.names.contains(without_namespace(key));
        let scalar = !matches!(entry.value.value, Value::Map(_) | Value::List(_));
        let standing = match standing {
            Standing::AllSecret => Standing::AllSecret,
            _ if private || called(&is_secret) => Standing::Secret,
            // A function of Pulumi makes one text of what it is given.
            Standing::Secret if scalar || key.starts_with("fn::") => Standing::Secret,
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
                let supplies = self.names.contains(&variable.key) || is_hidden_key(&variable.key);
                if let Some(default) = variable.value.get("default").filter(|_| supplies) {
                    self.node(default, Standing::Secret);
                }
            }
        }
        self.node(&entry.value, standing);
    }

    /// Remembers a secret, to hide it wherever else it stands.
    fn learn(&mut self, text: &str) {
        let text = text.trim();
        // An address among settings that are secrets throughout is none.
        let is_secret = text.bytes().any(|b| b.is_ascii_digit()) && !text.contains("://");
        if text.len() >= SHORT && !text.contains('\n') && is_secret {
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

/// The end of the comment that follows on the same line, which may speak of what it stands beside; else the end.
fn end_of_comment(source: &Source, span: Span) -> u32 {
    let line = source.text.get(span.end as usize..end_of_line(source, span.end as usize)).unwrap_or("");
    let comment = line.trim_start_matches(|c| " \t,;'\"}])".contains(c));
    let follows = ["#", "//", "/*"].iter().any(|sign| comment.starts_with(sign));
    if follows { Span::new(0, span.end as usize + line.len()).end } else { span.end }
}

/// Where the line of an offset ends, without its line break.
fn end_of_line(source: &Source, offset: usize) -> usize {
    let starts = source.line_starts();
    let next = starts.get(starts.partition_point(|start| *start as usize <= offset));
    let end = next.map_or(source.text.len(), |next| *next as usize);
    offset.max(source.text[..end].trim_end_matches(['\n', '\r']).len())
}

/// PEM blocks of private keys, whatever they stand in.
fn key_blocks(text: &str, spans: &mut Vec<Span>) {
    for at in memchr::memmem::find_iter(text.as_bytes(), b"PRIVATE KEY-----") {
        let Some(start) = text[..at].rfind("-----BEGIN").filter(|start| at - start < 40) else { continue };
        let end = text[at + 10..].find("-----END").map_or(text.len(), |end| at + 10 + end);
        spans.push(Span::new(start, end));
    }
}

/// What is written after a key for secrets, wherever that stands: in comments, in text, beside a tag or an anchor.
fn written_out(source: &Source, json: bool, spans: &mut Vec<Span>) {
    let text = source.text.as_str();
    let bytes = text.as_bytes();
    for sign in memchr::memchr2_iter(b':', b'=', bytes) {
        let key = key_before(text, sign);
        if key.is_empty() || !is_hidden_key(key) {
            continue;
        }
        let rest = &text[sign..];
        let blanks =
            rest.bytes().take_while(|b| matches!(b, b':' | b'=' | b'>' | b' ' | b'\t' | b'\\')).count();
        let start = sign + blanks;
        let line = end_of_line(source, start);
        let (end, inner) = match bytes.get(start) {
            Some(quote @ (b'"' | b'\'')) => {
                let end = closing(&bytes[..line], start, *quote);
                let rest_of_line = if json { end } else { line };
                (rest_of_line, text.get(start + 1..end.saturating_sub(1)))
            }
            // The tree knows the parts of a collection.
            Some(b'{' | b'[') | None => continue,
            Some(_) if json => {
                let ends = |b: &u8| matches!(b, b',' | b'}' | b']' | b' ' | b'\t');
                let end = bytes[start..line].iter().position(ends).map_or(line, |length| start + length);
                (end, text.get(start..end))
            }
            Some(_) => (line, text.get(start..line)),
        };
        let harmless = inner.is_some_and(|inner| {
            is_reference(inner)
                || ["null", "~", "true", "false"].contains(&inner.trim().trim_end_matches(','))
        });
        if !harmless {
            spans.push(Span::new(start, end));
        }
    }
}

/// The word before a `:` or `=`, without quotes.
fn key_before(text: &str, sign: usize) -> &str {
    let before = text[..sign].trim_end_matches([' ', '\t', '"', '\'', '\\']);
    let length: usize = before
        .chars()
        .rev()
        .take(80)
        .take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
        .map(char::len_utf8)
        .sum();
    &before[before.len() - length..]
}

/// The end of a quoted text that starts at `start`; the end of the line where it is not closed there.
fn closing(line: &[u8], start: usize, quote: u8) -> usize {
    let mut at = start + 1;
    while let Some(byte) = line.get(at) {
        match byte {
            b'\\' if quote == b'"' => at += 1,
            byte if *byte == quote => return at + 1,
            _ => {}
        }
        at += 1;
    }
    line.len()
}

/// Runs of characters so long and so mixed that nobody makes them up as a name.
const RANDOM: usize = 44;

fn tokens(text: &str, spans: &mut Vec<Span>) {
    runs(text, spans, &|run| {
        run.len() >= RANDOM
            && run.iter().any(u8::is_ascii_lowercase)
            && run.iter().any(u8::is_ascii_uppercase)
            && run.iter().any(u8::is_ascii_digit)
    });
}

/// Adds the runs of characters without a blank that pass for a secret.
fn runs(text: &str, spans: &mut Vec<Span>, is_secret: &dyn Fn(&[u8]) -> bool) {
    let bytes = text.as_bytes();
    let part = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'+');
    let mut at = 0;
    while at < bytes.len() {
        let length = bytes[at..].iter().position(|b| !part(b)).unwrap_or(bytes.len() - at);
        if is_secret(&bytes[at..at + length]) {
            spans.push(Span::new(at, at + length));
        }
        at += length + 1;
    }
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

    #[test]
    fn what_is_written_after_a_key_is_hidden_in_comments_too() {
        let hidden = |text: &str, json| {
            let mut spans = Vec::new();
            written_out(&Source::new(FileId(0), "a", None, text.to_owned()), json, &mut spans);
            merge(spans)
                .iter()
                .map(|span| text[span.start as usize..span.end as usize].to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(hidden("# client_secret: k3y # old\nname: a", false), ["k3y # old"]);
        assert_eq!(hidden("client_secret = var.secret\nname = 1", false), [""; 0]);
        assert_eq!(hidden(r#"{"client_secret":"k\"3y","name":1}"#, true), [r#""k\"3y""#]);
        assert_eq!(hidden(r#"{"client_secret":31415926,"name":1}"#, true), ["31415926"]);
    }
}
