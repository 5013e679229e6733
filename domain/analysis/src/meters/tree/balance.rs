//! What meters come to, each kWh once.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Flow, MeterTree};
use crate::units::{Carrier, Exact};

/// What a meter counted in a stretch of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Usage {
    pub kwh: Exact,
    /// How much of the time was measured, 0 to 1.
    pub coverage: f64,
}

/// A meter with what lies below it.
#[derive(Clone, Debug, PartialEq)]
pub struct MeterUse<'a> {
    pub id: &'a str,
    pub usage: Usage,
    /// What no sub-meter counted, of what it let through and what was produced behind it; `None`
    /// without sub-meters. Below zero if these count more, as meters that are read at other times
    /// may.
    pub unmetered: Option<Exact>,
}

/// What one building used of one carrier, in kWh.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Balance {
    /// From the network.
    pub drawn: Exact,
    pub produced: Exact,
    pub fed_in: Exact,
    /// What was used here: drawn and produced, less what was fed in. Where nothing that is
    /// produced is measured, what is fed in can't have been drawn, and is not taken away.
    pub consumed: Exact,
    /// The mean over the meters that count here, 0 to 1.
    pub coverage: f64,
}

/// Sums on the way to a balance.
#[derive(Default)]
struct Sums {
    balance: Balance,
    coverage: f64,
    meters: u32,
}

impl MeterTree {
    /// Every meter with what it counted, in the order they were handed in. One that has not
    /// reported stands for what its sub-meters must have drawn through it; `None` where these
    /// haven't reported either.
    pub fn uses(&self, counted: &BTreeMap<&str, Usage>) -> Vec<Option<MeterUse<'_>>> {
        let usages = self.usages(counted);
        let each = usages.iter().enumerate();
        each.map(|(index, usage)| {
            usage.map(|usage| MeterUse {
                id: &self.meters[index].id,
                usage,
                unmetered: self.unmetered(index, usage, &usages),
            })
        })
        .collect()
    }

    /// What each building used of each carrier. A sub-meter in another building counts there, and
    /// no more in the building of the meter above it: the buildings add up to what the meters
    /// without one above them drew.
    pub fn balances(&self, counted: &BTreeMap<&str, Usage>) -> BTreeMap<(&str, Carrier), Balance> {
        let usages = self.usages(counted);
        let mut sums: BTreeMap<(&str, Carrier), Sums> = BTreeMap::new();
        for (index, meter) in self.meters.iter().enumerate() {
            let above = self.parents[index].map(|parent| self.meters[parent].building.as_str());
            let is_part = meter.flow == Flow::Drawn && above == Some(meter.building.as_str());
            if is_part {
                continue;
            }
            let usage = usages[index];
            let own = sums.entry((&meter.building, meter.carrier)).or_default();
            own.count(meter.flow, usage);
            if let (Flow::Drawn, Some(above), Some(usage)) = (meter.flow, above, usage) {
                let other = sums.entry((above, meter.carrier)).or_default();
                other.balance.drawn -= usage.kwh;
            }
        }
        let finished = sums.into_iter();
        finished
            .map(|(place, sums)| (place, sums.finish()))
            .collect()
    }

    /// From the leaves upwards, so that the sub-meters of one that is silent are known.
    fn usages(&self, counted: &BTreeMap<&str, Usage>) -> Vec<Option<Usage>> {
        let mut usages: Vec<Option<Usage>> = vec![None; self.meters.len()];
        for index in self.downwards.iter().rev() {
            let own = counted.get(self.meters[*index].id.as_str()).copied();
            usages[*index] = own.or_else(|| self.together(*index, &usages));
        }
        usages
    }

    fn unmetered(&self, index: usize, usage: Usage, usages: &[Option<Usage>]) -> Option<Exact> {
        let below = self.through(index, usages);
        (!self.children[index].is_empty()).then(|| usage.kwh - below)
    }

    /// What its sub-meters say that a meter must have let through.
    fn through(&self, index: usize, usages: &[Option<Usage>]) -> Exact {
        let children = self.children[index].iter();
        let each = children.filter_map(|child| {
            let kwh = usages[*child]?.kwh;
            Some(match self.meters[*child].flow {
                Flow::Drawn | Flow::FedIn => kwh,
                Flow::Produced => -kwh,
            })
        });
        each.sum()
    }

    fn together(&self, index: usize, usages: &[Option<Usage>]) -> Option<Usage> {
        let children = &self.children[index];
        let known = || children.iter().filter_map(|child| usages[*child]);
        let coverage: f64 = known().map(|usage| usage.coverage).sum();
        known().next().map(|_| Usage {
            kwh: self.through(index, usages),
            coverage: coverage / children.len() as f64,
        })
    }
}

impl Sums {
    /// A meter that says nothing covers nothing.
    fn count(&mut self, flow: Flow, usage: Option<Usage>) {
        let usage = usage.unwrap_or_default();
        self.meters += 1;
        self.coverage += usage.coverage.clamp(0.0, 1.0);
        match flow {
            Flow::Drawn => self.balance.drawn += usage.kwh,
            Flow::Produced => self.balance.produced += usage.kwh,
            Flow::FedIn => self.balance.fed_in += usage.kwh,
        }
    }

    fn finish(self) -> Balance {
        let balance = self.balance;
        let fed_in_of_own = balance.fed_in.min(balance.produced);
        Balance {
            consumed: balance.drawn + balance.produced - fed_in_of_own,
            coverage: self.coverage / f64::from(self.meters.max(1)),
            ..balance
        }
    }
}
