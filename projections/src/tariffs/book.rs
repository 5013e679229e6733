//! Which tariff holds on which dates.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use flowgrid_analysis::tariffs::{Currency, Holidays, Tariff, TariffBook, Validity};
use flowgrid_analysis::units::Carrier;
use flowgrid_domain::tariffs::TariffResource;

use super::priced;
use crate::ReadError;

/// A tariff, and dates on which it is the one that counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Held<'t> {
    pub tariff: &'t TariffResource,
    pub from: NaiveDate,
    /// The first date on which it is no longer the one.
    pub until: NaiveDate,
}

/// As many as one book holds.
const MOST_HELD: usize = 256;

/// Why there are no books.
#[derive(Debug, thiserror::Error)]
pub enum NoBooks {
    /// Less time has to be asked for.
    #[error("more than {MOST_HELD} tariffs hold in this time, one after the other")]
    TooMany,
    #[error(transparent)]
    Read(#[from] ReadError),
}

/// What a building pays for a carrier on some dates: a book for each currency, since tariffs of two
/// can't stand in one.
#[derive(Clone, Debug)]
pub struct Books<'t> {
    /// By date, without gaps where none holds.
    pub held: Vec<Held<'t>>,
    pub books: BTreeMap<Currency, TariffBook>,
    /// Those of each tariff on the dates on which it is the one.
    pub holidays: Holidays,
}

impl<'t> Books<'t> {
    /// Of the tariffs that hold on a date, one that lists the building comes before those for all;
    /// then the one that began last; then the one that was defined last.
    ///
    /// # Errors
    /// [`NoBooks::TooMany`]; [`ReadError::Corrupt`] when one can't be computed with, which the domain rules out.
    pub fn of(
        tariffs: &'t [TariffResource],
        building: &str,
        carrier: Carrier,
        (from, until): (NaiveDate, NaiveDate),
    ) -> Result<Self, NoBooks> {
        let fits = |one: &&TariffResource| {
            let said = &one.definition;
            let ids = &said.building_ids;
            let listed = ids.is_empty() || ids.iter().any(|id| id == building);
            listed && priced::carrier(said.carrier) == carrier
        };
        let fitting: Vec<&TariffResource> = tariffs.iter().filter(fits).collect();
        let held = held(&fitting, from, until);
        if held.len() > MOST_HELD {
            return Err(NoBooks::TooMany);
        }
        let mut books: BTreeMap<Currency, Vec<Tariff>> = BTreeMap::new();
        let mut holidays = Vec::new();
        for one in &held {
            let tariff = priced::priced(one.tariff, one.validity())?;
            holidays.extend(priced::holidays(one.tariff, one.validity()));
            let currency = tariff.parts().currency;
            books.entry(currency).or_default().push(tariff);
        }
        let books = books.into_iter();
        let books =
            books.map(|(currency, tariffs)| Some((currency, TariffBook::new(tariffs).ok()?)));
        let books: Option<BTreeMap<Currency, TariffBook>> = books.collect();
        let corrupt = || ReadError::Corrupt("tariffs can't stand beside each other".to_owned());
        Ok(Self {
            held,
            books: books.ok_or_else(corrupt)?,
            holidays: Holidays::new(holidays).map_err(|_| corrupt())?,
        })
    }

    /// The tariff that holds on a date.
    pub fn on(&self, date: NaiveDate) -> Option<&'t TariffResource> {
        let after = self.held.partition_point(|one| one.from <= date);
        let last = self.held.get(after.checked_sub(1)?)?;
        (date < last.until).then_some(last.tariff)
    }
}

impl Held<'_> {
    fn validity(&self) -> Validity {
        Validity {
            from: Some(self.from),
            until: Some(self.until),
        }
    }
}

/// From every date on which a tariff begins or ends to the next, the one that counts.
fn held<'t>(tariffs: &[&'t TariffResource], from: NaiveDate, until: NaiveDate) -> Vec<Held<'t>> {
    let edges = tariffs.iter().flat_map(|one| {
        let said = &one.definition;
        std::iter::once(said.valid_from).chain(said.valid_until)
    });
    let mut edges: Vec<NaiveDate> = edges
        .filter(|edge| from < *edge && *edge < until)
        .chain([from, until])
        .collect();
    edges.sort_unstable();
    edges.dedup();
    let mut found: Vec<Held<'t>> = Vec::new();
    for two in edges.windows(2) {
        let Some(tariff) = counts(tariffs, two[0]) else {
            continue;
        };
        match found.last_mut() {
            Some(last) if last.until == two[0] && last.tariff.id == tariff.id => {
                last.until = two[1];
            }
            Some(_) | None => found.push(Held {
                tariff,
                from: two[0],
                until: two[1],
            }),
        }
    }
    found
}

