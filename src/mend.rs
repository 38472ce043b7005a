//! Findings mended in rounds, until nothing is left that can be.

use std::collections::{BTreeMap, BTreeSet};

use crate::discover::{Content, Input};
use crate::finding::{Finding, Fix};
use crate::fix::{Text, apply};
use crate::lint::{Job, Report, lint};
use crate::rule::Safety;

/// What became of the inputs.
pub struct Mended {
    /// The inputs, changed.
    pub inputs: Vec<Input>,
    /// What is found in them now.
    pub report: Report,
    /// What was mended, in the order of the rounds.
    pub done: Vec<Finding>,
}

/// In so many rounds everything converges that can: two fixes of one place take two.
const ROUNDS: usize = 10;

/// Applies fixes to inputs until there is none left.
///
/// `wanted` says whether the fix of a finding is applied, `open` whether a text may be changed. Nothing is written.
pub fn mend(
    mut inputs: Vec<Input>,
    job: &Job<'_>,
    wanted: &dyn Fn(&Finding, Safety) -> bool,
    open: &dyn Fn(&Input) -> bool,
) -> Mended {
    let mut done: Vec<Finding> = Vec::new();
    let mut tried: BTreeMap<String, usize> = BTreeMap::new();
    let mut report = lint(inputs.clone(), job);
    for _ in 0..ROUNDS {
        let fixes: Vec<(&Finding, &Fix)> = report
            .findings
            .iter()
            .filter_map(|finding| Some((finding, finding.fix.as_ref()?)))
            .filter(|(finding, fix)| wanted(finding, fix.safety))
            // What is still there after it was mended twice is not mended by this.
            .filter(|(finding, _)| tried.get(&finding.fingerprint).is_none_or(|times| *times < 2))
            .collect();
        let mut texts: BTreeMap<String, Text> = inputs
            .iter()
            .filter(|input| open(input))
            .filter_map(|input| Some((input.shown.clone(), Text::new(text_of(input)?.to_owned()))))
            .collect();
        let applied = apply(fixes.iter().map(|(_, fix)| *fix), &mut texts);
        if applied.is_empty() {
            break;
        }
        let round: Vec<Finding> = applied.into_iter().map(|number| fixes[number].0.clone()).collect();
        for finding in &round {
            *tried.entry(finding.fingerprint.clone()).or_default() += 1;
        }
        let next: Vec<Input> = inputs
            .iter()
            .map(|input| match texts.get(&input.shown).filter(|_| open(input)) {
                Some(text) => Input { content: Content::Text(text.text.clone()), ..input.clone() },
                None => input.clone(),
            })
            .collect();
        let after = lint(next.clone(), job);
        // What can be read is to stay so, whatever else a fix does.
        if after.problems.iter().any(|problem| !report.problems.contains(problem)) {
            break;
        }
        done.extend(round);
        (inputs, report) = (next, after);
    }
    let mut seen = BTreeSet::new();
    done.retain(|finding| seen.insert(finding.fingerprint.clone()));
    Mended { inputs, report, done }
}

/// The text of an input, where it could be read.
pub fn text_of(input: &Input) -> Option<&str> {
    match &input.content {
        Content::Text(text) => Some(text),
        _ => None,
    }
}
