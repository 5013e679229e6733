//! By which plan somebody's limits go: the organization's, or its own where that is better and the
//! organization allows it.

use flowgrid_bus::{Position, Tenant};
use flowgrid_commands::{CommandError, Commands};
use flowgrid_domain::memberships::Membership;
use flowgrid_domain::organizations;
use flowgrid_domain::people::{Person, PersonCommand};
use flowgrid_domain::values::Plan;
use uuid::Uuid;

use super::{Identity, PEOPLE};
use crate::error::ApiError;
use crate::request::Conditions;

/// What somebody pays for, and what that comes to.
pub struct Subscription {
    pub own: Plan,
    pub organization: Plan,
    pub effective: Plan,
    /// Whether the organization lets members have plans of their own.
    pub allowed: bool,
    /// The person's.
    pub revision: u64,
    pub position: Position,
}

/// The plan of a person in an organization. The person is only asked for where its plan counts.
pub(crate) async fn plan_in(
    commands: &Commands,
    organization: &organizations::Facts,
    person: Uuid,
) -> Result<Plan, CommandError> {
    if !organization.allows_personal_plans() {
        return Ok(organization.plan);
    }
    let home = Tenant::from_slug(PEOPLE).map_err(|e| CommandError::Internal(e.to_string()))?;
    let loaded = commands
        .load::<Person>(&home, &person.to_string(), None)
        .await?;
    let facts = loaded.and_then(|one| one.state.facts().cloned());
    Ok(organization.plan_of(facts.map_or(Plan::Free, |facts| facts.plan)))
}

impl Identity {
    /// # Errors
    /// [`ApiError::NotFound`] for nobody, and once it is erased.
    pub async fn subscription(
        &self,
        person: Uuid,
        tenant: &Tenant,
    ) -> Result<Subscription, ApiError> {
        let loaded = self.loaded_person(person).await?;
        let own = loaded.state.facts().ok_or(ApiError::NotFound)?.plan;
        self.subscribed(tenant, own, loaded.revision, loaded.position)
            .await
    }

    /// Another plan of one's own; going back to free is allowed everywhere.
    ///
    /// # Errors
    /// [`ApiError::Forbidden`] where the organization doesn't allow it.
    pub async fn change_plan(
        &self,
        person: Uuid,
        tenant: &Tenant,
        plan: Plan,
        conditions: Conditions,
    ) -> Result<Subscription, ApiError> {
        let organization = self.organization(tenant).await?;
        if plan > Plan::Free && !organization.allows_personal_plans() {
            return Err(ApiError::Forbidden {
                code: "personal-plans-not-allowed",
                detail: "the organization's settings allow no plans of one's own".into(),
            });
        }
        let (home, id) = (self.home()?, person.to_string());
        let command = PersonCommand::ChangePlan { plan };
        let outcome = self
            .execute_on::<Person>(&home, person, id.clone(), command, conditions)
            .await?;
        let own = outcome.state.facts().map_or(plan, |facts| facts.plan);
        let membership = self.load::<Membership>(tenant, &id).await?;
        let position = membership.map_or(outcome.position, |loaded| loaded.position);
        self.subscribed(tenant, own, outcome.revision, position)
            .await
    }

    async fn subscribed(
        &self,
        tenant: &Tenant,
        own: Plan,
        revision: u64,
        position: Position,
    ) -> Result<Subscription, ApiError> {
        let organization = self.organization(tenant).await?;
        Ok(Subscription {
            own,
            organization: organization.plan,
            effective: organization.plan_of(own),
            allowed: organization.allows_personal_plans(),
            revision,
            position,
        })
    }
}