fn counts<'t>(tariffs: &[&'t TariffResource], date: NaiveDate) -> Option<&'t TariffResource> {
    let holds = |one: &&&TariffResource| {
        let said = &one.definition;
        said.valid_from <= date && said.valid_until.is_none_or(|until| date < until)
    };
    let rank = |one: &&&'t TariffResource| {
        let said = &one.definition;
        let listed = !said.building_ids.is_empty();
        (listed, said.valid_from, one.created_at, one.id.clone())
    };
    tariffs.iter().filter(holds).max_by_key(rank).copied()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use flowgrid_domain::tariffs::read_tariff;

    fn tariff(id: &str, from: &str, change: &Value) -> TariffResource {
        let mut body = json!({"name": id, "carrier": "electricity", "currency": "EUR",
            "validFrom": from, "energy": [{"name": "all", "price": 0.3}]});
        for (name, value) in change.as_object().unwrap() {
            body[name] = value.clone();
        }
        TariffResource {
            id: id.to_owned(),
            definition: read_tariff(body.as_object().unwrap()).unwrap().definition,
            created_at: chrono::DateTime::UNIX_EPOCH,
            updated_at: chrono::DateTime::UNIX_EPOCH,
            revision: 1,
        }
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn held_in_2026(tariffs: &[TariffResource], building: &str) -> Vec<(String, String, String)> {
        let year = (day("2026-01-01"), day("2027-01-01"));
        let books = Books::of(tariffs, building, Carrier::Electricity, year).unwrap();
        let shown = |one: &Held<'_>| {
            let (from, until) = (one.from.to_string(), one.until.to_string());
            (one.tariff.id.clone(), from, until)
        };
        books.held.iter().map(shown).collect()
    }

    fn held(id: &str, from: &str, until: &str) -> (String, String, String) {
        (id.to_owned(), from.to_owned(), until.to_owned())
    }

    #[test]
    fn a_tariff_that_begins_later_takes_the_place_of_one_that_goes_on() {
        let old = tariff("old", "2020-01-01", &json!({}));
        let new = tariff("new", "2026-04-01", &json!({"validUntil": "2026-07-01"}));
        let found = held_in_2026(&[new, old], "rathaus");
        assert_eq!(
            found,
            [
                held("old", "2026-01-01", "2026-04-01"),
                held("new", "2026-04-01", "2026-07-01"),
                held("old", "2026-07-01", "2027-01-01"),
            ]
        );
    }

    #[test]
    fn one_that_lists_the_building_comes_before_those_for_all() {
        let own = json!({"buildingIds": ["school"], "validUntil": "2026-02-01"});
        let own = tariff("own", "2019-01-01", &own);
        let all = tariff("all", "2025-01-01", &json!({}));
        let gas = tariff("gas", "2026-01-01", &json!({"carrier": "gas"}));
        let tariffs = [own, all, gas];
        assert_eq!(
            held_in_2026(&tariffs, "rathaus"),
            [held("all", "2026-01-01", "2027-01-01")]
        );
        assert_eq!(
            held_in_2026(&tariffs, "school"),
            [
                held("own", "2026-01-01", "2026-02-01"),
                held("all", "2026-02-01", "2027-01-01"),
            ]
        );
    }

    #[test]
    fn a_book_of_too_many_tariffs_is_refused() {
        let daily: Vec<TariffResource> = (0..300)
            .map(|day| {
                let from = day_of_2026(day).to_string();
                tariff(&format!("t{day}"), &from, &json!({}))
            })
            .collect();
        let carrier = Carrier::Electricity;
        let of = |days| Books::of(&daily, "b", carrier, (day_of_2026(0), day_of_2026(days)));
        assert!(matches!(of(300), Err(NoBooks::TooMany)));
        assert_eq!(of(200).unwrap().held.len(), 200);
    }

    fn day_of_2026(day: u64) -> NaiveDate {
        self::day("2026-01-01") + chrono::Days::new(day)
    }

    #[test]
    fn a_gap_is_a_gap_and_two_currencies_are_two_books() {
        let francs = json!({"currency": "CHF", "validUntil": "2026-02-01"});
        let tariffs = [
            tariff("francs", "2026-01-05", &francs),
            tariff(
                "euros",
                "2026-03-01",
                &json!({"holidays": ["2026-01-06", "2026-05-01"]}),
            ),
        ];
        let year = (day("2026-01-01"), day("2027-01-01"));
        let books = Books::of(&tariffs, "b", Carrier::Electricity, year).unwrap();
        assert_eq!(books.books.len(), 2);
        for (date, id) in [
            ("2026-01-04", None),
            ("2026-01-05", Some("francs")),
            ("2026-02-01", None),
            ("2026-12-31", Some("euros")),
            ("2027-01-01", None),
        ] {
            let on = books.on(day(date)).map(|one| &*one.id);
            assert_eq!(on, id, "{date}");
        }
        assert!(books.holidays.has(day("2026-05-01")));
        assert!(!books.holidays.has(day("2026-01-06")), "not its own then");
    }
}
