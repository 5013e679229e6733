//! HTTP and push: the edge between callers and commands, read models and the log.

pub mod auth;
mod clock;
mod ids;

pub use clock::Clock;
pub use ids::Ids;
