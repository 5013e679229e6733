//! Whose requests are counted together.

use std::hash::{BuildHasher, Hash, RandomState};
use std::net::IpAddr;

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::Class;
use super::address::{NOWHERE, network_of};

/// Somebody who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Caller<'a> {
    /// A person or key within an organization.
    Member { tenant: Uuid, subject: &'a str },
    /// The network that an address stands for.
    Network(u128),
}

impl Caller<'_> {
    /// Somebody of whom only the address is known, or not even that.
    pub fn at(address: Option<IpAddr>) -> Self {
        Self::Network(network_of(address.unwrap_or(NOWHERE)))
    }
}

/// The name of a counter in all processes: it tells nobody who it was.
pub type SharedKey = [u8; 32];

/// Of one caller in one class.
pub fn shared_key(class: Class, caller: Caller<'_>) -> SharedKey {
    match caller {
        Caller::Member { tenant, subject } => {
            key_of(class, &[b"member", tenant.as_bytes(), subject.as_bytes()])
        }
        Caller::Network(bits) => key_of(class, &[b"network", &bits.to_be_bytes()]),
    }
}

/// Of anything in one class. Each part is preceded by its length, so no two lists are the same.
pub fn key_of(class: Class, parts: &[&[u8]]) -> SharedKey {
    let mut hash = Sha256::new();
    for part in std::iter::once(class.as_str().as_bytes()).chain(parts.iter().copied()) {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// Names counters within this process: quicker than [`shared_key`], and as nobody knows its seeds,
/// nobody can make two callers meet.
pub struct LocalKeys(RandomState, RandomState);

impl LocalKeys {
    pub fn new() -> Self {
        Self(RandomState::new(), RandomState::new())
    }

    pub fn of(&self, class: Class, caller: Caller<'_>) -> (u64, u64) {
        self.of_any(&(class, caller))
    }

    pub fn of_shared(&self, key: &SharedKey) -> (u64, u64) {
        self.of_any(key)
    }

    fn of_any(&self, value: &impl Hash) -> (u64, u64) {
        (self.0.hash_one(value), self.1.hash_one(value))
    }
}
