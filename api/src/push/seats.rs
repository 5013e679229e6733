//! Who is connected, and how many of whom.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;
use std::sync::Arc;

use parking_lot::Mutex;
use uuid::Uuid;

use super::config::PushConfig;
use super::metrics::PushMetrics;
use super::subscription::Peer;
use crate::auth::Member;

/// Why somebody isn't let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Full {
    #[error("this process is going away")]
    Draining,
    #[error("this process has no room for another connection")]
    Process,
    #[error("too many connections have not authenticated yet")]
    Strangers,
    #[error("your organization has too many connections")]
    Organization,
    #[error("you have too many connections")]
    Person,
}

/// All connections of the process.
#[derive(Debug)]
pub struct Seats {
    taken: Mutex<Taken>,
    config: PushConfig,
    metrics: Arc<PushMetrics>,
}

#[derive(Debug, Default)]
struct Taken {
    peers: HashMap<u64, Arc<Peer>>,
    strangers: usize,
    organizations: HashMap<Uuid, usize>,
    people: HashMap<(Uuid, Arc<str>), usize>,
    draining: bool,
}

impl Seats {
    pub fn new(config: PushConfig, metrics: Arc<PushMetrics>) -> Self {
        Self {
            taken: Mutex::default(),
            config,
            metrics,
        }
    }

    /// A seat; a `stranger` has yet to say who it is. Strangers can't take the seats of others.
    ///
    /// # Errors
    /// See [`Full`].
    pub fn enter(self: &Arc<Self>, peer: &Arc<Peer>, stranger: bool) -> Result<Seat, Full> {
        let mut taken = self.taken.lock();
        let full = if taken.draining {
            Some(Full::Draining)
        } else if taken.peers.len() >= self.config.connections {
            Some(Full::Process)
        } else if stranger && taken.strangers >= self.config.strangers {
            Some(Full::Strangers)
        } else {
            None
        };
        if let Some(full) = full {
            self.metrics.refused.inc();
            return Err(full);
        }
        taken.strangers += usize::from(stranger);
        taken.peers.insert(peer.number, peer.clone());
        self.metrics.connections.inc();
        Ok(Seat {
            seats: self.clone(),
            number: peer.number,
            stranger,
            holder: None,
        })
    }

    /// Lets nobody in any more and gives everybody who is here.
    pub fn drain(&self) -> Vec<Arc<Peer>> {
        let mut taken = self.taken.lock();
        taken.draining = true;
        taken.peers.values().cloned().collect()
    }

    /// Everybody who is here.
    pub fn all(&self) -> Vec<Arc<Peer>> {
        self.taken.lock().peers.values().cloned().collect()
    }

    pub fn is_empty(&self) -> bool {
        self.taken.lock().peers.is_empty()
    }
}

/// A place in the process, given back when dropped.
#[derive(Debug)]
pub struct Seat {
    seats: Arc<Seats>,
    number: u64,
    stranger: bool,
    holder: Option<(Uuid, Arc<str>)>,
}

impl Seat {
    /// The stranger has said who it is.
    ///
    /// # Errors
    /// When its organization or it itself has too many connections.
    pub fn identify(&mut self, member: &Member) -> Result<(), Full> {
        let config = &self.seats.config;
        let holder = (member.tenant.id(), member.subject.clone());
        let mut taken = self.seats.taken.lock();
        let of = |count: Option<&usize>| count.copied().unwrap_or(0);
        let full = if of(taken.organizations.get(&holder.0)) >= config.connections_of_organization {
            Some(Full::Organization)
        } else if of(taken.people.get(&holder)) >= config.connections_of_person {
            Some(Full::Person)
        } else {
            None
        };
        if let Some(full) = full {
            self.seats.metrics.refused.inc();
            return Err(full);
        }
        *taken.organizations.entry(holder.0).or_default() += 1;
        *taken.people.entry(holder.clone()).or_default() += 1;
        taken.strangers -= usize::from(self.stranger);
        self.stranger = false;
        self.holder = Some(holder);
        Ok(())
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.taken.lock();
        taken.peers.remove(&self.number);
        taken.strangers -= usize::from(self.stranger);
        if let Some(holder) = self.holder.take() {
            less(&mut taken.organizations, holder.0);
            less(&mut taken.people, holder);
        }
        drop(taken);
        self.seats.metrics.connections.dec();
    }
}

fn less<K: Hash + Eq>(counts: &mut HashMap<K, usize>, key: K) {
    if let Entry::Occupied(mut count) = counts.entry(key) {
        *count.get_mut() -= 1;
        if *count.get() == 0 {
            count.remove();
        }
    }
}
