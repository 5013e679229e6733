//! Erasing people: what one organization holds of somebody, or all there is.
//!
//! The log comes first, then the vault. Events stay; what was sealed in them never opens again.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use flowgrid_bus::{Position, Tenant};
use flowgrid_commands::Outcome;
use flowgrid_domain::LogKind;
use flowgrid_domain::invitations::{INVITATION, Invitation, InvitationCommand};
use flowgrid_domain::keys::{ApiKey, ApiKeyCommand};
use flowgrid_domain::memberships::{Membership, MembershipCommand};
use flowgrid_domain::organizations::{Organization, OrganizationCommand};
use flowgrid_domain::people::{Person, PersonCommand};
use flowgrid_domain::sessions::EndReason;
use uuid::Uuid;

use super::Identity;
use super::memberships::person_id;
use crate::error::ApiError;
use crate::request::Conditions;

/// What was erased.
pub struct ErasedPerson {
    /// The organizations that hold nothing of it any more, by slug.
    pub organizations: Vec<String>,
    /// Whether the person itself is gone.
    pub everywhere: bool,
    /// Where the newest event of its membership in the caller's organization stands.
    pub position: Option<Position>,
}

/// In whose name, and how an address is found that invitations went to.
struct Erasing<'a> {
    actor: &'a str,
    person: Uuid,
    email_index: Option<String>,
    email: Option<String>,
}

impl Identity {
    /// Erases what an organization holds of a member; where it belongs to no other, the person as well.
    /// Again, it finishes what broke off.
    ///
    /// # Errors
    /// [`ApiError::NotFound`] for who never was a member; [`ApiError::Refused`] for the last admin.
    pub async fn erase_member(
        &self,
        actor: &str,
        tenant: &Tenant,
        person: Uuid,
        conditions: &Conditions,
    ) -> Result<ErasedPerson, ApiError> {
        let loaded = self.load::<Membership>(tenant, &person.to_string()).await?;
        let loaded = loaded.ok_or(ApiError::NotFound)?;
        if let Some(expected) = conditions.if_match
            && expected != loaded.revision
        {
            return Err(ApiError::VersionMismatch {
                expected,
                actual: loaded.revision,
            });
        }
        let erasing = self.erasing(actor, person).await?;
        self.withdraw(&erasing, tenant).await?;
        let outcome = self.erase_here(&erasing, tenant, &loaded.state).await?;
        let others = self.memberships_of(person).await?;
        let mut organizations = vec![tenant.slug().to_owned()];
        let everywhere = !others
            .iter()
            .any(|(other, one)| other != tenant && is_member(one));
        if everywhere {
            organizations.extend(self.erase_everything(&erasing, others, tenant).await?);
        }
        Ok(ErasedPerson {
            organizations,
            everywhere,
            position: Some(outcome.position),
        })
    }

    /// Erases all that is kept of a person, in all organizations; last in `current`, so that a caller
    /// whose request breaks off can come again.
    ///
    /// # Errors
    /// [`ApiError::Refused`] where it is the only admin of an organization: nothing has happened then.
    /// [`ApiError::NotFound`] for nobody.
    pub async fn erase_person(
        &self,
        actor: &str,
        person: Uuid,
        current: Option<&Tenant>,
    ) -> Result<ErasedPerson, ApiError> {
        self.loaded_person(person).await?;
        let erasing = self.erasing(actor, person).await?;
        let mut memberships = self.memberships_of(person).await?;
        memberships.sort_by_key(|(tenant, _)| Some(tenant) == current);
        for (tenant, _) in &memberships {
            self.refuse_last_admin(tenant, person).await?;
        }
        // The file store may be away: better now than half-way.
        self.forget_outside(&erasing).await?;
        for (tenant, _) in &memberships {
            self.withdraw(&erasing, tenant).await?;
        }
        let mut organizations = Vec::new();
        let mut position = None;
        for (tenant, membership) in &memberships {
            if Some(tenant) == current {
                self.end_person(&erasing).await?;
            }
            let outcome = self.erase_here(&erasing, tenant, membership).await?;
            if Some(tenant) == current {
                position = Some(outcome.position);
            }
            organizations.push(tenant.slug().to_owned());
        }
        self.erase_rest(&erasing).await?;
        Ok(ErasedPerson {
            organizations,
            everywhere: true,
            position,
        })
    }

