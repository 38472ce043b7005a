//! JSON with what people put into it: comments, trailing commas, markers, several documents in one text.

use std::ops::Range;

use super::{Format, Parsed, comments, duplicates, markers};
use crate::problem::{Code, Problem};
use crate::source::{Place, Source};
use crate::tree::{Entry, Node, Unknown, Value};

/// Deepest nesting that is read. Everything after this stage may then recurse.
const DEPTH: usize = 512;

/// JSON.
pub struct Json;

impl Format for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["json"]
    }

    fn parse(&self, source: &Source) -> Parsed {
        let mut reader = Reader::new(source);
        if let Err(problem) = reader.documents() {
            reader.problems.push(problem);
            while !reader.open.is_empty() {
                reader.close();
            }
        }
        let Reader { documents, mut problems, .. } = reader;
        problems.sort_by_key(|problem| problem.place);
        let comments = comments::directives(source, &documents, &["//", "/*"]);
        Parsed { documents, problems, comments }
    }
}

/// What is being read. Children wait on two stacks until their collection closes, so that each collection is
/// allocated once and nothing recurses.
struct Reader<'a> {
    source: &'a Source,
    bytes: &'a [u8],
    at: usize,
    open: Vec<Open>,
    items: Vec<Node>,
    entries: Vec<Entry>,
    documents: Vec<Node>,
    problems: Vec<Problem>,
}

/// A collection that is not closed yet.
struct Open {
    start: usize,
    /// Where its children start on their stack.
    first: usize,
    map: bool,
    /// The key whose value comes next.
    key: Option<(String, Place)>,
}

/// What may come next.
enum Expect {
    /// A value, or in a list its end.
    Value,
    /// A key or the end of the map.
    Key,
    /// A comma or the end of the collection.
    Comma,
}

type Result<T> = std::result::Result<T, Problem>;

impl<'a> Reader<'a> {
    fn new(source: &'a Source) -> Self {
        Self {
            source,
            bytes: source.text.as_bytes(),
            at: 0,
            open: Vec::new(),
            items: Vec::new(),
            entries: Vec::new(),
            documents: Vec::new(),
            problems: Vec::new(),
        }
    }

    fn documents(&mut self) -> Result<()> {
        let mut expect = Expect::Value;
        loop {
            self.skip_blanks()?;
            let Some(byte) = self.bytes.get(self.at).copied() else { break };
            expect = match (expect, self.open.last()) {
                (Expect::Key, _) => self.key(byte)?,
                (Expect::Comma, Some(open)) => self.comma(byte, open.map)?,
                (_, _) => self.value(byte)?,
            };
        }
        let expected = match (expect, self.open.last()) {
            (_, None) => return Ok(()),
            (Expect::Comma, Some(open)) => after_child(open.map),
            (Expect::Key, _) => "expected a key or `}`",
            (Expect::Value, Some(open)) if open.map => "expected a value",
            (Expect::Value, _) => "expected a value or `]`",
        };
        Err(self.wrong(self.at..self.at, expected))
    }

    fn key(&mut self, byte: u8) -> Result<Expect> {
        let start = self.at;
        let key = match byte {
            b'"' => self.text()?.0,
            b'}' => {
                self.at += 1;
                self.close();
                return Ok(Expect::Comma);
            }
            b'#' | b'@' => self.marker("expected a key or `}`")?,
            _ => return Err(self.here("expected a key or `}`")),
        };
        let place = self.source.place(start..self.at);
        if byte != b'"' {
            // A marker can stand for whole members: `{ "a": 1, @@REST@@ }`.
            self.skip_blanks()?;
            if self.bytes.get(self.at) != Some(&b':') {
                let value = Node::new(place, markers::unknown(key.clone(), false));
                self.entries.push(Entry { key, key_place: place, value });
                return Ok(Expect::Comma);
            }
        }
        if let Some(open) = self.open.last_mut() {
            open.key = Some((key, place));
        }
        self.skip_blanks()?;
        if self.bytes.get(self.at) != Some(&b':') {
            return Err(self.here("expected `:` after a key"));
        }
        self.at += 1;
        Ok(Expect::Value)
    }

    fn comma(&mut self, byte: u8, map: bool) -> Result<Expect> {
        match byte {
            b',' => {}
            b'}' if map => {
                self.at += 1;
                self.close();
                return Ok(Expect::Comma);
            }
            b']' if !map => {
                self.at += 1;
                self.close();
                return Ok(Expect::Comma);
            }
            // What a marker stands for may bring its own commas: `[ "a" ##MORE## ]`.
            _ if !map && self.beside_marker(byte) => return Ok(Expect::Value),
            _ => return Err(self.here(after_child(map))),
        }
        self.at += 1;
        Ok(if map { Expect::Key } else { Expect::Value })
    }

