//! The organization that who comes from a frontend joins without being asked.

use flowgrid_bus::{Role, Tenant};
use flowgrid_domain::people::Facts;
use flowgrid_domain::values::{Email, Line};
use uuid::Uuid;

use super::Identity;
use super::invitations::frontends;
use super::memberships::{Joining, Newcomer, Place};
use crate::error::ApiError;

/// When to come back, in seconds: somebody has to found it first.
const LATER_S: u64 = 300;

impl Identity {
    /// That of the frontend that the request comes from, if it has one.
    pub(super) fn default_organization(&self) -> Option<Tenant> {
        let frontend = self.from.frontend.as_deref()?;
        self.defaults.of(frontend).cloned()
    }

    /// # Errors
    /// [`ApiError::Unavailable`] while nobody has founded it, and once it is closed.
    pub(super) async fn check_default(&self, tenant: &Tenant) -> Result<(), ApiError> {
        match self.organization(tenant).await {
            Err(ApiError::NotFound) => Err(ApiError::Unavailable {
                code: "default-organization-missing",
                detail: "nobody can register with this frontend at the moment".into(),
                retry_after_s: LATER_S,
                cause: format!("DEFAULT_ORGANIZATIONS: there is no organization {tenant}"),
            }),
            other => other.map(drop),
        }
    }

    /// As a viewer, for this frontend alone.
    pub(super) async fn join_default(
        &self,
        newcomer: &Newcomer<'_>,
        tenant: &Tenant,
    ) -> Result<Place, ApiError> {
        let frontend = self.from.frontend.clone().unwrap_or_default();
        let joining = Joining {
            role: Role::Viewer,
            frontends: frontends(&[frontend])?,
            invitation: None,
        };
        self.join(newcomer, tenant, &joining).await?;
        let place = self.place_in(newcomer.person, tenant).await?;
        place.ok_or(ApiError::NotFound)
    }

    /// The same for somebody who has an account, and no place that this frontend may be used in:
    /// registering has broken off, or it comes from another product. Who was removed stays out.
    pub(super) async fn default_place(
        &self,
        person: Uuid,
        facts: &Facts,
    ) -> Result<Option<Place>, ApiError> {
        let Some(tenant) = self.default_organization() else {
            return Ok(None);
        };
        let home = self.home()?;
        let email = self.open(person, &home, "email", &facts.email).await?;
        let name = self.open(person, &home, "name", &facts.name).await?;
        let (Some(email), Some(name)) = (email, name) else {
            return Ok(None);
        };
        self.check_default(&tenant).await?;
        let newcomer = Newcomer {
            person,
            email: &Email::parse(&email).map_err(ApiError::internal)?,
            name: &Line::parse(&name).map_err(ApiError::internal)?,
        };
        match self.join_default(&newcomer, &tenant).await {
            Err(ApiError::Conflict { .. }) => Ok(None),
            other => other.map(Some),
        }
    }
}
