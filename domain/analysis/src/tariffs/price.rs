//! What a unit costs.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Money;
use crate::units::{Exact, decimal};

const PLACES: usize = 9;
/// A million per unit, in billionths: nothing costs more.
const HIGHEST: i64 = 1_000_000 * 1_000_000_000;

/// What a kWh, a kW, a day or a month costs, in billionths of the currency's unit. It may be below
/// zero: on exchanges, power sometimes is. Written as a decimal; in JSON a string.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(into = "String", try_from = "String")]
pub struct Price(i64);

/// Why this is no price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a decimal between -1000000 and 1000000, with at most nine places")]
pub struct NotAPrice;

impl Price {
    /// The nearest billionth.
    ///
    /// # Errors
    /// When it is not finite, or more than a million either way.
    pub fn new(value: f64) -> Result<Self, NotAPrice> {
        let billionths = (value * 1e9).round();
        let sound = billionths.abs() <= HIGHEST as f64;
        sound.then_some(Self(billionths as i64)).ok_or(NotAPrice)
    }

    /// The exact cost of an amount.
    pub fn of(self, amount: Exact) -> Money {
        Money::from_parts(amount.millionths().saturating_mul(self.0.into()))
    }

    pub fn to_f64(self) -> f64 {
        self.0 as f64 / 1e9
    }
}

impl FromStr for Price {
    type Err = NotAPrice;

    fn from_str(text: &str) -> Result<Self, NotAPrice> {
        let billionths = decimal(text, PLACES).map_err(|_| NotAPrice)?;
        let price = i64::try_from(billionths).map_err(|_| NotAPrice)?;
        let sound = (-HIGHEST..=HIGHEST).contains(&price);
        sound.then_some(Self(price)).ok_or(NotAPrice)
    }
}

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.of(Exact::ONE).fmt(f)
    }
}

impl From<Price> for String {
    fn from(price: Price) -> Self {
        price.to_string()
    }
}

impl TryFrom<String> for Price {
    type Error = NotAPrice;

    fn try_from(text: String) -> Result<Self, NotAPrice> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_exact() {
        let price: Price = "0.2703".parse().unwrap();
        assert_eq!(price, Price::new(0.2703).unwrap());
        let energy: Exact = "1234.567891".parse().unwrap();
        assert_eq!(price.of(energy).to_string(), "333.7037009373");
        assert_eq!(price.to_string(), "0.2703");
    }

    #[test]
    fn what_no_price_can_be_is_refused() {
        for bad in [f64::NAN, f64::INFINITY, 1_000_001.0, -1e300] {
            assert_eq!(Price::new(bad), Err(NotAPrice), "{bad}");
        }
        for bad in ["", "1,5", "1000000.000000001", "0.0000000001"] {
            assert!(bad.parse::<Price>().is_err(), "{bad}");
        }
        assert!("-0.05".parse::<Price>().is_ok());
    }
}
