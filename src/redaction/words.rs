//! Messages and reasons without the secrets in them.

use std::borrow::Cow;

use super::written::{is_hidden_word, key_before, passwords, runs, written_out};
use super::{Secrets, may_hold_secret, merge};
use crate::masked::MASK;
use crate::source::{FileId, Source, Span};

impl Secrets<'_> {
    /// What somebody wrote in words of their own, without them and without what may be a secret besides.
    pub fn hide(&self, text: &str) -> String {
        free_text(&self.without(text))
    }

    /// A message that repeats values, such as a URI, without them and without other passwords.
    pub fn message(&self, text: &str) -> String {
        message(&self.without(text))
    }

    fn without<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if !may_hold_secret(text) {
            return Cow::Borrowed(text);
        }
        let spans = self.found().finder.spans(text);
        if spans.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(without(text, spans)) }
    }
}

/// What somebody wrote in words of their own, such as a reason, without what may be a secret in it.
pub fn free_text(text: &str) -> String {
    let mut spans = Vec::new();
    written_out(&Source::new(FileId(0), "", None, text.to_owned()), false, &mut spans);
    passwords(text, &mut spans);
    runs(text, &mut spans, &|run| {
        let count = |is: fn(&u8) -> bool| run.iter().filter(|byte| is(byte)).count();
        let (upper, lower) = (count(u8::is_ascii_uppercase), count(u8::is_ascii_lowercase));
        let digits = count(u8::is_ascii_digit);
        // Shorter ones than elsewhere: a name so mixed is rare in a sentence, except for numbers of tickets.
        let parts = run.split(|byte| matches!(byte, b'-' | b'_')).map(<[u8]>::len);
        let longest = parts.max().unwrap_or_default();
        longest >= 12 && digits > 0 && upper > 0 && lower > 0
            || longest >= 16 && digits >= 3 && upper + lower > 0
            || run.len() >= 24 && digits >= 8
    });
    without(text, spans)
}

/// A message that repeats values, such as a URI, without the passwords and secrets in them.
pub fn message(text: &str) -> String {
    let mut spans = Vec::new();
    passwords(text, &mut spans);
    for sign in memchr::memchr_iter(b'=', text.as_bytes()) {
        if is_hidden_word(key_before(text, sign)) {
            let rest = &text[sign + 1..];
            let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '&' | '#' | ';' | '`' | '"'));
            spans.push(Span::new(sign + 1, sign + 1 + end.unwrap_or(rest.len())));
        }
    }
    without(text, spans)
}

/// A text with a mask in place of spans.
fn without(text: &str, spans: Vec<Span>) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut at = 0;
    for span in merge(spans) {
        shown.push_str(&text[at..span.start as usize]);
        shown.push_str(MASK);
        at = span.end as usize;
    }
    shown.push_str(&text[at..]);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_repeat_no_passwords() {
        assert_eq!(
            message("URI https://u:k3y@h/x?client_secret=k3y&a=b is bad"),
            "URI https://u:[redacted]@h/x?client_secret=[redacted]&a=b is bad"
        );
        assert_eq!(message("URI http://localhost:3000/@a is bad"), "URI http://localhost:3000/@a is bad");
    }

    #[test]
    fn reasons_hold_no_secrets() {
        for (text, shown) in [
            ("the old client_secret: k3y was known", "the old client_secret: [redacted]"),
            ("aB3dE5gH7jK9 leaked", "[redacted] leaked"),
            ("was 3f2b8c1d-aaaa-4bbb-8ccc-0123456789ab", "was [redacted]"),
            (
                "until the SDK is upgraded, JIRA-IAM-2024-0412",
                "until the SDK is upgraded, JIRA-IAM-2024-0412",
            ),
            (
                "see https://tickets.example.com/browse/SEC-500",
                "see https://tickets.example.com/browse/SEC-500",
            ),
        ] {
            assert_eq!(free_text(text), shown);
        }
    }
}
