//! API keys: made, shown once, revoked.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use flowgrid_bus::{Role, Tenant};
use flowgrid_commands::Outcome;
use flowgrid_domain::FieldError;
use flowgrid_domain::keys::{ApiKey, ApiKeyCommand, ApiKeyRequest, Create, KeyPrefix};
use flowgrid_vault::NewApiKey;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::Identity;
use super::memberships::person_id;
use super::seen::About;
use crate::error::ApiError;
use crate::security::Kind;

/// How much of a key its owner knows it by: `fg_` and the beginning of its id.
const PREFIX: usize = 16;

impl Identity {
    /// Makes a key in the name of a member. The text is for the caller alone.
    ///
    /// # Errors
    /// [`ApiError::Invalid`] for a scope beyond the role, or an end in the past.
    pub async fn make_key(
        &self,
        person: Uuid,
        tenant: &Tenant,
        role: Role,
        request: ApiKeyRequest,
    ) -> Result<(Outcome<ApiKey>, Zeroizing<String>), ApiError> {
        check_scopes(role, request.scopes.names())?;
        let (id, now) = (self.new_id(), self.now());
        let prefix: String = format!("fg_{}", id.simple()).chars().take(PREFIX).collect();
        let create = ApiKeyCommand::Create(Create {
            person: person_id(person)?,
            name: request.name,
            prefix: KeyPrefix::parse(&prefix).map_err(ApiError::internal)?,
            scopes: request.scopes.clone(),
            expires_at: request.expires_at,
            at: now,
        });
        let mut outcome = self
            .execute::<ApiKey>(tenant, person, id.to_string(), create)
            .await?;
        outcome.status = 201;
        let key = NewApiKey {
            id,
            tenant: tenant.clone(),
            person,
            role,
            scopes: (&request.scopes).into(),
            expires_at: request.expires_at,
        };
        let text = self.people.vault.make_api_key(&key, now).await?;
        let about = About::person(person).within(tenant);
        self.saw(Kind::ApiKeyCreated, about.saying("key", id.to_string()));
        Ok((outcome, text))
    }

    /// When each of an organization's keys was last used.
    ///
    /// # Errors
    /// When the vault can't be reached.
    pub async fn key_uses(
        &self,
        tenant: &Tenant,
    ) -> Result<HashMap<String, DateTime<Utc>>, ApiError> {
        let uses = self.people.vault.api_key_uses(tenant).await?;
        let each = uses
            .into_iter()
            .map(|one| (one.id.to_string(), one.last_used_at));
        Ok(each.collect())
    }

    /// Revokes a key: on every process within a second.
    ///
    /// # Errors
    /// [`ApiError::NotFound`] where the organization has none of this id, or it is another's and
    /// the caller no manager.
    pub async fn revoke_key(
        &self,
        person: Uuid,
        tenant: &Tenant,
        role: Role,
        id: &str,
    ) -> Result<Outcome<ApiKey>, ApiError> {
        let key: Uuid = id.parse().map_err(|_| ApiError::NotFound)?;
        let loaded = self.load::<ApiKey>(tenant, id).await?;
        let owner = loaded.and_then(|one| Some(one.state.facts()?.person_id.clone()));
        let may = role >= Role::Manager || owner.as_deref() == Some(&*person.to_string());
        if owner.is_none() || !may {
            return Err(ApiError::NotFound);
        }
        let revoke = ApiKeyCommand::Revoke;
        let outcome = self
            .execute::<ApiKey>(tenant, person, id.to_owned(), revoke)
            .await?;
        self.people
            .vault
            .revoke_api_key(tenant, key, self.now())
            .await?;
        let about = About::person(person).within(tenant);
        self.saw(Kind::ApiKeyRevoked, about.saying("key", id));
        Ok(outcome)
    }
}

/// Nobody gives a program more than it may itself.
fn check_scopes(role: Role, scopes: &[&str]) -> Result<(), ApiError> {
    let beyond = scopes.iter().find(|scope| match **scope {
        "admin" => role < Role::Admin,
        "delete" => role < Role::Manager,
        _ => false,
    });
    let Some(scope) = beyond else { return Ok(()) };
    let detail = format!("{scope} is more than your role may");
    Err(ApiError::Invalid(vec![FieldError::new("/scopes", detail)]))
}
