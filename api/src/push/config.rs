//! The limits of push, with defaults that suit a process of its own on two cores.

use std::time::Duration;

/// What one push process lets in and keeps waiting. Every queue and wait is bounded by one of these.
#[derive(Clone, Debug)]
pub struct PushConfig {
    /// Connections of the whole process, whoever they are.
    pub connections: usize,
    /// Connections of one organization.
    pub connections_of_organization: usize,
    /// Connections of one person, key or service within an organization.
    pub connections_of_person: usize,
    /// Connections that have not said who they are yet.
    pub strangers: usize,
    /// Subscriptions of one connection.
    pub subscriptions: usize,
    /// Messages that may wait for one connection before it counts as lagging.
    pub queue_messages: usize,
    /// Bytes that may wait for one connection before it counts as lagging.
    pub queue_bytes: usize,
    /// How far back, in positions of the log, a subscription may resume.
    pub resume_positions: u64,
    /// Subscriptions that may read history at the same time.
    pub replays: usize,
    /// How long a stranger has to say who it is.
    pub auth_wait: Duration,
    /// How often the server pings.
    pub ping_every: Duration,
    /// How long a peer may be silent before it is dropped.
    pub silence: Duration,
    /// How long a farewell may take before the socket is simply dropped.
    pub farewell: Duration,
    /// Incoming messages a second, in the long run.
    pub incoming_per_s: u32,
    /// Incoming messages at once.
    pub incoming_burst: u32,
}

impl Default for PushConfig {
    fn default() -> Self {
        Self {
            connections: 50_000,
            connections_of_organization: 20_000,
            connections_of_person: 20_000,
            strangers: 1_000,
            subscriptions: 100,
            queue_messages: 1_024,
            queue_bytes: 1 << 20,
            resume_positions: 1_000_000,
            replays: 64,
            auth_wait: Duration::from_secs(5),
            ping_every: Duration::from_secs(25),
            silence: Duration::from_secs(60),
            farewell: Duration::from_secs(5),
            incoming_per_s: 50,
            incoming_burst: 100,
        }
    }
}

/// The largest message a client may send, in bytes; beyond it the socket closes with 1009.
pub const LARGEST_MESSAGE: usize = 16 * 1024;
