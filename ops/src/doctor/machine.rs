//! The machine: disk, fsync, open files.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use nix::sys::resource::{Resource, getrlimit};
use nix::sys::statvfs::statvfs;

use super::Finding;

/// Less free disk than this is a problem, in bytes.
const LEAST_DISK: u64 = 1 << 30;
/// Fewer open files than this limit connections.
const LEAST_FILES: u64 = 16_384;
/// How often fsync is tried.
const TRIES: usize = 15;

pub(super) fn examine(state: &Path) -> Vec<Finding> {
    vec![disk(state), fsync(state), open_files()]
}

/// The folder or the nearest one above it that exists.
fn existing(path: &Path) -> PathBuf {
    path.ancestors()
        .find(|path| path.exists())
        .unwrap_or(Path::new("/"))
        .to_owned()
}

fn disk(state: &Path) -> Finding {
    match statvfs(&existing(state)) {
        Ok(found) => {
            let free = found
                .blocks_available()
                .saturating_mul(found.fragment_size());
            let text = format!("{:.1} GB free at {}", free as f64 / 1e9, state.display());
            if free < LEAST_DISK {
                Finding::bad(
                    "disk",
                    text,
                    "make room, or set FLOWGRID_STATE to a larger disk",
                )
            } else {
                Finding::fine("disk", text)
            }
        }
        Err(error) => Finding::warn("disk", error.to_string(), "check the state folder"),
    }
}

/// What one durable commit costs at least.
fn fsync(state: &Path) -> Finding {
    match median_fsync(&existing(state)) {
        Ok(took) if took > Duration::from_millis(20) => Finding::warn(
            "fsync",
            format!("{:.1} ms", took.as_secs_f64() * 1e3),
            "every commit waits this long: use a disk with a power-loss-protected cache",
        ),
        Ok(took) => Finding::fine("fsync", format!("{:.2} ms", took.as_secs_f64() * 1e3)),
        Err(error) => Finding::warn(
            "fsync",
            error.to_string(),
            "let this user write to the state folder",
        ),
    }
}

fn median_fsync(folder: &Path) -> std::io::Result<Duration> {
    let path = folder.join(format!(".fsync-{}", std::process::id()));
    let mut file = std::fs::File::create(&path)?;
    let mut took = Vec::with_capacity(TRIES);
    for _ in 0..TRIES {
        file.write_all(&[0; 8_192])?;
        let started = Instant::now();
        file.sync_data()?;
        took.push(started.elapsed());
    }
    std::fs::remove_file(path)?;
    took.sort_unstable();
    Ok(took.get(TRIES / 2).copied().unwrap_or_default())
}

fn open_files() -> Finding {
    match getrlimit(Resource::RLIMIT_NOFILE) {
        Ok((soft, hard)) if soft < LEAST_FILES => Finding::warn(
            "open files",
            format!("limit {soft} (hard {hard})"),
            format!("`ulimit -n {LEAST_FILES}` or more: each connection is an open file"),
        ),
        Ok((soft, _)) => Finding::fine("open files", format!("limit {soft}")),
        Err(error) => Finding::warn("open files", error.to_string(), "check `ulimit -n`"),
    }
}
