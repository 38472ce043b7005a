//! Findings and problems as the protocol has them.

use std::str::FromStr;

use lsp_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, Location,
    NumberOrString, Uri,
};

use super::documents::{Document, Documents};
use super::paths::uri_of;
use super::positions::{Encoding, Text};
use super::workspace::Known;
use crate::finding::{Finding, Location as Place, Problem};
use crate::mend::text_of;
use crate::rule::Severity;

/// Who says it.
pub(super) const SOURCE: &str = "clientlint";

/// What is found in a document, and whether it could be read.
pub(super) fn diagnostics(
    document: &Document,
    known: &Known<'_>,
    documents: &Documents,
) -> (Vec<Diagnostic>, bool) {
    if known.is_old {
        return (Vec::new(), false);
    }
    let places = Places { known, documents, encoding: document.text.encoding() };
    let findings = known.findings().map(|finding| places.finding(finding, document));
    let problems: Vec<&Problem> =
        known.report.problems.iter().filter(|problem| *problem.location.path == *known.shown).collect();
    let is_read = problems.is_empty();
    let problems = problems.into_iter().map(|problem| broken(problem, document));
    (problems.chain(findings).collect(), is_read)
}

/// Where things stand for the editor.
pub(super) struct Places<'a> {
    pub(super) known: &'a Known<'a>,
    pub(super) documents: &'a Documents,
    pub(super) encoding: Encoding,
}

impl Places<'_> {
    /// The address and range of a place, in whichever file of the project it is.
    pub(super) fn locate(&self, place: &Place) -> Option<Location> {
        let input = self.known.input(&place.path)?;
        if let Some(document) = self.documents.at(&input.path) {
            let range = document.text.between(place.start, place.end);
            return Some(Location { uri: document.uri.clone(), range });
        }
        let text = Text::new(text_of(input)?.to_owned(), self.encoding);
        Some(Location { uri: uri_of(&input.path)?, range: text.between(place.start, place.end) })
    }

    fn finding(&self, finding: &Finding, document: &Document) -> Diagnostic {
        let related: Vec<DiagnosticRelatedInformation> = finding
            .related
            .iter()
            .filter_map(|related| {
                let location = self.locate(&related.location)?;
                Some(DiagnosticRelatedInformation { location, message: related.message.clone() })
            })
            .collect();
        let url = self.known.config.output.docs_url.as_ref().map(|url| url.replace("{rule}", &finding.rule));
        Diagnostic {
            range: document.text.between(finding.location.start, finding.location.end),
            severity: Some(match finding.severity {
                Severity::Error => DiagnosticSeverity::ERROR,
                Severity::Warning => DiagnosticSeverity::WARNING,
                Severity::Info => DiagnosticSeverity::INFORMATION,
            }),
            code: Some(NumberOrString::String(finding.rule.to_string())),
            code_description: url
                .and_then(|url| Uri::from_str(&url).ok())
                .map(|href| CodeDescription { href }),
            source: Some(SOURCE.to_owned()),
            message: finding.message.clone(),
            related_information: (!related.is_empty()).then_some(related),
            tags: tags(&finding.rule),
            data: Some(finding.fingerprint.clone().into()),
        }
    }
}

fn tags(rule: &str) -> Option<Vec<DiagnosticTag>> {
    match rule {
        "deprecated-field" => Some(vec![DiagnosticTag::DEPRECATED]),
        "unused-ignore" => Some(vec![DiagnosticTag::UNNECESSARY]),
        _ => None,
    }
}

fn broken(problem: &Problem, document: &Document) -> Diagnostic {
    Diagnostic {
        range: document.text.between(problem.location.start, problem.location.end),
        severity: Some(DiagnosticSeverity::ERROR),
        code: Some(NumberOrString::String(problem.code.to_owned())),
        source: Some(SOURCE.to_owned()),
        message: problem.message.clone(),
        ..Diagnostic::default()
    }
}
