//! Makes YAML of a Deploy CLI template: finds the markers that a YAML parser would stumble over or take for
//! comments, and puts harmless text of the same length in their place.

use std::borrow::Cow;
use std::ops::Range;

use super::markers;

/// A text whose markers are masked. Offsets in it are offsets in the original.
pub(crate) struct Masked<'a> {
    original: &'a str,
    /// What a YAML parser can read.
    pub(crate) text: Cow<'a, str>,
    /// The markers that were masked, in order.
    markers: Vec<Range<usize>>,
    /// What each masked marker starts with: a character that the text does not contain.
    sentinel: char,
}

impl<'a> Masked<'a> {
    /// Masks the markers outside of quotes, block scalars and comments; inside of them they do no harm.
    pub(crate) fn new(original: &'a str) -> Self {
        let mut masked = Self::plain(original);
        if markers::find(original, 0).is_none() {
            return masked;
        }
        let mut lexer = Lexer::new(original);
        lexer.run();
        masked.markers = lexer.markers;
        if masked.markers.is_empty() {
            return masked;
        }
        masked.sentinel =
            ('\u{e000}'..='\u{f8ff}').find(|sign| !original.contains(*sign)).unwrap_or(masked.sentinel);
        let mut text = String::with_capacity(original.len());
        for marker in &masked.markers {
            text.push_str(&original[text.len()..marker.start]);
            text.push(masked.sentinel);
            // A marker has five bytes at least, the sentinel has three.
            text.extend(std::iter::repeat_n('x', marker.end - text.len()));
        }
        text.push_str(&original[text.len()..]);
        masked.text = Cow::Owned(text);
        masked
    }

    /// The same of a text that is known to hold none.
    pub(crate) fn plain(original: &'a str) -> Self {
        Self { original, text: Cow::Borrowed(original), markers: Vec::new(), sentinel: '\u{e000}' }
    }

    /// Puts the markers back into a scalar or key that was read from a place of the masked text.
    pub(crate) fn restore(&self, cooked: Cow<'_, str>, place: Range<usize>) -> String {
        if self.markers.is_empty() || !cooked.contains(self.sentinel) {
            return cooked.into_owned();
        }
        let first = self.markers.partition_point(|marker| marker.start < place.start);
        let mut markers = self.markers[first..].iter();
        let mut restored = String::with_capacity(cooked.len());
        let mut rest = &*cooked;
        while let Some(at) = rest.find(self.sentinel) {
            restored.push_str(&rest[..at]);
            rest = &rest[at..];
            let Some(marker) = markers.next() else { break };
            restored.push_str(&self.original[marker.clone()]);
            rest = rest.get(marker.len()..).unwrap_or("");
        }
        restored.push_str(rest);
        restored
    }
}

/// Knows just enough of YAML to tell plain text from quotes, comments and block scalars.
struct Lexer<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    markers: Vec<Range<usize>>,
    line: usize,
    /// Open `[` and `{`.
    flow: usize,
    /// Inside a plain scalar, where quotes and brackets are text.
    plain: bool,
    /// Where the present token starts.
    token: usize,
    /// Column of the innermost key or dash: lines with more indentation belong to its value.
    entry: Option<usize>,
    /// A key or dash at the end of the line before, without a value so far.
    wants_value: bool,
}

impl<'a> Lexer<'a> {
    fn new(text: &'a str) -> Self {
        let bytes = text.as_bytes();
        Self {
            text,
            bytes,
            at: 0,
            markers: Vec::new(),
            line: 0,
            flow: 0,
            plain: false,
            token: 0,
            entry: None,
            wants_value: false,
        }
    }

    fn run(&mut self) {
        while self.at < self.bytes.len() {
            self.start_line();
            self.rest_of_line();
        }
    }

    fn start_line(&mut self) {
        self.line = self.at;
        if is_document_mark(&self.bytes[self.at..]) {
            self.at += 3;
            self.flow = 0;
            self.plain = false;
            self.entry = None;
            self.wants_value = false;
            return;
        }
        self.skip(b' ');
        let indent = self.at - self.line;
        self.skip(b'\t');
        match self.byte() {
            None | Some(b'\n' | b'\r') => {}
            _ if self.flow > 0 => {}
            Some(b'#') => self.line_comment(indent),
            Some(_) => {
                self.plain &= self.deeper(indent);
                self.wants_value = false;
            }
        }
    }

