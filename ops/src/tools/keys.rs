//! `flowgrid keys`

use flowgrid_api::Clock;

use crate::Failure;
use crate::settings::{new_key, state_dir};

/// Draws a key of the access tokens and says where it is.
///
/// # Errors
/// When the folder can't be written to.
pub fn new() -> Result<(), Failure> {
    let stamp = Clock::system()
        .now()
        .format("%Y%m%dT%H%M%S%3fZ")
        .to_string();
    let (file, kid) = new_key(&state_dir(), &stamp)?;
    println!("{}", file.display());
    eprintln!("key {kid}; see ops/runbooks/rotate-jwt-secret.md for what comes next");
    Ok(())
}
