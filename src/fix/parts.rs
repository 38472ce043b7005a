//! Edits of what stands alone: an entry of a map, a scalar.

use serde_json::{Map, Value as Json};

use super::locate::extent;
use super::text::{Change, with_comment};
use super::{Page, flow, lines, range};
use crate::formats::literal::{Style, key_text, literal, sign};
use crate::tree::{Entry, Node, Value};

/// Whether a list makes sense without some of its items: what is empty, or has refresh tokens of nothing, needs somebody
/// who knows what is wanted instead.
pub(super) fn leaves_something(list: &Node, gone: &[usize]) -> bool {
    let mut left = list.items().iter().enumerate().filter(|(number, _)| !gone.contains(number));
    left.any(|(_, item)| item.text() != Some("refresh_token"))
}

/// Whether a map stands in braces.
pub(super) fn is_flow(page: Page<'_>, map: &Node) -> bool {
    page.text[range(map.place.span)].starts_with('{')
}

/// Takes an entry out of its map.
pub(super) fn take(page: Page<'_>, map: &Node, entry: &Entry) -> Option<Vec<Change>> {
    if !is_flow(page, map) {
        // A map of YAML without entries is none.
        let last = page.syntax == "yaml" && map.entries().len() < 2;
        return if last { None } else { lines::remove_entry(page, map, entry).map(|change| vec![change]) };
    }
    let mut entries: Vec<&Entry> = map.entries().iter().collect();
    entries.sort_by_key(|entry| entry.key_place);
    let number = entries.iter().position(|other| std::ptr::eq(*other, entry))?;
    let parts: Vec<_> = entries.iter().map(|entry| range(extent(entry))).collect();
    flow::remove(page, &parts, &[number])
}

/// Another entry in the place of one.
pub(super) fn instead(page: Page<'_>, old: &Entry, new: &Map<String, Json>) -> Option<Change> {
    let (key, value) = new.iter().next()?;
    let (old_key, old_value) = (range(old.key_place.span), range(old.value.place.span));
    let between = page.text.get(old_key.end..old_value.start)?;
    let token = &page.text[old_value.clone()];
    if value.is_object() || token.starts_with("<<") || old_value.start < old_key.end {
        return None;
    }
    let quoted = page.text[old_key.clone()].starts_with('"');
    let key = if quoted { Json::from(key.as_str()).to_string() } else { key_text(page.syntax, key) };
    let between = if between.contains(['\n', '\r', '#', '&', '!']) || between.is_empty() {
        sign(page.syntax)
    } else {
        between
    };
    // As `terraform fmt` has it: the signs of lines stand below each other.
    let blanks = between.len() - between.trim_start_matches(' ').len();
    let width = old_key.len() + blanks;
    let between = if blanks > 0 && between.starts_with(' ') && width > key.len() {
        format!("{}{}", " ".repeat(width - key.len()), between.trim_start_matches(' '))
    } else {
        between.to_owned()
    };
    let quote = token.chars().next().filter(|first| matches!(first, '"' | '\''));
    let text = format!("{key}{between}{}", literal(page.syntax, value, Style { quote, compact: false }));
    Some(Change { range: old_key.start..with_comment(page.text, old_value.end, page.syntax)?, text })
}

/// How a scalar on one line is written; `None` where it is another kind of value.
pub(super) fn scalar_style(page: Page<'_>, node: &Node) -> Option<Style> {
    let token = page.text.get(range(node.place.span))?;
    let odd = ["|", ">", "<<", "\"\"\"", "'''", "{", "[", "!", "&", "*"];
    let long = token.contains(['\n', '\r']);
    if token.is_empty() || long || odd.iter().any(|start| token.starts_with(start)) {
        return None;
    }
    let quote = token.chars().next().filter(|first| matches!(first, '"' | '\''));
    Some(Style { quote, compact: false })
}

/// Whether a node says a value already.
pub(super) fn says(node: &Node, value: &Json) -> bool {
    match (&node.value, value) {
        (Value::Text(old), Json::String(new)) => old == new,
        (Value::Bool(old), Json::Bool(new)) => old == new,
        (Value::Number(old), Json::Number(new)) => *old == new.to_string(),
        _ => false,
    }
}
