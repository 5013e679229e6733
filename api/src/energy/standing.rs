//! How much a building uses now, and has used so far.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use flowgrid_domain::buildings::{BuildingResource, EnergySummary};
use flowgrid_projections::TenantTx;
use flowgrid_projections::consumption::Meters;

use super::so_far::{Begins, STALE, hours, power_now, used};
use crate::error::ApiError;

/// Power now, and kWh of today and this month; the transaction must have begun with [`super::MODELS`]. What
/// nobody measured is null.
///
/// # Errors
/// When the read models can't be asked.
pub async fn standing(
    tx: &mut TenantTx,
    building: &BuildingResource,
    now: DateTime<Utc>,
) -> Result<EnergySummary, ApiError> {
    let meters = Meters::load(tx, Some(&building.id)).await?;
    if meters.count() == 0 {
        return Ok(EnergySummary::default());
    }
    let zone = meters.zones.get(&building.id).copied().unwrap_or(Tz::UTC);
    let begins = Begins::of(now, zone);
    // On the first of a month, the newest hour may be of the last one.
    let since = begins.month.min(now - STALE - TimeDelta::hours(1));
    let hours = hours(tx, &meters, (&building.id, zone), (since, now)).await?;
    let kwh = |from| {
        let heard = hours.iter().any(|hour| hour.start >= from);
        heard.then(|| used(&hours, from, now).0)
    };
    Ok(EnergySummary {
        power_kw: power_now(&hours, now),
        today_kwh: kwh(begins.today),
        month_kwh: kwh(begins.month),
    })
}
