//! What admins change about a member: role, activity, membership itself.
//!
//! The organization holds the set of its admins, a subset of the real ones, so that it refuses to lose
//! the last of them. Who becomes one does so by its membership first; who ceases to be one is withdrawn
//! first. What breaks off between the two is mended by the same request once more.

use flowgrid_bus::Role;
use flowgrid_commands::{Loaded, Outcome, OutcomeKind, Request};
use flowgrid_domain::memberships::{Facts, Membership, MembershipCommand};
use flowgrid_domain::organizations::{MAX_ADMINS, Organization, OrganizationCommand};
use flowgrid_domain::sessions::EndReason;
use flowgrid_domain::values::PersonId;
use flowgrid_projections::ModelName;
use flowgrid_projections::documents::{self, DocumentFilter};
use uuid::Uuid;

use crate::context::{Access, Admin};
use crate::error::ApiError;
use crate::identity::Identity;
use crate::request::Incoming;

/// The most keys that are revoked with a member.
const MOST_KEYS: u32 = 500;
/// How often a change is begun anew because the membership moved on meanwhile.
const ATTEMPTS: u32 = 8;

/// What is to become of a member.
#[derive(Clone, Copy, Debug)]
pub enum Change {
    /// Another role, of which it is told. Tokens that say the old one are refused within a second.
    Role(Role),
    /// Lets it in again.
    Activate,
    /// Lets it in no more, from now on.
    Deactivate,
    /// It is no member any more.
    Remove,
}

/// A member as it was read, and the admin who changes it.
struct Standing<'a> {
    access: &'a Access<Admin>,
    identity: &'a Identity,
    person: Uuid,
    facts: Facts,
    active: bool,
    /// Whoever comes back meanwhile as an admin must not lose the membership and stay in the set.
    revision: u64,
}

/// Changes a member.
///
/// # Errors
/// [`ApiError::NotFound`] where the organization has no member of this id;
/// [`ApiError::VersionMismatch`] when it moved on from what `If-Match` says, before anything happens.
pub async fn change_member(
    access: &Access<Admin>,
    identity: &Identity,
    id: &str,
    incoming: &Incoming,
    change: Change,
) -> Result<Outcome<Membership>, ApiError> {
    let mut attempts = 1..ATTEMPTS;
    loop {
        let standing = Standing::of(access, identity, id, incoming).await?;
        match standing.apply(change, incoming.clone()).await {
            Err(ApiError::VersionMismatch { .. })
                if incoming.if_match.is_none() && attempts.next().is_some() => {}
            other => return other,
        }
    }
}

impl<'a> Standing<'a> {
    async fn of(
        access: &'a Access<Admin>,
        identity: &'a Identity,
        id: &str,
        incoming: &Incoming,
    ) -> Result<Self, ApiError> {
        let person = id.parse().map_err(|_| ApiError::NotFound)?;
        let loaded = access.load::<Membership>(id, None).await?;
        let loaded: Loaded<Membership> = loaded.ok_or(ApiError::NotFound)?;
        if let Some(expected) = incoming.if_match
            && expected != loaded.revision
        {
            return Err(ApiError::VersionMismatch {
                expected,
                actual: loaded.revision,
            });
        }
        let (facts, active) = match loaded.state {
            Membership::Active(facts) => (facts, true),
            Membership::Deactivated(facts) => (facts, false),
            // Removed half-way: the sessions may still be there.
            Membership::Removed(facts) => (facts, false),
            Membership::NotJoined | Membership::Erased(_) => return Err(ApiError::NotFound),
        };
        Ok(Self {
            access,
            identity,
            person,
            facts,
            active,
            revision: loaded.revision,
        })
    }

    async fn apply(
        &self,
        change: Change,
        incoming: Incoming,
    ) -> Result<Outcome<Membership>, ApiError> {
        match change {
            Change::Role(role) => self.change_role(role, incoming).await,
            Change::Activate => self.activate(incoming).await,
            Change::Deactivate => self.deactivate(incoming).await,
            Change::Remove => self.remove(incoming).await,
        }
    }

    async fn change_role(
        &self,
        role: Role,
        incoming: Incoming,
    ) -> Result<Outcome<Membership>, ApiError> {
        if role == Role::Admin {
            self.check_room().await?;
        } else {
            self.withdraw().await?;
        }
        let command = MembershipCommand::ChangeRole { role };
        let outcome = self
            .command("member.change-role", command, incoming)
            .await?;
        if role == Role::Admin && self.active {
            self.add().await?;
        }
        if outcome.kind != OutcomeKind::AlreadyApplied {
            let (identity, tenant) = (self.identity, self.access.tenant());
            identity.renew_tokens(self.person, tenant).await?;
            identity
                .tell_role(self.person, tenant, role, outcome.revision)
                .await?;
        }
        Ok(outcome)
    }

