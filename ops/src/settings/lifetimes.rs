//! How long what we hand out is good for.
//!
//! - `JWT_EXPIRES_IN` (15m): access tokens
//! - `JWT_REFRESH_EXPIRES_IN` (30d): sessions that nobody uses
//!
//! A number of seconds, or a number and a unit: 900, 90s, 15m, 1h, 7d.

use chrono::TimeDelta;

use super::{SettingError, variable};

/// A lifetime in its written form.
///
/// # Errors
/// With what is expected.
pub fn lifetime(text: &str) -> Result<TimeDelta, String> {
    let right = || "expected seconds, or a number and a unit: 900, 90s, 15m, 12h, 30d".to_owned();
    let digits = text.trim_end_matches(['s', 'm', 'h', 'd']);
    let seconds = match text.strip_prefix(digits) {
        Some("" | "s") => 1,
        Some("m") => 60,
        Some("h") => 3_600,
        Some("d") => 86_400,
        Some(_) | None => return Err(right()),
    };
    let number: u32 = digits.parse().map_err(|_| right())?;
    let lifetime = TimeDelta::seconds(i64::from(number) * seconds);
    let fits = lifetime > TimeDelta::zero() && lifetime <= TimeDelta::days(3_660);
    fits.then_some(lifetime)
        .ok_or_else(|| "expected more than nothing and at most 3660d".to_owned())
}

/// What a variable says, else `usual`.
pub(super) fn lifetime_of(name: &'static str, usual: TimeDelta) -> Result<TimeDelta, SettingError> {
    match variable(name) {
        None => Ok(usual),
        Some(text) => lifetime(text.trim()).map_err(|problem| SettingError::new(name, problem)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lifetimes() {
        assert_eq!(lifetime("900"), Ok(TimeDelta::seconds(900)));
        assert_eq!(lifetime("90s"), Ok(TimeDelta::seconds(90)));
        assert_eq!(lifetime("15m"), Ok(TimeDelta::minutes(15)));
        assert_eq!(lifetime("1h"), Ok(TimeDelta::hours(1)));
        assert_eq!(lifetime("2d"), Ok(TimeDelta::days(2)));
        for wrong in [
            "",
            "d",
            "-1h",
            "0s",
            "0",
            "1w",
            "é",
            "1ms",
            "1.5h",
            "99999999d",
        ] {
            assert!(lifetime(wrong).is_err(), "{wrong}");
        }
    }
}
