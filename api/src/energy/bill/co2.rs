//! The CO2 of what was drawn.

use flowgrid_analysis::carbon::Emissions;
use flowgrid_analysis::units::{Carrier, Exact};
use flowgrid_domain::tariffs::TariffResource;

/// Why there is no factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoFactor {
    /// The time zone of the building is no country's.
    NoCountry,
    /// Nothing is published for the carrier in the country.
    Unpublished(&'static str),
}

/// A factor, and what it was used for.
#[derive(Clone, Debug, PartialEq)]
pub struct Used {
    pub emissions: Emissions,
    pub kwh: Exact,
}

/// The factors of a carrier, each looked up once.
#[derive(Clone, Debug)]
pub struct Factors<'t> {
    country: Option<&'static str>,
    carrier: Carrier,
    known: Vec<(Key<'t>, Option<Used>)>,
    /// Some of what was drawn has no factor.
    pub lacks: Option<NoFactor>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key<'t> {
    /// A tariff that says its own.
    Own(&'t str),
    /// The year for which one is published.
    Year(i32),
}

impl<'t> Factors<'t> {
    /// Those of a country, two letters.
    pub fn new(country: Option<&'static str>, carrier: Carrier) -> Self {
        Self {
            country,
            carrier,
            known: Vec::new(),
            lacks: None,
        }
    }

    /// kg of CO2 in what was drawn in a year, by the tariff's own factor if it says one.
    pub fn kg(
        &mut self,
        kwh: Exact,
        year: i32,
        tariff: Option<&'t TariffResource>,
    ) -> Option<Exact> {
        let own = tariff.filter(|tariff| tariff.definition.co2.is_some());
        let key = own.map_or(Key::Year(year), |tariff| Key::Own(&tariff.id));
        let place = self.known.iter().position(|(known, _)| *known == key);
        let place = place.unwrap_or_else(|| {
            let emissions = own.map_or_else(|| self.published(year), said);
            let kwh = Exact::ZERO;
            let used = emissions.map(|emissions| Used { emissions, kwh });
            self.known.push((key, used));
            self.known.len() - 1
        });
        let Some(used) = self
            .known
            .get_mut(place)
            .and_then(|(_, used)| used.as_mut())
        else {
            if kwh != Exact::ZERO {
                let country = self.country;
                self.lacks = Some(country.map_or(NoFactor::NoCountry, NoFactor::Unpublished));
                return None;
            }
            return Some(Exact::ZERO);
        };
        used.kwh += kwh;
        Some(used.emissions.kg(kwh))
    }

    /// The factors that were used, in the order of their first use.
    pub fn used(self) -> Vec<Used> {
        self.known
            .into_iter()
            .filter_map(|(_, used)| used)
            .collect()
    }

    fn published(&self, year: i32) -> Option<Emissions> {
        Emissions::published(self.country?, self.carrier, year)
    }
}

fn said(tariff: &TariffResource) -> Option<Emissions> {
    let said = tariff.definition.co2.as_ref()?;
    let factor = Exact::new(said.kg_per_kwh).ok()?;
    Emissions::new(factor, said.year, &said.source).ok()
}
