//! How buildings do.

use axum::response::Response;
use chrono::{DateTime, Utc};
use flowgrid_analysis::degree_days::Hour;
use serde::Serialize;
use utoipa::ToSchema;

use super::anomalies::{self, Anomaly, USUAL};
use super::asked::{AnalyticsQuery, Asked};
use super::changes::{Change, changes, lead};
use super::insights::{Insight, ranked};
use super::study::{self, Depth, Known};
use crate::answer::{Success, read_json};
use crate::context::{Access, Viewer};
use crate::document::{QueryFailures, QueryHeaders};
use crate::error::ApiError;
use crate::request::Params;

/// The most insights and anomalies of an overview.
const MOST: usize = 10;

/// How buildings do, and what is worth a look.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Analytics {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    /// Of all buildings together.
    total_kwh: f64,
    /// The same length of time before.
    previous_kwh: f64,
    /// Null where then was nothing.
    change_percent: Option<f64>,
    /// Those that used most come first.
    buildings: Vec<BuildingAnalytics>,
    /// The ten of most kWh; all at `/analytics/insights`.
    insights: Vec<Insight>,
    /// The ten strangest; all at `/analytics/anomalies`.
    anomalies: Vec<Anomaly>,
}

/// How one building does.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BuildingAnalytics {
    building_id: String,
    name: String,
    kwh: f64,
    /// How much of the time was measured, 0 to 1: the mean of its carriers.
    coverage: f64,
    previous_kwh: f64,
    /// Null where then was nothing.
    change_percent: Option<f64>,
    /// Null where the building's area isn't known.
    kwh_per_m2: Option<f64>,
    /// The highest hour of all carriers together, and when that was.
    peak_kw: Option<f64>,
    peak_at: Option<DateTime<Utc>>,
    anomalies: usize,
}

/// How buildings do: consumption against the time before, peaks, insights and anomalies.
#[utoipa::path(
    get,
    path = "/api/v1/citypulse/analytics",
    tag = "analytics",
    params(AnalyticsQuery, QueryHeaders),
    responses(
        (status = 200, description = "The overview", body = Success<Analytics>,
            headers(("ETag" = String))),
        (status = 304, description = "Nothing changed since If-None-Match"),
        QueryFailures
    )
)]
pub async fn analytics(access: Access<Viewer>, params: Params) -> Result<Response, ApiError> {
    let asked = Asked::read(&params, access.now(), USUAL)?;
    let depth = Depth {
        lead: lead(&asked).max(anomalies::depth().lead),
        sensors: false,
    };
    let seen = study::each(&access, &asked, depth, look).await?;
    read_json(&Success::of(Analytics::of(&asked, seen)), None)
}

/// What is seen of one building.
struct Seen {
    building: BuildingAnalytics,
    changes: Vec<Change>,
    anomalies: Vec<Anomaly>,
}

fn look(asked: &Asked, known: &Known) -> Seen {
    let anomalies = anomalies::of_building(asked, known);
    Seen {
        building: BuildingAnalytics::of(asked, known, anomalies.len()),
        changes: changes(asked, known),
        anomalies,
    }
}

impl Analytics {
    fn of(asked: &Asked, seen: Vec<Seen>) -> Self {
        let (mut buildings, mut changes, mut anomalies) = (Vec::new(), Vec::new(), Vec::new());
        for one in seen {
            buildings.push(one.building);
            changes.extend(one.changes);
            anomalies.extend(one.anomalies);
        }
        buildings.sort_by(|a, b| b.kwh.total_cmp(&a.kwh));
        anomalies.sort_by(|a, b| b.score.abs().total_cmp(&a.score.abs()));
        anomalies.truncate(MOST);
        let mut insights = ranked(asked, changes);
        insights.truncate(MOST);
        let total_kwh = buildings.iter().map(|building| building.kwh).sum();
        let previous_kwh = buildings.iter().map(|building| building.previous_kwh).sum();
        Self {
            from: asked.from,
            to: asked.to,
            total_kwh,
            previous_kwh,
            change_percent: percent(total_kwh, previous_kwh),
            buildings,
            insights,
            anomalies,
        }
    }
}

impl BuildingAnalytics {
    fn of(asked: &Asked, known: &Known, anomalies: usize) -> Self {
        let kwh = |from, to| -> f64 {
            let all = known.carriers.iter();
            let hours = all.flat_map(|(_, hours)| Known::within(hours, from, to));
            hours.map(|hour| hour.value).sum()
        };
        let (from, until) = asked.before();
        let (now, before) = (kwh(asked.from, asked.to), kwh(from, until));
        let peak = peak(asked, known);
        let area = known.area.filter(|area| *area > 0.0);
        Self {
            building_id: known.id.clone(),
            name: known.name.clone(),
            kwh: now,
            coverage: coverage(asked, known),
            previous_kwh: before,
            change_percent: percent(now, before),
            kwh_per_m2: area.map(|area| now / area),
            peak_kw: peak.map(|hour| hour.value),
            peak_at: peak.map(|hour| hour.start),
            anomalies,
        }
    }
}

fn percent(now: f64, before: f64) -> Option<f64> {
    (before > 0.0).then(|| 100.0 * (now - before) / before)
}

fn coverage(asked: &Asked, known: &Known) -> f64 {
    let all = known.carriers.iter();
    let measured: usize = all
        .map(|(_, hours)| Known::within(hours, asked.from, asked.to).len())
        .sum();
    let hours = (asked.to - asked.from).num_hours().max(1) as f64;
    let carriers = known.carriers.len().max(1) as f64;
    (measured as f64 / hours / carriers).clamp(0.0, 1.0)
}

/// The highest hour of all carriers together.
fn peak(asked: &Asked, known: &Known) -> Option<Hour> {
    let mut together = std::collections::BTreeMap::new();
    for (_, hours) in &known.carriers {
        for hour in Known::within(hours, asked.from, asked.to) {
            *together.entry(hour.start).or_insert(0.0) += hour.value;
        }
    }
    let hours = together
        .into_iter()
        .map(|(start, value)| Hour { start, value });
    hours.max_by(|a, b| a.value.total_cmp(&b.value))
}
