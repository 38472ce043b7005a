//! Taking ignores out of comments: one rule of a list, or all of it, with the comment where nothing else is in it.

use std::ops::Range;

use super::locate::{Held, way_to};
use super::parts::take;
use super::text::{Change, indentation, line_end, whole_lines};
use super::{Page, flow, range};
use crate::project::Document;
use crate::silence::Removal;
use crate::source::Place;

/// The changes that take an ignore, or a rule of it, out of its document; `None` where its comment says more than can
/// be told from it.
pub fn without_ignore(document: &Document<'_>, removal: &Removal) -> Option<Vec<(Place, String)>> {
    if !document.parsed.problems.is_empty() {
        return None;
    }
    let page = Page { text: &document.source.text, syntax: document.format.name() };
    let directive = range(removal.directive.span);
    let comment = range(removal.comment.span);
    let changes = match removal.rule {
        _ if removal.is_value => member(document, page, removal)?,
        Some(rule) => vec![rule_of_list(page.text, &directive, range(rule.span))?],
        None => vec![whole(page.text, &comment, &directive)?],
    };
    let placed = |change: Change| (document.source.place(change.range), change.text);
    Some(changes.into_iter().map(placed).collect())
}

fn gone(range: Range<usize>) -> Change {
    Change { range, text: String::new() }
}

/// A rule goes with the comma behind it, the last one with that before it.
fn rule_of_list(text: &str, directive: &Range<usize>, rule: Range<usize>) -> Option<Change> {
    let after = text.get(rule.end..directive.end)?;
    let blanks = after.len() - after.trim_start().len();
    if let Some(rest) = after.trim_start().strip_prefix(',') {
        let more = rest.len() - rest.trim_start().len();
        return Some(gone(rule.start..rule.end + blanks + 1 + more));
    }
    let before = text.get(directive.start..rule.start)?;
    let start = directive.start + before.trim_end().strip_suffix(',')?.trim_end().len();
    Some(gone(start..rule.end))
}

/// All of an ignore goes, with the comment where it is all that is in it.
fn whole(text: &str, comment: &Range<usize>, directive: &Range<usize>) -> Option<Change> {
    // A comment over several lines is known to the end of its first one alone.
    let ends = [("/*", "*/"), ("<!--", "-->")];
    let all = text.get(comment.clone())?;
    if ends.iter().any(|(start, end)| all.starts_with(start) && !all.ends_with(end)) {
        return None;
    }
    let before = text.get(comment.start..directive.start)?;
    let after = text.get(directive.end..comment.end)?;
    let says_nothing = |part: &str| !part.chars().any(char::is_alphanumeric);
    if !says_nothing(after) {
        let signs = after.len() - after.trim_start_matches(SIGNS).len();
        return Some(gone(directive.start..directive.end + signs));
    }
    if !says_nothing(before) {
        let kept = before.trim_end_matches(SIGNS).len();
        return Some(gone(comment.start + kept..directive.end));
    }
    let end_of_line = line_end(text, comment.end);
    let ends_line = text[comment.end..end_of_line].trim().is_empty();
    if ends_line && indentation(text, comment.start).is_some() {
        return Some(gone(whole_lines(text, comment)));
    }
    let blanks = |part: &str| part.len() - part.trim_start_matches([' ', '\t']).len();
    Some(if ends_line {
        gone(text[..comment.start].trim_end_matches([' ', '\t']).len()..comment.end)
    } else {
        gone(comment.start..comment.end + blanks(&text[comment.end..]))
    })
}

/// What stands between two things that comments say.
const SIGNS: [char; 6] = [' ', '\t', '#', '/', ';', ','];

/// In Terraform's JSON an ignore is a text: it goes with its key, or as an item of a list of several.
fn member(document: &Document<'_>, page: Page<'_>, removal: &Removal) -> Option<Vec<Change>> {
    let is_all = removal.rule.is_none() && removal.directive == removal.comment;
    let way = way_to(&document.parsed.documents, removal.comment, false).filter(|_| is_all)?;
    let [.., above, step] = way.as_slice() else { return None };
    match step.held {
        Held::Entry(entry) => take(page, above.node, entry),
        Held::Item => {
            let items = above.node.items();
            let number = items.iter().position(|item| std::ptr::eq(item, step.node))?;
            let parts: Vec<_> = items.iter().map(|item| range(item.place.span)).collect();
            (parts.len() > 1).then(|| flow::remove(page, &parts, &[number]))?
        }
        Held::Free => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text without the ignore in it, of which the comment goes from `<` to `>`.
    fn without(text: &str) -> String {
        let start = text.find('<').unwrap();
        let end = text.find('>').unwrap() - 1;
        let text = text.replacen(['<', '>'], "", 2);
        let at = text.find("clientlint").unwrap();
        let next = text[at + 1..end].find("clientlint").map_or(end, |next| at + 1 + next);
        let directive = text[at..next].trim_end_matches("*/").trim_end_matches(SIGNS).len();
        let change = whole(&text, &(start..end), &(at..at + directive)).unwrap();
        format!("{}{}", &text[..change.range.start], &text[change.range.end..])
    }

    #[test]
    fn a_comment_goes_with_its_line_or_its_blanks() {
        for (text, left) in [
            ("a: 1\n  <# clientlint: ignore[x]: why>\nb: 2\n", "a: 1\nb: 2\n"),
            ("a: 1  <# clientlint: ignore[x]: why>\r\nb: 2\r\n", "a: 1\r\nb: 2\r\n"),
            ("a = </* clientlint: ignore[x]: why */> 1\n", "a = 1\n"),
            ("</* clientlint: ignore[x]: why */>\na = 1\n", "a = 1\n"),
            ("a: 1\n<# clientlint: ignore[x]: why>", "a: 1"),
            ("a: 1 <# see SEC-1, clientlint: ignore[x]: why>\n", "a: 1 # see SEC-1\n"),
            (
                "a: 1 <# clientlint: ignore[x]: why # clientlint: ignore[y]: too>\n",
                "a: 1 # clientlint: ignore[y]: too\n",
            ),
        ] {
            assert_eq!(without(text), left, "{text}");
        }
    }

    #[test]
    fn a_rule_goes_with_its_comma() {
        let text = "clientlint: ignore[ab, cd , ef]: why";
        let one = |name: &str| {
            let at = text.find(name).unwrap();
            let change = rule_of_list(text, &(0..text.len()), at..at + name.len()).unwrap();
            format!("{}{}", &text[..change.range.start], &text[change.range.end..])
        };
        assert_eq!(one("ab"), "clientlint: ignore[cd , ef]: why");
        assert_eq!(one("cd"), "clientlint: ignore[ab, ef]: why");
        assert_eq!(one("ef"), "clientlint: ignore[ab, cd]: why");
    }
}
