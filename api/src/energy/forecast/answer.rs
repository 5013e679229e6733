//! A forecast as callers see it.

use chrono::{DateTime, TimeDelta, Utc};
use flowgrid_analysis::forecast::{Family, Note, Step};
use flowgrid_projections::forecasts::Kept;
use serde::Serialize;
use utoipa::ToSchema;

/// A forecast, and the figures that it has earned.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ForecastView {
    pub building_id: String,
    /// Null where it is all that the building uses.
    pub sensor_id: Option<String>,
    /// Of the values: kWh in the hour, or the sensor's own.
    #[schema(example = "kWh")]
    pub unit: String,
    pub made_at: DateTime<Utc>,
    /// Just after the last hour that was known when it was made.
    pub valid_from: DateTime<Utc>,
    pub valid_to: DateTime<Utc>,
    /// The family of models that erred least in the backtest.
    #[schema(example = "regression")]
    pub family: &'static str,
    pub earned: EarnedView,
    /// What one should know of how it came about.
    pub notes: Vec<NoteView>,
    /// Hour after hour from `validFrom` on, as many as `horizon` says.
    pub points: Vec<PointView>,
}

/// How good it was on the newest weeks, which the choice of the family had not seen.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EarnedView {
    /// The mean absolute scaled error: 1 is as good as a naive forecast was in the time before. Null where nothing
    /// could be compared.
    #[schema(example = 0.71)]
    pub mase: Option<f64>,
    /// The best naive forecast of the same weeks, in hindsight.
    #[schema(example = "naiveWeekly")]
    pub naive: &'static str,
    #[schema(example = 0.98)]
    pub naive_mase: Option<f64>,
    /// The share of values that lay within their interval, and what it should be; 0 to 1.
    #[schema(example = 0.91)]
    pub coverage: Option<f64>,
    #[schema(example = 0.9)]
    pub level: f64,
    /// The weeks by which was judged, and how many values were compared.
    pub from: Option<DateTime<Utc>>,
    pub to: Option<DateTime<Utc>>,
    pub values: usize,
}

/// What one should know of a forecast.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NoteView {
    /// `shortHistory`, `gaps`, `constant`, `noTemperature`, `temperatureTaken` or `temperatureContinued`.
    pub note: &'static str,
    pub detail: String,
}

/// One hour.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PointView {
    /// Its beginning.
    pub timestamp: DateTime<Utc>,
    pub predicted: f64,
    /// How probable it is to lie between `lower` and `upper`, 0 to 1.
    pub confidence: f64,
    pub lower: f64,
    pub upper: f64,
}

impl ForecastView {
    /// The first `horizon` hours of it.
    pub fn of(building: String, sensor: Option<String>, kept: Kept, horizon: usize) -> Self {
        let level = kept.forecast.judgement.level;
        let points = kept.forecast.points.iter();
        let hours = TimeDelta::hours(points.len() as i64);
        let point = |(nth, point): (i64, &flowgrid_analysis::forecast::Point)| PointView {
            timestamp: kept.origin + TimeDelta::hours(nth),
            predicted: point.predicted,
            confidence: level,
            lower: point.lower,
            upper: point.upper,
        };
        Self {
            building_id: building,
            sensor_id: sensor,
            made_at: kept.made_at,
            valid_from: kept.origin,
            valid_to: kept.origin + hours,
            family: name(kept.forecast.family),
            earned: EarnedView::of(&kept),
            notes: kept.forecast.notes.iter().map(NoteView::of).collect(),
            points: (0..).zip(points.take(horizon)).map(point).collect(),
            unit: kept.unit,
        }
    }
}

impl EarnedView {
    fn of(kept: &Kept) -> Self {
        let judgement = &kept.forecast.judgement;
        Self {
            mase: judgement.mase,
            naive: name(judgement.naive),
            naive_mase: judgement.naive_mase,
            coverage: judgement.coverage,
            level: judgement.level,
            from: Step::hour(judgement.holdout.start),
            to: Step::hour(judgement.holdout.end),
            values: judgement.holdout.values,
        }
    }
}

impl NoteView {
    fn of(note: &Note) -> Self {
        let (note, detail) = match note {
            Note::ShortHistory { days } => (
                "shortHistory",
                format!("{days} days are known: only models that need little were tried"),
            ),
            Note::Gaps { share } => (
                "gaps",
                format!("{:.0} % of the hours are unknown", 100.0 * share),
            ),
            Note::Constant => ("constant", "it has always been the same".to_owned()),
            Note::NoTemperature => (
                "noTemperature",
                "the outdoor temperature isn't known: models do without".to_owned(),
            ),
            Note::TemperatureTaken => (
                "temperatureTaken",
                "the temperature ahead is taken as given".to_owned(),
            ),
            Note::TemperatureContinued => (
                "temperatureContinued",
                "the temperature ahead is continued from its past: no weather forecast is known"
                    .to_owned(),
            ),
        };
        Self { note, detail }
    }
}

fn name(family: Family) -> &'static str {
    match family {
        Family::NaiveDaily => "naiveDaily",
        Family::NaiveWeekly => "naiveWeekly",
        Family::Smoothing => "smoothing",
        Family::Regression => "regression",
        Family::Analogue => "analogue",
        Family::Average => "average",
    }
}
