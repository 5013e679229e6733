//! Everything that is kept of a person, opened, for the person itself.

use chrono::{DateTime, Utc};
use flowgrid_bus::{RecordedEvent, Tenant};
use flowgrid_domain::LogKind;
use flowgrid_domain::invitations::Invitation;
use flowgrid_domain::memberships::{Membership, MembershipStatus};
use flowgrid_domain::organizations::Organization;
use flowgrid_domain::people::Person;
use flowgrid_domain::security::SecurityEventResource;
use flowgrid_domain::values::{Plan, Role, Sealed};
use flowgrid_domain::{Decider, Shown};
use flowgrid_projections::ModelName;
use flowgrid_projections::documents::{self, DocumentFilter, DocumentRow};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Identity, SessionResource};
use crate::error::ApiError;
use crate::security::shown_records;

/// The most events of the person's own history, and the most documents of a kind in one organization.
const MOST_EVENTS: usize = 2_000;
const MOST_DOCUMENTS: u64 = 5_000;
/// A page of documents.
const PAGE: u32 = 500;
/// What is sealed in the events of a person.
const SEALED: [&str; 3] = ["email", "name", "profile"];

/// Everything that is kept of a person. No secrets: passwords, tokens and keys are kept as hashes, if
/// at all.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PersonalData {
    pub exported_at: DateTime<Utc>,
    pub person: PersonData,
    /// What has happened to it, the oldest first, as it was then.
    pub history: Vec<PastData>,
    /// Open sessions. Of ended ones the log keeps device and address, sealed, which nobody reads.
    pub sessions: Vec<SessionResource>,
    pub organizations: Vec<OrganizationData>,
    /// What concerned its security and no organization.
    pub security_events: Vec<SecurityEventResource>,
    /// Mails that wait to be sent to it; what stands in them may be a token, and isn't shown.
    pub waiting_mails: Vec<MailData>,
    /// Something is left out because there is too much of it: 2,000 events, or 5,000 of a kind in one
    /// organization.
    pub truncated: bool,
}

/// The person itself.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PersonData {
    pub id: String,
    pub email: Option<String>,
    pub email_verified: bool,
    pub name: Option<String>,
    pub avatar: Option<String>,
    pub avatar_url: Option<String>,
    pub settings: Map<String, Value>,
    pub two_factor_enabled: bool,
    pub plan: Plan,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// Something that happened to the person.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PastData {
    #[serde(rename = "type")]
    pub kind: String,
    pub at: DateTime<Utc>,
    /// With what was sealed opened.
    pub data: Value,
}

/// What one organization holds.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrganizationData {
    pub id: String,
    pub slug: String,
    pub name: Option<String>,
    pub status: Option<MembershipStatus>,
    pub role: Option<Role>,
    /// To which the membership is limited; empty means any.
    pub frontends: Vec<String>,
    /// As the organization knows it.
    pub email: Option<String>,
    pub known_as: Option<String>,
    pub joined_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub invitations: Vec<InvitationData>,
    pub api_keys: Vec<Value>,
    /// Services that it has connected, also those it has deleted; never their credentials.
    pub integrations: Vec<Value>,
    pub notifications: Vec<Value>,
    /// What concerned its security there, the newest first.
    pub security_events: Vec<SecurityEventResource>,
}

/// An invitation by which it joined.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InvitationData {
    pub id: String,
    pub email: Option<String>,
    pub sent_at: DateTime<Utc>,
}

/// A mail that waits.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MailData {
    #[serde(rename = "type")]
    pub kind: String,
    pub created_at: DateTime<Utc>,
}

