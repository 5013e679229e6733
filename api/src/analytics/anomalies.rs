//! Consumption unlike that of similar days.

use std::collections::BTreeSet;

use axum::response::Response;
use chrono::{DateTime, TimeDelta, Utc};
use flowgrid_analysis::insights::{self, Consumption, Evidence, Finding, Prices};
use flowgrid_analysis::units::Carrier;
use flowgrid_projections::Page;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::asked::{AnalyticsQuery, Asked};
use super::recommendations::PageQuery;
use super::study::{self, Depth, Known};
use super::words;
use crate::answer::{Listed, listed};
use crate::context::{Access, Viewer};
use crate::document::{QueryFailures, QueryHeaders};
use crate::error::ApiError;
use crate::request::{Params, Window};

/// What is looked at where nothing is said, in days.
pub(super) const USUAL: i64 = 30;
/// Similar days before are looked for so far back, in days: twenty working days and their weekends.
const NEIGHBOURS: i64 = 42;

/// Which of them.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only describes requests")]
struct ScoreQuery {
    /// Only those at least as strange.
    #[param(rename = "minScore", minimum = 0)]
    min_score: Option<f64>,
}

/// Hours that were unlike those of similar days around them.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Anomaly {
    building_id: String,
    /// electricity, gas or heat.
    carrier: &'static str,
    /// `highConsumption` or `lowConsumption`.
    #[serde(rename = "type")]
    #[schema(example = "highConsumption")]
    kind: &'static str,
    /// `low`, `medium` (score of 10) or `high` (of 20).
    severity: &'static str,
    /// When it began.
    pub timestamp: DateTime<Utc>,
    pub until: DateTime<Utc>,
    pub hours: usize,
    /// The same as `measuredKwh`.
    value: f64,
    pub measured_kwh: f64,
    /// The median of up to 28 similar days around it.
    pub expected_kwh: f64,
    /// How far its strangest hour is from what was expected, in robust standard deviations; negative below.
    #[schema(example = 14.2)]
    pub score: f64,
    /// The same in words.
    text: String,
}

/// Unusual consumption, the strangest first.
///
/// Each hour is compared with the same hour of up to 14 similar days (working or free) before and after it; hours in a
/// row that differ in the same way are one anomaly. At most 50 of each building and carrier, those of most kWh.
#[utoipa::path(
    get,
    path = "/api/v1/citypulse/analytics/anomalies",
    tag = "analytics",
    params(AnalyticsQuery, ScoreQuery, PageQuery, QueryHeaders),
    responses(
        (status = 200, description = "A page", body = Listed<Anomaly>,
            headers(("ETag" = String))),
        (status = 304, description = "Nothing changed since If-None-Match"),
        QueryFailures
    )
)]
pub async fn anomalies(access: Access<Viewer>, params: Params) -> Result<Response, ApiError> {
    let asked = Asked::read(&params, access.now(), USUAL)?;
    let window = Window::of(&params)?;
    let least: f64 = params.parsed("minScore", "a number")?.unwrap_or(0.0);
    if !(0.0..=1e6).contains(&least) {
        return Err(ApiError::parameter("minScore", "must be 0 to 1000000"));
    }
    let found = study::each(&access, &asked, depth(), of_building).await?;
    let mut found: Vec<Anomaly> = found.into_iter().flatten().collect();
    found.retain(|one| one.score.abs() >= least);
    found.sort_by(|a, b| b.score.abs().total_cmp(&a.score.abs()));
    let total = found.len() as u64;
    let shown = found.into_iter().skip(window.offset as usize);
    let items = shown.take(window.limit as usize).collect();
    listed(window, Page { items, total })
}

/// How much must be read to find them.
pub(super) fn depth() -> Depth {
    Depth {
        lead: TimeDelta::days(NEIGHBOURS),
        sensors: false,
    }
}

/// Those of a building that lie in the time asked for.
pub(super) fn of_building(asked: &Asked, known: &Known) -> Vec<Anomaly> {
    let mut all = Vec::new();
    for (carrier, hours) in &known.carriers {
        let from = asked.from - TimeDelta::days(NEIGHBOURS);
        let hours = Known::within(hours, from, asked.to);
        let consumption = Consumption::new(hours, known.zone, &BTreeSet::new());
        let found = insights::anomalies(&consumption, &Prices::default());
        let shown = found.iter().filter(|one| one.period.to > asked.from);
        all.extend(shown.filter_map(|one| Anomaly::of(&known.id, *carrier, one)));
    }
    all
}

impl Anomaly {
    fn of(building: &str, carrier: Carrier, finding: &Finding) -> Option<Self> {
        let Evidence::Anomaly {
            hours,
            measured_kwh,
            expected_kwh,
            score,
        } = finding.evidence
        else {
            return None;
        };
        Some(Self {
            building_id: building.to_owned(),
            carrier: carrier.name(),
            kind: if score > 0.0 {
                "highConsumption"
            } else {
                "lowConsumption"
            },
            severity: match score.abs() {
                size if size >= 20.0 => "high",
                size if size >= 10.0 => "medium",
                _ => "low",
            },
            timestamp: finding.period.from,
            until: finding.period.to,
            hours,
            value: measured_kwh,
            measured_kwh,
            expected_kwh,
            score,
            text: words::sentence(&finding.evidence),
        })
    }
}
