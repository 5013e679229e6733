//! Settings from the environment: one file a concern. Every variable has a default that works on
//! a developer's machine; a wrong value stops the start with its name and what would be right.

mod database;
mod files;
mod http;
mod kept;
mod keys;
mod lifetimes;
mod limits;
mod logging;
mod mail;
mod master;
mod outside;
mod state;
mod without_effect;

pub use database::{Servers, servers_of_state};
pub use files::files;
pub use http::{HttpSettings, api_config};
pub use keys::{keys, keys_or_new, new_key};
pub use lifetimes::lifetime;
pub use limits::quotas;
pub use logging::{LogSettings, start_logging};
pub use mail::MailSettings;
pub use master::{master_keys, master_keys_or_new};
pub use outside::outside;
pub use state::{RunFile, state_dir};
pub use without_effect::warn_of_settings_without_effect;

/// A setting that can't be used.
#[derive(Debug, thiserror::Error)]
#[error("{name}: {problem}")]
pub struct SettingError {
    pub name: &'static str,
    pub problem: String,
}

impl SettingError {
    pub fn new(name: &'static str, problem: impl Into<String>) -> Self {
        Self {
            name,
            problem: problem.into(),
        }
    }
}

/// A variable that is set and not empty.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name)
        .ok()
        .filter(|value| !value.trim().is_empty())
}

/// A variable of any type that reads from text.
pub(crate) fn parsed<T: std::str::FromStr>(
    name: &'static str,
    default: T,
    right: &str,
) -> Result<T, SettingError> {
    match variable(name) {
        None => Ok(default),
        Some(text) => text
            .trim()
            .parse()
            .map_err(|_| SettingError::new(name, format!("expected {right}"))),
    }
}
