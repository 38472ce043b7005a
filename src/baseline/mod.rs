//! The baseline: findings that are known and are to be mended later, in a file that is kept with the documents.

mod file;
mod place;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use file::{Baseline, Entry};
pub use place::Place;

use crate::config::Config;
use crate::finding::{Finding, Silenced, Silencer, Subject};
use crate::fingerprint;
use crate::lint::Report;
use crate::rule::Rule;

/// What of the entries a run can speak of: it may have looked at some files only, by some rules only.
pub struct Scope<'a> {
    /// The configuration of a file, by its path as reported.
    pub config: &'a dyn Fn(&str) -> Arc<Config>,
    /// Whether a path, as reported, is one of those that the run was asked for.
    pub asked: &'a dyn Fn(&str) -> bool,
    /// Whether there is a file of that path today.
    pub exists: &'a dyn Fn(&str) -> bool,
}

/// What became of a baseline in a run.
#[derive(Debug, Default)]
pub struct Outcome {
    /// For each finding of the report, in order, whether all of it is known.
    pub known: Vec<bool>,
    /// For each entry what it matches.
    pub entries: Vec<State>,
}

/// What an entry matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// A finding, or an item of one.
    Matches,
    /// One in a file that has another path today: the entry that it should be.
    Moved(Entry),
    /// Nothing any more.
    Stale,
    /// Nothing that this run looked at.
    NotAsked,
    /// Something that may not be silenced.
    Refused,
}

impl Scope<'_> {
    /// Why a finding cannot be put off; `None` where it can.
    ///
    /// A secret that is committed is known to everybody who can read the repository from the first day on.
    pub fn refusal(&self, finding: &Finding) -> Option<&'static str> {
        let config = (self.config)(path(finding));
        let literal = finding.client.as_ref().is_some_and(|client| client.has_secret == "literal");
        let of_secret = literal && has_tag(&finding.rule, "secrets", &config) && !config.baseline_secrets;
        refusal_of_rule(&finding.rule, &config).or(of_secret.then_some(COMMITTED))
    }

    /// Why what an entry names cannot be put off.
    pub fn refusal_of(&self, entry: &Entry) -> Option<&'static str> {
        refusal_of_rule(&entry.rule, &(self.config)(&entry.path))
    }
}

fn refusal_of_rule(rule: &str, config: &Config) -> Option<&'static str> {
    if config.unignorable.contains(rule) {
        return Some("the configuration does not let it be silenced");
    }
    (has_tag(rule, "committed-secret", config) && !config.baseline_secrets).then_some(COMMITTED)
}

const COMMITTED: &str = "a committed secret is to be replaced now (`[baseline] secrets = true` lets it wait)";

fn has_tag(rule: &str, tag: &str, config: &Config) -> bool {
    config.rules.iter().any(|known| known.id == rule && known.text.tags.iter().any(|known| known == tag))
}

/// The entries that the findings of a report make.
pub fn entries(findings: &[Finding], scope: &Scope<'_>, today: &str) -> Vec<Entry> {
    let parts = fingerprint::parts(findings.iter());
    let waiting = findings.iter().zip(parts).filter(|(finding, _)| scope.refusal(finding).is_none());
    let of_finding = |(finding, parts): (&Finding, Vec<(Subject, String)>)| {
        parts.into_iter().map(|(subject, print)| entry(finding, &subject, print, today)).collect::<Vec<_>>()
    };
    waiting.flat_map(of_finding).collect()
}

/// The file of the client that a finding is about.
fn path(finding: &Finding) -> &str {
    finding.client.as_ref().map_or(&finding.location.path, |client| &client.path)
}

fn entry(finding: &Finding, subject: &Subject, fingerprint: String, today: &str) -> Entry {
    let client = finding.client.as_deref();
    Entry {
        fingerprint,
        rule: finding.rule.to_string(),
        path: path(finding).to_owned(),
        client: client.map_or_else(String::new, |client| client.key.clone()),
        pointer: subject.pointer(),
        since: today.to_owned(),
    }
}

impl Baseline {
    /// Compares the entries with the findings of a report.
    pub fn compare(&self, report: &Report, scope: &Scope<'_>) -> Outcome {
        let findings = &report.findings;
        let parts = fingerprint::parts(findings.iter());
        let refused: Vec<bool> = self.entries.iter().map(|entry| scope.refusal_of(entry).is_some()).collect();
        let mut by_print: BTreeMap<&str, usize> = BTreeMap::new();
        for (at, entry) in self.entries.iter().enumerate().filter(|(at, _)| !refused[*at]) {
            by_print.insert(&entry.fingerprint, at);
        }
        let mut states: Vec<Option<State>> = vec![None; self.entries.len()];
        // What is known of each part, and which entries say so.
        let mut known: Vec<Vec<bool>> = Vec::with_capacity(findings.len());
        for (finding, parts) in findings.iter().zip(&parts) {
            let can_wait = scope.refusal(finding).is_none();
            let mut is_known = |print: &String| {
                let at = by_print.get(print.as_str()).filter(|_| can_wait);
                at.inspect(|at| states[**at] = Some(State::Matches)).is_some()
            };
            known.push(parts.iter().map(|(_, print)| is_known(print)).collect());
        }
        self.find_moved(findings, &parts, scope, &mut states, &mut known);
        let troubled: BTreeSet<&str> =
            report.problems.iter().map(|problem| &*problem.location.path).collect();
        let rest = |entry: &Entry| {
            if scope.refusal_of(entry).is_some() {
                State::Refused
            } else if (scope.asked)(&entry.path)
                && self.judged(&entry.rule, &(scope.config)(&entry.path))
                && !troubled.contains(entry.path.as_str())
            {
                State::Stale
            } else {
                State::NotAsked
            }
        };
        let entries =
            states.into_iter().zip(&self.entries).map(|(state, entry)| state.unwrap_or_else(|| rest(entry)));
        Outcome {
            known: known.into_iter().map(|parts| parts.into_iter().all(|known| known)).collect(),
            entries: entries.collect(),
        }
    }

