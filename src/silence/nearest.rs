//! The finding for which an ignore may have been meant that silences nothing.

use std::cell::OnceCell;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::finding::{Finding, Silenced};
use crate::rule::Rule;

/// Findings among which the nearest of a rule is looked for.
pub struct Nearest<'a> {
    findings: &'a [Finding],
    silenced: &'a [Silenced],
    rules: &'a [Arc<Rule>],
    /// The same by rule and path, else by rule alone, with whether they are silenced; each by line.
    known: OnceCell<BTreeMap<Key<'a>, Vec<&'a Finding>>>,
}

type Key<'a> = (&'a str, Option<&'a str>, bool);

impl<'a> Nearest<'a> {
    /// Looks among what is reported, and what is silenced by others.
    pub fn of(findings: &'a [Finding], silenced: &'a [Silenced], rules: &'a [Arc<Rule>]) -> Self {
        Self { findings, silenced, rules, known: OnceCell::new() }
    }

    /// Where a rule speaks that is silenced in vain, or the one that speaks instead of it.
    pub(super) fn hint(&self, id: &str, path: &str, line: u32) -> String {
        if let Some(finding) = self.find(&[id], path, line) {
            return format!("; the nearest finding of that rule is {}", distance(finding, path, line));
        }
        let subsumes = |rule: &&Arc<Rule>| rule.text.subsumes.iter().any(|one| one == id);
        let above: Vec<&str> = self.rules.iter().filter(subsumes).map(|rule| rule.id.as_str()).collect();
        match self.find(&above, path, line) {
            Some(finding) => {
                format!("; {} speaks instead of it {}", finding.rule, distance(finding, path, line))
            }
            None => String::new(),
        }
    }

    /// The nearest finding of the file, else of others; one that is reported rather than one that is silenced.
    fn find(&self, rules: &[&str], path: &str, line: u32) -> Option<&'a Finding> {
        let known = self.known.get_or_init(|| self.by_line());
        let places = [(Some(path), false), (Some(path), true), (None, false), (None, true)];
        places.into_iter().find_map(|(path, silenced)| {
            let lists = rules.iter().filter_map(|rule| known.get(&(*rule, path, silenced)));
            let near = lists.flat_map(|list| around(list, line));
            near.min_by_key(|finding| (finding.location.start.line.abs_diff(line), &finding.location))
        })
    }

    fn by_line(&self) -> BTreeMap<Key<'a>, Vec<&'a Finding>> {
        let mut known: BTreeMap<Key<'a>, Vec<&'a Finding>> = BTreeMap::new();
        let silenced = self.silenced.iter().map(|silenced| (&silenced.finding, true));
        for (finding, silenced) in self.findings.iter().map(|finding| (finding, false)).chain(silenced) {
            for path in [Some(&*finding.location.path), None] {
                known.entry((&finding.rule, path, silenced)).or_default().push(finding);
            }
        }
        for list in known.values_mut() {
            list.sort_by(|a, b| {
                let (a, b) = (&a.location, &b.location);
                (a.start.line, a).cmp(&(b.start.line, b))
            });
        }
        known
    }
}

/// The first finding of the last line before a line, and the first one from there on.
fn around<'a>(list: &[&'a Finding], line: u32) -> impl Iterator<Item = &'a Finding> {
    let from = |line: u32| list.partition_point(|finding| finding.location.start.line < line);
    let after = from(line);
    let before = after.checked_sub(1).map(|last| from(list[last].location.start.line));
    [before.map(|at| list[at]), list.get(after).copied()].into_iter().flatten()
}

/// How far away a finding is.
fn distance(finding: &Finding, path: &str, line: u32) -> String {
    let there = &finding.location;
    if *there.path != *path {
        return format!("at {}:{}", there.path, there.start.line);
    }
    let lines = there.start.line.abs_diff(line);
    let plural = if lines == 1 { "" } else { "s" };
    match there.start.line.cmp(&line) {
        Ordering::Equal => "in the same line".to_owned(),
        Ordering::Less => format!("{lines} line{plural} above, in line {}", there.start.line),
        Ordering::Greater => format!("{lines} line{plural} below, in line {}", there.start.line),
    }
}
