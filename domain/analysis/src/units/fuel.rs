//! How much energy a cubic metre holds.

use serde::{Deserialize, Serialize};

use super::Exact;

/// The energy in a cubic metre of gas as the bill states it:
/// kWh = m³ × state number × calorific value (the rule of DVGW G 685 as
/// <https://helpcenter.enercity.de/hc/de/articles/115004219365> explains it). In Great Britain the
/// state number is the volume correction (1.02264) and the calorific value is MJ/m³ ÷ 3.6
/// (<https://energist.org.uk/gas-conversion-formula/>).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FuelValue {
    kwh_per_m3: Exact,
    state_number: Exact,
    source: String,
}

/// Why this can't be what a cubic metre holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAFuelValue {
    #[error("the calorific value must be above 0 and at most 100 kWh/m³")]
    CalorificValue,
    #[error("the state number must be above 0 and at most 2")]
    StateNumber,
    #[error("the source must be named in 1 to 400 characters")]
    Source,
}

/// A published calorific value, for who has no bill at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypicalGas {
    pub name: &'static str,
    /// Gross (Brennwert), kWh/m³, in decimals.
    pub kwh_per_m3: &'static str,
    pub source: &'static str,
}

/// Published calorific values of natural gas, from `conversions.csv` of the reference data.
pub const TYPICAL_GAS: [TypicalGas; 3] = [
    TypicalGas {
        name: "natural gas L, Germany",
        kwh_per_m3: "10",
        source: "\"rund 10 kWh/m³\", https://www.erdgasumstellung-dueren.de/faq/faq-allgemeine-infos-und-hintergrund/was-ist-der-unterschied-zwischen-l-und-h-gas/",
    },
    TypicalGas {
        name: "natural gas H, Germany",
        kwh_per_m3: "11.5",
        source: "\"rund 11,5 kWh/m³\", https://www.erdgasumstellung-dueren.de/faq/faq-allgemeine-infos-und-hintergrund/was-ist-der-unterschied-zwischen-l-und-h-gas/",
    },
    TypicalGas {
        name: "natural gas, Great Britain, average of 2025",
        kwh_per_m3: "11.29",
        source: "UK Government GHG Conversion Factors 2025, full set, sheet \"Fuel properties\": 50.678 GJ/t × 0.802 kg/m³ ÷ 3.6 (OGL v3.0)",
    },
];

/// Between which calorific values German natural gas lies, gross, kWh/m³
/// (<https://gas.info/gas-im-energiemix/gebaeude/gasverbrauch-umrechnen>): to doubt a figure by, not
/// to compute with.
pub const USUAL_GAS_KWH_PER_M3: (f64, f64) = (8.2, 12.25);

impl FuelValue {
    /// `source` says where the figures stand, such as the bill and its date.
    ///
    /// # Errors
    /// When a figure can't be, or no source is named.
    pub fn new(
        kwh_per_m3: Exact,
        state_number: Exact,
        source: &str,
    ) -> Result<Self, NotAFuelValue> {
        if kwh_per_m3 <= Exact::ZERO || kwh_per_m3 > Exact::whole(100) {
            return Err(NotAFuelValue::CalorificValue);
        }
        if state_number <= Exact::ZERO || state_number > Exact::whole(2) {
            return Err(NotAFuelValue::StateNumber);
        }
        let source = source.trim();
        if source.is_empty() || source.chars().count() > 400 {
            return Err(NotAFuelValue::Source);
        }
        Ok(Self {
            kwh_per_m3,
            state_number,
            source: source.to_owned(),
        })
    }

    /// kWh in a cubic metre at norm conditions.
    pub fn kwh_per_m3(&self) -> Exact {
        self.kwh_per_m3
    }

    /// Cubic metres at norm conditions in one that the meter counts.
    pub fn state_number(&self) -> Exact {
        self.state_number
    }

    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether natural gas usually has such a calorific value.
    pub fn is_usual_for_gas(&self) -> bool {
        let (low, high) = USUAL_GAS_KWH_PER_M3;
        (low..=high).contains(&self.kwh_per_m3.to_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(text: &str) -> Exact {
        text.parse().unwrap()
    }

    #[test]
    fn a_value_has_a_source_and_can_be() {
        let new = |kwh, state, source| FuelValue::new(exact(kwh), exact(state), source);
        assert!(
            new("11.2", "0.95", "bill of May 2026").is_ok_and(|value| value.is_usual_for_gas())
        );
        assert_eq!(new("0", "1", "x"), Err(NotAFuelValue::CalorificValue));
        assert_eq!(new("101", "1", "x"), Err(NotAFuelValue::CalorificValue));
        assert_eq!(new("11", "-1", "x"), Err(NotAFuelValue::StateNumber));
        assert_eq!(new("11", "1", "  "), Err(NotAFuelValue::Source));
    }

    #[test]
    fn typical_values_are_usual() {
        for gas in TYPICAL_GAS {
            let value = FuelValue::new(exact(gas.kwh_per_m3), Exact::ONE, gas.source);
            assert!(
                value.is_ok_and(|value| value.is_usual_for_gas()),
                "{}",
                gas.name
            );
        }
    }
}
