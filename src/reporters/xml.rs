//! XML as reports need it: elements with attributes and text, escaped in this one place.

use std::io::{self, Write};

use super::printable;

/// A document that is being written.
pub(super) struct Xml<'a> {
    out: &'a mut dyn Write,
    open: Vec<&'static str>,
}

impl<'a> Xml<'a> {
    pub(super) fn new(out: &'a mut dyn Write) -> io::Result<Self> {
        writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
        Ok(Self { out, open: Vec::new() })
    }

    /// Starts an element that holds others.
    pub(super) fn start(&mut self, name: &'static str, attributes: &[(&str, &str)]) -> io::Result<()> {
        self.tag(name, attributes)?;
        self.open.push(name);
        writeln!(self.out, ">")
    }

    /// Ends the element that was started last.
    pub(super) fn end(&mut self) -> io::Result<()> {
        let Some(name) = self.open.pop() else { return Ok(()) };
        writeln!(self.out, "{:1$}</{name}>", "", 2 * self.open.len())
    }

    /// An element that holds text, or nothing.
    pub(super) fn element(
        &mut self,
        name: &'static str,
        attributes: &[(&str, &str)],
        text: &str,
    ) -> io::Result<()> {
        self.tag(name, attributes)?;
        if text.is_empty() {
            return writeln!(self.out, "/>");
        }
        let lines: Vec<String> = text.lines().map(escaped).collect();
        writeln!(self.out, ">{}</{name}>", lines.join("\n"))
    }

    fn tag(&mut self, name: &str, attributes: &[(&str, &str)]) -> io::Result<()> {
        write!(self.out, "{:1$}<{name}", "", 2 * self.open.len())?;
        attributes.iter().try_for_each(|(key, value)| write!(self.out, " {key}=\"{}\"", escaped(value)))
    }
}

/// Text for XML 1.0, which has no place for some characters even as escapes.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in printable(text).chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&apos;"),
            '\t' => safe.push_str("&#9;"),
            '\u{fffe}' | '\u{ffff}' => safe.push('\u{fffd}'),
            other => safe.push(other),
        }
    }
    safe
}
