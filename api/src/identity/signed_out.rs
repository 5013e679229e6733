//! Members whom an admin has changed, and what becomes of their tokens.

use chrono::{DateTime, Utc};
use flowgrid_bus::Tenant;
use flowgrid_domain::people::{Person, PersonCommand};
use flowgrid_domain::sessions::EndReason;
use flowgrid_domain::values::Plan;
use flowgrid_vault::{Presence, Revoked};
use futures_util::{StreamExt, TryStreamExt, stream};
use std::collections::HashMap;
use uuid::Uuid;

use super::Identity;
use crate::error::ApiError;

/// People looked up at once.
const AT_ONCE: usize = 4;

/// What is known of a person beside its membership.
#[derive(Clone, Debug, Default)]
pub struct PersonFacts {
    pub email_verified: bool,
    pub second_factor: bool,
    pub avatar: Option<String>,
    pub plan: Plan,
}

impl Identity {
    /// Access tokens that say what no longer holds are refused, on every process within a second;
    /// whoever refreshes gets one that says what does.
    ///
    /// # Errors
    /// When the vault can't be reached.
    pub async fn renew_tokens(&self, person: Uuid, tenant: &Tenant) -> Result<(), ApiError> {
        let member = Revoked::Member {
            person,
            tenant: tenant.id(),
        };
        Ok(self.people.vault.revoke(member, self.now()).await?)
    }

    /// Ends a member's sessions in one organization, its access tokens and its keys' cover; what it has
    /// elsewhere goes on. Answers how many sessions there were.
    ///
    /// # Errors
    /// When the vault or the log can't be reached; again, it goes on where it broke off.
    pub async fn sign_out_of(
        &self,
        person: Uuid,
        tenant: &Tenant,
        reason: EndReason,
    ) -> Result<usize, ApiError> {
        self.renew_tokens(person, tenant).await?;
        let vault = &self.people.vault;
        let ended = vault
            .end_sessions(person, Some(tenant), None, self.now())
            .await?;
        self.record_ends(&ended, reason).await?;
        Ok(ended.len())
    }

    /// A plan of a person's own, as an admin gives it.
    ///
    /// # Errors
    /// [`ApiError::NotFound`] for nobody, and once it is erased.
    pub async fn give_plan(&self, person: Uuid, plan: Plan) -> Result<(), ApiError> {
        self.note(person, PersonCommand::ChangePlan { plan }).await
    }

    /// When these people were last in an organization.
    ///
    /// # Errors
    /// When the vault can't be reached.
    pub async fn presence(
        &self,
        tenant: &Tenant,
        people: &[Uuid],
    ) -> Result<HashMap<Uuid, Presence>, ApiError> {
        Ok(self.people.vault.presence(tenant, people).await?)
    }

    /// How many people were in an organization since each of these times.
    ///
    /// # Errors
    /// When the vault can't be reached.
    pub async fn present_since(
        &self,
        tenant: &Tenant,
        times: [DateTime<Utc>; 3],
    ) -> Result<[u64; 3], ApiError> {
        Ok(self.people.vault.present_since(tenant, times).await?)
    }

    /// What is known of people, in their order; of who is erased, nothing.
    ///
    /// # Errors
    /// When the log can't be reached.
    pub async fn facts_of(&self, people: &[Uuid]) -> Result<Vec<PersonFacts>, ApiError> {
        let home = self.home()?;
        let one = |person: &Uuid| {
            let (home, id) = (&home, person.to_string());
            async move {
                let loaded = self.load::<Person>(home, &id).await?;
                let facts = loaded.and_then(|one| one.state.facts().cloned());
                Ok::<_, ApiError>(
                    facts.map_or_else(PersonFacts::default, |facts| PersonFacts {
                        email_verified: facts.email_verified,
                        second_factor: facts.second_factor,
                        avatar: facts.avatar,
                        plan: facts.plan,
                    }),
                )
            }
        };
        // Collected first: a closure that borrows its argument makes no future that can be sent.
        let asked: Vec<_> = people.iter().map(one).collect();
        stream::iter(asked).buffered(AT_ONCE).try_collect().await
    }
}
