//! HCL as Terraform and OpenTofu write it, in the shape of Terraform's JSON syntax.
//!
//! A block becomes an entry under its keyword with one map per label around its body. Literals become values at
//! once; everything else stays an expression for `resolve`.

mod expression;
mod recovery;
mod template;

use hcl_edit::Span as _;
use hcl_edit::structure::{Block, BlockLabel, Body, Structure};

use super::{Format, Parsed};
use crate::problem::{Code, Problem};
use crate::source::{Place, Source, Span};
use crate::tree::{Entry, Node, Value};

/// HashiCorp's configuration language.
pub struct Hcl;

impl Format for Hcl {
    fn name(&self) -> &'static str {
        "hcl"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["tf", "tofu", "tfvars"]
    }

    fn parse(&self, source: &Source) -> Parsed {
        let mut parsed = Parsed { comments: comments(&source.text), ..Parsed::default() };
        let whole = source.place(0..source.text.len());
        let entries = recovery::parse(source, &mut parsed.problems);
        if !entries.is_empty() {
            parsed.documents.push(Node::new(whole, Value::Map(entries)));
        }
        parsed
    }
}

/// Reads a text of Terraform's JSON syntax as the template that it is. Where it cannot be read so, it is text.
/// Offsets within a JSON string are not those of the template, so every part stands at the string's place.
pub fn template_in_json(text: &str, place: Place) -> Node {
    if !text.contains("${") && !text.contains("%{") {
        return Node::new(place, Value::Text(text.to_owned()));
    }
    let Ok(template) = hcl_edit::parser::parse_template(text) else {
        return Node::new(place, Value::Text(text.to_owned()));
    };
    let mut value = template::from_text(&template, text, place);
    expression::move_to(&mut value, place);
    value
}

/// Reads a text as one expression: a `--var` of a complex type, a type written in JSON. Every part stands at
/// `place`.
pub fn expression_in_text(text: &str, place: Place) -> Option<Node> {
    let parsed = hcl_edit::parser::parse_expr(text.trim()).ok()?;
    let source = Source::new(place.file, "", None, text.trim().to_owned());
    let mut node = Reader { source: &source, base: 0 }.expression(&parsed, 0);
    expression::move_to(&mut node, place);
    Some(node)
}

/// Turns hcl-edit's tree into ours.
struct Reader<'a> {
    source: &'a Source,
    /// Offset in the source of the first byte that was parsed.
    base: usize,
}

impl Reader<'_> {
    fn place(&self, span: Option<std::ops::Range<usize>>) -> Place {
        let span = span.unwrap_or(0..0);
        self.source.place(span.start + self.base..span.end + self.base)
    }

    fn body(&self, body: &Body) -> Vec<Entry> {
        body.iter()
            .map(|structure| match structure {
                Structure::Attribute(attribute) => Entry {
                    // From the source: a repeated one was parsed under another name.
                    key: self.source.slice(self.place(attribute.key.span()).span).to_owned(),
                    key_place: self.place(attribute.key.span()),
                    value: self.expression(&attribute.value, 0),
                },
                Structure::Block(block) => self.block(block),
            })
            .collect()
    }

    fn block(&self, block: &Block) -> Entry {
        // A block on one line has no span of its own body, and within one line no span of an attribute either:
        // the block's span serves.
        let place = self.block_place(block);
        let mut value = Node::new(place, Value::Map(self.body(&block.body)));
        for label in block.labels.iter().rev() {
            let key_place = self.place(match label {
                BlockLabel::Ident(label) => label.span(),
                BlockLabel::String(label) => label.span(),
            });
            let entry = Entry { key: label.as_str().to_owned(), key_place, value };
            value = Node::new(place, Value::Map(vec![entry]));
        }
        Entry { key: block.ident.as_str().to_owned(), key_place: self.place(block.ident.span()), value }
    }

    fn block_place(&self, block: &Block) -> Place {
        self.place(block.span().or_else(|| block.ident.span()))
    }
}

/// The problem of a text that hcl-edit rejects, without any of the document's text.
fn problem(error: &hcl_edit::parser::Error, source: &Source, base: usize) -> Problem {
    let message = error.message();
    let offset = base + error.location().offset();
    let end = source.text.get(offset..).and_then(|rest| rest.chars().next()).map_or(offset, |first| {
        if first == '\n' || first == '\r' { offset } else { offset + first.len_utf8() }
    });
    let code = if message.contains("at most ") {
        Code::Limit
    } else if message.contains("redefined") {
        Code::DuplicateKey
    } else {
        Code::Syntax
    };
    // The parser's messages name what it expected, never what it read; its line context is not used.
    Problem { code, place: source.place(offset..end), message: message.to_owned() }
}

/// Comments that speak to clientlint. A sign inside a string counts only where the rest looks like a comment.
fn comments(text: &str) -> Vec<Span> {
    memchr::memmem::find_iter(text.as_bytes(), b"clientlint:")
        .filter_map(|at| {
            let line = text[..at].rfind(['\n', '\r']).map_or(0, |end| end + 1);
            let before = text[line..at].trim_end();
            let sign = if before.ends_with('#') {
                1
            } else if before.ends_with("//") {
                2
            } else {
                return None;
            };
            let end =
                memchr::memchr2(b'\n', b'\r', &text.as_bytes()[at..]).map_or(text.len(), |end| at + end);
            Some(Span::new(line + before.len() - sign, end))
        })
        .collect()
}
