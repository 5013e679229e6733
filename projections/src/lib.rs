//! Read models, and what keeps them: projectors, rebuilds, verification.
//!
//! A read model lives in a schema per generation; one row names the live generation. A projector
//! applies batches of events in transactions that also move its checkpoint, fenced by the position
//! it expects. A rebuild fills the next generation beside the live one, catches up, compares and
//! swaps. Queries go through [`TenantTx`] alone.

pub mod alert_rules;
pub mod alerts;
pub mod buildings;
pub mod consumption;
pub mod documents;
pub mod forecasts;
pub mod readings;
pub mod sensors;
pub mod tariffs;

mod admin;
mod closed;
mod error;
mod generation;
mod integrations;
mod invitations;
mod keys;
mod members;
mod model;
mod notifications;
mod positions;
mod read;
mod read_model;
mod rebuild;
mod runtime;
mod security_events;
mod simple;
mod staged;
mod status;
mod threats;
mod verify;

pub use admin::{AdminError, ProjectionAdmin};
pub use error::ReadError;
pub use generation::State;
pub use model::{ModelName, UnknownModel};
pub use positions::Positions;
pub use read::{Page, ReadModels, TenantTx};
pub use runtime::{ProjectionRuntime, ProjectorStats, RuntimeOptions};
pub use status::{LogStatus, ProjectionStatus, RebuildStatus, StoppedAt};
pub use verify::{Difference, Problem, VerifyReport};
