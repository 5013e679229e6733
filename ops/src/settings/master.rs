//! The master keys: whatever is secret in the database is sealed under them.
//!
//! - `MASTER_KEYS`: `k2:<key>,k1:<key>`, each an id and 32 bytes in hex or base64. The first seals, all
//!   of them open (`ops/runbooks/rotate-master-keys.md`).
//!
//! Where it isn't set, `flowgrid up` draws one and keeps it in the state folder.

use std::io::ErrorKind;
use std::path::Path;

use flowgrid_vault::MasterKeys;

use super::kept::keep;
use super::{SettingError, variable};

const NAME: &str = "MASTER_KEYS";
/// The state folder's file.
const FILE: &str = "master-keys";
/// The id of a key that we draw.
const FIRST: &str = "k1";

/// The keys that are set, else the state folder's.
///
/// # Errors
/// When there are none, or one can't be used. The error never holds a key.
pub fn master_keys(state: &Path) -> Result<MasterKeys, SettingError> {
    found(variable(NAME), state)?.ok_or_else(|| {
        SettingError::new(
            NAME,
            "not set (k1:<32 bytes in hex>), and `flowgrid up` has made none in the state folder",
        )
    })
}

/// The keys that are set, else the state folder's; drawn when there are none.
///
/// # Errors
/// When one can't be used, or the state folder can't be written to.
pub fn master_keys_or_new(state: &Path) -> Result<MasterKeys, SettingError> {
    if let Some(keys) = found(variable(NAME), state)? {
        return Ok(keys);
    }
    draw(state)?;
    master_keys(state)
}

fn found(set: Option<String>, state: &Path) -> Result<Option<MasterKeys>, SettingError> {
    match set {
        Some(text) => parsed(&text, NAME).map(Some),
        None => kept(state),
    }
}

/// The keys of the state folder; `None` where there is no such file.
fn kept(state: &Path) -> Result<Option<MasterKeys>, SettingError> {
    let file = state.join(FILE);
    match std::fs::read_to_string(&file) {
        Ok(text) => parsed(&text, &file.display().to_string()).map(Some),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unusable(&file.display().to_string(), &error.to_string())),
    }
}

/// Two that start at once keep one of both.
fn draw(state: &Path) -> Result<(), SettingError> {
    let drawn = MasterKeys::draw(FIRST).map_err(|error| unusable(NAME, &error.to_string()))?;
    match keep(state, FILE, drawn.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            Err(SettingError::new("FLOWGRID_STATE", error.to_string()))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

fn parsed(text: &str, from: &str) -> Result<MasterKeys, SettingError> {
    MasterKeys::parse(text.trim()).map_err(|error| unusable(from, &error.to_string()))
}

/// `from` is the variable or the file.
fn unusable(from: &str, problem: &str) -> SettingError {
    let problem = problem.strip_prefix("MASTER_KEYS: ").unwrap_or(problem);
    if from == NAME {
        return SettingError::new(NAME, problem);
    }
    SettingError::new(NAME, format!("{from}: {problem}"))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

    fn state() -> PathBuf {
        let name = format!("flowgrid-master-{:016x}", rand::random::<u64>());
        let state = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&state).unwrap();
        state
    }

    #[test]
    fn what_is_set_counts_before_what_is_kept() {
        let state = state();
        draw(&state).unwrap();
        let set = Some(format!("k7:{KEY}"));
        let keys = found(set, &state).unwrap().unwrap();
        assert_eq!(keys.current(), "k7");
        let keys = found(None, &state).unwrap().unwrap();
        assert_eq!(keys.current(), FIRST);
        std::fs::remove_dir_all(state).unwrap();
    }

    #[test]
    fn a_key_is_drawn_once_and_its_owner_alone_reads_it() {
        let state = state();
        assert!(found(None, &state).unwrap().is_none());
        draw(&state).unwrap();
        let file = state.join(FILE);
        let first = std::fs::read(&file).unwrap();
        draw(&state).unwrap();
        assert_eq!(std::fs::read(&file).unwrap(), first);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&file).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        // Nothing half-written is left beside it.
        assert_eq!(std::fs::read_dir(&state).unwrap().count(), 1);
        std::fs::remove_dir_all(state).unwrap();
    }

    #[test]
    fn what_is_wrong_is_named_without_the_key() {
        let state = state();
        let error = found(Some(format!("k1:{KEY}00")), &state).unwrap_err();
        let error = error.to_string();
        assert!(error.starts_with("MASTER_KEYS: key 1 (k1): "), "{error}");
        assert!(!error.contains(KEY), "{error}");
        std::fs::write(state.join(FILE), KEY).unwrap();
        let error = found(None, &state).unwrap_err().to_string();
        assert!(error.starts_with("MASTER_KEYS: /"), "{error}");
        assert!(error.contains(FILE) && !error.contains(KEY), "{error}");
        std::fs::remove_dir_all(state).unwrap();
    }
}