    async fn activate(&self, incoming: Incoming) -> Result<Outcome<Membership>, ApiError> {
        if self.facts.role == Role::Admin {
            self.check_room().await?;
        }
        let command = MembershipCommand::Activate;
        let outcome = self.command("member.activate", command, incoming).await?;
        if self.facts.role == Role::Admin {
            self.add().await?;
        }
        Ok(outcome)
    }

    async fn deactivate(&self, incoming: Incoming) -> Result<Outcome<Membership>, ApiError> {
        self.withdraw().await?;
        let command = MembershipCommand::Deactivate;
        let outcome = self.command("member.deactivate", command, incoming).await?;
        self.sign_out(EndReason::Deactivated).await?;
        Ok(outcome)
    }

    async fn remove(&self, incoming: Incoming) -> Result<Outcome<Membership>, ApiError> {
        self.withdraw().await?;
        let command = MembershipCommand::Remove;
        let outcome = self.command("member.remove", command, incoming).await?;
        self.sign_out(EndReason::Removed).await?;
        self.revoke_keys().await?;
        let (identity, tenant) = (self.identity, self.access.tenant());
        identity
            .disconnect(self.access.actor(), tenant, self.person)
            .await?;
        Ok(outcome)
    }

    /// Its keys are good for nothing any more; the list of keys is to say so. One that the read model
    /// doesn't know yet is no better.
    async fn revoke_keys(&self) -> Result<(), ApiError> {
        let filter = DocumentFilter {
            owner: Some(self.person.to_string()),
            equal: vec![("status", "active".to_owned())],
            limit: MOST_KEYS,
            ..DocumentFilter::default()
        };
        let mut tx = self.access.query(&[ModelName::Keys]).await?;
        let keys = documents::list(&mut tx, ModelName::Keys, &filter).await?;
        drop(tx);
        let (tenant, role) = (self.access.tenant(), self.access.role());
        for key in keys.items {
            self.identity
                .revoke_key(self.person, tenant, role, &key.id)
                .await?;
        }
        Ok(())
    }

    async fn command(
        &self,
        name: &'static str,
        command: MembershipCommand,
        incoming: Incoming,
    ) -> Result<Outcome<Membership>, ApiError> {
        let request = Request {
            if_match: Some(self.revision),
            ..incoming.to(self.person.to_string(), command)
        };
        self.access.execute::<Membership>(name, request).await
    }

    async fn sign_out(&self, reason: EndReason) -> Result<(), ApiError> {
        let (identity, tenant) = (self.identity, self.access.tenant());
        identity.sign_out_of(self.person, tenant, reason).await?;
        Ok(())
    }

    /// Before anything happens: the organization can have another admin.
    async fn check_room(&self) -> Result<(), ApiError> {
        let slug = self.access.tenant().slug();
        let organization = self.access.load::<Organization>(slug, None).await?;
        let organization = organization.ok_or(ApiError::NotFound)?.state;
        let admins = &organization.facts().ok_or(ApiError::NotFound)?.admins;
        if admins.len() < MAX_ADMINS || admins.contains(&self.person.to_string()) {
            return Ok(());
        }
        Err(ApiError::Refused {
            code: "too-many-admins",
            detail: format!("an organization has at most {MAX_ADMINS} admins").into(),
        })
    }

    /// To the set. Where the membership has become another meanwhile, out of it again: the set must
    /// hold nobody who isn't an admin.
    async fn add(&self) -> Result<(), ApiError> {
        let person = self.person_id()?;
        let add = OrganizationCommand::AddAdmin { person };
        self.organization("organization.add-admin", add).await?;
        let id = self.person.to_string();
        let now = self.access.load::<Membership>(&id, None).await?;
        if now.and_then(|one| one.state.active_role()) == Some(Role::Admin) {
            return Ok(());
        }
        self.withdraw().await
    }

    async fn withdraw(&self) -> Result<(), ApiError> {
        let person = self.person_id()?;
        let withdraw = OrganizationCommand::WithdrawAdmin { person };
        self.organization("organization.withdraw-admin", withdraw)
            .await
    }

    fn person_id(&self) -> Result<PersonId, ApiError> {
        PersonId::parse(&self.person.to_string()).map_err(ApiError::internal)
    }

    async fn organization(
        &self,
        name: &'static str,
        command: OrganizationCommand,
    ) -> Result<(), ApiError> {
        let request = Request {
            id: self.access.tenant().slug().to_owned(),
            command,
            if_match: None,
            idempotency: None,
            status: 200,
            follow_claim: false,
        };
        self.access.execute::<Organization>(name, request).await?;
        Ok(())
    }
}
