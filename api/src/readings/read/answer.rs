//! Readings as the API shows them.

use chrono::{DateTime, Utc};
use flowgrid_domain::readings::Quality;
use serde::Serialize;
use utoipa::ToSchema;

/// Readings or buckets, and where they end.
#[derive(Debug, Serialize, ToSchema)]
pub struct Series<T> {
    /// Always true.
    #[schema(example = true)]
    pub success: bool,
    pub data: Vec<T>,
    pub pagination: TimeKeyset,
}

/// Where a page by time ends.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TimeKeyset {
    pub limit: usize,
    /// Hand it back as `cursor` for what follows, now or later; null of a page that holds nothing.
    #[schema(example = "2026-05-01T00:00:00.001Z")]
    pub cursor: Option<String>,
    /// More is there already.
    pub has_more: bool,
}

/// One reading, as it was reported.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReadingResource {
    #[schema(example = "main-meter")]
    pub sensor_id: String,
    pub timestamp: DateTime<Utc>,
    /// In the sensor's unit.
    pub value: f64,
    pub quality: Quality,
}

/// What came together in a bucket.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BucketResource {
    pub start: DateTime<Utc>,
    pub end: DateTime<Utc>,
    /// The amount, in the sensor's unit; null of what is measured at moments.
    pub sum: Option<f64>,
    /// The mean over time, in the sensor's unit; null of what adds up, and where nothing is known.
    pub mean: Option<f64>,
    pub min: Option<f64>,
    pub max: Option<f64>,
    pub first: Option<f64>,
    pub last: Option<f64>,
    /// How many readings begin in it.
    pub count: u64,
    /// How much of it readings account for, 0 to 1.
    #[schema(minimum = 0, maximum = 1)]
    pub coverage: f64,
}

/// One of both.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only describes answers")]
pub enum ReadingsAnswer {
    Readings(Series<ReadingResource>),
    Buckets(Series<BucketResource>),
}
