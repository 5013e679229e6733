//! Names, folders and owners: kept twice, as programs see them and as a power cut would leave them.

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsString;

use nix::errno::Errno;

/// The number of a file or folder; never used again.
pub(crate) type Ino = u64;

/// The outermost folder.
pub(crate) const ROOT: Ino = 1;

/// A file or folder without its bytes.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) owner: Owner,
    /// `None` for a file.
    pub(crate) entries: Option<BTreeMap<OsString, Ino>>,
    /// Names that lead here.
    pub(crate) links: u32,
}

/// Whom it belongs to and what they may do with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Owner {
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    /// Permission bits.
    pub(crate) mode: u16,
}

/// A name in a folder.
pub(crate) type Name = (Ino, OsString);

/// One change of names or owners, as a journal holds it.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    Make {
        name: Name,
        ino: Ino,
        folder: bool,
        owner: Owner,
    },
    Link {
        name: Name,
        ino: Ino,
    },
    /// Of a file or of an empty folder.
    Remove {
        name: Name,
        ino: Ino,
    },
    Rename {
        from: Name,
        to: Name,
        ino: Ino,
        replaced: Option<Ino>,
    },
    Own {
        ino: Ino,
        owner: Owner,
    },
}

impl Change {
    /// Whether a sync of `ino` has to make it durable. A sync of the data alone needs what the data
    /// can't be found without.
    pub(crate) fn concerns(&self, ino: Ino, data_only: bool) -> bool {
        match self {
            Change::Make {
                name, ino: made, ..
            } => *made == ino || name.0 == ino,
            Change::Link { name, ino: file } | Change::Remove { name, ino: file } => {
                !data_only && (*file == ino || name.0 == ino)
            }
            Change::Rename {
                from,
                to,
                ino: file,
                replaced,
            } => {
                !data_only
                    && (*file == ino || from.0 == ino || to.0 == ino || *replaced == Some(ino))
            }
            Change::Own { ino: file, .. } => !data_only && *file == ino,
        }
    }
}

/// All names of a disk.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    nodes: HashMap<Ino, Node>,
}

impl Names {
    pub(crate) fn new() -> Self {
        let root = Node {
            owner: Owner {
                uid: 0,
                gid: 0,
                mode: 0o755,
            },
            entries: Some(BTreeMap::new()),
            links: 1,
        };
        Self {
            nodes: HashMap::from([(ROOT, root)]),
        }
    }

    pub(crate) fn node(&self, ino: Ino) -> Result<&Node, Errno> {
        self.nodes.get(&ino).ok_or(Errno::ENOENT)
    }

    pub(crate) fn contains(&self, ino: Ino) -> bool {
        self.nodes.contains_key(&ino)
    }

    pub(crate) fn entries(&self, folder: Ino) -> Result<&BTreeMap<OsString, Ino>, Errno> {
        self.node(folder)?.entries.as_ref().ok_or(Errno::ENOTDIR)
    }

    pub(crate) fn find(&self, name: &Name) -> Result<Ino, Errno> {
        let entries = self.entries(name.0)?;
        entries.get(&name.1).copied().ok_or(Errno::ENOENT)
    }

    /// Applies a change that was checked when it was made.
    pub(crate) fn apply(&mut self, change: &Change) {
        match change {
            Change::Make {
                name,
                ino,
                folder,
                owner,
            } => {
                let node = Node {
                    owner: *owner,
                    entries: folder.then(BTreeMap::new),
                    links: 0,
                };
                self.nodes.insert(*ino, node);
                self.add(name, *ino);
            }
            Change::Link { name, ino } => self.add(name, *ino),
            Change::Remove { name, .. } => self.take(name),
            Change::Rename { from, to, ino, .. } => {
                // One name fewer and one more: held in between, or a file with one name would go.
                if let Some(node) = self.nodes.get_mut(ino) {
                    node.links += 1;
                }
                self.take(from);
                self.take(to);
                self.add(to, *ino);
                if let Some(node) = self.nodes.get_mut(ino) {
                    node.links -= 1;
                }
            }
            Change::Own { ino, owner } => {
                if let Some(node) = self.nodes.get_mut(ino) {
                    node.owner = *owner;
                }
            }
        }
    }

    fn add(&mut self, name: &Name, ino: Ino) {
        if let Some(entries) = self.entries_mut(name.0) {
            entries.insert(name.1.clone(), ino);
        }
        if let Some(node) = self.nodes.get_mut(&ino) {
            node.links += 1;
        }
    }

    fn take(&mut self, name: &Name) {
        let taken = self
            .entries_mut(name.0)
            .and_then(|entries| entries.remove(&name.1));
        let Some(ino) = taken else { return };
        if let Some(node) = self.nodes.get_mut(&ino) {
            node.links = node.links.saturating_sub(1);
            if node.links == 0 {
                self.nodes.remove(&ino);
            }
        }
    }

    fn entries_mut(&mut self, folder: Ino) -> Option<&mut BTreeMap<OsString, Ino>> {
        self.nodes.get_mut(&folder)?.entries.as_mut()
    }
}
