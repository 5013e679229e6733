//! Why the evaluation of rules broke off.

use flowgrid_commands::CommandError;
use flowgrid_domain::DecodeError;
use flowgrid_log::LogError;
use flowgrid_projections::ReadError;
use flowgrid_vault::VaultError;

/// After any of these the worker begins again from its checkpoint.
#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    #[error(transparent)]
    Log(#[from] LogError),
    #[error(transparent)]
    Rows(#[from] ReadError),
    #[error(transparent)]
    Command(#[from] CommandError),
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error("the tables of rules: {0}")]
    Database(#[from] sqlx::Error),
    #[error("the tables of rules hold what can't be read: {0}")]
    Stored(#[from] serde_json::Error),
    /// The event's position. It is looked at again and again until a build can read it.
    #[error("event {0} can't be read: {1}")]
    Event(u64, DecodeError),
    #[error("log {0} is not followed in this process")]
    NotFollowed(flowgrid_bus::LogId),
}
