//! A person as the frontends know it: what it is, and what it may do in the organization it is
//! signed in to.

use chrono::{DateTime, Utc};
use flowgrid_bus::{Role, Tenant};
use flowgrid_domain::people::{Facts, Person};
use flowgrid_domain::values::Plan;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use super::Identity;
use crate::error::ApiError;

/// A person, signed in to an organization.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserResource {
    pub id: String,
    pub email: Option<String>,
    pub name: Option<String>,
    pub role: Role,
    /// A subset of `read`, `write`, `delete`, `admin`.
    pub permissions: Vec<&'static str>,
    /// Id of an image in the file store.
    pub avatar: Option<String>,
    /// Where its picture is: one elsewhere, or a path of ours.
    pub avatar_url: Option<String>,
    pub is_active: bool,
    pub email_verified: bool,
    pub two_factor_enabled: bool,
    pub last_login: Option<DateTime<Utc>>,
    pub settings: Map<String, Value>,
    pub plan: Plan,
    /// Slug of the organization it is signed in to.
    pub organization: String,
}

/// What a role may do, in the frontends' four words.
pub fn permissions(role: Role) -> Vec<&'static str> {
    let all = ["read", "write", "delete", "admin"];
    let count = match role {
        Role::Viewer => 1,
        Role::User => 2,
        Role::Manager => 3,
        Role::Admin => 4,
    };
    all.into_iter().take(count).collect()
}

impl Identity {
    /// Somebody who is registered and not erased.
    pub(super) async fn person(&self, id: Uuid) -> Result<Facts, ApiError> {
        let home = self.home()?;
        let loaded = self.load::<Person>(&home, &id.to_string()).await?;
        let facts = loaded.and_then(|loaded| loaded.state.facts().cloned());
        facts.ok_or(ApiError::NotFound)
    }

    /// A person as it sees itself in an organization.
    ///
    /// # Errors
    /// [`ApiError::NotFound`] for nobody, and once it is erased.
    pub async fn user(
        &self,
        id: Uuid,
        tenant: &Tenant,
        role: Role,
    ) -> Result<UserResource, ApiError> {
        let facts = self.person(id).await?;
        self.user_of(id, &facts, tenant, role).await
    }

    pub(super) async fn user_of(
        &self,
        id: Uuid,
        facts: &Facts,
        tenant: &Tenant,
        role: Role,
    ) -> Result<UserResource, ApiError> {
        let sessions = self.people.vault.sessions_of(id, self.now()).await?;
        let last_login = sessions.iter().map(|session| session.created_at).max();
        self.user_since(id, facts, tenant, role, last_login).await
    }

    /// The same where it is known when it last signed in.
    pub(super) async fn user_since(
        &self,
        id: Uuid,
        facts: &Facts,
        tenant: &Tenant,
        role: Role,
        last_login: Option<DateTime<Utc>>,
    ) -> Result<UserResource, ApiError> {
        let home = self.home()?;
        let profile = self.profile_of(id, facts).await?;
        let stored = facts.avatar.as_ref();
        let stored = stored.map(|picture| format!("/api/v1/users/{id}/avatar?v={picture}"));
        Ok(UserResource {
            id: id.to_string(),
            email: self.open(id, &home, "email", &facts.email).await?,
            name: self.open(id, &home, "name", &facts.name).await?,
            role,
            permissions: permissions(role),
            avatar: facts.avatar.clone(),
            avatar_url: profile.avatar_url.or(stored),
            is_active: true,
            email_verified: facts.email_verified,
            two_factor_enabled: facts.second_factor,
            last_login,
            settings: profile.settings,
            plan: facts.plan,
            organization: tenant.slug().to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_may_what_the_ones_before_it_may() {
        assert_eq!(permissions(Role::Viewer), ["read"]);
        assert_eq!(
            permissions(Role::Admin),
            ["read", "write", "delete", "admin"]
        );
    }
}
