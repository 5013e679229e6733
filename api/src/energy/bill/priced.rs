//! Cost and CO2 of buckets, as they stand beside their kWh.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use flowgrid_analysis::tariffs::{Currency, Money};
use flowgrid_analysis::units::{Carrier, Exact};

use super::super::account::Whose;
use super::super::answer::EnergyBucket;
use super::account::Billed;
use super::load::Bills;

/// What slots come to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sum {
    pub costs: BTreeMap<Currency, Money>,
    /// Some of what flowed has no tariff.
    pub lacks_tariff: bool,
    pub co2_kg: Exact,
    /// Some of what was drawn has no factor.
    pub lacks_factor: bool,
}

impl Sum {
    pub fn add(&mut self, slot: &Billed) {
        let moved = slot.flow.unwrap_or_default();
        match &slot.cost {
            Some((currency, cost)) => *self.costs.entry(*currency).or_default() += cost.total(),
            None => self.lacks_tariff |= moved.drawn != Exact::ZERO || moved.fed_in != Exact::ZERO,
        }
        match slot.co2_kg {
            Some(kg) => self.co2_kg += kg,
            None => self.lacks_factor = true,
        }
    }

    pub fn merge(&mut self, other: &Self) {
        for (currency, money) in &other.costs {
            *self.costs.entry(*currency).or_default() += *money;
        }
        self.lacks_tariff |= other.lacks_tariff;
        self.co2_kg += other.co2_kg;
        self.lacks_factor |= other.lacks_factor;
    }

    /// The whole cost, if it is known and in one currency.
    pub fn cost(&self) -> Option<(Currency, f64)> {
        let mut all = self.costs.iter();
        match (all.next(), all.next()) {
            (Some((currency, money)), None) if !self.lacks_tariff => {
                Some((*currency, shown(*money)))
            }
            _ => None,
        }
    }

    /// kg, if all of it is known.
    pub fn co2_kg(&self) -> Option<f64> {
        (!self.lacks_factor).then(|| self.co2_kg.to_f64())
    }
}

/// To the millionth of the currency's unit.
pub fn shown(money: Money) -> f64 {
    money.rounded(6).to_f64()
}

/// What bills come to in the slots that begin in a stretch of time.
pub fn sum(bills: &Bills, whose: &Whose, from: DateTime<Utc>, to: DateTime<Utc>) -> Sum {
    let mut sum = Sum::default();
    for slot in slots(bills, whose) {
        if from <= slot.bucket.start && slot.bucket.start < to {
            sum.add(slot);
        }
    }
    sum
}

/// Fills cost and CO2 of buckets of buildings and carriers in: what single meters count has no cost of its own.
pub fn fill(all: &mut BTreeMap<Whose, Vec<EnergyBucket>>, bills: &Bills) {
    for (whose, buckets) in all {
        let mut sums = vec![Sum::default(); buckets.len()];
        for slot in slots(bills, whose) {
            let start = slot.bucket.start;
            let after = buckets.partition_point(|bucket| bucket.start <= start);
            let place = after.checked_sub(1);
            let place = place.filter(|at| buckets.get(*at).is_some_and(|one| start < one.end));
            if let Some(sum) = place.and_then(|at| sums.get_mut(at)) {
                sum.add(slot);
            }
        }
        for (bucket, sum) in buckets.iter_mut().zip(sums) {
            let cost = sum.cost();
            bucket.cost = cost.map(|(_, cost)| cost);
            bucket.currency = cost.map(|(currency, _)| currency.to_string());
            bucket.co2_kg = sum.co2_kg();
        }
    }
}

fn slots<'b>(bills: &'b Bills, whose: &'b Whose) -> impl Iterator<Item = &'b Billed> {
    let fits = |(building, carrier): &(String, Carrier)| {
        let here = whose
            .building
            .as_ref()
            .is_none_or(|asked| asked == building);
        here && whose.carrier.is_none_or(|asked| asked == *carrier)
    };
    let fitting = bills.all.iter().filter(move |(place, _)| fits(place));
    fitting.flat_map(|(_, bill)| &bill.slots)
}
