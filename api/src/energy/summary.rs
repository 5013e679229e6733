//! Now, today and this month.

use std::sync::Arc;

use axum::response::Response;
use chrono::{DateTime, Utc};
use flowgrid_analysis::buckets::BucketSize;
use flowgrid_projections::consumption::Meters;
use utoipa::IntoParams;

use super::account::Whose;
use super::answer::{Before, EnergyBucket, EnergySummary, Period};
use super::bill::{self, Bills, MODELS};
use super::range::{Group, Range};
use super::so_far::{Begins, hours, power_now, used};
use crate::answer::{Success, read_json};
use crate::context::{Access, Viewer};
use crate::document::{QueryFailures, QueryHeaders};
use crate::error::ApiError;
use crate::request::Params;

/// Of which building.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only describes requests")]
pub struct SummaryQuery {
    /// The building's id; also `buildingId`. All buildings together without it.
    building: Option<String>,
}

/// What buildings use now, today and this month, each beside the same time before.
///
/// Days and months are those of each building's calendar.
#[utoipa::path(
    get,
    path = "/api/v1/citypulse/energy/summary",
    tag = "energy",
    params(SummaryQuery, QueryHeaders),
    responses(
        (status = 200, description = "The summary", body = Success<EnergySummary>,
            headers(("ETag" = String))),
        (status = 304, description = "Nothing changed since If-None-Match"),
        QueryFailures
    )
)]
pub async fn energy_summary(access: Access<Viewer>, params: Params) -> Result<Response, ApiError> {
    let building = params.any_of(&["building", "buildingId"]).map(|(_, id)| id);
    let now = access.now();
    let mut tx = access.query(&MODELS).await?;
    let meters = Arc::new(Meters::load(&mut tx, building).await?);
    let bills = bill::load(&access, &mut tx, &meters, &this_month(&meters, now), None).await?;
    let mut sums = Sums::default();
    for (place, zone) in &meters.zones {
        let begins = Begins::of(now, *zone);
        let span = (begins.last_month, now);
        let hours = hours(&mut tx, &meters, (place, *zone), span).await?;
        sums.add(&hours, &begins, now);
        if let Some(bills) = &bills {
            sums.price(bills, place, &begins, now);
        }
    }
    drop(tx);
    read_json(&Success::of(sums.summary(building)), None)
}

/// What the buildings come to.
#[derive(Default)]
struct Sums {
    power_kw: Option<f64>,
    today: Compared,
    month: Compared,
}

/// kWh and coverage of buildings, and the same of the time before.
#[derive(Default)]
struct Compared {
    now: (f64, f64),
    /// `None` where it was not computed.
    price: Option<bill::Sum>,
    before: (f64, f64),
    buildings: f64,
}

impl Sums {
    fn add(&mut self, hours: &[EnergyBucket], begins: &Begins, now: DateTime<Utc>) {
        if let Some(power) = power_now(hours, now) {
            *self.power_kw.get_or_insert(0.0) += power;
        }
        let used = |from, to| used(hours, from, to);
        self.today.add(
            used(begins.today, now),
            used(begins.yesterday, begins.so_far_yesterday),
        );
        self.month.add(
            used(begins.month, now),
            used(begins.last_month, begins.so_far_last_month),
        );
    }

    fn price(&mut self, bills: &Bills, place: &str, begins: &Begins, now: DateTime<Utc>) {
        let whose = Whose {
            building: Some(place.to_owned()),
            ..Whose::default()
        };
        for (period, from) in [
            (&mut self.today, begins.today),
            (&mut self.month, begins.month),
        ] {
            let sum = bill::sum(bills, &whose, from, now);
            period.price.get_or_insert_default().merge(&sum);
        }
    }

    fn summary(&self, building: Option<&str>) -> EnergySummary {
        EnergySummary {
            building_id: building.map(str::to_owned),
            power_kw: self.power_kw,
            today: self.today.period(),
            month: self.month.period(),
        }
    }
}

impl Compared {
    fn add(&mut self, now: (f64, f64), before: (f64, f64)) {
        self.now = (self.now.0 + now.0, self.now.1 + now.1);
        self.before = (self.before.0 + before.0, self.before.1 + before.1);
        self.buildings += 1.0;
    }

    fn period(&self) -> Period {
        let buildings = self.buildings.max(1.0);
        let cost = self.price.as_ref().and_then(bill::Sum::cost);
        Period {
            kwh: self.now.0,
            cost: cost.map(|(_, cost)| cost),
            currency: cost.map(|(currency, _)| currency.to_string()),
            co2_kg: self.price.as_ref().and_then(bill::Sum::co2_kg),
            coverage: self.now.1 / buildings,
            previous: Before::of(self.now.0, self.before.0, self.before.1 / buildings),
        }
    }
}

/// The hours since the first month of any building began.
fn this_month(meters: &Meters, now: DateTime<Utc>) -> Range {
    let begin = meters
        .zones
        .values()
        .map(|zone| Begins::of(now, *zone).month);
    Range {
        from: begin.min().unwrap_or(now),
        to: now,
        ..Range::all(BucketSize::Hour, Group::Building)
    }
}
