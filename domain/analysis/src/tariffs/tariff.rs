//! A tariff.

use chrono::{NaiveDate, NaiveDateTime};

use super::{Currency, Fee, Holidays, Price, Rate};
use crate::units::Carrier;

/// More rates, charges and fees than bills have lines.
const MOST: usize = 64;
const LONGEST_NAME: usize = 200;

/// What happens to what is fed in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FeedIn {
    /// Nothing is paid.
    #[default]
    Unpaid,
    /// Each kWh is paid this.
    Paid(Price),
    /// It counts against what is drawn, at the price of the hour, also beyond it.
    Netted,
}

/// The local dates on which a tariff holds; `until` is the first on which it no longer does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Validity {
    pub from: Option<NaiveDate>,
    pub until: Option<NaiveDate>,
}

/// What a tariff is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TariffParts {
    pub name: String,
    pub carrier: Carrier,
    pub currency: Currency,
    pub validity: Validity,
    /// Prices per kWh; the first that holds counts. The last must always hold.
    pub energy: Vec<Rate>,
    /// Prices per kW and month, each of the highest mean of a quarter hour while it holds.
    pub demand: Vec<Rate>,
    pub fees: Vec<Fee>,
    pub feed_in: FeedIn,
}

/// A tariff that can be computed with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tariff(TariffParts);

/// Why these parts make no tariff.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotATariff {
    #[error("names must have 1 to {LONGEST_NAME} characters")]
    Name,
    #[error("two rates have the same name")]
    SameName,
    #[error("at most {MOST} rates, demand charges and fees each")]
    TooMany,
    #[error("the last energy rate must hold at all times")]
    NotAlways,
    #[error("it must end after it begins")]
    Validity,
    #[error("a demand charge must not be below zero")]
    NegativeDemand,
}

impl Validity {
    pub fn has(&self, date: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= date) && self.until.is_none_or(|until| date < until)
    }

    pub(super) fn overlaps(&self, other: &Self) -> bool {
        let ends_before = |one: &Self, other: &Self| match (one.until, other.from) {
            (Some(until), Some(from)) => until <= from,
            (None, _) | (_, None) => false,
        };
        !ends_before(self, other) && !ends_before(other, self)
    }
}

impl Tariff {
    /// # Errors
    /// When a name is missing or twice, there is a moment without a price, or it ends before it
    /// begins.
    pub fn new(parts: TariffParts) -> Result<Self, NotATariff> {
        let sizes = [parts.energy.len(), parts.demand.len(), parts.fees.len()];
        if sizes.iter().any(|size| *size > MOST) {
            return Err(NotATariff::TooMany);
        }
        check_names(&parts)?;
        if parts.energy.last().is_none_or(|last| !last.when.is_empty()) {
            return Err(NotATariff::NotAlways);
        }
        if parts
            .demand
            .iter()
            .any(|rate| rate.price < Price::default())
        {
            return Err(NotATariff::NegativeDemand);
        }
        match (parts.validity.from, parts.validity.until) {
            (Some(from), Some(until)) if until <= from => Err(NotATariff::Validity),
            _ => Ok(Self(parts)),
        }
    }

    pub fn parts(&self) -> &TariffParts {
        &self.0
    }

    /// The price of a kWh at that local time.
    pub fn energy_rate(&self, local: NaiveDateTime, holidays: &Holidays) -> &Rate {
        let rates = &self.0.energy;
        let holding = rates.iter().find(|rate| rate.holds(local, holidays));
        // The last always holds, so the index is never out of range.
        holding.unwrap_or(&rates[rates.len() - 1])
    }

    /// Whether its price depends on the time.
    pub(super) fn is_flat(&self) -> bool {
        self.0.energy.len() == 1 && self.0.validity == Validity::default()
    }
}

fn check_names(parts: &TariffParts) -> Result<(), NotATariff> {
    let sound = |name: &str| !name.trim().is_empty() && name.chars().count() <= LONGEST_NAME;
    let rates = || parts.energy.iter().chain(&parts.demand);
    if !sound(&parts.name) || !rates().all(|rate| sound(&rate.name)) {
        return Err(NotATariff::Name);
    }
    for rates in [&parts.energy, &parts.demand] {
        let mut names: Vec<&str> = rates.iter().map(|rate| rate.name.as_str()).collect();
        names.sort_unstable();
        if names.windows(2).any(|two| two[0] == two[1]) {
            return Err(NotATariff::SameName);
        }
    }
    Ok(())
}
