//! A definition held against the rules: what is reported of it, and what somebody does not want to hear.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use super::Job;
use super::describe::{Locator, summary};
use crate::check::{self, Settings, Verdict, Violation, check_new};
use crate::client::Definition;
use crate::config::{self, Config, Origin};
use crate::finding::{ClientSummary, Finding, Location, Silenced};
use crate::fix::Mended;
use crate::silence::{Heard, Mark, Silence};
use crate::source::{FileId, Source, Span};
use crate::vocabulary::Attribute;

/// A definition judged: its number, and what is to be told of it.
pub(super) struct Weighed<'a> {
    pub(super) number: usize,
    pub(super) summary: Arc<ClientSummary>,
    /// What is reported, and how it is mended.
    pub(super) reported: Vec<(Violation<'a>, Option<Mended>)>,
    /// What is silenced, and by what.
    pub(super) silenced: Vec<(Violation<'a>, Mark)>,
    /// How many violations are for another persona.
    pub(super) hidden: usize,
    /// The ignores that silence something.
    pub(super) used: BTreeSet<Mark>,
}

/// Judges the definition with a number. `mend` says how violations of it are mended.
pub(super) fn judge_one<'a>(
    (number, definition): (usize, &'a Definition),
    config: &'a Config,
    silence: &Silence<'_>,
    job: &Job<'_>,
    locator: &Locator<'_>,
    mend: &dyn Fn(usize, &Violation<'_>) -> Option<Mended>,
) -> Weighed<'a> {
    let mut summary = summary(definition, locator);
    let file =
        locator.sources.get(definition.place.file.0 as usize).and_then(|source| source.file.as_deref());
    let settings = settle(definition, &mut summary, file, config);
    let ears = Ears { definition, config, settings: &settings, silence, report_all: job.ignores.report_all };
    let heard = match job.before {
        None => ears.hear(&check::nothing),
        Some(former) => former.knowing(definition, locator.secrets, |known| {
            let mut heard = ears.hear(known);
            // An ignore of what was there before has its use, although nothing new needs it.
            heard.used = ears.hear(&check::nothing).used;
            heard
        }),
    };
    let mended = heard.reported.into_iter().map(|violation| {
        let mended = mend(number, &violation);
        (violation, mended)
    });
    Weighed {
        number,
        summary: Arc::new(summary),
        reported: mended.collect(),
        silenced: heard.silenced,
        hidden: heard.hidden,
        used: heard.used,
    }
}

/// What a definition is heard with.
struct Ears<'a, 's> {
    definition: &'a Definition,
    config: &'a Config,
    settings: &'s Settings,
    silence: &'s Silence<'s>,
    report_all: bool,
}

/// What is heard of a definition.
#[derive(Default)]
struct HeardOf<'a> {
    reported: Vec<Violation<'a>>,
    silenced: Vec<(Violation<'a>, Mark)>,
    hidden: usize,
    used: BTreeSet<Mark>,
}

impl<'a> Ears<'a, '_> {
    fn hear(&self, known: &check::Known<'_>) -> HeardOf<'a> {
        let Self { definition, settings, silence, .. } = *self;
        let Verdict { violations, hidden } = check_new(definition, &self.config.rules, settings, known);
        let mut heard = HeardOf::default();
        if silence.is_empty() {
            return HeardOf { hidden: hidden.len(), reported: violations, ..heard };
        }
        let hidden = hidden.into_iter().map(|violation| (violation, false));
        for (violation, wanted) in violations.into_iter().map(|one| (one, true)).chain(hidden) {
            let as_it_is = self.report_all.then(|| violation.clone());
            let parts = silence.hear(violation, definition, settings, known, &mut heard.used);
            let parts = match as_it_is {
                Some(violation) => vec![Heard { violation, by: None }],
                None => parts,
            };
            for Heard { violation, by } in parts {
                // What is left of a violation may be for another persona than all of it.
                let wanted = wanted && !violation.is_hidden(definition, settings);
                // What is left of one violation may be another one.
                let again = |known: &Violation<'_>| known.is_same(&violation);
                if heard.reported.iter().any(again) || heard.silenced.iter().any(|(known, _)| again(known)) {
                    continue;
                }
                match by {
                    Some(mark) if wanted => heard.silenced.push((violation, mark)),
                    Some(_) => {}
                    None if wanted => heard.reported.push(violation),
                    None => heard.hidden += 1,
                }
            }
        }
        heard
    }
}

/// What is reported of the rules for a definition; what of that fails the run becomes known too.
fn settle<'a>(
    definition: &Definition,
    summary: &mut ClientSummary,
    file: Option<&Path>,
    config: &'a Config,
) -> Cow<'a, Settings> {
    if !config.has_overrides() {
        summary.gate = Some(config.gate.clone());
        return Cow::Borrowed(&config.settings);
    }
    let text = |attribute| definition.text(attribute).unwrap_or_default();
    // A grant is its client's.
    let (id, client) = (text(Attribute::CLIENT_ID), text(Attribute::GRANT_CLIENT));
    let names = [summary.name.as_deref().unwrap_or_default(), &summary.key, id, client];
    let names: Vec<&str> = names.into_iter().filter(|name| !name.is_empty()).collect();
    let judged = config::Judged { file, names: &names, environment: summary.environment.as_deref() };
    let (settings, gate) = (config.settings_for(judged), config.gate_for(judged));
    summary.gate = Some(gate);
    settings
}

/// A silenced finding as it is listed.
pub(super) fn silenced(
    finding: Finding,
    mark: Mark,
    silence: &Silence<'_>,
    locator: &Locator<'_>,
) -> Silenced {
    let placed = silence.placed(mark);
    Silenced {
        finding,
        by: placed.by,
        reason: locator.secrets.hide(&placed.reason),
        until: placed.until.map(|until| until.to_string()),
        author: placed.author.as_deref().map(|author| locator.secrets.hide(author)),
        location: match placed.place {
            Ok(place) => Some(locator.locate_head(place)),
            Err((origin, span)) => Some(in_configuration(origin, span)),
        },
    }
}

/// The text of a file with ignores.
pub(super) fn text_of(origin: &Origin, id: FileId) -> Source {
    Source::new(id, origin.shown.clone(), Some(origin.path.clone()), origin.text.clone())
}

fn in_configuration(origin: &Origin, span: Span) -> Location {
    let source = text_of(origin, FileId(0));
    let start = source.position(span.start.saturating_sub(source.bom));
    Location { path: Arc::from(source.path.as_str()), start, end: start }
}
