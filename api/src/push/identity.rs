//! Who a connection is, and until when.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use flowgrid_bus::{Role, Tenant};

use super::frame::{Frame, Lane};
use super::outgoing;
use super::seats::Full;
use super::session::{Close, FORBIDDEN, Session, TRY_LATER, UNAUTHENTICATED};
use crate::auth::{Member, Principal, Scope, TokenError};

/// Somebody who has authenticated.
#[derive(Debug)]
pub struct Holder {
    pub subject: Arc<str>,
    pub tenant: Tenant,
    pub role: Role,
    pub expires_at: DateTime<Utc>,
}

impl Session {
    /// A stranger is one no longer.
    ///
    /// # Errors
    /// When it or its organization has too many connections.
    pub fn admit(&mut self, principal: &Arc<Principal>, member: &Member) -> Result<(), Full> {
        self.seat.identify(member)?;
        self.peer.set_role(member.role);
        self.hold(principal);
        self.holder = Some(Holder {
            subject: member.subject.clone(),
            tenant: member.tenant.clone(),
            role: member.role,
            expires_at: member.expires_at,
        });
        Ok(())
    }

    /// From now on the connection ends when this token is revoked. One that was revoked since it
    /// was checked ends it now.
    fn hold(&self, principal: &Arc<Principal>) {
        self.peer.hold(Arc::clone(principal));
        self.peer.dismiss_unless(&self.hub.tokens);
    }

    /// The first time it says who it is; later it renews what it said.
    ///
    /// # Errors
    /// When a stranger could not say it.
    pub fn authenticate(&mut self, token: &str) -> Result<(), Close> {
        let principal = self.hub.tokens.verify(token);
        let principal = match principal {
            Ok(principal) => principal,
            Err(error) => {
                let code = match error {
                    TokenError::Expired => "token-expired",
                    TokenError::Revoked => "token-revoked",
                    TokenError::Malformed
                    | TokenError::Foreign
                    | TokenError::Early
                    | TokenError::Unsigned => "token-invalid",
                };
                return self.refuse(UNAUTHENTICATED, code, &error.to_string());
            }
        };
        let member = principal.member();
        let Some(member) = member.filter(|member| member.scopes.allow(Scope::Read)) else {
            return self.refuse(
                FORBIDDEN,
                "forbidden",
                "this token may not read an organization",
            );
        };
        match &mut self.holder {
            None => {
                if let Err(full) = self.admit(&principal, member) {
                    let detail = full.to_string();
                    return self.refuse(TRY_LATER, "too-many-connections", &detail);
                }
            }
            Some(holder) => {
                if holder.subject != member.subject || holder.tenant != member.tenant {
                    let detail = "a token of somebody else or another organization";
                    return self.refuse(FORBIDDEN, "forbidden", detail);
                }
                holder.role = member.role;
                holder.expires_at = member.expires_at;
                self.peer.set_role(member.role);
                self.hold(&principal);
                self.end_forbidden(member);
            }
        }
        self.say(outgoing::authenticated(member.expires_at.timestamp()));
        Ok(())
    }

    /// A stranger must go; who renews in vain may stay until the old token expires.
    fn refuse(&self, code: u16, error: &str, detail: &str) -> Result<(), Close> {
        let text = outgoing::error(None, error, detail);
        if self.holder.is_some() {
            self.say(text);
            return Ok(());
        }
        let mut close = Close::new(code, "not authenticated");
        close.last.push(text);
        Err(close)
    }

    /// A lowered role ends what it may no longer follow.
    fn end_forbidden(&mut self, member: &Member) {
        let peer = &self.peer;
        self.follows.retain(|follow| {
            let Err(refusal) = follow.subscription.channel.admit(member.role) else {
                return true;
            };
            follow.stop();
            peer.outbox.forget(follow.subscription.number);
            let label = &follow.subscription.label;
            let text = outgoing::ended(label, "forbidden", &refusal.to_string());
            peer.outbox.push(Frame::answer(text), Lane::Normal);
            false
        });
    }

    /// How long until the connection must have authenticated again; `None` for a stranger.
    pub fn until_expiry(&self) -> Option<Duration> {
        let holder = self.holder.as_ref()?;
        let left = holder.expires_at - self.hub.clock.now();
        Some(left.to_std().unwrap_or(Duration::ZERO))
    }
}
