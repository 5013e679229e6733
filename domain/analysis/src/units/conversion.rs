//! From what a meter counts to kWh.

use super::{EnergyUnit, Exact, FuelValue, PowerUnit, VolumeUnit};

/// How what was summed up of a sensor becomes kWh.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Conversion {
    /// The sensor counts energy.
    Energy(EnergyUnit),
    /// The sensor counts a volume of fuel.
    Fuel { unit: VolumeUnit, value: FuelValue },
    /// The sensor shows power, which was summed up over seconds.
    Power(PowerUnit),
}

impl Conversion {
    /// How a sensor's unit becomes kWh; `None` if it never does, or is one of volume and nobody said
    /// what a cubic metre holds.
    pub fn of(unit: &str, value: Option<FuelValue>) -> Option<Self> {
        if let Ok(unit) = unit.parse() {
            return Some(Self::Energy(unit));
        }
        if let Ok(unit) = unit.parse() {
            return Some(Self::Power(unit));
        }
        let (unit, value) = (unit.parse().ok()?, value?);
        Some(Self::Fuel { unit, value })
    }

    /// The kWh of a sum, rounded once, to the nearest millionth.
    pub fn kwh(&self, sum: Exact) -> Exact {
        match self {
            Self::Energy(unit) => unit.to_kwh(sum),
            Self::Power(unit) => unit.to_kwh(sum),
            Self::Fuel { unit, value } => {
                let (numerator, denominator) = unit.fraction();
                let kwh_per_counted_m3 = value.kwh_per_m3().times(value.state_number());
                sum.scaled(
                    numerator.saturating_mul(kwh_per_counted_m3.millionths()),
                    denominator.saturating_mul(Exact::ONE.millionths()),
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gas_is_worth_its_calorific_value_and_state_number() {
        let exact = |text: &str| text.parse::<Exact>().unwrap();
        let value = FuelValue::new(exact("11.2"), exact("0.95"), "bill").unwrap();
        let gas = Conversion::Fuel {
            unit: VolumeUnit::CubicMetre,
            value,
        };
        assert_eq!(gas.kwh(Exact::whole(100)).to_string(), "1064");
        assert_eq!(gas.kwh(exact("0.1")).to_string(), "1.064");
    }

    #[test]
    fn a_unit_tells_how_it_becomes_energy() {
        let value = FuelValue::new(Exact::whole(10), Exact::ONE, "bill").unwrap();
        let converted = |unit: &str, value| {
            let conversion = Conversion::of(unit, value)?;
            Some(conversion.kwh(Exact::whole(3600)).to_string())
        };
        assert_eq!(converted("MWh", None).as_deref(), Some("3600000"));
        assert_eq!(converted("kW", None).as_deref(), Some("1"));
        assert_eq!(converted("m3", Some(value)).as_deref(), Some("36000"));
        assert_eq!(converted("m3", None), None);
        assert_eq!(converted("°C", None), None);
    }

    #[test]
    fn the_largest_sums_do_not_overflow() {
        let value = FuelValue::new(Exact::whole(100), Exact::whole(2), "x").unwrap();
        let unit = VolumeUnit::CubicFoot;
        let gas = Conversion::Fuel { unit, value };
        let sum = Exact::new(1e12).unwrap();
        assert_eq!(gas.kwh(sum).to_string(), "5663369318400");
    }
}
