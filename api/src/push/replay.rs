//! Resuming: history first, then live, without a seam.
//!
//! History is read in bounded chunks and waits for room in the connection's queue, so a long
//! replay holds up nobody. The subscription joins the live ones under the feed's lock, where the
//! few events that came meanwhile are handed over: no event twice, none lost, all in order.

use std::sync::Arc;
use std::time::Duration;

use flowgrid_bus::RecordedEvent;
use flowgrid_log::{LogError, TailRange};
use uuid::Uuid;

use super::feed::{Answer, Feed, Joined};
use super::frame::{Ending, Frame};
use super::hub::Hub;
use super::outgoing;
use super::subscription::Subscription;

/// Positions looked at in one read of the log, and events taken from it.
const SCAN: u64 = 10_000;
const CHUNK: usize = 256;
/// How often a chunk is tried before the client is told to come back.
const TRIES: u32 = 6;
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// Sends what lies between `position` and the edge, then lets the subscription join.
pub async fn replay(
    hub: Arc<Hub>,
    feed: Arc<Feed>,
    subscription: Arc<Subscription>,
    position: u64,
) {
    subscription.replayed_to(position);
    let _counted = Counted::new(&hub);
    let mut at = position;
    loop {
        let edge = match feed.join_after(&subscription, at, Answer::Said) {
            Joined::Behind(edge) => edge,
            Joined::Live(_) | Joined::No => return,
        };
        let chunk = match chunk(&hub, &feed, subscription.tenant.id(), at, edge).await {
            Ok(chunk) => chunk,
            Err(error) => return give_up(&feed, &subscription, &error),
        };
        for event in &chunk.events {
            if !feed.wants(&subscription, event) {
                continue;
            }
            let has_room = subscription.peer.outbox.room(event.size()).await;
            if !has_room || !feed.serve_one(&subscription, event) {
                return;
            }
            subscription.replayed_to(event.position);
        }
        at = chunk.reached;
        subscription.replayed_to(at);
    }
}

/// Events of the organization, all there are up to `reached`.
struct Chunk {
    events: Vec<Arc<RecordedEvent>>,
    reached: u64,
}

async fn chunk(
    hub: &Hub,
    feed: &Feed,
    tenant: Uuid,
    at: u64,
    edge: u64,
) -> Result<Chunk, LogError> {
    let mut pause = FIRST_PAUSE;
    let mut tries = 1;
    loop {
        match read(hub, feed, tenant, at, edge).await {
            Err(LogError::Database(_) | LogError::Bus(_)) if tries < TRIES => {
                tokio::time::sleep(pause).await;
                pause *= 2;
                tries += 1;
            }
            other => return other,
        }
    }
}

/// From memory where the tail still holds it, else from the log.
async fn read(hub: &Hub, feed: &Feed, tenant: Uuid, at: u64, edge: u64) -> Result<Chunk, LogError> {
    if let Some(tail) = hub.tails.get(feed.log())
        && let TailRange::Events(mut events) = tail.range(at, CHUNK)
    {
        events.retain(|event| event.position <= edge);
        if let Some(last) = events.last() {
            let reached = last.position;
            return Ok(Chunk { events, reached });
        }
    }
    // Held while reading only: a client that reads slowly keeps no other from resuming.
    let _turn = hub.replays.acquire().await;
    let scan = SCAN.min(edge - at);
    let found = hub
        .store
        .read_of_tenant(feed.log(), tenant, at, scan, CHUNK)
        .await?;
    let reached = match found.last() {
        Some(last) if found.len() >= CHUNK => last.position,
        _ => at + scan,
    };
    let events = found.into_iter().map(Arc::new).collect();
    Ok(Chunk { events, reached })
}

/// Where history can't be read now, the client comes back later; where it never will be read, it
/// must begin anew, which only it can decide.
fn give_up(feed: &Feed, subscription: &Subscription, error: &LogError) {
    tracing::warn!(log = %feed.log(), %error, "a replay stopped");
    match error {
        LogError::Database(_) | LogError::Bus(_) => subscription.peer.outbox.end(Ending::Lagged),
        LogError::NoSuchLog(_)
        | LogError::Gap { .. }
        | LogError::Corrupt(_)
        | LogError::NotMigrated(_)
        | LogError::Setting(_) => {
            let text = outgoing::ended(
                &subscription.label,
                "history-unavailable",
                "history can't be read from this position; load anew and subscribe without it",
            );
            subscription
                .peer
                .outbox
                .push(Frame::answer(text), subscription.lane());
        }
    }
}

/// Keeps the gauge of replays right, also when the task is aborted.
struct Counted(Arc<Hub>);

impl Counted {
    fn new(hub: &Arc<Hub>) -> Self {
        hub.metrics.replaying.inc();
        Self(hub.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.metrics.replaying.dec();
    }
}
