//! The disk: files and names with a journal, and what a power cut leaves of them.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::SystemTime;

use nix::errno::Errno;
use rand::RngExt;
use rand::rngs::StdRng;

use crate::content::Content;
use crate::names::{Change, Ino, Name, Names, Node, Owner, ROOT};

/// Bytes that fit.
pub(crate) const CAPACITY: usize = 4 * 1024 * 1024 * 1024;
/// Changes of names beyond which the oldest are committed, as a journal does every few seconds.
const JOURNAL: usize = 4_096;
const NAME_LIMIT: usize = 255;

/// What a power cut found unsynced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unsynced {
    /// Files with bytes or a length that were not synced.
    pub files: usize,
    /// Writes and changes of length in them.
    pub writes: usize,
    /// Names and owners made, changed or removed but not committed.
    pub names: usize,
    /// Of those, how many survived, in order.
    pub names_kept: usize,
}

/// What `stat` tells.
pub(crate) struct Facts {
    pub(crate) ino: Ino,
    pub(crate) owner: Owner,
    pub(crate) folder: bool,
    pub(crate) links: u32,
    pub(crate) len: usize,
    pub(crate) changed: SystemTime,
}

#[derive(Debug)]
pub(crate) struct Disk {
    live: Names,
    durable: Names,
    /// What was done to `live` and not yet to `durable`, in order.
    journal: VecDeque<Change>,
    // Ordered, so that a seed means the same each time.
    contents: BTreeMap<Ino, Content>,
    changed: HashMap<Ino, SystemTime>,
    /// How often each file is open.
    open: HashMap<Ino, u32>,
    /// Open files without a name.
    nameless: HashMap<Ino, Node>,
    newest: Ino,
    used: usize,
}

impl Disk {
    pub(crate) fn new() -> Self {
        Self {
            live: Names::new(),
            durable: Names::new(),
            journal: VecDeque::new(),
            contents: BTreeMap::new(),
            changed: HashMap::new(),
            open: HashMap::new(),
            nameless: HashMap::new(),
            newest: ROOT,
            used: 0,
        }
    }

    pub(crate) fn used(&self) -> usize {
        self.used
    }

    pub(crate) fn find(&self, name: &Name) -> Result<Ino, Errno> {
        self.live.find(name)
    }

    pub(crate) fn facts(&self, ino: Ino) -> Result<Facts, Errno> {
        let node = self.live.node(ino);
        let node = node.or_else(|error| self.nameless.get(&ino).ok_or(error))?;
        let changed = self.changed.get(&ino).copied();
        Ok(Facts {
            ino,
            owner: node.owner,
            folder: node.entries.is_some(),
            links: node.links,
            len: self.contents.get(&ino).map_or(0, Content::len),
            changed: changed.unwrap_or(SystemTime::UNIX_EPOCH),
        })
    }

    /// Number, whether it is a folder, and name of all that lies in a folder.
    pub(crate) fn list(&self, folder: Ino) -> Result<Vec<(Ino, bool, std::ffi::OsString)>, Errno> {
        let entries = self.live.entries(folder)?;
        entries
            .iter()
            .map(|(name, ino)| Ok((*ino, self.live.node(*ino)?.entries.is_some(), name.clone())))
            .collect()
    }

    pub(crate) fn make(&mut self, name: Name, folder: bool, owner: Owner) -> Result<Ino, Errno> {
        self.expect_free(&name)?;
        self.newest += 1;
        let ino = self.newest;
        if !folder {
            self.contents.insert(ino, Content::default());
        }
        self.touch(ino);
        self.change(Change::Make {
            name,
            ino,
            folder,
            owner,
        });
        Ok(ino)
    }

    pub(crate) fn link(&mut self, ino: Ino, name: Name) -> Result<(), Errno> {
        if self.live.node(ino)?.entries.is_some() {
            return Err(Errno::EPERM);
        }
        self.expect_free(&name)?;
        self.change(Change::Link { name, ino });
        Ok(())
    }

    pub(crate) fn remove(&mut self, name: Name, folder: bool) -> Result<(), Errno> {
        let ino = self.find(&name)?;
        self.expect_removable(ino, folder)?;
        self.keep_nameless(ino);
        self.change(Change::Remove { name, ino });
        Ok(())
    }

    pub(crate) fn rename(&mut self, from: Name, to: Name, replace: bool) -> Result<(), Errno> {
        let ino = self.find(&from)?;
        let replaced = match self.find(&to) {
            Ok(there) if there == ino => return Ok(()),
            Ok(_) if !replace => return Err(Errno::EEXIST),
            Ok(there) => {
                self.expect_removable(there, self.live.node(ino)?.entries.is_some())?;
                self.keep_nameless(there);
                Some(there)
            }
            Err(Errno::ENOENT) => None,
            Err(other) => return Err(other),
        };
        self.change(Change::Rename {
            from,
            to,
            ino,
            replaced,
        });
        Ok(())
    }

    pub(crate) fn own(&mut self, ino: Ino, owner: Owner) -> Result<(), Errno> {
        if self.facts(ino)?.owner != owner {
            self.change(Change::Own { ino, owner });
        }
        Ok(())
    }

    pub(crate) fn set_changed(&mut self, ino: Ino, at: SystemTime) {
        self.changed.insert(ino, at);
    }

