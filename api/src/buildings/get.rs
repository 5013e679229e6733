//! One building.

use axum::response::Response;
use flowgrid_domain::buildings::BuildingResource;
use flowgrid_projections::{ModelName, buildings};

use crate::answer::{Success, etag, read_json};
use crate::context::{Access, Viewer};
use crate::document::{QueryFailures, QueryHeaders};
use crate::error::ApiError;
use crate::request::PathId;

/// One building, with its current energy and the number of its open alerts.
#[utoipa::path(
    get,
    path = "/api/v1/citypulse/buildings/{id}",
    tag = "buildings",
    params(("id" = String, Path), QueryHeaders),
    responses(
        (status = 200, description = "The building", body = Success<BuildingResource>,
            headers(("ETag" = String))),
        (status = 304, description = "Unchanged since If-None-Match"),
        QueryFailures
    )
)]
pub async fn get_building(
    access: Access<Viewer>,
    PathId(id): PathId,
) -> Result<Response, ApiError> {
    let models = [ModelName::Buildings, ModelName::Alerts];
    let mut tx = access.query(&models).await?;
    let building = buildings::get(&mut tx, &id).await?;
    let building = building.ok_or(ApiError::NotFound)?;
    let tag = etag(tag(&building))?;
    read_json(&Success::of(building), Some(tag))
}

/// The revision; where others' events show as well, they follow it after a dot. `If-Match` looks at
/// the revision alone.
fn tag(building: &BuildingResource) -> String {
    match building.open_alerts {
        None | Some(0) => building.revision.to_string(),
        Some(alerts) => format!("{}.{alerts}", building.revision),
    }
}
