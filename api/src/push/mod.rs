//! Push: events to clients over WebSocket, in order, resumable by position.
//!
//! One [`Hub`] a process. For each log one task ([`follow`]) reads the shared tail and hands every
//! event to the [`feed::Feed`] of its log, which knows who follows what. An event's message is
//! serialized once; each connection has a bounded queue ([`outbox`]) and one small task
//! ([`connection`]). Who reads too slowly is told from where to resume, and closed. A
//! subscription that resumes reads history first and then joins without a seam ([`replay`]).

mod channel;
mod comeback;
mod config;
mod connection;
mod dismiss;
mod energy;
mod facets;
mod feed;
mod follow;
mod frame;
mod hub;
mod identity;
mod incoming;
mod index;
mod metrics;
mod outbox;
mod outgoing;
#[cfg(test)]
mod properties;
mod rate;
mod recent;
mod replay;
mod seats;
mod session;
mod subscribe;
mod subscription;
mod upgrade;
mod writer;

pub use config::{LARGEST_MESSAGE, PushConfig};
pub use hub::Hub;
pub use metrics::PushMetrics;
pub use upgrade::routes;
