//! Stacks for tests: each in a folder of its own, removed with it.

use std::{
    env, fs,
    io::ErrorKind,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use nix::unistd::geteuid;
use tokio::time::{Instant, sleep};

use crate::{
    Server, StackError, StackOptions, leftover,
    place::{Place, servers_dir, try_lock},
    user::RunAs,
};

/// Others may be removing what a killed run left.
const SWEEP_PATIENCE: Duration = Duration::from_secs(60);
/// Tests need little and run beside each other.
const SHARED_BUFFERS_MB: u32 = 64;

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// Sweeps, then makes and locks a fresh folder.
pub(crate) async fn place() -> Result<(Place, StackOptions), StackError> {
    let base = env::temp_dir().join(format!("flowgrid-stacks-{}", geteuid()));
    fs::create_dir_all(&base).map_err(StackError::io("make", &base))?;
    let base = base.canonicalize().map_err(StackError::io("find", &base))?;
    let deadline = Instant::now() + SWEEP_PATIENCE;
    // Held while folders come and go, or a sweep could take a folder whose owner is about to lock it.
    let _sweeping = loop {
        match try_lock(&base)? {
            Some(lock) => break lock,
            None if Instant::now() > deadline => return Err(StackError::InUse { state: base }),
            None => sleep(Duration::from_millis(20)).await,
        }
    };
    sweep(&base).await;
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let state = base.join(format!("{}-{number}", std::process::id()));
    let mut options = StackOptions::new(&state);
    options.shared_buffers_mb = SHARED_BUFFERS_MB;
    Ok((Place::open(&state).await?, options))
}

/// Removes the folders of processes that are gone: nobody holds their lock.
async fn sweep(base: &Path) {
    let Ok(entries) = fs::read_dir(base) else {
        return;
    };
    let folders: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    for state in folders {
        if let Err(error) = sweep_one(&state).await {
            tracing::warn!(%error, "could not remove the servers of an earlier test");
        }
    }
}

async fn sweep_one(state: &Path) -> Result<(), StackError> {
    let Some(_lock) = try_lock(state)? else {
        return Ok(());
    };
    let servers = servers_dir(state, RunAs::choose()?);
    leftover::stop(Server::Postgres, &servers.join("postgres")).await?;
    leftover::stop(Server::Nats, &servers.join("nats")).await?;
    remove(state, &servers)
}

/// Removes both folders.
pub(crate) fn remove(state: &Path, servers: &Path) -> Result<(), StackError> {
    for folder in [servers, state] {
        match fs::remove_dir_all(folder) {
            Err(e) if e.kind() != ErrorKind::NotFound => {
                return Err(StackError::io("remove", folder)(e));
            }
            _ => {}
        }
    }
    Ok(())
}
