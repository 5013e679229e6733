//! Of which buildings and which time.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use flowgrid_analysis::buckets::BucketSize;
use flowgrid_analysis::units::Carrier;
use utoipa::IntoParams;

use crate::error::ApiError;
use crate::request::{Params, TimeRange};

/// The longest time that is looked at, and the shortest, in days.
const LONGEST: i64 = 800;
const SHORTEST: i64 = 1;

/// Which buildings, and which time.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only describes requests")]
pub struct AnalyticsQuery {
    /// The building's id; also `buildingId`. All buildings with meters without it, where there are at most 50.
    building: Option<String>,
    /// electricity, gas or heat.
    carrier: Option<String>,
    from: Option<DateTime<Utc>>,
    /// The end of this hour, by default.
    to: Option<DateTime<Utc>>,
    /// 24h, 7d or 30d, instead of `from`.
    #[param(rename = "timeRange")]
    time_range: Option<String>,
}

/// What was asked for.
#[derive(Clone, Debug)]
pub struct Asked {
    pub building: Option<String>,
    pub carrier: Option<Carrier>,
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
}

impl Asked {
    pub fn read(params: &Params, now: DateTime<Utc>, usual_days: i64) -> Result<Self, ApiError> {
        // Not this very moment: the same question would have another answer each time.
        let hour = BucketSize::Hour.bucket(now, Tz::UTC).end;
        let until = hour - TimeDelta::minutes(5);
        let range = TimeRange::of(params, until, TimeDelta::days(usual_days))?;
        let length = range.to - range.from;
        if length > TimeDelta::days(LONGEST) || length < TimeDelta::days(SHORTEST) {
            let detail = format!("must be {SHORTEST} to {LONGEST} days before to");
            return Err(ApiError::parameter("from", detail));
        }
        if range.from.timestamp() < 0 {
            return Err(ApiError::parameter("from", "must not be before 1970"));
        }
        let building = params.any_of(&["building", "buildingId"]);
        Ok(Self {
            building: building.map(|(_, id)| id.to_owned()),
            carrier: params.parsed("carrier", "electricity, gas or heat")?,
            from: range.from,
            to: range.to,
        })
    }

    /// The same length of time before.
    pub fn before(&self) -> (DateTime<Utc>, DateTime<Utc>) {
        (self.from - (self.to - self.from), self.from)
    }
}
