//! `format` and `formatlist`.

use super::{Arguments, Outcome};
use crate::resolve::terraform::number::Decimal;
use crate::resolve::terraform::template::Text;
use crate::resolve::terraform::types::{to_bool, to_number, to_text};
use crate::resolve::terraform::value::{Data, Val, WEIGHT};
use crate::source::Place;

pub(super) fn call(name: &str, arguments: &Arguments<'_>) -> Outcome {
    Some(match name {
        "format" => format(&arguments.text(0)?, arguments.values.get(1..).unwrap_or(&[]), arguments.place),
        "formatlist" => format_list(arguments),
        _ => return None,
    })
}

/// One text for each set of items of the lists; what is no list is the same for all.
fn format_list(arguments: &Arguments<'_>) -> Option<Val> {
    let pattern = arguments.text(0)?;
    let values = arguments.values.get(1..)?;
    let lists: Vec<Option<Vec<Val>>> = values.iter().map(Val::items).collect();
    let mut lengths = lists.iter().flatten().map(Vec::len);
    let length = lengths.next().unwrap_or(1);
    if lengths.any(|other| other != length) {
        return None;
    }
    // With an unknown list, or one of unknown length, there is no telling which items meet.
    let uncertain = |value: &Val| matches!(value.data, Data::Unknown(_));
    if values.iter().any(uncertain) || lists.iter().flatten().flatten().any(Val::is_many) {
        return Some(Val::unknown("formatlist(…)", arguments.place));
    }
    let mut items = Vec::with_capacity(length);
    let mut weight = 0;
    for at in 0..length {
        let item = |(value, list): (&Val, &Option<Vec<Val>>)| match list {
            Some(list) => list.get(at).cloned(),
            None => Some(value.clone()),
        };
        let own: Option<Vec<Val>> = values.iter().zip(&lists).map(item).collect();
        let item = format(&pattern, &own?, arguments.place)?;
        weight += item.weight();
        if weight > WEIGHT {
            return Some(Val::unknown("formatlist(…)", arguments.place));
        }
        items.push(item);
    }
    Some(arguments.new_list(items))
}

/// A verb of a pattern: `%-5s`, `%03d`, `%[2]s`.
#[derive(Default)]
struct Verb {
    left: bool,
    zero: bool,
    plus: bool,
    alternate: bool,
    width: usize,
    precision: Option<usize>,
    argument: Option<usize>,
    letter: char,
}

fn format(pattern: &str, values: &[Val], place: Place) -> Option<Val> {
    let mut text = Text::default();
    let mut next = 0;
    let mut explicit = false;
    let mut rest = pattern;
    while let Some(at) = rest.find('%') {
        text.push(&rest[..at]);
        let (verb, after) = verb(&rest[at + 1..])?;
        rest = after;
        if verb.letter == '%' {
            text.push("%");
            continue;
        }
        if let Some(argument) = verb.argument {
            next = argument.checked_sub(1)?;
            explicit = true;
        }
        let value = values.get(next)?;
        next += 1;
        add(&verb, value, &mut text)?;
    }
    text.push(rest);
    if next < values.len() && !explicit {
        return None;
    }
    Some(text.finish(place).made_from(values, place))
}

fn verb(text: &str) -> Option<(Verb, &str)> {
    let mut verb = Verb::default();
    let mut characters = text.char_indices().peekable();
    while let Some((_, flag)) = characters.peek() {
        match flag {
            '-' => verb.left = true,
            '0' => verb.zero = true,
            '+' => verb.plus = true,
            '#' => verb.alternate = true,
            ' ' => return None,
            _ => break,
        }
        characters.next();
    }
    let number = |characters: &mut std::iter::Peekable<std::str::CharIndices<'_>>| {
        let mut value = None;
        while let Some(digit) = characters.peek().and_then(|(_, digit)| digit.to_digit(10)) {
            value = Some((value.unwrap_or(0) * 10 + digit as usize).min(10_000));
            characters.next();
        }
        value
    };
    if characters.peek().is_some_and(|(_, c)| *c == '[') {
        characters.next();
        verb.argument = Some(number(&mut characters)?);
        characters.next().filter(|(_, c)| *c == ']')?;
    }
    verb.width = number(&mut characters).unwrap_or(0);
    if characters.peek().is_some_and(|(_, c)| *c == '.') {
        characters.next();
        verb.precision = Some(number(&mut characters).unwrap_or(0));
    }
    let (at, letter) = characters.next()?;
    verb.letter = letter;
    Some((verb, &text[at + letter.len_utf8()..]))
}

fn add(verb: &Verb, value: &Val, text: &mut Text) -> Option<()> {
    let plain = verb.width == 0 && verb.precision.is_none() && !verb.alternate;
    if matches!(value.data, Data::Unknown(_) | Data::Template(_)) {
        if plain && matches!(verb.letter, 's' | 'v') {
            text.value(value);
        } else {
            text.hole(value.description());
        }
        return Some(());
    }
    let formatted = match verb.letter {
        's' => to_text(value)?.chars().take(verb.precision.unwrap_or(usize::MAX)).collect(),
        'v' if !verb.alternate => match &value.data {
            Data::Null => "null".to_owned(),
            Data::Number(number) => number.general(),
            _ => match to_text(value) {
                Some(text) => text.to_string(),
                None => super::decode::encode(value)?,
            },
        },
        'v' => super::decode::encode(value)?,
        'q' => super::decode::encode(&Val { data: Data::Text(to_text(value)?), ..value.clone() })?,
        't' => to_bool(value)?.to_string(),
        'd' => signed(verb, to_number(value)?.truncate()),
        _ => return None,
    };
    let missing = verb.width.saturating_sub(formatted.chars().count());
    let padding = if verb.zero && !verb.left { "0" } else { " " }.repeat(missing);
    match (verb.left, formatted.strip_prefix(['-', '+'])) {
        (true, _) => text.push(&(formatted + &padding)),
        // Zeros stand behind the sign.
        (false, Some(digits)) if verb.zero && verb.letter == 'd' => {
            text.push(&format!("{}{padding}{digits}", &formatted[..1]));
        }
        (false, _) => text.push(&(padding + &formatted)),
    }
    Some(())
}

fn signed(verb: &Verb, number: Decimal) -> String {
    let plus = if verb.plus && !number.is_negative() { "+" } else { "" };
    format!("{plus}{number}")
}
