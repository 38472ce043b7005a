//! The report for people, in miette's frame. Nothing else but this file and `main.rs` knows miette.

use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents,
    SourceCode, SourceSpan, SpanContents,
};

use super::{Look, Run, clipped, printable};
use crate::finding::{Finding, In, Location, Problem, Related};
use crate::masked::MaskedSource;
use crate::rule::{Rule, Safety, Severity};

pub(super) fn write(out: &mut dyn Write, run: &Run<'_>, look: Look) -> io::Result<()> {
    let handler = handler(look);
    for finding in run.shown() {
        let rule = run.rules.iter().map(Arc::as_ref).find(|rule| *rule.id == *finding.rule);
        let mut drawn = Drawn::of(finding, rule, run);
        drawn.link = rule
            .filter(|_| look.links)
            .and_then(|rule| rule.text.standards.iter().find_map(|name| link(name)));
        let mut text = String::new();
        handler.render_report(&mut text, &drawn).map_err(io::Error::other)?;
        writeln!(out, "{}", text.trim_end())?;
        writeln!(out)?;
    }
    for problem in &run.report.problems {
        let drawn = Drawn::of_problem(problem);
        let mut text = String::new();
        handler.render_report(&mut text, &drawn).map_err(io::Error::other)?;
        writeln!(out, "{}", text.trim_end())?;
        writeln!(out)?;
    }
    let last = if run.quiet { Vec::new() } else { run.last_lines() };
    last.iter().try_for_each(|line| writeln!(out, "{line}"))
}

fn handler(look: Look) -> GraphicalReportHandler {
    let theme = match (look.unicode, look.colour) {
        (true, true) => GraphicalTheme::unicode(),
        (true, false) => GraphicalTheme::unicode_nocolor(),
        (false, true) => {
            GraphicalTheme { characters: GraphicalTheme::ascii().characters, ..GraphicalTheme::unicode() }
        }
        (false, false) => GraphicalTheme::none(),
    };
    GraphicalReportHandler::new_themed(theme)
        .with_links(look.links)
        .with_width(look.width)
        .with_context_lines(1)
}

/// A finding or a problem as miette draws it.
struct Drawn<'a> {
    head: String,
    code: String,
    severity: miette::Severity,
    help: String,
    /// Where the standard stands on which the rule rests.
    link: Option<String>,
    labels: Vec<LabeledSpan>,
    source: Option<Text<'a>>,
}

impl<'a> Drawn<'a> {
    fn of(finding: &'a Finding, rule: Option<&Rule>, run: &'a Run<'_>) -> Self {
        let source = run.report.sources.get(&*finding.location.path);
        // A window into a long line has room for one label: what else there is to see gets its own.
        let wide = |location: &Location| {
            source.is_some_and(|source| source.line(location.start.line).len() > LONG_LINE)
        };
        let here = |location: &Location| {
            location.path == finding.location.path && !wide(location) && !wide(&finding.location)
        };
        let label = finding.label.as_deref().unwrap_or("here");
        let mut labels = Vec::new();
        labels.extend(source.map(|source| labelled(source, &finding.location, label, true)));
        let mut elsewhere = Vec::new();
        for related in &finding.related {
            match source.filter(|_| here(&related.location)) {
                Some(source) => labels.push(labelled(source, &related.location, &related.message, false)),
                None => elsewhere.push(related),
            }
        }
        Self {
            head: match source {
                Some(_) => clipped(&finding.message),
                // Its file could not be read in full, so no line of it is shown.
                None => format!("{}: {}", finding.location, clipped(&finding.message)),
            },
            code: format!("{}[{}]", finding.severity.name(), finding.rule),
            severity: match finding.severity {
                Severity::Error => miette::Severity::Error,
                Severity::Warning => miette::Severity::Warning,
                Severity::Info => miette::Severity::Advice,
            },
            help: help(finding, rule, &elsewhere),
            link: None,
            labels,
            source: source.map(|source| Text {
                source,
                locations: [&finding.location]
                    .into_iter()
                    .chain(finding.related.iter().map(|related| &related.location).filter(|at| here(at)))
                    .cloned()
                    .collect(),
            }),
        }
    }

    fn of_problem(problem: &Problem) -> Self {
        let at = &problem.location;
        Self {
            head: format!("{at}: {}", printable(&problem.message)),
            code: format!("error[{}]", problem.code),
            severity: miette::Severity::Error,
            help: "this file was not analysed in full; its line is not shown because it may hold a secret"
                .to_owned(),
            link: None,
            labels: Vec::new(),
            source: None,
        }
    }
}

