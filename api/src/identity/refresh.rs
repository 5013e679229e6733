//! Going on with a refresh token.

use flowgrid_domain::sessions::EndReason;
use flowgrid_vault::{Refreshed, Rotation};
use flowgrid_workers::mail::MailKind;

use super::Identity;
use super::answer::{SignedIn, TokenOf};
use super::seen::About;
use crate::error::ApiError;
use crate::limits::{Class, Counted};
use crate::security::Kind;

impl Identity {
    /// Exchanges a refresh token. The old one stays good until the new one, or an access token that
    /// came with it, is first used.
    ///
    /// # Errors
    /// [`ApiError::Unauthenticated`] when it is no longer good. One that was exchanged long ago has
    /// been stolen: the session ends, and its person is told.
    pub async fn refresh(&self, token: &str) -> Result<SignedIn, ApiError> {
        let limits = self.session_limits();
        match self.people.vault.rotate(token, &limits, self.now()).await? {
            Rotation::Fresh(refreshed) => self.go_on(refreshed).await,
            Rotation::Reuse(session) => {
                let person = session.person;
                let about = About::person(person).within(&session.tenant);
                let about = about.saying("session", session.id.to_string());
                self.saw(Kind::TokenReused, about);
                self.record_ends(&[session], EndReason::TokenReused).await?;
                self.mail_to(person, MailKind::TokenReuse { at: self.now() })
                    .await?;
                Err(ended("token-reused"))
            }
            Rotation::Expired(session) => {
                self.record_ends(&[session], EndReason::Expired).await?;
                Err(ended("session-expired"))
            }
            Rotation::Ended => Err(ended("session-ended")),
            Rotation::Unknown => Err(ended("token-invalid")),
        }
    }

    async fn go_on(&self, refreshed: Refreshed) -> Result<SignedIn, ApiError> {
        let session = refreshed.session.to_string();
        let counted = [Counted::by(Class::Refresh, &[&session])];
        // Too often: the token that was given stays good.
        let _counted = self
            .limits
            .attempt(&counted)
            .await
            .map_err(ApiError::TooMany)?;
        let person = refreshed.person;
        let place = self.place_in(person, &refreshed.tenant).await?;
        let place = place.ok_or_else(|| ended("session-ended"))?;
        let facts = self.person(person).await?;
        let user = self
            .user_of(person, &facts, &place.tenant, place.role)
            .await?;
        let token = TokenOf {
            person,
            session: refreshed.session,
            generation: refreshed.generation,
        };
        let (remember, until) = (refreshed.remember, refreshed.expires_at);
        self.signed_in(
            user,
            &place,
            token,
            refreshed.refresh_token,
            remember,
            until,
        )
    }
}

fn ended(code: &'static str) -> ApiError {
    ApiError::Unauthenticated {
        code,
        detail: "the session is over: sign in again".into(),
    }
}
