//! Finds keys that stand twice in one map.

use std::collections::HashSet;

use crate::problem::{Code, Problem};
use crate::tree::Entry;

/// Up to this many entries, comparing all pairs is faster than hashing.
const FEW: usize = 24;

/// Adds a problem for each key that was there before, at its later place.
pub(crate) fn find<'a, E>(entries: E, problems: &mut Vec<Problem>)
where
    E: IntoIterator<Item = &'a Entry>,
    E::IntoIter: Clone,
{
    let entries = entries.into_iter();
    if entries.clone().nth(FEW).is_none() {
        for (index, entry) in entries.clone().enumerate() {
            if entries.clone().take(index).any(|other| other.key == entry.key) {
                problems.push(problem(entry));
            }
        }
    } else {
        let mut seen = HashSet::new();
        problems.extend(entries.filter(|entry| !seen.insert(entry.key.as_str())).map(problem));
    }
}

fn problem(entry: &Entry) -> Problem {
    Problem {
        code: Code::DuplicateKey,
        place: entry.key_place,
        message: "key stands twice in one map".to_owned(),
    }
}
