//! The parts of a tariff.

use chrono::{Datelike, NaiveDate};
use serde_json::{Map, Value};

use super::super::{
    Co2Factor, Fee, FeeSpan, FeedIn, FeedInKind, MOST_BUILDINGS, Rate, Season, TariffDay, Window,
};
use super::{MOST_WINDOWS, Read, all, part};
use crate::Fields;
use crate::values::{FromJson, Invalid, Line, Slug, number, some_of, string};

const MOST_HOLIDAYS: usize = 1_000;
const DAYS: [&str; 8] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday"];

pub(super) struct Currency(pub String);

impl FromJson for Currency {
    fn from_json(value: &Value) -> Result<Self, Invalid> {
        let code = string(value)?;
        if code.len() == 3 && code.bytes().all(|letter| letter.is_ascii_uppercase()) {
            return Ok(Self(code.to_owned()));
        }
        Invalid::because("must be a currency's three capital letters, such as EUR")
    }
}

pub(super) struct Date(pub NaiveDate);

impl FromJson for Date {
    fn from_json(value: &Value) -> Result<Self, Invalid> {
        let text = string(value)?;
        let date = text
            .parse()
            .ok()
            .filter(|date: &NaiveDate| text.len() == 10 && (1900..=2999).contains(&date.year()));
        date.map(Self).map_or_else(
            || Invalid::because("must be a date from 1900 to 2999, such as 2026-05-01"),
            Ok,
        )
    }
}

/// Sorted, each once.
pub(super) struct Dates(pub Vec<NaiveDate>);

impl FromJson for Dates {
    fn from_json(value: &Value) -> Result<Self, Invalid> {
        let Some(all) = value.as_array().filter(|all| all.len() <= MOST_HOLIDAYS) else {
            return Invalid::because(format!("must be an array of at most {MOST_HOLIDAYS} dates"));
        };
        let dates: Result<Vec<Date>, Invalid> = all.iter().map(Date::from_json).collect();
        let mut dates: Vec<NaiveDate> = dates?.into_iter().map(|date| date.0).collect();
        dates.sort_unstable();
        dates.dedup();
        Ok(Self(dates))
    }
}

/// Ids, each once, in the order given.
pub(super) struct Buildings(pub Vec<String>);

