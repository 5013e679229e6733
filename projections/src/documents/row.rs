//! A document's row.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use sqlx::Row;
use sqlx::postgres::PgRow;
use sqlx::types::Json;

use crate::ReadError;

/// A document with what is known of its aggregate.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DocumentRow {
    pub id: String,
    /// Whose it is within the organization.
    pub owner: Option<String>,
    pub body: Map<String, Value>,
    pub revision: u64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl DocumentRow {
    /// The document as what it was written from.
    ///
    /// # Errors
    /// [`ReadError::Corrupt`] when it is something else.
    pub fn body_as<T: DeserializeOwned>(&self) -> Result<T, ReadError> {
        T::deserialize(Value::Object(self.body.clone()))
            .map_err(|error| ReadError::Corrupt(format!("document {}: {error}", self.id)))
    }
}

/// The columns that [`decode`] takes, of a table called `d`.
pub(super) const COLUMNS: &str = "d.id, d.owner, d.body, d.revision, d.created_at, d.updated_at";

pub(super) fn decode(row: &PgRow) -> Result<DocumentRow, ReadError> {
    let Json(body) = row.try_get("body")?;
    Ok(DocumentRow {
        id: row.try_get("id")?,
        owner: row.try_get("owner")?,
        body,
        revision: row.try_get::<i64, _>("revision")?.cast_unsigned(),
        created_at: row.try_get("created_at")?,
        updated_at: row.try_get("updated_at")?,
    })
}
