//! A person's own profile: name, settings, picture.

use chrono::{DateTime, Utc};
use flowgrid_bus::{Position, Role, Tenant};
use flowgrid_commands::{Loaded, Outcome};
use flowgrid_domain::memberships::Membership;
use flowgrid_domain::people::{
    Facts, Person, PersonCommand, Profile, ProfileChange, ProfileRequest,
};
use flowgrid_domain::values::Sealed;
use uuid::Uuid;

use super::{Identity, UserResource};
use crate::error::ApiError;
use crate::request::Conditions;

/// How often a change is made anew because another one came in between.
pub(super) const ATTEMPTS: u32 = 8;

/// A person with what its aggregate says beside.
pub struct Profiled {
    pub user: UserResource,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub revision: u64,
    /// When it joined the organization that it is signed in to; `None` after a command.
    pub member_since: Option<DateTime<Utc>>,
    /// Where the newest event of its membership stands: what the organization's read models follow.
    pub position: Position,
}

impl Identity {
    /// A person as it sees itself.
    ///
    /// # Errors
    /// [`ApiError::NotFound`] for nobody, and once it is erased.
    pub async fn profile(
        &self,
        person: Uuid,
        tenant: &Tenant,
        role: Role,
    ) -> Result<Profiled, ApiError> {
        let loaded = self.loaded_person(person).await?;
        let facts = loaded.state.facts().ok_or(ApiError::NotFound)?;
        let membership = self
            .load::<Membership>(tenant, &person.to_string())
            .await?
            .ok_or(ApiError::NotFound)?;
        Ok(Profiled {
            user: self.user_of(person, facts, tenant, role).await?,
            created_at: loaded.created_at,
            updated_at: loaded.updated_at,
            revision: loaded.revision,
            member_since: Some(membership.created_at),
            position: membership.position,
        })
    }

    /// Changes what is different, and carries the name to all memberships.
    ///
    /// # Errors
    /// [`ApiError::VersionMismatch`] where the caller has read another revision.
    pub async fn change_profile(
        &self,
        person: Uuid,
        tenant: &Tenant,
        role: Role,
        request: &ProfileRequest,
        conditions: &Conditions,
    ) -> Result<Profiled, ApiError> {
        let outcome = self.change_person(person, request, conditions).await?;
        self.carry(person).await?;
        self.profiled(person, tenant, role, &outcome).await
    }

    /// A person as a command left it.
    pub(super) async fn profiled(
        &self,
        person: Uuid,
        tenant: &Tenant,
        role: Role,
        outcome: &Outcome<Person>,
    ) -> Result<Profiled, ApiError> {
        let facts = outcome.state.facts().ok_or(ApiError::NotFound)?;
        let membership = self.load::<Membership>(tenant, &person.to_string()).await?;
        Ok(Profiled {
            user: self.user_of(person, facts, tenant, role).await?,
            created_at: outcome.created_at,
            updated_at: outcome.updated_at,
            revision: outcome.revision,
            member_since: None,
            position: membership.map_or(outcome.position, |loaded| loaded.position),
        })
    }

    pub(super) async fn change_person(
        &self,
        person: Uuid,
        request: &ProfileRequest,
        conditions: &Conditions,
    ) -> Result<Outcome<Person>, ApiError> {
        let home = self.home()?;
        for _ in 0..ATTEMPTS {
            let loaded = self.loaded_person(person).await?;
            let facts = loaded.state.facts().ok_or(ApiError::NotFound)?;
            let change = self.difference(person, facts, request).await?;
            // Settings and picture are sealed as one: what was read must be what is replaced.
            let on = Conditions {
                if_match: Some(conditions.if_match.unwrap_or(loaded.revision)),
                idempotency: conditions.idempotency.clone(),
            };
            let id = person.to_string();
            let command = PersonCommand::ChangeProfile(change);
            match self
                .execute_on::<Person>(&home, person, id, command, on)
                .await
            {
                Err(ApiError::VersionMismatch { .. }) if conditions.if_match.is_none() => {}
                other => return other,
            }
        }
        Err(ApiError::Conflict {
            code: "contended",
            detail: "too many others changed the same thing at once; try again".into(),
        })
    }

    /// What a request would make different, sealed.
    async fn difference(
        &self,
        person: Uuid,
        facts: &Facts,
        request: &ProfileRequest,
    ) -> Result<ProfileChange, ApiError> {
        let home = self.home()?;
        let present = self.open(person, &home, "name", &facts.name).await?;
        let name = request.name.as_ref().map(|name| name.as_str());
        let name = name.filter(|name| Some(*name) != present.as_deref());
        let name = match name {
            Some(name) => Some(self.seal(person, &home, "name", name).await?),
            None => None,
        };
        let before = self.profile_of(person, facts).await?;
        let mut after = before.clone();
        if let Some(settings) = &request.settings {
            after.settings = settings.clone().into_map();
        }
        request
            .avatar_url
            .clone()
            .map(String::from)
            .apply(&mut after.avatar_url);
        let profile = match after == before {
            true => None,
            false => Some(self.seal_profile(person, &after).await?),
        };
        Ok(ProfileChange { name, profile })
    }

    /// What a person says about itself; nothing, where it has said nothing.
    pub(super) async fn profile_of(
        &self,
        person: Uuid,
        facts: &Facts,
    ) -> Result<Profile, ApiError> {
        let Some(sealed) = &facts.profile else {
            return Ok(Profile::default());
        };
        let home = self.home()?;
        let opened = self.open(person, &home, "profile", sealed).await?;
        let read = |text: String| serde_json::from_str(&text).map_err(|_| unreadable());
        opened.map_or(Ok(Profile::default()), read)
    }

    pub(super) async fn seal_profile(
        &self,
        person: Uuid,
        profile: &Profile,
    ) -> Result<Sealed, ApiError> {
        let text = serde_json::to_string(profile).map_err(|_| unreadable())?;
        self.seal(person, &self.home()?, "profile", &text).await
    }

    pub(super) async fn loaded_person(&self, person: Uuid) -> Result<Loaded<Person>, ApiError> {
        let home = self.home()?;
        let loaded = self.load::<Person>(&home, &person.to_string()).await?;
        loaded.ok_or(ApiError::NotFound)
    }
}

/// Says nothing of what stands in it.
fn unreadable() -> ApiError {
    ApiError::internal("a profile that is no JSON of ours")
}
