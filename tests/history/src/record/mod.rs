//! What clients and subscribers write while a run goes on.
//!
//! Each has a file of its own, so nobody waits for anybody, and each line is handed to the system
//! before the request that it tells of is sent. The files must lie outside of the faults' reach.

mod client;
mod file;
pub(crate) mod line;
mod subscriber;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use flowgrid_bus::Role;

pub use client::{ClientLog, Op, Sent};
use file::Lines;
pub use subscriber::SubscriberLog;

/// Gives each client and each subscriber of a run its file. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Recorder {
    folder: Arc<Path>,
    started: Instant,
}

impl Recorder {
    /// Makes the folder. The run's clock starts here.
    ///
    /// # Errors
    /// When the folder can't be made.
    pub fn create(folder: impl Into<PathBuf>) -> io::Result<Self> {
        let folder: PathBuf = folder.into();
        std::fs::create_dir_all(&folder)?;
        Ok(Self {
            folder: folder.into(),
            started: Instant::now(),
        })
    }

    /// The folder, for [`crate::read_recording`].
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The file of a client; `name` (letters, digits, `-`) is its own in the whole run and begins
    /// its marks.
    ///
    /// # Errors
    /// When the name is taken, or the file can't be made.
    pub fn client(&self, name: &str) -> io::Result<ClientLog> {
        let lines = Lines::create(&self.folder, "client", name, self.started)?;
        Ok(ClientLog::new(name, lines))
    }

    /// The file of a subscriber: one channel of one organization, heard in a role. It lives on
    /// through reconnects, also to other processes.
    ///
    /// # Errors
    /// When the name is taken, or the file can't be made.
    pub fn subscriber(
        &self,
        name: &str,
        org: &str,
        role: Role,
        channel: &str,
    ) -> io::Result<SubscriberLog> {
        let lines = Lines::create(&self.folder, "subscriber", name, self.started)?;
        SubscriberLog::new(lines, org, role, channel)
    }
}
