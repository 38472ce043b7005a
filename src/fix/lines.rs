//! Edits of collections whose parts stand on lines: YAML's block style, HCL's bodies, TOML's tables, properties.

use std::fmt::Write as _;
use std::ops::Range;

use serde_json::{Map, Value as Json};

use super::flow::{quote_of, unit};
use super::locate::extent;
use super::text::{Change, ends_line, indentation, is_long, line_break, line_end, line_start, whole_lines};
use super::{Page, range};
use crate::formats::literal::{Style, key_text, literal, sign};
use crate::tree::{Entry, Node, Value};

/// Takes an entry out of a map, with its lines.
pub(super) fn remove_entry(page: Page<'_>, map: &Node, entry: &Entry) -> Option<Change> {
    let Page { text, syntax } = page;
    let all = range(extent(entry));
    let key = range(entry.key_place.span).start;
    let change = |range: Range<usize>| Some(Change { range, text: String::new() });
    if is_one_line_body(page, map) {
        let blanks = text[all.end..].len() - text[all.end..].trim_start_matches([' ', '\t']).len();
        return change(all.start..all.end + blanks);
    }
    if !ends_line(text, all.end, syntax) || ends_in_block_scalar(text, entry) {
        return None;
    }
    let before = &text[line_start(text, key)..key];
    match syntax {
        _ if indentation(text, key).is_some() => change(whole_lines(text, &all)),
        "toml" if before.trim_start().ends_with('.') && !before.contains(['=', '{']) => {
            change(whole_lines(text, &all))
        }
        "properties" if before.trim() == "export" => change(whole_lines(text, &all)),
        // The first key of an item: what comes next moves up to the dash.
        "yaml" if before.trim_matches([' ', '-']).is_empty() => {
            let next = map.entries().iter().filter(|next| next.value.supplied.is_none());
            let next =
                next.map(|next| range(next.key_place.span).start).filter(|start| *start > key).min()?;
            let between = text.get(all.end..next)?;
            between.trim().is_empty().then(|| change(key..next))?
        }
        _ => None,
    }
}

/// Takes items out of a list in YAML's block style.
pub(super) fn remove_items(page: Page<'_>, list: &Node, gone: &[usize]) -> Option<Vec<Change>> {
    let Page { text, syntax } = page;
    let line = |at: &usize| {
        let item = range(list.items().get(*at)?.place.span);
        let before = &text[line_start(text, item.start)..item.start];
        let alone = before.trim_matches([' ', '\t']) == "-" && ends_line(text, item.end, syntax);
        alone.then(|| Change { range: whole_lines(text, &item), text: String::new() })
    };
    gone.iter().map(line).collect()
}

/// Puts items behind the others of a list in YAML's block style.
pub(super) fn append(page: Page<'_>, list: &Node, new: &[Json]) -> Option<Change> {
    let Page { text, syntax } = page;
    let last = range(list.items().last()?.place.span);
    let before = &text[line_start(text, last.start)..last.start];
    if before.trim_matches([' ', '\t']) != "-"
        || !ends_line(text, last.end, syntax)
        || is_long(text, last.clone())
    {
        return None;
    }
    let quote = text[last.clone()].chars().next().filter(|quote| matches!(quote, '"' | '\''));
    let style = Style { quote, compact: false };
    let line = line_break(text);
    let lines: Vec<String> =
        new.iter().map(|item| format!("{line}{before}{}", literal(syntax, item, style))).collect();
    let at = line_end(text, last.end);
    Some(Change { range: at..at, text: lines.concat() })
}

