//! What would save most.

use std::collections::BTreeSet;

use axum::response::Response;
use chrono::{DateTime, TimeDelta, Utc};
use flowgrid_analysis::tariffs::Currency;
use flowgrid_projections::Page;
use serde::Serialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::asked::{AnalyticsQuery, Asked};
use super::findings::{Found, findings};
use super::study::{self, Depth};
use super::words;
use crate::answer::{Listed, listed};
use crate::context::{Access, Viewer};
use crate::document::{QueryFailures, QueryHeaders};
use crate::error::ApiError;
use crate::request::{Params, Window};

/// What is looked at where nothing is said, in days.
const USUAL: i64 = 365;

/// Which part of a list.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only describes requests")]
pub(super) struct PageQuery {
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// Also `skip`, or `page` from 1.
    #[param(minimum = 0, maximum = 1_000_000, default = 0)]
    offset: Option<u32>,
}

/// Something that is worth doing, and the figures that say so.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Recommendation {
    /// From 1, the most worthwhile first.
    #[schema(example = 1)]
    rank: usize,
    /// `nightLoad`, `weekendLoad`, `heatingSensitivity`, `coolingSensitivity`, `scheduleDrift`, `peaks`,
    /// `stuckSensor` or `driftingSensor`.
    #[schema(example = "nightLoad")]
    kind: &'static str,
    building_id: String,
    /// electricity, gas or heat; null of a sensor.
    carrier: Option<&'static str>,
    /// Null of consumption.
    sensor_id: Option<String>,
    #[schema(example = "Find out what is left on on most nights.")]
    title: &'static str,
    /// What was seen, in words.
    #[schema(
        example = "At night (0:00 to 5:00) usually 12.0 kW run, on the quietest tenth of 56 nights 2.00 kW; in working hours it is 20.0 kW."
    )]
    text: String,
    /// The same as figures, by `kind`.
    #[schema(value_type = Object)]
    evidence: Value,
    /// The time that was looked at.
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    /// What acting on it would save in a year.
    #[schema(example = 18_250.0)]
    kwh_per_year: f64,
    /// The same in money, by the tariff of the last day: its mean price, and of peaks its demand charge. Null without
    /// one.
    money_per_year: Option<f64>,
    /// Of `moneyPerYear`.
    #[schema(example = "EUR")]
    currency: Option<String>,
    /// How sure, 0 to 1: how much there was to look at, and how clearly it stands out.
    #[schema(example = 0.93)]
    confidence: f64,
    /// How many nights, days, months, weeks or hours that was, and how many would be enough.
    samples: usize,
    wanted: usize,
}

/// What would save most, ranked by money a year (kWh, without tariffs or with several currencies) times
/// confidence.
///
/// Loads at night and on weekends, heating and cooling, hours that have become longer, peaks, and sensors that are
/// stuck or drift from others of their kind. Looks at the last year unless said otherwise.
#[utoipa::path(
    get,
    path = "/api/v1/citypulse/energy/recommendations",
    tag = "energy",
    params(AnalyticsQuery, PageQuery, QueryHeaders),
    responses(
        (status = 200, description = "A page", body = Listed<Recommendation>,
            headers(("ETag" = String))),
        (status = 304, description = "Nothing changed since If-None-Match"),
        QueryFailures
    )
)]
pub async fn recommendations(access: Access<Viewer>, params: Params) -> Result<Response, ApiError> {
    let asked = Asked::read(&params, access.now(), USUAL)?;
    let window = Window::of(&params)?;
    let depth = Depth {
        lead: TimeDelta::zero(),
        sensors: true,
    };
    let found = study::each(&access, &asked, depth, findings).await?;
    let mut found: Vec<Found> = found.into_iter().flatten().collect();
    rank(&mut found);
    let total = found.len() as u64;
    let shown = (1..).zip(found);
    let shown = shown
        .skip(window.offset as usize)
        .take(window.limit as usize);
    let items: Result<Vec<_>, _> = shown.map(Recommendation::of).collect();
    let items = items?;
    listed(window, Page { items, total })
}

/// The most worthwhile first. With prices in one currency, what has none comes last.
fn rank(found: &mut [Found]) {
    let currencies: BTreeSet<Currency> = found.iter().filter_map(|one| one.currency).collect();
    let priced = currencies.len() == 1;
    let worth = |one: &Found| {
        let finding = &one.finding;
        let amount = if priced {
            finding.money_per_year.unwrap_or(0.0)
        } else {
            finding.kwh_per_year
        };
        amount * finding.confidence.value
    };
    found.sort_by(|a, b| worth(b).total_cmp(&worth(a)));
}

impl Recommendation {
    fn of((rank, found): (usize, Found)) -> Result<Self, ApiError> {
        let Found { finding, .. } = &found;
        let mut evidence = serde_json::to_value(&finding.evidence).map_err(ApiError::internal)?;
        if let (Some(fields), Some(unit)) = (evidence.as_object_mut(), &found.unit) {
            fields.insert("unit".to_owned(), Value::from(unit.clone()));
        }
        Ok(Self {
            rank,
            kind: words::kind(&finding.evidence),
            carrier: found.carrier.map(|carrier| carrier.name()),
            title: words::advice(&finding.evidence),
            text: words::sentence(&finding.evidence),
            evidence,
            from: finding.period.from,
            to: finding.period.to,
            kwh_per_year: finding.kwh_per_year,
            money_per_year: finding.money_per_year,
            currency: found.currency.map(|currency| currency.code().to_owned()),
            confidence: finding.confidence.value,
            samples: finding.confidence.samples,
            wanted: finding.confidence.wanted,
            building_id: found.building,
            sensor_id: found.sensor,
        })
    }
}
