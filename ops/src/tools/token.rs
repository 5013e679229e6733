//! `flowgrid token`

use flowgrid_api::Clock;
use flowgrid_api::auth::{Grant, Tokens};

use crate::settings::{keys, state_dir};
use crate::{Failure, cli};

/// Prints an access token, signed with the key that is set or the state folder's.
///
/// # Errors
/// When there is no key, or the organization is no slug.
pub fn token(options: cli::Token) -> Result<(), Failure> {
    let tokens = Tokens::with_keys(keys(&state_dir())?, Clock::system());
    let grant = Grant {
        subject: options.subject,
        membership: options.org.map(|org| (org, options.role)),
        scopes: options.scopes,
        frontends: options.frontends,
        session: None,
        plan: Some(options.plan),
        lifetime: options.expires,
    };
    println!("{}", tokens.issue(&grant)?);
    Ok(())
}
