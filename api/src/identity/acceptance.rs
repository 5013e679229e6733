//! Invitations accepted: by who registers with one, by who signs in with one, and by who is signed in.
//!
//! The token only says which invitation it is; whether that is still good stands in the log, so a used
//! one is refused whatever becomes of the vault, and what broke off half-way is finished by the same
//! person with the same token.

use std::fmt;

use chrono::{DateTime, Utc};
use flowgrid_bus::{Role, Tenant};
use flowgrid_domain::Decider;
use flowgrid_domain::invitations::{Facts, Invitation, InvitationCommand};
use flowgrid_domain::memberships::Membership;
use flowgrid_domain::organizations::{MAX_ADMINS, Organization, OrganizationCommand};
use flowgrid_domain::people::{Facts as PersonFacts, PersonCommand};
use flowgrid_domain::values::{Email, FromJson, Invalid, Line, Slug};
use flowgrid_vault::Purpose;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::Identity;
use super::invitations::{already_member, frontends};
use super::memberships::{Joining, Newcomer, OrganizationOfPerson, Place, person_id};
use super::notifications::News;
use crate::error::ApiError;

/// The longest token, in bytes.
const LONGEST: usize = 256;

/// The token of a mailed invitation.
#[derive(Clone)]
pub struct InvitationToken(Zeroizing<String>);

impl FromJson for InvitationToken {
    fn from_json(value: &Value) -> Result<Self, Invalid> {
        match value.as_str().map(str::trim) {
            Some(text) if (1..=LONGEST).contains(&text.len()) => {
                Ok(Self(Zeroizing::new(text.to_owned())))
            }
            Some(_) | None => Err(Invalid(
                "must be a token of at most 256 characters".to_owned(),
            )),
        }
    }
}

impl fmt::Debug for InvitationToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InvitationToken")
    }
}

impl InvitationToken {
    pub(super) fn text(&self) -> &str {
        &self.0
    }

