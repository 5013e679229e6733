//! Which stretch of time is asked for: `from` and `to`, or `timeRange`.

use chrono::{DateTime, TimeDelta, Utc};

use super::Params;
use crate::error::ApiError;

/// A stretch of time, from `from` until just before `to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeRange {
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
}

impl TimeRange {
    /// Without either, the last `usual` before `now`. What a sensor's clock is ahead belongs to now.
    pub fn of(params: &Params, now: DateTime<Utc>, usual: TimeDelta) -> Result<Self, ApiError> {
        let (from, to) = (params.time("from")?, params.time("to")?);
        let named = params.text("timeRange").map(length).transpose()?;
        if named.is_some() && from.is_some() {
            return Err(ApiError::parameter(
                "timeRange",
                "give it or from, not both",
            ));
        }
        let to = to.unwrap_or(now + TimeDelta::minutes(5));
        let begins = |length| {
            to.checked_sub_signed(length)
                .unwrap_or(DateTime::UNIX_EPOCH)
        };
        let from = from.unwrap_or_else(|| begins(named.unwrap_or(usual)));
        if from >= to {
            return Err(ApiError::parameter("to", "must be after from"));
        }
        Ok(Self { from, to })
    }
}

fn length(text: &str) -> Result<TimeDelta, ApiError> {
    match text {
        "1h" => Ok(TimeDelta::hours(1)),
        "24h" => Ok(TimeDelta::hours(24)),
        "7d" => Ok(TimeDelta::days(7)),
        "30d" => Ok(TimeDelta::days(30)),
        _ => Err(ApiError::parameter(
            "timeRange",
            "must be 1h, 24h, 7d or 30d",
        )),
    }
}

#[cfg(test)]
mod tests {
    use axum::extract::FromRequestParts;
    use axum::http::Request;

    use super::*;

    async fn read(query: &str) -> Result<TimeRange, ApiError> {
        let request = Request::get(format!("/x?{query}")).body(()).unwrap();
        let params = Params::from_request_parts(&mut request.into_parts().0, &()).await?;
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        TimeRange::of(&params, now, TimeDelta::hours(2))
    }

    #[tokio::test]
    async fn a_range_has_a_beginning_and_an_end() {
        let length = async |query: &str| {
            let range = read(query).await.unwrap();
            (range.to - range.from).num_minutes()
        };
        assert_eq!(length("").await, 120);
        assert_eq!(length("timeRange=7d").await, 7 * 24 * 60);
        assert_eq!(length("to=2026-05-01T00:00:00Z&time_range=1h").await, 60);
        let both = "from=2026-05-01T00:00:00Z&to=2026-05-01T00:15:00Z";
        assert_eq!(length(both).await, 15);
        for wrong in [
            "timeRange=2h",
            "from=2026-05-01T00:00:00Z&timeRange=1h",
            "from=2026-05-01T00:00:00Z&to=2026-05-01T00:00:00Z",
            "from=2126-05-01T00:00:00Z",
        ] {
            assert!(read(wrong).await.is_err(), "{wrong}");
        }
    }
}
