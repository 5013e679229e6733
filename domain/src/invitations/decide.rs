//! What may happen to an invitation.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Accepted, Facts, Invitation, InvitationCommand, InvitationEvent, Revoked, Send, Sent};
use crate::values::{PersonId, whole_micros};
use crate::{ClaimChange, Decider, LogKind, Rejection};

/// An invitation that is open for longer is a forgotten door.
const LONGEST: TimeDelta = TimeDelta::days(90);

type Decision = Result<Vec<InvitationEvent>, Rejection>;

impl Decider for Invitation {
    const TYPE: &'static str = "invitation";
    const LOG: LogKind = LogKind::Identity;
    type Command = InvitationCommand;
    type Event = InvitationEvent;

    fn decide(&self, command: &InvitationCommand) -> Decision {
        match command {
            InvitationCommand::Send(send) => self.send(send),
            InvitationCommand::Accept { person, at } => self.accept(person, *at),
            InvitationCommand::Revoke => self.revoke(),
        }
    }

    fn evolve(&mut self, event: &InvitationEvent) {
        self.fold(event);
    }

    fn claims(&self, event: &InvitationEvent) -> Vec<ClaimChange> {
        self.claims_of(event)
    }
}

impl Invitation {
    fn send(&self, send: &Send) -> Decision {
        match self {
            Self::NotSent => {}
            Self::Open(facts) if facts.may_be_sent_again(send) => {}
            Self::Open(facts) if facts.is_to(send) => {
                let detail = "the address has an open invitation";
                return Err(Rejection::conflict("invitation-open", detail));
            }
            Self::Open(_) | Self::Accepted(..) | Self::Revoked(_) => {
                return Err(Rejection::AlreadyExists {
                    detail: "an invitation of this id exists".to_owned(),
                });
            }
        }
        let sent = Sent::from(send);
        let at = whole_micros(send.at);
        if sent.expires_at <= at || sent.expires_at - at > LONGEST {
            let detail = "must be in the future, at most 90 days away";
            return Err(Rejection::field("/expiresAt", detail));
        }
        Ok(vec![InvitationEvent::Sent(sent)])
    }

    fn accept(&self, person: &PersonId, at: DateTime<Utc>) -> Decision {
        match self {
            Self::NotSent => Err(Rejection::NotFound),
            Self::Open(facts) if facts.is_expired(at) => Err(Rejection::refused(
                "invitation-expired",
                "the invitation has expired",
            )),
            Self::Open(_) => Ok(vec![InvitationEvent::Accepted(Accepted {
                person_id: person.as_str().to_owned(),
                at: whole_micros(at),
            })]),
            Self::Accepted(_, before) if before.person_id == person.as_str() => Ok(Vec::new()),
            Self::Accepted(..) => Err(accepted()),
            Self::Revoked(_) => Err(Rejection::conflict(
                "invitation-revoked",
                "the invitation was revoked",
            )),
        }
    }

    fn revoke(&self) -> Decision {
        match self {
            Self::NotSent => Err(Rejection::NotFound),
            Self::Open(_) => Ok(vec![InvitationEvent::Revoked(Revoked {})]),
            Self::Accepted(..) => Err(accepted()),
            Self::Revoked(_) => Ok(Vec::new()),
        }
    }
}

fn accepted() -> Rejection {
    Rejection::conflict("invitation-accepted", "the invitation was accepted")
}

impl Facts {
    fn is_to(&self, send: &Send) -> bool {
        self.email_index == send.email_index.as_str()
    }

    fn may_be_sent_again(&self, send: &Send) -> bool {
        self.is_to(send) && self.is_expired(send.at)
    }
}

impl From<&Send> for Sent {
    fn from(send: &Send) -> Self {
        Self {
            email: send.email.clone(),
            email_index: send.email_index.clone().into(),
            role: send.role,
            frontends: (&send.frontends).into(),
            by: send.by.as_str().to_owned(),
            expires_at: whole_micros(send.expires_at),
        }
    }
}
