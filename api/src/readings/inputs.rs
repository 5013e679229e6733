//! The bodies and parameters of readings, as the document shows them.

use chrono::{DateTime, Utc};
use flowgrid_domain::readings::OnConflict;
use utoipa::{IntoParams, ToSchema};

/// A reading.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only describes requests")]
pub struct ReadingInput {
    /// Needed where the path names no sensor.
    #[schema(example = "main-meter", pattern = "^[a-z0-9][a-z0-9-]{0,62}$")]
    sensor_id: Option<String>,
    /// The start of the reading's period, with any offset; also `time`.
    #[schema(example = "2026-05-01T00:00:00Z")]
    timestamp: DateTime<Utc>,
    /// In the sensor's unit.
    #[schema(example = 1.25)]
    value: f64,
    /// `measured` when absent.
    quality: Option<ReportedQuality>,
}

/// What a sender may say of a value.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only describes requests")]
pub enum ReportedQuality {
    Measured,
    Estimated,
}

/// What is to become of readings.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only describes requests")]
pub struct ReadingsQuery {
    /// What becomes of a reading whose sensor has another value of its time: the first stays (`ignore`),
    /// the request is refused (`reject`), or the newer one counts (`correct`, for managers).
    #[param(rename = "onConflict", inline, required = false)]
    on_conflict: OnConflict,
    /// Records nothing, and says what would have been.
    #[param(rename = "dryRun", required = false)]
    dry_run: bool,
}

/// Which readings of a sensor.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only describes requests")]
pub struct ReadingsOfSensorQuery {
    /// At or after this time; without it, and without `timeRange`, a day before `to` (of days, weeks and
    /// months: 30 days, 26 weeks, a year).
    from: Option<DateTime<Utc>>,
    /// Before this time; now without it.
    to: Option<DateTime<Utc>>,
    /// `1h`, `24h`, `7d` or `30d` before `to`.
    #[param(rename = "timeRange")]
    time_range: Option<String>,
    /// `hour`, `day`, `week` or `month`; also `interval`.
    bucket: Option<String>,
    /// As a page before answered it.
    cursor: Option<DateTime<Utc>>,
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
}

/// Readings to replace or void.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only describes requests")]
pub struct CorrectionsInput {
    /// Why; everybody who sees the readings sees it.
    #[schema(
        min_length = 1,
        max_length = 500,
        example = "the meter was read wrongly"
    )]
    reason: String,
    /// What takes the place of what was there, if anything was.
    #[schema(max_items = 10_000)]
    replace: Option<Vec<ReplacementInput>>,
    /// What is no reading any more.
    #[schema(max_items = 10_000)]
    void: Option<Vec<VoidInput>>,
}

/// A value in another's place.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only describes requests")]
pub struct ReplacementInput {
    #[schema(example = "main-meter")]
    sensor_id: String,
    timestamp: DateTime<Utc>,
    /// In the sensor's unit.
    #[schema(example = 1.2)]
    value: f64,
}

/// A reading to void.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only describes requests")]
pub struct VoidInput {
    #[schema(example = "main-meter")]
    sensor_id: String,
    timestamp: DateTime<Utc>,
}
