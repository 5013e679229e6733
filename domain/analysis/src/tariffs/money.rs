//! Amounts of money.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub};
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// Money is counted in 10⁻¹⁵ of a currency's unit: a price has nine places and an amount of energy
/// six, so their product is exact and only what is shown is rounded.
const UNIT: i128 = 1_000_000_000_000_000;

/// The three letters of a currency (ISO 4217).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency([u8; 3]);

/// These are no three letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a currency's three capital letters, such as EUR")]
pub struct NotACurrency;

/// An exact amount of money, in whatever currency the tariff has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Money(i128);

impl Currency {
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }
}

impl Money {
    pub const ZERO: Self = Self(0);

    /// In 10⁻¹⁵ of the currency's unit.
    pub const fn from_parts(parts: i128) -> Self {
        Self(parts)
    }

    pub fn to_f64(self) -> f64 {
        (self.0 / UNIT) as f64 + (self.0 % UNIT) as f64 / UNIT as f64
    }

    /// Rounded to so many places (at most 15), halves to even.
    pub fn rounded(self, places: u32) -> Self {
        let step = 10_i128.pow(15 - places.min(15));
        let (whole, rest) = (self.0.div_euclid(step), self.0.rem_euclid(step));
        let up = rest * 2 > step || (rest * 2 == step && whole % 2 != 0);
        Self((whole + i128::from(up)).saturating_mul(step))
    }

    /// The share that falls to the first `elapsed` of `total`, rounded down; differences of shares
    /// add up to the whole.
    pub fn share(self, elapsed: i64, total: i64) -> Self {
        if total <= 0 {
            return self;
        }
        let (elapsed, total) = (i128::from(elapsed.clamp(0, total)), i128::from(total));
        let (whole, rest) = (self.0.div_euclid(total), self.0.rem_euclid(total));
        Self(whole * elapsed + (rest * elapsed).div_euclid(total))
    }
}

impl Add for Money {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Money {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Neg for Money {
    type Output = Self;

    fn neg(self) -> Self {
        Self(self.0.saturating_neg())
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::ZERO, Add::add)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let unit = UNIT.unsigned_abs();
        let (whole, part) = (self.0.unsigned_abs() / unit, self.0.unsigned_abs() % unit);
        if part == 0 {
            return write!(f, "{sign}{whole}");
        }
        let places = format!("{part:015}");
        write!(f, "{sign}{whole}.{}", places.trim_end_matches('0'))
    }
}

impl Serialize for Money {
    /// A decimal in a string: a number in JSON is a double to most who read it.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl FromStr for Currency {
    type Err = NotACurrency;

    fn from_str(code: &str) -> Result<Self, NotACurrency> {
        let letters: [u8; 3] = code.as_bytes().try_into().map_err(|_| NotACurrency)?;
        let sound = letters.iter().all(u8::is_ascii_uppercase);
        sound.then_some(Self(letters)).ok_or(NotACurrency)
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_rounded_to_even() {
        let rounded = |parts| Money(parts * UNIT / 1000).rounded(2).to_string();
        for (thousandths, text) in [
            (1005, "1"),
            (1015, "1.02"),
            (1025, "1.02"),
            (1026, "1.03"),
            (-1005, "-1"),
            (-1016, "-1.02"),
        ] {
            assert_eq!(rounded(thousandths), text, "{thousandths}");
        }
    }

    #[test]
    fn shares_of_money_add_up() {
        let fee = Money(-10 * UNIT - 1);
        let cuts: Vec<Money> = (0..=7).map(|cut| fee.share(cut, 7)).collect();
        assert_eq!(
            cuts.windows(2).map(|two| two[1] - two[0]).sum::<Money>(),
            fee
        );
        assert_eq!(cuts[0], Money::ZERO);
    }

    #[test]
    fn currencies_have_three_letters() {
        assert_eq!(
            "EUR".parse::<Currency>().map(|it| it.to_string()),
            Ok("EUR".to_owned())
        );
        for bad in ["eur", "EURO", "E1R", "", "€"] {
            assert!(bad.parse::<Currency>().is_err(), "{bad}");
        }
    }
}
