//! One page for a reviewer, which needs nothing else: no network, no script to be read. Whatever a file says is
//! hostile: the templates escape all text, and the page's own policy allows its own script and style alone.

mod clients;
mod excerpt;
mod findings;
mod matrix;
mod rest;

use std::collections::HashMap;
use std::io::{self, Write};

use data_encoding::BASE64;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use super::{Run, count};
use crate::finding::{ClientSummary, Finding};
use crate::rule::{Rule, Severity};

const STYLE: &str = include_str!("report.css");
const SCRIPT: &str = include_str!("report.js");

/// What the parts of the page have in common.
struct Page<'a> {
    run: &'a Run<'a>,
    rules: HashMap<&'a str, &'a Rule>,
    /// The shown findings, the gravest first.
    findings: Vec<&'a Finding>,
    /// The number of each definition that is a client or breaks a rule, by where it is defined and its key.
    numbers: HashMap<(&'a str, u32, &'a str), usize>,
    /// Those definitions in the order of their numbers, each with its findings by severity.
    subjects: Vec<(&'a ClientSummary, [usize; 3])>,
    /// How many of them are clients: these come first.
    clients: usize,
}

pub(super) fn write(out: &mut dyn Write, run: &Run<'_>) -> io::Result<()> {
    let page = Page::of(run);
    out.write_all(page.document().into_string().as_bytes())?;
    writeln!(out)
}

impl<'a> Page<'a> {
    fn of(run: &'a Run<'a>) -> Self {
        let findings = run.gravest_first();
        let mut page = Self {
            run,
            rules: run.rules_by_id(),
            findings,
            numbers: HashMap::new(),
            subjects: Vec::new(),
            clients: 0,
        };
        for client in &run.report.clients {
            page.number(client);
        }
        page.clients = page.subjects.len();
        for finding in page.findings.clone() {
            if let Some(client) = &finding.client {
                let number = page.number(client);
                page.subjects[number].1[finding.severity as usize] += 1;
            }
        }
        page
    }

    fn number(&mut self, client: &'a ClientSummary) -> usize {
        let next = self.subjects.len();
        let number = *self.numbers.entry((&client.path, client.line, &client.key)).or_insert(next);
        if number == next {
            self.subjects.push((client, [0; 3]));
        }
        number
    }

    fn number_of(&self, client: &ClientSummary) -> Option<usize> {
        self.numbers.get(&(&*client.path, client.line, client.key.as_str())).copied()
    }

    /// The clients, which come before other definitions.
    fn clients(&self) -> &[(&'a ClientSummary, [usize; 3])] {
        &self.subjects[..self.clients]
    }

    fn document(&self) -> Markup {
        let policy = format!(
            "default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
            hash(STYLE),
            hash(SCRIPT)
        );
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta http-equiv="Content-Security-Policy" content=(policy);
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    meta name="referrer" content="no-referrer";
                    title { "clientlint: " (self.word()) }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    a.skip href="#findings" { "Skip to the findings" }
                    (self.head())
                    main {
                        (self.verdict())
                        (matrix::section(self))
                        (findings::section(self))
                        (clients::section(self))
                        (rest::silenced(self))
                        (rest::not_analysed(self))
                    }
                    footer {
                        p {
                            "clientlint " (env!("CARGO_PKG_VERSION"))
                            ". Secrets are not in this page: they are masked before anything is written."
                        }
                    }
                    script { (PreEscaped(SCRIPT)) }
                }
            }
        }
    }

    fn head(&self) -> Markup {
        let report = self.run.report;
        let silent = report.silenced.len();
        let unread = report.problems.len() + report.skipped.len();
        html! {
            header.top {
                div.bar {
                    p.brand { "client" span { "lint" } }
                    nav aria-label="Sections" {
                        a href="#matrix" { "Overview" }
                        a href="#findings" { "Findings" span.n { (self.findings.len()) } }
                        a href="#clients" { "Clients" span.n { (report.clients.len()) } }
                        a href="#silenced" { "Silenced" span.n { (silent) } }
                        a href="#unread" { "Not analysed" span.n { (unread) } }
                    }
                    button #theme type="button" hidden { "Dark" }
                }
            }
        }
    }

    /// The verdict in a word.
    fn word(&self) -> &'static str {
        match self.run.verdict.exit {
            1 => "failed",
            3 => "nothing found",
            4 => "incomplete",
            _ => "passed",
        }
    }

    fn verdict(&self) -> Markup {
        let (run, report) = (self.run, self.run.report);
        let shown =
            |severity: Severity| self.findings.iter().filter(|finding| finding.severity == severity).count();
        let tiles = [
            ("error", "errors", shown(Severity::Error)),
            ("warning", "warnings", shown(Severity::Warning)),
            ("info", "infos", shown(Severity::Info)),
            ("plain", "clients", report.clients.len()),
            ("plain", "files", report.documents),
        ];
        let word = self.word();
        let ending = run.ending();
        // The word stands above.
        let measure = ending.split_once(": ").map_or("", |(_, measure)| measure);
        html! {
            section.verdict.(word.split(' ').next().unwrap_or_default()) aria-label="Verdict" {
                div.says {
                    h1 { (word) }
                    @if !report.recognised {
                        p { "No client definitions were found." }
                    } @else if report.findings.is_empty() && measure.is_empty() {
                        p { "There are no findings." }
                    } @else {
                        p { (measure) }
                    }
                    @if run.verdict.exit == 4 {
                        p { "This report does not tell you that everything is clean." }
                    }
                    p.more {
                        (count(run.looked_at, "file")) " looked at"
                        @if report.hidden > 0 {
                            ", " (report.hidden) " further findings are for stricter personas"
                        }
                        @if run.verdict.min_severity > Severity::Info {
                            ", nothing below " (run.verdict.min_severity.name()) " is shown"
                        }
                        "."
                    }
                }
                ul.tiles {
                    @for (class, name, number) in tiles {
                        li.(class).none[number == 0] { b { (number) } (name) }
                    }
                }
            }
        }
    }
}

/// The severities that something has, as small counted marks.
fn marks(counts: [usize; 3]) -> Markup {
    html! {
        @for (severity, number) in ["info", "warning", "error"].iter().zip(counts).rev() {
            @if number > 0 {
                span.mark.(severity) title=(count(number, severity)) { (number) }
            }
        }
    }
}

/// A source for the page's policy: the hash of a script or style.
fn hash(text: &str) -> String {
    format!("'sha256-{}'", BASE64.encode(&Sha256::digest(text)))
}
