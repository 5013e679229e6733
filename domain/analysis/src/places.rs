//! In which country a clock runs.

use std::sync::LazyLock;

use chrono_tz::Tz;

use crate::benchmarks::tsv::rows;

/// zone.tab and the links of the IANA database 2025b, sorted.
const TABLE: &str = include_str!("../data/reference/zones.tsv");

static ALL: LazyLock<Vec<[&'static str; 2]>> = LazyLock::new(|| rows(TABLE).collect());

/// The country (two letters, ISO 3166) that a time zone is named for: `DE` of `Europe/Berlin`.
/// `None` of zones that are no place's, such as UTC.
pub fn country(zone: Tz) -> Option<&'static str> {
    let found = ALL.binary_search_by_key(&zone.name(), |row| row[0]).ok()?;
    ALL.get(found).map(|row| row[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read_sorted_and_known_to_this_build() {
        assert_eq!(ALL.len(), TABLE.lines().count() - 1);
        assert!(ALL.is_sorted_by(|one, next| one[0] < next[0]));
        for [zone, country] in ALL.iter() {
            assert_eq!(country.len(), 2);
            assert!(zone.parse::<Tz>().is_ok(), "{zone}");
        }
    }

    #[test]
    fn a_zone_lies_in_the_country_it_is_named_for() {
        for (zone, expected) in [
            (Tz::Europe__Berlin, Some("DE")),
            (Tz::Europe__Oslo, Some("NO")),
            (Tz::US__Eastern, Some("US")),
            (Tz::Europe__Kiev, Some("UA")),
            (Tz::UTC, None),
            (Tz::CET, None),
        ] {
            assert_eq!(country(zone), expected, "{zone}");
        }
    }
}
