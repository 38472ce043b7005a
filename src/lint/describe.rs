//! Findings and clients as they are reported, with positions in files.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use crate::check::Violation;
use crate::client::{Basis, Datum, Definition, Known};
use crate::config::Config;
use crate::finding::{ClientSummary, Confidence, Edit, Finding, Fix, Location, Problem, Related, Subject};
use crate::fingerprint;
use crate::fix::Mended;
use crate::problem;
use crate::redaction::Secrets;
use crate::rule::Persona;
use crate::secret::Class;
use crate::source::{FileId, Place, Source, Span};
use crate::vocabulary::Attribute;

/// Turns places into locations, and values into what may be shown of them.
pub(super) struct Locator<'a> {
    pub(super) sources: &'a [Source],
    pub(super) paths: &'a BTreeMap<FileId, Arc<str>>,
    /// What must not be shown.
    pub(super) secrets: &'a Secrets<'a>,
}

impl Locator<'_> {
    pub(super) fn locate(&self, place: Place) -> Location {
        let source = &self.sources[place.file.0 as usize];
        let path = self.paths.get(&place.file).cloned().unwrap_or_else(|| Arc::from(source.path.as_str()));
        Location { path, start: source.position(place.span.start), end: source.position(place.span.end) }
    }

    /// The same, cut to the first line where it spans several: a block is pointed at by its head.
    pub(super) fn locate_head(&self, place: Place) -> Location {
        let source = &self.sources[place.file.0 as usize];
        let text = source.slice(place.span);
        let head = text.find(['\n', '\r']).unwrap_or(text.len());
        let start = place.span.start as usize;
        self.locate(Place { file: place.file, span: Span::new(start, start + head) })
    }

    pub(super) fn problem(&self, problem: &problem::Problem) -> Problem {
        locate_problem(&self.sources[problem.place.file.0 as usize], problem)
    }
}

pub(super) fn locate_problem(source: &Source, problem: &problem::Problem) -> Problem {
    let at = source.position(problem.place.span.start);
    let location = Location { path: Arc::from(source.path.as_str()), start: at, end: at };
    Problem { code: problem.code.name(), location, message: problem.message.clone() }
}

/// A violation as it is reported.
pub(super) fn finding(
    violation: Violation<'_>,
    client: &Arc<ClientSummary>,
    locator: &Locator<'_>,
    config: &Config,
    fix: Option<Fix>,
) -> Finding {
    let confidence =
        if violation.assumes.is_empty() && !violation.likely { Confidence::High } else { Confidence::Medium };
    let persona = if violation.case.persona <= config.settings.persona {
        violation.case.persona
    } else {
        Persona::Regular
    };
    let mut items: Vec<String> = violation.items.iter().map(|item| locator.secrets.message(item)).collect();
    items.sort_unstable();
    items.dedup();
    let subject = Subject { attribute: violation.attribute.map(Attribute::name), items };
    let fingerprint = fingerprint::of(&violation.rule.id, client, &subject);
    Finding {
        rule: Arc::from(violation.rule.id.as_str()),
        severity: violation.severity,
        confidence,
        persona,
        message: locator.secrets.message(&violation.message),
        label: violation.case.label.clone(),
        instead: violation.case.instead.clone(),
        client: Some(client.clone()),
        location: locator.locate_head(violation.place),
        related: violation
            .related
            .into_iter()
            .map(|(place, message)| Related {
                location: locator.locate_head(place),
                message: locator.secrets.message(&message),
            })
            .collect(),
        assumes: violation.assumes,
        environments: Vec::new(),
        subject,
        fingerprint,
        fix,
    }
}

/// How a violation is mended, with the places that are changed.
pub(super) fn fix(violation: &Violation<'_>, mended: Mended, locator: &Locator<'_>) -> Option<Fix> {
    let recipe = violation.case.fix.as_ref()?;
    let mut title = recipe.title.clone();
    if let Some(place) = mended.elsewhere.or_else(|| mended.changes.first().map(|(place, _)| *place))
        && (mended.elsewhere.is_some() || mended.users.len() > 1)
    {
        let at = locator.locate(place);
        // Writing to a string cannot fail.
        let _ = write!(title, ", in {}:{}", at.path, at.start.line);
        if mended.users.len() > 1 {
            let _ = write!(title, ", which {} definitions use", mended.users.len());
        }
    }
    let edits =
        mended.changes.into_iter().map(|(place, text)| Edit { location: locator.locate(place), text });
    Some(Fix { safety: recipe.safety, title, edits: edits.collect() })
}

/// A definition as the inventory names it.
pub(super) fn summary(definition: &Definition, locator: &Locator<'_>) -> ClientSummary {
    let location = locator.locate(definition.place);
    let shown = |attribute: Attribute| match definition.known(attribute) {
        Known::Fact(fact) => Some(locator.secrets.message(&fact.datum.show())),
        _ => None,
    };
    let word = |attribute: Attribute| definition.text(attribute).unwrap_or("unknown").to_owned();
    let written = |attribute: Attribute| definition.text(attribute).map(|text| locator.secrets.message(text));
    let because = match definition.facts.get(&Attribute::CLIENT_TYPE).map(|fact| &fact.basis) {
        Some(Basis::Inferred(evidence)) => {
            let shown = |says: &Cow<'static, str>| match says {
                Cow::Borrowed(says) => Cow::Borrowed(*says),
                Cow::Owned(says) => Cow::Owned(locator.secrets.message(says)),
            };
            evidence.iter().map(|reason| shown(&reason.says)).collect()
        }
        _ => Vec::new(),
    };
    let grants = match definition.known(Attribute::GRANT_TYPES) {
        Known::Fact(fact) => match &fact.datum {
            Datum::List(items) => {
                let items = items.iter().filter_map(|item| item.datum.text());
                Some(items.map(|item| locator.secrets.message(item)).collect())
            }
            _ => None,
        },
        _ => None,
    };
    let mut unresolved: Vec<&'static str> = definition
        .facts
        .iter()
        .filter(|(attribute, fact)| {
            attribute.meaning().by == crate::vocabulary::By::Document && !fact.datum.is_complete()
        })
        .map(|(attribute, _)| attribute.name())
        .collect();
    unresolved.sort_unstable();
    ClientSummary {
        path: location.path,
        line: location.start.line,
        name: shown(Attribute::CLIENT_NAME),
        key: locator.secrets.message(&definition.key),
        provider: word(Attribute::PROVIDER),
        shape: word(Attribute::SHAPE),
        kind: definition.kind.name(),
        application_type: written(Attribute::APPLICATION_TYPE),
        client_type: word(Attribute::CLIENT_TYPE),
        client_type_because: because,
        client_profile: word(Attribute::CLIENT_PROFILE),
        party: word(Attribute::PARTY),
        channel: word(Attribute::CHANNEL),
        environment: written(Attribute::ENVIRONMENT),
        token_endpoint_auth_method: written(Attribute::TOKEN_ENDPOINT_AUTH_METHOD),
        grant_types: grants,
        id_token_signed_response_alg: written(Attribute::ID_TOKEN_ALG),
        has_secret: has_secret(definition),
        unresolved,
        gate: None,
    }
}

fn has_secret(definition: &Definition) -> &'static str {
    match definition.facts.get(&Attribute::CLIENT_SECRET).map(|fact| &fact.datum) {
        Some(Datum::Secret(Class::Literal)) => "literal",
        Some(Datum::Secret(Class::Reference | Class::Managed | Class::Placeholder | Class::Hash)) => {
            "reference"
        }
        Some(Datum::Secret(Class::Unknown)) => "unknown",
        _ => "none",
    }
}