    pub(super) fn of(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

/// What is sealed with the token: where the invitation is.
#[derive(Serialize, Deserialize)]
pub(super) struct Whither {
    organization: String,
}

impl Whither {
    pub(super) fn of(tenant: &Tenant) -> Self {
        Self {
            organization: tenant.slug().to_owned(),
        }
    }
}

/// An invitation whose token somebody holds.
pub(super) struct Held {
    tenant: Tenant,
    id: Uuid,
    state: Invitation,
}

impl Held {
    /// What it offers, if it is for this address and this person may still accept it.
    pub(super) fn offer(
        &self,
        person: Uuid,
        email_index: &str,
        at: DateTime<Utc>,
    ) -> Result<&Facts, ApiError> {
        let facts = self.state.facts().ok_or_else(not_good)?;
        if facts.email_index != email_index {
            return Err(ApiError::Forbidden {
                code: "invitation-for-another",
                detail: "the invitation is for another address: sign in with that one".into(),
            });
        }
        let person = person_id(person)?;
        self.state
            .decide(&InvitationCommand::Accept { person, at })?;
        Ok(facts)
    }
}

impl Identity {
    /// The invitation that a token is of.
    ///
    /// # Errors
    /// [`ApiError::Refused`] where it is none of ours, or another mail has replaced it.
    pub(super) async fn held(&self, token: &InvitationToken) -> Result<Held, ApiError> {
        let vault = &self.people.vault;
        let found = vault
            .try_one_time(Purpose::Invitation, token.text(), self.now())
            .await?
            .ok_or_else(not_good)?;
        let whither: Whither = serde_json::from_str(&found.payload).map_err(ApiError::internal)?;
        let tenant = Tenant::from_slug(&whither.organization).map_err(ApiError::internal)?;
        let id = found.subject;
        let loaded = self.load::<Invitation>(&tenant, &id.to_string()).await?;
        let state = loaded.ok_or_else(not_good)?.state;
        Ok(Held { tenant, id, state })
    }

    /// Accepts an invitation as somebody who has an account.
    ///
    /// # Errors
    /// [`ApiError::Refused`], [`ApiError::Conflict`] or [`ApiError::Forbidden`], with a code that
    /// says why it isn't good (for this person).
    pub async fn accept_invitation(
        &self,
        person: Uuid,
        token: &InvitationToken,
    ) -> Result<OrganizationOfPerson, ApiError> {
        self.attempt(&person.to_string()).await?;
        let facts = self.person(person).await?;
        let place = self.accept_as(person, &facts, token).await?;
        let organization = self.organization(&place.tenant).await?;
        Ok(OrganizationOfPerson {
            id: place.tenant.id().to_string(),
            slug: place.tenant.slug().to_owned(),
            name: organization.name,
            role: place.role,
            plan: place.plan,
            current: false,
        })
    }

    /// The place of a person whose account there is already.
    pub(super) async fn accept_as(
        &self,
        person: Uuid,
        facts: &PersonFacts,
        token: &InvitationToken,
    ) -> Result<Place, ApiError> {
        let held = self.held(token).await?;
        let home = self.home()?;
        let email = self.open(person, &home, "email", &facts.email).await?;
        let name = self.open(person, &home, "name", &facts.name).await?;
        let (Some(email), Some(name)) = (email, name) else {
            return Err(ApiError::NotFound);
        };
        let newcomer = Newcomer {
            person,
            email: &Email::parse(&email).map_err(ApiError::internal)?,
            name: &Line::parse(&name).map_err(ApiError::internal)?,
        };
        self.accept(&newcomer, &facts.email_index, &held).await
    }

    /// Makes somebody a member by an invitation. Again by the same person, it finishes what broke off.
    pub(super) async fn accept(
        &self,
        newcomer: &Newcomer<'_>,
        email_index: &str,
        held: &Held,
    ) -> Result<Place, ApiError> {
        let (person, at) = (newcomer.person, self.now());
        let offer = held.offer(person, email_index, at)?;
        let (tenant, id) = (&held.tenant, held.id.to_string());
        self.check_room(person, held, offer.role).await?;
        let joining = Joining {
            role: offer.role,
            frontends: frontends(&offer.frontends)?,
            invitation: Some(Slug::parse(&id).map_err(ApiError::internal)?),
        };
        let accept = InvitationCommand::Accept {
            person: person_id(person)?,
            at,
        };
        self.execute::<Invitation>(tenant, person, id.clone(), accept)
            .await?;
        self.join(newcomer, tenant, &joining).await?;
        if offer.role == Role::Admin {
            self.add_admin(tenant, person).await?;
        }
        // Who has the token has read the mail.
        self.note(person, PersonCommand::VerifyEmail).await?;
        self.tell_inviter(tenant, &offer.by, &id, person).await?;
        // The address is known as the member's from now on; what the invitation held of it is gone.
        self.people.vault.shred(held.id, Some(tenant), at).await?;
        let place = self.place_in(person, tenant).await?;
        place.ok_or(ApiError::NotFound)
    }

    async fn tell_inviter(
        &self,
        tenant: &Tenant,
        inviter: &str,
        invitation: &str,
        person: Uuid,
    ) -> Result<(), ApiError> {
        let news = News {
            cause: &format!("invitation.accepted/{invitation}"),
            kind: "invitation-accepted",
            title: "Your invitation was accepted",
            data: serde_json::json!({"invitationId": invitation, "userId": person}),
        };
        self.tell(tenant, inviter, news).await
    }

    /// Before anything happens: the organization is there, the person is no member by other means,
    /// and there is room for another admin.
    async fn check_room(&self, person: Uuid, held: &Held, role: Role) -> Result<(), ApiError> {
        let organization = self
            .organization(&held.tenant)
            .await
            .map_err(|error| match error {
                ApiError::NotFound => not_good(),
                other => other,
            })?;
        if role == Role::Admin && organization.admins.len() >= MAX_ADMINS {
            return Err(ApiError::Refused {
                code: "too-many-admins",
                detail: format!("an organization has at most {MAX_ADMINS} admins").into(),
            });
        }
        let id = held.id.to_string();
        let member = self
            .load::<Membership>(&held.tenant, &person.to_string())
            .await?;
        match member.map(|one| one.state) {
            Some(Membership::Active(facts) | Membership::Deactivated(facts))
                if facts.invitation_id.as_deref() != Some(&*id) =>
            {
                Err(already_member())
            }
            Some(_) | None => Ok(()),
        }
    }

    /// To the set of admins. Who was removed meanwhile, out of it again: it must hold nobody who isn't
    /// an admin.
    async fn add_admin(&self, tenant: &Tenant, person: Uuid) -> Result<(), ApiError> {
        let (slug, id) = (tenant.slug(), person_id(person)?);
        let add = OrganizationCommand::AddAdmin { person: id.clone() };
        self.execute::<Organization>(tenant, person, slug.to_owned(), add)
            .await?;
        let now = self.load::<Membership>(tenant, id.as_str()).await?;
        if now.and_then(|one| one.state.active_role()) == Some(Role::Admin) {
            return Ok(());
        }
        let withdraw = OrganizationCommand::WithdrawAdmin { person: id };
        self.execute::<Organization>(tenant, person, slug.to_owned(), withdraw)
            .await?;
        Ok(())
    }
}

fn not_good() -> ApiError {
    ApiError::Refused {
        code: "invitation-not-good",
        detail: "the link is none of ours, or a newer one has replaced it: ask to be invited again"
            .into(),
    }
}
