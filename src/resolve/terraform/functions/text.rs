//! Functions on text.

use data_encoding::{BASE64, BASE64_MIME_PERMISSIVE};

use super::{Arguments, Outcome};
use crate::resolve::terraform::template::Text;
use crate::resolve::terraform::types::to_text;
use crate::resolve::terraform::value::{Data, Val};
use crate::tree::Piece;

pub(super) fn call(name: &str, arguments: &Arguments<'_>) -> Outcome {
    Some(match name {
        "join" => join(arguments),
        "split" => split(arguments),
        "lower" => each_piece(arguments, |text| each_character(text, char::to_lowercase)),
        "upper" => each_piece(arguments, |text| each_character(text, char::to_uppercase)),
        "title" => titled(arguments),
        "trimspace" => mapped(arguments, |text| text.trim().to_owned()),
        "chomp" => mapped(arguments, |text| text.trim_end_matches(['\n', '\r']).to_owned()),
        "strrev" => mapped(arguments, |text| text.chars().rev().collect()),
        "trim" => with_text(arguments, |text, cut| text.trim_matches(|c| cut.contains(c)).to_owned()),
        "trimprefix" => trim_prefix(arguments),
        "trimsuffix" => trim_suffix(arguments),
        "startswith" => starts_with(arguments),
        "endswith" => ends_with(arguments),
        "strcontains" => tested(arguments, |text, part| text.contains(part)),
        "substr" => substring(arguments),
        "indent" => indent(arguments),
        "basename" => mapped(arguments, base_name),
        "dirname" => mapped(arguments, directory_name),
        "urlencode" => mapped(arguments, url_encode),
        "base64encode" => mapped(arguments, |text| BASE64.encode(text.as_bytes())),
        "base64decode" => base64_decode(arguments),
        _ => return None,
    })
}

fn mapped(arguments: &Arguments<'_>, change: fn(&str) -> String) -> Option<Val> {
    Some(arguments.new_text(change(&arguments.text(0)?)))
}

/// The same where what becomes of a part does not depend on the others: of a text that is partly unknown the rest
/// stays known.
pub(super) fn each_piece(arguments: &Arguments<'_>, change: impl Fn(&str) -> String) -> Option<Val> {
    let Data::Template(pieces) = &arguments.get(0)?.data else {
        return Some(arguments.new_text(change(&arguments.text(0)?)));
    };
    let changed: Vec<Piece> = pieces
        .iter()
        .map(|piece| match piece {
            Piece::Text(text) => Piece::Text(change(text)),
            hole @ Piece::Hole(_) => hole.clone(),
        })
        .collect();
    Some(from_pieces(&changed, arguments))
}

/// Go maps each character to one character: `ß` stays.
fn each_character<I: ExactSizeIterator<Item = char>>(text: &str, change: fn(char) -> I) -> String {
    let one = |character: char| {
        let mut changed = change(character);
        if changed.len() == 1 { changed.next().unwrap_or(character) } else { character }
    };
    text.chars().map(one).collect()
}

fn with_text(arguments: &Arguments<'_>, change: fn(&str, &str) -> String) -> Option<Val> {
    Some(arguments.new_text(change(&arguments.text(0)?, &arguments.text(1)?)))
}

fn tested(arguments: &Arguments<'_>, test: fn(&str, &str) -> bool) -> Option<Val> {
    Some(arguments.new_bool(test(&arguments.text(0)?, &arguments.text(1)?)))
}

/// Unknown items leave holes in the result.
fn join(arguments: &Arguments<'_>) -> Option<Val> {
    let separator = arguments.text(0)?;
    let mut text = Text::default();
    let mut first = true;
    for at in 1..arguments.values.len() {
        let list = arguments.get(at)?;
        let Some(items) = list.items() else {
            if !list.is_unknown() {
                return None;
            }
            text.hole(list.description());
            continue;
        };
        for item in items {
            if matches!(item.data, Data::Null) {
                return None;
            }
            if !std::mem::take(&mut first) {
                text.push(&separator);
            }
            text.value(&item);
        }
    }
    Some(text.finish(arguments.place))
}

fn split(arguments: &Arguments<'_>) -> Option<Val> {
    let (separator, text) = (arguments.text(0)?, arguments.text(1)?);
    let parts: Vec<Val> = if separator.is_empty() {
        text.chars().map(|character| arguments.new_text(character.to_string())).collect()
    } else {
        text.split(&*separator).map(|part| arguments.new_text(part)).collect()
    };
    Some(arguments.new_list(parts))
}

/// Whether a letter behind something unknown starts a word is unknown too.
fn titled(arguments: &Arguments<'_>) -> Option<Val> {
    if let Data::Template(pieces) = &arguments.get(0)?.data {
        let word = |text: &String| text.starts_with(|c: char| c.is_alphanumeric() || c == '_');
        let within = |pair: &[Piece]| matches!(pair, [Piece::Hole(_), Piece::Text(text)] if word(text));
        if pieces.windows(2).any(within) {
            return None;
        }
    }
    each_piece(arguments, title)
}

