//! What a crash of ours leaves behind: a server that still works in its folder.

use std::{fs, io::ErrorKind, path::Path, time::Duration};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::time::{Instant, sleep};

use crate::{Server, StackError};

/// A leftover that was asked to stop in good order.
const POLITE: Duration = Duration::from_secs(10);
/// A leftover that was killed.
const AFTER_KILL: Duration = Duration::from_secs(5);

/// Stops every process of `server` that works in `folder`.
///
/// # Errors
/// [`StackError::Leftover`] when one does not end.
pub(crate) async fn stop(server: Server, folder: &Path) -> Result<(), StackError> {
    let polite = match server {
        // Fast shutdown; a backend without its postmaster drops its query and ends.
        Server::Postgres => Signal::SIGINT,
        Server::Nats => Signal::SIGTERM,
    };
    for (signal, patience) in [(polite, POLITE), (Signal::SIGKILL, AFTER_KILL)] {
        let found = working_in(server, folder);
        if found.is_empty() {
            return Ok(());
        }
        tracing::warn!(%server, processes = ?found, %signal, "stopping what an earlier run left behind");
        for pid in &found {
            let _ = kill(Pid::from_raw(*pid), signal);
        }
        wait_gone(server, folder, patience).await;
    }
    match working_in(server, folder).first() {
        None => Ok(()),
        Some(pid) => Err(StackError::Leftover { server, pid: *pid }),
    }
}

async fn wait_gone(server: Server, folder: &Path, patience: Duration) {
    let deadline = Instant::now() + patience;
    while Instant::now() < deadline && !working_in(server, folder).is_empty() {
        sleep(Duration::from_millis(20)).await;
    }
}

/// Removes Postgres' pid file when the process it names is alive but not a Postgres of this folder
/// (process ids come round again). Postgres itself clears the file of a process that is gone.
///
/// Call only after [`stop`]: nobody works in the folder then.
pub(crate) fn clear_pid_file(data: &Path) -> Result<(), StackError> {
    let path = data.join("postmaster.pid");
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(StackError::io("read", path)(e)),
    };
    let pid = text
        .lines()
        .next()
        .and_then(|line| line.trim().parse().ok());
    let harmless = pid.is_some_and(|pid: i32| kill(Pid::from_raw(pid), None).is_err());
    if harmless {
        return Ok(());
    }
    fs::remove_file(&path).map_err(StackError::io("remove", path))
}

fn process_name(server: Server) -> &'static str {
    match server {
        Server::Postgres => "postgres",
        Server::Nats => "nats-server",
    }
}

/// Both servers run with their own folder as the current one, and nobody else has business there.
#[cfg(target_os = "linux")]
fn working_in(server: Server, folder: &Path) -> Vec<i32> {
    let Ok(processes) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    processes
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|pid: &i32| {
            let proc = Path::new("/proc").join(pid.to_string());
            fs::read_link(proc.join("cwd")).is_ok_and(|cwd| cwd == folder)
                && fs::read_to_string(proc.join("comm"))
                    .is_ok_and(|name| name.trim() == process_name(server))
        })
        .collect()
}

/// Without /proc: the process that the server's pid file names, if it has the server's name.
#[cfg(not(target_os = "linux"))]
fn working_in(server: Server, folder: &Path) -> Vec<i32> {
    let file = match server {
        Server::Postgres => "postmaster.pid",
        Server::Nats => "nats.pid",
    };
    let named = |pid: &i32| {
        std::process::Command::new("ps")
            .args(["-o", "comm=", "-p", &pid.to_string()])
            .output()
            .is_ok_and(|out| {
                String::from_utf8_lossy(&out.stdout)
                    .trim()
                    .ends_with(process_name(server))
            })
    };
    fs::read_to_string(folder.join(file))
        .ok()
        .and_then(|text| text.lines().next()?.trim().parse().ok())
        .filter(named)
        .into_iter()
        .collect()
}
