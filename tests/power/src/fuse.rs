//! The kernel's questions, put to the disk.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use fuser::{
    BsdFileFlags, FileAttr, FileHandle, FileType, Filesystem, FopenFlags, Generation, INodeNo,
    LockOwner, OpenFlags, RenameFlags, ReplyAttr, ReplyCreate, ReplyData, ReplyDirectory,
    ReplyEmpty, ReplyEntry, ReplyOpen, ReplyStatfs, ReplyWrite, Request, TimeOrNow, WriteFlags,
};
use nix::errno::Errno;
use nix::fcntl::OFlag;
use parking_lot::{MappedMutexGuard, Mutex};

use crate::disk::{CAPACITY, Disk, Facts};
use crate::names::{Ino, Name, Owner};
use crate::power::Machine;

/// How long the kernel may remember names and sizes. Only it changes them, and a new mount starts
/// without memories.
const MEMORY: Duration = Duration::from_secs(60);
const BLOCK: u32 = 4_096;

/// One mount of the disk.
pub(crate) struct Files {
    machine: Arc<Machine>,
    life: u64,
    /// Folders being listed, as they were when they were opened.
    listings: Mutex<HashMap<u64, Vec<Listed>>>,
    handle: AtomicU64,
}

type Listed = (Ino, bool, OsString);

impl Files {
    pub(crate) fn new(machine: Arc<Machine>, life: u64) -> Self {
        Self {
            machine,
            life,
            listings: Mutex::new(HashMap::new()),
            handle: AtomicU64::new(1),
        }
    }

    fn disk(&self) -> Result<MappedMutexGuard<'_, Disk>, Errno> {
        self.machine.disk(self.life)
    }

    fn facts(&self, work: impl FnOnce(&mut Disk) -> Result<Ino, Errno>) -> Result<FileAttr, Errno> {
        let mut disk = self.disk()?;
        let ino = work(&mut disk)?;
        Ok(attributes(&disk.facts(ino)?))
    }

    fn work(&self, work: impl FnOnce(&mut Disk) -> Result<(), Errno>) -> Result<(), Errno> {
        work(&mut *self.disk()?)
    }
}

/// fuser's error of the same number.
fn no(error: Errno) -> fuser::Errno {
    fuser::Errno::from_i32(error as i32)
}

fn name(parent: INodeNo, name: &OsStr) -> Name {
    (parent.0, name.to_owned())
}

fn entry(reply: ReplyEntry, answer: Result<FileAttr, Errno>) {
    match answer {
        Ok(found) => reply.entry(&MEMORY, &found, Generation(0)),
        Err(error) => reply.error(no(error)),
    }
}

fn empty(reply: ReplyEmpty, answer: Result<(), Errno>) {
    match answer {
        Ok(()) => reply.ok(),
        Err(error) => reply.error(no(error)),
    }
}

fn owner_of(request: &Request, mode: u32) -> Owner {
    Owner {
        uid: request.uid(),
        gid: request.gid(),
        mode: permissions(mode),
    }
}

fn permissions(mode: u32) -> u16 {
    u16::try_from(mode & 0o7777).unwrap_or_default()
}

fn offset(at: u64) -> Result<usize, Errno> {
    usize::try_from(at)
        .ok()
        .filter(|at| *at <= CAPACITY)
        .ok_or(Errno::EFBIG)
}

fn synced_at_once(flags: OpenFlags) -> bool {
    OFlag::from_bits_retain(flags.0).intersects(OFlag::O_DSYNC)
}

fn attributes(facts: &Facts) -> FileAttr {
    let size = facts.len as u64;
    FileAttr {
        ino: INodeNo(facts.ino),
        size,
        blocks: size.div_ceil(512),
        atime: facts.changed,
        mtime: facts.changed,
        ctime: facts.changed,
        crtime: facts.changed,
        kind: kind(facts.folder),
        perm: facts.owner.mode,
        nlink: facts.links + u32::from(facts.folder),
        uid: facts.owner.uid,
        gid: facts.owner.gid,
        rdev: 0,
        blksize: BLOCK,
        flags: 0,
    }
}

fn kind(folder: bool) -> FileType {
    if folder {
        FileType::Directory
    } else {
        FileType::RegularFile
    }
}

impl Filesystem for Files {
    fn lookup(&self, _: &Request, parent: INodeNo, called: &OsStr, reply: ReplyEntry) {
        entry(reply, self.facts(|disk| disk.find(&name(parent, called))));
    }

