//! The key of the access tokens.
//!
//! - `JWT_SECRET`: at least 32 bytes. Where it isn't set, `flowgrid up` draws one and keeps it in
//!   the state folder, readable by its user alone.
//! - `JWT_SECRET_PREVIOUS`: the key before, whose tokens are still accepted while it is replaced.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::{SettingError, variable};

fn file(state: &Path) -> PathBuf {
    state.join("jwt-secret")
}

/// The secret that is set, else the state folder's.
///
/// # Errors
/// When there is none.
pub fn secret(state: &Path) -> Result<String, SettingError> {
    if let Some(secret) = variable("JWT_SECRET") {
        return Ok(secret);
    }
    std::fs::read_to_string(file(state)).map_err(|_| {
        SettingError::new(
            "JWT_SECRET",
            "not set (at least 32 bytes), and `flowgrid up` has made none in the state folder",
        )
    })
}

/// The key that is being replaced, if one is.
pub fn previous_secret() -> Option<String> {
    variable("JWT_SECRET_PREVIOUS")
}

/// The secret that is set, else the state folder's, drawn when there is none.
///
/// # Errors
/// When the state folder can't be written to.
pub fn secret_or_new(state: &Path) -> Result<String, SettingError> {
    if let Ok(secret) = secret(state) {
        return Ok(secret);
    }
    let drawn = format!(
        "{}{}",
        uuid::Uuid::new_v4().simple(),
        uuid::Uuid::new_v4().simple()
    );
    match keep(state, &drawn) {
        Ok(()) => Ok(drawn),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => secret(state),
        Err(error) => Err(SettingError::new("FLOWGRID_STATE", error.to_string())),
    }
}

/// Gives the file its name only when its bytes are on disk: an empty one, as a power cut may leave it,
/// would be no key and still be in the way of the next. Who comes second keeps the first one's.
fn keep(state: &Path, drawn: &str) -> std::io::Result<()> {
    let fresh = state.join(format!("jwt-secret.{}", std::process::id()));
    let _ = std::fs::remove_file(&fresh); // of a process before us with our number
    let mut opened = private(&fresh)?;
    opened.write_all(drawn.as_bytes())?;
    opened.sync_all()?;
    let named = std::fs::hard_link(&fresh, file(state));
    std::fs::remove_file(&fresh)?;
    named?;
    // The name as well, before anybody is given a token.
    std::fs::File::open(state)?.sync_all()
}

/// A new file that only its owner may read.
fn private(path: &Path) -> std::io::Result<std::fs::File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
