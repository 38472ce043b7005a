//! Edits of collections in brackets, whose parts stand between commas: JSON, YAML's flow style, TOML's and HCL's lists
//! and objects.

use std::ops::Range;

use serde_json::{Map, Value as Json};

use super::locate::extent;
use super::text::{
    Change, comma, ends_line, indentation, is_long, line_break, line_end, line_start, whole_lines,
};
use super::{Page, range};
use crate::formats::literal::{Style, key_text, literal, sign};
use crate::tree::{Entry, Node, Value};

/// Takes parts out of a collection; `parts` are all of its parts in order, of which one stays at least.
pub(super) fn remove(page: Page<'_>, parts: &[Range<usize>], gone: &[usize]) -> Option<Vec<Change>> {
    let Page { text, syntax } = page;
    let deleted = |range: Range<usize>| Change { range, text: String::new() };
    let last_kept = (0..parts.len()).rev().find(|at| !gone.contains(at))?;
    let mut changes = Vec::new();
    for at in gone.iter().copied().filter(|at| *at < last_kept) {
        changes.push(deleted(one(page, &parts[at])?));
    }
    let tail = last_kept + 1..parts.len();
    if tail.is_empty() {
        return Some(changes);
    }
    let last = parts.last()?;
    if comma(text, last.end, syntax).is_some() {
        for part in &parts[tail] {
            changes.push(deleted(one(page, part)?));
        }
        return Some(changes);
    }
    // What was no last part becomes one, and has no comma behind it any more.
    let before = comma(text, parts[last_kept].end, syntax).filter(|at| *at < parts[tail.start].start);
    let alone = |part: &Range<usize>| {
        let end = comma(text, part.end, syntax).map_or(part.end, |at| at + 1);
        indentation(text, part.start).is_some() && ends_line(text, end, syntax)
    };
    if parts[tail.clone()].iter().all(alone) {
        changes.extend(before.map(|at| deleted(at..at + 1)));
        changes.extend(parts[tail].iter().map(|part| deleted(whole_lines(text, part))));
        return Some(changes);
    }
    let all = before?..last.end;
    is_bare(text, &all, &parts[tail]).then(|| changes.push(deleted(all)))?;
    Some(changes)
}

/// What goes with a part that others follow: its comma, and its line where it has one to itself.
fn one(page: Page<'_>, part: &Range<usize>) -> Option<Range<usize>> {
    let Page { text, syntax } = page;
    let Some(comma) = comma(text, part.end, syntax) else {
        // HCL separates by lines as well.
        let alone = indentation(text, part.start).is_some() && ends_line(text, part.end, syntax);
        return (alone && syntax == "hcl").then(|| whole_lines(text, part));
    };
    if is_long(text, part.end..comma) {
        return None;
    }
    let end = comma + 1;
    if indentation(text, part.start).is_some() && ends_line(text, end, syntax) {
        return Some(whole_lines(text, &(part.start..end)));
    }
    let blanks = text[end..].len() - text[end..].trim_start_matches([' ', '\t']).len();
    if line_end(text, end) == end + blanks {
        let before = text[..part.start].trim_end_matches([' ', '\t']).len();
        return Some(before..end);
    }
    Some(part.start..end + blanks)
}

/// Whether there is nothing between parts but commas and blanks.
fn is_bare(text: &str, range: &Range<usize>, parts: &[Range<usize>]) -> bool {
    let mut at = range.start;
    let ends = parts.iter().map(|part| (part.start, part.end)).chain([(range.end, range.end)]);
    for (start, end) in ends {
        let between = text.get(at..start).unwrap_or("?");
        if !between.chars().all(|c| c == ',' || c.is_ascii_whitespace()) {
            return false;
        }
        at = end;
    }
    true
}

