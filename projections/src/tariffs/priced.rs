//! A tariff as it is computed with.

use chrono::{NaiveDate, Weekday};
use flowgrid_analysis::tariffs::{
    DaySet, Fee, FeedIn, Price, Rate, Season, Tariff, TariffParts, Validity, Window, YearDay,
};
use flowgrid_analysis::units::Carrier;
use flowgrid_domain::tariffs::{self as said, FeeSpan, FeedInKind, TariffDay, TariffResource};

use crate::ReadError;

/// The tariff, on some of the dates on which it holds; it is named by its id.
///
/// # Errors
/// [`ReadError::Corrupt`] when it can't be computed with, which the domain rules out.
pub(super) fn priced(tariff: &TariffResource, validity: Validity) -> Result<Tariff, ReadError> {
    let said = &tariff.definition;
    let parts = || {
        Some(TariffParts {
            name: tariff.id.clone(),
            carrier: carrier(said.carrier),
            currency: said.currency.parse().ok()?,
            validity,
            energy: said.energy.iter().map(rate).collect::<Option<_>>()?,
            demand: said.demand.iter().map(rate).collect::<Option<_>>()?,
            fees: said.fees.iter().map(fee).collect::<Option<_>>()?,
            feed_in: feed_in(said.feed_in)?,
        })
    };
    let tariff = parts().and_then(|parts| Tariff::new(parts).ok());
    tariff.ok_or_else(|| ReadError::Corrupt("a tariff can't be computed with".to_owned()))
}

pub(super) fn carrier(said: said::Carrier) -> Carrier {
    match said {
        said::Carrier::Electricity => Carrier::Electricity,
        said::Carrier::Gas => Carrier::Gas,
        said::Carrier::Heat => Carrier::Heat,
    }
}

fn rate(said: &said::Rate) -> Option<Rate> {
    Some(Rate {
        name: said.name.clone(),
        price: Price::new(said.price).ok()?,
        when: said.when.iter().map(window).collect::<Option<_>>()?,
    })
}

fn window(said: &said::Window) -> Option<Window> {
    let season = match &said.season {
        None => None,
        Some(season) => Some(Season {
            first: year_day(&season.first)?,
            last: year_day(&season.last)?,
        }),
    };
    Window::new(
        season,
        days(&said.days),
        minutes(&said.from)?,
        minutes(&said.to)?,
    )
    .ok()
}

fn days(said: &[TariffDay]) -> DaySet {
    let weekday = |day: &TariffDay| match day {
        TariffDay::Mon => Some(Weekday::Mon),
        TariffDay::Tue => Some(Weekday::Tue),
        TariffDay::Wed => Some(Weekday::Wed),
        TariffDay::Thu => Some(Weekday::Thu),
        TariffDay::Fri => Some(Weekday::Fri),
        TariffDay::Sat => Some(Weekday::Sat),
        TariffDay::Sun => Some(Weekday::Sun),
        TariffDay::Holiday => None,
    };
    let weekdays: Vec<Weekday> = said.iter().filter_map(weekday).collect();
    DaySet::of(&weekdays, said.contains(&TariffDay::Holiday))
}

/// `10-01`
fn year_day(text: &str) -> Option<YearDay> {
    let (month, day) = text.split_once('-')?;
    YearDay::new(month.parse().ok()?, day.parse().ok()?).ok()
}

/// `08:30`, in minutes since midnight.
fn minutes(text: &str) -> Option<u32> {
    let (hours, minutes) = text.split_once(':')?;
    let (hours, minutes): (u32, u32) = (hours.parse().ok()?, minutes.parse().ok()?);
    hours.checked_mul(60)?.checked_add(minutes)
}

fn fee(said: &said::Fee) -> Option<Fee> {
    let price = Price::new(said.price).ok()?;
    Some(match said.per {
        FeeSpan::Day => Fee::PerDay(price),
        FeeSpan::Month => Fee::PerMonth(price),
    })
}

fn feed_in(said: said::FeedIn) -> Option<FeedIn> {
    Some(match said.kind {
        FeedInKind::Unpaid => FeedIn::Unpaid,
        FeedInKind::Paid => FeedIn::Paid(Price::new(said.price?).ok()?),
        FeedInKind::Netted => FeedIn::Netted,
    })
}

/// Its holidays among these dates.
pub(super) fn holidays(
    tariff: &TariffResource,
    validity: Validity,
) -> impl Iterator<Item = NaiveDate> + '_ {
    let all = tariff.definition.holidays.iter().copied();
    all.filter(move |date| validity.has(*date))
}
