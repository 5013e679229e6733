//! Moments that are facts of the domain.

use chrono::{DateTime, SubsecRound, Utc};

use super::{FromJson, Invalid, string};

/// The moment in whole microseconds, which is as fine as Postgres keeps it: so a fact reads the
/// same from the event, the state and the read model.
pub fn whole_micros(at: DateTime<Utc>) -> DateTime<Utc> {
    at.trunc_subsecs(6)
}

/// Reads RFC 3339 with any offset.
///
/// # Errors
/// When the text is no such moment between the years 1 and 9999.
pub fn read_time(text: &str) -> Result<DateTime<Utc>, Invalid> {
    let parsed = DateTime::parse_from_rfc3339(text).map(|at| at.to_utc());
    parsed.map_or_else(
        |_| Invalid::because("must be a time in RFC 3339, such as 2026-05-01T12:00:00Z"),
        |at| Ok(whole_micros(at)),
    )
}

impl FromJson for DateTime<Utc> {
    fn from_json(value: &serde_json::Value) -> Result<Self, Invalid> {
        read_time(string(value)?)
    }
}
