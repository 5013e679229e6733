//! Numbers that add up.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What fits in a unit: everything is counted in millionths.
const ONE: i128 = 1_000_000;
/// The largest value of one reading, in whatever unit.
const LARGEST: f64 = 1e12;

/// A number in millionths. Sums are exact, so readings give the same sum in any order and any
/// batching, and what is taken back leaves nothing behind: floating point promises neither.
/// Written as a decimal (`"12.5"`), in JSON as a string.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(into = "String", try_from = "String")]
pub struct Exact(i128);

/// Why a number can't be held exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotExact {
    #[error("must be a finite number")]
    NotFinite,
    #[error("must be between -1e12 and 1e12")]
    TooLarge,
    #[error("must be a decimal with at most six places")]
    NotADecimal,
}

impl Exact {
    pub const ZERO: Self = Self(0);
    pub const ONE: Self = Self(ONE);

    pub const fn from_millionths(millionths: i128) -> Self {
        Self(millionths)
    }

    pub const fn millionths(self) -> i128 {
        self.0
    }

    pub fn whole(units: i64) -> Self {
        Self(i128::from(units) * ONE)
    }

    /// The nearest millionth.
    ///
    /// # Errors
    /// When it is not finite, or outside of -1e12 to 1e12.
    pub fn new(value: f64) -> Result<Self, NotExact> {
        if !value.is_finite() {
            return Err(NotExact::NotFinite);
        }
        if value.abs() > LARGEST {
            return Err(NotExact::TooLarge);
        }
        // Rounding the whole part apart keeps the digits that the product would lose.
        let whole = value.trunc();
        let part = ((value - whole) * 1e6).round();
        Ok(Self(whole as i128 * ONE + part as i128))
    }

    /// The nearest millionth within what is allowed; zero if it is not a number.
    pub fn clamped(value: f64) -> Self {
        Self::new(value.clamp(-LARGEST, LARGEST)).unwrap_or_default()
    }

    pub fn to_f64(self) -> f64 {
        let (whole, part) = (self.0 / ONE, self.0 % ONE);
        whole as f64 + part as f64 / 1e6
    }

    pub fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// The share that falls to the first `elapsed` of `total`, rounded down. Differences of shares
    /// add up to the whole, however it is cut.
    pub fn share(self, elapsed: i64, total: i64) -> Self {
        if total <= 0 {
            return self;
        }
        let elapsed = i128::from(elapsed.clamp(0, total));
        Self(self.0.saturating_mul(elapsed).div_euclid(total.into()))
    }

    /// Times a fraction, to the nearest millionth (halves up); unchanged if the divisor is not
    /// above zero.
    pub fn scaled(self, numerator: i128, denominator: i128) -> Self {
        if denominator <= 0 {
            return self;
        }
        let product = self.0.saturating_mul(numerator);
        Self(
            product
                .saturating_add(denominator / 2)
                .div_euclid(denominator),
        )
    }

    /// The product, to the nearest millionth.
    pub fn times(self, factor: Self) -> Self {
        self.scaled(factor.0, ONE)
    }
}

impl Add for Exact {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Exact {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Neg for Exact {
    type Output = Self;

    fn neg(self) -> Self {
        Self(self.0.saturating_neg())
    }
}

impl AddAssign for Exact {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl SubAssign for Exact {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl Sum for Exact {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::ZERO, Add::add)
    }
}

impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, part) = (
            self.0.unsigned_abs() / 1_000_000,
            self.0.unsigned_abs() % 1_000_000,
        );
        if part == 0 {
            return write!(f, "{sign}{whole}");
        }
        let places = format!("{part:06}");
        write!(f, "{sign}{whole}.{}", places.trim_end_matches('0'))
    }
}

impl FromStr for Exact {
    type Err = NotExact;

    fn from_str(text: &str) -> Result<Self, NotExact> {
        decimal(text, 6).map(Self)
    }
}

/// Reads a decimal as a whole number of its last place: `decimal("1.5", 2)` is 150.
pub(crate) fn decimal(text: &str, places: usize) -> Result<i128, NotExact> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !all_digits(whole) || !all_digits(part) || part.len() > places || whole.len() > 28 - places {
        return Err(NotExact::NotADecimal);
    }
    let joined = format!("{whole}{part:0<places$}");
    let number: i128 = joined.parse().map_err(|_| NotExact::NotADecimal)?;
    Ok(if negative { -number } else { number })
}

impl From<Exact> for String {
    fn from(number: Exact) -> Self {
        number.to_string()
    }
}

impl TryFrom<String> for Exact {
    type Error = NotExact;

    fn try_from(text: String) -> Result<Self, NotExact> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_to_the_nearest_millionth() {
        for (value, text) in [
            (0.1 + 0.2, "0.3"),
            (-1.25, "-1.25"),
            (-0.000_000_6, "-0.000001"),
            (999_999_999_999.999_9, "999999999999.999878"),
            (-0.0, "0"),
        ] {
            assert_eq!(Exact::new(value).unwrap().to_string(), text);
        }
        assert_eq!(Exact::new(f64::NAN), Err(NotExact::NotFinite));
        assert_eq!(Exact::new(-1e13), Err(NotExact::TooLarge));
        assert_eq!(
            Exact::clamped(f64::INFINITY),
            Exact::whole(1_000_000_000_000)
        );
        assert_eq!(Exact::clamped(f64::NAN), Exact::ZERO);
    }

    #[test]
    fn decimals_are_read_as_they_are_written() {
        for text in ["0", "-12.5", "0.000001", "1234567890123"] {
            assert_eq!(text.parse::<Exact>().unwrap().to_string(), text);
        }
        for bad in ["", ".5", "1.", "1e3", "+1", "1.0000001", "-", "1.2.3", "٣"] {
            assert!(bad.parse::<Exact>().is_err(), "{bad}");
        }
    }

    #[test]
    fn shares_add_up_to_the_whole() {
        let whole = Exact::from_millionths(-10);
        let cuts: Vec<Exact> = (0..=3).map(|cut| whole.share(cut, 3)).collect();
        let parts = cuts.windows(2).map(|pair| pair[1] - pair[0]);
        assert_eq!(parts.sum::<Exact>(), whole);
    }

    #[test]
    fn no_number_overflows() {
        let huge = Exact::from_millionths(i128::MAX);
        assert_eq!(huge + huge, huge);
        assert_eq!(-(-huge - huge), huge);
        assert!(huge.times(huge) > Exact::ZERO && huge.share(1, 2) > Exact::ZERO);
        assert!(huge.to_f64().is_finite());
    }
}
