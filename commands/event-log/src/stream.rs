//! The stream that mirrors a log.

use async_nats::jetstream::context::GetStreamErrorKind;
use async_nats::jetstream::stream::{Config, DiscardPolicy, RetentionPolicy, StorageType};
use flowgrid_bus::{Epoch, log_subjects, stream_name};

use crate::{Bus, LogError, LogInfo};

/// Key of the log's epoch in the stream's metadata.
const EPOCH: &str = "flowgrid-epoch";

/// What a stream says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StreamState {
    pub epoch: String,
    pub first: u64,
    pub last: u64,
    pub messages: u64,
    pub deleted: u64,
}

impl StreamState {
    pub fn is_of(&self, epoch: Epoch) -> bool {
        self.epoch == epoch.to_string()
    }

    /// Whether it holds every message between its first and its last.
    pub fn is_whole(&self) -> bool {
        // An empty stream that never held anything says 0 and 0.
        let expected = if self.messages == 0 && (self.first > self.last || self.last == 0) {
            0
        } else {
            (self.last + 1).saturating_sub(self.first)
        };
        self.deleted == 0 && self.messages == expected
    }
}

/// The stream's state now; `None` when there is no stream.
pub(crate) async fn state(bus: &Bus, info: LogInfo) -> Result<Option<StreamState>, LogError> {
    if !bus.is_connected() {
        return Err(LogError::Bus("not connected".into()));
    }
    let stream = match bus.context().get_stream(stream_name(info.id)).await {
        Ok(stream) => stream,
        Err(error) => {
            return match error.kind() {
                GetStreamErrorKind::JetStream(problem) if problem.code() == 404 => Ok(None),
                _ => Err(LogError::Bus(error.to_string())),
            };
        }
    };
    let info = stream.cached_info();
    Ok(Some(StreamState {
        epoch: info.config.metadata.get(EPOCH).cloned().unwrap_or_default(),
        first: info.state.first_sequence,
        last: info.state.last_sequence,
        messages: info.state.messages,
        deleted: info.state.deleted_count.unwrap_or(0),
    }))
}

/// Makes the stream so that its next message gets sequence `first`.
pub(crate) async fn create(bus: &Bus, info: LogInfo, first: u64) -> Result<(), LogError> {
    let config = Config {
        name: stream_name(info.id),
        description: Some(format!(
            "Mirror of Flowgrid's log {}; made again from it at will",
            info.id
        )),
        subjects: vec![log_subjects(info.id)],
        retention: RetentionPolicy::Limits,
        storage: StorageType::File,
        discard: DiscardPolicy::Old,
        num_replicas: bus.replicas(),
        allow_atomic_publish: true,
        allow_direct: true,
        deny_delete: true,
        deny_purge: true,
        max_messages: -1,
        max_bytes: -1,
        // Exactness comes from the expected sequence; nothing leans on a window of ids.
        duplicate_window: std::time::Duration::from_millis(100),
        first_sequence: (first > 1).then_some(first),
        metadata: [(EPOCH.to_owned(), info.epoch.to_string())].into(),
        ..Config::default()
    };
    bus.context()
        .create_stream(config)
        .await
        .map_err(|error| LogError::Bus(error.to_string()))?;
    Ok(())
}

pub(crate) async fn delete(bus: &Bus, info: LogInfo) -> Result<(), LogError> {
    bus.context()
        .delete_stream(stream_name(info.id))
        .await
        .map_err(|error| LogError::Bus(error.to_string()))?;
    Ok(())
}
