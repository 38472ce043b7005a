//! Operators on values that may be unknown.

use std::cmp::Ordering;
use std::rc::Rc;

use super::number::Decimal;
use super::types::{to_bool, to_number};
use super::value::{Data, Val};
use crate::source::Place;
use crate::tree::expression::{Binary, Unary};

pub(super) fn unary(operator: Unary, operand: &Val, place: Place) -> Val {
    let value = match operator {
        Unary::Not => to_bool(operand).map(|flag| Data::Bool(!flag)),
        Unary::Negate => to_number(operand).and_then(Decimal::negate).map(Data::Number),
    };
    result(value, &[operand], place)
}

pub(super) fn binary(operator: Binary, left: &Val, right: &Val, place: Place) -> Val {
    let compared = |test: fn(Ordering) -> bool| {
        let order = to_number(left)?.compare(to_number(right)?)?;
        Some(Data::Bool(test(order)))
    };
    let computed = |compute: fn(Decimal, Decimal) -> Option<Decimal>| {
        compute(to_number(left)?, to_number(right)?).map(Data::Number)
    };
    let value = match operator {
        Binary::Equal => equal(left, right).map(Data::Bool),
        Binary::NotEqual => equal(left, right).map(|same| Data::Bool(!same)),
        Binary::Less => compared(Ordering::is_lt),
        Binary::LessOrEqual => compared(Ordering::is_le),
        Binary::Greater => compared(Ordering::is_gt),
        Binary::GreaterOrEqual => compared(Ordering::is_ge),
        Binary::Add => computed(Decimal::add),
        Binary::Subtract => computed(|left, right| left.add(right.negate()?)),
        Binary::Multiply => computed(Decimal::multiply),
        Binary::Divide => computed(Decimal::divide),
        Binary::Remainder => computed(Decimal::remainder),
        Binary::And => decided(left, right, false).map(Data::Bool),
        Binary::Or => decided(left, right, true).map(Data::Bool),
    };
    // An exact quotient may exist although it is not computed here: that is no error.
    if value.is_none()
        && operator == Binary::Divide
        && to_number(right).is_some_and(|by| by != Decimal::new(0))
    {
        return Val::unknown("…", place).made_from([left, right], place);
    }
    result(value, &[left, right], place)
}

/// Equality; also of an unknown with itself it says nothing.
fn equal(left: &Val, right: &Val) -> Option<bool> {
    // A text with a known beginning or end can be told from one that has another.
    if let (Data::Template(pieces), Data::Text(text)) | (Data::Text(text), Data::Template(pieces)) =
        (&left.data, &right.data)
    {
        let starts = match pieces.first() {
            Some(crate::tree::Piece::Text(start)) => text.starts_with(start.as_str()),
            _ => true,
        };
        let ends = match pieces.last() {
            Some(crate::tree::Piece::Text(end)) => text.ends_with(end.as_str()),
            _ => true,
        };
        return if starts && ends { None } else { Some(false) };
    }
    left.equals(right)
}

/// `&&` with `deciding` false, `||` with `deciding` true.
fn decided(left: &Val, right: &Val, deciding: bool) -> Option<bool> {
    match (to_bool(left), to_bool(right)) {
        (Some(flag), _) | (_, Some(flag)) if flag == deciding => Some(deciding),
        (Some(_), Some(_)) => Some(!deciding),
        _ => None,
    }
}

fn result(value: Option<Data>, operands: &[&Val], place: Place) -> Val {
    let unknown = |operand: &&Val| {
        !matches!(operand.data, Data::Failed) && (operand.is_unknown() || !operand.is_known())
    };
    let value = match value {
        Some(data) => Val::new(data, place),
        None if operands.iter().any(|operand| matches!(operand.data, Data::Failed)) => Val::failed(place),
        None => match operands.iter().find(|operand| unknown(operand)) {
            Some(operand) => {
                Val::new(Data::Unknown(Rc::from(crate::tree::Unknown::new(operand.description()))), place)
            }
            None => Val::failed(place),
        },
    };
    value.made_from(operands.iter().copied(), place)
}
