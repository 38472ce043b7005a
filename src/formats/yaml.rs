//! YAML 1.2: many documents, anchors and merge keys, odd tags, markers of the Deploy CLI.

use std::borrow::Cow;
use std::collections::HashMap;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, StructureStyle, Tag};

use super::yaml_mask::Masked;
use super::{
    Format, Parsed, comments, duplicates, markers, yaml_again, yaml_aliases, yaml_places, yaml_schema,
    yaml_split,
};
use crate::problem::{Code, Problem};
use crate::source::{Moved, Place, Source};
use crate::tree::{Entry, Node, Unknown, Value};

/// Deepest nesting that is read, aliases included. Everything after this stage may then recurse.
pub(crate) const DEPTH: usize = 128;

/// YAML.
pub struct Yaml;

impl Format for Yaml {
    fn name(&self) -> &'static str {
        "yaml"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["yaml", "yml"]
    }

    fn parse(&self, source: &Source) -> Parsed {
        let masked = Masked::new(&source.text);
        let Read { documents, problems, .. } = match yaml_split::read(source, &masked, &yaml_split::SIZES) {
            Some(document) => Read { documents: vec![document], ..Read::default() },
            None => read(source, &masked, &masked.text, 0, DEPTH),
        };
        let comments = comments::directives(source, &documents, &["#"]);
        Parsed { documents, problems, comments }
    }

    fn parse_again(&self, source: &Source, was: &Source, parsed: Parsed) -> Option<(Parsed, Moved)> {
        yaml_again::read(source, was, parsed)
    }
}

/// What a text, or a part of one, holds.
#[derive(Default)]
pub(crate) struct Read {
    pub(crate) documents: Vec<Node>,
    pub(crate) problems: Vec<Problem>,
    anchored: bool,
}

impl Read {
    /// The one document, if there is nothing else to say: no problem, and no anchor that other parts may name.
    pub(crate) fn only(mut self) -> Option<Node> {
        let document = self.documents.pop()?;
        (self.documents.is_empty() && self.problems.is_empty() && !self.anchored).then_some(document)
    }
}

/// Reads masked text that stands some bytes into its source, nested to some depth at most.
pub(crate) fn read(source: &Source, masked: &Masked<'_>, text: &str, base: usize, depth: usize) -> Read {
    let mut builder = Builder::new(source, masked, base, depth);
    let options = granit_parser::options! {
        emit_comments: false,
        emit_unresolved_aliases: true,
        flow_nesting_limit: depth,
        block_nesting_limit: depth,
    };
    let mut parser = Parser::new_from_str_with_options(text, options);
    while let Some(event) = parser.next() {
        let read = match event {
            Ok((event, span)) => {
                let bytes = span.byte_range().unwrap_or(0..0);
                builder.event(event, base + bytes.start..base + bytes.end)
            }
            Err(error) => Err(problem(source, base, &error)),
        };
        if let Err(problem) = read {
            builder.problems.push(problem);
            builder.close_document();
            // Documents after a broken one can be fine.
            if !matches!(parser.proceed_next_document(), Ok(true)) {
                break;
            }
        }
    }
    builder.close_document();
    let Builder { documents, mut problems, anchors, .. } = builder;
    problems.sort_by_key(|problem| problem.place);
    Read { documents, problems, anchored: !anchors.is_empty() }
}

fn problem(source: &Source, base: usize, error: &ScanError) -> Problem {
    let (code, message) = match error.kind() {
        ErrorKind::RecursionLimitExceeded => (Code::Limit, too_deep()),
        // The library's message shows the character.
        ErrorKind::UnexpectedCharacter { .. } => (Code::Syntax, "unexpected character".to_owned()),
        kind => (Code::Syntax, kind.to_string()),
    };
    let at = (base + error.marker().byte_offset().unwrap_or(0)).min(source.text.len());
    let width = source.text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    Problem { code, place: source.place(at..at + width), message }
}

fn too_deep() -> String {
    format!("nested deeper than {DEPTH} levels")
}

/// Builds nodes from events.
struct Builder<'a> {
    source: &'a Source,
    masked: &'a Masked<'a>,
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    budget: yaml_aliases::Budget,
    /// Whether it was said that aliases repeat too much.
    spent: bool,
    /// How deep collections may nest.
    depth: usize,
    /// The end of the last event, from which missing places are looked for.
    read: usize,
    documents: Vec<Node>,
    problems: Vec<Problem>,
}

