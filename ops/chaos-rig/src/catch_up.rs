//! The end of a run: everything healed, everything caught up, within a deadline.

use std::sync::Arc;
use std::time::{Duration, Instant};

use flowgrid_bus::Position;
use flowgrid_log::integrity::{Agreement, check};
use flowgrid_log::{Bus, LogStore};
use flowgrid_projections::ProjectionAdmin;
use tokio::time::sleep;

use crate::Result;
use crate::field::{Field, log_and_bus};
use crate::load::{Client, Command, Listener, Outcome};
use crate::setting::ORGANIZATIONS;

/// Not to have caught up by then is a broken promise.
const WITHIN: Duration = Duration::from_secs(120);
const PAUSE: Duration = Duration::from_millis(250);
const TELL_EVERY: Duration = Duration::from_secs(5);

/// A channel, and which of an organization's last events is the last that it carries.
pub(crate) const CHANNELS: [(&str, Last); 4] = [
    ("buildings", Last::Changed),
    ("alerts", Last::Acknowledged),
    ("subject:building.*.changed", Last::Changed),
    ("subject:alert.*.raised", Last::Raised),
];

/// The last events of an organization, by what they were.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Last {
    Changed,
    Raised,
    Acknowledged,
}

/// The positions of an organization's last events.
#[derive(Clone, Copy, Debug, Default)]
struct Closing {
    changed: u64,
    raised: u64,
    acknowledged: u64,
}

impl Closing {
    fn of(&self, channel: &str) -> u64 {
        match CHANNELS.iter().find(|(name, _)| *name == channel) {
            Some((_, Last::Raised)) => self.raised,
            Some((_, Last::Acknowledged)) => self.acknowledged,
            Some((_, Last::Changed)) | None => self.changed,
        }
    }
}

/// Ends what every channel carries with an event of this run's last moment, and waits until log,
/// stream, read models and subscribers have it. Says what is missing when the deadline has passed.
pub(crate) async fn catch_up(field: &Field, listeners: &[Arc<Listener>]) -> Result<Duration> {
    let began = Instant::now();
    field.fleet.heal();
    let urls = {
        let mut servers = field.servers.lock().await;
        servers.start_missing().await?;
        servers.urls()?
    };
    let mut closings = Vec::new();
    for (number, org) in ORGANIZATIONS.iter().enumerate() {
        let name = format!("closing-{number}");
        let mut client = Client::new(&field.setting, &name, number)?;
        match close(&mut client).await? {
            Ok(closing) => closings.push(closing),
            Err(outcome) => {
                let why = format!("{org}'s commands are not taken any more: {outcome:?}");
                field.setting.tally.broken(why);
                return Ok(began.elapsed());
            }
        }
    }
    let (store, bus) = log_and_bus(&urls).await?;
    let models = ProjectionAdmin::open(&urls.database, store.clone())?;
    let mut tell_at = TELL_EVERY;
    loop {
        let mut missing = streams_missing(&store, &bus).await;
        missing.extend(models_missing(&models).await);
        missing.extend(listeners_missing(listeners, &closings));
        if missing.is_empty() {
            return Ok(began.elapsed());
        }
        if began.elapsed() > tell_at {
            field.say(&format!("still behind: {}", missing.join("; ")));
            tell_at += TELL_EVERY;
        }
        if began.elapsed() > WITHIN {
            for one in missing {
                field.setting.tally.broken(format!("not caught up: {one}"));
            }
            return Ok(began.elapsed());
        }
        sleep(PAUSE).await;
    }
}

/// One last event of each kind; what became of the first command that was not taken.
async fn close(client: &mut Client) -> Result<std::result::Result<Closing, Outcome>> {
    let mut closing = Closing::default();
    let mut id = String::new();
    for step in 0..4 {
        let command = match step {
            0 => Command::register(None, "closing"),
            1 => Command::change(&id, "closed"),
            2 => Command::raise("closing", None, "low"),
            _ => Command::acknowledge(&id),
        };
        let told = match client.settle(&command, true).await? {
            Outcome::Acknowledged(told) => told,
            other => return Ok(Err(other)),
        };
        id = told.id;
        let position: Position = told.position.parse()?;
        match step {
            0 => {}
            1 => closing.changed = position.n,
            2 => closing.raised = position.n,
            _ => closing.acknowledged = position.n,
        }
    }
    Ok(Ok(closing))
}

async fn streams_missing(store: &LogStore, bus: &Bus) -> Vec<String> {
    let mut missing = Vec::new();
    for info in store.logs() {
        match check(store, bus, *info).await {
            Ok(Agreement::Agree { stream, log, .. }) if stream == log => {}
            Ok(other) => missing.push(format!("log {}: {other:?}", info.id)),
            Err(error) => missing.push(format!("log {}: {error}", info.id)),
        }
    }
    missing
}

async fn models_missing(models: &ProjectionAdmin) -> Vec<String> {
    let statuses = match models.status().await {
        Ok(statuses) => statuses,
        Err(error) => return vec![format!("read models: {error}")],
    };
    let stands = |status: &&flowgrid_projections::ProjectionStatus| {
        status.generation.is_some()
            && status.error.is_none()
            && status.logs.iter().all(|log| log.lag_events == 0)
    };
    let late = statuses.iter().filter(|status| !stands(status));
    late.map(|status| format!("{status:?}")).collect()
}

fn listeners_missing(listeners: &[Arc<Listener>], closings: &[Closing]) -> Vec<String> {
    let mut missing = Vec::new();
    for listener in listeners {
        let org = ORGANIZATIONS.iter().position(|org| *org == listener.org);
        let last = org.map_or(0, |org| closings[org].of(listener.channel));
        let reached = listener.reached().map_or(0, |position| position.n);
        if reached < last {
            missing.push(format!("{} is at {reached} of {last}", listener.name));
        }
    }
    missing
}
