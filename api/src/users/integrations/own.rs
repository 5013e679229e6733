//! What a person has connected itself.

use flowgrid_commands::Loaded;
use flowgrid_domain::integrations::{Integration, IntegrationResource};
use flowgrid_projections::ReadError;
use flowgrid_projections::documents::DocumentRow;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::context::{Access, Level};
use crate::error::ApiError;

/// An integration of the caller's, also one that was deleted.
///
/// # Errors
/// [`ApiError::NotFound`] where the caller never had one of this id.
pub async fn own<L: Level>(access: &Access<L>, id: &str) -> Result<Loaded<Integration>, ApiError> {
    let person = access.person()?.to_string();
    let loaded = access.load::<Integration>(id, None).await?;
    let mine = |one: &Loaded<Integration>| {
        let details = one.state.details();
        details.is_some_and(|details| details.user_id == person)
    };
    loaded.filter(mine).ok_or(ApiError::NotFound)
}

/// An integration's document with what the row knows beside it.
pub fn shown(row: DocumentRow) -> Result<IntegrationResource, ReadError> {
    let mut all: Map<String, Value> = row.body;
    let beside = json!({
        "id": row.id, "userId": row.owner, "createdAt": row.created_at,
        "updatedAt": row.updated_at, "revision": row.revision,
    });
    if let Value::Object(beside) = beside {
        all.extend(beside);
    }
    IntegrationResource::deserialize(Value::Object(all))
        .map_err(|error| ReadError::Corrupt(format!("integration {}: {error}", row.id)))
}
