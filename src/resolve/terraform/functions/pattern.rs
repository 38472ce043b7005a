//! Functions that look for text: `replace`, `regex`, `regexall`.

use std::rc::Rc;

use regex::{Captures, Regex, RegexBuilder};

use super::text::each_piece;
use super::{Arguments, Outcome};
use crate::resolve::terraform::value::{Data, Field, LENGTH, Val};

pub(super) fn call(name: &str, arguments: &Arguments<'_>) -> Outcome {
    Some(match name {
        "replace" => replace(arguments),
        "regex" => {
            let (Some(pattern), Some(text)) = (arguments.text(0), arguments.text(1)) else {
                return Some(None);
            };
            let Some(regex) = compile(&pattern) else { return Some(Some(unknown(arguments))) };
            regex.captures(&text).map(|captures| found(&regex, &captures, arguments))
        }
        "regexall" => {
            let (Some(pattern), Some(text)) = (arguments.text(0), arguments.text(1)) else {
                return Some(None);
            };
            let Some(regex) = compile(&pattern) else { return Some(Some(unknown(arguments))) };
            let all = regex.captures_iter(&text).map(|captures| found(&regex, &captures, arguments));
            Some(arguments.new_list(all.collect()))
        }
        _ => return None,
    })
}

/// A pattern that this machine's syntax does not know, or that is too big, is no error of the document.
fn compile(pattern: &str) -> Option<Regex> {
    RegexBuilder::new(pattern).size_limit(1 << 20).build().ok()
}

fn unknown(arguments: &Arguments<'_>) -> Val {
    Val::unknown("regex(…)", arguments.place)
}

fn replace(arguments: &Arguments<'_>) -> Option<Val> {
    // A single character cannot stand partly in what is unknown.
    if let (Data::Template(_), Some(wanted), Some(by)) =
        (&arguments.get(0)?.data, arguments.text(1), arguments.text(2))
        && wanted.chars().count() == 1
        && by.len() <= wanted.len().max(16)
    {
        return each_piece(arguments, |text| text.replace(&*wanted, &by));
    }
    let (text, wanted, by) = (arguments.text(0)?, arguments.text(1)?, arguments.text(2)?);
    // Each of many matches replaced by a long text would be longer than memory.
    if text.len().saturating_mul(by.len()) > LENGTH * 64 {
        return Some(unknown(arguments));
    }
    let pattern = wanted.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
    let Some(pattern) = pattern else { return Some(arguments.new_text(text.replace(&*wanted, &by))) };
    match compile(pattern) {
        Some(regex) => Some(arguments.new_text(regex.replace_all(&text, &*by))),
        None => Some(unknown(arguments)),
    }
}

/// What a match gives: the text, the list of groups, or the map of named groups.
fn found(regex: &Regex, captures: &Captures<'_>, arguments: &Arguments<'_>) -> Val {
    let group = |at: usize| match captures.get(at) {
        Some(group) => arguments.new_text(group.as_str()),
        None => Val::new(Data::Null, arguments.place),
    };
    if regex.captures_len() == 1 {
        return group(0);
    }
    let names: Vec<(usize, &str)> =
        regex.capture_names().enumerate().filter_map(|(at, name)| name.map(|name| (at, name))).collect();
    if names.is_empty() {
        return arguments.new_list((1..regex.captures_len()).map(group).collect());
    }
    let field = |(at, name): (usize, &str)| Field {
        key: Rc::from(name),
        place: arguments.place,
        value: group(at),
        maybe: false,
    };
    Val::map(names.into_iter().map(field).collect(), false, arguments.place)
}
