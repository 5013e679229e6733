//! One sighting as a record of each organization that it concerns.

use flowgrid_bus::{Role, Tenant};
use flowgrid_commands::{Caller, CommandError, Commands, Request};
use flowgrid_domain::LogKind;
use flowgrid_domain::memberships::Membership;
use flowgrid_domain::people::EMAIL;
use flowgrid_domain::security::{RecordCommand, RecordSecurityEvent, SecurityRecord, Traces};
use flowgrid_domain::values::{Line, Sealed, Token};
use flowgrid_log::LogStore;
use flowgrid_vault::{Vault, VaultError};
use futures_util::future::join_all;
use uuid::Uuid;

use super::opened::{ADDRESS, AGENT};
use super::sighting::Sighting;
use crate::Ids;
use crate::error::ApiError;
use crate::identity::PEOPLE;

/// In how many of a person's organizations something is recorded.
const MOST_ORGANIZATIONS: usize = 20;
/// Who writes them.
const ACTOR: &str = "system";

/// The way into the log.
#[derive(Clone)]
pub struct Writer {
    pub commands: Commands,
    pub store: LogStore,
    pub vault: Vault,
    pub ids: Ids,
}

/// A record of one organization, ready to be written.
pub struct Prepared {
    caller: Caller,
    request: Request<RecordCommand>,
}

impl Writer {
    /// One record for each organization that it concerns.
    ///
    /// # Errors
    /// When log or vault can't be reached.
    pub async fn prepare(
        &self,
        sighting: &Sighting,
        count: u32,
    ) -> Result<Vec<Prepared>, ApiError> {
        let person = self.person(sighting).await?;
        let mut records = Vec::new();
        for tenant in self.concerned(sighting, person).await? {
            records.push(self.record(sighting, person, &tenant, count).await?);
        }
        Ok(records)
    }

    /// Writes records; in the log they stand in this order. The errors are those of single ones.
    pub async fn write(&self, records: Vec<Prepared>) -> Vec<CommandError> {
        let writes = records
            .into_iter()
            .map(async |Prepared { caller, request }| {
                self.commands
                    .execute::<SecurityRecord>(&caller, request)
                    .await
            });
        let written = join_all(writes).await;
        written.into_iter().filter_map(Result::err).collect()
    }

    /// Whom it is about: who has the address, where only that is known.
    async fn person(&self, sighting: &Sighting) -> Result<Option<Uuid>, ApiError> {
        let (None, Some(index)) = (sighting.person, &sighting.account) else {
            return Ok(sighting.person);
        };
        let home = home()?;
        let log = self.store.place(&home, LogKind::Identity).await?;
        let owner = self
            .store
            .claim_owner(log.id, home.id(), EMAIL, index)
            .await?;
        Ok(owner.and_then(|id| id.parse().ok()))
    }

    async fn concerned(
        &self,
        sighting: &Sighting,
        person: Option<Uuid>,
    ) -> Result<Vec<Tenant>, ApiError> {
        if let Some(tenant) = &sighting.tenant {
            return Ok(vec![tenant.clone()]);
        }
        let mut concerned = Vec::new();
        if let Some(person) = person {
            concerned = self.organizations(person).await?;
        }
        if concerned.is_empty() {
            concerned.push(home()?);
        }
        Ok(concerned)
    }

    async fn organizations(&self, person: Uuid) -> Result<Vec<Tenant>, ApiError> {
        let home = home()?;
        let mut found = Vec::new();
        for id in self.vault.tenants_of(person).await? {
            if id == home.id() || found.len() >= MOST_ORGANIZATIONS {
                continue;
            }
            let Some(tenant) = self.store.tenant_of(id).await? else {
                continue;
            };
            let member = self
                .commands
                .load::<Membership>(&tenant, &person.to_string(), None)
                .await?;
            if matches!(member.map(|one| one.state), Some(Membership::Active(_))) {
                found.push(tenant);
            }
        }
        Ok(found)
    }

    async fn record(
        &self,
        sighting: &Sighting,
        person: Option<Uuid>,
        tenant: &Tenant,
        count: u32,
    ) -> Result<Prepared, ApiError> {
        let address = sighting.from.address.map(|address| address.to_string());
        let agent = sighting.from.agent.clone();
        let user_id = person.map(|id| Line::parse(&id.to_string()));
        let address_of = sighting.from.address;
        let record = RecordCommand::Record(RecordSecurityEvent {
            user_id: user_id.transpose().map_err(ApiError::internal)?,
            event_type: Token::parse(sighting.kind.as_str()).map_err(ApiError::internal)?,
            details: sighting.details.clone(),
            ip_address: self.seal(person, tenant, ADDRESS, address).await?,
            user_agent: self.seal(person, tenant, AGENT, agent).await?,
            at: sighting.at,
            count,
            said: None,
            traces: Traces {
                account: sighting.account.clone(),
                address: address_of.map(|one| self.vault.address_index(one)),
                network: address_of.map(|one| self.vault.network_index(one)),
            },
        });
        // Looked up now, so that no record waits for it while others go by.
        self.store.place(tenant, LogKind::Identity).await?;
        let id = self.ids.uuid_v7(sighting.at).to_string();
        let caller = Caller {
            tenant: tenant.clone(),
            actor: ACTOR.to_owned(),
            role: Role::Admin,
            request_id: sighting.from.request_id.as_deref().map(str::to_owned),
            traceparent: None,
            frontend: None,
        };
        let request = Request {
            id,
            command: record,
            if_match: None,
            idempotency: None,
            status: 201,
            follow_claim: false,
        };
        Ok(Prepared { caller, request })
    }

    /// Nothing is kept in clear of somebody who has no key: who is nobody's, or was erased.
    async fn seal(
        &self,
        person: Option<Uuid>,
        tenant: &Tenant,
        field: &str,
        plain: Option<String>,
    ) -> Result<Option<Sealed>, ApiError> {
        let (Some(person), Some(plain)) = (person, plain) else {
            return Ok(None);
        };
        match self.vault.seal(person, tenant, field, &plain).await {
            Ok(sealed) => Sealed::parse(&sealed).map(Some).map_err(ApiError::internal),
            Err(VaultError::Erased) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// Whose records are that concern no organization, such as guesses at addresses that nobody has.
fn home() -> Result<Tenant, ApiError> {
    Tenant::from_slug(PEOPLE).map_err(ApiError::internal)
}
