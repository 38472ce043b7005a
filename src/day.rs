//! Days of the calendar, without hours and time zones.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

/// Today: what the caller says, else what `SOURCE_DATE_EPOCH` says, else what the clock says, in Greenwich.
///
/// # Errors
///
/// What the variable says is no time.
pub fn today(said: Option<Day>) -> Result<Day, String> {
    if let Some(day) = said {
        return Ok(day);
    }
    let seconds = match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(text) => text
            .trim()
            .parse::<u32>()
            .map_err(|_| "SOURCE_DATE_EPOCH is a number of seconds since 1970".to_owned())?
            .into(),
        Err(_) => {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            i64::try_from(now.as_secs()).unwrap_or_default()
        }
    };
    Ok(Day::of_seconds(seconds))
}

/// A day, counted from 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i64);

/// Seconds of a day.
const SECONDS: i64 = 86_400;

impl Day {
    /// The day of `YYYY-MM-DD`; `None` where that is no day.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let parts: Vec<&str> = text.split('-').collect();
        let [year, month, day] = parts.as_slice() else { return None };
        let right = (year.len(), month.len(), day.len()) == (4, 2, 2);
        if !right || ![year, month, day].iter().all(|part| digits(part)) {
            return None;
        }
        let date = Self::of(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
        // The 31st of February is a day of March: what is not written as it is read is no day.
        Some(date).filter(|date| date.to_string() == text)
    }

    /// The day, in Greenwich, of a time in seconds since 1970.
    pub fn of_seconds(seconds: i64) -> Self {
        Self(seconds.div_euclid(SECONDS))
    }

    /// How many days later than another it is.
    pub fn since(self, other: Self) -> i64 {
        self.0 - other.0
    }

    /// Days since 1970 by the calendar's cycle of 400 years, with years that start in March, so that a leap day is
    /// the last of its year.
    fn of(year: i64, month: i64, day: i64) -> Self {
        let year = if month <= 2 { year - 1 } else { year };
        let (era, year) = (year.div_euclid(400), year.rem_euclid(400));
        let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        Self(era * 146_097 + year * 365 + year / 4 - year / 100 + of_year - 719_468)
    }

    /// Year, month and day.
    fn parts(self) -> (i64, i64, i64) {
        let days = self.0 + 719_468;
        let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        (era * 400 + year + i64::from(month <= 2), month, day)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.parts();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_day_of_four_centuries_follows_the_one_before() {
        let mut day = Day::parse("1900-01-01").unwrap();
        for _ in 0..146_097 {
            assert_eq!(Day::parse(&day.to_string()), Some(day));
            day = Day(day.0 + 1);
        }
        assert_eq!(day.to_string(), "2300-01-01");
        assert_eq!(Day::parse("1970-01-01"), Some(Day(0)));
        assert_eq!(Day::of_seconds(951_782_400).to_string(), "2000-02-29");
        assert_eq!(Day::of_seconds(-1).to_string(), "1969-12-31");
    }

    #[test]
    fn what_is_no_day_is_none() {
        for text in
            ["2026-02-29", "2026-13-01", "2026-00-10", "26-01-01", "2026-1-1", "tomorrow", "2026-01-01x", ""]
        {
            assert_eq!(Day::parse(text), None, "{text}");
        }
        let days = |a: &str, b: &str| Day::parse(a).unwrap().since(Day::parse(b).unwrap());
        assert_eq!(days("2027-03-01", "2027-02-20"), 9);
        assert_eq!(days("2026-12-31", "2027-01-01"), -1);
    }
}