impl Identity {
    /// # Errors
    /// [`ApiError::NotFound`] for nobody, and once it is erased.
    pub async fn personal_data(&self, person: Uuid) -> Result<PersonalData, ApiError> {
        let (itself, history) = (self.itself(person).await?, self.history(person).await?);
        let mut truncated = history.len() >= MOST_EVENTS;
        let mut organizations = Vec::new();
        for (tenant, _) in self.memberships_of(person).await? {
            organizations.push(self.held_by(person, &tenant, &mut truncated).await?);
        }
        let mails = match &itself.email {
            Some(email) => self.people.outbox.waiting_for(email).await?,
            None => Vec::new(),
        };
        let mail = |mail: flowgrid_workers::mail::WaitingMail| MailData {
            kind: mail.kind,
            created_at: mail.created_at,
        };
        let home = self.home()?;
        let security_events = self.seen_in(person, &home, &mut truncated).await?;
        Ok(PersonalData {
            exported_at: self.now(),
            person: itself,
            history,
            sessions: self.sessions(person, None).await?,
            organizations,
            security_events,
            waiting_mails: mails.into_iter().map(mail).collect(),
            truncated,
        })
    }

    async fn itself(&self, person: Uuid) -> Result<PersonData, ApiError> {
        let loaded = self.loaded_person(person).await?;
        let facts = loaded.state.facts().ok_or(ApiError::NotFound)?;
        let home = self.home()?;
        let profile = self.profile_of(person, facts).await?;
        Ok(PersonData {
            id: person.to_string(),
            email: self.open(person, &home, "email", &facts.email).await?,
            email_verified: facts.email_verified,
            name: self.open(person, &home, "name", &facts.name).await?,
            avatar: facts.avatar.clone(),
            avatar_url: profile.avatar_url,
            settings: profile.settings,
            two_factor_enabled: facts.second_factor,
            plan: facts.plan,
            created_at: loaded.created_at,
            updated_at: loaded.updated_at,
        })
    }

    async fn history(&self, person: Uuid) -> Result<Vec<PastData>, ApiError> {
        let home = self.home()?;
        let log = self.store.place(&home, LogKind::Identity).await?;
        let id = home.qualify(&person.to_string());
        let events = self
            .store
            .read_aggregate(log.id, Person::TYPE, &id, 0, MOST_EVENTS)
            .await?;
        let mut history = Vec::with_capacity(events.len());
        for event in events {
            history.push(PastData {
                kind: event.event_type.to_string(),
                at: event.recorded_at,
                data: self.opened(person, &home, &event).await?,
            });
        }
        Ok(history)
    }

    /// An event's fields, with those that are sealed opened.
    async fn opened(
        &self,
        person: Uuid,
        home: &Tenant,
        event: &RecordedEvent,
    ) -> Result<Value, ApiError> {
        let mut data: Map<String, Value> =
            serde_json::from_slice(&event.payload).map_err(ApiError::internal)?;
        // How an address is looked up, of use to nobody else.
        data.remove("emailIndex");
        for name in SEALED {
            let sealed = data.get(name).and_then(Value::as_str);
            let Some(sealed) = sealed.and_then(|text| Sealed::parse(text).ok()) else {
                continue;
            };
            let opened = self.open(person, home, name, &sealed).await?;
            data.insert(name.to_owned(), opened.into());
        }
        Ok(data.into())
    }

    async fn held_by(
        &self,
        person: Uuid,
        tenant: &Tenant,
        truncated: &mut bool,
    ) -> Result<OrganizationData, ApiError> {
        let id = person.to_string();
        let loaded = self.load::<Membership>(tenant, &id).await?;
        let loaded = loaded.ok_or(ApiError::NotFound)?;
        let organization = self.load::<Organization>(tenant, tenant.slug()).await?;
        let (created, updated) = (loaded.created_at, loaded.updated_at);
        let shown = loaded
            .state
            .resource(&id, created, updated, loaded.revision);
        let (mut email, mut known_as, mut joined_by) = (None, None, Vec::new());
        if let Some(facts) = loaded.state.facts() {
            email = self.open(person, tenant, "email", &facts.email).await?;
            known_as = self.open(person, tenant, "name", &facts.name).await?;
            joined_by.extend(facts.used.iter().cloned());
        }
        Ok(OrganizationData {
            id: tenant.id().to_string(),
            slug: tenant.slug().to_owned(),
            name: organization.and_then(|one| Some(one.state.facts()?.name.clone())),
            status: shown.as_ref().map(|shown| shown.status),
            role: shown.as_ref().map(|shown| shown.role),
            frontends: shown.map(|shown| shown.frontends).unwrap_or_default(),
            email,
            known_as,
            joined_at: created,
            updated_at: updated,
            invitations: self.invited_by(tenant, &joined_by).await?,
            api_keys: self.keys_in(person, tenant, truncated).await?,
            integrations: self
                .shown_documents(person, tenant, ModelName::Integrations, truncated)
                .await?,
            notifications: self
                .shown_documents(person, tenant, ModelName::Notifications, truncated)
                .await?,
            security_events: self.seen_in(person, tenant, truncated).await?,
        })
    }

