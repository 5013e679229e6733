//! Published reference values.

use std::sync::LazyLock;

use serde::Serialize;

use super::tsv::{filled, rows};

const TABLE: &str = include_str!("../../data/reference/benchmarks.tsv");

/// What buildings of a kind use in a year, in kWh per m², and who says so. A value that the source
/// doesn't have is `None`. Values of different sources are not comparable: say the source.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Benchmark {
    pub id: &'static str,
    /// Two letters (ISO 3166).
    pub country: &'static str,
    pub kind: &'static str,
    /// The kind in the words of the source.
    pub category: &'static str,
    pub electricity: Option<f64>,
    pub heat: Option<f64>,
    /// All energy that the site takes in.
    pub total: Option<f64>,
    /// Such as median, or reference value.
    pub statistic: &'static str,
    /// Which area is meant.
    pub area: &'static str,
    pub year: Option<i32>,
    pub source: &'static str,
    pub note: Option<&'static str>,
}

/// What people call a kind that the sources name otherwise.
const OTHER_NAMES: [(&str, &str); 10] = [
    ("administration", "town_hall_administration"),
    ("city_hall", "town_hall_administration"),
    ("cinema", "theatre_cinema"),
    ("community_hall", "community_hall_worship"),
    ("courthouse", "courthouse_parliament"),
    ("museum", "museum_exhibition"),
    ("sports_centre", "sports_facility"),
    ("supermarket", "food_retail"),
    ("theatre", "theatre_cinema"),
    ("town_hall", "town_hall_administration"),
];

static ALL: LazyLock<Vec<Benchmark>> = LazyLock::new(|| rows(TABLE).filter_map(read).collect());

/// All of them, in the order of their table.
pub fn published() -> &'static [Benchmark] {
    &ALL
}

/// Those of a kind of building (`school`, `town-hall`), in a country if one is given.
pub fn for_kind(kind: &str, country: Option<&str>) -> Vec<&'static Benchmark> {
    let kind = canonical(kind);
    let fits = |one: &&Benchmark| {
        let there = country.is_none_or(|country| one.country.eq_ignore_ascii_case(country));
        one.kind == kind && there
    };
    published().iter().filter(fits).collect()
}

fn canonical(kind: &str) -> String {
    let letter = |letter: char| match letter {
        '-' | ' ' => '_',
        other => other.to_ascii_lowercase(),
    };
    let kind: String = kind.trim().chars().map(letter).collect();
    let other = OTHER_NAMES.iter().find(|(name, _)| *name == kind);
    other.map_or(kind, |(_, known)| (*known).to_owned())
}

fn read(fields: [&'static str; 12]) -> Option<Benchmark> {
    let [
        id,
        country,
        kind,
        category,
        electricity,
        heat,
        total,
        statistic,
        area,
        year,
        source,
        note,
    ] = fields;
    Some(Benchmark {
        id,
        country,
        kind,
        category,
        electricity: number(electricity)?,
        heat: number(heat)?,
        total: number(total)?,
        statistic,
        area,
        year: year.parse().ok(),
        source,
        note: filled(note),
    })
}

/// A field that may be empty; `None` if it is filled with no number.
fn number(text: &str) -> Option<Option<f64>> {
    if text.is_empty() {
        return Some(None);
    }
    text.parse()
        .ok()
        .filter(|value: &f64| value.is_finite())
        .map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_table_is_read_and_names_its_source() {
        assert_eq!(published().len(), TABLE.lines().count() - 1);
        for one in published() {
            assert!(!one.source.is_empty(), "{}", one.id);
            let values = [one.electricity, one.heat, one.total];
            assert!(values.iter().flatten().next().is_some(), "{}", one.id);
            assert!(
                values.iter().flatten().all(|value| *value > 0.0),
                "{}",
                one.id
            );
        }
    }

    #[test]
    fn kinds_are_found_by_their_usual_names() {
        let offices = for_kind("Office", Some("de"));
        assert_eq!(offices.len(), 2);
        assert_eq!(offices[0].heat, Some(57.1));
        assert_eq!(for_kind("town-hall", None).len(), 2);
        assert_eq!(for_kind("school", Some("US"))[0].total, Some(153.0));
        assert!(for_kind("lighthouse", None).is_empty());
        for (_, known) in OTHER_NAMES {
            assert!(!for_kind(known, None).is_empty(), "{known}");
        }
    }
}
