//! A definition held against the rules: what is reported of it, and what somebody does not want to hear.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::describe::{Locator, finding, summary};
use crate::check::{Verdict, Violation, check};
use crate::client::Definition;
use crate::config::Config;
use crate::finding::{ClientSummary, Finding, Location, Silenced};
use crate::redaction::Known;
use crate::silence::{Heard, Ignoring, Mark, Silence};
use crate::source::{FileId, Source, Span};

/// A definition, judged.
pub(super) struct Judged {
    pub(super) summary: Arc<ClientSummary>,
    pub(super) findings: Vec<Finding>,
    /// What is silenced, and by what.
    pub(super) silenced: Vec<(Finding, Mark)>,
    /// How many findings are for another persona.
    pub(super) hidden: usize,
    /// The ignores that silence something.
    pub(super) used: BTreeSet<Mark>,
}

/// Judges a definition.
pub(super) fn judge_one(
    definition: &Definition,
    config: &Config,
    silence: &Silence<'_>,
    ignoring: &Ignoring<'_>,
    locator: &Locator<'_>,
) -> Judged {
    let mut judged = Judged {
        summary: Arc::new(summary(definition, locator)),
        findings: Vec::new(),
        silenced: Vec::new(),
        hidden: 0,
        used: BTreeSet::new(),
    };
    let Verdict { violations, hidden } = check(definition, &config.rules, &config.settings);
    let describe =
        |violation: Violation<'_>, judged: &Judged| finding(violation, &judged.summary, locator, config);
    if silence.is_empty() {
        judged.hidden = hidden.len();
        let findings = violations.into_iter().map(|violation| describe(violation, &judged));
        judged.findings = findings.collect();
        return judged;
    }
    let all = violations.into_iter().map(|violation| (violation, true));
    for (violation, wanted) in all.chain(hidden.into_iter().map(|violation| (violation, false))) {
        let as_it_is = ignoring.report_all.then(|| violation.clone());
        let heard = silence.hear(violation, definition, &config.settings, &mut judged.used);
        let heard = match as_it_is {
            Some(violation) => vec![Heard { violation, by: None }],
            None => heard,
        };
        for Heard { violation, by } in heard {
            // What is left of a violation may be for another persona than all of it.
            let wanted = wanted && !violation.is_hidden(definition, &config.settings);
            match by {
                Some(mark) if wanted => judged.silenced.push((describe(violation, &judged), mark)),
                Some(_) => {}
                None if wanted => judged.findings.push(describe(violation, &judged)),
                None => judged.hidden += 1,
            }
        }
    }
    judged
}

/// A silenced finding as it is listed. `known` knows the secrets that its reason must not show.
pub(super) fn silenced(
    finding: Finding,
    mark: Mark,
    silence: &Silence<'_>,
    locator: &Locator<'_>,
    config: &Config,
    known: &Known,
) -> Silenced {
    let placed = silence.placed(mark);
    Silenced {
        finding,
        by: placed.by,
        reason: known.hide(&placed.reason),
        until: placed.until.map(|until| until.to_string()),
        author: placed.author.as_deref().map(|author| known.hide(author)),
        location: match placed.place {
            Ok(place) => Some(locator.locate_head(place)),
            Err(span) => in_configuration(config, span),
        },
    }
}

/// The text of a configuration, under the path by which it is reported.
pub(super) fn text_of(config: &Config) -> Option<Source> {
    let path = config.path.as_ref()?;
    let shown = crate::discover::Base::of(path).show(path);
    Some(Source::new(FileId(0), shown, None, config.ignores.text.clone()))
}

fn in_configuration(config: &Config, span: Span) -> Option<Location> {
    let source = text_of(config)?;
    let start = source.position(span.start.saturating_sub(source.bom));
    let path = Arc::from(source.path.as_str());
    Some(Location { path, start, end: start })
}
