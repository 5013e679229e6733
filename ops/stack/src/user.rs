//! The user the servers run as. Postgres refuses root; NATS has no need of it.

use std::{
    os::unix::{fs::chown, process::CommandExt},
    path::Path,
    process::Command,
};

use nix::unistd::{User, geteuid};

use crate::StackError;

/// Tried in this order when we are root.
const CANDIDATES: [&str; 2] = ["postgres", "nobody"];

/// Whom the servers run as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RunAs {
    /// The user we are.
    Ourselves,
    /// Another user, because we are root.
    Other { uid: u32, gid: u32 },
}

impl RunAs {
    /// # Errors
    /// [`StackError::NoUser`] when we are root and there is nobody else.
    pub(crate) fn choose() -> Result<RunAs, StackError> {
        if !geteuid().is_root() {
            return Ok(RunAs::Ourselves);
        }
        CANDIDATES
            .iter()
            .find_map(|name| User::from_name(name).ok().flatten())
            .map(|user| RunAs::Other {
                uid: user.uid.as_raw(),
                gid: user.gid.as_raw(),
            })
            .ok_or(StackError::NoUser)
    }

    pub(crate) fn is_other(self) -> bool {
        matches!(self, RunAs::Other { .. })
    }

    /// Makes `command` run as this user. The standard library drops root's supplementary groups with it.
    pub(crate) fn apply(self, command: &mut Command) {
        if let RunAs::Other { uid, gid } = self {
            command.gid(gid).uid(uid);
        }
    }

    /// Gives `path` (not what lies below) to this user.
    ///
    /// # Errors
    /// [`StackError::Io`].
    pub(crate) fn own(self, path: &Path) -> Result<(), StackError> {
        match self {
            RunAs::Ourselves => Ok(()),
            RunAs::Other { uid, gid } => chown(path, Some(uid), Some(gid))
                .map_err(StackError::io("change the owner of", path)),
        }
    }
}
