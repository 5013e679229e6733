//! The processes of a server.

use std::fs;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// The children of a process.
pub(crate) fn children(parent: i32) -> Vec<i32> {
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|pid| parent_of(*pid) == Some(parent))
        .collect()
}

/// `pid (name) state ppid …`; the name may hold anything.
fn parent_of(pid: i32) -> Option<i32> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let after_name = text.rsplit_once(')')?.1;
    after_name.split_whitespace().nth(1)?.parse().ok()
}

/// The processes of Postgres that serve a client.
pub(crate) fn backends(postmaster: i32) -> Vec<i32> {
    // `postgres: flowgrid flowgrid 127.0.0.1(4711) idle`
    let serves = |pid: &i32| {
        fs::read_to_string(format!("/proc/{pid}/cmdline"))
            .is_ok_and(|line| line.starts_with("postgres:") && line.contains("127.0.0.1("))
    };
    let mut found: Vec<i32> = children(postmaster).into_iter().filter(serves).collect();
    found.sort_unstable();
    found
}

/// Who is gone meanwhile needs no signal.
pub(crate) fn signal(pids: &[i32], signal: Signal) {
    for pid in pids {
        let _ = kill(Pid::from_raw(*pid), signal);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_is_found() {
        let mut child = std::process::Command::new("sleep")
            .arg("60")
            .spawn()
            .unwrap();
        let pid = i32::try_from(child.id()).unwrap();
        let us = i32::try_from(std::process::id()).unwrap();
        assert!(children(us).contains(&pid));
        assert!(backends(us).is_empty());
        child.kill().unwrap();
        child.wait().unwrap();
    }
}
