//! The other period.

use chrono::{DateTime, Days, Months, NaiveDate, Utc};
use chrono_tz::Tz;
use flowgrid_analysis::buckets::day_begins;
use flowgrid_projections::consumption::Meters;

use super::super::range::{Range, dates};
use crate::error::ApiError;
use crate::request::Params;

/// With which other period buildings are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Against {
    /// As many days before.
    Previous,
    /// The same dates a year before.
    Year,
    Other(DateTime<Utc>, DateTime<Utc>),
}

impl Against {
    pub fn read(params: &Params) -> Result<Option<Self>, ApiError> {
        let other = (params.time("againstFrom")?, params.time("againstTo")?);
        let named = params.text("against");
        match (named, other) {
            (None, (None, None)) => Ok(None),
            (Some("previous"), (None, None)) => Ok(Some(Self::Previous)),
            (Some("year"), (None, None)) => Ok(Some(Self::Year)),
            (Some(_), (None, None)) => {
                Err(ApiError::parameter("against", "must be previous or year"))
            }
            (Some(_), _) => {
                let detail = "give it or againstFrom and againstTo, not both";
                Err(ApiError::parameter("against", detail))
            }
            (None, (Some(from), Some(to))) if from < to => Ok(Some(Self::Other(from, to))),
            (None, (Some(_), Some(_))) => Err(ApiError::parameter(
                "againstTo",
                "must be later than againstFrom",
            )),
            (None, (None, _)) => Err(ApiError::parameter(
                "againstFrom",
                "is required with againstTo",
            )),
            (None, (_, None)) => Err(ApiError::parameter(
                "againstTo",
                "is required with againstFrom",
            )),
        }
    }

    /// The other period, in days of the first building's calendar.
    pub fn of(self, range: &Range, meters: &Meters, named: &[String]) -> Range {
        let zone = named.first().and_then(|id| meters.zones.get(id));
        let zone = zone.copied().unwrap_or(Tz::UTC);
        let (first, last) = dates(range.from, range.to, zone);
        let begins = |date: Option<NaiveDate>| date.map(|date| day_begins(zone, date));
        let (from, to) = match self {
            Self::Other(from, to) => (Some(from), Some(to)),
            Self::Previous => {
                let days = (last - first).num_days().unsigned_abs() + 1;
                let before = first.checked_sub_days(Days::new(days));
                (begins(before), begins(Some(first)))
            }
            Self::Year => {
                let before = |date: NaiveDate| date.checked_sub_months(Months::new(12));
                let after = before(last).and_then(|date| date.succ_opt());
                (begins(before(first)), begins(after))
            }
        };
        Range {
            from: from.unwrap_or(range.from),
            to: to.unwrap_or(range.to),
            ..range.clone()
        }
    }
}