    fn beside_marker(&self, byte: u8) -> bool {
        let after = self.items.last().is_some_and(|item| match &item.value {
            Value::Unknown(_) => self.bytes[item.place.span.start as usize] != b'"',
            _ => false,
        });
        after || (matches!(byte, b'#' | b'@') && markers::end(self.bytes, self.at).is_ok())
    }

    fn value(&mut self, byte: u8) -> Result<Expect> {
        let start = self.at;
        let in_list = self.open.last().is_some_and(|open| !open.map);
        let value = match byte {
            b'"' => {
                let (text, marked) = self.text()?;
                if marked { markers::value(text, markers::Style::Quoted, in_list) } else { Value::Text(text) }
            }
            b'{' | b'[' => return self.enter(byte == b'{'),
            b']' if in_list => {
                self.at += 1;
                self.close();
                return Ok(Expect::Comma);
            }
            b'-' | b'0'..=b'9' => Value::Number(self.number()?),
            b't' => self.word("true", Value::Bool(true))?,
            b'f' => self.word("false", Value::Bool(false))?,
            b'n' => self.word("null", Value::Null)?,
            b'#' | b'@' => {
                let text = self.marker("expected a value")?;
                markers::unknown(text, in_list)
            }
            _ => return Err(self.here("expected a value")),
        };
        let place = self.source.place(start..self.at);
        self.push(Node::new(place, value));
        Ok(Expect::Comma)
    }

    fn enter(&mut self, map: bool) -> Result<Expect> {
        if self.open.len() >= DEPTH {
            let place = self.source.place(self.at..self.at + 1);
            let message = format!("nested deeper than {DEPTH} levels");
            return Err(Problem { code: Code::Limit, place, message });
        }
        let first = if map { self.entries.len() } else { self.items.len() };
        self.open.push(Open { start: self.at, first, map, key: None });
        self.at += 1;
        Ok(if map { Expect::Key } else { Expect::Value })
    }

    /// Closes the innermost collection before `at`. A key without a value keeps an unknown one: something was
    /// meant to stand there.
    fn close(&mut self) {
        let Some(open) = self.open.pop() else { return };
        let value = if open.map {
            if let Some((key, key_place)) = open.key {
                let end = key_place.span.end as usize;
                let value = Node::new(self.source.place(end..end), Value::Unknown(Unknown::new("")));
                self.entries.push(Entry { key, key_place, value });
            }
            let entries: Vec<Entry> = self.entries.drain(open.first..).collect();
            duplicates::find(&entries, &mut self.problems);
            Value::Map(entries)
        } else {
            Value::List(self.items.drain(open.first..).collect())
        };
        self.push(Node::new(self.source.place(open.start..self.at), value));
    }

    fn push(&mut self, node: Node) {
        match self.open.last_mut() {
            None => self.documents.push(node),
            Some(Open { map: false, .. }) => self.items.push(node),
            Some(open) => {
                if let Some((key, key_place)) = open.key.take() {
                    self.entries.push(Entry { key, key_place, value: node });
                }
            }
        }
    }

    fn skip_blanks(&mut self) -> Result<()> {
        loop {
            match self.bytes.get(self.at) {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.at += 1,
                Some(b'/') => self.skip_comment()?,
                _ => return Ok(()),
            }
        }
    }