fn title(text: &str) -> String {
    let mut at_start = true;
    let upper = |character: char| {
        let start = std::mem::replace(&mut at_start, !(character.is_alphanumeric() || character == '_'));
        if start { character.to_uppercase().to_string() } else { character.to_string() }
    };
    text.chars().map(upper).collect()
}

fn trim_prefix(arguments: &Arguments<'_>) -> Option<Val> {
    let prefix = arguments.text(1)?;
    match &arguments.get(0)?.data {
        Data::Template(pieces) => {
            let Some(Piece::Text(first)) = pieces.first() else { return None };
            let mut pieces = pieces.to_vec();
            if let Some(rest) = first.strip_prefix(&*prefix) {
                pieces[0] = Piece::Text(rest.to_owned());
            } else if first.len() < prefix.len() && prefix.starts_with(first.as_str()) {
                return None;
            }
            Some(from_pieces(&pieces, arguments))
        }
        _ => with_text(arguments, |text, prefix| text.strip_prefix(prefix).unwrap_or(text).to_owned()),
    }
}

fn trim_suffix(arguments: &Arguments<'_>) -> Option<Val> {
    let suffix = arguments.text(1)?;
    match &arguments.get(0)?.data {
        Data::Template(pieces) => {
            let Some(Piece::Text(last)) = pieces.last() else { return None };
            let mut pieces = pieces.to_vec();
            if let Some(rest) = last.strip_suffix(&*suffix) {
                pieces.pop();
                pieces.push(Piece::Text(rest.to_owned()));
            } else if last.len() < suffix.len() && suffix.ends_with(last.as_str()) {
                return None;
            }
            Some(from_pieces(&pieces, arguments))
        }
        _ => with_text(arguments, |text, suffix| text.strip_suffix(suffix).unwrap_or(text).to_owned()),
    }
}

fn from_pieces(pieces: &[Piece], arguments: &Arguments<'_>) -> Val {
    let mut text = Text::default();
    for piece in pieces {
        match piece {
            Piece::Text(known) => text.push(known),
            Piece::Hole(hole) => text.hole(hole.clone()),
        }
    }
    text.finish(arguments.place).made_from(arguments.values, arguments.place)
}

fn starts_with(arguments: &Arguments<'_>) -> Option<Val> {
    let prefix = arguments.text(1)?;
    if let Data::Template(pieces) = &arguments.get(0)?.data {
        return match pieces.first() {
            Some(Piece::Text(first)) if first.starts_with(&*prefix) => Some(arguments.new_bool(true)),
            Some(Piece::Text(first)) if !prefix.starts_with(first.as_str()) => {
                Some(arguments.new_bool(false))
            }
            _ => None,
        };
    }
    tested(arguments, |text, prefix| text.starts_with(prefix))
}

fn ends_with(arguments: &Arguments<'_>) -> Option<Val> {
    let suffix = arguments.text(1)?;
    if let Data::Template(pieces) = &arguments.get(0)?.data {
        return match pieces.last() {
            Some(Piece::Text(last)) if last.ends_with(&*suffix) => Some(arguments.new_bool(true)),
            Some(Piece::Text(last)) if !suffix.ends_with(last.as_str()) => Some(arguments.new_bool(false)),
            _ => None,
        };
    }
    tested(arguments, |text, suffix| text.ends_with(suffix))
}

fn substring(arguments: &Arguments<'_>) -> Option<Val> {
    let text = to_text(arguments.get(0)?)?;
    let (offset, length) = (arguments.number(1)?.whole()?, arguments.number(2)?.whole()?);
    let characters: Vec<char> = text.chars().collect();
    let count = i128::try_from(characters.len()).ok()?;
    let start = if offset < 0 { (offset + count).max(0) } else { offset.min(count) };
    let end = if length < 0 { count } else { start.saturating_add(length).min(count) };
    let range = usize::try_from(start).ok()?..usize::try_from(end).ok()?;
    Some(arguments.new_text(characters.get(range)?.iter().collect::<String>()))
}

/// Indents all lines but the first.
fn indent(arguments: &Arguments<'_>) -> Option<Val> {
    let (spaces, text) = (arguments.number(0)?.index()?, arguments.text(1)?);
    if spaces > 200 {
        return Some(Val::unknown("indent(…)", arguments.place));
    }
    let indented = format!("\n{}", " ".repeat(spaces));
    Some(arguments.new_text(text.replace('\n', &indented)))
}

fn base_name(path: &str) -> String {
    let trimmed = path.trim_end_matches('/');
    match trimmed.rsplit('/').next() {
        _ if path.is_empty() => ".".to_owned(),
        Some("") | None => "/".to_owned(),
        Some(name) => name.to_owned(),
    }
}

fn directory_name(path: &str) -> String {
    let Some((directory, _)) = path.rsplit_once('/') else { return ".".to_owned() };
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in directory.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    match (rooted, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}

fn url_encode(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
        b' ' => "+".to_owned(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}

/// An error where it is no base64, or stands for what is no text. Line ends in it count for nothing, and neither do the
/// bits that are over at the end.
fn base64_decode(arguments: &Arguments<'_>) -> Option<Val> {
    let bytes = BASE64_MIME_PERMISSIVE.decode(arguments.text(0)?.as_bytes()).ok()?;
    Some(arguments.new_text(String::from_utf8(bytes).ok()?))
}
