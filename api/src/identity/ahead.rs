//! What signing in reads of a person in one go, for the questions that follow in the same request.

use flowgrid_commands::Ends;
use flowgrid_domain::memberships::Membership;
use flowgrid_domain::organizations::Organization;
use flowgrid_domain::people::Person;
use uuid::Uuid;

use super::Identity;
use crate::error::ApiError;

/// Of how many organizations it is read ahead; the others are asked for one by one.
const MOST: usize = 50;

/// Read at one moment of the request, after the password was found right.
#[derive(Debug)]
pub(crate) struct Ahead {
    person: Uuid,
    tenants: Vec<Uuid>,
    ends: Ends,
}

impl Identity {
    /// Asks where the histories of a person, its memberships and its organizations end.
    pub(super) async fn look_ahead(
        &self,
        person: Uuid,
        tenants: Vec<Uuid>,
    ) -> Result<(), ApiError> {
        let (home, id) = (self.home()?, person.to_string());
        let mut names = vec![self.commands.name::<Person>(&home, &id).await?];
        for tenant in tenants.iter().take(MOST) {
            if *tenant == home.id() {
                continue;
            }
            if let Some(tenant) = self.store.tenant_of(*tenant).await? {
                names.push(self.commands.name::<Membership>(&tenant, &id).await?);
                let organization = self.commands.name::<Organization>(&tenant, tenant.slug());
                names.push(organization.await?);
            }
        }
        let ends = self.commands.ends(names).await?;
        // Where somebody looks twice in one request, the first look stands.
        let _ = self.ahead.set(Ahead {
            person,
            tenants,
            ends,
        });
        Ok(())
    }

    /// The organizations that hold, or held, something of a person, the oldest first.
    pub(super) async fn tenants_of(&self, person: Uuid) -> Result<Vec<Uuid>, ApiError> {
        match self.ahead.get() {
            Some(ahead) if ahead.person == person => Ok(ahead.tenants.clone()),
            Some(_) | None => Ok(self.people.vault.tenants_of(person).await?),
        }
    }

    pub(super) fn ends(&self) -> Option<&Ends> {
        self.ahead.get().map(|ahead| &ahead.ends)
    }
}
