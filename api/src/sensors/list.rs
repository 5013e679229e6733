//! Lists of sensors.

use std::str::FromStr;

use axum::response::Response;
use flowgrid_domain::sensors::{SensorResource, SensorStatus};
use flowgrid_projections::documents::{self, DocumentFilter, DocumentOrder};
use flowgrid_projections::{ModelName, Page, ReadError, sensors};

use super::inputs::SensorQuery;
use super::reports::add_reports;
use crate::answer::{Listed, listed};
use crate::context::{Access, Viewer};
use crate::document::{QueryFailures, QueryHeaders};
use crate::error::ApiError;
use crate::request::{Params, PathId, Window, sort_of};

/// As many rows as one query answers.
const LARGEST_PAGE: u32 = 500;
/// The most sensors among which those of a status are looked for.
const MOST_LOOKED_AT: u64 = 10_000;

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
    let wanted = params.parsed::<Status>("status", "online, stale, offline or removed")?;
    let page = match wanted {
        Some(Status(status)) => of_status(&access, filter, status).await?,
        None => one_page(&access, &filter).await?,
    };
    listed(window, page)
}

struct Status(SensorStatus);

impl FromStr for Status {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "online" => Ok(Self(SensorStatus::Online)),
            "stale" => Ok(Self(SensorStatus::Stale)),
            "offline" => Ok(Self(SensorStatus::Offline)),
            "removed" => Ok(Self(SensorStatus::Removed)),
            _ => Err(()),
        }
    }
}

async fn one_page(
    access: &Access<Viewer>,
    filter: &DocumentFilter,
) -> Result<Page<SensorResource>, ApiError> {
    let models = [ModelName::Sensors, ModelName::Readings];
    let mut tx = access.query(&models).await?;
    let found = documents::list(&mut tx, ModelName::Sensors, filter).await?;
    let items = found.items.iter().map(sensors::resource);
    let mut items = items.collect::<Result<Vec<_>, ReadError>>()?;
    add_reports(tx, &mut items, access.now()).await?;
    Ok(Page {
        items,
        total: found.total,
    })
}

/// How a sensor reports stands in no row: it is looked at page by page.
async fn of_status(
    access: &Access<Viewer>,
    mut filter: DocumentFilter,
    status: SensorStatus,
) -> Result<Page<SensorResource>, ApiError> {
    let (limit, offset) = (filter.limit as usize, filter.offset);
    let offset = usize::try_from(offset).unwrap_or(usize::MAX);
    (filter.limit, filter.offset) = (LARGEST_PAGE, 0);
    let mut found = Vec::new();
    loop {
        let page = one_page(access, &filter).await?;
        if page.total > MOST_LOOKED_AT {
            let detail = format!(
                "more than {MOST_LOOKED_AT} sensors would be looked at: narrow by building or kind"
            );
            return Err(ApiError::parameter("status", detail));
        }
        let fits = |sensor: &SensorResource| sensor.status == Some(status);
        found.extend(page.items.into_iter().filter(fits));
        filter.offset += u64::from(LARGEST_PAGE);
        if filter.offset >= page.total {
            break;
        }
    }
    Ok(Page {
        total: found.len() as u64,
        items: found.into_iter().skip(offset).take(limit).collect(),
    })
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
