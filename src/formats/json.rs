//! JSON with what people put into it: comments, trailing commas, markers, several documents in one text.

use std::ops::Range;

use super::{Format, Parsed, comments, duplicates, markers};
use crate::problem::{Code, Problem};
use crate::source::{Place, Source};
use crate::tree::{Entry, Node, Unknown, Value};

/// Deepest nesting that is read. Everything after this stage may then recurse.
const DEPTH: usize = 512;

/// JSON.
pub(super) struct Json;

impl Format for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["json", "jsonc", "tfstate"]
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
pub(super) struct Reader<'a> {
    pub(super) source: &'a Source,
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
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

pub(super) type Result<T> = std::result::Result<T, Problem>;

impl<'a> Reader<'a> {
    fn new(source: &'a Source) -> Self {
        // What a definition usually needs: growing from nothing would take it several times.
        let expected = (source.text.len() / 48).min(64);
        Self {
            source,
            bytes: source.text.as_bytes(),
            at: 0,
            open: Vec::new(),
            items: Vec::with_capacity(expected / 2),
            entries: Vec::with_capacity(expected),
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

    pub(super) fn here(&self, message: &str) -> Problem {
        let width = self.source.text[self.at..].chars().next().map_or(0, char::len_utf8);
        self.wrong(self.at..self.at + width, message)
    }

    pub(super) fn wrong(&self, range: Range<usize>, message: &str) -> Problem {
        Problem { code: Code::Syntax, place: self.source.place(range), message: message.to_owned() }
    }
}

fn after_child(map: bool) -> &'static str {
    if map { "expected `,` or `}` after a member" } else { "expected `,` or `]` after an item" }
}
