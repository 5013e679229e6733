//! Where HTTP listens.
//!
//! - `HOST` (127.0.0.1), `PORT` (8000)
//! - `DEFAULT_ORGANIZATIONS`: which organization who registers with a frontend joins as a viewer, such as
//!   `chronicles=chronicles,flov7=flows`; without it, registering founds one. Found it first: while there
//!   is none of this slug, nobody can register with that frontend
//! - `ALLOWED_ORIGINS`, `FRONTEND_URL`: origins whose pages may call, separated by commas.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use flowgrid_api::{ApiConfig, DefaultOrganizations};

use super::lifetimes::lifetime_of;
use super::limits::trusted_proxies;
use super::{SettingError, parsed, variable};

/// The address to listen on.
#[derive(Clone, Copy, Debug)]
pub struct HttpSettings {
    pub address: SocketAddr,
    /// `PORT` is set: another one won't do.
    pub fixed_port: bool,
}

impl HttpSettings {
    /// # Errors
    /// When `HOST` is no IP address or `PORT` no port.
    pub fn from_environment() -> Result<Self, SettingError> {
        let host = match variable("HOST").as_deref() {
            Some("localhost") => IpAddr::V4(Ipv4Addr::LOCALHOST),
            _ => parsed(
                "HOST",
                IpAddr::V4(Ipv4Addr::LOCALHOST),
                "an IP address such as 127.0.0.1",
            )?,
        };
        let port = parsed("PORT", 8000, "a port from 0 to 65535")?;
        Ok(Self {
            address: SocketAddr::new(host, port),
            fixed_port: variable("PORT").is_some(),
        })
    }
}

/// The API's settings.
///
/// # Errors
/// When an origin is none, a proxy no network or a lifetime no time.
pub fn api_config() -> Result<ApiConfig, SettingError> {
    let mut config = ApiConfig::default();
    for name in ["ALLOWED_ORIGINS", "FRONTEND_URL"] {
        if let Some(list) = variable(name) {
            config
                .allow_origins(&list)
                .map_err(|error| SettingError::new(name, error.to_string()))?;
        }
    }
    let defaults = variable("DEFAULT_ORGANIZATIONS").unwrap_or_default();
    config.default_organizations = DefaultOrganizations::parse(&defaults)
        .map_err(|error| SettingError::new("DEFAULT_ORGANIZATIONS", error.to_string()))?;
    config.trusted_proxies = trusted_proxies()?;
    config.access_lifetime = lifetime_of("JWT_EXPIRES_IN", config.access_lifetime)?;
    config.refresh_lifetime = lifetime_of("JWT_REFRESH_EXPIRES_IN", config.refresh_lifetime)?;
    Ok(config)
}
