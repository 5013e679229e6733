//! The processes that use a folder.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

const PAUSE: Duration = Duration::from_millis(5);

/// Sends SIGKILL to every process but this one that works in `folder` or has a file open there.
///
/// Looks again until it finds nobody new: one that is being killed can't start another.
///
/// # Errors
/// When one may not be killed.
pub(crate) fn kill_all(folder: &Path) -> io::Result<()> {
    let mut told = HashSet::new();
    loop {
        let fresh: Vec<i32> = users_of(folder)
            .into_iter()
            .filter(|pid| !told.contains(pid))
            .collect();
        if fresh.is_empty() {
            return Ok(());
        }
        for pid in fresh {
            match kill(Pid::from_raw(pid), Signal::SIGKILL) {
                Ok(()) | Err(Errno::ESRCH) => told.insert(pid),
                Err(error) => return Err(error.into()),
            };
        }
    }
}

/// # Errors
/// When somebody is still there at the end.
pub(crate) fn wait_gone(folder: &Path, patience: Duration) -> io::Result<()> {
    let deadline = Instant::now() + patience;
    loop {
        let left = users_of(folder);
        if left.is_empty() {
            return Ok(());
        }
        if Instant::now() > deadline {
            let text = format!("still use {}: {left:?}", folder.display());
            return Err(io::Error::new(io::ErrorKind::TimedOut, text));
        }
        pause(PAUSE);
    }
}

/// The links are read, not followed: that asks the kernel, never the file system.
fn users_of(folder: &Path) -> Vec<i32> {
    let ourselves = std::process::id().cast_signed();
    let Ok(processes) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    processes
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|pid: &i32| *pid != ourselves && uses(*pid, folder))
        .collect()
}

fn uses(pid: i32, folder: &Path) -> bool {
    let process = Path::new("/proc").join(pid.to_string());
    let inside = |link: &Path| fs::read_link(link).is_ok_and(|to| to.starts_with(folder));
    inside(&process.join("cwd"))
        || inside(&process.join("exe"))
        || fs::read_dir(process.join("fd"))
            .is_ok_and(|open| open.flatten().any(|entry| inside(&entry.path())))
}

/// The callers are no tasks: they hold a machine's power.
#[allow(clippy::disallowed_methods)]
pub(crate) fn pause(time: Duration) {
    std::thread::sleep(time);
}