/// Client, other places that have a part in it, why, what to do instead, and what the finding assumes.
fn help(finding: &Finding, rule: Option<&Rule>, elsewhere: &[&Related]) -> String {
    let mut lines = Vec::new();
    if let Some(client) = &finding.client {
        let traits = client.traits();
        let traits = if traits.is_empty() { String::new() } else { format!(" ({})", clipped(&traits)) };
        // What does not fit into the column stands before the name.
        let line = match client.what() {
            what @ ("client" | "grant" | "API" | "tenant") => format!("{:9}", format!("{what}:")),
            what => format!("object:  {what} "),
        };
        lines.push(format!("{line}{}{traits}", clipped(client.title())));
    }
    if !finding.environments.is_empty() {
        lines.push(format!("only in: {}", environments(finding)));
    }
    for related in elsewhere {
        lines.push(format!("see:     {} ({})", related.location, printable(&related.message)));
    }
    if let Some(rule) = rule {
        lines.push(format!("why:     {}", one_line(&rule.text.why)));
    }
    lines.push(format!("instead: {}", one_line(&finding.instead)));
    for assumed in &finding.assumes {
        lines.push(format!("assumes: {assumed} (confidence {})", finding.confidence.name()));
    }
    if let Some(fix) = &finding.fix {
        let option = if fix.safety == Safety::Safe { "" } else { " --unsafe" };
        lines.push(format!(
            "fix:     {} (clientlint fix{option} --rule {})",
            clipped(&fix.title),
            finding.rule
        ));
    }
    lines.push(format!("more:    clientlint explain {}", finding.rule));
    lines.join("\n")
}

/// Where a standard can be read: `RFC 6749 section 2.1`.
fn link(standard: &str) -> Option<String> {
    let (number, section) = match standard.strip_prefix("RFC ")?.split_once(" section ") {
        Some((number, section)) => (number, format!("#section-{section}")),
        None => (standard.strip_prefix("RFC ")?, String::new()),
    };
    let plain =
        |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-' || c == '#');
    (plain(number) && plain(&section)).then(|| format!("https://www.rfc-editor.org/rfc/rfc{number}{section}"))
}

/// `prod (config-prod.json), test (config-test.json)`.
fn environments(finding: &Finding) -> String {
    let one = |environment: &In| format!("{} ({})", clipped(&environment.name), printable(&environment.path));
    finding.environments.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn one_line(text: &str) -> String {
    printable(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn labelled(source: &MaskedSource, location: &Location, says: &str, primary: bool) -> LabeledSpan {
    let start = source.offset(location.start.byte);
    let end = source.offset(location.end.byte).max(start);
    let says = (!says.is_empty()).then(|| printable(says));
    let span = SourceSpan::new(start.into(), end - start);
    if primary {
        LabeledSpan::new_primary_with_span(says, span)
    } else {
        LabeledSpan::new_with_span(says, span)
    }
}

impl fmt::Debug for Drawn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.head)
    }
}

impl fmt::Display for Drawn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.head)
    }
}

impl std::error::Error for Drawn<'_> {}

impl Diagnostic for Drawn<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        (!self.code.is_empty()).then(|| Box::new(&self.code) as Box<dyn fmt::Display>)
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(self.severity)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        (!self.help.is_empty()).then(|| Box::new(&self.help) as Box<dyn fmt::Display>)
    }

    fn url<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.link.as_ref().map(|link| Box::new(link) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}

/// Text for miette, found by line index, and of long lines only a window: miette itself counts lines from the start
/// of the text for each finding, and panics where a label lies beyond column 65,535.
#[derive(Debug)]
struct Text<'a> {
    source: &'a MaskedSource,
    /// Every place that is labelled, the deciding one first.
    locations: Vec<Location>,
}

/// A line longer than this is cut to a window around the label, in bytes.
const LONG_LINE: usize = 400;
/// What is shown of a long line on both sides of the label.
const WINDOW: usize = 60;

impl SourceCode for Text<'_> {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let text = self.source.text();
        let starts = self.source.line_starts();
        if span.offset() + span.len() > text.len() {
            return Err(MietteError::OutOfBounds);
        }
        let line_of = |offset: usize| starts.partition_point(|start| *start as usize <= offset).max(1) - 1;
        let end_of = |line: usize| starts.get(line + 1).map_or(text.len(), |next| *next as usize);
        let is_long = |line: usize| end_of(line) - starts[line] as usize > LONG_LINE;
        let line = line_of(span.offset());
        let last_line = line_of((span.offset() + span.len()).saturating_sub(usize::from(!span.is_empty())));
        // A long line around the label is none of its context.
        let first = line.saturating_sub(before);
        let first = if (first..line).any(is_long) { line } else { first };
        let last = (last_line + after).min(starts.len() - 1);
        let last = if (last_line + 1..=last).any(is_long) { last_line } else { last };
        let (mut start, mut end) = (starts[first] as usize, end_of(last));
        let mut column = 0;
        let long = (first..=last).any(is_long);
        if long {
            let from = span.offset().saturating_sub(WINDOW).max(starts[line] as usize);
            let to = (span.offset() + span.len().min(2 * WINDOW) + WINDOW).min(end_of(line));
            start = boundary(text, from);
            end = boundary(text, to);
        }
        if before == 0 && after == 0 {
            // So miette asks where the label stands, to name the place above the text. That is a place in the file:
            // in the masked text a secret on the same line has another length.
            start = span.offset();
            end = end.max(start);
            let labelled = |location: &&Location| self.source.offset(location.start.byte) == span.offset();
            let location = self.locations.iter().find(labelled).unwrap_or(&self.locations[0]);
            column = location.start.column.saturating_sub(1) as usize;
        }
        let shown_line = if long || (before == 0 && after == 0) { line } else { first };
        Ok(Box::new(MietteSpanContents::new_named(
            printable(&self.locations[0].path),
            &text.as_bytes()[start..end],
            SourceSpan::new(start.into(), end - start),
            shown_line,
            column,
            last - first + 1,
        )))
    }
}

/// The nearest character boundary at or before an offset.
fn boundary(text: &str, mut offset: usize) -> usize {
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}
