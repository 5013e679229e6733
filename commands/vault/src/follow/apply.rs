//! What each event takes away.

use std::time::Duration;

use chrono::{DateTime, Utc};
use flowgrid_bus::RecordedEvent;
use uuid::Uuid;

use crate::closings;
use crate::revocations::revoke;
use crate::scope::Scope;
use crate::transaction::VaultTx;
use crate::{Revoked, VaultError};

/// Those that take something away, or say when something is to be taken away. Others need no transaction. An invitation's token opens nothing by
/// itself: whether it is still good stands in the log.
const TYPES: &[&str] = &[
    "session.ended",
    "integration.deleted",
    "api-key.revoked",
    "membership.role-changed",
    "membership.frontends-changed",
    "membership.deactivated",
    "membership.removed",
    "membership.erased",
    "person.erased",
    "organization.closing",
    "organization.kept",
    "organization.closed",
];

pub(super) fn concerns_us(event: &RecordedEvent) -> bool {
    TYPES.contains(&&*event.event_type)
}

/// Deletes what an event says is gone, if it is older than the event, and revokes its access tokens.
pub(super) async fn apply(
    tx: &mut VaultTx,
    event: &RecordedEvent,
    kept: Duration,
) -> Result<(), VaultError> {
    let tenant = event.tenant_id;
    let id = id_of(event);
    if &*event.event_type == "integration.deleted" {
        // Nobody comes in by its credentials.
        let id = id?;
        tx.enter(Scope::member(id, tenant)).await?;
        return delete(tx, INTEGRATION, id, tenant, event.recorded_at).await;
    }
    let subject = *id.as_ref().unwrap_or(&tenant);
    let (revoked, gone): (Revoked, &[Gone]) = match &*event.event_type {
        "session.ended" => (Revoked::Session { id: id?, tenant }, SESSION),
        "api-key.revoked" => (Revoked::Key { id: id?, tenant }, KEY),
        "membership.role-changed" | "membership.frontends-changed" => (member(id?, tenant), &[]),
        "membership.deactivated" => (member(id?, tenant), DEACTIVATED),
        "membership.removed" => (member(id?, tenant), REMOVED),
        "membership.erased" => (member(id?, tenant), ERASED_HERE),
        "person.erased" => (Revoked::Person(id?), ERASED),
        // Its own id is its slug.
        "organization.closed" => (Revoked::Organization(tenant), CLOSED),
        "organization.closing" | "organization.kept" => {
            tx.enter(Scope::tenant(tenant)).await?;
            return closings::note(tx, event).await;
        }
        _ => return Ok(()),
    };
    tx.enter(Scope::member(subject, tenant)).await?;
    for one in gone {
        delete(tx, *one, subject, tenant, event.recorded_at).await?;
    }
    revoke(tx, revoked, event.recorded_at, kept).await
}

/// A statement that deletes, and what it is told.
#[derive(Clone, Copy)]
enum Gone {
    /// Of one subject (a session, key, invitation or person), everywhere: `$1`.
    Subjects(&'static str),
    /// Of one subject in the event's organization, if older than the event: `$1`, `$2`, `$3`.
    Here(&'static str),
    /// Of the organization: `$1`.
    Tenants(&'static str),
}

const SESSION: &[Gone] = &[Gone::Here(
    "delete from vault.sessions where id = $1 and tenant = $2 and made_at <= $3",
)];
const INTEGRATION: Gone = Gone::Here(
    "delete from vault.integration_secrets where id = $1 and tenant = $2 and changed_at <= $3",
);
const KEY: &[Gone] = &[Gone::Here(
    "delete from vault.api_keys where id = $1 and tenant = $2 and made_at <= $3",
)];
const MEMBERS_SESSIONS: Gone =
    Gone::Here("delete from vault.sessions where person = $1 and tenant = $2 and made_at <= $3");
const MEMBERS_API_KEYS: Gone =
    Gone::Here("delete from vault.api_keys where person = $1 and tenant = $2 and made_at <= $3");
const MEMBERS_INTEGRATIONS: Gone = Gone::Here(
    "delete from vault.integration_secrets where person = $1 and tenant = $2 and changed_at <= $3",
);
const MEMBERS_KEY: Gone = Gone::Here(
    "delete from vault.personal_keys where subject = $1 and tenant = $2 and made_at <= $3",
);
const DEACTIVATED: &[Gone] = &[MEMBERS_SESSIONS];
const MEMBERS_PRESENCE: Gone =
    Gone::Here("delete from vault.presence where person = $1 and tenant = $2 and seen_at <= $3");
const REMOVED: &[Gone] = &[
    MEMBERS_SESSIONS,
    MEMBERS_API_KEYS,
    MEMBERS_PRESENCE,
    MEMBERS_INTEGRATIONS,
];
const ERASED_HERE: &[Gone] = &[
    MEMBERS_SESSIONS,
    MEMBERS_API_KEYS,
    MEMBERS_PRESENCE,
    MEMBERS_INTEGRATIONS,
    MEMBERS_KEY,
];
const ERASED: &[Gone] = &[
    Gone::Subjects("delete from vault.sessions where person = $1"),
    Gone::Subjects("delete from vault.api_keys where person = $1"),
    Gone::Subjects("delete from vault.presence where person = $1"),
    Gone::Subjects("delete from vault.integration_secrets where person = $1"),
    Gone::Subjects("delete from vault.passwords where person = $1"),
    Gone::Subjects("delete from vault.totp where person = $1"),
    Gone::Subjects("delete from vault.recovery_codes where person = $1"),
    Gone::Subjects("delete from vault.mail_tokens where subject = $1"),
    Gone::Subjects("delete from vault.personal_keys where subject = $1"),
];
const CLOSED: &[Gone] = &[
    Gone::Tenants("delete from vault.sessions where tenant = $1"),
    Gone::Tenants("delete from vault.api_keys where tenant = $1"),
    Gone::Tenants("delete from vault.presence where tenant = $1"),
    Gone::Tenants("delete from vault.integration_secrets where tenant = $1"),
    Gone::Tenants("delete from vault.organization_keys where tenant = $1"),
    Gone::Tenants("delete from vault.personal_keys where tenant = $1"),
];

/// Deletes what is kept of a person: what is older than `at` in one organization, or everything.
pub(crate) async fn erase(
    tx: &mut VaultTx,
    person: Uuid,
    tenant: Option<Uuid>,
    at: DateTime<Utc>,
) -> Result<(), VaultError> {
    let gone = tenant.map_or(ERASED, |_| ERASED_HERE);
    for one in gone {
        delete(tx, *one, person, tenant.unwrap_or_default(), at).await?;
    }
    Ok(())
}

async fn delete(
    tx: &mut VaultTx,
    gone: Gone,
    subject: Uuid,
    tenant: Uuid,
    at: DateTime<Utc>,
) -> Result<(), VaultError> {
    let query = match gone {
        Gone::Subjects(sql) => sqlx::query(sql).bind(subject),
        Gone::Tenants(sql) => sqlx::query(sql).bind(tenant),
        Gone::Here(sql) => sqlx::query(sql).bind(subject).bind(tenant).bind(at),
    };
    query.execute(&mut **tx).await?;
    Ok(())
}

fn member(person: Uuid, tenant: Uuid) -> Revoked {
    Revoked::Member { person, tenant }
}

fn id_of(event: &RecordedEvent) -> Result<Uuid, VaultError> {
    Uuid::try_parse(event.local_id()).map_err(|_| VaultError::Corrupt("an aggregate's id"))
}
