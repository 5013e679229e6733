//! `flowgrid token`

use flowgrid_api::Clock;
use flowgrid_api::auth::{Grant, Tokens};

use crate::settings::{secret, state_dir};
use crate::{Failure, cli};

/// Prints an access token, signed with `JWT_SECRET` or the state folder's secret.
///
/// # Errors
/// When there is no secret, or the organization is no slug.
pub fn token(options: cli::Token) -> Result<(), Failure> {
    let tokens = Tokens::new(secret(&state_dir())?.trim().as_bytes(), Clock::system())?;
    let grant = Grant {
        subject: options.subject,
        membership: options.org.map(|org| (org, options.role)),
        scopes: options.scopes,
        frontends: options.frontends,
        lifetime: options.expires,
    };
    println!("{}", tokens.issue(&grant)?);
    Ok(())
}
