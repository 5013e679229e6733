//! Events onto the stream, each at its place: many as an atomic batch (NATS ADR-50), all of it or none; few one
//! by one, each of which names the one before it.

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
    /// The stream didn't end where it was expected to: the last event is not stored by this call.
    Elsewhere,
}

/// Up to so many events go one by one: for each batch the server makes a store with files of its own, which
/// costs more than the flushes that it saves.
const FEW: usize = 3;

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
    let client = bus.client();
    let mut headers = Headers::of(events, log);
    for event in before {
        client
            .publish_with_headers(subject(event), headers.next(event), event.payload.clone())
            .await
            .map_err(|error| LogError::Bus(error.to_string()))?;
    }
    let headers = headers.last(final_event);
    let answer = client
        .request_with_headers(subject(final_event), headers, final_event.payload.clone())
        .await
        .map_err(|error| LogError::Bus(error.to_string()))?;
    understand(&answer.payload, final_event.position)
}

/// The headers of events that are published together.
struct Headers {
    log: LogInfo,
    /// Of the batch, if it is one, and how many of it were made.
    batch: Option<(String, u32)>,
}

impl Headers {
    fn of(events: &[Arc<RecordedEvent>], log: LogInfo) -> Self {
        let id = || uuid::Uuid::new_v4().simple().to_string();
        Self {
            log,
            batch: (events.len() > FEW).then(|| (id(), 0)),
        }
    }

    fn next(&mut self, event: &RecordedEvent) -> HeaderMap {
        let mut headers = encode_headers(event, self.log.epoch);
        let before = (event.position - 1).to_string();
        let Some((id, number)) = &mut self.batch else {
            headers.insert(NATS_EXPECTED_LAST_SEQUENCE, before);
            return headers;
        };
        *number += 1;
        if *number == 1 {
            headers.insert(NATS_EXPECTED_LAST_SEQUENCE, before);
        }
        headers.insert(NATS_BATCH_ID, id.as_str());
        headers.insert(NATS_BATCH_SEQUENCE, number.to_string());
        headers
    }

    fn last(mut self, event: &RecordedEvent) -> HeaderMap {
        let mut headers = self.next(event);
        if self.batch.is_some() {
            headers.insert(NATS_BATCH_COMMIT, NATS_BATCH_COMMIT_FINAL);
        }
        headers
    }
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
