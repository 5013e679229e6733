//! Disks for tests, each at a folder of its own.

use std::env;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use nix::mount::{MntFlags, umount2};
use nix::unistd::geteuid;

use crate::PowerDisk;

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// A disk at a fresh folder of the system's temporary one; `None`, said loudly, where FUSE can't be
/// used. What tests that were killed left mounted is taken away on the way.
pub fn disk_for_test(seed: u64) -> Option<PowerDisk> {
    let base = env::temp_dir().join(format!("flowgrid-power-{}", geteuid()));
    sweep(&base);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let folder = base.join(format!("{}-{number}", std::process::id()));
    match PowerDisk::mount(&folder, seed) {
        Ok(disk) => Some(disk),
        Err(error) => {
            // Not by eprintln: the harness hides what a passing test prints.
            let _ = writeln!(
                std::io::stderr(),
                "SKIPPED, NOT PASSED: a power cut can't be tested here, FUSE can't be used: {error}"
            );
            None
        }
    }
}

fn sweep(base: &Path) {
    let Ok(entries) = fs::read_dir(base) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let owner = name.to_str().and_then(|name| name.split_once('-'));
        let alive = owner.is_some_and(|(pid, _)| Path::new("/proc").join(pid).exists());
        if !alive {
            let _ = umount2(&entry.path(), MntFlags::MNT_DETACH);
            let _ = fs::remove_dir(entry.path());
        }
    }
}