    async fn erasing<'a>(&self, actor: &'a str, person: Uuid) -> Result<Erasing<'a>, ApiError> {
        let loaded = self.loaded_person(person).await?;
        let home = self.home()?;
        let email = match loaded.state.facts() {
            Some(facts) => self.open(person, &home, "email", &facts.email).await?,
            None => None,
        };
        Ok(Erasing {
            actor,
            person,
            email_index: loaded.state.facts().map(|facts| facts.email_index.clone()),
            email,
        })
    }

    /// The person itself, of whom one organization was the last; who has left others is erased there
    /// as well.
    async fn erase_everything(
        &self,
        erasing: &Erasing<'_>,
        others: Vec<(Tenant, Membership)>,
        done: &Tenant,
    ) -> Result<Vec<String>, ApiError> {
        let mut organizations = Vec::new();
        for (tenant, membership) in others.iter().filter(|(tenant, _)| tenant != done) {
            self.erase_here(erasing, tenant, membership).await?;
            organizations.push(tenant.slug().to_owned());
        }
        self.erase_rest(erasing).await?;
        Ok(organizations)
    }

    /// What belongs to no organization.
    async fn erase_rest(&self, erasing: &Erasing<'_>) -> Result<(), ApiError> {
        let person = erasing.person;
        self.forget_outside(erasing).await?;
        let at = self.end_person(erasing).await?;
        self.end_other_sessions(person, None, EndReason::Erased)
            .await?;
        Ok(self.people.vault.erase_person(person, at).await?)
    }

    /// Its pictures, and the mails that wait for it.
    async fn forget_outside(&self, erasing: &Erasing<'_>) -> Result<(), ApiError> {
        self.files()?.delete_of_person(erasing.person).await?;
        if let Some(email) = &erasing.email {
            self.people.outbox.forget(email).await?;
        }
        Ok(())
    }

    /// Answers when the person was erased: now, or before, where what follows from it broke off.
    async fn end_person(&self, erasing: &Erasing<'_>) -> Result<DateTime<Utc>, ApiError> {
        let (home, id) = (self.home()?, erasing.person.to_string());
        let erase = PersonCommand::Erase;
        match self
            .execute::<Person>(&home, erasing.actor, id, erase)
            .await
        {
            Ok(outcome) => Ok(outcome.updated_at),
            Err(ApiError::NotFound) => Ok(self.loaded_person(erasing.person).await?.updated_at),
            Err(error) => Err(error),
        }
    }

    /// What one organization holds.
    async fn erase_here(
        &self,
        erasing: &Erasing<'_>,
        tenant: &Tenant,
        membership: &Membership,
    ) -> Result<Outcome<Membership>, ApiError> {
        let (actor, person) = (erasing.actor, erasing.person);
        self.revoke_keys(erasing, tenant).await?;
        self.disconnect(actor, tenant, person).await?;
        self.erase_invitations(erasing, tenant, membership).await?;
        let id = person.to_string();
        let erase = MembershipCommand::Erase;
        let outcome = self.execute::<Membership>(tenant, actor, id, erase).await?;
        let vault = &self.people.vault;
        let (now, here) = (self.now(), Some(tenant));
        let ended = vault.end_sessions(person, here, None, now).await?;
        self.record_ends(&ended, EndReason::Erased).await?;
        vault
            .erase_member(person, tenant, outcome.updated_at)
            .await?;
        Ok(outcome)
    }

    async fn revoke_keys(&self, erasing: &Erasing<'_>, tenant: &Tenant) -> Result<(), ApiError> {
        for key in self
            .people
            .vault
            .api_keys_of(erasing.person, tenant)
            .await?
        {
            let (id, revoke) = (key.to_string(), ApiKeyCommand::Revoke);
            match self
                .execute::<ApiKey>(tenant, erasing.actor, id, revoke)
                .await
            {
                Ok(_) | Err(ApiError::NotFound) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Those by which it came, and one that it has not accepted yet: they hold its address.
    async fn erase_invitations(
        &self,
        erasing: &Erasing<'_>,
        tenant: &Tenant,
        membership: &Membership,
    ) -> Result<(), ApiError> {
        let mut invitations: BTreeSet<String> = match membership {
            Membership::NotJoined => BTreeSet::new(),
            Membership::Erased(used) => used.clone(),
            Membership::Active(facts)
            | Membership::Deactivated(facts)
            | Membership::Removed(facts) => facts.used.clone(),
        };
        if let Some(index) = &erasing.email_index {
            let log = self.store.place(tenant, LogKind::Identity).await?;
            let open = self
                .store
                .claim_owner(log.id, tenant.id(), INVITATION, index)
                .await?;
            if let Some(open) = open {
                let revoke = InvitationCommand::Revoke;
                self.execute::<Invitation>(tenant, erasing.actor, open.clone(), revoke)
                    .await?;
                invitations.insert(open);
            }
        }
        let ids = invitations.iter().filter_map(|id| id.parse().ok());
        for invitation in ids {
            let vault = &self.people.vault;
            vault.shred(invitation, Some(tenant), self.now()).await?;
        }
        Ok(())
    }

    /// It is no admin any more, if it was.
    async fn withdraw(&self, erasing: &Erasing<'_>, tenant: &Tenant) -> Result<(), ApiError> {
        let withdraw = OrganizationCommand::WithdrawAdmin {
            person: person_id(erasing.person)?,
        };
        let id = tenant.slug().to_owned();
        match self
            .execute::<Organization>(tenant, erasing.actor, id, withdraw)
            .await
        {
            // A closed organization has no admins to keep.
            Ok(_) | Err(ApiError::NotFound) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn refuse_last_admin(&self, tenant: &Tenant, person: Uuid) -> Result<(), ApiError> {
        let loaded = self.load::<Organization>(tenant, tenant.slug()).await?;
        let (Some(Organization::Open(facts)) | Some(Organization::Closing(facts, _))) =
            loaded.map(|loaded| loaded.state)
        else {
            return Ok(());
        };
        if facts.admins.len() > 1 || !facts.admins.contains(&person.to_string()) {
            return Ok(());
        }
        let slug = tenant.slug();
        Err(ApiError::Refused {
            code: "last-admin",
            detail: format!(
                "{slug} would be without an admin: name another one, or close it first"
            )
            .into(),
        })
    }
}

fn is_member(membership: &Membership) -> bool {
    match membership {
        Membership::Active(_) | Membership::Deactivated(_) => true,
        Membership::NotJoined | Membership::Removed(_) | Membership::Erased(_) => false,
    }
}