    fn getattr(&self, _: &Request, ino: INodeNo, _: Option<FileHandle>, reply: ReplyAttr) {
        match self.facts(|_| Ok(ino.0)) {
            Ok(found) => reply.attr(&MEMORY, &found),
            Err(error) => reply.error(no(error)),
        }
    }

    fn setattr(
        &self,
        _: &Request,
        ino: INodeNo,
        mode: Option<u32>,
        uid: Option<u32>,
        gid: Option<u32>,
        size: Option<u64>,
        _: Option<TimeOrNow>,
        mtime: Option<TimeOrNow>,
        _: Option<SystemTime>,
        _: Option<FileHandle>,
        _: Option<SystemTime>,
        _: Option<SystemTime>,
        _: Option<SystemTime>,
        _: Option<BsdFileFlags>,
        reply: ReplyAttr,
    ) {
        let changed = self.facts(|disk| {
            let mut owner = disk.facts(ino.0)?.owner;
            owner.mode = mode.map_or(owner.mode, permissions);
            owner.uid = uid.unwrap_or(owner.uid);
            owner.gid = gid.unwrap_or(owner.gid);
            disk.own(ino.0, owner)?;
            if let Some(size) = size {
                disk.set_len(ino.0, offset(size)?)?;
            }
            match mtime {
                Some(TimeOrNow::SpecificTime(at)) => disk.set_changed(ino.0, at),
                Some(TimeOrNow::Now) => disk.set_changed(ino.0, SystemTime::now()),
                None => {}
            }
            Ok(ino.0)
        });
        match changed {
            Ok(found) => reply.attr(&MEMORY, &found),
            Err(error) => reply.error(no(error)),
        }
    }

    fn mkdir(
        &self,
        request: &Request,
        parent: INodeNo,
        called: &OsStr,
        mode: u32,
        umask: u32,
        reply: ReplyEntry,
    ) {
        let owner = owner_of(request, mode & !umask);
        entry(
            reply,
            self.facts(|disk| disk.make(name(parent, called), true, owner)),
        );
    }

    fn create(
        &self,
        request: &Request,
        parent: INodeNo,
        called: &OsStr,
        mode: u32,
        umask: u32,
        _: i32,
        reply: ReplyCreate,
    ) {
        let owner = owner_of(request, mode & !umask);
        let made = self.facts(|disk| {
            let ino = disk.make(name(parent, called), false, owner)?;
            disk.opened(ino);
            Ok(ino)
        });
        match made {
            Ok(found) => {
                let flags = FopenFlags::FOPEN_DIRECT_IO;
                reply.created(&MEMORY, &found, Generation(0), FileHandle(0), flags);
            }
            Err(error) => reply.error(no(error)),
        }
    }

    fn link(&self, _: &Request, ino: INodeNo, parent: INodeNo, called: &OsStr, reply: ReplyEntry) {
        let linked = self.facts(|disk| {
            disk.link(ino.0, name(parent, called))?;
            Ok(ino.0)
        });
        entry(reply, linked);
    }

    fn unlink(&self, _: &Request, parent: INodeNo, called: &OsStr, reply: ReplyEmpty) {
        empty(
            reply,
            self.work(|disk| disk.remove(name(parent, called), false)),
        );
    }

    fn rmdir(&self, _: &Request, parent: INodeNo, called: &OsStr, reply: ReplyEmpty) {
        empty(
            reply,
            self.work(|disk| disk.remove(name(parent, called), true)),
        );
    }

    fn rename(
        &self,
        _: &Request,
        parent: INodeNo,
        called: &OsStr,
        new_parent: INodeNo,
        new_name: &OsStr,
        flags: RenameFlags,
        reply: ReplyEmpty,
    ) {
        let replace = match flags {
            none if none.is_empty() => true,
            RenameFlags::RENAME_NOREPLACE => false,
            _ => return reply.error(fuser::Errno::EINVAL),
        };
        let (from, to) = (name(parent, called), name(new_parent, new_name));
        empty(reply, self.work(|disk| disk.rename(from, to, replace)));
    }

    /// Past the kernel's page cache: what it kept could survive a cut, and what it held back would
    /// never have been written.
    fn open(&self, _: &Request, ino: INodeNo, _: OpenFlags, reply: ReplyOpen) {
        let opened = self.work(|disk| {
            disk.facts(ino.0)?;
            disk.opened(ino.0);
            Ok(())
        });
        match opened {
            Ok(()) => reply.opened(FileHandle(0), FopenFlags::FOPEN_DIRECT_IO),
            Err(error) => reply.error(no(error)),
        }
    }

