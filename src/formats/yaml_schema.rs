//! What a scalar of YAML means: the core schema of YAML 1.2, in which `yes` and `012:30` are text.

use crate::tree::Value;

/// The value of a plain scalar without a tag.
pub(crate) fn plain(text: String) -> Value {
    match text.as_str() {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ if is_number(&text) => Value::Number(text),
        _ => Value::Text(text),
    }
}

fn is_number(text: &str) -> bool {
    let all =
        |digits: &str, allowed: fn(&u8) -> bool| !digits.is_empty() && digits.as_bytes().iter().all(allowed);
    // Most scalars are words; their first byte says so.
    if !text.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '+' | '-' | '.')) {
        return false;
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return all(digits, u8::is_ascii_hexdigit);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return all(digits, |digit| matches!(digit, b'0'..=b'7'));
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |part: &str| part.is_empty() || all(part, u8::is_ascii_digit);
    digits(whole)
        && digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent.is_none_or(|exponent| {
            all(exponent.strip_prefix(['+', '-']).unwrap_or(exponent), u8::is_ascii_digit)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_the_core_schema() {
        for text in ["0", "-12", "+3", "0o17", "0xfF", "1.", ".5", "-1.5e-3", "1e3", "012", "-.inf", ".NaN"] {
            assert!(is_number(text), "{text}");
        }
        for text in
            ["", "-", ".", "+.", "1_000", "0b1", "0o8", "0x", "-0x1", "1e", "e1", "12:30", "1.2.3", "--1"]
        {
            assert!(!is_number(text), "{text}");
        }
    }

    #[test]
    fn yes_and_no_are_words() {
        for text in ["yes", "no", "on", "off", "y", "tRUE", "nULL"] {
            assert!(matches!(plain(text.into()), Value::Text(_)), "{text}");
        }
    }
}
