//! The task that follows one log and hands its events out.

use std::sync::Arc;
use std::time::Duration;

use flowgrid_bus::RecordedEvent;
use flowgrid_log::{Follower, LogError, LogStore, Tail};
use tokio::sync::watch;
use tracing::Level;

use super::feed::Feed;
use super::metrics::PushMetrics;

/// Events taken at once.
const BATCH: usize = 256;
/// After so many messages queued the connections get their turn to write.
const TURN: usize = 4_096;
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Follows the log until the process shuts down. Postgres or NATS gone is waited out: what
/// happens meanwhile is in the log and comes when they are back.
pub async fn follow(
    feed: Arc<Feed>,
    store: LogStore,
    tail: Arc<Tail>,
    metrics: Arc<PushMetrics>,
    mut shutdown: watch::Receiver<bool>,
) {
    let run = async {
        let head = head(&feed, &store).await;
        feed.start(head);
        let mut follower = Follower::new(store, tail, head);
        let mut pause = FIRST_PAUSE;
        loop {
            match follower.next(BATCH).await {
                Ok(events) => {
                    pause = FIRST_PAUSE;
                    hand_out(&feed, &events, &metrics).await;
                }
                Err(error) => pause = wait_out(&feed, &error, pause).await,
            }
        }
    };
    tokio::select! {
        () = run => {}
        _ = shutdown.wait_for(|stop| *stop) => {}
    }
}

/// The newest position, however long it takes to learn it.
async fn head(feed: &Feed, store: &LogStore) -> u64 {
    let mut pause = FIRST_PAUSE;
    loop {
        match store.head(feed.log()).await {
            Ok(head) => return head,
            Err(error) => pause = wait_out(feed, &error, pause).await,
        }
    }
}

async fn wait_out(feed: &Feed, error: &LogError, pause: Duration) -> Duration {
    tracing::warn!(log = %feed.log(), %error, "push can't follow the log, trying again");
    tokio::time::sleep(pause).await;
    (pause * 2).min(LONGEST_PAUSE)
}

async fn hand_out(feed: &Feed, events: &[Arc<RecordedEvent>], metrics: &PushMetrics) {
    let mut queued = 0;
    for event in events {
        let timer = metrics.dispatch.start_timer();
        let served = feed.dispatch(event);
        timer.observe_duration();
        if served > 0 && tracing::enabled!(Level::DEBUG) {
            trace(feed, event, served);
        }
        queued += served;
        if queued >= TURN {
            queued = 0;
            tokio::task::yield_now().await;
        }
    }
}

/// One line for each event that reached somebody, within the trace of the command that caused it.
fn trace(feed: &Feed, event: &RecordedEvent, served: usize) {
    let metadata = event.parsed_metadata().unwrap_or_default();
    let span = tracing::debug_span!(
        "push",
        log = %feed.log(),
        position = event.position,
        traceparent = metadata.traceparent.as_deref(),
        request_id = metadata.request_id.as_deref(),
    );
    span.in_scope(|| tracing::debug!(event = %event.event_type, served, "handed out"));
}
