//! Projectors and the supervisors of rebuilds, as tasks of this process.

mod apply;
mod connection;
mod context;
mod projector;
mod session;
mod standby;
mod start;
mod stats;
mod take;

pub(crate) use apply::{Applied, ApplyError, apply, write as write_rows};
pub(crate) use connection::{Client, OwnedConnection};
pub(crate) use context::{Context, Kicks, logs_of};
pub use start::{ProjectionRuntime, RuntimeOptions};
pub use stats::ProjectorStats;
