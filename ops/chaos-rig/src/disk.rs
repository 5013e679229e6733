//! A file system of the run's own, small enough to fill: a file, mounted where nobody but this process
//! and its children sees it. It goes with the process, however that ends.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{FallocateFlags, fallocate};
use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::sched::{CloneFlags, unshare};
use tokio::process::Command;

use crate::Result;

/// The largest and the smallest piece in which it is filled, in bytes.
const LARGEST: i64 = 1 << 30;
const SMALLEST: i64 = 4 << 10;

/// Gives this process a view of its own of what is mounted. To be called before any thread starts.
///
/// # Errors
/// Without the right to mount.
pub(crate) fn own_view() -> nix::Result<()> {
    unshare(CloneFlags::CLONE_NEWNS)?;
    let none = None::<&str>;
    mount(none, "/", none, MsFlags::MS_REC | MsFlags::MS_PRIVATE, none)
}

/// The mounted file system.
#[derive(Debug)]
pub(crate) struct Disk {
    folder: PathBuf,
    ballast: PathBuf,
}

impl Drop for Disk {
    /// Else the folder that it lies in could not be removed.
    fn drop(&mut self) {
        let _ = umount2(&self.folder, MntFlags::MNT_DETACH);
    }
}

impl Disk {
    /// Mounts one of `gigabytes` at `folder`; the file behind it takes as much as is used.
    pub(crate) async fn mount(image: &Path, folder: &Path, gigabytes: u64) -> Result<Self> {
        File::create_new(image)?.set_len(gigabytes << 30)?;
        fs::create_dir_all(folder)?;
        // Without a journal: nothing here survives the machine, only processes.
        let journal = ["-q", "-m", "0", "-O", "^has_journal"];
        run(Command::new("mkfs.ext4").args(journal).arg(image)).await?;
        run(Command::new("mount")
            .args(["-o", "loop"])
            .arg(image)
            .arg(folder))
        .await?;
        fs::set_permissions(folder, Permissions::from_mode(0o711))?;
        Ok(Self {
            folder: folder.to_owned(),
            ballast: folder.join("ballast"),
        })
    }

    /// Takes all the room there is.
    pub(crate) fn fill(&self) -> Result<()> {
        let file = File::create(&self.ballast)?;
        let (mut at, mut piece) = (0, LARGEST);
        while piece >= SMALLEST {
            match fallocate(&file, FallocateFlags::empty(), at, piece) {
                Ok(()) => at += piece,
                Err(Errno::ENOSPC) => piece /= 2,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Gives it back.
    pub(crate) fn empty(&self) -> Result<()> {
        Ok(fs::remove_file(&self.ballast)?)
    }
}

/// Runs a tool to its end.
pub(crate) async fn run(command: &mut Command) -> Result<()> {
    let out = command.output().await?;
    if out.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&out.stderr);
    Err(format!("{:?}: {}", command.as_std(), said.trim()).into())
}
