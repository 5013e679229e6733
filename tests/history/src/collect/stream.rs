//! The messages of a log's stream.

use std::time::Duration;

use async_nats::jetstream;
use async_nats::jetstream::consumer::{DeliverPolicy, pull};
use async_nats::jetstream::context::GetStreamErrorKind;
use flowgrid_bus::{decode_message, stream_name};
use flowgrid_log::{Bus, LogInfo};
use futures_util::StreamExt;
use uuid::Uuid;

use super::CollectError;
use crate::hash;
use crate::{StreamEvidence, StreamMessage};

/// A stream that delivers nothing for so long has nothing more.
const SILENCE: Duration = Duration::from_secs(20);
/// Where the stream says whose mirror it is.
const EPOCH: &str = "flowgrid-epoch";

/// All messages of a log's stream; `None` when there is no stream.
pub(super) async fn read(bus: &Bus, info: LogInfo) -> Result<Option<StreamEvidence>, CollectError> {
    let context = jetstream::new(bus.client().clone());
    let stream = match context.get_stream(stream_name(info.id)).await {
        Ok(stream) => stream,
        Err(error) => {
            return match error.kind() {
                GetStreamErrorKind::JetStream(problem) if problem.code() == 404 => Ok(None),
                _ => Err(CollectError::Bus(error.to_string())),
            };
        }
    };
    let state = &stream.cached_info().state;
    let metadata = &stream.cached_info().config.metadata;
    let mut evidence = StreamEvidence {
        epoch: metadata.get(EPOCH).cloned().unwrap_or_default(),
        first: state.first_sequence,
        last: state.last_sequence,
        messages: Vec::new(),
    };
    if state.messages > 0 {
        messages(&stream, info, &mut evidence).await?;
    }
    Ok(Some(evidence))
}

/// Up to the last, or as far as they come: what is missing is evidence too.
async fn messages(
    stream: &jetstream::stream::Stream,
    info: LogInfo,
    evidence: &mut StreamEvidence,
) -> Result<(), CollectError> {
    let failed = |error: String| CollectError::Bus(format!("{}: {error}", stream_name(info.id)));
    let config = pull::OrderedConfig {
        deliver_policy: DeliverPolicy::All,
        ..pull::OrderedConfig::default()
    };
    let consumer = stream
        .create_consumer(config)
        .await
        .map_err(|error| failed(error.to_string()))?;
    let mut messages = consumer
        .messages()
        .await
        .map_err(|error| failed(error.to_string()))?;
    while let Ok(Some(message)) = tokio::time::timeout(SILENCE, messages.next()).await {
        let message = message.map_err(|error| failed(error.to_string()))?;
        let sequence = message
            .info()
            .map_err(|error| failed(error.to_string()))?
            .stream_sequence;
        evidence
            .messages
            .push(decoded(info, sequence, message.message));
        if sequence >= evidence.last {
            break;
        }
    }
    Ok(())
}

/// A message that the relay can't have written equals no event.
fn decoded(info: LogInfo, sequence: u64, message: async_nats::Message) -> StreamMessage {
    let headers = message.headers.as_ref();
    let event = decode_message(info.id, sequence, headers, message.payload);
    StreamMessage {
        sequence,
        event_id: event.as_ref().map_or(Uuid::nil(), |event| event.event_id),
        hash: event.as_ref().map_or(0, hash::of_event),
    }
}
