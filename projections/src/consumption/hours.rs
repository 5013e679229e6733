//! What meters came to, hour by hour.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use flowgrid_analysis::degree_days::Hour;
use flowgrid_analysis::meters::Usage;

use super::{ConsumptionError, Meters};
use crate::TenantTx;
use crate::readings::{self, DayTotal};

/// The most days of meters that one study reads: eleven years of three meters, some 90 MB.
pub const MOST_ROWS: i64 = 12_000;

/// An hour of which less was measured is unknown.
const WHOLE: f64 = 0.99;

/// The totals of all hours of these meters, from one local date to another, both whole.
///
/// # Errors
/// [`ConsumptionError::TooLong`] where that is more than [`MOST_ROWS`] days of meters; else when the read model
/// can't be read.
pub async fn hours_of(
    tx: &mut TenantTx,
    meters: &Meters,
    first: NaiveDate,
    last: NaiveDate,
) -> Result<Vec<DayTotal>, ConsumptionError> {
    let ids = meters.ids();
    let days = (last - first).num_days() + 1;
    if days.saturating_mul(ids.len() as i64) > MOST_ROWS {
        return Err(ConsumptionError::TooLong);
    }
    Ok(readings::hour_totals(tx, &ids, first, last).await?)
}

/// What these meters came to in each hour, in kWh, each kWh once. Hours that were not measured as a whole are
/// left out. A meter that never reported in all this time doesn't count.
pub fn used(meters: &Meters, totals: &[DayTotal]) -> Vec<Hour> {
    let heard: BTreeSet<&str> = totals.iter().map(|one| one.sensor_id.as_str()).collect();
    let meters = meters.only(|meter| heard.contains(meter.id.as_str()));
    let mut hours: BTreeMap<_, BTreeMap<&str, Usage>> = BTreeMap::new();
    for one in totals {
        let (bucket, rollup) = (one.total.bucket, &one.total.rollup);
        let usage = Usage {
            kwh: meters.kwh(&one.sensor_id, rollup.sum),
            coverage: rollup.coverage(bucket),
        };
        let hour = hours.entry(bucket.start).or_default();
        hour.insert(one.sensor_id.as_str(), usage);
    }
    let hour = |(start, counted)| {
        let balances = meters.tree.balances(&counted);
        let whole = balances.values().all(|balance| balance.coverage >= WHOLE);
        let kwh = balances.values().map(|balance| balance.consumed.to_f64());
        (whole && !balances.is_empty()).then(|| Hour {
            start,
            value: kwh.sum(),
        })
    };
    hours.into_iter().filter_map(hour).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use chrono::{DateTime, Utc};
    use chrono_tz::Tz;
    use flowgrid_analysis::buckets::BucketSize;
    use flowgrid_analysis::meters::{Flow, Meter, MeterTree, Rollup};
    use flowgrid_analysis::units::{Carrier, Conversion, Exact};

    use super::*;
    use crate::readings::Total;

    fn meters() -> Meters {
        let meter = |id: &str, parent: Option<&str>| Meter {
            id: id.to_owned(),
            building: "rathaus".to_owned(),
            carrier: Carrier::Electricity,
            flow: Flow::Drawn,
            parent: parent.map(str::to_owned),
        };
        let all = vec![
            meter("main", None),
            meter("lights", Some("main")),
            meter("silent", None),
        ];
        let kwh = Conversion::of("kWh", None).unwrap();
        let conversions = ["main", "lights"].map(|id| (id.to_owned(), kwh.clone()));
        Meters {
            quarter_hourly: BTreeSet::new(),
            tree: MeterTree::new(all).unwrap(),
            conversions: conversions.into(),
            zones: BTreeMap::new(),
            unconverted: Vec::new(),
        }
    }

    fn total(sensor: &str, hour: i64, kwh: i64, covered: f64) -> DayTotal {
        let start = DateTime::<Utc>::UNIX_EPOCH + chrono::TimeDelta::hours(hour);
        let bucket = BucketSize::Hour.bucket(start, Tz::UTC);
        DayTotal {
            sensor_id: sensor.to_owned(),
            date: start.date_naive(),
            total: Total {
                bucket,
                rollup: Rollup {
                    sum: Exact::whole(kwh),
                    covered_micros: (covered * bucket.micros() as f64) as i64,
                    ..Rollup::default()
                },
            },
        }
    }

    #[test]
    fn each_kwh_counts_once_and_hours_that_are_half_known_do_not() {
        let totals = [
            total("main", 0, 5, 1.0),
            total("lights", 0, 2, 1.0),
            total("main", 1, 7, 0.5),
            total("main", 2, 9, 1.0),
        ];
        let hours = used(&meters(), &totals);
        let values: Vec<f64> = hours.iter().map(|hour| hour.value).collect();
        assert_eq!(values, [5.0, 9.0]);
        assert!(used(&meters(), &[]).is_empty());
    }
}
