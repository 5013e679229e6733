//! API keys, read from JSON bodies with camelCase names.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::{KeyName, Scopes};
use crate::{FieldError, Fields};

/// The key that somebody wants.
#[derive(Clone, Debug, PartialEq)]
pub struct ApiKeyRequest {
    pub name: KeyName,
    pub scopes: Scopes,
    /// Never, when `None`. Whether it is in the future is for the key to decide.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Without scopes it may only read.
///
/// # Errors
/// With everything that is wrong: missing, of another type, out of bounds, unknown.
pub fn read_api_key(body: &Map<String, Value>) -> Result<ApiKeyRequest, Vec<FieldError>> {
    let mut fields = Fields::of(body);
    let name = fields.required("name");
    let scopes = fields.optional("scopes").unwrap_or_default();
    let expires_at = fields.optional("expiresAt");
    fields.finish(name.map(|name| ApiKeyRequest {
        name,
        scopes,
        expires_at,
    }))
}
