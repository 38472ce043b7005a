//! What definitions were before: which definition of then is which of today, and what differs between the two.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::client::{Basis, Datum, Definition, Fact, Known};
use crate::vocabulary::{Attribute, By, Holds};

/// What tells a definition from others: its file, what it defines and its key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// The file's path, as reported.
    pub path: Arc<str>,
    /// What it defines.
    pub kind: &'static str,
    /// What identifies it there.
    pub key: String,
}

/// A definition in a comparison.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// What tells it from the others of its side.
    pub identity: &'a Identity,
    /// Its client identifier, where it is known.
    pub client_id: Option<&'a str>,
}

/// For each definition of today the number of the one of then that it was.
///
/// It was the one of the same file and key; else the only one of that key whose file is gone or belongs to the same
/// project, as `near` says of the two paths; else the only one with the same client identifier, which then is gone
/// itself. Of several the one is meant whose path ends most alike. Of several that are equal in all of this the first was
/// the first, if they are as many as before, and none was any otherwise.
pub fn pair(today: &[Side<'_>], then: &[Side<'_>], near: &dyn Fn(&str, &str) -> bool) -> Vec<Option<usize>> {
    let by_identity = |sides: &[Side<'_>]| {
        let mut found: BTreeMap<Identity, Vec<usize>> = BTreeMap::new();
        for (at, side) in sides.iter().enumerate() {
            found.entry(side.identity.clone()).or_default().push(at);
        }
        found
    };
    let (mine, theirs) = (by_identity(today), by_identity(then));
    let mut was = vec![None; today.len()];
    for (identity, places) in &mine {
        let Some(former) = theirs.get(identity).filter(|former| former.len() == places.len()) else {
            continue;
        };
        for (at, former) in places.iter().zip(former) {
            was[*at] = Some(*former);
        }
    }
    // What is there under the same name is itself, however often: it neither came nor went.
    let came: Vec<usize> = (0..today.len()).filter(|at| !theirs.contains_key(today[*at].identity)).collect();
    let gone: Vec<usize> = (0..then.len()).filter(|at| !mine.contains_key(then[*at].identity)).collect();
    let same_key = |at: usize, former: usize| {
        let (now, before) = (today[at].identity, then[former].identity);
        !now.key.is_empty() && now.kind == before.kind && now.key == before.key
    };
    let moved = |at: usize, former: usize| {
        same_key(at, former) && near(&then[former].identity.path, &today[at].identity.path)
    };
    let renamed = |at: usize, former: usize| {
        today[at].client_id.is_some()
            && today[at].client_id == then[former].client_id
            && today[at].identity.kind == then[former].identity.kind
    };
    let ways: [&dyn Fn(usize, usize) -> bool; 2] = [&moved, &renamed];
    for is_same in ways {
        let taken: BTreeSet<usize> = was.iter().flatten().copied().collect();
        for at in came.iter().copied().filter(|at| was[*at].is_none()).collect::<Vec<_>>() {
            let score = |a: usize, b: usize| alike(&today[a].identity.path, &then[b].identity.path);
            let candidates = gone.iter().filter(|former| !taken.contains(*former) && is_same(at, **former));
            let Some(former) = best(candidates.map(|former| (score(at, *former), *former))) else { continue };
            let others = came.iter().filter(|other| is_same(**other, former));
            if best(others.map(|other| (score(*other, former), *other))) == Some(at) {
                was[at] = Some(former);
            }
        }
    }
    was
}

/// The one that has the highest score, if it is alone with it.
fn best(candidates: impl Iterator<Item = (usize, usize)>) -> Option<usize> {
    let mut best: Option<(usize, usize, bool)> = None;
    for (score, at) in candidates {
        best = match best {
            Some((known, first, _)) if known == score => Some((known, first, false)),
            Some(known) if known.0 > score => Some(known),
            _ => Some((score, at, true)),
        };
    }
    best.filter(|(_, _, alone)| *alone).map(|(_, at, _)| at)
}

/// In how many of their last parts two paths are the same: a folder that moves takes its files along.
fn alike(a: &str, b: &str) -> usize {
    a.rsplit('/').zip(b.rsplit('/')).take_while(|(a, b)| a == b).count()
}

