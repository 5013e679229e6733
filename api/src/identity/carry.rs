//! What organizations know of a person follows what the person says of itself.

use flowgrid_bus::Tenant;
use flowgrid_domain::memberships::{self, Membership, MembershipCommand, PersonalData};
use flowgrid_domain::people::Facts;
use flowgrid_domain::values::Sealed;
use uuid::Uuid;

use super::Identity;
use super::memberships::Place;
use crate::error::ApiError;

/// A person's address and name, opened.
struct Present {
    email: String,
    name: String,
}

impl Identity {
    /// Carries address and name to all memberships that hold others. Again, it finishes what broke off.
    pub(super) async fn carry(&self, person: Uuid) -> Result<(), ApiError> {
        // Read now: of two that carry at once, neither brings back what the other has replaced.
        let facts = self.person(person).await?;
        let Some(present) = self.present(person, &facts).await? else {
            return Ok(());
        };
        for (tenant, membership) in self.memberships_of(person).await? {
            let (Membership::Active(known) | Membership::Deactivated(known)) = membership else {
                continue;
            };
            self.carry_to(person, &tenant, &known, &present).await?;
        }
        Ok(())
    }

    /// The same for places that have just been looked up, at no cost where nothing broke off.
    pub(super) async fn catch_up(
        &self,
        person: Uuid,
        facts: &Facts,
        places: &[Place],
    ) -> Result<(), ApiError> {
        let Some(present) = self.present(person, facts).await? else {
            return Ok(());
        };
        for place in places {
            if let Some(known) = &place.known {
                self.carry_to(person, &place.tenant, known, &present)
                    .await?;
            }
        }
        Ok(())
    }

    /// A person's memberships in whatever phase, in the order in which the vault knows of them.
    pub(super) async fn memberships_of(
        &self,
        person: Uuid,
    ) -> Result<Vec<(Tenant, Membership)>, ApiError> {
        let home = self.home()?;
        let mut found = Vec::new();
        for tenant in self.tenants_of(person).await? {
            if tenant == home.id() {
                continue;
            }
            let Some(tenant) = self.store.tenant_of(tenant).await? else {
                continue;
            };
            let loaded = self
                .load::<Membership>(&tenant, &person.to_string())
                .await?;
            found.extend(loaded.map(|loaded| (tenant, loaded.state)));
        }
        Ok(found)
    }

    async fn present(&self, person: Uuid, facts: &Facts) -> Result<Option<Present>, ApiError> {
        let home = self.home()?;
        let email = self.open(person, &home, "email", &facts.email).await?;
        let name = self.open(person, &home, "name", &facts.name).await?;
        Ok(email.zip(name).map(|(email, name)| Present { email, name }))
    }

    async fn carry_to(
        &self,
        person: Uuid,
        tenant: &Tenant,
        known: &memberships::Facts,
        present: &Present,
    ) -> Result<(), ApiError> {
        let field = async |name, known, present: &str| {
            self.other(person, tenant, name, known, present).await
        };
        let data = PersonalData {
            email: field("email", &known.email, &present.email).await?,
            name: field("name", &known.name, &present.name).await?,
        };
        if data.email.is_none() && data.name.is_none() {
            return Ok(());
        }
        let command = MembershipCommand::ChangePersonalData(data);
        let id = person.to_string();
        match self
            .execute::<Membership>(tenant, person, id, command)
            .await
        {
            // It has been removed since.
            Ok(_) | Err(ApiError::NotFound) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// The present text, sealed, where the organization knows another. What it can't open any more is
    /// erased there, and stays so.
    async fn other(
        &self,
        person: Uuid,
        tenant: &Tenant,
        field: &str,
        known: &Sealed,
        present: &str,
    ) -> Result<Option<Sealed>, ApiError> {
        match self.open(person, tenant, field, known).await? {
            Some(known) if known != present => {
                self.seal(person, tenant, field, present).await.map(Some)
            }
            Some(_) | None => Ok(None),
        }
    }
}
