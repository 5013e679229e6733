//! The bills of a question.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use flowgrid_analysis::buckets::{Bucket, BucketSize};
use flowgrid_analysis::units::Carrier;
use flowgrid_domain::tariffs::TariffResource;
use flowgrid_projections::consumption::Meters;
use flowgrid_projections::readings::DayTotal;
use flowgrid_projections::tariffs::{self, NoBooks};
use flowgrid_projections::{ModelName, TenantTx};

use super::super::consumption;
use super::super::range::Range;
use super::account::{Bill, Terms, bill};
use super::flows::flows;
use crate::context::{Access, Level};
use crate::error::ApiError;

/// The most days of meters whose hours one question prices: 27 meters for a year.
const MOST_DAYS: i64 = 10_000;

/// More hours or days of meters than these are computed apart from the threads that serve requests.
const MANY_SLOTS: i64 = 10_000;

/// The read models that these questions take.
pub const MODELS: [ModelName; 5] = [
    ModelName::Readings,
    ModelName::Sensors,
    ModelName::Buildings,
    ModelName::Alerts,
    ModelName::Tariffs,
];

/// What buildings owe, and for which time.
pub struct Bills {
    pub all: BTreeMap<(String, Carrier), Bill>,
    /// What of its buckets is billed: not what is yet to come.
    pub spans: BTreeMap<String, Bucket>,
    pub tariffs: Vec<TariffResource>,
}

/// Totals that are known already, and how fine they are.
pub type Known = Option<(BucketSize, Vec<DayTotal>)>;

/// The bills of all meters for the buckets that a range touches; `None` where these are too many hours.
///
/// # Errors
/// When the read models can't be asked.
pub async fn load<L: Level>(
    access: &Access<L>,
    tx: &mut TenantTx,
    meters: &Arc<Meters>,
    range: &Range,
    known: Known,
) -> Result<Option<Bills>, ApiError> {
    let tariffs = tariffs::all(tx).await?;
    let spans = spans(meters, range, access.now());
    let size = size(&tariffs, meters, range);
    let begin = spans.values().map(|span| span.start).min();
    let end = spans.values().map(|span| span.end).max();
    let Some(whole) = begin.zip(end) else {
        let all = BTreeMap::new();
        return Ok(Some(Bills {
            all,
            spans,
            tariffs,
        }));
    };
    let days = ((whole.1 - whole.0).num_days() + 1).saturating_mul(meters.count());
    if size == BucketSize::Hour && days > MOST_DAYS {
        return Ok(None);
    }
    let totals = match known {
        Some((fine, totals)) if fine == size => totals,
        Some(_) | None => consumption::read(tx, meters, size, whole).await?,
    };
    let (meters, carrier) = (Arc::clone(meters), range.carrier);
    let make = move || {
        let all = bills(&meters, &tariffs, &totals, &spans, (size, carrier))?;
        Ok::<_, NoBooks>(Bills {
            all,
            spans,
            tariffs,
        })
    };
    let slots = match size {
        BucketSize::Hour => days.saturating_mul(24),
        BucketSize::Day | BucketSize::Week | BucketSize::Month => days,
    };
    let made = if slots > MANY_SLOTS {
        access.study(make).await?
    } else {
        make()
    };
    made.map(Some).map_err(|missing| match missing {
        NoBooks::TooMany => ApiError::parameter("from", format!("is too early: {missing}")),
        NoBooks::Read(error) => error.into(),
    })
}

/// Where `None` would be no answer.
pub fn too_much() -> ApiError {
    let detail =
        "is too early to price the hours of so many meters: ask for fewer buildings, or less time";
    ApiError::parameter("from", detail)
}

fn bills(
    meters: &Meters,
    tariffs: &[TariffResource],
    totals: &[DayTotal],
    spans: &BTreeMap<String, Bucket>,
    (size, wanted): (BucketSize, Option<Carrier>),
) -> Result<BTreeMap<(String, Carrier), Bill>, NoBooks> {
    let mut all = BTreeMap::new();
    let mut flows = flows(meters, totals, size);
    let nothing = BTreeMap::new();
    let places: BTreeSet<(String, Carrier)> = meters
        .tree
        .meters()
        .iter()
        .map(|meter| (meter.building.clone(), meter.carrier))
        .filter(|(_, carrier)| wanted.is_none_or(|wanted| wanted == *carrier))
        .collect();
    for place in places {
        let Some(span) = spans.get(&place.0) else {
            continue;
        };
        let zone = meters.zones.get(&place.0).copied().unwrap_or(Tz::UTC);
        let terms = Terms {
            tariffs,
            zone,
            span: *span,
            size,
        };
        let flowed = flows.remove(&place);
        let made = bill(
            &terms,
            &place.0,
            place.1,
            flowed.as_ref().unwrap_or(&nothing),
        )?;
        all.insert(place, made);
    }
    Ok(all)
}

/// The buckets that a range touches on each building's calendar, up to the end of this hour.
fn spans(meters: &Meters, range: &Range, now: DateTime<Utc>) -> BTreeMap<String, Bucket> {
    let last = range.to - TimeDelta::milliseconds(1);
    let span = |zone: Tz| {
        let end = range.bucket.bucket(last, zone).end;
        let so_far = BucketSize::Hour.bucket(now, zone).end;
        let start = range.bucket.bucket(range.from, zone).start;
        let end = end.min(so_far);
        (start < end).then_some(Bucket { start, end })
    };
    let each = meters.zones.iter();
    each.filter_map(|(building, zone)| Some((building.clone(), span(*zone)?)))
        .collect()
}

/// How fine flows must be: to the hour where a price depends on it.
fn size(tariffs: &[TariffResource], meters: &Meters, range: &Range) -> BucketSize {
    let applies = |one: &TariffResource| {
        let ids = &one.definition.building_ids;
        ids.is_empty() || ids.iter().any(|id| meters.zones.contains_key(id))
    };
    let by_hour =
        |one: &TariffResource| one.definition.energy.len() > 1 || !one.definition.demand.is_empty();
    let hourly = tariffs.iter().any(|one| applies(one) && by_hour(one));
    if hourly || range.bucket == BucketSize::Hour {
        return BucketSize::Hour;
    }
    BucketSize::Day
}