    /// A `#` at the start of a line: a comment, were it not for markers as keys and as only values.
    fn line_comment(&mut self, indent: usize) {
        if let Ok(end) = markers::end(self.bytes, self.at) {
            let line_end = self.line_end(end);
            let rest = &self.text[end..line_end];
            let is_key = rest.split([' ', '\t', '#']).next().is_some_and(|glued| glued.ends_with(':'));
            let is_value = self.wants_value
                && rest.trim().is_empty()
                && self.deeper(indent)
                && self.ends_value(line_end);
            if is_key || is_value {
                self.plain = false;
                self.wants_value = false;
                return;
            }
            // Only the first comment below a key can be its value; and looking further ahead for each of
            // many would take long.
            self.wants_value = false;
        }
        self.plain = false;
        self.at = self.line_end(self.at);
    }

    /// Whether what follows below is no part of the value that the last key wants.
    fn ends_value(&self, mut at: usize) -> bool {
        loop {
            while matches!(self.bytes.get(at), Some(b'\n' | b'\r')) {
                at += 1;
            }
            let line = at;
            while self.bytes.get(at) == Some(&b' ') {
                at += 1;
            }
            match self.bytes.get(at) {
                None => return true,
                Some(b'#') => at = self.line_end(at),
                Some(b'\n' | b'\r') => {}
                Some(b'-') if self.entry == Some(at - line) => {
                    // A list below a key may have the key's own indentation; an item after an item has it too.
                    return self.bytes.get(self.token) == Some(&b'-') && self.blank_at(self.token + 1);
                }
                Some(_) => return !self.deeper(at - line) || is_document_mark(&self.bytes[line..]),
            }
        }
    }

    fn rest_of_line(&mut self) {
        while let Some(byte) = self.byte() {
            match byte {
                b'\n' | b'\r' => {
                    self.at += 1;
                    return;
                }
                b' ' | b'\t' => self.at += 1,
                b'#' | b'@' => self.sign(byte),
                _ if self.plain => self.in_plain(byte),
                _ => self.start_token(byte),
            }
        }
    }

    fn sign(&mut self, byte: u8) {
        match markers::end(self.bytes, self.at) {
            Ok(end) => {
                self.markers.push(self.at..end);
                self.start_plain();
                self.at = end;
            }
            Err(_) if byte == b'#' && self.after_blank() => {
                self.at = self.line_end(self.at);
                self.plain = false;
                return;
            }
            Err(_) => {
                self.start_plain();
                self.at += 1;
            }
        }
        self.wants_value = false;
    }

    fn in_plain(&mut self, byte: u8) {
        match byte {
            b':' if self.ends_key() => self.colon(),
            b',' | b'[' | b']' | b'{' | b'}' if self.flow > 0 => {
                self.plain = false;
                return;
            }
            _ => {}
        }
        self.at += 1;
    }

    fn start_token(&mut self, byte: u8) {
        self.wants_value = false;
        match byte {
            b'"' => self.double_quoted(),
            b'\'' => self.single_quoted(),
            b'[' | b'{' => {
                self.flow += 1;
                self.at += 1;
            }
            b']' | b'}' | b',' if self.flow > 0 => {
                self.flow -= usize::from(byte != b',');
                self.at += 1;
            }
            b'|' | b'>' if self.flow == 0 => self.block_scalar(),
            b'-' | b'?' if self.flow == 0 && self.blank_at(self.at + 1) => {
                self.token = self.at;
                self.entry = Some(self.column(self.at));
                self.wants_value = true;
                self.at += 1;
            }
            b':' if self.ends_key() => {
                self.colon();
                self.at += 1;
            }
            b'!' | b'&' | b'*' => self.property(),
            _ => {
                self.start_plain();
                self.at += 1;
            }
        }
    }

