//! Units of power.

use std::str::FromStr;

use super::{Exact, UnknownUnit, named};

/// A unit of power.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PowerUnit {
    Watt,
    Kilowatt,
    Megawatt,
}

const UNITS: [(&str, PowerUnit); 3] = [
    ("W", PowerUnit::Watt),
    ("kW", PowerUnit::Kilowatt),
    ("MW", PowerUnit::Megawatt),
];

impl PowerUnit {
    pub fn to_kw(self, power: Exact) -> Exact {
        match self {
            Self::Watt => power.scaled(1, 1000),
            Self::Kilowatt => power,
            Self::Megawatt => power.scaled(1000, 1),
        }
    }

    /// The energy of power that was summed up over time: `unit_seconds` is in this unit times
    /// seconds.
    pub fn to_kwh(self, unit_seconds: Exact) -> Exact {
        match self {
            Self::Watt => unit_seconds.scaled(1, 3_600_000),
            Self::Kilowatt => unit_seconds.scaled(1, 3_600),
            Self::Megawatt => unit_seconds.scaled(10, 36),
        }
    }
}

impl FromStr for PowerUnit {
    type Err = UnknownUnit;

    fn from_str(name: &str) -> Result<Self, UnknownUnit> {
        // Capitals matter to nobody here but physicists: there is no meter in milliwatts.
        named(&UNITS, name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn power_over_time_is_energy() {
        let watts: PowerUnit = "W".parse().unwrap();
        assert_eq!(watts.to_kwh(Exact::whole(3_600_000)), Exact::ONE);
        assert_eq!(watts.to_kw(Exact::whole(1500)).to_string(), "1.5");
        let megawatts: PowerUnit = "MW".parse().unwrap();
        assert_eq!(megawatts.to_kwh(Exact::whole(36)), Exact::whole(10));
    }
}
