//! One subscription of one connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};

use axum::extract::ws::Utf8Bytes;
use flowgrid_bus::{Audience, Role, Tenant};
use parking_lot::Mutex;

use super::channel::Channel;
use super::frame::{Ending, Frame, Lane};
use super::outbox::Outbox;
use crate::auth::{Principal, Tokens};

/// The part of a connection that dispatchers and replays see.
#[derive(Debug)]
pub struct Peer {
    pub number: u64,
    pub outbox: Outbox,
    role: AtomicU8,
    /// Whose token it was let in with, or has renewed it with.
    principal: Mutex<Option<Arc<Principal>>>,
}

impl Peer {
    pub fn new(number: u64, outbox: Outbox) -> Self {
        Self {
            number,
            outbox,
            role: AtomicU8::new(Role::Viewer as u8),
            principal: Mutex::new(None),
        }
    }

    /// From now on it is here with this token.
    pub fn hold(&self, principal: Arc<Principal>) {
        *self.principal.lock() = Some(principal);
    }

    /// Ends the connection if its token was revoked. A stranger has none yet.
    pub fn dismiss_unless(&self, tokens: &Tokens) {
        let principal = self.principal.lock();
        if principal.as_ref().is_some_and(|one| !tokens.admits(one)) {
            self.outbox.end(Ending::Revoked);
        }
    }

    /// From now on only what `role` may see is sent.
    pub fn set_role(&self, role: Role) {
        self.role.store(role as u8, Ordering::Relaxed);
    }

    /// Whether events that ask for at least `lowest` may be sent.
    pub fn may_see(&self, lowest: Role) -> bool {
        self.role.load(Ordering::Relaxed) >= lowest as u8
    }
}

/// `cursor` of a subscription that follows the dispatcher.
const LIVE: u64 = u64::MAX;

/// A channel as one connection follows it.
#[derive(Debug)]
pub struct Subscription {
    /// Unique within the process, ascending; never 0.
    pub number: u64,
    pub peer: Arc<Peer>,
    pub tenant: Tenant,
    pub channel: Channel,
    /// `"id":1,"channel":"buildings"`, shared with others that say the same.
    pub label: Arc<str>,
    /// Events up to here are known to the client already.
    pub after: u64,
    /// How far its replay has come, else [`LIVE`].
    cursor: AtomicU64,
    /// The first position that its connection lost; 0 when none.
    lost: AtomicU64,
    gone: AtomicBool,
}

impl Subscription {
    pub fn new(
        number: u64,
        peer: Arc<Peer>,
        tenant: Tenant,
        channel: Channel,
        label: Arc<str>,
        after: u64,
    ) -> Self {
        Self {
            number,
            peer,
            tenant,
            channel,
            label,
            after,
            cursor: AtomicU64::new(LIVE),
            lost: AtomicU64::new(0),
            gone: AtomicBool::new(false),
        }
    }

    pub fn lane(&self) -> Lane {
        if self.channel.is_urgent() {
            Lane::Urgent
        } else {
            Lane::Normal
        }
    }

    /// Whether events for this audience may be sent.
    pub fn may_carry(&self, audience: Audience) -> bool {
        match audience {
            Audience::From(lowest) => self.peer.may_see(lowest),
            Audience::ItsPerson => self.channel.is_ones_own(),
            Audience::Nobody => false,
        }
    }

    /// Hands an event's message to the connection; false when the connection takes no more.
    pub fn offer(&self, position: u64, text: Utf8Bytes) -> bool {
        self.push(Frame {
            text,
            subscription: self.number,
            position,
            latest_of: None,
        })
    }

    /// The same of a message that makes an older one of the same thing needless.
    pub fn offer_latest(&self, position: u64, of: &Arc<str>, text: Utf8Bytes) -> bool {
        self.push(Frame {
            text,
            subscription: self.number,
            position,
            latest_of: Some(Arc::clone(of)),
        })
    }

    fn push(&self, frame: Frame) -> bool {
        let position = frame.position;
        let taken = self.peer.outbox.push(frame, self.lane());
        if !taken {
            // Only the first loss counts.
            let _ = self
                .lost
                .compare_exchange(0, position, Ordering::AcqRel, Ordering::Relaxed);
        }
        taken
    }

    pub fn replayed_to(&self, position: u64) {
        self.cursor.store(position, Ordering::Release);
    }

    pub fn is_live_now(&self) {
        self.cursor.store(LIVE, Ordering::Release);
    }

    /// It ends: a replay that is about to join the live ones must not.
    pub fn leave(&self) {
        self.gone.store(true, Ordering::Release);
    }

    pub fn is_gone(&self) -> bool {
        self.gone.load(Ordering::Acquire)
    }

    /// Up to where everything was written or is about to be, when the connection has stopped
    /// taking messages. `edge` must have been read after it stopped.
    pub fn resume_at(&self, edge: u64) -> u64 {
        let reached = match self.cursor.load(Ordering::Acquire) {
            LIVE => edge.max(self.after),
            replayed => replayed,
        };
        let lost = match self.lost.load(Ordering::Acquire) {
            0 => None,
            position => Some(position),
        };
        let waiting = self.peer.outbox.first_waiting(self.number);
        let missed = lost.into_iter().chain(waiting).min();
        missed.map_or(reached, |first| reached.min(first.saturating_sub(1)))
    }
}
