//! The keys of the access tokens.
//!
//! - `JWT_KEYS_DIR`: a folder of Ed25519 keys, each a file `*.pem` (PKCS#8), made by `flowgrid keys new`.
//!   The one whose name sorts last signs; what the others have signed is accepted. One named
//!   `*.next.pem` signs nothing yet, so that all processes know it before one uses it.
//! - `JWT_SECRET`: a shared secret of at least 32 bytes. It signs where there is no such folder, by
//!   HS256; beside one, what it has signed is accepted.
//! - `JWT_SECRET_PREVIOUS`: the secret before, accepted while it is replaced.
//!
//! Where none is set, `flowgrid up` draws an Ed25519 key and keeps it in the state folder.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use flowgrid_api::auth::{Ed25519Key, Keys};

use super::kept::{keep, private_folder};
use super::{SettingError, variable};

/// Nobody rotates as often as that.
const MOST_KEYS: usize = 32;
/// Of a key that signs nothing yet.
const NOT_YET: &str = ".next.pem";

/// The keys that are set, else the state folder's.
///
/// # Errors
/// When there is none, or one can't be used.
pub fn keys(state: &Path) -> Result<Keys, SettingError> {
    found(state)?.ok_or_else(|| {
        SettingError::new(
            "JWT_KEYS_DIR",
            "not set, nor JWT_SECRET (at least 32 bytes), and `flowgrid up` has made no key in the \
             state folder",
        )
    })
}

/// The keys that are set, else the state folder's; drawn when there is none.
///
/// # Errors
/// When one can't be used, or the state folder can't be written to.
pub fn keys_or_new(state: &Path) -> Result<Keys, SettingError> {
    let folder = of_state(state);
    let is_set = variable("JWT_SECRET")
        .or(variable("JWT_KEYS_DIR"))
        .is_some();
    if is_set || !files(&folder)?.is_empty() {
        return keys(state);
    }
    let unwritable = |error: std::io::Error| SettingError::new("FLOWGRID_STATE", error.to_string());
    private_folder(&folder).map_err(unwritable)?;
    // A name that all draw alike: two that start at once keep one of both.
    match keep_new(&folder, "first.pem") {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(unwritable(error)),
    }
    keys(state)
}

/// Draws a key into `JWT_KEYS_DIR`, else the state folder's. The first one signs at once where there is
/// no `JWT_SECRET`; any other is kept as `*.next.pem`. Returns the file and the key's name in tokens.
///
/// # Errors
/// When what is there can't be read, or the folder can't be written to.
pub fn new_key(state: &Path, stamp: &str) -> Result<(PathBuf, String), SettingError> {
    let folder = variable("JWT_KEYS_DIR").map_or_else(|| of_state(state), PathBuf::from);
    let wrong = |error: std::io::Error| SettingError::new("JWT_KEYS_DIR", error.to_string());
    private_folder(&folder).map_err(wrong)?;
    let first = files(&folder)?.is_empty() && variable("JWT_SECRET").is_none();
    let ending = if first { ".pem" } else { NOT_YET };
    let name = format!("key-{stamp}{ending}");
    let kid = keep_new(&folder, &name).map_err(wrong)?;
    Ok((folder.join(name), kid))
}

fn of_state(state: &Path) -> PathBuf {
    state.join("jwt-keys")
}

fn found(state: &Path) -> Result<Option<Keys>, SettingError> {
    let secret = variable("JWT_SECRET");
    let folder = variable("JWT_KEYS_DIR").map(PathBuf::from);
    if secret.is_none() && folder.is_none() {
        // The secret is that of an earlier version: its tokens go on being good.
        let kept = std::fs::read_to_string(state.join("jwt-secret")).ok();
        return together(kept, &of_state(state));
    }
    match folder {
        Some(folder) => {
            let keys = together(secret, &folder)?;
            let none =
                || SettingError::new("JWT_KEYS_DIR", "no key that signs: `flowgrid keys new`");
            keys.ok_or_else(none).map(Some)
        }
        None => of_secrets(secret),
    }
}

/// What a secret and a folder make.
fn together(secret: Option<String>, folder: &Path) -> Result<Option<Keys>, SettingError> {
    let mut keys = read(folder)?;
    // The last that signs is the newest.
    let newest = keys.iter().rposition(|(name, _)| !name.ends_with(NOT_YET));
    let secrets = of_secrets(secret)?;
    let newest = newest.map(|at| keys.remove(at).1);
    let others: Vec<Ed25519Key> = keys.into_iter().map(|(_, key)| key).collect();
    let all = match (newest, secrets) {
        (Some(newest), Some(secrets)) => secrets.with_ed25519(&newest, &others),
        (Some(newest), None) => Keys::ed25519(&newest, &others),
        (None, secrets) => return Ok(secrets.map(|secrets| secrets.accepting(&others))),
    };
    all.map(Some)
        .map_err(|error| SettingError::new("JWT_KEYS_DIR", error.to_string()))
}

fn of_secrets(secret: Option<String>) -> Result<Option<Keys>, SettingError> {
    let set: Vec<String> = [secret, variable("JWT_SECRET_PREVIOUS")]
        .into_iter()
        .flatten()
        .map(|text| text.trim().to_owned())
        .collect();
    let Some((first, rest)) = set.split_first() else {
        return Ok(None);
    };
    let previous = rest.first().map(String::as_bytes);
    let keys = Keys::hs256(first.as_bytes(), previous);
    keys.map(Some)
        .map_err(|error| SettingError::new("JWT_SECRET", error.to_string()))
}

/// The keys of a folder by name; none where there is no folder.
fn read(folder: &Path) -> Result<Vec<(String, Ed25519Key)>, SettingError> {
    let wrong = |name: &str, why: String| {
        SettingError::new(
            "JWT_KEYS_DIR",
            format!("{}: {why}", folder.join(name).display()),
        )
    };
    let key = |name: String| {
        let text = std::fs::read_to_string(folder.join(&name))
            .map_err(|error| wrong(&name, error.to_string()))?;
        let key = Ed25519Key::from_pem(&text).map_err(|error| wrong(&name, error.to_string()))?;
        Ok((name, key))
    };
    files(folder)?.into_iter().map(key).collect()
}

/// The names of all keys in a folder, sorted.
fn files(folder: &Path) -> Result<Vec<String>, SettingError> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(SettingError::new("JWT_KEYS_DIR", error.to_string())),
    };
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".pem"))
        .collect();
    names.sort_unstable();
    if names.len() > MOST_KEYS {
        let problem = format!("more than {MOST_KEYS} keys: take the oldest away");
        return Err(SettingError::new("JWT_KEYS_DIR", problem));
    }
    Ok(names)
}

/// Draws a key and keeps it; returns its name in tokens.
fn keep_new(folder: &Path, name: &str) -> std::io::Result<String> {
    let key = Ed25519Key::from_seed(&rand::random());
    let pem = key.to_pem().map_err(std::io::Error::other)?;
    keep(folder, name, pem.as_bytes())?;
    Ok(key.kid().to_owned())
}

#[cfg(test)]
mod tests;
