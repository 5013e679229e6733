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
fn permissions(role: Role) -> Vec<&'static str> {
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
        let home = self.home()?;
        let sessions = self.people.vault.sessions_of(id, self.now()).await?;
        let profile = match &facts.profile {
            Some(sealed) => self.open(id, &home, "profile", sealed).await?,
            None => None,
        };
        let profile: Map<String, Value> = profile
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default();
        let of_profile = |name: &str| profile.get(name).cloned().unwrap_or_default();
        Ok(UserResource {
            id: id.to_string(),
            email: self.open(id, &home, "email", &facts.email).await?,
            name: self.open(id, &home, "name", &facts.name).await?,
            role,
            permissions: permissions(role),
            avatar: facts.avatar.clone(),
            avatar_url: of_profile("avatarUrl").as_str().map(str::to_owned),
            is_active: true,
            email_verified: facts.email_verified,
            two_factor_enabled: facts.second_factor,
            last_login: sessions.iter().map(|session| session.created_at).max(),
            settings: of_profile("settings")
                .as_object()
                .cloned()
                .unwrap_or_default(),
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
