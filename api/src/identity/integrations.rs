//! Outside services: their credentials in the vault, and calls with them.

use flowgrid_bus::Tenant;
use flowgrid_commands::Outcome;
use flowgrid_domain::Patch;
use flowgrid_domain::integrations::{
    Credentials, Details, Integration, IntegrationCommand, NoteTest,
};
use flowgrid_domain::memberships::Membership;
use flowgrid_domain::values::Line;
use flowgrid_projections::ModelName;
use flowgrid_projections::documents::{self, DocumentFilter};
use flowgrid_vault::IntegrationSecret;
use flowgrid_workers::outside::{Called, OutsideError};
use uuid::Uuid;

use super::Identity;
use super::outside_call::{Uncallable, call_of};
use crate::error::ApiError;
use crate::limits::{Class, Counted};

/// How many integrations a person may have in an organization. A crowd at once may get a few more.
pub const MOST_OF_A_PERSON: u32 = 100;
/// When to come back to a process that calls too many services at once, in seconds.
const SOON_S: u64 = 5;

impl Identity {
    /// Keeps the credentials that a command brought, or destroys them. A repeat of an older command
    /// changes nothing.
    ///
    /// # Errors
    /// When the vault can't be reached. Repeating the command finishes it.
    pub async fn keep_credentials(
        &self,
        person: Uuid,
        tenant: &Tenant,
        outcome: &Outcome<Integration>,
        credentials: &Patch<Credentials>,
    ) -> Result<(), ApiError> {
        let id: Uuid = outcome.id.parse().map_err(ApiError::internal)?;
        let vault = &self.people.vault;
        let credentials = match credentials {
            Patch::Absent => return Ok(()),
            Patch::Clear => {
                let of = outcome.revision;
                return Ok(vault.delete_secret(tenant, id, of).await?);
            }
            Patch::Set(credentials) => credentials.to_json(),
        };
        let secret = IntegrationSecret {
            id,
            person,
            revision: outcome.revision,
            plain: &credentials,
        };
        vault.set_secret(tenant, &secret, self.now()).await?;
        self.shred_if_gone(tenant, person, id).await
    }

    /// What ended meanwhile, the integration or the membership, has found nothing to destroy.
    async fn shred_if_gone(&self, tenant: &Tenant, person: Uuid, id: Uuid) -> Result<(), ApiError> {
        let one = self.load::<Integration>(tenant, &id.to_string()).await?;
        let Some(one) = one else { return Ok(()) };
        let member = self.load::<Membership>(tenant, &person.to_string()).await?;
        // Without a membership at all it is a token that nobody has signed in for.
        let left = member.is_some_and(|member| has_left(&member.state));
        if one.state.connected().is_some() && !left {
            return Ok(());
        }
        let vault = &self.people.vault;
        Ok(vault.delete_secret(tenant, id, one.revision).await?)
    }

    /// Deletes what a person has connected in an organization that it leaves. One that the read model
    /// doesn't know yet stays, without its credentials: they go with the membership.
    ///
    /// # Errors
    /// When the log or the read model can't be reached. Repeating it finishes it.
    pub async fn disconnect(
        &self,
        actor: &str,
        tenant: &Tenant,
        person: Uuid,
    ) -> Result<(), ApiError> {
        let models = [ModelName::Integrations];
        let mut tx = self.read.begin(tenant, &models).await?;
        let filter = present(person, 2 * MOST_OF_A_PERSON);
        let page = documents::list(&mut tx, ModelName::Integrations, &filter).await?;
        drop(tx);
        for row in page.items {
            let delete = IntegrationCommand::Delete;
            self.execute::<Integration>(tenant, actor, row.id, delete)
                .await?;
        }
        Ok(())
    }

    /// Calls the service of an integration and answers what to note of it.
    ///
    /// # Errors
    /// [`ApiError::TooMany`] when the person has called too often; [`ApiError::Refused`] where there is
    /// no address to call. That the service doesn't answer is no error.
    pub async fn test_integration(
        &self,
        person: Uuid,
        tenant: &Tenant,
        id: &str,
        details: &Details,
    ) -> Result<NoteTest, ApiError> {
        self.count_call(person, tenant).await?;
        let credentials = self.credentials(tenant, id).await?;
        let call = match call_of(details, credentials.as_ref()) {
            Ok(call) => call,
            Err(Uncallable::NoAddress) => return Err(no_address()),
            Err(Uncallable::Credentials(why)) => return self.noted(None, 0, Some(why.to_owned())),
        };
        let started = self.now();
        let ended = self.people.outside.call(call).await;
        let took = (self.now() - started).num_milliseconds();
        let took = u64::try_from(took).unwrap_or(0);
        match ended {
            Ok(called) => self.noted(Some(called.status), took, failure(&called)),
            Err(OutsideError::Busy) => Err(busy()),
            Err(error) => self.noted(None, took, Some(error.to_string())),
        }
    }

    /// A test calls somebody else in our name: nobody does it all the time.
    async fn count_call(&self, person: Uuid, tenant: &Tenant) -> Result<(), ApiError> {
        let (person, tenant) = (person.to_string(), tenant.id().to_string());
        let by = [Counted::by(Class::Outside, &[&tenant, &person])];
        let counted = self.limits.attempt(&by).await;
        counted.map(|_| ()).map_err(ApiError::TooMany)
    }

    async fn credentials(
        &self,
        tenant: &Tenant,
        id: &str,
    ) -> Result<Option<Credentials>, ApiError> {
        let id: Uuid = id.parse().map_err(|_| ApiError::NotFound)?;
        let Some(plain) = self.people.vault.secret(tenant, id).await? else {
            return Ok(None);
        };
        // What is wrong with them is no text of theirs.
        let read = Credentials::parse(&plain).map_err(ApiError::internal)?;
        Ok(Some(read))
    }

    fn noted(
        &self,
        status: Option<u16>,
        took_ms: u64,
        failure: Option<String>,
    ) -> Result<NoteTest, ApiError> {
        let failure = failure.map(|text| Line::parse(&text)).transpose();
        Ok(NoteTest {
            at: self.now(),
            status,
            took_ms,
            failure: failure.map_err(ApiError::internal)?,
        })
    }
}

fn has_left(membership: &Membership) -> bool {
    match membership {
        Membership::Removed(_) | Membership::Erased(_) => true,
        Membership::NotJoined | Membership::Active(_) | Membership::Deactivated(_) => false,
    }
}

/// Those of a person that are there, the newest first.
pub fn present(person: Uuid, limit: u32) -> DocumentFilter {
    DocumentFilter {
        owner: Some(person.to_string()),
        equal: vec![("present", true.to_string())],
        limit,
        ..DocumentFilter::default()
    }
}

/// Why an answer is none that a service gives who is well; nothing that it said.
fn failure(called: &Called) -> Option<String> {
    match called.status {
        ..=399 => None,
        status @ (401 | 403) => Some(format!("the service refuses the credentials ({status})")),
        status => Some(format!("the service answered {status}")),
    }
}

fn no_address() -> ApiError {
    ApiError::Refused {
        code: "no-address",
        detail: "there is nothing to call: set baseUrl, or credentials.url".into(),
    }
}

fn busy() -> ApiError {
    ApiError::Unavailable {
        code: "overloaded",
        detail: "too many services are being called at once; try again".into(),
        retry_after_s: SOON_S,
        cause: String::new(),
    }
}
