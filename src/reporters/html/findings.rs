//! The findings with their excerpts, and what they can be filtered by.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::super::telling::{digits, only_in};
use super::super::{clipped, printable};
use super::{Page, excerpt};
use crate::finding::{Confidence, Finding};
use crate::rule::{Safety, Severity};

pub(super) fn section(page: &Page<'_>) -> Markup {
    html! {
        section #findings {
            h2 { "Findings" }
            @if page.findings.is_empty() {
                p.nothing { "Nothing was found." }
            } @else {
                (filters(page))
                p #nothing .nothing hidden { "No finding matches the filters." }
                @for finding in &page.findings { (one(page, finding)) }
            }
        }
    }
}

/// Filters work with the script alone, which shows them.
fn filters(page: &Page<'_>) -> Markup {
    let mut rules: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in &page.findings {
        *rules.entry(&finding.rule).or_default() += 1;
    }
    let has = |severity: Severity| page.findings.iter().any(|finding| finding.severity == severity);
    html! {
        form #filters hidden aria-label="Filters" {
            fieldset {
                legend { "Severity" }
                @for severity in [Severity::Error, Severity::Warning, Severity::Info] {
                    @if has(severity) {
                        label.check.(severity.name()) {
                            input type="checkbox" name="severity" value=(severity.name()) checked;
                            (severity.name())
                        }
                    }
                }
            }
            label { "Rule"
                select name="rule" {
                    option value="" { "all rules" }
                    @for (rule, number) in &rules { option value=(rule) { (rule) " (" (number) ")" } }
                }
            }
            label { "Client"
                select name="client" {
                    option value="" { "all clients" }
                    @for (number, (client, counts)) in page.subjects.iter().enumerate() {
                        @let sum: usize = counts.iter().sum();
                        @if sum > 0 {
                            option value=(number) { (clipped(client.title())) " (" (sum) "), " (clipped(&client.path)) }
                        }
                    }
                }
            }
            label.text { "Text"
                input type="search" name="text" placeholder="message, path, value ..." autocomplete="off";
            }
            div.tools {
                output #shown aria-live="polite" {}
                span {
                    button type="button" data-do="open" { "Expand all" }
                    button type="button" data-do="close" { "Collapse all" }
                    button type="reset" { "Reset" }
                }
            }
        }
    }
}

fn one(page: &Page<'_>, finding: &Finding) -> Markup {
    let severity = finding.severity.name();
    let number = finding.client.as_ref().and_then(|client| page.number_of(client));
    html! {
        details.finding.(severity) id={ "f-" (digits(&finding.fingerprint)) } data-severity=(severity)
            data-rule=(finding.rule) data-client=[number] open[finding.severity == Severity::Error] {
            summary {
                span.pill.(severity) { (severity) }
                span.what {
                    strong { (clipped(&finding.message)) (only_in(finding)) }
                    span.where {
                        @if let Some(client) = &finding.client { span.client { (clipped(client.title())) } }
                        code { (printable(&finding.location.path)) ":" (finding.location.start.line) }
                        code.rule { (finding.rule) }
                    }
                }
            }
            div.body {
                (excerpt::of(page.run.report, &finding.location, finding.label.as_deref()))
                @for related in &finding.related {
                    (excerpt::of(page.run.report, &related.location, Some(&related.message)))
                }
                (says(page, finding, number))
            }
        }
    }
}

fn says(page: &Page<'_>, finding: &Finding, number: Option<usize>) -> Markup {
    let rule = page.rules.get(&*finding.rule);
    html! {
        dl {
            @if let Some(client) = &finding.client {
                dt { "Client" }
                dd {
                    @match number {
                        Some(number) if number < page.clients().len() => {
                            a href={ "#c" (number) } { (clipped(client.title())) }
                        }
                        _ => (clipped(client.title())),
                    }
                    @if !client.traits().is_empty() { " (" (clipped(&client.traits())) ")" }
                }
            }
            @if let Some(rule) = rule {
                dt { "Why" }
                dd { (prose(&rule.text.why)) }
            }
            dt { "Instead" }
            dd { (prose(&finding.instead)) }
            @for assumed in &finding.assumes {
                dt { "Assumes" }
                dd { (clipped(assumed)) span.badge { "confidence " (finding.confidence.name()) } }
            }
            @if finding.assumes.is_empty() && finding.confidence < Confidence::High {
                dt { "Confidence" }
                dd { (finding.confidence.name()) }
            }
            @if let Some(fix) = &finding.fix {
                dt { "Fix" }
                dd {
                    (fix.title)
                    span.badge { @if fix.safety == Safety::Safe { "safe" } @else { "may change behaviour" } }
                }
            }
            @if let Some(exceptions) = rule.and_then(|rule| rule.text.exceptions.as_ref()) {
                dt { "Fine when" }
                dd { (prose(exceptions)) }
            }
            @if let Some(rule) = rule.filter(|rule| !rule.text.standards.is_empty()) {
                dt { "Written in" }
                dd { ul.standards { @for standard in &rule.text.standards { li { (standard) } } } }
            }
            dt { "More" }
            dd {
                @match page.run.url(&finding.rule) {
                    Some(url) => a href=(url) rel="noreferrer" { (url) },
                    None => code { "clientlint explain " (finding.rule) },
                }
            }
        }
    }
}

/// Text of rules, in which backquotes mark code.
fn prose(text: &str) -> Markup {
    let text = printable(&text.split_whitespace().collect::<Vec<_>>().join(" "));
    html! {
        @for (number, part) in text.split('`').enumerate() {
            @if number % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}
