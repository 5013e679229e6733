//! Hours as they come, one a second, until the present is reached; from then on as they end.

use std::time::Duration;

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use flowgrid_api::Clock;

use super::client::Client;
use super::meters::{HEAD, Meters};
use crate::Failure;

const HOUR: TimeDelta = TimeDelta::hours(1);
const BEAT: Duration = Duration::from_secs(1);

/// Until the meters have nothing more.
pub(super) async fn run(
    client: &Client,
    meters: &Meters,
    clock: &Clock,
    after: DateTime<Utc>,
) -> Result<(), Failure> {
    let mut hour = after.duration_trunc(HOUR).unwrap_or(after);
    let mut beats = tokio::time::interval(BEAT);
    beats.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        beats.tick().await;
        let end = hour + HOUR + HOUR;
        if end > clock.now() {
            continue;
        }
        let lines = meters.lines(Some(hour), end);
        if lines.is_empty() {
            return Ok(());
        }
        client.record(format!("{HEAD}{lines}")).await?;
        hour += HOUR;
    }
}