/// Puts entries into a map, behind the last of those that fit on a line.
pub(super) fn insert(page: Page<'_>, map: &Node, new: &Map<String, Json>) -> Option<Vec<Change>> {
    let Page { text, syntax } = page;
    let whole = range(map.place.span);
    if !text.get(whole.clone())?.ends_with('}') {
        return None;
    }
    let mut entries: Vec<_> = map.entries().iter().collect();
    entries.sort_by_key(|entry| entry.key_place);
    if entries.iter().any(|entry| entry.value.supplied.is_some() || is_bare_marker(text, entry)) {
        return None;
    }
    let simple = |entry: &&&Entry| {
        !matches!(entry.value.value, Value::Map(_) | Value::List(_)) && !is_long(text, range(extent(entry)))
    };
    let Some(anchor) = entries.iter().rev().find(simple).or(entries.last()) else {
        let inside = whole.start + 1..whole.end - 1;
        let blank = text[inside.clone()].trim().is_empty();
        let style = Style { compact: syntax == "json" && !text.contains("\": "), ..Style::default() };
        let all = literal(syntax, &Json::Object(new.clone()), style);
        let all = all.strip_prefix('{')?.strip_suffix('}')?.to_owned();
        return blank.then(|| vec![Change { range: inside, text: all }]);
    };
    let key = &text[range(anchor.key_place.span)];
    let between = text.get(range(anchor.key_place.span).end..range(anchor.value.place.span).start)?;
    let compact = syntax == "json" && !between.contains(' ');
    let style = Style { quote: quote_of(text, anchor), compact };
    let colon = if compact { ":" } else { sign(syntax) };
    let name = |name: &str| match key.chars().next() {
        Some(quote @ ('"' | '\'')) if syntax != "toml" => format!("{quote}{name}{quote}"),
        _ => key_text(syntax, name),
    };
    let end = range(extent(anchor)).end;
    let behind = comma(text, end, syntax);
    let last = entries.last().is_some_and(|entry| std::ptr::eq(*entry, *anchor));
    if behind.is_none() && !last && syntax != "hcl" {
        return None;
    }
    let start = range(extent(anchor)).start;
    let prefix = indentation(text, start).filter(|_| line_start(text, start) > whole.start);
    let after = behind.map_or(end, |at| at + 1);
    let Some(prefix) = prefix.filter(|_| ends_line(text, after, syntax) || last) else {
        let gap = if compact { "" } else { " " };
        let all: Vec<String> = new
            .iter()
            .map(|(key, value)| format!("{}{colon}{}", name(key), literal(syntax, value, style)))
            .collect();
        let all = all.join(&format!(",{gap}"));
        return Some(vec![match behind {
            Some(at) => Change { range: at + 1..at + 1, text: format!("{gap}{all},") },
            None => Change { range: end..end, text: format!(",{gap}{all}") },
        }]);
    };
    // HCL needs no commas between lines.
    let commas = behind.is_some()
        || syntax != "hcl"
        || entries.iter().any(|entry| comma(text, range(extent(entry)).end, syntax).is_some());
    let unit = unit(text, whole.start, prefix);
    let line = line_break(text);
    let lines: Vec<String> = new
        .iter()
        .map(|(key, value)| {
            let value = match value {
                Json::Object(inner) if syntax == "json" && !compact => {
                    let inner: Vec<String> = inner
                        .iter()
                        .map(|(key, value)| {
                            format!(
                                "{line}{prefix}{unit}{}{colon}{}",
                                name(key),
                                literal(syntax, value, style)
                            )
                        })
                        .collect();
                    format!("{{{}{line}{prefix}}}", inner.join(","))
                }
                value => literal(syntax, value, style),
            };
            format!("{line}{prefix}{}{colon}{value}", name(key))
        })
        .collect();
    let separator = if commas { "," } else { "" };
    let all = lines.join(separator);
    if !commas || behind.is_some() {
        let at = if ends_line(text, after, syntax) { line_end(text, after) } else { after };
        let last = if commas { "," } else { "" };
        return Some(vec![Change { range: at..at, text: format!("{all}{last}") }]);
    }
    let at = if ends_line(text, end, syntax) { line_end(text, end) } else { end };
    if at == end {
        return Some(vec![Change { range: end..end, text: format!(",{all}") }]);
    }
    let put = |at: usize, text: String| Change { range: at..at, text };
    Some(vec![put(end, ",".to_owned()), put(at, all)])
}

/// Puts items behind the others of a list.
pub(super) fn append(page: Page<'_>, list: &Node, new: &[Json]) -> Option<Vec<Change>> {
    let Page { text, syntax } = page;
    let last = range(list.items().last()?.place.span);
    let first = text[last.clone()].chars().next();
    let quote = first.filter(|quote| matches!(quote, '"' | '\''));
    let behind = comma(text, last.end, syntax);
    let whole = range(list.place.span);
    let before = last.start.checked_sub(1).and_then(|at| text.as_bytes().get(at));
    let compact = syntax == "json" && list.items().len() > 1 && before == Some(&b',');
    let words: Vec<String> = new.iter().map(|item| literal(syntax, item, Style { quote, compact })).collect();
    let put = |at: usize, text: String| Change { range: at..at, text };
    let after = behind.map_or(last.end, |at| at + 1);
    let own_line = indentation(text, last.start).filter(|_| line_start(text, last.start) > whole.start);
    let Some(prefix) = own_line.filter(|_| ends_line(text, after, syntax)) else {
        let gap = if compact { "," } else { ", " };
        return Some(vec![put(last.end, format!("{gap}{}", words.join(gap)))]);
    };
    let line = line_break(text);
    let all = words.join(&format!(",{line}{prefix}"));
    let at = line_end(text, after);
    if behind.is_some() {
        return Some(vec![put(at, format!("{line}{prefix}{all},"))]);
    }
    if at == last.end {
        return Some(vec![put(at, format!(",{line}{prefix}{all}"))]);
    }
    Some(vec![put(last.end, ",".to_owned()), put(at, format!("{line}{prefix}{all}"))])
}

/// A marker that stands for whole members.
fn is_bare_marker(text: &str, entry: &Entry) -> bool {
    entry.key_place == entry.value.place || text[range(entry.key_place.span)].starts_with(['#', '@'])
}

/// The quotes of a value, where it is a text with some.
pub(super) fn quote_of(text: &str, entry: &Entry) -> Option<char> {
    let first = text[range(entry.value.place.span)].chars().next();
    first.filter(|quote| matches!(quote, '"' | '\'') && matches!(entry.value.value, Value::Text(_)))
}

/// By how much an indentation is deeper than that of the line on which an offset stands.
pub(super) fn unit(text: &str, outer: usize, inner: &str) -> String {
    let start = line_start(text, outer);
    let line = &text[start..line_end(text, outer)];
    let blanks = &line[..line.len() - line.trim_start_matches([' ', '\t']).len()];
    match inner.strip_prefix(blanks) {
        Some(more) if !more.is_empty() => more.to_owned(),
        _ => "  ".to_owned(),
    }
}
