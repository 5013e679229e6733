//! Which time, in which buckets, of what.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use flowgrid_analysis::buckets::{BucketSize, date};
use flowgrid_analysis::units::Carrier;

use crate::error::ApiError;
use crate::request::Params;

/// The most buckets of a series: a year of hours.
const MOST_BUCKETS: i64 = 9_000;

/// By what series are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    Building,
    Meter,
    Carrier,
    /// Everything added up.
    Total,
}

/// What was asked for.
#[derive(Clone, Debug)]
pub struct Range {
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
    pub bucket: BucketSize,
    pub group: Group,
    pub carrier: Option<Carrier>,
    pub meter: Option<String>,
    pub building: Option<String>,
    /// Compared with the same length of time before.
    pub compare: bool,
}

impl Range {
    pub fn read(params: &Params, now: DateTime<Utc>) -> Result<Self, ApiError> {
        Self::read_in(params, now, BucketSize::Day)
    }

    /// The same with other buckets where none are asked for.
    pub fn read_in(
        params: &Params,
        now: DateTime<Utc>,
        otherwise: BucketSize,
    ) -> Result<Self, ApiError> {
        let bucket = params
            .parsed("bucket", "hour, day, week or month")?
            .unwrap_or(otherwise);
        // Not this very moment: the same question would have another answer each time.
        let this_hour = BucketSize::Hour.bucket(now, Tz::UTC);
        let to = params.time("to")?.unwrap_or(this_hour.end);
        let from = params.time("from")?.unwrap_or(to - usual(bucket));
        let span = to - from;
        if span <= TimeDelta::zero() {
            return Err(ApiError::parameter("to", "must be later than from"));
        }
        if span > shortest(bucket) * (MOST_BUCKETS as i32) {
            let detail = format!("is too early: at most {MOST_BUCKETS} buckets at once");
            return Err(ApiError::parameter("from", detail));
        }
        Ok(Self {
            from,
            to,
            bucket,
            group: group(params)?,
            carrier: params.parsed("carrier", "electricity, gas or heat")?,
            meter: params.text("meter").map(str::to_owned),
            building: params
                .any_of(&["building", "buildingId"])
                .map(|(_, id)| id.to_owned()),
            compare: compare(params)?,
        })
    }

    /// Everything, in such buckets and series.
    pub fn all(bucket: BucketSize, group: Group) -> Self {
        Self {
            from: DateTime::UNIX_EPOCH,
            to: DateTime::UNIX_EPOCH,
            bucket,
            group,
            carrier: None,
            meter: None,
            building: None,
            compare: false,
        }
    }

    /// The same length of time before.
    pub fn before(&self) -> (DateTime<Utc>, DateTime<Utc>) {
        (self.from - (self.to - self.from), self.from)
    }
}

/// The dates of a zone's calendar that a stretch of time touches.
pub fn dates(from: DateTime<Utc>, to: DateTime<Utc>, zone: Tz) -> (NaiveDate, NaiveDate) {
    (
        date(from, zone),
        date(to - TimeDelta::milliseconds(1), zone),
    )
}

fn group(params: &Params) -> Result<Group, ApiError> {
    match params.text("groupBy") {
        None | Some("building") => Ok(Group::Building),
        Some("meter") => Ok(Group::Meter),
        Some("carrier") => Ok(Group::Carrier),
        Some("total") => Ok(Group::Total),
        Some(_) => {
            let detail = "must be one of building, meter, carrier, total";
            Err(ApiError::parameter("groupBy", detail))
        }
    }
}

fn compare(params: &Params) -> Result<bool, ApiError> {
    match params.text("compare") {
        None => Ok(false),
        Some("previous") => Ok(true),
        Some(_) => Err(ApiError::parameter("compare", "must be previous")),
    }
}

fn usual(bucket: BucketSize) -> TimeDelta {
    TimeDelta::days(match bucket {
        BucketSize::Hour => 1,
        BucketSize::Day => 30,
        BucketSize::Week => 12 * 7,
        BucketSize::Month => 365,
    })
}

fn shortest(bucket: BucketSize) -> TimeDelta {
    match bucket {
        BucketSize::Hour => TimeDelta::hours(1),
        // As many years of days as there are of weeks and months.
        BucketSize::Day | BucketSize::Week | BucketSize::Month => TimeDelta::days(1),
    }
}
