//! The addresses of a running stack, left in the state folder for the other commands of the same user.

use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use crate::{StackError, secrets::write_private};

/// Where to reach the servers of a stack. Only those it started are set. The addresses hold passwords.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Connections {
    /// Postgres, as the owner of the database `flowgrid`, who may also create roles.
    pub database_url: Option<String>,
    /// NATS, as the application: anything but publishing `ev.>`.
    pub nats_url: Option<String>,
    /// NATS, as the relay: the only user who may publish `ev.>`.
    pub nats_relay_url: Option<String>,
    /// NATS, as an analyst, in an account of its own.
    pub nats_analyst_url: Option<String>,
}

impl Connections {
    /// The addresses of the stack that runs, or ran last and crashed, in this state folder; `None` when
    /// none does.
    ///
    /// # Errors
    /// [`StackError::Io`] when the file is there but cannot be read.
    pub fn read(state_dir: &Path) -> Result<Option<Connections>, StackError> {
        let path = file(state_dir);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(StackError::io("read", path)(e)),
        };
        let mut found = Connections::default();
        for (name, value) in text.lines().filter_map(|line| line.split_once('=')) {
            if let Some((_, slot)) = found.slots().into_iter().find(|(n, _)| *n == name) {
                *slot = Some(value.to_owned());
            }
        }
        Ok(Some(found))
    }

    pub(crate) fn write(&mut self, state_dir: &Path) -> Result<(), StackError> {
        let text: String = self
            .slots()
            .into_iter()
            .filter_map(|(name, value)| Some(format!("{name}={}\n", value.as_ref()?)))
            .collect();
        write_private(&file(state_dir), &text)
    }

    pub(crate) fn forget(state_dir: &Path) {
        let _ = fs::remove_file(file(state_dir));
    }

    fn slots(&mut self) -> [(&'static str, &mut Option<String>); 4] {
        [
            ("DATABASE_URL", &mut self.database_url),
            ("NATS_URL", &mut self.nats_url),
            ("NATS_RELAY_URL", &mut self.nats_relay_url),
            ("NATS_ANALYST_URL", &mut self.nats_analyst_url),
        ]
    }
}

/// Named so that a shell can read it too: `set -a; . .flowgrid/connections.env`.
fn file(state_dir: &Path) -> PathBuf {
    state_dir.join("connections.env")
}
