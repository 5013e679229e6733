//! `flowgrid listen`: to which server, with which token.

use chrono::TimeDelta;
use flowgrid_api::Clock;
use flowgrid_api::auth::{Grant, Tokens};
use flowgrid_bus::Role;

use crate::settings::{RunFile, keys, state_dir};
use crate::{Failure, cli};

/// How long a token is good for that nobody has to keep.
const TOKEN_DAYS: i64 = 1;

/// Listens until stopped. Where `flowgrid up` runs, address and token need not be given.
///
/// # Errors
/// When there is no server or no token, or one refuses the other.
pub async fn listen(options: cli::Listen) -> Result<(), Failure> {
    let state = state_dir();
    let running = RunFile::read(&state);
    let url = match (options.url, &running) {
        (Some(url), _) => url,
        (None, Some(running)) => running.address.clone(),
        (None, None) => {
            return Err(Failure::new(
                "no `flowgrid up` runs on this state folder: give --url and --token",
            ));
        }
    };
    let token = match (options.token, &running) {
        (Some(token), _) => token,
        (None, Some(running)) => {
            let tokens = Tokens::with_keys(keys(&state)?, Clock::system());
            tokens.issue(&Grant::member(
                "cli",
                &running.organization,
                Role::Viewer,
                TimeDelta::days(TOKEN_DAYS),
            ))?
        }
        (None, None) => return Err(Failure::new("give a --token: `flowgrid token` makes one")),
    };
    crate::listen::listen(&url, &token, &options.channel, options.after).await
}
