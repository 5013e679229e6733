//! The switch.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use fuser::{BackgroundSession, Config, MountOption, SessionACL};
use nix::errno::Errno;
use nix::mount::{MntFlags, umount, umount2};
use nix::unistd::geteuid;
use parking_lot::{Condvar, Mutex, MutexGuard};
use rand::SeedableRng;
use rand::rngs::StdRng;

use crate::Unsynced;
use crate::disk::Disk;
use crate::fuse::Files;
use crate::users;

/// Threads that answer the kernel; while the power is off each holds back one answer.
const THREADS: usize = 4;
/// How long whoever uses the disk may take to be gone once killed.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(5);

/// A disk, mounted, with a switch.
///
/// Dropped, it is unmounted and its files are gone; whoever still uses it is killed.
#[derive(Debug)]
pub struct PowerDisk {
    folder: PathBuf,
    machine: Arc<Machine>,
    session: Option<BackgroundSession>,
    random: StdRng,
}

/// The disk and whether it has power, shared with the threads that answer the kernel.
#[derive(Debug)]
pub(crate) struct Machine {
    state: Mutex<State>,
    switched: Condvar,
}

#[derive(Debug)]
struct State {
    disk: Disk,
    on: bool,
    /// Counts the times the power came (back). A mount knows its own.
    life: u64,
}

impl Machine {
    /// The disk, for a mount of this life. While the power is off nothing is answered at all, or a
    /// server could still tell somebody of it; afterwards that mount hears only errors.
    pub(crate) fn disk(&self, life: u64) -> Result<parking_lot::MappedMutexGuard<'_, Disk>, Errno> {
        let mut state = self.state.lock();
        while state.life == life && !state.on {
            self.switched.wait(&mut state);
        }
        if state.life == life {
            Ok(MutexGuard::map(state, |state| &mut state.disk))
        } else {
            Err(Errno::EIO)
        }
    }
}

impl PowerDisk {
    /// Mounts an empty disk at a folder, which is made. What an earlier process left mounted there
    /// is taken away. The seed decides what else than the synced survives each cut.
    ///
    /// # Errors
    /// When FUSE can't be used here: the text says why.
    pub fn mount(folder: &Path, seed: u64) -> io::Result<Self> {
        // A mount whose process is gone answers ENOTCONN to everything but this.
        let _ = umount2(folder, MntFlags::MNT_DETACH);
        fs::create_dir_all(folder)?;
        let mut disk = Self {
            folder: folder.canonicalize()?,
            machine: Arc::new(Machine {
                state: Mutex::new(State {
                    disk: Disk::new(),
                    on: true,
                    life: 0,
                }),
                switched: Condvar::new(),
            }),
            session: None,
            random: StdRng::seed_from_u64(seed),
        };
        disk.start()?;
        Ok(disk)
    }

    /// Where it is mounted.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Cuts the power, at one instant: all that was not synced is forgotten (or torn, as the seed will
    /// have it) and every process that uses the disk, but this one, is killed before it hears another
    /// answer from it.
    ///
    /// # Errors
    /// When a process doesn't end.
    pub fn cut(&mut self) -> io::Result<Unsynced> {
        let found = {
            let mut state = self.machine.state.lock();
            state.on = false;
            state.disk.cut(&mut self.random)
        };
        let killed = users::kill_all(&self.folder);
        // The killed wait for answers; with any answer they end, for they never run again.
        self.machine.state.lock().life += 1;
        self.machine.switched.notify_all();
        killed?;
        users::wait_gone(&self.folder, PATIENCE)?;
        Ok(found)
    }

    /// Brings the power back after a cut, once this process has let go of its files there too. A new
    /// mount: nothing that the kernel kept of the old one can be seen in it.
    ///
    /// # Errors
    /// When it can't be mounted, or this process still has a file open there.
    pub fn start(&mut self) -> io::Result<()> {
        self.unmount()?;
        let life = {
            let mut state = self.machine.state.lock();
            state.on = true;
            state.life
        };
        let mut config = Config::default();
        config.mount_options = vec![
            MountOption::FSName("flowgrid-power".into()),
            MountOption::DefaultPermissions,
            MountOption::NoAtime,
        ];
        // Postgres and NATS run as another user when we are root.
        if geteuid().is_root() {
            config.acl = SessionACL::All;
        }
        config.n_threads = Some(THREADS);
        let files = Files::new(Arc::clone(&self.machine), life);
        self.session = Some(fuser::spawn_mount(files, &self.folder, &config)?);
        Ok(())
    }

    /// Waits until nobody holds a file open any more, this process included.
    fn unmount(&mut self) -> io::Result<()> {
        if self.session.is_none() {
            return Ok(());
        }
        let deadline = Instant::now() + PATIENCE;
        loop {
            match umount(&self.folder) {
                // Not root: fuser knows another way.
                Ok(()) | Err(Errno::EINVAL | Errno::EPERM) => break,
                Err(Errno::EBUSY) if Instant::now() < deadline => users::pause(PAUSE),
                Err(error) => return Err(error.into()),
            }
        }
        if let Some(session) = self.session.take() {
            // It says that there is nothing to unmount any more.
            let _ = session.umount_and_join();
        }
        Ok(())
    }
}

impl Drop for PowerDisk {
    fn drop(&mut self) {
        let _ = users::kill_all(&self.folder);
        {
            let mut state = self.machine.state.lock();
            state.on = false;
            state.life += 1;
        }
        self.machine.switched.notify_all();
        let _ = users::wait_gone(&self.folder, PATIENCE);
        if self.session.is_some() {
            // By force: a file that this process still has open there would else be closed by asking
            // our own threads, and a process that is ending has none left: it would never end.
            let _ = umount2(&self.folder, MntFlags::MNT_FORCE | MntFlags::MNT_DETACH);
            self.session = None;
        }
        let _ = fs::remove_dir(&self.folder);
    }
}