    pub(crate) fn set_len(&mut self, ino: Ino, len: usize) -> Result<(), Errno> {
        let before = self.content(ino)?.len();
        self.reserve(len.saturating_sub(before))?;
        self.content(ino)?.set_len(len);
        self.used = (self.used + len).saturating_sub(before);
        self.touch(ino);
        Ok(())
    }

    pub(crate) fn read(&self, ino: Ino, at: usize, len: usize) -> Result<&[u8], Errno> {
        let content = self.contents.get(&ino).ok_or(Errno::EISDIR)?;
        Ok(content.read(at, len))
    }

    pub(crate) fn write(&mut self, ino: Ino, at: usize, data: &[u8]) -> Result<(), Errno> {
        let before = self.content(ino)?.len();
        self.reserve((at + data.len()).saturating_sub(before))?;
        let content = self.content(ino)?;
        content.write(at, data);
        let after = content.len();
        self.used += after - before;
        self.touch(ino);
        Ok(())
    }

    /// Makes a file's bytes durable, and the names without which they can't be found; unless only the
    /// data is asked for, also all that was done to its names and owner.
    pub(crate) fn sync(&mut self, ino: Ino, data_only: bool) -> Result<(), Errno> {
        if let Some(content) = self.contents.get_mut(&ino) {
            content.sync();
        }
        // The journal is one: what stands before the last change of this file goes along.
        let last = self
            .journal
            .iter()
            .rposition(|c| c.concerns(ino, data_only));
        self.commit(last.map_or(0, |last| last + 1));
        Ok(())
    }

    pub(crate) fn opened(&mut self, ino: Ino) {
        *self.open.entry(ino).or_default() += 1;
    }

    pub(crate) fn closed(&mut self, ino: Ino) {
        let Some(count) = self.open.get_mut(&ino) else {
            return;
        };
        *count -= 1;
        if *count == 0 {
            self.open.remove(&ino);
            if self.nameless.remove(&ino).is_some() {
                self.free(ino);
            }
        }
    }

    /// The power goes: names as far as the journal was committed, or somewhat further; bytes as far
    /// as they were synced, or somewhat further.
    pub(crate) fn cut(&mut self, random: &mut StdRng) -> Unsynced {
        let names = self.journal.len();
        let names_kept = random.random_range(0..=names);
        self.commit(names_kept);
        self.journal.clear();
        self.live = self.durable.clone();
        self.open.clear();
        self.nameless.clear();
        let live = &self.live;
        self.contents.retain(|ino, _| live.contains(*ino));
        let mut found = Unsynced {
            names,
            names_kept,
            ..Unsynced::default()
        };
        self.used = 0;
        for content in self.contents.values_mut() {
            let writes = content.cut(random);
            found.files += usize::from(writes > 0);
            found.writes += writes;
            self.used += content.len();
        }
        found
    }

    fn change(&mut self, change: Change) {
        self.live.apply(&change);
        self.journal.push_back(change);
        if self.journal.len() > JOURNAL {
            self.commit(JOURNAL / 2);
        }
    }

    /// Makes the oldest changes of names durable.
    fn commit(&mut self, many: usize) {
        let committed: Vec<Change> = self.journal.drain(..many).collect();
        for change in &committed {
            self.durable.apply(change);
        }
        for change in committed {
            match change {
                Change::Remove { ino, .. } => self.free(ino),
                Change::Rename {
                    replaced: Some(ino),
                    ..
                } => self.free(ino),
                _ => {}
            }
        }
    }

    /// Lets go of the bytes of a file that nothing leads to any more, before or after a cut.
    fn free(&mut self, ino: Ino) {
        let wanted = self.live.contains(ino)
            || self.durable.contains(ino)
            || self.nameless.contains_key(&ino)
            || self.journal.iter().any(|c| c.concerns(ino, false));
        if !wanted && let Some(content) = self.contents.remove(&ino) {
            self.used = self.used.saturating_sub(content.len());
            self.changed.remove(&ino);
        }
    }

    fn keep_nameless(&mut self, ino: Ino) {
        if let (true, Ok(node)) = (self.open.contains_key(&ino), self.live.node(ino))
            && node.links == 1
        {
            let mut node = node.clone();
            node.links = 0;
            self.nameless.insert(ino, node);
        }
    }

    fn expect_free(&self, name: &Name) -> Result<(), Errno> {
        if name.1.len() > NAME_LIMIT {
            return Err(Errno::ENAMETOOLONG);
        }
        match self.find(name) {
            Err(Errno::ENOENT) => self.live.entries(name.0).map(drop),
            Err(other) => Err(other),
            Ok(_) => Err(Errno::EEXIST),
        }
    }

    fn expect_removable(&self, ino: Ino, folder: bool) -> Result<(), Errno> {
        match (&self.live.node(ino)?.entries, folder) {
            (None, true) => Err(Errno::ENOTDIR),
            (Some(_), false) => Err(Errno::EISDIR),
            (Some(entries), true) if !entries.is_empty() => Err(Errno::ENOTEMPTY),
            _ => Ok(()),
        }
    }

    fn content(&mut self, ino: Ino) -> Result<&mut Content, Errno> {
        self.contents.get_mut(&ino).ok_or(Errno::EISDIR)
    }

    fn reserve(&self, more: usize) -> Result<(), Errno> {
        if self.used.saturating_add(more) > CAPACITY {
            return Err(Errno::ENOSPC);
        }
        Ok(())
    }

    fn touch(&mut self, ino: Ino) {
        self.changed.insert(ino, SystemTime::now());
    }
}
