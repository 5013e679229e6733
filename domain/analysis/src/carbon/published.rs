//! Published factors.

use std::sync::LazyLock;

use serde::Serialize;

use crate::benchmarks::tsv::{filled, rows};
use crate::units::Exact;

const TABLE: &str = include_str!("../../data/reference/co2_factors.tsv");

/// The kg per kWh of a carrier, and who says so. What is counted (`gas`, `boundary`) differs from
/// series to series: don't mix them, and say the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CarbonFactor {
    /// Two letters (ISO 3166), `EU27` or `WORLD`.
    pub region: &'static str,
    /// In the words of the table: `electricity_grid`, `natural_gas`.
    pub carrier: &'static str,
    pub kg_per_kwh: Exact,
    /// CO2, CO2e, or what the source says of it.
    pub gas: &'static str,
    /// Whether a kWh of fuel is gross or net, where it matters.
    pub basis: Option<&'static str>,
    pub boundary: &'static str,
    pub year: Option<i32>,
    pub status: &'static str,
    pub licence: &'static str,
    pub source: &'static str,
}

static ALL: LazyLock<Vec<CarbonFactor>> = LazyLock::new(|| rows(TABLE).filter_map(read).collect());

/// All of them, in the order of their table.
pub fn published() -> &'static [CarbonFactor] {
    &ALL
}

fn read(fields: [&'static str; 10]) -> Option<CarbonFactor> {
    let [
        region,
        carrier,
        kg_per_kwh,
        gas,
        basis,
        boundary,
        year,
        status,
        licence,
        source,
    ] = fields;
    Some(CarbonFactor {
        region,
        carrier,
        kg_per_kwh: kg_per_kwh.parse().ok()?,
        gas,
        basis: filled(basis),
        boundary,
        year: year.parse().ok(),
        status,
        licence,
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_table_is_read_and_names_its_source() {
        assert_eq!(published().len(), TABLE.lines().count() - 1);
        for one in published() {
            assert!(!one.source.is_empty() && !one.region.is_empty());
            let plausible = Exact::ZERO < one.kg_per_kwh && one.kg_per_kwh < Exact::whole(2);
            assert!(plausible, "{one:?}");
        }
    }
}
