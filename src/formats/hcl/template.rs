//! HCL's templates: escapes, `~` and the indentation of `<<-`.
//!
//! Literal text is taken from the source and not from hcl-edit, which counts blank lines towards the indentation
//! and does not know escapes inside directives.

use hcl_edit::Span as _;
use hcl_edit::template::{Directive, Element, Strip, Template};

use super::Reader;
use crate::source::Place;
use crate::tree::expression::{Expression, Part};
use crate::tree::{Node, Value};

/// A template laid flat, as `~` and indentation look at it: they reach across directives.
enum Token {
    Text(String),
    Value(Node),
    If(Node),
    Else,
    EndIf,
    For(Option<String>, String, Node),
    EndFor,
}

/// How literal text is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    /// Between quotes, with backslash escapes.
    Quoted,
    /// In a heredoc or in JSON: each line is a literal of its own.
    Plain,
}

impl Reader<'_> {
    pub(super) fn template(&self, template: &Template, quoted: bool, depth: usize) -> Value {
        let style = if quoted { Style::Quoted } else { Style::Plain };
        finish(self.tokens(template, style, depth))
    }

    pub(super) fn heredoc(&self, template: &Template, place: Place, depth: usize) -> Value {
        let mut tokens = self.tokens(template, Style::Plain, depth);
        if self.source.slice(place.span).starts_with("<<-") {
            dedent(&mut tokens);
        }
        finish(tokens)
    }

    fn tokens(&self, template: &Template, style: Style, depth: usize) -> Vec<Token> {
        let mut flat = Flat { tokens: Vec::new(), trim_next: false, style };
        self.flatten(template, &mut flat, depth);
        flat.tokens
    }

    fn flatten(&self, template: &Template, flat: &mut Flat, depth: usize) {
        for element in template {
            match element {
                Element::Literal(_) => {
                    let place = self.place(element.span());
                    flat.literal(self.source.slice(place.span));
                }
                Element::Interpolation(interpolation) => {
                    let value = self.expression(&interpolation.expr, depth + 1);
                    flat.push(Token::Value(value), interpolation.strip);
                }
                Element::Directive(directive) => self.directive(directive, flat, depth + 1),
            }
        }
    }

    fn directive(&self, directive: &Directive, flat: &mut Flat, depth: usize) {
        match directive {
            Directive::If(choice) => {
                let condition = self.expression(&choice.if_expr.cond_expr, depth);
                flat.push(Token::If(condition), choice.if_expr.strip);
                self.flatten(&choice.if_expr.template, flat, depth);
                if let Some(otherwise) = &choice.else_expr {
                    flat.push(Token::Else, otherwise.strip);
                    self.flatten(&otherwise.template, flat, depth);
                }
                flat.push(Token::EndIf, choice.endif_expr.strip);
            }
            Directive::For(each) => {
                let intro = &each.for_expr;
                let key = intro.key_var.as_ref().map(|name| name.as_str().to_owned());
                let collection = self.expression(&intro.collection_expr, depth);
                let value = intro.value_var.as_str().to_owned();
                flat.push(Token::For(key, value, collection), intro.strip);
                self.flatten(&intro.template, flat, depth);
                flat.push(Token::EndFor, each.endfor_expr.strip);
            }
        }
    }
}

/// A template that was parsed from a text on its own.
pub(super) fn from_text(template: &Template, text: &str, place: Place) -> Node {
    let source = crate::source::Source::new(place.file, "", None, text.to_owned());
    let value = Reader { source: &source, base: 0 }.template(template, false, 0);
    Node::new(place, value)
}

struct Flat {
    tokens: Vec<Token>,
    trim_next: bool,
    style: Style,
}

impl Flat {
    fn literal(&mut self, raw: &str) {
        if self.style == Style::Quoted {
            self.text(unescape(raw, true));
        } else {
            for line in raw.split_inclusive('\n') {
                self.text(unescape(line, false));
            }
        }
    }

    fn text(&mut self, mut text: String) {
        if std::mem::take(&mut self.trim_next) {
            text.drain(..text.len() - text.trim_start().len());
        }
        self.tokens.push(Token::Text(text));
    }

