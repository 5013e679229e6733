//! Where the servers' files lie, and the lock that says who works there.

use std::{
    fs::{self, File, Permissions, TryLockError},
    io::Write,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    time::Duration,
};

use sha2::{Digest, Sha256};
use tokio::time::{Instant, sleep};

use crate::{StackError, user::RunAs};

/// Where root keeps the servers' data when the state folder cannot be reached by the servers' user.
const ROOT_BASE: &str = "/var/lib/flowgrid";
/// A predecessor that is still stopping gets this long to let go of the lock.
const LOCK_PATIENCE: Duration = Duration::from_secs(3);

/// The folders of one stack. Holds the state folder's lock as long as it lives.
#[derive(Debug)]
pub(crate) struct Place {
    /// Passwords, lock, addresses: ours.
    pub(crate) state: PathBuf,
    /// Data, logs and configuration: the servers' user's.
    pub(crate) servers: PathBuf,
    pub(crate) run_as: RunAs,
    _lock: File,
}

impl Place {
    /// Makes the folders, takes the lock.
    ///
    /// # Errors
    /// [`StackError::InUse`] when another process holds the lock; [`StackError::Io`], [`StackError::NoUser`].
    pub(crate) async fn open(state: &Path) -> Result<Place, StackError> {
        fs::create_dir_all(state).map_err(StackError::io("make", state))?;
        let state = state
            .canonicalize()
            .map_err(StackError::io("find", state))?;
        let lock = lock(&state).await?;
        let run_as = RunAs::choose()?;
        let servers = servers_dir(&state, run_as);
        make_private(&servers, run_as)?;
        Ok(Place {
            state,
            servers,
            run_as,
            _lock: lock,
        })
    }

    /// A folder of the servers' user below the servers' folder, made if missing.
    pub(crate) fn folder(&self, name: &str) -> Result<PathBuf, StackError> {
        let path = self.servers.join(name);
        make_private(&path, self.run_as)?;
        Ok(path)
    }
}

/// The lock of `state`, or `None` when another process holds it.
pub(crate) fn try_lock(state: &Path) -> Result<Option<File>, StackError> {
    let path = state.join("lock");
    let mut file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(StackError::io("open", &path))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(None),
        Err(TryLockError::Error(source)) => return Err(StackError::io("lock", path)(source)),
    }
    // For people who look; nothing reads it. The lock itself dies with the process.
    file.set_len(0)
        .and_then(|()| writeln!(file, "{}", std::process::id()))
        .map_err(StackError::io("write", path))?;
    Ok(Some(file))
}

async fn lock(state: &Path) -> Result<File, StackError> {
    let deadline = Instant::now() + LOCK_PATIENCE;
    loop {
        if let Some(lock) = try_lock(state)? {
            return Ok(lock);
        }
        if Instant::now() >= deadline {
            return Err(StackError::InUse {
                state: state.to_path_buf(),
            });
        }
        sleep(Duration::from_millis(50)).await;
    }
}

/// The servers' folder of a state folder: inside it, or below [`ROOT_BASE`] when the servers run as
/// another user who cannot walk there.
pub(crate) fn servers_dir(state: &Path, run_as: RunAs) -> PathBuf {
    if !run_as.is_other() || open_to_others(state) {
        return state.join("servers");
    }
    let digest = Sha256::digest(state.as_os_str().as_encoded_bytes());
    let mark: String = digest.iter().take(8).map(|b| format!("{b:02x}")).collect();
    Path::new(ROOT_BASE).join(mark)
}

/// Whether a user without any claim on `path` may walk into it: every folder on the way lets others search.
pub(crate) fn open_to_others(path: &Path) -> bool {
    path.ancestors()
        .all(|dir| fs::metadata(dir).is_ok_and(|meta| meta.permissions().mode() & 0o001 != 0))
}

fn make_private(path: &Path, run_as: RunAs) -> Result<(), StackError> {
    if !path.is_dir() {
        fs::create_dir_all(path).map_err(StackError::io("make", path))?;
        fs::set_permissions(path, Permissions::from_mode(0o700))
            .map_err(StackError::io("protect", path))?;
    }
    run_as.own(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_servers_lie_in_the_state_folder_when_we_run_them_ourselves() {
        let state = Path::new("/nowhere/state");
        assert_eq!(servers_dir(state, RunAs::Ourselves), state.join("servers"));
    }

    #[test]
    fn a_state_folder_that_others_cannot_reach_sends_the_data_elsewhere() {
        let other = RunAs::Other { uid: 1, gid: 1 };
        let elsewhere = servers_dir(Path::new("/nowhere/state"), other);
        assert!(elsewhere.starts_with(ROOT_BASE), "{}", elsewhere.display());
        assert_ne!(elsewhere, servers_dir(Path::new("/nowhere/other"), other));
    }
}
