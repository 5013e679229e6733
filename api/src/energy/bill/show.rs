//! From bills to what callers see of them.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use flowgrid_analysis::buckets::{Bucket, BucketSize};
use flowgrid_analysis::tariffs::{Costs, Currency, Money};
use flowgrid_analysis::units::{Carrier, Exact};
use flowgrid_domain::tariffs::TariffResource;

use super::account::{Bill, Billed};
use super::answer::{
    CarrierCosts, Co2, Co2Used, CostBucket, CostLines, CurrencyTotal, DemandLine, EnergyLine,
    WithoutTariff,
};
use super::co2::NoFactor;
use super::priced::{Sum, shown};

/// A bill, in buckets of a size.
pub fn carrier_costs(
    carrier: Carrier,
    bill: &Bill,
    tariffs: &[TariffResource],
    (size, zone): (BucketSize, Tz),
) -> CarrierCosts {
    let whole = Gathered::of(&bill.slots);
    let lines = bill.costs.iter();
    let without = bill.without.iter().map(|one| WithoutTariff {
        from: one.span.start,
        to: one.span.end,
        kwh: one.kwh.to_f64(),
    });
    CarrierCosts {
        carrier: carrier.name(),
        drawn_kwh: whole.drawn.to_f64(),
        fed_in_kwh: whole.fed_in.to_f64(),
        coverage: whole.coverage(),
        costs: lines
            .map(|(currency, costs)| cost_lines(*currency, costs, tariffs))
            .collect(),
        buckets: buckets(&bill.slots, size, zone),
        without_tariff: without.collect(),
        co2: co2(carrier, bill, &whole),
    }
}

/// Amounts, by currency.
pub fn totals(costs: &BTreeMap<Currency, Money>) -> Vec<CurrencyTotal> {
    let each = costs.iter();
    each.map(|(currency, money)| CurrencyTotal {
        currency: currency.to_string(),
        cost: shown(*money),
    })
    .collect()
}

fn cost_lines(currency: Currency, costs: &Costs, tariffs: &[TariffResource]) -> CostLines {
    let name = |id: &str| {
        let known = tariffs.iter().find(|tariff| tariff.id == id);
        known.map_or_else(String::new, |tariff| tariff.definition.name.clone())
    };
    let mut energy: BTreeMap<(&str, &str), (Exact, Money)> = BTreeMap::new();
    for line in &costs.energy {
        let sum = energy.entry((&line.tariff, &line.rate)).or_default();
        *sum = (sum.0 + line.kwh, sum.1 + line.cost);
    }
    let energy = energy
        .into_iter()
        .map(|((id, rate), (kwh, cost))| EnergyLine {
            tariff_id: id.to_owned(),
            tariff: name(id),
            rate: rate.to_owned(),
            kwh: kwh.to_f64(),
            cost: shown(cost),
        });
    // A month of which nothing was heard has no peak.
    let demand = costs.demand.iter().filter(|line| line.kw != Exact::ZERO);
    let demand = demand.map(|line| DemandLine {
        tariff_id: line.tariff.clone(),
        tariff: name(&line.tariff),
        charge: line.charge.clone(),
        month: line.month.start,
        kw: line.kw.to_f64(),
        at: line.at,
        cost: shown(line.cost),
    });
    CostLines {
        currency: currency.to_string(),
        total: shown(costs.total),
        energy: energy.collect(),
        demand: demand.collect(),
        demand_is_estimated: costs.demand_is_estimated,
        fees: shown(costs.fees),
        feed_in_credit: shown(costs.feed_in.credit),
    }
}

fn buckets(slots: &[Billed], size: BucketSize, zone: Tz) -> Vec<CostBucket> {
    let bucket = |slot: &Billed| size.bucket(slot.bucket.start, zone);
    let chunks = slots.chunk_by(|one, next| bucket(one) == bucket(next));
    let shown = chunks.filter_map(|chunk| {
        let gathered = Gathered::of(chunk);
        let mut sum = Sum::default();
        chunk.iter().for_each(|slot| sum.add(slot));
        Some(CostBucket {
            start: chunk.first()?.bucket.start,
            end: chunk.last()?.bucket.end,
            drawn_kwh: gathered.drawn.to_f64(),
            fed_in_kwh: gathered.fed_in.to_f64(),
            coverage: gathered.coverage(),
            costs: totals(&sum.costs),
            co2_kg: sum.co2_kg(),
        })
    });
    shown.collect()
}

fn co2(carrier: Carrier, bill: &Bill, whole: &Gathered) -> Co2 {
    let reason = bill.no_factor.map(|missing| match missing {
        NoFactor::NoCountry => {
            "the building has no time zone that is a country's, and the tariff says no factor"
                .to_owned()
        }
        NoFactor::Unpublished(country) => {
            let carrier = carrier.name();
            format!("no factor of {carrier} in {country} is known, and the tariff says none")
        }
    });
    let used = bill.factors.iter().filter(|used| used.kwh != Exact::ZERO);
    let factors = used.map(|used| Co2Used {
        kg_per_kwh: used.emissions.kg_per_kwh.to_f64(),
        year: used.emissions.year,
        source: used.emissions.source.clone(),
        kwh: used.kwh.to_f64(),
    });
    Co2 {
        kg: whole.co2_kg.map(Exact::to_f64),
        factors: factors.collect(),
        reason,
    }
}

/// What slots come to beside money.
struct Gathered {
    drawn: Exact,
    fed_in: Exact,
    co2_kg: Option<Exact>,
    covered: f64,
    span: Option<Bucket>,
}

impl Gathered {
    fn of(slots: &[Billed]) -> Self {
        let flows = || {
            slots
                .iter()
                .filter_map(|slot| Some((slot.bucket, slot.flow?)))
        };
        let ends = slots.first().zip(slots.last());
        Self {
            drawn: flows().map(|(_, flow)| flow.drawn).sum(),
            fed_in: flows().map(|(_, flow)| flow.fed_in).sum(),
            co2_kg: slots.iter().map(|slot| slot.co2_kg).sum(),
            covered: flows()
                .map(|(bucket, flow)| flow.coverage.clamp(0.0, 1.0) * bucket.micros() as f64)
                .sum(),
            span: ends.map(|(first, last)| Bucket {
                start: first.bucket.start,
                end: last.bucket.end,
            }),
        }
    }

    fn coverage(&self) -> f64 {
        let whole = self.span.map_or(0, |span| span.micros()).max(1);
        (self.covered / whole as f64).clamp(0.0, 1.0)
    }
}
