//! What is logged, and how.
//!
//! - `LOG_LEVEL` (info): `error`, `warn`, `info`, `debug`, `trace`, or filters such as
//!   `info,flowgrid_log=debug`.
//! - `LOG_FORMAT`: `text` or `json`; default text on a terminal, else JSON.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use super::{SettingError, variable};

/// How this process logs.
pub struct LogSettings {
    filter: EnvFilter,
    json: bool,
}

impl LogSettings {
    /// # Errors
    /// When `LOG_LEVEL` or `LOG_FORMAT` isn't understood.
    pub fn from_environment() -> Result<Self, SettingError> {
        let level = variable("LOG_LEVEL").unwrap_or_else(|| "info".into());
        let filter =
            EnvFilter::try_new(format!("{level},sqlx=warn,async_nats=error")).map_err(|_| {
                SettingError::new("LOG_LEVEL", "expected error, warn, info, debug or trace")
            })?;
        let json = match variable("LOG_FORMAT").as_deref() {
            None => !std::io::stderr().is_terminal(),
            Some("json") => true,
            Some("text") => false,
            Some(_) => return Err(SettingError::new("LOG_FORMAT", "expected text or json")),
        };
        Ok(Self { filter, json })
    }
}

/// Starts logging to standard error. Called once, at the start.
pub fn start_logging(settings: LogSettings) {
    let builder = tracing_subscriber::fmt()
        .with_env_filter(settings.filter)
        .with_writer(std::io::stderr);
    if settings.json {
        builder.json().flatten_event(true).init();
    } else {
        builder
            .with_target(false)
            .with_ansi(std::io::stderr().is_terminal())
            .init();
    }
}
