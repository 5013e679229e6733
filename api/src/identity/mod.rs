//! Who somebody is: registering, signing in, going on, signing out.
//!
//! What happened stands in the log (people, sessions, organizations, memberships); what must stay
//! secret stands in the vault. Where both change, the log comes first: what it says can be done again. Only
//! a session is begun in the vault first: nobody can use it before its event is written.

mod acceptance;
mod ahead;
mod answer;
mod avatar;
mod carry;
mod default_place;
mod email;
mod erasing;
mod failure;
mod integrations;
mod invitations;
mod keys;
mod login;
mod mail;
mod memberships;
mod notifications;
mod outside_call;
mod passwords;
mod personal_data;
mod plan;
mod profile;
mod refresh;
mod register;
mod second_factor;
mod seen;
mod sessions;
mod signed_out;
mod user;
mod whence;

use std::fmt::Display;
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

use chrono::{DateTime, Utc};
use flowgrid_bus::{Role, Tenant};
use flowgrid_commands::{Caller, Commands, Loaded, Outcome, Request};
use flowgrid_domain::values::Sealed;
use flowgrid_domain::{Decider, LogKind};
use flowgrid_log::LogStore;
use flowgrid_projections::ReadModels;
use flowgrid_vault::Field;
use flowgrid_workers::mail::Language;
use uuid::Uuid;

pub use acceptance::InvitationToken;
pub(crate) use ahead::Ahead;
pub use answer::{COOKIE, SignedInBody, forget_cookie};
pub use erasing::ErasedPerson;
pub use integrations::{MOST_OF_A_PERSON, present};
pub use login::{LoggedIn, Login};
pub use memberships::OrganizationOfPerson;
pub use personal_data::PersonalData;
pub use plan::Subscription;
pub(crate) use plan::plan_in;
pub use profile::Profiled;
pub use register::{Password, Registration};
pub use second_factor::Code;
pub use sessions::SessionResource;
pub use signed_out::PersonFacts;
pub use user::{UserResource, permissions};

use crate::auth::Tokens;
use crate::context::{DefaultOrganizations, People};
use crate::error::ApiError;
use crate::limits::{Limits, network_of};
use crate::request::Conditions;
use crate::security::{Recorder, agent_of};
use crate::{Clock, Ids};

/// The organization of all people: nobody's, and reserved.
pub(crate) use flowgrid_domain::organizations::PEOPLE;

/// Acts for whoever a request comes from.
pub struct Identity {
    pub(crate) commands: Commands,
    pub(crate) store: LogStore,
    pub(crate) read: ReadModels,
    pub(crate) people: People,
    pub(crate) tokens: Tokens,
    pub(crate) limits: Limits,
    pub(crate) clock: Clock,
    pub(crate) ids: Ids,
    pub(crate) lives: Lives,
    pub(crate) defaults: DefaultOrganizations,
    pub(crate) recorder: Recorder,
    pub(crate) from: Origin,
    pub(crate) ahead: OnceLock<Ahead>,
}

/// How long tokens are good, in the settings' words.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lives {
    pub access: chrono::TimeDelta,
    pub refresh: std::time::Duration,
}

/// Where a request comes from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Origin {
    pub address: Option<IpAddr>,
    pub agent: Option<String>,
    pub language: Option<String>,
    pub request_id: Option<Arc<str>>,
    pub traceparent: Option<String>,
    pub frontend: Option<String>,
}

impl Origin {
    /// What attempts are counted by: one customer's, however many addresses it may choose from.
    fn customer(&self) -> String {
        self.address
            .map(|address| network_of(address).to_string())
            .unwrap_or_default()
    }

    pub(crate) fn agent(&self) -> Option<String> {
        self.agent.as_deref().and_then(agent_of)
    }

    fn language(&self) -> Language {
        Language::of(self.language.as_deref().unwrap_or_default())
    }
}

impl Identity {
    fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    fn new_id(&self) -> Uuid {
        self.ids.uuid_v7(self.now())
    }

    /// The organization of all people.
    fn home(&self) -> Result<Tenant, ApiError> {
        Tenant::from_slug(PEOPLE).map_err(ApiError::internal)
    }

    /// Runs a command in the name of a person, mostly the one that it is about.
    async fn execute<A: Decider>(
        &self,
        tenant: &Tenant,
        actor: impl Display,
        id: String,
        command: A::Command,
    ) -> Result<Outcome<A>, ApiError> {
        self.execute_on::<A>(tenant, actor, id, command, Conditions::default())
            .await
    }

    /// The same, if the conditions hold.
    async fn execute_on<A: Decider>(
        &self,
        tenant: &Tenant,
        actor: impl Display,
        id: String,
        command: A::Command,
        conditions: Conditions,
    ) -> Result<Outcome<A>, ApiError> {
        let request = Request {
            id,
            command,
            if_match: conditions.if_match,
            idempotency: conditions.idempotency,
            status: 200,
            follow_claim: false,
        };
        self.request::<A>(tenant, actor, request).await
    }

    /// The same where still more is to be said.
    async fn request<A: Decider>(
        &self,
        tenant: &Tenant,
        actor: impl Display,
        request: Request<A::Command>,
    ) -> Result<Outcome<A>, ApiError> {
        let caller = Caller {
            tenant: tenant.clone(),
            actor: actor.to_string(),
            role: Role::Admin,
            request_id: self.from.request_id.as_deref().map(str::to_owned),
            traceparent: self.from.traceparent.clone(),
            frontend: self.from.frontend.clone(),
        };
        Ok(self.commands.execute::<A>(&caller, request).await?)
    }

    async fn load<A: Decider>(
        &self,
        tenant: &Tenant,
        id: &str,
    ) -> Result<Option<Loaded<A>>, ApiError> {
        Ok(match self.ends() {
            Some(ends) => self.commands.load_ending::<A>(tenant, id, ends).await?,
            None => self.commands.load::<A>(tenant, id, None).await?,
        })
    }

    /// The person who has an address.
    async fn owner_of(&self, email_index: &str) -> Result<Option<Uuid>, ApiError> {
        let home = self.home()?;
        let log = self.store.place(&home, LogKind::Identity).await?;
        let scope = flowgrid_domain::people::EMAIL;
        let owner = self
            .store
            .claim_owner(log.id, home.id(), scope, email_index)
            .await?;
        let read = |id: String| id.parse().map_err(ApiError::internal);
        owner.map(read).transpose()
    }

    pub(crate) async fn seal(
        &self,
        subject: Uuid,
        tenant: &Tenant,
        field: &str,
        plain: &str,
    ) -> Result<Sealed, ApiError> {
        let sealed = self
            .people
            .vault
            .seal(subject, tenant, field, plain)
            .await?;
        Sealed::parse(&sealed).map_err(ApiError::internal)
    }

    /// Opens what a list of one organization holds, in its order.
    ///
    /// # Errors
    /// When the vault can't be reached, or something wasn't sealed for this place.
    pub async fn open_all(
        &self,
        tenant: &Tenant,
        fields: &[Field<'_>],
    ) -> Result<Vec<Option<String>>, ApiError> {
        Ok(self.people.vault.open_fields(tenant, fields).await?)
    }

    async fn open(
        &self,
        subject: Uuid,
        tenant: &Tenant,
        field: &str,
        sealed: &Sealed,
    ) -> Result<Option<String>, ApiError> {
        let vault = &self.people.vault;
        Ok(vault
            .open_field(subject, tenant, field, sealed.as_str())
            .await?)
    }
}