/// A collection that is not closed yet.
struct Open {
    start: usize,
    anchor: usize,
    children: Children,
}

enum Children {
    List(Vec<Node>),
    /// With the key whose value comes next.
    Map(Entries, Option<Key>),
}

#[derive(Default)]
struct Entries {
    all: Vec<Entry>,
    /// Indexes of those that are merge keys, ascending.
    merges: Vec<usize>,
}

struct Key {
    text: String,
    place: Place,
    /// It is a `<<` that merges.
    merges: bool,
}

type Bytes = std::ops::Range<usize>;

impl<'a> Builder<'a> {
    fn new(source: &'a Source, masked: &'a Masked<'a>, read: usize, depth: usize) -> Self {
        Self {
            source,
            masked,
            open: Vec::new(),
            anchors: HashMap::new(),
            budget: yaml_aliases::Budget::new(),
            spent: false,
            depth,
            read,
            documents: Vec::new(),
            problems: Vec::new(),
        }
    }

    fn event(&mut self, event: Event<'_>, bytes: Bytes) -> Result<(), Problem> {
        let end = bytes.end;
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.scalar(text, style, anchor, tag.as_deref(), bytes);
            }
            Event::Alias(anchor) => self.alias(anchor, bytes),
            Event::UnresolvedAlias(_) => {
                let place = self.source.place(bytes);
                let message = "alias without an anchor".to_owned();
                self.problems.push(Problem { code: Code::Syntax, place, message });
                self.push(self.unknown_alias(place), 0);
            }
            Event::SequenceStart(style, anchor, _) => {
                let start = match style {
                    StructureStyle::Block => {
                        yaml_places::block_list(&self.masked.text, self.read, bytes.start)
                    }
                    StructureStyle::Flow => bytes.start,
                };
                self.enter(start, anchor, Children::List(Vec::new()))?;
            }
            Event::MappingStart(_, anchor, _) => {
                self.enter(bytes.start, anchor, Children::Map(Entries::default(), None))?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(&bytes),
            Event::DocumentStart(..) => self.anchors.clear(),
            Event::DocumentEnd => self.close_document(),
            _ => {}
        }
        self.read = self.read.max(end);
        Ok(())
    }

    fn scalar(
        &mut self,
        cooked: Cow<'_, str>,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        mut bytes: Bytes,
    ) {
        let empty = style == ScalarStyle::Plain && bytes.is_empty();
        if empty && !self.is_key() {
            bytes = self.empty_place(&bytes);
        } else if matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) {
            bytes = yaml_places::block_scalar(&self.masked.text, self.read, bytes);
        }
        let place = self.source.place(bytes.clone());
        let text = if empty { String::new() } else { self.masked.restore(cooked, bytes) };
        if self.is_key() {
            let merges = text == "<<" && style == ScalarStyle::Plain;
            if anchor > 0 {
                self.anchors.insert(anchor, Node::new(place, Value::Text(text.clone())));
            }
            self.set_key(Key { text, place, merges });
            return;
        }
        let in_list = matches!(self.open.last(), Some(Open { children: Children::List(_), .. }));
        let style = match style {
            ScalarStyle::Plain => markers::Style::Bare,
            ScalarStyle::Literal | ScalarStyle::Folded => markers::Style::Block,
            _ => markers::Style::Quoted,
        };
        let value = match markers::value(text, style, in_list) {
            Value::Text(text) => typed(text, style == markers::Style::Bare, tag),
            marked => marked,
        };
        self.push(Node::new(place, value), anchor);
    }

    /// Where an empty value stands: after its colon or dash, at any rate not before it.
    fn empty_place(&self, bytes: &Bytes) -> Bytes {
        let at = match self.open.last() {
            Some(Open { children: Children::Map(_, Some(key)), .. }) => {
                let key_end = key.place.span.end as usize;
                yaml_places::after_colon(&self.masked.text, key_end).max(key_end)
            }
            _ => bytes.start,
        };
        at..at
    }

    fn alias(&mut self, anchor: usize, bytes: Bytes) {
        let place = self.source.place(bytes);
        let copy = match self.anchors.get(&anchor) {
            Some(node) => self.budget.copy(node, place, self.depth.saturating_sub(self.open.len())),
            None if self.open.iter().any(|open| open.anchor == anchor) => {
                Err("alias stands inside its own anchor")
            }
            // It was too large to be kept.
            None => Err(yaml_aliases::SPENT),
        };
        match copy {
            Ok(node) => self.push(node, 0),
            Err(message) => {
                // What is spent is said once: all others follow from the same anchors.
                if message != yaml_aliases::SPENT || !std::mem::replace(&mut self.spent, true) {
                    self.problems.push(Problem { code: Code::Limit, place, message: message.to_owned() });
                }
                self.push(self.unknown_alias(place), 0);
            }
        }
    }

    fn unknown_alias(&self, place: Place) -> Node {
        Node::new(place, Value::Unknown(Unknown::new(self.source.slice(place.span))))
    }

    fn enter(&mut self, start: usize, anchor: usize, children: Children) -> Result<(), Problem> {
        if self.open.len() >= self.depth {
            let place = self.source.place(start..start);
            return Err(Problem { code: Code::Limit, place, message: too_deep() });
        }
        self.open.push(Open { start, anchor, children });
        Ok(())
    }

    /// Closes the innermost collection. Only the end of a flow collection has a width; a block collection ends
    /// with its last child.
    fn close(&mut self, end: &Bytes) {
        let Some(open) = self.open.pop() else { return };
        let (last, value) = match open.children {
            Children::List(items) => (items.last().map(|item| item.place.span.end), Value::List(items)),
            Children::Map(mut entries, key) => {
                if let Some(key) = key {
                    // Broken off after the key: something was meant to stand there.
                    let at = key.place.span.end as usize;
                    let value = Node::new(self.source.place(at..at), Value::Unknown(Unknown::new("")));
                    entries.all.push(Entry { key: key.text, key_place: key.place, value });
                }
                let last = entries.all.last().map(|entry| entry.value.place.span.end);
                (last, Value::Map(self.finish(entries)))
            }
        };
        let end = if end.is_empty() { last.map_or(open.start, |last| last as usize) } else { end.end };
        let node = Node::new(self.source.place(open.start..end.max(open.start)), value);
        self.push(node, open.anchor);
    }

    fn finish(&mut self, entries: Entries) -> Vec<Entry> {
        let Entries { all, merges } = entries;
        if merges.is_empty() {
            duplicates::find(&all, &mut self.problems);
            return all;
        }
        let written = all.iter().enumerate().filter(|(index, _)| merges.binary_search(index).is_err());
        duplicates::find(written.map(|(_, entry)| entry), &mut self.problems);
        yaml_aliases::merge(all, &merges)
    }

    /// Closes what is open, also where the text broke off, and ends the document.
    fn close_document(&mut self) {
        while !self.open.is_empty() {
            self.close(&(0..0));
        }
    }

    fn is_key(&self) -> bool {
        matches!(self.open.last(), Some(Open { children: Children::Map(_, None), .. }))
    }

    fn set_key(&mut self, key: Key) {
        if let Some(Open { children: Children::Map(_, next), .. }) = self.open.last_mut() {
            *next = Some(key);
        }
    }

    fn push(&mut self, node: Node, anchor: usize) {
        if anchor > 0
            && let Some(copy) = self.budget.keep(&node)
        {
            self.anchors.insert(anchor, copy);
        }
        if self.is_key() {
            // A collection or an alias as a key.
            let text = match node.value {
                Value::Text(text) | Value::Number(text) => text,
                _ => self.source.slice(node.place.span).to_owned(),
            };
            self.set_key(Key { text, place: node.place, merges: false });
            return;
        }
        match self.open.last_mut().map(|open| &mut open.children) {
            // A document in which nothing is written is none.
            None if matches!(node.value, Value::Null) && node.place.span.start == node.place.span.end => {}
            None => self.documents.push(node),
            Some(Children::List(items)) => items.push(node),
            Some(Children::Map(entries, key)) => {
                if let Some(Key { text, place, merges }) = key.take() {
                    if merges {
                        entries.merges.push(entries.all.len());
                    }
                    entries.all.push(Entry { key: text, key_place: place, value: node });
                }
            }
        }
    }
}

/// The value of a scalar without markers. Tags other than those of the core schema say nothing to us.
fn typed(text: String, bare: bool, tag: Option<&Tag>) -> Value {
    match tag.and_then(Tag::core_suffix) {
        Some("null" | "bool" | "int" | "float") => yaml_schema::plain(text),
        None if bare => yaml_schema::plain(text),
        _ => Value::Text(text),
    }
}
