//! Sessions: begun, listed, ended.

use chrono::{DateTime, Utc};
use flowgrid_domain::people::Facts;
use flowgrid_domain::sessions::{Begin, EndReason, Session, SessionCommand, SignIn};
use flowgrid_domain::values::Sealed;
use flowgrid_vault::{EndedSession, NewSession, SessionLimits};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Identity;
use super::answer::{SignedIn, TokenOf};
use super::memberships::{Place, person_id};
use super::seen::About;
use crate::error::ApiError;
use crate::security::Kind;

/// Sessions that nobody asked to remember end after so long without use.
const IDLE: std::time::Duration = std::time::Duration::from_secs(24 * 3600);

/// How somebody came in.
#[derive(Clone, Copy, Debug)]
pub(super) struct NewLogin {
    pub method: SignIn,
    pub second_factor: bool,
    pub remember: bool,
}

/// A session as its person sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionResource {
    pub id: String,
    /// Slug of the organization it is signed in to.
    pub organization: String,
    /// The user agent; null where none was sent.
    pub device: Option<String>,
    pub ip_address: Option<String>,
    /// The one that asks.
    pub current: bool,
    pub created_at: DateTime<Utc>,
    pub last_used_at: DateTime<Utc>,
    /// When it ends unless it is used.
    pub expires_at: DateTime<Utc>,
}

impl Identity {
    pub(super) fn session_limits(&self) -> SessionLimits {
        let refresh = self.lives.refresh;
        SessionLimits {
            idle: IDLE.min(refresh),
            absolute: refresh,
            remembered_idle: refresh,
            remembered_absolute: refresh * 12,
        }
    }

    /// Begins a session in an organization. `facts` are the person's as it has just been read.
    pub(super) async fn sign_in(
        &self,
        person: Uuid,
        facts: &Facts,
        place: Place,
        login: NewLogin,
    ) -> Result<SignedIn, ApiError> {
        let id = self.new_id();
        let address = self.from.address.map(|address| address.to_string());
        let (vault, now) = (&self.people.vault, self.now());
        let device = self.sealed(person, "device", self.from.agent()).await?;
        let address = self.sealed(person, "address", address).await?;
        let begin = SessionCommand::Begin(Begin {
            person: person_id(person)?,
            method: login.method,
            second_factor: login.second_factor,
            remember: login.remember,
            device: device.clone(),
            address: address.clone(),
        });
        let session = NewSession {
            id,
            person,
            tenant: place.tenant.clone(),
            device: device.map(String::from),
            address: address.map(String::from),
            remember: login.remember,
        };
        let limits = self.session_limits();
        // Before its event: it is on disk with it, without a flush of its own.
        let begun = vault.begin_session(&session, &limits, now).await?;
        if let Err(error) = self.record_begin(&session, begin, login).await {
            // Nobody was told its token.
            let _ = vault.end_session(person, id, now).await;
            return Err(error);
        }
        self.record_ends(&begun.ended, EndReason::Expired).await?;
        let user = self
            .user_since(person, facts, &place.tenant, place.role, Some(now))
            .await?;
        let token = TokenOf {
            person,
            session: id,
            generation: begun.generation,
        };
        self.signed_in(
            user,
            &place,
            token,
            begun.refresh_token,
            login.remember,
            begun.expires_at,
        )
    }

    /// Writes into the log that a session begins, and that somebody has signed in.
    async fn record_begin(
        &self,
        session: &NewSession,
        begin: SessionCommand,
        login: NewLogin,
    ) -> Result<(), ApiError> {
        let (id, person, tenant) = (session.id.to_string(), session.person, &session.tenant);
        self.execute::<Session>(tenant, person, id.clone(), begin)
            .await?;
        let about = About::person(person).within(tenant);
        let about = about.saying("secondFactor", login.second_factor);
        self.saw(Kind::Login, about.saying("session", id));
        Ok(())
    }

    async fn sealed(
        &self,
        person: Uuid,
        field: &str,
        plain: Option<String>,
    ) -> Result<Option<Sealed>, ApiError> {
        let home = self.home()?;
        match plain {
            Some(plain) => self.seal(person, &home, field, &plain).await.map(Some),
            None => Ok(None),
        }
    }

    /// A person's sessions in all organizations, the last used first; at most 100.
    ///
    /// # Errors
    /// When the vault can't be reached.
    pub async fn sessions(
        &self,
        person: Uuid,
        current: Option<Uuid>,
    ) -> Result<Vec<SessionResource>, ApiError> {
        let home = self.home()?;
        let mut shown = Vec::new();
        for session in self.people.vault.sessions_of(person, self.now()).await? {
            let open = async |field: &str, sealed: &Option<String>| match sealed {
                Some(sealed) => {
                    self.people
                        .vault
                        .open_field(person, &home, field, sealed)
                        .await
                }
                None => Ok(None),
            };
            shown.push(SessionResource {
                id: session.id.to_string(),
                organization: session.tenant.slug().to_owned(),
                device: open("device", &session.device).await?,
                ip_address: open("address", &session.address).await?,
                current: Some(session.id) == current,
                created_at: session.created_at,
                last_used_at: session.last_used_at,
                expires_at: session.expires_at,
            });
        }
        Ok(shown)
    }

    /// Ends one of a person's sessions: on every process within a second.
    ///
    /// # Errors
    /// [`ApiError::NotFound`] where it has none of this id.
    pub async fn end_session(
        &self,
        person: Uuid,
        session: Uuid,
        reason: EndReason,
    ) -> Result<(), ApiError> {
        let ended = self
            .people
            .vault
            .end_session(person, session, self.now())
            .await?;
        let ended = ended.ok_or(ApiError::NotFound)?;
        self.record_ends(&[ended], reason).await
    }

    /// Ends a person's sessions but for the one it uses now; answers how many there were.
    ///
    /// # Errors
    /// When the vault or the log can't be reached; again, it goes on where it broke off.
    pub async fn end_other_sessions(
        &self,
        person: Uuid,
        except: Option<Uuid>,
        reason: EndReason,
    ) -> Result<usize, ApiError> {
        let vault = &self.people.vault;
        let ended = vault.end_sessions(person, None, except, self.now()).await?;
        self.record_ends(&ended, reason).await?;
        Ok(ended.len())
    }

    /// Writes into the log what the vault has done, so that no old backup undoes it.
    pub(super) async fn record_ends(
        &self,
        ended: &[EndedSession],
        reason: EndReason,
    ) -> Result<(), ApiError> {
        for session in ended {
            let end = SessionCommand::End { reason };
            let id = session.id.to_string();
            let about = About::person(session.person).within(&session.tenant);
            self.saw(Kind::SessionEnded, about.saying("session", id.clone()));
            self.execute::<Session>(&session.tenant, session.person, id, end)
                .await?;
        }
        Ok(())
    }
}
