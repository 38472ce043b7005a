//! Strings, numbers, words and bare markers of JSON.

use super::json::{Reader, Result};
use super::markers;
use crate::tree::Value;

impl Reader<'_> {
    /// Reads a marker outside quotes, with what is glued to it.
    pub(super) fn marker(&mut self, expected: &str) -> Result<String> {
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

    pub(super) fn word(&mut self, word: &str, value: Value) -> Result<Value> {
        if !self.bytes[self.at..].starts_with(word.as_bytes()) {
            return Err(self.here("expected a value"));
        }
        self.at += word.len();
        Ok(value)
    }

    pub(super) fn number(&mut self) -> Result<String> {
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
    pub(super) fn text(&mut self) -> Result<(String, bool)> {
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
        if (0xd800..0xdc00).contains(&unit)
            && self.bytes[self.at..].starts_with(b"\\u")
            && let Some(low @ 0xdc00..=0xdfff) = self.hex(self.at + 2)
        {
            self.at += 6;
            let scalar = 0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
            return char::from_u32(scalar).unwrap_or(char::REPLACEMENT_CHARACTER);
        }
        char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER)
    }

    fn hex(&self, at: usize) -> Option<u32> {
        let digits = self.bytes.get(at..at + 4)?;
        digits.iter().try_fold(0, |unit, digit| Some(unit * 16 + char::from(*digit).to_digit(16)?))
    }
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