    /// What was recorded of it, opened.
    async fn seen_in(
        &self,
        person: Uuid,
        tenant: &Tenant,
        truncated: &mut bool,
    ) -> Result<Vec<SecurityEventResource>, ApiError> {
        let rows = self
            .documents_of(person, tenant, ModelName::SecurityEvents, truncated)
            .await?;
        shown_records(self, tenant, &rows).await
    }

    async fn invited_by(
        &self,
        tenant: &Tenant,
        ids: &[String],
    ) -> Result<Vec<InvitationData>, ApiError> {
        let mut invitations = Vec::new();
        for id in ids {
            let loaded = self.load::<Invitation>(tenant, id).await?;
            let (Some(loaded), Ok(subject)) = (loaded, id.parse()) else {
                continue;
            };
            let Some(facts) = loaded.state.facts() else {
                continue;
            };
            invitations.push(InvitationData {
                id: id.clone(),
                email: self.open(subject, tenant, "email", &facts.email).await?,
                sent_at: loaded.created_at,
            });
        }
        Ok(invitations)
    }

    /// Its keys with their last use.
    async fn keys_in(
        &self,
        person: Uuid,
        tenant: &Tenant,
        truncated: &mut bool,
    ) -> Result<Vec<Value>, ApiError> {
        let rows = self
            .documents_of(person, tenant, ModelName::Keys, truncated)
            .await?;
        let uses = self.people.vault.api_key_uses(tenant).await?;
        let with_use = |row: DocumentRow| {
            let used = uses.iter().find(|one| one.id.to_string() == row.id);
            let (at, from) = used.map_or((None, None), |one| {
                (Some(one.last_used_at), one.address.clone())
            });
            let mut key = shown_document(row);
            key["lastUsedAt"] = serde_json::json!(at);
            key["lastUsedFrom"] = from.into();
            key
        };
        Ok(rows.into_iter().map(with_use).collect())
    }

    async fn shown_documents(
        &self,
        person: Uuid,
        tenant: &Tenant,
        model: ModelName,
        truncated: &mut bool,
    ) -> Result<Vec<Value>, ApiError> {
        let rows = self.documents_of(person, tenant, model, truncated).await?;
        Ok(rows.into_iter().map(shown_document).collect())
    }

    /// What a read model holds of a person in one organization.
    async fn documents_of(
        &self,
        person: Uuid,
        tenant: &Tenant,
        model: ModelName,
        truncated: &mut bool,
    ) -> Result<Vec<DocumentRow>, ApiError> {
        let mut tx = self.read.begin(tenant, &[model]).await?;
        let mut rows: Vec<DocumentRow> = Vec::new();
        loop {
            let filter = DocumentFilter {
                owner: Some(person.to_string()),
                limit: PAGE,
                offset: rows.len() as u64,
                ..DocumentFilter::default()
            };
            let page = documents::list(&mut tx, model, &filter).await?;
            let whole = page.items.len() < PAGE as usize;
            rows.extend(page.items);
            *truncated |= !whole && rows.len() as u64 >= MOST_DOCUMENTS;
            if whole || rows.len() as u64 >= MOST_DOCUMENTS {
                return Ok(rows);
            }
        }
    }
}

fn shown_document(row: DocumentRow) -> Value {
    let mut shown = row.body;
    shown.insert("id".to_owned(), row.id.into());
    shown.insert("createdAt".to_owned(), serde_json::json!(row.created_at));
    shown.insert("updatedAt".to_owned(), serde_json::json!(row.updated_at));
    shown.into()
}
