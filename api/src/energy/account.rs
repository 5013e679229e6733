//! From the rollups of meters to what buildings, meters and carriers used.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use flowgrid_analysis::buckets::{Bucket, BucketSize};
use flowgrid_analysis::meters::Usage;
use flowgrid_analysis::units::{Carrier, Exact};
use flowgrid_projections::consumption::Meters;
use flowgrid_projections::readings::DayTotal;

use super::answer::EnergyBucket;
use super::range::{Group, Range};

/// Whose a series is.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Whose {
    pub building: Option<String>,
    pub meter: Option<String>,
    pub carrier: Option<Carrier>,
}

/// kWh and how much of the time was measured, of several parts.
#[derive(Clone, Copy, Debug, Default)]
struct Part {
    kwh: Exact,
    coverage: f64,
    parts: u32,
}

impl Part {
    fn add(&mut self, kwh: Exact, coverage: f64) {
        self.kwh += kwh;
        self.coverage += coverage;
        self.parts += 1;
    }

    fn coverage(&self) -> f64 {
        self.coverage / f64::from(self.parts.max(1))
    }
}

/// What meters counted in each bucket.
pub(super) type Counted<'t> = BTreeMap<Bucket, BTreeMap<&'t str, Sum>>;

#[derive(Clone, Copy, Default)]
pub(super) struct Sum {
    sum: Exact,
    covered_micros: i64,
    /// The largest reading, in the sensor's unit.
    pub max: Option<Exact>,
}

/// The buckets of each series, by time.
pub fn series(
    meters: &Meters,
    totals: &[DayTotal],
    range: &Range,
) -> BTreeMap<Whose, Vec<EnergyBucket>> {
    let mut all: BTreeMap<Whose, Vec<EnergyBucket>> = BTreeMap::new();
    for (bucket, counted) in gather(meters, totals, range.bucket) {
        let usages = usages(meters, bucket, &counted);
        for (whose, part) in parts(meters, &usages, range) {
            all.entry(whose).or_default().push(EnergyBucket {
                start: bucket.start,
                end: bucket.end,
                kwh: part.kwh.to_f64(),
                cost: None,
                currency: None,
                co2_kg: None,
                coverage: part.coverage(),
            });
        }
    }
    all
}

/// kWh, and how much of a stretch of time these buckets cover.
pub fn together(buckets: &[EnergyBucket], from: DateTime<Utc>, to: DateTime<Utc>) -> (f64, f64) {
    let kwh = buckets.iter().map(|bucket| bucket.kwh).sum();
    let seconds = |bucket: &EnergyBucket| (bucket.end - bucket.start).num_seconds() as f64;
    let covered: f64 = buckets
        .iter()
        .map(|bucket| bucket.coverage * seconds(bucket))
        .sum();
    let first = buckets
        .first()
        .map_or(from, |bucket| bucket.start.min(from));
    let last = buckets.last().map_or(to, |bucket| bucket.end.max(to));
    let whole = ((last - first).num_seconds() as f64).max(1.0);
    (kwh, (covered / whole).clamp(0.0, 1.0))
}

pub(super) fn gather<'t>(meters: &Meters, totals: &'t [DayTotal], size: BucketSize) -> Counted<'t> {
    let mut counted = Counted::new();
    let calendars = calendars(meters);
    let mut near: Option<(Bucket, Tz)> = None;
    for one in totals {
        let zone = calendars.get(one.sensor_id.as_str());
        let zone = zone.copied().unwrap_or(Tz::UTC);
        let start = one.total.bucket.start;
        let bucket = match near {
            Some((bucket, of)) if of == zone && bucket.contains(start) => bucket,
            Some(_) | None => size.bucket(start, zone),
        };
        near = Some((bucket, zone));
        let here = counted.entry(bucket).or_default();
        let sum = here.entry(one.sensor_id.as_str()).or_default();
        sum.sum += one.total.rollup.sum;
        sum.max = sum.max.max(one.total.rollup.max);
        sum.covered_micros += one
            .total
            .rollup
            .covered_micros
            .min(one.total.bucket.micros());
    }
    counted
}

/// The zone of each meter's building.
fn calendars(meters: &Meters) -> HashMap<&str, Tz> {
    let all = meters.tree.meters().iter();
    all.filter_map(|meter| Some((meter.id.as_str(), *meters.zones.get(&meter.building)?)))
        .collect()
}

pub(super) fn usages<'c>(
    meters: &Meters,
    bucket: Bucket,
    counted: &BTreeMap<&'c str, Sum>,
) -> BTreeMap<&'c str, Usage> {
    let usage = |id: &str, sum: &Sum| Usage {
        kwh: meters.kwh(id, sum.sum),
        coverage: sum.covered_micros as f64 / (bucket.micros() as f64).max(1.0),
    };
    counted
        .iter()
        .map(|(id, sum)| (*id, usage(id, sum)))
        .collect()
}

fn parts(meters: &Meters, usages: &BTreeMap<&str, Usage>, range: &Range) -> BTreeMap<Whose, Part> {
    let wanted = |carrier| range.carrier.is_none_or(|wanted| wanted == carrier);
    let mut parts: BTreeMap<Whose, Part> = BTreeMap::new();
    if range.group == Group::Meter || range.meter.is_some() {
        for meter in meters.tree.meters() {
            let asked = range.meter.as_ref().is_none_or(|id| *id == meter.id);
            if let (true, true, Some(usage)) =
                (asked, wanted(meter.carrier), usages.get(meter.id.as_str()))
            {
                let whose = Whose {
                    building: Some(meter.building.clone()),
                    meter: Some(meter.id.clone()),
                    carrier: Some(meter.carrier),
                };
                parts
                    .entry(whose)
                    .or_default()
                    .add(usage.kwh, usage.coverage);
            }
        }
        return parts;
    }
    for ((building, carrier), balance) in meters.tree.balances(usages) {
        // A building of which nothing was heard in this bucket has none.
        let heard = meters.tree.meters().iter().any(|meter| {
            (meter.building.as_str(), meter.carrier) == (building, carrier)
                && usages.contains_key(meter.id.as_str())
        });
        if wanted(carrier) && heard {
            let whose = whose(range.group, building, carrier);
            let part = parts.entry(whose).or_default();
            part.add(balance.consumed, balance.coverage);
        }
    }
    parts
}

fn whose(group: Group, building: &str, carrier: Carrier) -> Whose {
    match group {
        Group::Building | Group::Meter => Whose {
            building: Some(building.to_owned()),
            ..Whose::default()
        },
        Group::Carrier => Whose {
            carrier: Some(carrier),
            ..Whose::default()
        },
        Group::Total => Whose::default(),
    }
}
