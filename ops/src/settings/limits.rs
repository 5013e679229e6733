//! How often callers may ask.
//!
//! - `RATE_LIMITING_ENABLED` (true): `false` for a benchmark
//! - `RATE_LIMITS`: other limits than the usual, such as `rest.free=500/900,search=60/60`: requests
//!   per seconds, by class (auth, auth-address, refresh, outside, ai, swarm, search, uploads, rest, anonymous)
//!   and plan
//! - `TRUSTED_PROXIES`: addresses and networks of proxies whose `X-Forwarded-For` counts, separated by
//!   commas, such as `10.0.0.0/8,::1`

use flowgrid_api::limits::{Proxies, Quotas};

use super::{SettingError, parsed, variable};

/// The limits; `None` when there are none.
///
/// # Errors
/// When one of them is no limit.
pub fn quotas() -> Result<Option<Quotas>, SettingError> {
    let mut quotas = Quotas::default();
    if let Some(settings) = variable("RATE_LIMITS") {
        quotas
            .change(&settings)
            .map_err(|error| SettingError::new("RATE_LIMITS", error.to_string()))?;
    }
    let enabled = parsed("RATE_LIMITING_ENABLED", true, "true or false")?;
    Ok(enabled.then_some(quotas))
}

/// # Errors
/// When one of them is no network.
pub(super) fn trusted_proxies() -> Result<Proxies, SettingError> {
    let list = variable("TRUSTED_PROXIES").unwrap_or_default();
    Proxies::parse(&list).map_err(|error| SettingError::new("TRUSTED_PROXIES", error.to_string()))
}