impl FromJson for Buildings {
    fn from_json(value: &Value) -> Result<Self, Invalid> {
        let Some(all) = value.as_array().filter(|all| all.len() <= MOST_BUILDINGS) else {
            return Invalid::because(format!("must be an array of at most {MOST_BUILDINGS} ids"));
        };
        let mut ids = Vec::with_capacity(all.len());
        for one in all {
            let id = String::from(Slug::from_json(one)?);
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        Ok(Self(ids))
    }
}

/// Between minus and plus a million, to the billionth.
struct Price(f64);

impl FromJson for Price {
    fn from_json(value: &Value) -> Result<Self, Invalid> {
        match number(value)? {
            price if price.abs() <= 1e6 => Ok(Self((price * 1e9).round() / 1e9 + 0.0)),
            _ => Invalid::because("must be between -1000000 and 1000000"),
        }
    }
}

struct KgPerKwh(f64);

impl FromJson for KgPerKwh {
    fn from_json(value: &Value) -> Result<Self, Invalid> {
        match number(value)? {
            kg if (0.0..=10.0).contains(&kg) => Ok(Self((kg * 1e6).round() / 1e6)),
            _ => Invalid::because("must be from 0 to 10 kg per kWh"),
        }
    }
}

struct Year(i32);

impl FromJson for Year {
    fn from_json(value: &Value) -> Result<Self, Invalid> {
        let year = value.as_i64().filter(|year| (1900..=2999).contains(year));
        match year.and_then(|year| i32::try_from(year).ok()) {
            Some(year) => Ok(Self(year)),
            None => Invalid::because("must be a year, such as 2026"),
        }
    }
}

impl FromJson for FeeSpan {
    fn from_json(value: &Value) -> Result<Self, Invalid> {
        match string(value)? {
            "day" => Ok(Self::Day),
            "month" => Ok(Self::Month),
            _ => Invalid::because("must be day or month"),
        }
    }
}

impl FromJson for FeedInKind {
    fn from_json(value: &Value) -> Result<Self, Invalid> {
        match string(value)? {
            "unpaid" => Ok(Self::Unpaid),
            "paid" => Ok(Self::Paid),
            "netted" => Ok(Self::Netted),
            _ => Invalid::because("must be unpaid, paid or netted"),
        }
    }
}

/// Some days, Monday first and holidays last.
struct Days(Vec<TariffDay>);

impl FromJson for Days {
    fn from_json(value: &Value) -> Result<Self, Invalid> {
        let named = some_of(value, &DAYS)?;
        if named.is_empty() {
            return Invalid::because("must name at least one day");
        }
        let chosen = DAYS.iter().zip(TariffDay::ALL);
        let chosen = chosen.filter(|(name, _)| named.contains(name));
        Ok(Self(chosen.map(|(_, day)| day).collect()))
    }
}

/// A quarter hour from 00:00 to 24:00, as it is kept.
struct Quarter(String);

impl FromJson for Quarter {
    fn from_json(value: &Value) -> Result<Self, Invalid> {
        let text = string(value)?;
        match quarter(text) {
            Some(_) => Ok(Self(text.to_owned())),
            None => Invalid::because("must be a quarter hour from 00:00 to 24:00, such as 08:30"),
        }
    }
}

/// Minutes since midnight.
fn quarter(text: &str) -> Option<u32> {
    let (hours, minutes) = two_digits(text, ':')?;
    let all = hours * 60 + minutes;
    (minutes < 60 && all.is_multiple_of(15) && all <= 24 * 60).then_some(all)
}

/// A day that some year has, `MM-DD`.
struct YearDay(String);

impl FromJson for YearDay {
    fn from_json(value: &Value) -> Result<Self, Invalid> {
        let text = string(value)?;
        // A leap year has all of them.
        let exists = two_digits(text, '-')
            .and_then(|(month, day)| NaiveDate::from_ymd_opt(2024, month, day));
        match exists {
            Some(_) => Ok(Self(text.to_owned())),
            None => Invalid::because("must be a day of the year, such as 10-01"),
        }
    }
}

/// `08:30`, `10-01`
fn two_digits(text: &str, between: char) -> Option<(u32, u32)> {
    let (one, other) = text.split_once(between)?;
    let two = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    if !two(one) || !two(other) {
        return None;
    }
    Some((one.parse().ok()?, other.parse().ok()?))
}

pub(super) fn read_rate(object: &Map<String, Value>) -> Read<Rate> {
    let mut fields = Fields::of(object);
    let name: Option<Line<200>> = fields.required("name");
    let price: Option<Price> = fields.required("price");
    let when = all::<MOST_WINDOWS, _>(&mut fields, "when", read_window);
    fields.finish(name.zip(price).map(|(name, price)| Rate {
        name: name.into(),
        price: price.0,
        when,
    }))
}

fn read_window(object: &Map<String, Value>) -> Read<Window> {
    let mut fields = Fields::of(object);
    let season = part(&mut fields, "season", read_season);
    let days: Option<Days> = fields.optional("days");
    let Quarter(from) = fields
        .optional("from")
        .unwrap_or_else(|| Quarter("00:00".to_owned()));
    let Quarter(to) = fields
        .optional("to")
        .unwrap_or_else(|| Quarter("24:00".to_owned()));
    if from == "24:00" {
        fields.wrong("from", "must be before 24:00");
    }
    if from == to {
        fields.wrong(
            "to",
            "must be another time than from; a whole day is 00:00 to 24:00",
        );
    }
    fields.finish(Some(Window {
        season,
        days: days.map_or_else(|| TariffDay::ALL.to_vec(), |days| days.0),
        from,
        to,
    }))
}

fn read_season(object: &Map<String, Value>) -> Read<Season> {
    let mut fields = Fields::of(object);
    let first: Option<YearDay> = fields.required("first");
    let last: Option<YearDay> = fields.required("last");
    fields.finish(first.zip(last).map(|(first, last)| Season {
        first: first.0,
        last: last.0,
    }))
}

pub(super) fn read_fee(object: &Map<String, Value>) -> Read<Fee> {
    let mut fields = Fields::of(object);
    let per: Option<FeeSpan> = fields.required("per");
    let price: Option<Price> = fields.required("price");
    fields.finish(per.zip(price).map(|(per, price)| Fee {
        per,
        price: price.0,
    }))
}

pub(super) fn read_feed_in(object: &Map<String, Value>) -> Read<FeedIn> {
    let mut fields = Fields::of(object);
    let kind: Option<FeedInKind> = fields.required("kind");
    let price: Option<Price> = fields.optional("price");
    fields.finish(kind.map(|kind| FeedIn {
        kind,
        price: price.map(|price| price.0),
    }))
}

pub(super) fn read_co2(object: &Map<String, Value>) -> Read<Co2Factor> {
    let mut fields = Fields::of(object);
    let kg: Option<KgPerKwh> = fields.required("kgPerKwh");
    let year: Option<Year> = fields.optional("year");
    let source: Option<Line<1000>> = fields.required("source");
    fields.finish(kg.zip(source).map(|(kg, source)| Co2Factor {
        kg_per_kwh: kg.0,
        year: year.map(|year| year.0),
        source: source.into(),
    }))
}
