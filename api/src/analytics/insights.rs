//! What changed, in words.

use axum::response::Response;
use chrono::{DateTime, Utc};
use flowgrid_projections::Page;
use serde::Serialize;
use utoipa::ToSchema;

use super::anomalies::USUAL;
use super::asked::{AnalyticsQuery, Asked};
use super::changes::{Change, changes, lead};
use super::recommendations::PageQuery;
use super::study::{self, Depth};
use crate::answer::{Listed, listed};
use crate::context::{Access, Viewer};
use crate::document::{QueryFailures, QueryHeaders};
use crate::error::ApiError;
use crate::request::{Params, Window};

/// Something that changed, and the figures of which the words are made.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Insight {
    /// `consumption`, `nightLoad`, `peak` or `scheduleDrift`.
    #[schema(example = "consumption")]
    kind: &'static str,
    #[schema(
        example = "Rathaus used 412 kWh of electricity a day, 12.4 % more than in the 30 days before (366 kWh). The weather makes 8.10 kWh a day of the difference of 45.5."
    )]
    text: String,
    building_id: String,
    /// electricity, gas or heat.
    carrier: &'static str,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    /// Of `now` and `before`.
    #[schema(example = "kWh a day")]
    unit: &'static str,
    #[schema(example = 411.6)]
    now: f64,
    /// The same length of time before; of a schedule, all working days before the last twenty.
    #[schema(example = 366.1)]
    before: f64,
    #[schema(example = 12.4)]
    change_percent: Option<f64>,
    /// How much of the difference the weather makes, in the same unit; null where that can't be said.
    #[schema(example = 8.1)]
    weather_part: Option<f64>,
    /// What it comes to in the time asked for: insights are ranked by its size.
    #[schema(example = 1_365.0)]
    kwh: f64,
}

/// What changed against the same length of time before, most kWh first.
///
/// Consumption (and how much of the difference the weather makes), load at night, highest hour, working hours: what
/// differs by less than 5 %, or of which less than 80 % is known, is left out.
#[utoipa::path(
    get,
    path = "/api/v1/citypulse/analytics/insights",
    tag = "analytics",
    params(AnalyticsQuery, PageQuery, QueryHeaders),
    responses(
        (status = 200, description = "A page", body = Listed<Insight>,
            headers(("ETag" = String))),
        (status = 304, description = "Nothing changed since If-None-Match"),
        QueryFailures
    )
)]
pub async fn insights(access: Access<Viewer>, params: Params) -> Result<Response, ApiError> {
    let asked = Asked::read(&params, access.now(), USUAL)?;
    let window = Window::of(&params)?;
    let depth = Depth {
        lead: lead(&asked),
        sensors: false,
    };
    let found = study::each(&access, &asked, depth, changes).await?;
    let found = ranked(&asked, found.into_iter().flatten().collect());
    let total = found.len() as u64;
    let shown = found.into_iter().skip(window.offset as usize);
    let items = shown.take(window.limit as usize).collect();
    listed(window, Page { items, total })
}

/// Most kWh first.
pub(super) fn ranked(asked: &Asked, mut changes: Vec<Change>) -> Vec<Insight> {
    changes.sort_by(|a, b| b.kwh.abs().total_cmp(&a.kwh.abs()));
    let each = changes.into_iter();
    each.map(|change| Insight::of(asked, change)).collect()
}

impl Insight {
    fn of(asked: &Asked, change: Change) -> Self {
        let percent = 100.0 * (change.now - change.before) / change.before;
        Self {
            kind: change.kind,
            text: change.text,
            building_id: change.building,
            carrier: change.carrier.name(),
            from: asked.from,
            to: asked.to,
            unit: change.unit,
            now: change.now,
            before: change.before,
            change_percent: (change.before > 0.0).then_some(percent),
            weather_part: change.weather,
            kwh: change.kwh,
        }
    }
}