    fn push(&mut self, token: Token, strip: Strip) {
        if strip.strip_start()
            && let Some(Token::Text(text)) = self.tokens.last_mut()
        {
            text.truncate(text.trim_end().len());
        }
        self.trim_next = strip.strip_end();
        self.tokens.push(token);
    }
}

/// Takes the indentation that all lines share off each. Blank lines do not count.
fn dedent(tokens: &mut [Token]) {
    let mut least = usize::MAX;
    let mut at_line_start = true;
    let mut indented = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let text = match token {
            Token::Text(text) => Some(text),
            _ => None,
        };
        if std::mem::take(&mut at_line_start) {
            let spaces = match text {
                Some(text) if text.trim_start().is_empty() && text.ends_with('\n') => usize::MAX,
                Some(text) => {
                    indented.push(at);
                    text.chars().take_while(|c| c.is_whitespace()).count()
                }
                None => 0,
            };
            least = least.min(spaces);
        }
        at_line_start = text.is_some_and(|text| text.ends_with('\n'));
    }
    for at in indented {
        if let Some(Token::Text(text)) = tokens.get_mut(at) {
            let cut: usize = text.chars().take(least).map(char::len_utf8).sum();
            text.drain(..cut);
        }
    }
}

/// The value of a template: plain text where nothing is computed, and the value itself where there is nothing but
/// one interpolation.
fn finish(tokens: Vec<Token>) -> Value {
    let mut tokens = tokens.into_iter();
    let mut parts = build(&mut tokens).0;
    match parts.as_slice() {
        [] => Value::Text(String::new()),
        [Part::Text(_)] => match parts.pop() {
            Some(Part::Text(text)) => Value::Text(text),
            _ => Value::Text(String::new()),
        },
        _ => Value::Expression(Box::new(Expression::Template(parts))),
    }
}

/// Parts up to the end of the directive around them, and whether an `else` ended them.
fn build(tokens: &mut std::vec::IntoIter<Token>) -> (Vec<Part>, bool) {
    let mut parts: Vec<Part> = Vec::new();
    while let Some(token) = tokens.next() {
        match token {
            Token::Text(text) => match parts.last_mut() {
                Some(Part::Text(before)) => before.push_str(&text),
                _ => parts.push(Part::Text(text)),
            },
            Token::Value(value) => parts.push(Part::Value(value)),
            Token::If(condition) => {
                let (yes, has_else) = build(tokens);
                let no = if has_else { build(tokens).0 } else { Vec::new() };
                parts.push(Part::If(condition, yes, no));
            }
            Token::For(key_name, value_name, collection) => {
                let body = build(tokens).0;
                parts.push(Part::For { key_name, value_name, collection, body });
            }
            Token::Else => return (parts, true),
            Token::EndIf | Token::EndFor => return (parts, false),
        }
    }
    (parts, false)
}

/// Undoes `$${` and `%%{`, and backslash escapes where they count.
pub(super) fn unescape(raw: &str, backslashes: bool) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find(['\\', '$', '%']) {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        if rest.starts_with("$${") || rest.starts_with("%%{") {
            text.push_str(&rest[1..3]);
            rest = &rest[3..];
            continue;
        }
        let (character, length) = match rest.strip_prefix('\\') {
            Some(escape) if backslashes => escaped(escape),
            _ => (rest.chars().next(), 1),
        };
        text.extend(character);
        rest = rest.get(length..).unwrap_or("");
    }
    text.push_str(rest);
    text
}

/// The character that stands behind a backslash, and the length of the whole escape.
fn escaped(escape: &str) -> (Option<char>, usize) {
    let code = |digits: usize| {
        let number = escape.get(1..=digits).and_then(|digits| u32::from_str_radix(digits, 16).ok());
        (number.and_then(char::from_u32), digits + 2)
    };
    match escape.as_bytes().first() {
        Some(b'n') => (Some('\n'), 2),
        Some(b'r') => (Some('\r'), 2),
        Some(b't') => (Some('\t'), 2),
        Some(b'"') => (Some('"'), 2),
        Some(b'\\') => (Some('\\'), 2),
        Some(b'u') => code(4),
        Some(b'U') => code(8),
        _ => (Some('\\'), 1),
    }
}
