//! Exact decimal numbers. What has no short exact result is not computed: Terraform's own has 512 bits.

use std::cmp::Ordering;

/// `digits` divided by ten to the power of `scale`; never with trailing zeros behind the point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Decimal {
    digits: i128,
    scale: u32,
}

/// More digits behind the point are not kept.
const SCALE: u32 = 30;

impl Decimal {
    pub(super) fn new(whole: i128) -> Self {
        Self { digits: whole, scale: 0 }
    }

    pub(super) fn from_length(length: usize) -> Self {
        Self::new(i128::try_from(length).unwrap_or(i128::MAX))
    }

    /// Reads `-12.5e3`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (text, exponent) = match text.split_once(['e', 'E']) {
            Some((text, exponent)) => (text, exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = whole.strip_prefix('-').unwrap_or(whole);
        let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if digits.is_empty() || !all_digits(digits) || !all_digits(fraction) {
            return None;
        }
        let scale = i32::try_from(fraction.len()).ok()?.checked_sub(exponent)?;
        let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
        match u32::try_from(scale) {
            Ok(scale) => Self { digits, scale }.trimmed(),
            Err(_) => Some(Self::new(digits.checked_mul(power(scale.unsigned_abs())?)?)),
        }
    }

    pub(super) fn add(self, other: Self) -> Option<Self> {
        let (left, right, scale) = self.aligned(other)?;
        Self { digits: left.checked_add(right)?, scale }.trimmed()
    }

    pub(super) fn negate(self) -> Option<Self> {
        Some(Self { digits: self.digits.checked_neg()?, scale: self.scale })
    }

    pub(super) fn multiply(self, other: Self) -> Option<Self> {
        Self { digits: self.digits.checked_mul(other.digits)?, scale: self.scale + other.scale }.trimmed()
    }

    /// The quotient where it is exact; none for a division by zero.
    pub(super) fn divide(self, other: Self) -> Option<Self> {
        let (mut left, right, _) = self.aligned(other)?;
        let mut scale = 0;
        if right == 0 {
            return None;
        }
        while left % right != 0 {
            left = left.checked_mul(10)?;
            scale += 1;
            if scale > SCALE {
                return None;
            }
        }
        Self { digits: left / right, scale }.trimmed()
    }

    /// The remainder with the sign of `self`.
    pub(super) fn remainder(self, other: Self) -> Option<Self> {
        let (left, right, scale) = self.aligned(other)?;
        Self { digits: left.checked_rem(right)?, scale }.trimmed()
    }

    pub(super) fn compare(self, other: Self) -> Option<Ordering> {
        let (left, right, _) = self.aligned(other)?;
        Some(left.cmp(&right))
    }

    pub(super) fn floor(self) -> Self {
        Self::new(self.digits.div_euclid(power(self.scale).unwrap_or(1)))
    }

    pub(super) fn ceil(self) -> Self {
        let floor = self.floor();
        if self.scale == 0 { floor } else { Self::new(floor.digits + 1) }
    }

    /// Rounded towards zero.
    pub(super) fn truncate(self) -> Self {
        Self::new(self.digits / power(self.scale).unwrap_or(1))
    }

    pub(super) fn is_negative(self) -> bool {
        self.digits < 0
    }

    /// The number, if it has nothing behind the point.
    pub(super) fn whole(self) -> Option<i128> {
        (self.scale == 0).then_some(self.digits)
    }

    /// The number as an index or a length.
    pub(super) fn index(self) -> Option<usize> {
        self.whole().and_then(|whole| usize::try_from(whole).ok())
    }

    /// As Go's `%g` writes it: with an exponent from a million on and below a ten-thousandth.
    pub(super) fn general(self) -> String {
        let sign = if self.digits < 0 { "-" } else { "" };
        let digits = self.digits.unsigned_abs().to_string();
        let exponent = digits.len() as i128 - 1 - i128::from(self.scale);
        if self.digits == 0 || (-4..6).contains(&exponent) {
            return self.to_string();
        }
        let digits = digits.trim_end_matches('0');
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        let direction = if exponent < 0 { '-' } else { '+' };
        format!("{sign}{first}{point}{rest}e{direction}{:02}", exponent.unsigned_abs())
    }

    fn aligned(self, other: Self) -> Option<(i128, i128, u32)> {
        let scale = self.scale.max(other.scale);
        let raise = |number: Self| number.digits.checked_mul(power(scale - number.scale)?);
        Some((raise(self)?, raise(other)?, scale))
    }

    fn trimmed(mut self) -> Option<Self> {
        while self.scale > 0 && self.digits % 10 == 0 {
            self.digits /= 10;
            self.scale -= 1;
        }
        (self.scale <= SCALE).then_some(self)
    }
}

impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.digits < 0 { "-" } else { "" };
        let scale = self.scale as usize;
        let digits = format!("{:0>width$}", self.digits.unsigned_abs(), width = scale + 1);
        let (whole, fraction) = digits.split_at(digits.len() - scale);
        let point = if scale == 0 { "" } else { "." };
        write!(f, "{sign}{whole}{point}{fraction}")
    }
}

fn power(exponent: u32) -> Option<i128> {
    10_i128.checked_pow(exponent)
}
