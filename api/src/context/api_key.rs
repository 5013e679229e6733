//! Programs that come with an API key.

use std::sync::Arc;

use axum::http::request::Parts;
use chrono::{DateTime, TimeDelta, Utc};
use flowgrid_bus::Role;
use flowgrid_domain::memberships::Membership;
use flowgrid_domain::organizations::Organization;
use flowgrid_domain::values::Plan;
use flowgrid_vault::ApiKey;
use quick_cache::sync::Cache;
use sha2::{Digest, Sha256};

use super::AppState;
use super::watch::whence;
use crate::auth::{KeyHolder, Member, Principal, Scopes};
use crate::error::ApiError;
use crate::identity::plan_in;
use crate::limits::caller_address;
use crate::security::{Kind, Sighting};

/// Keys remembered; a hash of each, never the key.
const REMEMBERED: usize = 10_000;
/// How long one is remembered: its last use is written as often. What is revoked meanwhile is looked up
/// again all the same.
const FRESH: TimeDelta = TimeDelta::seconds(60);

type Known = (Arc<Principal>, DateTime<Utc>);

/// Keys that were good a moment ago.
pub(super) struct KeyRing(Cache<[u8; 32], Known>);

impl KeyRing {
    pub(super) fn new() -> Self {
        Self(Cache::new(REMEMBERED))
    }

    /// Who comes with this key.
    pub(super) async fn holder(
        &self,
        text: &str,
        parts: &Parts,
        state: &AppState,
    ) -> Result<Arc<Principal>, ApiError> {
        let hash: [u8; 32] = Sha256::digest(text.as_bytes()).into();
        let now = state.clock().now();
        // What was revoked may be what its person may: that is asked for anew.
        if let Some((principal, since)) = self.0.get(&hash)
            && now - since < FRESH
            && state.tokens().admits(&principal)
        {
            return Ok(principal);
        }
        self.0.remove(&hash);
        let principal = look_up(text, parts, state, now).await?;
        self.0.insert(hash, (Arc::clone(&principal), now));
        admitted(principal, state)
    }
}

fn admitted(principal: Arc<Principal>, state: &AppState) -> Result<Arc<Principal>, ApiError> {
    if state.tokens().admits(&principal) {
        return Ok(principal);
    }
    Err(unknown())
}

async fn look_up(
    text: &str,
    parts: &Parts,
    state: &AppState,
    now: DateTime<Utc>,
) -> Result<Arc<Principal>, ApiError> {
    let people = state.0.people.as_ref().ok_or_else(unknown)?;
    let key = people.vault.api_key(text, now).await?.ok_or_else(unknown)?;
    let principal = holder_of(&key, state, now).await?;
    let proxies = &state.config().trusted_proxies;
    let address = caller_address(&parts.extensions, &parts.headers, proxies);
    let address = address.map(|one| one.to_string()).unwrap_or_default();
    match people.vault.api_key_used(&key, &address, now).await {
        Ok(true) => moved(&key, parts, state),
        Ok(false) => {}
        Err(error) => tracing::debug!(%error, "a key's use could not be noted"),
    }
    Ok(Arc::new(principal))
}

/// The key comes from where its last use didn't.
fn moved(key: &ApiKey, parts: &Parts, state: &AppState) {
    let mut details = serde_json::Map::new();
    details.insert("key".into(), key.id.to_string().into());
    state.saw(Sighting {
        kind: Kind::ApiKeyNewAddress,
        person: Some(key.person),
        account: None,
        tenant: Some(key.tenant.clone()),
        details,
        from: whence(parts, state),
        at: state.clock().now(),
    });
}

/// A key may no more than its person may today, nor more than its scopes name.
async fn holder_of(
    key: &ApiKey,
    state: &AppState,
    now: DateTime<Utc>,
) -> Result<Principal, ApiError> {
    let commands = &state.0.commands;
    let person = key.person.to_string();
    let member = commands
        .load::<Membership>(&key.tenant, &person, None)
        .await?;
    let Some(Membership::Active(member)) = member.map(|loaded| loaded.state) else {
        return Err(unknown());
    };
    let slug = key.tenant.slug();
    let organization = commands
        .load::<Organization>(&key.tenant, slug, None)
        .await?;
    let plan = match organization.as_ref().and_then(|one| one.state.facts()) {
        Some(facts) => plan_in(commands, facts, key.person).await?,
        None => Plan::Free,
    };
    Ok(Principal::Member(Member {
        // No person's id: a key can't act as the person itself.
        subject: format!("key:{}", key.id).into(),
        tenant: key.tenant.clone(),
        role: member.role.min(key.role).min(role_of(&key.scopes)),
        scopes: Scopes::of(&key.scopes),
        frontends: member.frontends,
        session: None,
        generation: None,
        key: Some(KeyHolder {
            id: key.id,
            person: key.person,
        }),
        plan,
        issued_at: now,
        expires_at: key.expires_at.unwrap_or(DateTime::<Utc>::MAX_UTC),
    }))
}

/// The role that a key's scopes amount to.
fn role_of(scopes: &[String]) -> Role {
    let has = |name: &str| scopes.iter().any(|scope| scope == name);
    if has("admin") {
        Role::Admin
    } else if has("delete") {
        Role::Manager
    } else if has("write") || has("swarm:work") {
        Role::User
    } else {
        Role::Viewer
    }
}

fn unknown() -> ApiError {
    ApiError::Unauthenticated {
        code: "api-key-unknown",
        detail: "there is no such API key".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_cap_the_role() {
        let role =
            |names: &[&str]| role_of(&names.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(role(&["read"]), Role::Viewer);
        assert_eq!(role(&["events:read"]), Role::Viewer);
        assert_eq!(role(&["read", "write"]), Role::User);
        assert_eq!(role(&["read", "delete"]), Role::Manager);
        assert_eq!(role(&["admin"]), Role::Admin);
    }
}