/// Puts entries into a map, behind the last of those that fit on a line.
pub(super) fn insert(page: Page<'_>, map: &Node, new: &Map<String, Json>) -> Option<Vec<Change>> {
    let Page { text, syntax } = page;
    let own: Vec<&Entry> = map.entries().iter().filter(|entry| entry.value.supplied.is_none()).collect();
    if syntax == "hcl" {
        return body(page, map, &own, new);
    }
    let simple = |entry: &&&Entry| {
        !matches!(entry.value.value, Value::Map(_) | Value::List(_))
            && !is_long(text, range(extent(entry)))
            && ends_line(text, range(extent(entry)).end, syntax)
            && !text[range(entry.value.place.span)].starts_with(['|', '>'])
    };
    let anchor = match own.iter().filter(simple).max_by_key(|entry| entry.key_place) {
        Some(anchor) => anchor,
        None if syntax == "yaml" => own.iter().max_by_key(|entry| entry.value.place.span.end)?,
        None => return None,
    };
    let key = range(anchor.key_place.span);
    let before = &text[line_start(text, key.start)..key.start];
    let prefix = match syntax {
        _ if indentation(text, key.start).is_some() => before.to_owned(),
        "yaml" if before.bytes().all(|byte| matches!(byte, b' ' | b'-')) => " ".repeat(before.len()),
        "toml" if before.trim_start().ends_with('.') && !before.contains(['=', '{', '"']) => {
            before.to_owned()
        }
        "properties" if before.trim() == "export" => before.to_owned(),
        _ => return None,
    };
    let end = range(extent(anchor)).end;
    if !ends_line(text, end, syntax) || ends_in_block_scalar(text, anchor) {
        return None;
    }
    let at = line_end(text, end);
    let between = text.get(key.end..range(anchor.value.place.span).start).unwrap_or("");
    let sign = if syntax == "yaml" || between.contains(' ') { sign(syntax) } else { "=" };
    let quoted = text[key].starts_with(['"', '\'']);
    let name = |name: &str| if quoted { Json::from(name).to_string() } else { key_text(syntax, name) };
    let line = line_break(text);
    let unit = nested(text, map).unwrap_or_else(|| "  ".to_owned());
    let style = Style { quote: quote_of(text, anchor), compact: false };
    let mut all = String::new();
    for (key, value) in new {
        entry_lines(&mut all, page, &format!("{line}{prefix}"), &unit, (&name(key), sign), value, style);
    }
    Some(vec![Change { range: at..at, text: all }])
}

/// Adds lines for an entry: in YAML those of a map stand below it, in TOML their keys have dots.
fn entry_lines(
    all: &mut String,
    page: Page<'_>,
    start: &str,
    unit: &str,
    (key, sign): (&str, &str),
    value: &Json,
    style: Style,
) {
    match value {
        Json::Object(inner) if page.syntax == "yaml" => {
            // Writing to a string cannot fail.
            let _ = write!(all, "{start}{key}:");
            for (key, value) in inner {
                entry_lines(
                    all,
                    page,
                    &format!("{start}{unit}"),
                    unit,
                    (&key_text("yaml", key), sign),
                    value,
                    style,
                );
            }
        }
        Json::Object(inner) => {
            for (name, value) in inner {
                entry_lines(all, page, start, unit, (&format!("{key}.{name}"), sign), value, style);
            }
        }
        value => {
            // A list has the quotes that it needs, whatever a text beside it has.
            let style = if value.is_array() { Style::default() } else { style };
            let _ = write!(all, "{start}{key}{sign}{}", literal(page.syntax, value, style));
        }
    }
}

