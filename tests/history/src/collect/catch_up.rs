//! Waiting until everything is where the logs are.

use std::time::Duration;

use async_nats::jetstream;
use flowgrid_bus::stream_name;
use flowgrid_log::{Bus, LogInfo, LogStore};
use flowgrid_projections::{AdminError, ProjectionAdmin};
use tokio::time::Instant;

use super::{CollectError, Sources};

const PAUSE: Duration = Duration::from_millis(100);

/// Waits until every stream and every read model is at its log's head. Nobody may write meanwhile.
///
/// # Errors
/// [`CollectError::Behind`] when one still isn't after `limit`, with what it was that waited.
pub async fn catch_up(sources: &Sources, limit: Duration) -> Result<(), CollectError> {
    let deadline = Instant::now() + limit;
    loop {
        let behind = match behind(sources).await {
            Ok(None) => return Ok(()),
            Ok(Some(what)) => what,
            // Servers may still be on their way up.
            Err(error) => error.to_string(),
        };
        if Instant::now() > deadline {
            return Err(CollectError::Behind(behind));
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Who is behind; `None` when nobody is.
async fn behind(sources: &Sources) -> Result<Option<String>, CollectError> {
    let store = LogStore::open(&sources.database_url, 2).await?;
    let bus = super::bus(&sources.nats_url).await?;
    for info in store.logs() {
        let head = store.head(info.id).await?;
        let last = last_of_stream(&bus, *info).await?;
        if last != head {
            return Ok(Some(format!(
                "stream {} is at {last}, its log at {head}",
                stream_name(info.id)
            )));
        }
    }
    let admin = ProjectionAdmin::open(&sources.database_url, store).map_err(AdminError::from)?;
    for status in admin.status().await.map_err(AdminError::from)? {
        let at_rest = status.generation.is_some() && status.error.is_none();
        let lag = status.logs.iter().find(|log| log.lag_events > 0);
        if !at_rest || lag.is_some() {
            return Ok(Some(format!(
                "{} is {}, {:?}, {:?}",
                status.name, status.state, status.error, lag
            )));
        }
    }
    Ok(None)
}

async fn last_of_stream(bus: &Bus, info: LogInfo) -> Result<u64, CollectError> {
    let context = jetstream::new(bus.client().clone());
    match context.get_stream(stream_name(info.id)).await {
        Ok(stream) => Ok(stream.cached_info().state.last_sequence),
        Err(_) => Ok(0),
    }
}
