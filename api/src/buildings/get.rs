//! One building.

use axum::response::Response;
use flowgrid_domain::LogKind;
use flowgrid_domain::buildings::{BuildingResource, EnergySummary};
use flowgrid_projections::{ModelName, buildings};

use crate::answer::{Success, etag, read_json, read_revision};
use crate::context::{Access, Viewer};
use crate::document::{QueryFailures, QueryHeaders};
use crate::energy;
use crate::error::ApiError;
use crate::request::PathId;

const MODELS: [ModelName; 2] = [ModelName::Buildings, ModelName::Alerts];

/// One building, with its current energy and the number of its open alerts.
///
/// Power is the mean of the newest hour that was measured, unless that is over two hours ago; today and the month
/// are those of the building's calendar. Lists don't show energy: `/energy` does, of many buildings at once.
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
    let mut tx = access.query(&MODELS).await?;
    let building = buildings::get(&mut tx, &id).await?;
    drop(tx);
    let mut building = building.ok_or(ApiError::NotFound)?;
    let measured = measured(&access, &building).await?;
    if measured == EnergySummary::default() {
        let tag = etag(tag(&building))?;
        return read_json(&Success::of(building), Some(tag));
    }
    let revision = building.revision;
    building.energy = Some(measured);
    read_revision(&Success::of(building), revision)
}

/// What it uses. A building is read as well while readings are behind, or can't be read at all: then that
/// is null.
async fn measured(
    access: &Access<Viewer>,
    building: &BuildingResource,
) -> Result<EnergySummary, ApiError> {
    let begun = access.query_beside(&energy::MODELS, LogKind::Telemetry);
    let mut tx = match begun.await {
        Ok(tx) => tx,
        Err(ApiError::Unavailable { .. }) => return Ok(EnergySummary::default()),
        Err(error) => return Err(error),
    };
    energy::standing(&mut tx, building, access.now()).await
}

/// The revision; where others' events show as well, they follow it after a dot. `If-Match` looks at
/// the revision alone.
fn tag(building: &BuildingResource) -> String {
    match building.open_alerts {
        None | Some(0) => building.revision.to_string(),
        Some(alerts) => format!("{}.{alerts}", building.revision),
    }
}
