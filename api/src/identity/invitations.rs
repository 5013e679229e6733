//! Invitations: sent, sent once more, revoked.

use std::time::Duration;

use flowgrid_bus::Tenant;
use flowgrid_commands::{Idempotency, Outcome, OutcomeKind, Request};
use flowgrid_domain::invitations::{
    INVITATION, Invitation, InvitationCommand, InvitationRequest, Send,
};
use flowgrid_domain::memberships::Membership;
use flowgrid_domain::organizations::{Facts, Organization};
use flowgrid_domain::values::{Email, EmailIndex, FromJson, Frontends};
use flowgrid_domain::{Decider, LogKind};
use flowgrid_vault::Purpose;
use flowgrid_workers::mail::MailKind;
use serde_json::json;
use uuid::Uuid;

use super::acceptance::Whither;
use super::memberships::person_id;
use super::{Identity, mail};
use crate::error::ApiError;
use crate::limits::{Class, Counted};

/// How long an invitation can be accepted.
const LIFE: Duration = Duration::from_secs(7 * 24 * 3600);
/// How much longer its token is known, so that who comes late learns that it is too late.
const KNOWN_LONGER: Duration = Duration::from_secs(30 * 24 * 3600);

impl Identity {
    /// Invites an address to an organization, in the name of one of its admins, and mails it a link.
    /// An invitation that has become too old is sent anew under its id.
    ///
    /// # Errors
    /// [`ApiError::Conflict`] when the address is a member's or has an open invitation;
    /// [`ApiError::TooMany`] after too many to one address or of one organization.
    pub async fn invite(
        &self,
        by: Uuid,
        tenant: &Tenant,
        request: &InvitationRequest,
        idempotency: Option<Idempotency>,
    ) -> Result<Outcome<Invitation>, ApiError> {
        let index = self.people.vault.email_index(request.email.as_str());
        let organization = self.organization(tenant).await?;
        self.count_invitation(tenant, &index).await?;
        self.refuse_member(tenant, &index).await?;
        let id = self.invitation_to(tenant, &index).await?;
        let send = self.send_command(by, tenant, id, request, &index).await?;
        let send = Request {
            idempotency,
            status: 201,
            ..send
        };
        let outcome = self.request::<Invitation>(tenant, by, send).await?;
        // Who asks twice has got the mail already: a new token would make its link void.
        if outcome.kind == OutcomeKind::Executed {
            self.mail_invitation(by, tenant, &organization, id, &request.email)
                .await?;
        }
        Ok(outcome)
    }

    /// Mails an open invitation once more; the link of the mail before is void. One that was too old
    /// is good again.
    ///
    /// # Errors
    /// [`ApiError::NotFound`]; [`ApiError::Conflict`] once it was accepted or revoked.
    pub async fn send_again(
        &self,
        by: Uuid,
        tenant: &Tenant,
        id: Uuid,
    ) -> Result<Outcome<Invitation>, ApiError> {
        let loaded = self.load::<Invitation>(tenant, &id.to_string()).await?;
        let loaded = loaded.ok_or(ApiError::NotFound)?;
        let person = person_id(by)?;
        let at = self.now();
        let Invitation::Open(facts) = &loaded.state else {
            // Why it can't be accepted is why it can't be sent.
            loaded
                .state
                .decide(&InvitationCommand::Accept { person, at })?;
            return Err(ApiError::NotFound);
        };
        let organization = self.organization(tenant).await?;
        self.count_invitation(tenant, &facts.email_index).await?;
        let email = self.open(id, tenant, "email", &facts.email).await?;
        let email = Email::parse(&email.ok_or(ApiError::NotFound)?).map_err(ApiError::internal)?;
        let request = InvitationRequest {
            email,
            role: facts.role,
            frontends: frontends(&facts.frontends)?,
        };
        let send = self
            .send_command(by, tenant, id, &request, &facts.email_index)
            .await?;
        let outcome = match self.request::<Invitation>(tenant, by, send).await {
            // Still good: there is nothing to write, only to mail.
            Err(ApiError::Conflict {
                code: "invitation-open",
                ..
            }) => self.nothing_new(tenant, id).await?,
            other => other?,
        };
        self.mail_invitation(by, tenant, &organization, id, &request.email)
            .await?;
        Ok(outcome)
    }

    /// The organization, unless it was never founded or is closed.
    pub(super) async fn organization(&self, tenant: &Tenant) -> Result<Facts, ApiError> {
        let loaded = self.load::<Organization>(tenant, tenant.slug()).await?;
        match loaded.map(|one| one.state) {
            Some(Organization::Open(facts) | Organization::Closing(facts, _)) => Ok(facts),
            Some(Organization::Unfounded | Organization::Closed(_)) | None => {
                Err(ApiError::NotFound)
            }
        }
    }

