//! Limits and settings of the edge. Every default works on a developer's machine.

use std::time::Duration;

use axum::http::HeaderValue;
use chrono::TimeDelta;

use super::DefaultOrganizations;
use crate::limits::Proxies;

/// Settings of HTTP.
#[derive(Clone, Debug)]
pub struct ApiConfig {
    /// Origins whose pages may call (`ALLOWED_ORIGINS` and `FRONTEND_URL`).
    pub allowed_origins: Vec<HeaderValue>,
    /// Proxies whose `X-Forwarded-For` counts (`TRUSTED_PROXIES`).
    pub trusted_proxies: Proxies,
    /// Organizations that who registers with a frontend joins (`DEFAULT_ORGANIZATIONS`).
    pub default_organizations: DefaultOrganizations,
    /// How long an access token is good for (`JWT_EXPIRES_IN`).
    pub access_lifetime: TimeDelta,
    /// How long a session lasts that is not used (`JWT_REFRESH_EXPIRES_IN`).
    pub refresh_lifetime: TimeDelta,
    /// The largest body, in bytes.
    pub body_limit: usize,
    /// How long a body may take to arrive.
    pub body_timeout: Duration,
    /// How long the head of a request may take to arrive, and how long a connection may rest
    /// between two.
    pub header_timeout: Duration,
    /// How long a peer may leave an answer, or an event, unread before its connection is closed.
    /// Linux only: elsewhere such a connection stays until the peer goes.
    pub unread_timeout: Duration,
    /// How many bodies above 64 KB are read at the same time.
    pub large_bodies: usize,
    /// The largest body of readings, in bytes, as it comes and unpacked.
    pub bulk_limit: usize,
    /// How long a body of readings may take to arrive.
    pub bulk_timeout: Duration,
    /// How many bodies of readings above 64 KB are looked at at the same time; more of them wait.
    pub bulk_bodies: usize,
    /// How long a query waits for `X-Min-Position`.
    pub wait_limit: Duration,
    /// How many connections are served at once.
    pub max_connections: usize,
    /// How long running requests may take when the process stops.
    pub drain: Duration,
    /// Behind how many seconds a projection counts as too late to be ready.
    pub ready_lag_s: f64,
}

impl Default for ApiConfig {
    fn default() -> Self {
        Self {
            allowed_origins: Vec::new(),
            trusted_proxies: Proxies::default(),
            default_organizations: DefaultOrganizations::default(),
            access_lifetime: TimeDelta::minutes(15),
            refresh_lifetime: TimeDelta::days(30),
            body_limit: 1024 * 1024,
            body_timeout: Duration::from_secs(10),
            header_timeout: Duration::from_secs(60),
            unread_timeout: Duration::from_secs(60),
            large_bodies: 32,
            bulk_limit: 16 * 1024 * 1024,
            bulk_timeout: Duration::from_secs(60),
            bulk_bodies: 16,
            wait_limit: Duration::from_secs(5),
            max_connections: 20_000,
            drain: Duration::from_secs(10),
            ready_lag_s: 30.0,
        }
    }
}

/// An origin that isn't one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no origin: write scheme, host and port, such as https://app.example.org")]
pub struct BadOrigin(String);

impl ApiConfig {
    /// Adds a comma-separated list of origins, as `ALLOWED_ORIGINS` and `FRONTEND_URL` hold them; a
    /// path after the host is cut off.
    ///
    /// # Errors
    /// When one of them is no origin. `*` is refused as well: answers carry credentials.
    pub fn allow_origins(&mut self, list: &str) -> Result<(), BadOrigin> {
        for text in list.split(',').map(str::trim).filter(|t| !t.is_empty()) {
            let bad = || BadOrigin(text.chars().take(100).collect());
            let (scheme, rest) = text.split_once("://").ok_or_else(bad)?;
            let host = rest.split('/').next().unwrap_or_default();
            let plain = host
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-.:[]_".contains(&b));
            if !matches!(scheme, "http" | "https") || host.is_empty() || !plain {
                return Err(bad());
            }
            let origin = format!("{scheme}://{}", host.to_ascii_lowercase());
            let origin = HeaderValue::try_from(origin).map_err(|_| bad())?;
            if !self.allowed_origins.contains(&origin) {
                self.allowed_origins.push(origin);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_a_union_without_paths() {
        let mut config = ApiConfig::default();
        config
            .allow_origins("https://A.example , http://localhost:3000/")
            .unwrap();
        config.allow_origins("http://localhost:3000/app").unwrap();
        assert_eq!(
            config.allowed_origins,
            ["https://a.example", "http://localhost:3000"]
        );
        for bad in ["*", "example.org", "ftp://x", "https://", "https://a b"] {
            assert!(config.allow_origins(bad).is_err(), "{bad}");
        }
    }
}
