//! The factor that is used.

use serde::Serialize;

use super::{CarbonFactor, published};
use crate::units::{Carrier, Exact};

/// kWh gross in a kWh net of natural gas (GEG 2020, in `conversions.csv` of the reference data).
/// Bills and calorific values are gross, German factors net.
const GROSS_PER_NET: (i128, i128) = (111, 100);
const LONGEST_SOURCE: usize = 1_000;

/// Whose series is taken where there are several, the first one first: those of a country's own
/// authorities before those of collections. Those of Germany are of direct CO2, those of Great
/// Britain of CO2e.
const SERIES: [&str; 6] = ["UK Government", "UBA", "BAFA", "EPA eGRID", "Ember", "EEA"];

/// The kg of CO2 in a kWh as it is measured (of gas, gross), with its source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Emissions {
    pub kg_per_kwh: Exact,
    /// The year it is for, if it has one.
    pub year: Option<i32>,
    pub source: String,
}

/// Why this is no factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoEmissions {
    #[error("must be between 0 and 10 kg per kWh")]
    Factor,
    #[error("the source must be named in 1 to {LONGEST_SOURCE} characters")]
    Source,
}

impl Emissions {
    /// One's own factor, such as the supplier's.
    ///
    /// # Errors
    /// When it can't be, or no source is named.
    pub fn new(kg_per_kwh: Exact, year: Option<i32>, source: &str) -> Result<Self, NoEmissions> {
        if kg_per_kwh.is_negative() || kg_per_kwh > Exact::whole(10) {
            return Err(NoEmissions::Factor);
        }
        let source = source.trim();
        if source.is_empty() || source.chars().count() > LONGEST_SOURCE {
            return Err(NoEmissions::Source);
        }
        Ok(Self {
            kg_per_kwh,
            year,
            source: source.to_owned(),
        })
    }

    /// What is published for a region (`DE`, `EU27`): of the series that comes first, the newest
    /// year that is not after `year`, else its earliest. `None` where nothing is published.
    pub fn published(region: &str, carrier: Carrier, year: i32) -> Option<Self> {
        let fits = |one: &&CarbonFactor| {
            one.region.eq_ignore_ascii_case(region) && one.carrier == name(carrier)
        };
        let factors = published().iter().filter(fits);
        factors.min_by_key(|one| rank(one, year)).map(Self::of)
    }

    pub fn kg(&self, kwh: Exact) -> Exact {
        kwh.times(self.kg_per_kwh)
    }

    /// A published factor, as it applies to kWh gross.
    pub fn of(factor: &CarbonFactor) -> Self {
        let told = format!("{} ({}; {})", factor.source, factor.gas, factor.boundary);
        if factor.carrier != name(Carrier::Gas) || factor.basis != Some("net") {
            return Self {
                kg_per_kwh: factor.kg_per_kwh,
                year: factor.year,
                source: told,
            };
        }
        let (gross, net) = GROSS_PER_NET;
        Self {
            kg_per_kwh: factor.kg_per_kwh.scaled(net, gross),
            year: factor.year,
            source: format!(
                "{told}, {} kg per kWh net, divided by 1.11 (GEG 2020) for kWh gross",
                factor.kg_per_kwh
            ),
        }
    }
}

fn name(carrier: Carrier) -> &'static str {
    match carrier {
        Carrier::Electricity => "electricity_grid",
        Carrier::Gas => "natural_gas",
        Carrier::Heat => "district_heat",
    }
}

/// The smallest is taken: by series, then for its year, then gross before net.
fn rank(factor: &CarbonFactor, year: i32) -> (usize, bool, i64, bool) {
    let series = SERIES
        .iter()
        .position(|name| factor.source.starts_with(name));
    let known = i64::from(factor.year.unwrap_or(i32::MAX));
    let later = known > i64::from(year);
    let distance = (known - i64::from(year)).abs();
    let series = series.unwrap_or(SERIES.len());
    (series, later, distance, factor.basis == Some("net"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(region: &str, carrier: Carrier, year: i32) -> (String, Option<i32>) {
        let emissions = Emissions::published(region, carrier, year).unwrap();
        (emissions.kg_per_kwh.to_string(), emissions.year)
    }

    #[test]
    fn a_factor_is_the_newest_of_its_series() {
        let electricity = Carrier::Electricity;
        assert_eq!(
            of("DE", electricity, 2026),
            ("0.363".to_owned(), Some(2024))
        );
        assert_eq!(
            of("DE", electricity, 2018),
            ("0.468".to_owned(), Some(2018))
        );
        assert_eq!(
            of("GB", electricity, 2023),
            ("0.20707".to_owned(), Some(2023))
        );
        assert_eq!(
            of("gb", electricity, 1999),
            ("0.41205".to_owned(), Some(2016))
        );
        assert_eq!(
            of("FR", electricity, 2024),
            ("0.08488".to_owned(), Some(2022))
        );
    }

    #[test]
    fn gas_counts_by_the_kwh_of_its_bill() {
        assert_eq!(
            of("GB", Carrier::Gas, 2025),
            ("0.18296".to_owned(), Some(2025))
        );
        let german = Emissions::published("DE", Carrier::Gas, 2026).unwrap();
        assert_eq!(german.kg_per_kwh.to_string(), "0.181081");
        assert!(
            german.source.contains("0.201 kg per kWh net"),
            "{}",
            german.source
        );
    }

    #[test]
    fn what_nobody_published_is_not_made_up() {
        assert_eq!(Emissions::published("FR", Carrier::Gas, 2025), None);
        assert_eq!(Emissions::published("", Carrier::Electricity, 2025), None);
        assert_eq!(
            Emissions::published("ZZ", Carrier::Electricity, i32::MIN),
            None
        );
    }

    #[test]
    fn ones_own_factor_needs_a_source() {
        let own = |factor: &str, source| Emissions::new(factor.parse().unwrap(), None, source);
        let green = own("0.05", "supplier, 2026").unwrap();
        assert_eq!(green.kg(Exact::whole(1000)), Exact::whole(50));
        assert_eq!(own("0.05", " "), Err(NoEmissions::Source));
        assert_eq!(own("-0.1", "x"), Err(NoEmissions::Factor));
        assert_eq!(own("10.1", "x"), Err(NoEmissions::Factor));
    }
}
