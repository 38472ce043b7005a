//! Days of the calendar, as `YYYY-MM-DD`.

use std::time::{SystemTime, UNIX_EPOCH};

/// Today: what the caller says, else what `SOURCE_DATE_EPOCH` says, else what the clock says, in UTC.
///
/// # Errors
///
/// What the caller or the variable says is no day.
pub fn today(said: Option<&str>) -> Result<String, String> {
    if let Some(day) = said {
        return if is_day(day) { Ok(day.to_owned()) } else { Err(format!("`{day}` is no day: YYYY-MM-DD")) };
    }
    let seconds = match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(text) => text.trim().parse().map_err(|_| format!("SOURCE_DATE_EPOCH: `{text}` is no number"))?,
        Err(_) => SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()),
    };
    Ok(of_seconds(seconds))
}

/// Whether a text is a day that exists.
pub fn is_day(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let number = |text: &str, digits: usize| {
        let plain = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
        if plain { text.parse::<u64>().ok() } else { None }
    };
    let [year, month, day] = parts.as_slice() else { return false };
    let (Some(year), Some(month), Some(day)) = (number(year, 4), number(month, 2), number(day, 2)) else {
        return false;
    };
    (1..=12).contains(&month) && (1..=days_of(year, month)).contains(&day)
}

/// The day of a number of seconds since 1970.
fn of_seconds(seconds: u64) -> String {
    // Beyond the years of four digits nothing is compared any more.
    let mut days = (seconds / 86_400).min(2_932_896);
    let mut year = 1970;
    while days >= days_of_year(year) {
        days -= days_of_year(year);
        year += 1;
    }
    let mut month = 1;
    while days >= days_of(year, month) {
        days -= days_of(year, month);
        month += 1;
    }
    format!("{year:04}-{month:02}-{:02}", days + 1)
}

fn days_of_year(year: u64) -> u64 {
    if is_leap(year) { 366 } else { 365 }
}

fn days_of(year: u64, month: u64) -> u64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted() {
        for (seconds, day) in [
            (0, "1970-01-01"),
            (951_782_399, "2000-02-28"),
            (951_782_400, "2000-02-29"),
            (1_795_305_600, "2026-11-22"),
            (4_107_542_400, "2100-03-01"),
            (u64::MAX, "9999-12-31"),
        ] {
            assert_eq!(of_seconds(seconds), day);
            assert!(is_day(day));
        }
        for wrong in
            ["2026-2-01", "2026-02-29", "2026-13-01", "+026-01-01", "2026-01-01 ", "today", "2026-01-00"]
        {
            assert!(!is_day(wrong), "{wrong}");
        }
    }
}