/// Puts entries into a body of HCL: arguments behind the last argument, blocks at the end.
fn body(page: Page<'_>, map: &Node, own: &[&Entry], new: &Map<String, Json>) -> Option<Vec<Change>> {
    let text = page.text;
    let whole = range(map.place.span);
    let block = text.get(whole.clone())?;
    let outer: String = {
        let line = &text[line_start(text, whole.start)..whole.start];
        line.chars().take_while(|c| matches!(c, ' ' | '\t')).collect()
    };
    let line = line_break(text);
    if is_one_line_body(page, map) {
        // On one line a block may hold one argument at most.
        let open = whole.start
            + own
                .iter()
                .map(|entry| range(extent(entry)).start - whole.start)
                .min()
                .map_or_else(|| block.rfind('{'), |first| block[..first].rfind('{'))?
            + 1;
        let close = whole.end - 1;
        let prefix = format!("{outer}  ");
        let mut all = String::new();
        let old = text.get(open..close)?.trim();
        let first = open + text[open..close].len() - text[open..close].trim_start().len();
        for (key, value) in new {
            argument(&mut all, &format!("{line}{prefix}"), key, value, None);
        }
        if old.is_empty() {
            return Some(vec![Change { range: open..close, text: format!("{all}{line}{outer}") }]);
        }
        let end = first + old.len();
        return Some(vec![
            Change { range: open..first, text: format!("{line}{prefix}") },
            Change { range: end..close, text: format!("{all}{line}{outer}") },
        ]);
    }
    let close = line_start(text, whole.end);
    let (blocks, arguments): (Vec<_>, Vec<_>) = new.iter().partition(|(_, value)| value.is_object());
    let is_block = |entry: &Entry| entry.value.place.span.start <= entry.key_place.span.start;
    let simple = |entry: &&&Entry| {
        !is_block(entry)
            && !is_long(text, range(extent(entry)))
            && indentation(text, range(entry.key_place.span).start).is_some()
            && ends_line(text, range(extent(entry)).end, "hcl")
    };
    let anchor = own.iter().filter(simple).max_by_key(|entry| entry.key_place);
    let first = own.iter().min_by_key(|entry| extent(entry).start);
    let prefix = anchor
        .or(first)
        .and_then(|entry| indentation(text, range(extent(entry)).start))
        .map_or_else(|| format!("{outer}  "), str::to_owned);
    let mut changes = Vec::new();
    if !arguments.is_empty() {
        let mut all = String::new();
        let column = anchor.and_then(|anchor| {
            let after = &text[range(anchor.key_place.span).start..range(anchor.value.place.span).start];
            after.find('=')
        });
        for (key, value) in arguments {
            argument(&mut all, &format!("{line}{prefix}"), key, value, column);
        }
        let at = match anchor {
            Some(anchor) => line_end(text, range(extent(anchor)).end),
            None => line_end(text, whole.start + block.find('{')?),
        };
        let open = block.find('{')? + whole.start + 1;
        if anchor.is_none() && !ends_line(text, open, "hcl") {
            return None;
        }
        changes.push(Change { range: at..at, text: all });
    }
    if !blocks.is_empty() {
        indentation(text, whole.end - 1)?;
        let mut all = String::new();
        for (key, value) in blocks {
            let gap = if own.is_empty() { "" } else { line };
            all.push_str(gap);
            block_lines(&mut all, line, &prefix, &unit(text, whole.start, &prefix), key, value);
        }
        changes.push(Change { range: close..close, text: all });
    }
    Some(changes)
}

fn block_lines(all: &mut String, line: &str, prefix: &str, unit: &str, key: &str, value: &Json) {
    let _ = write!(all, "{prefix}{key} {{{line}");
    let inner = format!("{prefix}{unit}");
    let entries = value.as_object();
    let arguments = entries.into_iter().flatten().filter(|(_, value)| !value.is_object());
    // As `terraform fmt` has it: the signs stand below each other.
    let column = arguments.map(|(key, _)| key.len() + 1).max();
    for (key, value) in entries.into_iter().flatten() {
        if value.is_object() {
            block_lines(all, line, &inner, unit, key, value);
        } else {
            argument(all, &inner, key, value, column);
            all.push_str(line);
        }
    }
    let _ = write!(all, "{prefix}}}{line}");
}

/// Adds an argument; its sign stands in a column of the key's start where it has room.
fn argument(all: &mut String, start: &str, key: &str, value: &Json, column: Option<usize>) {
    let width = column.map_or(0, |column| column.saturating_sub(1));
    let _ = write!(all, "{start}{key:width$} = {}", literal("hcl", value, Style::default()));
}

/// Whether a block of HCL stands on one line.
fn is_one_line_body(page: Page<'_>, map: &Node) -> bool {
    page.syntax == "hcl" && !is_long(page.text, range(map.place.span))
}

/// Whether an entry's value ends in a block scalar, of which blank lines behind it may be a part.
fn ends_in_block_scalar(text: &str, entry: &Entry) -> bool {
    fn last(node: &Node) -> &Node {
        match &node.value {
            Value::List(items) => items.last().map_or(node, last),
            Value::Map(entries) => entries.last().map_or(node, |entry| last(&entry.value)),
            _ => node,
        }
    }
    text[range(last(&entry.value).place.span)].starts_with(['|', '>'])
}

/// By how much a map in YAML stands deeper than the one around it, as far as the map shows.
fn nested(text: &str, map: &Node) -> Option<String> {
    let column = |entry: &Entry| {
        let start = range(entry.key_place.span).start;
        start - line_start(text, start)
    };
    map.entries().iter().find_map(|entry| {
        let inner = entry.value.entries().first().filter(|_| entry.value.supplied.is_none())?;
        let flow = text[range(entry.value.place.span)].starts_with('{');
        let more = column(inner).checked_sub(column(entry)).filter(|more| *more > 0 && !flow)?;
        Some(" ".repeat(more))
    })
}
