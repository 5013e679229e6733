//! What one client has said so far: who it is, and what it follows.

use std::sync::Arc;
use std::time::Instant;

use super::feed::Feed;
use super::frame::{Ending, Frame, Lane};
use super::hub::Hub;
use super::identity::Holder;
use super::incoming::Incoming;
use super::outgoing;
use super::rate::{Bucket, Verdict};
use super::seats::{Full, Seat};
use super::subscription::{Peer, Subscription};
use crate::auth::Principal;

/// The socket closes with this code, after `last` was said.
#[derive(Debug)]
pub struct Close {
    pub code: u16,
    pub reason: &'static str,
    pub last: Vec<String>,
}

impl Close {
    pub fn new(code: u16, reason: &'static str) -> Self {
        Self {
            code,
            reason,
            last: Vec::new(),
        }
    }

    /// Says why in an error message first.
    pub fn with_error(code: u16, error: &str, reason: &'static str) -> Self {
        Self {
            code,
            reason,
            last: vec![outgoing::error(None, error, reason)],
        }
    }
}

/// No valid token, or no longer.
pub const UNAUTHENTICATED: u16 = 4001;
/// The token is valid but not for this.
pub const FORBIDDEN: u16 = 4003;
/// Come back and resume.
pub const LAGGED: u16 = 4008;
/// Come back after a random wait.
pub const RESTART: u16 = 1012;
/// Come back later.
pub const TRY_LATER: u16 = 1013;
/// It sends too much.
pub const POLICY: u16 = 1008;

/// One subscription with its way to the live events.
#[derive(Debug)]
pub struct Follow {
    pub subscription: Arc<Subscription>,
    pub feed: Arc<Feed>,
    pub replay: Option<tokio::task::JoinHandle<()>>,
}

/// A connection's conversation. Answers go into its outbox, in the order of the questions.
pub struct Session {
    pub hub: Arc<Hub>,
    pub peer: Arc<Peer>,
    pub holder: Option<Holder>,
    pub follows: Vec<Follow>,
    pub seat: Seat,
    bucket: Bucket,
}

impl Session {
    /// A seat for whoever comes; `principal` when the handshake has said who it is.
    ///
    /// # Errors
    /// When there is no room.
    pub fn open(hub: &Arc<Hub>, principal: Option<&Arc<Principal>>) -> Result<Self, Full> {
        let peer = hub.peer();
        let member = principal.and_then(|one| Some((one, one.member()?)));
        let seat = hub.seats.enter(&peer, member.is_none())?;
        let config = &hub.config;
        let mut session = Self {
            bucket: Bucket::new(config.incoming_per_s, config.incoming_burst, Instant::now()),
            hub: hub.clone(),
            peer,
            holder: None,
            follows: Vec::new(),
            seat,
        };
        if let Some((principal, member)) = member {
            session.admit(principal, member)?;
        }
        Ok(session)
    }

    /// Whether one more frame may come.
    ///
    /// # Errors
    /// When there were too many for too long.
    pub fn count(&mut self) -> Result<bool, Close> {
        match self.bucket.take(Instant::now()) {
            Verdict::Fine => Ok(true),
            Verdict::Refused => {
                let detail = "too many messages; this one was ignored";
                self.say(outgoing::error(None, "rate-limited", detail));
                Ok(false)
            }
            Verdict::Enough => Err(Close::with_error(
                POLICY,
                "rate-limited",
                "too many messages",
            )),
        }
    }

    /// Acts on one message.
    ///
    /// # Errors
    /// When the connection is to close.
    pub async fn hear(&mut self, text: &str) -> Result<(), Close> {
        let message = match Incoming::parse(text) {
            Ok(message) => message,
            Err(malformed) => {
                self.say(outgoing::error(
                    malformed.id,
                    "bad-message",
                    malformed.detail,
                ));
                return Ok(());
            }
        };
        match message {
            Incoming::Auth { token } => return self.authenticate(&token),
            _ if self.holder.is_none() => {
                return Err(Close::with_error(
                    UNAUTHENTICATED,
                    "unauthorized",
                    "the first message is {\"type\":\"auth\",\"token\":…}",
                ));
            }
            Incoming::Subscribe { id, channel, after } => {
                self.subscribe(id, &channel, after.as_deref()).await;
            }
            Incoming::Unsubscribe { id } => self.unsubscribe(id).await,
            Incoming::Ping { id } => self.say(outgoing::pong(id)),
        }
        Ok(())
    }

    pub fn say(&self, text: String) {
        self.peer.outbox.push(Frame::answer(text), Lane::Normal);
    }

    /// The last words when the outbox takes no more: where each subscription can go on.
    pub fn farewell(&self, ending: Ending) -> Close {
        let stands = |follow: &Follow| {
            let edge = follow.feed.edge().unwrap_or(0);
            let token = follow.feed.token(follow.subscription.resume_at(edge));
            let label = &follow.subscription.label;
            match ending {
                Ending::Lagged => outgoing::lagged(label, token),
                Ending::Drained { .. } | Ending::Revoked => outgoing::standing(label, token),
            }
        };
        let mut last: Vec<String> = self.follows.iter().map(stands).collect();
        let (code, reason) = match ending {
            Ending::Lagged => (LAGGED, "lagged: resume from the position given"),
            Ending::Drained { wait_ms } => {
                last.push(outgoing::going_away(wait_ms));
                (RESTART, "come back after a random wait")
            }
            Ending::Revoked => {
                let reason = "the token has been revoked";
                last.push(outgoing::error(None, "token-revoked", reason));
                (UNAUTHENTICATED, reason)
            }
        };
        Close { code, reason, last }
    }

    /// Gives back what replays that are over still hold.
    pub fn tidy(&mut self) {
        for follow in &mut self.follows {
            if follow
                .replay
                .as_ref()
                .is_some_and(|task| task.is_finished())
            {
                follow.replay = None;
            }
        }
    }

    /// Follows nothing any more and takes no more messages.
    pub fn leave(&mut self) {
        self.follows.drain(..).for_each(|follow| follow.stop());
        self.peer.outbox.close();
    }
}

impl Follow {
    pub fn stop(&self) {
        if let Some(replay) = &self.replay {
            replay.abort();
        }
        self.feed.leave(&self.subscription);
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.leave();
    }
}
