//! Where Postgres and NATS are.
//!
//! - `DATABASE_URL`: `postgres://user:password@host:port/database`; the user may create roles or
//!   is a member of `flowgrid_log`, `flowgrid_project` and `flowgrid_query`.
//! - `NATS_URL`: `nats://user:password@host:port`, several separated by commas.
//! - `NATS_RELAY_URL`: the same as the one user who may publish `ev.>`; default `NATS_URL`.
//! - `NATS_REPLICAS` (1): how many servers of a NATS cluster hold each stream.

use std::path::Path;

use flowgrid_stack::{Connections, Stack};

use super::{SettingError, parsed, variable};

/// The servers that a process talks to. Holds passwords: never shown.
#[derive(Clone, Default)]
pub struct Servers {
    pub database_url: Option<String>,
    pub nats_url: Option<String>,
    pub nats_relay_url: Option<String>,
    pub replicas: usize,
}

impl Servers {
    /// As the environment has them.
    ///
    /// # Errors
    /// When `NATS_REPLICAS` is no number from 1 to 5.
    pub fn from_environment() -> Result<Self, SettingError> {
        let replicas = parsed("NATS_REPLICAS", 1, "a number from 1 to 5")?;
        if !(1..=5).contains(&replicas) {
            return Err(SettingError::new(
                "NATS_REPLICAS",
                "expected a number from 1 to 5",
            ));
        }
        Ok(Self {
            database_url: variable("DATABASE_URL"),
            nats_url: variable("NATS_URL"),
            nats_relay_url: variable("NATS_RELAY_URL"),
            replicas,
        })
    }

    /// What the environment leaves open comes from servers of our own.
    pub fn or_of(mut self, stack: &Stack) -> Self {
        if self.database_url.is_none() {
            self.database_url = stack.database_url().map(Into::into);
        }
        if self.nats_url.is_none() {
            self.nats_url = stack.nats_url().map(Into::into);
            self.nats_relay_url = stack.nats_relay_url().map(Into::into);
        }
        self
    }

    pub fn database(&self) -> Result<&str, SettingError> {
        self.database_url.as_deref().ok_or_else(|| {
            SettingError::new(
                "DATABASE_URL",
                "not set, and no `flowgrid up` runs on this state folder",
            )
        })
    }

    pub fn nats(&self) -> Result<&str, SettingError> {
        self.nats_url.as_deref().ok_or_else(|| {
            SettingError::new(
                "NATS_URL",
                "not set, and no `flowgrid up` runs on this state folder",
            )
        })
    }

    pub fn nats_relay(&self) -> Result<&str, SettingError> {
        match &self.nats_relay_url {
            Some(url) => Ok(url),
            None => self.nats(),
        }
    }
}

/// The environment's servers, else those that `flowgrid up` runs on a state folder.
///
/// # Errors
/// When a setting is wrong or the state folder can't be read.
pub fn servers_of_state(state: &Path) -> Result<Servers, SettingError> {
    let mut servers = Servers::from_environment()?;
    let running = Connections::read(state)
        .map_err(|error| SettingError::new("FLOWGRID_STATE", error.to_string()))?;
    if let Some(running) = running {
        servers.database_url = servers.database_url.or(running.database_url);
        if servers.nats_url.is_none() {
            servers.nats_url = running.nats_url;
            servers.nats_relay_url = running.nats_relay_url;
        }
    }
    Ok(servers)
}
