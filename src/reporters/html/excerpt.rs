//! A few lines of a file around a place, from its masked text.

use maud::{Markup, html};

use super::super::printable;
use crate::finding::Location;
use crate::lint::Report;
use crate::masked::MaskedSource;

/// A line longer than this is cut to a window around the place, in bytes.
const LONG: usize = 240;
/// What is shown of a long line on both sides of the place.
const WINDOW: usize = 80;

/// The place with a line before and after it; the place alone where its file could not be read in full.
pub(super) fn of(report: &Report, at: &Location, label: Option<&str>) -> Markup {
    let source = report.sources.get(&*at.path);
    html! {
        figure {
            figcaption {
                code { (printable(&at.path)) ":" (at.start.line) ":" (at.start.column) }
                @if let Some(label) = label { span { (printable(label)) } }
            }
            @if let Some(source) = source {
                pre tabindex="0" {
                    @for line in at.start.line.saturating_sub(1).max(1)..=at.start.line + 1 {
                        @if line == at.start.line { (marked(source, at)) } @else { (around(source, line)) }
                    }
                }
            }
        }
    }
}

/// A line beside the place. What is long is no context.
fn around(source: &MaskedSource, line: u32) -> Markup {
    let text = source.line(line);
    html! {
        @if text.len() <= LONG && source.line_starts().len() >= line as usize && !(text.is_empty() && is_last(source, line)) {
            span.line { span.no { (line) } (text) "\n" }
        }
    }
}

/// Whether a line is the empty one after the last line break.
fn is_last(source: &MaskedSource, line: u32) -> bool {
    source.line_starts().len() == line as usize
}

fn marked(source: &MaskedSource, at: &Location) -> Markup {
    let text = source.line(at.start.line);
    let line_start =
        source.line_starts().get((at.start.line.max(1) - 1) as usize).copied().unwrap_or_default();
    let within = |byte: u32| boundary(text, source.offset(byte).saturating_sub(line_start as usize));
    let start = within(at.start.byte);
    let end = within(at.end.byte).max(start);
    let (mut from, mut to) = (0, text.len());
    if text.len() > LONG {
        from = boundary(text, start.saturating_sub(WINDOW));
        to = boundary(text, end.min(start + 2 * WINDOW) + WINDOW);
    }
    let end = end.min(to);
    html! {
        span.line.here {
            span.no { (at.start.line) }
            @if from > 0 { "…" }
            (text[from..start])
            mark { (text[start..end]) }
            (text[end..to])
            @if to < text.len() { "…" }
            "\n"
        }
    }
}

/// The nearest character boundary at or before an offset.
fn boundary(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}