/// Tells a definition what it was, and what of it is another now.
pub fn attach(definition: &mut Definition, before: Arc<Definition>) {
    let mut changed = Vec::new();
    let mut added = Vec::new();
    for (attribute, fact) in definition.facts.iter() {
        if attribute.meaning().by != By::Document {
            continue;
        }
        let name = || Fact { datum: Datum::from_text(attribute.name()), basis: fact.basis.clone() };
        if differs(fact, before.known(attribute)) {
            changed.push(name());
        }
        for item in new_items(attribute, fact, &before) {
            let entries = vec![("item".to_owned(), item.clone()), ("attribute".to_owned(), name())];
            added.push(Fact { datum: Datum::Map(entries), basis: item.basis.clone() });
        }
    }
    for (attribute, list) in [(Attribute::CHANGED, changed), (Attribute::ADDED, added)] {
        let fact = Fact { datum: Datum::List(list), basis: Basis::Inferred(Vec::new()) };
        definition.facts.insert_new(attribute, fact);
    }
    definition.before = Some(before);
}

/// Whether a value is known to have been another one.
fn differs(now: &Fact, before: Known<'_>) -> bool {
    let Known::Fact(before) = before else { return false };
    match (comparable(now), comparable(before)) {
        (Some(now), Some(before)) => now != before,
        _ => false,
    }
}

/// A value with its items in order, if all of it is known.
fn comparable(fact: &Fact) -> Option<Vec<String>> {
    let json = |fact: &Fact| Some(fact.datum.json()?.to_string());
    match &fact.datum {
        Datum::List(items) => {
            let mut items = items.iter().map(json).collect::<Option<Vec<_>>>()?;
            items.sort_unstable();
            Some(items)
        }
        _ => Some(vec![json(fact)?]),
    }
}

/// The items of a list that are known not to have been there before.
fn new_items<'a>(attribute: Attribute, fact: &'a Fact, before: &Definition) -> Vec<&'a Fact> {
    let holds = attribute.meaning().holds;
    if !matches!(holds, Holds::Texts | Holds::Uris) {
        return Vec::new();
    }
    let old = match before.effective(attribute) {
        Known::Fact(old) if old.datum.is_complete() => old.datum.items(),
        // Where nothing is written, there are no URIs; of words the platform may have had some of its own.
        Known::Absent if holds == Holds::Uris => &[],
        _ => return Vec::new(),
    };
    let known: Vec<&str> = old.iter().filter_map(|item| item.datum.text()).collect();
    let is_new = |item: &&Fact| item.datum.text().is_some_and(|text| !known.contains(&text));
    fact.datum.items().iter().filter(is_new).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pairs clients given as `path key` or `path key identifier`; files whose names start with `gone` are.
    fn pairs(today: &[&str], then: &[&str]) -> Vec<Option<usize>> {
        let read = |line: &&str| {
            let mut words = line.split(' ');
            let mut next = || words.next().map(str::to_owned);
            let path = Arc::from(next().unwrap_or_default());
            let key = next().unwrap_or_default();
            (Identity { path, kind: "client", key }, next())
        };
        let (now, before): (Vec<_>, Vec<_>) =
            (today.iter().map(read).collect(), then.iter().map(read).collect());
        let now: Vec<Side<'_>> =
            now.iter().map(|(identity, id)| Side { identity, client_id: id.as_deref() }).collect();
        let before: Vec<Side<'_>> =
            before.iter().map(|(identity, id)| Side { identity, client_id: id.as_deref() }).collect();
        pair(&now, &before, &|old, _| old.starts_with("gone"))
    }

    #[test]
    fn clients_are_found_again() {
        assert_eq!(pairs(&["a Shop", "a Desk"], &["a Desk", "a Shop"]), [Some(1), Some(0)]);
        assert_eq!(pairs(&["b Shop"], &["gone Shop"]), [Some(0)], "its file was renamed");
        assert_eq!(pairs(&["b Shop"], &["a Shop"]), [None], "the other file is still there");
        assert_eq!(pairs(&["a Shop", "b Shop"], &["a Shop"]), [Some(0), None], "a second one is new");
        assert_eq!(pairs(&["b Shop", "c Shop"], &["gone Shop"]), [None, None], "nobody knows which it was");
        let (now, before) = (["new/dev/t Shop", "new/live/t Shop"], ["gone/live/t Shop", "gone/dev/t Shop"]);
        assert_eq!(pairs(&now, &before), [Some(1), Some(0)], "the folder above them was renamed");
        assert_eq!(pairs(&["a Store id1"], &["a Shop id1"]), [Some(0)], "it has another name");
        assert_eq!(pairs(&["a Store id1"], &["a Shop id2"]), [None]);
        assert_eq!(pairs(&["a Shop", "a Shop"], &["a Shop"]), [None, None]);
        assert_eq!(pairs(&["a Shop", "a Shop"], &["a Shop", "a Shop"]), [Some(0), Some(1)]);
    }
}
