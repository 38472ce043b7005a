//! What the findings do not tell: what somebody silenced, and what was not analysed.

use maud::{Markup, html};

use super::super::telling::{digits, remark};
use super::super::{clipped, printable};
use super::Page;
use crate::finding::{Silenced, Silencer};

pub(super) fn silenced(page: &Page<'_>) -> Markup {
    let silenced = &page.run.report.silenced;
    html! {
        section #silenced {
            h2 { "Silenced" }
            @if silenced.is_empty() {
                p.nothing { "Nothing is silenced: every finding is above." }
            } @else {
                p { "These rules are broken as well. Somebody decided that they are not reported." }
                @for one in silenced { (entry(one)) }
            }
            @if page.run.report.hidden > 0 {
                p.nothing {
                    (page.run.report.hidden) " further findings are for stricter personas: "
                    code { "--persona auditor" } " shows them."
                }
            }
        }
    }
}

fn entry(one: &Silenced) -> Markup {
    let finding = &one.finding;
    html! {
        article.silent id={ "f-" (digits(&finding.fingerprint)) } {
            p {
                span.pill.(finding.severity.name()) { (finding.severity.name()) }
                strong { (clipped(&finding.message)) }
            }
            p.where {
                @if let Some(client) = &finding.client { span.client { (clipped(client.title())) } }
                code { (printable(&finding.location.path)) ":" (finding.location.start.line) }
                code.rule { (finding.rule) }
            }
            dl {
                dt { "Silenced by" }
                dd {
                    (by(one.by))
                    @if let Some(at) = &one.location { " in " code { (at) } }
                }
                dt { "Reason" }
                dd { @if one.reason.trim().is_empty() { em { "none is given" } } @else { (remark(&one.reason)) } }
                @if let Some(until) = &one.until {
                    dt { "Until" }
                    dd { (remark(until)) }
                }
                @if let Some(author) = &one.author {
                    dt { "Who" }
                    dd { (remark(author)) }
                }
            }
        }
    }
}

fn by(silencer: Silencer) -> &'static str {
    match silencer {
        Silencer::Comment => "a comment",
        Silencer::Configuration => "the configuration",
        Silencer::Baseline => "the baseline",
        Silencer::Before => "being there before",
    }
}

pub(super) fn not_analysed(page: &Page<'_>) -> Markup {
    let report = page.run.report;
    html! {
        section #unread {
            h2 { "Not analysed" }
            @if report.problems.is_empty() && report.skipped.is_empty() {
                p.nothing { "Every file that defines clients was analysed." }
            }
            @if !report.problems.is_empty() {
                p { "Nobody knows what is in these files. Their lines are not shown because they may hold secrets." }
                ul.entries {
                    @for one in &report.problems {
                        li.problem {
                            code { (one.location) }
                            " " (clipped(&one.message))
                            " " code.rule { (one.code) }
                        }
                    }
                }
            }
            @if !report.skipped.is_empty() {
                p { "These were left out for a reason." }
                ul.entries {
                    @for one in &report.skipped { li { code { (printable(&one.path)) } " " (clipped(&one.reason)) } }
                }
            }
        }
    }
}