    fn start_plain(&mut self) {
        if !self.plain {
            self.plain = true;
            self.token = self.at;
        }
    }

    fn colon(&mut self) {
        self.plain = false;
        if self.flow == 0 {
            self.entry = Some(self.column(self.token));
            self.wants_value = true;
        }
    }

    fn ends_key(&self) -> bool {
        let after = self.bytes.get(self.at + 1);
        let before = self.at.checked_sub(1).map(|at| self.bytes[at]);
        self.blank_at(self.at + 1)
            || (self.flow > 0
                && (matches!(after, Some(b',' | b'[' | b']' | b'{' | b'}'))
                    || (!self.plain && matches!(before, Some(b'"' | b'\'')))))
    }

    fn double_quoted(&mut self) {
        self.token = self.at;
        self.at += 1;
        while let Some(length) = memchr::memchr2(b'"', b'\\', &self.bytes[self.at..]) {
            self.at += length + 1;
            if self.bytes[self.at - 1] == b'"' {
                return;
            }
            self.at = (self.at + 1).min(self.bytes.len());
        }
        self.at = self.bytes.len();
    }

    fn single_quoted(&mut self) {
        self.token = self.at;
        self.at += 1;
        while let Some(length) = memchr::memchr(b'\'', &self.bytes[self.at..]) {
            self.at += length + 1;
            if self.byte() != Some(b'\'') {
                return;
            }
            self.at += 1;
        }
        self.at = self.bytes.len();
    }

    /// Skips a tag, an anchor or an alias.
    fn property(&mut self) {
        if self.byte() == Some(b'*') {
            self.token = self.at;
        }
        if self.bytes[self.at..].starts_with(b"!<") {
            while self.byte().is_some_and(|byte| byte != b'>' && !byte.is_ascii_whitespace()) {
                self.at += 1;
            }
        }
        while self.byte().is_some_and(|byte| !byte.is_ascii_whitespace() && !self.is_flow_sign(byte)) {
            self.at += 1;
        }
        self.wants_value = false;
    }

    fn block_scalar(&mut self) {
        let header = self.at;
        self.at += 1;
        while matches!(self.byte(), Some(b'0'..=b'9' | b'+' | b'-')) {
            self.at += 1;
        }
        if !self.blank_at(self.at) {
            self.at = header + 1;
            self.plain = true;
            return;
        }
        self.at = self.line_end(self.at);
        while self.at < self.bytes.len() {
            let mut next = self.at + 1;
            if self.bytes[self.at..].starts_with(b"\r\n") {
                next += 1;
            }
            let line = next;
            while self.bytes.get(next) == Some(&b' ') {
                next += 1;
            }
            let blank = matches!(self.bytes.get(next), None | Some(b'\n' | b'\r'));
            if !blank && (!self.deeper(next - line) || is_document_mark(&self.bytes[line..])) {
                return;
            }
            self.at = self.line_end(next);
        }
    }

    fn byte(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip(&mut self, blank: u8) {
        while self.byte() == Some(blank) {
            self.at += 1;
        }
    }

    fn deeper(&self, indent: usize) -> bool {
        self.entry.is_none_or(|entry| indent > entry)
    }

    fn column(&self, at: usize) -> usize {
        at.saturating_sub(self.line)
    }

    fn blank_at(&self, at: usize) -> bool {
        self.bytes.get(at).is_none_or(u8::is_ascii_whitespace)
    }

    fn after_blank(&self) -> bool {
        self.at == 0 || self.bytes[self.at - 1].is_ascii_whitespace()
    }

    fn is_flow_sign(&self, byte: u8) -> bool {
        self.flow > 0 && matches!(byte, b',' | b'[' | b']' | b'{' | b'}')
    }

    fn line_end(&self, from: usize) -> usize {
        memchr::memchr2(b'\n', b'\r', &self.bytes[from..]).map_or(self.bytes.len(), |length| from + length)
    }
}

fn is_document_mark(rest: &[u8]) -> bool {
    (rest.starts_with(b"---") || rest.starts_with(b"...")) && rest.get(3).is_none_or(u8::is_ascii_whitespace)
}
