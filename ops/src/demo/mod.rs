//! `flowgrid up --demo`: three buildings with real meters, loaded through the public API; then their last
//! weeks, played live, an hour a second.
//!
//! Run again on the same state it goes on where it was: what is there is left alone, and readings follow the
//! newest that is stored.

mod city;
mod client;
mod meters;
mod play;

use chrono::{DateTime, TimeDelta, Utc};
use flowgrid_api::Clock;

use self::city::City;
use self::client::Client;
use self::meters::Meters;
use crate::{Failure, cli, import};

/// What is played live; all before it is loaded at once. Twelve minutes of an hour a second.
const PLAYED: TimeDelta = TimeDelta::days(30);

/// Loads and plays until all up to now is played, then goes on hour by hour.
///
/// # Errors
/// When the server refuses something, or can't be reached.
pub async fn run(address: &str, token: &str) -> Result<(), Failure> {
    let clock = Clock::system();
    let client = Client::new(address, token)?;
    let city = City::read()?;
    city.build(&client).await?;
    let meters = Meters::read(clock.now())?;
    let played_from = clock.now() - PLAYED;
    let stored = city.stored_until(&client).await?;
    load(address, token, &meters, stored, played_from).await?;
    // Not before: nobody wants the alerts of two years at once.
    city.watch(&client).await?;
    let begin = stored.map_or(played_from, |stored| played_from.max(stored));
    println!(
        "Playing {} an hour a second; `flowgrid listen alerts` shows what its rules raise.",
        since(begin)
    );
    play::run(&client, &meters, &clock, begin).await
}

fn since(begin: DateTime<Utc>) -> String {
    format!("what follows {}", begin.format("%Y-%m-%d %H:%M UTC"))
}

/// By the same way as anybody's file.
async fn load(
    address: &str,
    token: &str,
    meters: &Meters,
    after: Option<DateTime<Utc>>,
    until: DateTime<Utc>,
) -> Result<(), Failure> {
    if after.is_some_and(|after| after >= until) {
        return Ok(());
    }
    let file = meters.write(after, until)?;
    import::readings(cli::ImportReadings {
        file: file.path().to_owned(),
        server: cli::ServerOptions {
            url: Some(address.to_owned()),
            token: Some(token.to_owned()),
            key: None,
        },
        sensor: None,
        sensor_column: Some("sensorId".into()),
        time_column: Some("timestamp".into()),
        value_column: Some("value".into()),
        quality_column: None,
        timezone: None,
        on_conflict: cli::OnConflict::Ignore,
        dry_run: false,
        rows: 5_000,
    })
    .await
}
