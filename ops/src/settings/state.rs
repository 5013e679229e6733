//! The state folder: `FLOWGRID_STATE`, else the user's (see `flowgrid_stack::default_state_dir`).

use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub fn state_dir() -> PathBuf {
    flowgrid_stack::default_state_dir()
}

/// What `flowgrid up` leaves in the state folder for the other commands of the same user.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunFile {
    /// `http://127.0.0.1:8000`
    pub address: String,
    pub database_url: String,
    pub nats_url: String,
    pub organization: String,
    pub pid: u32,
}

impl RunFile {
    fn path(state: &Path) -> PathBuf {
        state.join("run.json")
    }

    /// Written whole or not at all, readable by its user alone.
    ///
    /// # Errors
    /// When the state folder can't be written to.
    pub fn write(&self, state: &Path) -> std::io::Result<()> {
        let next = state.join("run.json.next");
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options
            .open(&next)?
            .write_all(&serde_json::to_vec_pretty(self)?)?;
        std::fs::rename(next, Self::path(state))
    }

    pub fn read(state: &Path) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(Self::path(state)).ok()?).ok()
    }

    pub fn remove(state: &Path) {
        let _ = std::fs::remove_file(Self::path(state)); // gone already is as good
    }
}