    /// Strangers must not be written to as often as an organization likes.
    async fn count_invitation(&self, tenant: &Tenant, index: &str) -> Result<(), ApiError> {
        let counted = [
            Counted::by(Class::Auth, &["invitation", tenant.slug(), index]),
            Counted::by(Class::AuthAddress, &["invitation", tenant.slug()]),
        ];
        let _counted = self
            .limits
            .attempt(&counted)
            .await
            .map_err(ApiError::TooMany)?;
        Ok(())
    }

    async fn refuse_member(&self, tenant: &Tenant, index: &str) -> Result<(), ApiError> {
        let Some(person) = self.owner_of(index).await? else {
            return Ok(());
        };
        let member = self.load::<Membership>(tenant, &person.to_string()).await?;
        match member.map(|one| one.state) {
            Some(Membership::Active(_) | Membership::Deactivated(_)) => Err(already_member()),
            Some(Membership::NotJoined | Membership::Removed(_) | Membership::Erased(_)) | None => {
                Ok(())
            }
        }
    }

    /// The invitation that holds the address, else a new one.
    async fn invitation_to(&self, tenant: &Tenant, index: &str) -> Result<Uuid, ApiError> {
        let log = self.store.place(tenant, LogKind::Identity).await?;
        let held = self
            .store
            .claim_owner(log.id, tenant.id(), INVITATION, index)
            .await?;
        match held {
            Some(id) => id.parse().map_err(ApiError::internal),
            None => Ok(self.new_id()),
        }
    }

    async fn send_command(
        &self,
        by: Uuid,
        tenant: &Tenant,
        id: Uuid,
        request: &InvitationRequest,
        index: &str,
    ) -> Result<Request<InvitationCommand>, ApiError> {
        let (at, email) = (self.now(), request.email.as_str());
        self.people.vault.make_keys(id, tenant).await?;
        let send = Send {
            email: self.seal(id, tenant, "email", email).await?,
            email_index: EmailIndex::parse(index).map_err(ApiError::internal)?,
            role: request.role,
            frontends: request.frontends.clone(),
            by: person_id(by)?,
            expires_at: at + LIFE,
            at,
        };
        Ok(Request {
            id: id.to_string(),
            command: InvitationCommand::Send(send),
            if_match: None,
            idempotency: None,
            status: 200,
            // Whoever was faster with the same address says why it can't be invited again.
            follow_claim: true,
        })
    }

    /// An invitation as it is.
    async fn nothing_new(
        &self,
        tenant: &Tenant,
        id: Uuid,
    ) -> Result<Outcome<Invitation>, ApiError> {
        let loaded = self.load::<Invitation>(tenant, &id.to_string()).await?;
        let loaded = loaded.ok_or(ApiError::NotFound)?;
        Ok(Outcome {
            kind: OutcomeKind::AlreadyApplied,
            id: id.to_string(),
            state: loaded.state,
            revision: loaded.revision,
            position: loaded.position,
            created_at: loaded.created_at,
            updated_at: loaded.updated_at,
            status: 200,
        })
    }

    async fn mail_invitation(
        &self,
        by: Uuid,
        tenant: &Tenant,
        organization: &Facts,
        id: Uuid,
        email: &Email,
    ) -> Result<(), ApiError> {
        let payload = serde_json::to_string(&Whither::of(tenant)).map_err(ApiError::internal)?;
        let life = LIFE + KNOWN_LONGER;
        let vault = &self.people.vault;
        let token = vault
            .make_one_time(Purpose::Invitation, id, &payload, life, self.now())
            .await?;
        let kind = MailKind::Invitation {
            organization: organization.name.clone(),
            slug: tenant.slug().to_owned(),
            inviter: self.name_of(by).await?,
            token: token.to_string(),
            valid_hours: mail::hours(LIFE),
        };
        self.mail(email, kind).await
    }

    async fn name_of(&self, person: Uuid) -> Result<Option<String>, ApiError> {
        let home = self.home()?;
        match self.person(person).await {
            Ok(facts) => self.open(person, &home, "name", &facts.name).await,
            // A token of the operator's tools is nobody's.
            Err(ApiError::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Names of frontends, as an event has them.
pub(super) fn frontends(names: &[String]) -> Result<Frontends, ApiError> {
    Frontends::from_json(&json!(names)).map_err(ApiError::internal)
}

pub(super) fn already_member() -> ApiError {
    ApiError::Conflict {
        code: "already-member",
        detail: "the person is a member already".into(),
    }
}
