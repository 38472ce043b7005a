//! Which comments cover a place: found among those of its file by where they reach, without asking each.

use std::collections::BTreeMap;

use super::Mark;
use super::comments::Comment;
use crate::source::{FileId, Place, Span};

/// For each rule and file what the comments that silence the rule cover.
pub(super) struct Covering(BTreeMap<String, BTreeMap<FileId, Vec<Reach>>>);

/// A span that a comment covers.
struct Reach {
    span: Span,
    /// How far this span or one before it goes.
    furthest: u32,
    mark: Mark,
}

impl Covering {
    pub(super) fn of(comments: &[Comment]) -> Self {
        let mut by_rule: BTreeMap<String, BTreeMap<FileId, Vec<Reach>>> = BTreeMap::new();
        for (number, comment) in comments.iter().enumerate() {
            for (at, id) in comment.obeyed() {
                let files = by_rule.entry(id.to_owned()).or_default();
                let mark = Mark::Comment(number, at);
                let reaches = comment.covered.iter().map(|span| Reach { span: *span, furthest: 0, mark });
                files.entry(comment.place.file).or_default().extend(reaches);
            }
        }
        for reaches in by_rule.values_mut().flat_map(BTreeMap::values_mut) {
            reaches.sort_by_key(|reach| reach.span.start);
            let mut furthest = 0;
            for reach in reaches {
                furthest = reach.span.end.max(furthest);
                reach.furthest = furthest;
            }
        }
        Self(by_rule)
    }

    /// The comments that silence a rule and cover one of some places, in order.
    pub(super) fn marks(&self, rule: &str, places: impl IntoIterator<Item = Place>) -> Vec<Mark> {
        let Some(files) = self.0.get(rule) else { return Vec::new() };
        let mut marks = Vec::new();
        for place in places {
            let reaches = files.get(&place.file).map_or(&[][..], Vec::as_slice);
            let started = reaches.partition_point(|reach| reach.span.start <= place.span.start);
            let near = reaches[..started].iter().rev().take_while(|reach| reach.furthest >= place.span.end);
            marks.extend(near.filter(|reach| reach.span.covers(place.span)).map(|reach| reach.mark));
        }
        marks.sort_unstable();
        marks.dedup();
        marks
    }
}
