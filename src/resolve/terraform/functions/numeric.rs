//! Functions on numbers.

use std::cmp::Ordering;

use super::{Arguments, Outcome};
use crate::resolve::terraform::number::Decimal;
use crate::resolve::terraform::types::to_number;
use crate::resolve::terraform::value::Val;

/// Longer ranges are not made; Terraform's own limit is 1024.
const RANGE: usize = 1024;

pub(super) fn call(name: &str, arguments: &Arguments<'_>) -> Outcome {
    let number = |number: Decimal| Val::number(number, arguments.place);
    Some(match name {
        "abs" => arguments.number(0).and_then(absolute).map(number),
        "ceil" => arguments.number(0).map(|value| number(value.ceil())),
        "floor" => arguments.number(0).map(|value| number(value.floor())),
        "signum" => arguments.number(0).map(|value| number(sign(value))),
        "max" => extreme(arguments, Ordering::Greater).map(number),
        "min" => extreme(arguments, Ordering::Less).map(number),
        "sum" => sum(arguments).map(number),
        "parseint" => parse_integer(arguments).map(number),
        "range" => range(arguments),
        _ => return None,
    })
}

fn absolute(value: Decimal) -> Option<Decimal> {
    if value.is_negative() { value.negate() } else { Some(value) }
}

fn sign(value: Decimal) -> Decimal {
    Decimal::new(match value.compare(Decimal::new(0)) {
        Some(Ordering::Less) => -1,
        Some(Ordering::Greater) => 1,
        _ => 0,
    })
}

fn extreme(arguments: &Arguments<'_>, wanted: Ordering) -> Option<Decimal> {
    let mut numbers = arguments.values.iter().map(to_number);
    let first = numbers.next()??;
    numbers.try_fold(first, |best, next| {
        let next = next?;
        Some(if next.compare(best)? == wanted { next } else { best })
    })
}

fn sum(arguments: &Arguments<'_>) -> Option<Decimal> {
    let items = arguments.counted(0)?;
    if items.is_empty() {
        return None;
    }
    items.iter().try_fold(Decimal::new(0), |sum, item| sum.add(to_number(item)?))
}

fn parse_integer(arguments: &Arguments<'_>) -> Option<Decimal> {
    let (text, base) = (arguments.text(0)?, arguments.number(1)?.index()?);
    let base = u32::try_from(base).ok().filter(|base| (2..=36).contains(base))?;
    i128::from_str_radix(&text, base).ok().map(Decimal::new)
}

fn range(arguments: &Arguments<'_>) -> Option<Val> {
    let numbers: Option<Vec<Decimal>> = arguments.values.iter().map(to_number).collect();
    let zero = Decimal::new(0);
    let (start, end, step) = match numbers?.as_slice() {
        [end] => (zero, *end, None),
        [start, end] => (*start, *end, None),
        [start, end, step] => (*start, *end, Some(*step)),
        _ => return None,
    };
    let down = start.compare(end)? == Ordering::Greater;
    let step = step.unwrap_or(Decimal::new(if down { -1 } else { 1 }));
    if step == zero || (step.is_negative() != down && start != end) {
        return None;
    }
    let mut items = Vec::new();
    let mut at = start;
    while at.compare(end)? == if down { Ordering::Greater } else { Ordering::Less } {
        if items.len() >= RANGE {
            return None;
        }
        items.push(Val::number(at, arguments.place));
        at = at.add(step)?;
    }
    Some(arguments.new_list(items))
}
