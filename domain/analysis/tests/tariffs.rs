//! What energy costs by tariffs that were published, and by some that were not.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "tariffs/demand.rs"]
mod demand;
#[path = "tariffs/flat.rs"]
mod flat;
#[path = "tariffs/property.rs"]
mod property;
#[path = "tariffs/sound.rs"]
mod sound;
#[path = "tariffs/time_of_use.rs"]
mod time_of_use;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use flowgrid_analysis::buckets::{Bucket, BucketSize};
use flowgrid_analysis::tariffs::{
    Costs, Fee, FeedIn, Holidays, Money, Price, Rate, Slot, Tariff, TariffBook, TariffParts,
    Validity,
};
use flowgrid_analysis::units::{Carrier, Exact};

fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn price(text: &str) -> Price {
    text.parse().unwrap()
}

/// The month of a moment.
fn month(at_: &str, zone: Tz) -> Bucket {
    BucketSize::Month.bucket(at(at_), zone)
}

/// A slot for each hour or day, all with the same energy.
fn even(span: Bucket, size: BucketSize, kwh: &str, zone: Tz) -> Vec<Slot> {
    let kwh: Exact = kwh.parse().unwrap();
    let buckets = size.buckets(span.start, span.end, zone);
    buckets.map(|bucket| Slot::drawn(bucket, kwh)).collect()
}

/// Parts of a tariff that has but one price.
fn parts(energy: Vec<Rate>) -> TariffParts {
    TariffParts {
        name: "test".to_owned(),
        carrier: Carrier::Electricity,
        currency: "EUR".parse().unwrap(),
        validity: Validity::default(),
        energy,
        demand: Vec::new(),
        fees: Vec::new(),
        feed_in: FeedIn::Unpaid,
    }
}

fn flat(price_: &str) -> TariffParts {
    parts(vec![Rate::always("all day", price(price_))])
}

fn book(all: Vec<TariffParts>) -> TariffBook {
    let tariffs = all.into_iter().map(|parts| Tariff::new(parts).unwrap());
    TariffBook::new(tariffs.collect()).unwrap()
}

fn costs(parts: TariffParts, slots: &[Slot], span: Bucket, zone: Tz) -> Costs {
    book(vec![parts]).costs(slots, span, zone, &Holidays::default())
}

/// All that is on the bill, line by line.
fn lines(costs: &Costs) -> Money {
    let energy: Money = costs.energy.iter().map(|line| line.cost).sum();
    let demand: Money = costs.demand.iter().map(|line| line.cost).sum();
    energy + demand + costs.fees - costs.feed_in.credit
}
