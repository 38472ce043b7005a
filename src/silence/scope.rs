//! What a comment covers: at the end of a line the nodes that start on that line, on a line of its own the next node at
//! the same indentation; and with a node everything inside it.

use crate::source::{Source, Span};
use crate::tree::expression::Expression;
use crate::tree::{Entry, Node, Value};

/// The nodes of a text that a comment can cover: keys with their values, and items.
pub(super) struct Nodes<'a> {
    source: &'a Source,
    /// By where they start.
    spans: Vec<Span>,
}

impl<'a> Nodes<'a> {
    pub(super) fn new(source: &'a Source, syntax: &str, documents: &[Node]) -> Self {
        let mut nodes = Self { source, spans: Vec::new() };
        let headed = syntax == "toml";
        documents.iter().for_each(|document| nodes.below(document, headed));
        nodes.spans.sort_unstable_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
        nodes
    }

    /// Adds what stands inside a node. `headed`: tables may stand under a header of their own, as in TOML.
    fn below(&mut self, node: &Node, headed: bool) {
        match &node.value {
            Value::Map(entries) => entries.iter().for_each(|entry| self.entry(entry, headed)),
            Value::List(items) => {
                for item in items {
                    self.spans.push(item.place.span);
                    self.below(item, headed);
                }
            }
            Value::Expression(expression) => match &**expression {
                Expression::Object(entries) => {
                    for (key, value) in entries {
                        self.spans.push(Span { start: key.place.span.start, end: value.place.span.end });
                        self.below(value, headed);
                    }
                }
                expression => expression.parts(&mut |part| self.below(part, headed)),
            },
            _ => {}
        }
    }

    fn entry(&mut self, entry: &Entry, headed: bool) {
        let (key, value) = (entry.key_place.span, entry.value.place.span);
        let header = if headed { self.header(key.start) } else { None };
        match header {
            // Of the keys of a header only the last is what it starts; and of `[[tables]]` each is an item.
            Some(line) => {
                let is_last = !self.source.slice(Span { start: key.end, end: line.end }).contains('.');
                if is_last && entry.value.is_map() {
                    self.spans.push(Span { start: line.start, end: value.end.max(line.end) });
                }
            }
            None => self.spans.push(Span { start: key.start, end: value.end.max(key.end) }),
        }
        self.below(&entry.value, headed);
    }

    /// The header of a table in which an offset stands: from its bracket to its last one.
    fn header(&self, offset: u32) -> Option<Span> {
        let line = self.line(offset);
        let text = self.source.slice(line);
        let start = line.start + width(&text[..text.len() - text.trim_start().len()]);
        if !text.trim_start().starts_with('[') {
            return None;
        }
        // An array that goes on in this line starts with a bracket as well.
        let inner = self.source.slice(Span { start, end: offset });
        let end = self.source.slice(Span { start: offset, end: line.end }).find(']')?;
        let is_key = inner.chars().all(|c| c.is_alphanumeric() || "[]_-.\"' \t".contains(c));
        (is_key && !inner.contains(']')).then(|| Span { start, end: offset + width_of(end) })
    }

    /// What a comment covers.
    ///
    /// # Errors
    ///
    /// Says why it covers nothing.
    pub(super) fn covered(&self, comment: Span) -> Result<Vec<Span>, String> {
        let line = self.line(comment.start);
        let before = self.source.slice(Span { start: line.start, end: comment.start });
        let on_line: Vec<Span> = self.starting(line.start, self.line(comment.end).end).copied().collect();
        if !on_line.is_empty() {
            return Ok(on_line);
        }
        let next = self.starting(comment.end, u32::MAX).next();
        let next = next.ok_or_else(|| "nothing follows it".to_owned())?;
        // `- # comment`: the item starts with its dash.
        let dashes = !before.trim().is_empty() && before.chars().all(|c| c == '-' || c.is_whitespace());
        if !before.trim().is_empty() && !dashes {
            return Err("nothing starts on its line".to_owned());
        }
        let of_line = self.line(next.start);
        let there = self.source.slice(of_line);
        let indentation = &there[..there.len() - there.trim_start().len()];
        if indentation != before && !dashes {
            let number = self.source.position(next.start).line;
            return Err(format!(
                "it covers the next node at the same indentation, and what follows in line {number} has another"
            ));
        }
        Ok(self.starting(next.start, next.start + 1).copied().collect())
    }

    /// The nodes that start in a range.
    fn starting(&self, from: u32, to: u32) -> impl Iterator<Item = &Span> {
        let first = self.spans.partition_point(|span| span.start < from);
        self.spans[first..].iter().take_while(move |span| span.start < to)
    }

    /// The line of an offset, without its line break.
    fn line(&self, offset: u32) -> Span {
        let starts = self.source.line_starts();
        let number = starts.partition_point(|start| *start <= offset).max(1) - 1;
        let end = starts.get(number + 1).copied().unwrap_or(width(&self.source.text));
        let text = self.source.slice(Span { start: starts[number], end });
        Span { start: starts[number], end: starts[number] + width(text.trim_end_matches(['\n', '\r'])) }
    }
}

fn width(text: &str) -> u32 {
    width_of(text.len())
}

fn width_of(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
