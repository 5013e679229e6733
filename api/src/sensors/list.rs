//! Lists of sensors.

use axum::response::Response;
use flowgrid_domain::sensors::SensorResource;
use flowgrid_projections::documents::{self, DocumentFilter, DocumentOrder};
use flowgrid_projections::{ModelName, Page, ReadError, sensors};

use super::inputs::SensorQuery;
use super::shown;
use crate::answer::{Listed, listed};
use crate::context::{Access, Viewer};
use crate::document::{QueryFailures, QueryHeaders};
use crate::error::ApiError;
use crate::request::{Params, PathId, Window, sort_of};

/// Sensors, filtered, sorted, paged; also those that were removed.
#[utoipa::path(
    get,
    path = "/api/v1/citypulse/sensors",
    tag = "sensors",
    params(SensorQuery, QueryHeaders),
    responses(
        (status = 200, description = "A page", body = Listed<SensorResource>,
            headers(("ETag" = String))),
        (status = 304, description = "Nothing changed since If-None-Match"),
        QueryFailures
    )
)]
pub async fn list_sensors(access: Access<Viewer>, params: Params) -> Result<Response, ApiError> {
    let building = params
        .text("building")
        .or_else(|| params.text("buildingId"));
    let building = building.map(str::to_owned);
    page(access, &params, building).await
}

/// The sensors of one building.
#[utoipa::path(
    get,
    path = "/api/v1/citypulse/buildings/{id}/sensors",
    tag = "sensors",
    params(("id" = String, Path), SensorQuery, QueryHeaders),
    responses(
        (status = 200, description = "A page", body = Listed<SensorResource>,
            headers(("ETag" = String))),
        (status = 304, description = "Nothing changed since If-None-Match"),
        QueryFailures
    )
)]
pub async fn list_sensors_of_building(
    access: Access<Viewer>,
    PathId(id): PathId,
    params: Params,
) -> Result<Response, ApiError> {
    let models = [ModelName::Buildings, ModelName::Alerts];
    let mut tx = access.query(&models).await?;
    let building = flowgrid_projections::buildings::get(&mut tx, &id).await?;
    drop(tx);
    if building.is_none() {
        return Err(ApiError::NotFound);
    }
    page(access, &params, Some(id)).await
}

async fn page(
    access: Access<Viewer>,
    params: &Params,
    building: Option<String>,
) -> Result<Response, ApiError> {
    let window = Window::of(params)?;
    let filter = DocumentFilter {
        owner: building,
        equal: params
            .text("kind")
            .map(|kind| ("kind", kind.to_owned()))
            .into_iter()
            .collect(),
        updated_since: params.time("updatedSince")?,
        order: order(params)?,
        limit: window.limit,
        offset: window.offset.into(),
        ..DocumentFilter::default()
    };
    let mut tx = access.query(&[ModelName::Sensors]).await?;
    let found = documents::list(&mut tx, ModelName::Sensors, &filter).await?;
    drop(tx);
    let now = access.now();
    let items = found.items.iter().map(sensors::resource);
    let items: Result<Vec<_>, ReadError> = items.map(|one| Ok(shown(one?, now))).collect();
    let page = Page {
        items: items?,
        total: found.total,
    };
    listed(window, page)
}

fn order(params: &Params) -> Result<DocumentOrder, ApiError> {
    let sort = sort_of(params, |name| {
        ["id", "name", "kind", "createdAt", "updatedAt"]
            .into_iter()
            .find(|known| *known == name)
    })?;
    Ok(match sort {
        None | Some(("id", false)) => DocumentOrder::ById,
        Some(("createdAt", false)) => DocumentOrder::OldestFirst,
        Some(("createdAt", true)) => DocumentOrder::NewestFirst,
        Some(("updatedAt", true)) => DocumentOrder::LastChangedFirst,
        Some((name @ ("name" | "kind"), descending)) => DocumentOrder::ByField { name, descending },
        Some(_) => {
            let detail = "id sorts upwards only, updatedAt downwards only";
            return Err(ApiError::parameter("sort", detail));
        }
    })
}