    fn skip_comment(&mut self) -> Result<()> {
        let rest = &self.bytes[self.at..];
        let length = match rest.get(1) {
            Some(b'/') => memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len()),
            Some(b'*') => match memchr::memmem::find(&rest[2..], b"*/") {
                Some(length) => length + 4,
                None => return Err(self.here("comment is not closed")),
            },
            _ => return Err(self.here("expected a comment")),
        };
        self.at += length;
        Ok(())
    }

    /// Reads a marker outside quotes, with what is glued to it.
    fn marker(&mut self, expected: &str) -> Result<String> {
        let start = self.at;
        let Ok(mut end) = markers::end(self.bytes, start) else { return Err(self.here(expected)) };
        while let Some(byte) = self.bytes.get(end) {
            match byte {
                b',' | b':' | b']' | b'}' | b'[' | b'{' | b'"' | b'/' => break,
                byte if byte.is_ascii_whitespace() => break,
                b'#' | b'@' => end = markers::end(self.bytes, end).unwrap_or(end + 1),
                _ => end += 1,
            }
        }
        self.at = end;
        Ok(self.source.text[start..end].to_owned())
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value> {
        if !self.bytes[self.at..].starts_with(word.as_bytes()) {
            return Err(self.here("expected a value"));
        }
        self.at += word.len();
        Ok(value)
    }

    fn number(&mut self) -> Result<String> {
        let start = self.at;
        if self.bytes[self.at] == b'-' {
            self.at += 1;
        }
        if self.bytes.get(self.at) == Some(&b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.bytes.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.bytes.get(self.at), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.bytes.get(self.at), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        if self.bytes.get(self.at).is_some_and(u8::is_ascii_alphanumeric) {
            return Err(self.here("number is malformed"));
        }
        Ok(self.source.text[start..self.at].to_owned())
    }

    fn digits(&mut self) -> Result<()> {
        let start = self.at;
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        if start == self.at { Err(self.here("expected a digit")) } else { Ok(()) }
    }

    /// Reads a string, and whether it may hold a marker.
    fn text(&mut self) -> Result<(String, bool)> {
        let opening = self.at;
        let mut marked = false;
        let mut text = String::new();
        let mut from = opening + 1;
        self.at = from;
        loop {
            match self.bytes.get(self.at).map(|byte| CLASS[*byte as usize]) {
                Some(Class::Plain) => self.at += 1,
                Some(Class::Sign) => {
                    marked = true;
                    self.at += 1;
                }
                Some(Class::Quote) => {
                    let rest = &self.source.text[from..self.at];
                    self.at += 1;
                    if text.is_empty() {
                        return Ok((rest.to_owned(), marked));
                    }
                    text.push_str(rest);
                    return Ok((text, marked));
                }
                Some(Class::Escape) => {
                    text.push_str(&self.source.text[from..self.at]);
                    text.push(self.escape()?);
                    from = self.at;
                }
                Some(Class::Control) => {
                    return Err(self.here("control character in a string"));
                }
                None => return Err(self.wrong(opening..opening + 1, "string is not closed")),
            }
        }
    }

    fn escape(&mut self) -> Result<char> {
        let start = self.at;
        let character = match self.bytes.get(start + 1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let Some(unit) = self.hex(start + 2) else {
                    return Err(self.wrong(start..start + 2, "expected four hexadecimal digits"));
                };
                self.at = start + 6;
                return Ok(self.character(unit));
            }
            _ => return Err(self.wrong(start..start + 1, "unknown escape in a string")),
        };
        self.at = start + 2;
        Ok(character)
    }

    /// The character of a UTF-16 unit that was just read, with the second half of its pair where it has one. A
    /// lone half is the replacement character: `JSON.parse` takes it, a Rust string cannot hold it.
    fn character(&mut self, unit: u32) -> char {
        if (0xd800..0xdc00).contains(&unit) && self.bytes[self.at..].starts_with(b"\\u") {
            if let Some(low @ 0xdc00..=0xdfff) = self.hex(self.at + 2) {
                self.at += 6;
                let scalar = 0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
                return char::from_u32(scalar).unwrap_or(char::REPLACEMENT_CHARACTER);
            }
        }
        char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER)
    }

    fn hex(&self, at: usize) -> Option<u32> {
        let digits = self.bytes.get(at..at + 4)?;
        digits.iter().try_fold(0, |unit, digit| Some(unit * 16 + char::from(*digit).to_digit(16)?))
    }

    fn here(&self, message: &str) -> Problem {
        let width = self.source.text[self.at..].chars().next().map_or(0, char::len_utf8);
        self.wrong(self.at..self.at + width, message)
    }

    fn wrong(&self, range: Range<usize>, message: &str) -> Problem {
        Problem { code: Code::Syntax, place: self.source.place(range), message: message.to_owned() }
    }
}

fn after_child(map: bool) -> &'static str {
    if map { "expected `,` or `}` after a member" } else { "expected `,` or `]` after an item" }
}

/// What a byte means inside a string.
#[derive(Clone, Copy)]
enum Class {
    Plain,
    Quote,
    Escape,
    Control,
    /// It may start a marker.
    Sign,
}

const CLASS: [Class; 256] = {
    let mut classes = [Class::Plain; 256];
    let mut byte = 0;
    while byte < 0x20 {
        classes[byte] = Class::Control;
        byte += 1;
    }
    classes[b'"' as usize] = Class::Quote;
    classes[b'\\' as usize] = Class::Escape;
    classes[b'#' as usize] = Class::Sign;
    classes[b'@' as usize] = Class::Sign;
    classes
};
