//! Secrets that are told by how they are written, in whatever they stand: comments, texts, files that cannot be read.

use super::{SHORT, is_hidden_key, is_reference};
use crate::source::{Source, Span};

/// The end of the comment that follows on the same line, which may speak of what it stands beside; else the end.
pub(super) fn end_of_comment(source: &Source, span: Span) -> u32 {
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
pub(super) fn key_blocks(text: &str, spans: &mut Vec<Span>) {
    for at in memchr::memmem::find_iter(text.as_bytes(), b"PRIVATE KEY-----") {
        let Some(start) = text[..at].rfind("-----BEGIN").filter(|start| at - start < 40) else { continue };
        let end = text[at + 10..].find("-----END").map_or(text.len(), |end| at + 10 + end);
        spans.push(Span::new(start, end));
    }
}

/// What is written after a key for secrets, wherever that stands: in comments, in text, beside a tag or an anchor.
pub(super) fn written_out(source: &Source, json: bool, spans: &mut Vec<Span>) {
    let text = source.text.as_str();
    let bytes = text.as_bytes();
    for sign in memchr::memchr2_iter(b':', b'=', bytes) {
        let key = key_before(text, sign);
        if key.is_empty() || !is_hidden_word(key) {
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
                let open = end == line && !json && !bytes[start + 1..line].ends_with(&[*quote]);
                let lines = if open {
                    closing(&bytes[..bytes.len().min(start + SEVERAL_LINES)], start, *quote)
                } else {
                    line
                };
                let (end, line) = if open { (lines, end_of_line(source, lines)) } else { (end, line) };
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
pub(super) fn key_before(text: &str, sign: usize) -> &str {
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

/// What services of known names issue starts so.
const ISSUED: &[&str] = &[
    "ghp_",
    "gho_",
    "ghs_",
    "ghu_",
    "github_pat_",
    "glpat-",
    "sk_live_",
    "sk_test_",
    "rk_live_",
    "xoxb-",
    "xoxp-",
    "xoxa-",
    "npm_",
    "dop_v1_",
    "hooks.slack.com/services/",
    "eyJ",
    "GOCSPX-",
];

pub(super) fn issued(text: &str, spans: &mut Vec<Span>) {
    for prefix in ISSUED {
        for at in memchr::memmem::find_iter(text.as_bytes(), prefix.as_bytes()) {
            let rest = &text.as_bytes()[at..];
            let part = |b: &u8| b.is_ascii_alphanumeric() || b"_-+./=".contains(b);
            let length = rest.iter().position(|b| !part(b)).unwrap_or(rest.len());
            if length >= prefix.len() + SHORT {
                spans.push(Span::new(at, at + length));
            }
        }
    }
}

/// Runs of characters so long and so mixed that nobody makes them up as a name.
const RANDOM: usize = 44;

pub(super) fn tokens(text: &str, spans: &mut Vec<Span>) {
    runs(text, spans, &|run| {
        run.len() >= RANDOM
            && run.iter().any(u8::is_ascii_lowercase)
            && run.iter().any(u8::is_ascii_uppercase)
            && run.iter().any(u8::is_ascii_digit)
    });
}

/// Adds the runs of characters without a blank that pass for a secret.
pub(super) fn runs(text: &str, spans: &mut Vec<Span>, is_secret: &dyn Fn(&[u8]) -> bool) {
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

/// Passwords in URIs: `scheme://user:password@host`.
pub(super) fn passwords(text: &str, spans: &mut Vec<Span>) {
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

/// A quoted text over several lines is looked for within so many bytes.
const SEVERAL_LINES: usize = 4096;

/// Whether what is written after a key is hidden, where it is a text: others use these words for maps of settings.
pub(super) fn is_hidden_word(key: &str) -> bool {
    const ENDINGS: &[&str] =
        &["token", "bearer", "authorization", "pass", "passphrase", "credential", "credentials", "webhook"];
    let plain = key.to_ascii_lowercase();
    ENDINGS.iter().any(|ending| plain.ends_with(ending)) || is_hidden_key(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redaction::merge;
    use crate::source::FileId;

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