    /// Finds what stands in another file today: the old one is gone, and one other file alone has the same.
    fn find_moved(
        &self,
        findings: &[Finding],
        parts: &[Vec<(Subject, String)>],
        scope: &Scope<'_>,
        states: &mut [Option<State>],
        known: &mut [Vec<bool>],
    ) {
        type Key = (String, String, String);
        let mut fresh: BTreeMap<Key, Vec<(usize, usize, Entry)>> = BTreeMap::new();
        let waiting = findings.iter().zip(parts).enumerate();
        for (number, (finding, parts)) in waiting.filter(|(_, (finding, _))| scope.refusal(finding).is_none())
        {
            for (part, (subject, print)) in parts.iter().enumerate().filter(|(part, _)| !known[number][*part])
            {
                let entry = entry(finding, subject, print.clone(), "");
                let key = (entry.rule.clone(), entry.client.clone(), entry.pointer.clone());
                fresh.entry(key).or_default().push((number, part, entry));
            }
        }
        let lost = self.entries.iter().enumerate().filter(|(at, entry)| {
            states[*at].is_none() && scope.refusal_of(entry).is_none() && !(scope.exists)(&entry.path)
        });
        let mut wanted: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
        for (at, entry) in lost {
            let key = (entry.rule.clone(), entry.client.clone(), entry.pointer.clone());
            wanted.entry(key).or_default().push(at);
        }
        for (key, lost) in wanted {
            let Some(found) = fresh.get(&key) else { continue };
            let paths = |paths: Vec<&str>| paths.into_iter().collect::<BTreeSet<_>>().len();
            let from = paths(lost.iter().map(|at| self.entries[*at].path.as_str()).collect());
            let to = paths(found.iter().map(|(_, _, entry)| entry.path.as_str()).collect());
            if from != 1 || to != 1 {
                continue;
            }
            for (at, (finding, part, entry)) in lost.into_iter().zip(found) {
                known[*finding][*part] = true;
                let since = self.entries[at].since.clone();
                states[at] = Some(State::Moved(Entry { since, ..entry.clone() }));
            }
        }
    }

    /// Since when each entry is known, by the fingerprint that it has today. `states` are those of the entries.
    pub fn days<'a>(&'a self, states: &'a [State]) -> BTreeMap<&'a str, &'a str> {
        let day = |(entry, state): (&'a Entry, &'a State)| {
            let now = if let State::Moved(now) = state { now } else { entry };
            (now.fingerprint.as_str(), entry.since.as_str())
        };
        self.entries.iter().zip(states).map(day).collect()
    }

    /// Moves the findings that are known to those that are silenced.
    pub fn silence(&self, report: &mut Report, scope: &Scope<'_>) {
        let outcome = self.compare(report, scope);
        let mut known = outcome.known.into_iter();
        let parts = fingerprint::parts(report.findings.iter());
        let days = self.days(&outcome.entries);
        let mut oldest: Option<&str> = None;
        let (mut new, mut old) = (Vec::new(), Vec::new());
        for (finding, parts) in std::mem::take(&mut report.findings).into_iter().zip(parts) {
            if known.next() != Some(true) {
                new.push(finding);
                continue;
            }
            let since = parts.iter().filter_map(|(_, print)| days.get(print.as_str()).copied()).min();
            oldest = [oldest, since].into_iter().flatten().min();
            old.push(Silenced {
                finding,
                by: Silencer::Baseline,
                reason: format!("in the baseline since {}", since.unwrap_or("an unknown day")),
                until: None,
                author: None,
                location: None,
            });
        }
        report.findings = new;
        report.compared.oldest = oldest.map(str::to_owned);
        report.compared.stale = outcome.entries.iter().filter(|state| **state == State::Stale).count();
        report.silenced.extend(old);
        report.sort_silenced();
    }

    /// Whether a run judged by a rule in full, as strictly as the runs that wrote the entries, so that a finding that is
    /// not there is gone.
    fn judged(&self, rule: &str, config: &Config) -> bool {
        let settings = &config.settings;
        let as_strict = self.persona <= settings.persona && self.profile == settings.profile;
        let known = |known: &Arc<Rule>| {
            !settings.off.contains(rule)
                && (settings.only.is_empty() || settings.only.contains(rule))
                && known.cases.iter().all(|case| case.persona <= settings.persona)
        };
        as_strict && config.rules.iter().find(|known| known.id == rule).is_none_or(known)
    }
}
