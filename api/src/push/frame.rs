//! What waits in a queue, in which lane, and why a queue ends.

use std::sync::Arc;

use axum::extract::ws::Utf8Bytes;

/// One message that waits.
#[derive(Clone, Debug)]
pub struct Frame {
    pub text: Utf8Bytes,
    /// The subscription it belongs to; 0 for answers.
    pub subscription: u64,
    /// The event's position; 0 for answers.
    pub position: u64,
    /// Of what it is the latest: an older one of the same subscription that still waits needn't be written.
    pub latest_of: Option<Arc<str>>,
}

impl Frame {
    pub fn answer(text: String) -> Self {
        Self {
            text: text.into(),
            subscription: 0,
            position: 0,
            latest_of: None,
        }
    }
}

/// Which messages go first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Written before everything else that waits.
    Urgent,
    Normal,
}

/// Why a connection takes no more messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It reads more slowly than its channels speak.
    Lagged,
    /// The process goes away; the client is to come back after so many milliseconds.
    Drained { wait_ms: u32 },
    /// Its session, key, membership or person has ended.
    Revoked,
}
