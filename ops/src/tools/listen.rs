//! `flowgrid listen`: to which server, with which token.

use flowgrid_bus::Role;

use super::Server;
use crate::{Failure, cli};

/// Listens until stopped. Where `flowgrid up` runs, address and token need not be given.
///
/// # Errors
/// When there is no server or no token, or one refuses the other.
pub async fn listen(options: cli::Listen) -> Result<(), Failure> {
    let named = cli::ServerOptions {
        url: options.url,
        token: options.token,
        key: None,
    };
    let Server { url, token, .. } = Server::find(&named, Role::Viewer)?;
    crate::listen::listen(&url, &token, &options.channel, options.after).await
}
