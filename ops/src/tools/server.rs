//! To which server a tool talks, and in whose name.

use chrono::TimeDelta;
use flowgrid_api::Clock;
use flowgrid_api::auth::{Grant, Tokens};
use flowgrid_bus::Role;

use crate::settings::{RunFile, keys, state_dir};
use crate::{Failure, cli};

/// How long a token is good for that nobody has to keep.
const TOKEN_DAYS: i64 = 1;

/// A server, and what to show it.
pub struct Server {
    pub url: String,
    /// Goes before the token.
    pub key: Option<String>,
    pub token: String,
}

impl Server {
    /// The one that is named; else the one that `flowgrid up` runs on this state folder, whose tokens need
    /// not be given: one of this role is made.
    ///
    /// # Errors
    /// When there is no server, or nothing to show it.
    pub fn find(named: &cli::ServerOptions, role: Role) -> Result<Self, Failure> {
        let state = state_dir();
        let running = RunFile::read(&state);
        let url = match (&named.url, &running) {
            (Some(url), _) => url.clone(),
            (None, Some(running)) => running.address.clone(),
            (None, None) => {
                return Err(Failure::new(
                    "no `flowgrid up` runs on this state folder: give --url and --token",
                ));
            }
        };
        let token = match (&named.token, &running) {
            (Some(token), _) => token.clone(),
            (None, _) if named.key.is_some() => String::new(),
            (None, Some(running)) => {
                let tokens = Tokens::with_keys(keys(&state)?, Clock::system());
                let lifetime = TimeDelta::days(TOKEN_DAYS);
                tokens.issue(&Grant::member("cli", &running.organization, role, lifetime))?
            }
            (None, None) => {
                return Err(Failure::new("give a --token: `flowgrid token` makes one"));
            }
        };
        Ok(Self {
            url,
            key: named.key.clone(),
            token,
        })
    }
}
