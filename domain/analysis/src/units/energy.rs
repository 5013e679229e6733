//! Units of energy.

use std::str::FromStr;

use super::{Exact, UnknownUnit, named};

/// A unit of energy, as an exact fraction of a kWh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EnergyUnit {
    name: &'static str,
    numerator: i128,
    denominator: i128,
}

const fn unit(
    name: &'static str,
    numerator: i128,
    denominator: i128,
) -> (&'static str, EnergyUnit) {
    let unit = EnergyUnit {
        name,
        numerator,
        denominator,
    };
    (name, unit)
}

/// Joules by definition (1 kWh = 3.6 MJ); the therm (UK and EC, 105,505,600 J), the Btu (ISO,
/// 1055.056 J) and the toe (41,868 MJ) as pint 0.25.3, `default_en.txt`, has them.
const UNITS: [(&str, EnergyUnit); 13] = [
    unit("kWh", 1, 1),
    unit("Wh", 1, 1_000),
    unit("MWh", 1_000, 1),
    unit("GWh", 1_000_000, 1),
    unit("J", 1, 3_600_000),
    unit("kJ", 1, 3_600),
    unit("MJ", 10, 36),
    unit("GJ", 10_000, 36),
    unit("therm", 1_055_056, 36_000),
    unit("Btu", 1_055_056, 3_600_000_000),
    unit("kBtu", 1_055_056, 3_600_000),
    unit("MMBtu", 1_055_056, 3_600),
    unit("toe", 11_630, 1),
];

impl EnergyUnit {
    /// How the unit is written: `kWh`.
    pub fn name(self) -> &'static str {
        self.name
    }

    pub fn to_kwh(self, amount: Exact) -> Exact {
        amount.scaled(self.numerator, self.denominator)
    }
}

impl FromStr for EnergyUnit {
    type Err = UnknownUnit;

    fn from_str(name: &str) -> Result<Self, UnknownUnit> {
        named(&UNITS, name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kwh(amount: &str, unit: &str) -> String {
        let unit: EnergyUnit = unit.parse().unwrap();
        unit.to_kwh(amount.parse().unwrap()).to_string()
    }

    /// The figures of conversions.csv of the reference data, rounded to the millionth.
    #[test]
    fn units_are_worth_what_the_reference_says() {
        assert_eq!(kwh("1000000", "kBtu"), "293071.111111");
        assert_eq!(kwh("1", "therm"), "29.307111");
        assert_eq!(kwh("1", "MMBtu"), "293.071111");
        assert_eq!(kwh("1", "GJ"), "277.777778");
        assert_eq!(kwh("3.6", "MJ"), "1");
        assert_eq!(kwh("1", "toe"), "11630");
        assert_eq!(kwh("2.5", "MWh"), "2500");
        assert_eq!(kwh("-3600000", "j"), "-1");
    }

    #[test]
    fn other_units_are_unknown() {
        for bad in ["", "kW", "m3", "kWh/h"] {
            assert!(bad.parse::<EnergyUnit>().is_err(), "{bad}");
        }
    }
}
