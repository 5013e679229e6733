//! An atomic batch (NATS ADR-50): all of it at the expected place, or none.

use std::sync::Arc;

use async_nats::HeaderMap;
use async_nats::header::{
    NATS_BATCH_COMMIT, NATS_BATCH_COMMIT_FINAL, NATS_BATCH_ID, NATS_BATCH_SEQUENCE,
    NATS_EXPECTED_LAST_SEQUENCE,
};
use bytes::Bytes;
use flowgrid_bus::{RecordedEvent, encode_headers, subject};
use serde::Deserialize;

use crate::{Bus, LogError, LogInfo};

/// What became of a batch.
pub(super) enum Published {
    /// On disk up to here.
    Stored { last: u64 },
    /// The stream didn't end where it was expected to; nothing of the batch was stored.
    Elsewhere,
}

/// Publishes events at positions `last + 1…`, which they must bear.
pub(super) async fn batch(
    bus: &Bus,
    log: LogInfo,
    last: u64,
    events: &[Arc<RecordedEvent>],
) -> Result<Published, LogError> {
    for (event, expected) in events.iter().zip(last + 1..) {
        if event.position != expected {
            return Err(LogError::Gap {
                log: log.id,
                expected,
                found: event.position,
            });
        }
    }
    let Some((final_event, before)) = events.split_last() else {
        return Ok(Published::Stored { last });
    };
    let id = uuid::Uuid::new_v4().simple().to_string();
    let client = bus.client();
    for (number, event) in (1u32..).zip(before) {
        let headers = headers(event, log, last, Some((&id, number)));
        client
            .publish_with_headers(subject(event), headers, event.payload.clone())
            .await
            .map_err(|error| LogError::Bus(error.to_string()))?;
    }
    let number = u32::try_from(events.len()).unwrap_or(u32::MAX);
    let mut headers = headers(
        final_event,
        log,
        last,
        (number > 1).then_some((&id, number)),
    );
    if number > 1 {
        headers.insert(NATS_BATCH_COMMIT, NATS_BATCH_COMMIT_FINAL);
    }
    let answer = client
        .request_with_headers(subject(final_event), headers, final_event.payload.clone())
        .await
        .map_err(|error| LogError::Bus(error.to_string()))?;
    understand(&answer.payload, final_event.position)
}

fn headers(
    event: &RecordedEvent,
    log: LogInfo,
    last: u64,
    batch: Option<(&str, u32)>,
) -> HeaderMap {
    let mut headers = encode_headers(event, log.epoch);
    if batch.is_none_or(|(_, number)| number == 1) {
        headers.insert(NATS_EXPECTED_LAST_SEQUENCE, last.to_string());
    }
    if let Some((id, number)) = batch {
        headers.insert(NATS_BATCH_ID, id);
        headers.insert(NATS_BATCH_SEQUENCE, number.to_string());
    }
    headers
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    seq: u64,
    error: Option<Problem>,
}

#[derive(Deserialize)]
struct Problem {
    err_code: u64,
    #[serde(default)]
    description: String,
}

/// `wrong last sequence`.
const WRONG_LAST_SEQUENCE: u64 = 10_071;
/// The same, said of a constant expected sequence.
const WRONG_LAST_SEQUENCE_CONSTANT: u64 = 10_164;

fn understand(answer: &Bytes, expected: u64) -> Result<Published, LogError> {
    let answer: Answer =
        serde_json::from_slice(answer).map_err(|error| LogError::Bus(error.to_string()))?;
    match answer.error {
        None if answer.seq == expected => Ok(Published::Stored { last: expected }),
        None => Err(LogError::Corrupt(format!(
            "event {expected} became message {}",
            answer.seq
        ))),
        Some(problem)
            if [WRONG_LAST_SEQUENCE, WRONG_LAST_SEQUENCE_CONSTANT].contains(&problem.err_code) =>
        {
            Ok(Published::Elsewhere)
        }
        Some(problem) => Err(LogError::Bus(format!(
            "{}: {}",
            problem.err_code, problem.description
        ))),
    }
}