    fn read(
        &self,
        _: &Request,
        ino: INodeNo,
        _: FileHandle,
        at: u64,
        size: u32,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyData,
    ) {
        let disk = self.disk();
        let read = disk
            .as_ref()
            .map_err(|error| *error)
            .and_then(|disk| disk.read(ino.0, offset(at)?, size as usize));
        match read {
            Ok(data) => reply.data(data),
            Err(error) => reply.error(no(error)),
        }
    }

    fn write(
        &self,
        _: &Request,
        ino: INodeNo,
        _: FileHandle,
        at: u64,
        data: &[u8],
        _: WriteFlags,
        flags: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyWrite,
    ) {
        let written = self.work(|disk| {
            disk.write(ino.0, offset(at)?, data)?;
            if synced_at_once(flags) {
                disk.sync(ino.0, true)?;
            }
            Ok(())
        });
        match (written, u32::try_from(data.len())) {
            (Ok(()), Ok(size)) => reply.written(size),
            (Ok(()), Err(_)) => reply.error(fuser::Errno::EINVAL),
            (Err(error), _) => reply.error(no(error)),
        }
    }

    fn flush(&self, _: &Request, _: INodeNo, _: FileHandle, _: LockOwner, reply: ReplyEmpty) {
        // Closing a file makes nothing durable.
        reply.ok();
    }

    fn release(
        &self,
        _: &Request,
        ino: INodeNo,
        _: FileHandle,
        _: OpenFlags,
        _: Option<LockOwner>,
        _: bool,
        reply: ReplyEmpty,
    ) {
        let closed = self.work(|disk| {
            disk.closed(ino.0);
            Ok(())
        });
        empty(reply, closed);
    }

    fn fsync(&self, _: &Request, ino: INodeNo, _: FileHandle, data_only: bool, reply: ReplyEmpty) {
        empty(reply, self.work(|disk| disk.sync(ino.0, data_only)));
    }

    fn fsyncdir(&self, _: &Request, ino: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        // A folder's data is its names.
        empty(reply, self.work(|disk| disk.sync(ino.0, false)));
    }

    fn opendir(&self, _: &Request, ino: INodeNo, _: OpenFlags, reply: ReplyOpen) {
        let listed = self.disk().and_then(|disk| disk.list(ino.0));
        match listed {
            Ok(listed) => {
                let handle = self.handle.fetch_add(1, Ordering::Relaxed);
                self.listings.lock().insert(handle, listed);
                reply.opened(FileHandle(handle), FopenFlags::empty());
            }
            Err(error) => reply.error(no(error)),
        }
    }

    fn readdir(
        &self,
        _: &Request,
        ino: INodeNo,
        handle: FileHandle,
        after: u64,
        mut reply: ReplyDirectory,
    ) {
        let listings = self.listings.lock();
        let Some(listed) = listings.get(&handle.0) else {
            return reply.error(fuser::Errno::EBADF);
        };
        let own = (ino.0, true);
        let all = [(own, OsStr::new(".")), (own, OsStr::new(".."))]
            .into_iter()
            .chain(
                listed
                    .iter()
                    .map(|(ino, folder, name)| ((*ino, *folder), name.as_os_str())),
            );
        for (n, ((ino, folder), name)) in (1_u64..).zip(all) {
            if n > after && reply.add(INodeNo(ino), n, kind(folder), name) {
                break;
            }
        }
        reply.ok();
    }

    fn releasedir(
        &self,
        _: &Request,
        _: INodeNo,
        handle: FileHandle,
        _: OpenFlags,
        reply: ReplyEmpty,
    ) {
        self.listings.lock().remove(&handle.0);
        reply.ok();
    }

    fn statfs(&self, _: &Request, _: INodeNo, reply: ReplyStatfs) {
        match self.disk() {
            Ok(disk) => {
                let blocks = |bytes: usize| bytes as u64 / u64::from(BLOCK);
                let free = blocks(CAPACITY.saturating_sub(disk.used()));
                let files = 1_000_000;
                reply.statfs(
                    blocks(CAPACITY),
                    free,
                    free,
                    files,
                    files,
                    BLOCK,
                    255,
                    BLOCK,
                );
            }
            Err(error) => reply.error(no(error)),
        }
    }
}
