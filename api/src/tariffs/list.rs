//! Lists of tariffs.

use axum::response::Response;
use flowgrid_domain::tariffs::{Carrier, TariffResource};
use flowgrid_projections::documents::{self, DocumentFilter, DocumentOrder};
use flowgrid_projections::{ModelName, Page, tariffs};

use super::inputs::TariffQuery;
use crate::answer::{Listed, listed};
use crate::context::{Access, Viewer};
use crate::document::{QueryFailures, QueryHeaders};
use crate::error::ApiError;
use crate::request::{Params, Window, sort_of};

/// Tariffs, filtered, sorted, paged.
#[utoipa::path(
    get,
    path = "/api/v1/citypulse/tariffs",
    tag = "energy",
    params(TariffQuery, QueryHeaders),
    responses(
        (status = 200, description = "A page", body = Listed<TariffResource>,
            headers(("ETag" = String))),
        (status = 304, description = "Nothing changed since If-None-Match"),
        QueryFailures
    )
)]
pub async fn list_tariffs(access: Access<Viewer>, params: Params) -> Result<Response, ApiError> {
    let window = Window::of(&params)?;
    let filter = filter(&params, window)?;
    let mut tx = access.query(&[ModelName::Tariffs]).await?;
    let found = documents::list(&mut tx, ModelName::Tariffs, &filter).await?;
    drop(tx);
    let items = found.items.iter().map(tariffs::resource);
    let items = items.collect::<Result<Vec<TariffResource>, _>>()?;
    let total = found.total;
    listed(window, Page { items, total })
}

fn filter(params: &Params, window: Window) -> Result<DocumentFilter, ApiError> {
    let mut equal = Vec::new();
    if let Some(carrier) = params.text("carrier") {
        let known = Carrier::named(carrier).ok_or_else(|| {
            let names = Carrier::ALL.map(Carrier::as_str).join(", ");
            ApiError::parameter("carrier", format!("must be one of {names}"))
        })?;
        equal.push(("carrier", known.as_str().to_owned()));
    }
    if let Some(currency) = params.text("currency") {
        equal.push(("currency", currency.to_owned()));
    }
    Ok(DocumentFilter {
        equal,
        updated_since: params.time("updatedSince")?,
        order: order(params)?,
        limit: window.limit,
        offset: window.offset.into(),
        ..DocumentFilter::default()
    })
}

fn order(params: &Params) -> Result<DocumentOrder, ApiError> {
    let sort = sort_of(params, |name| {
        ["id", "name", "validFrom", "createdAt"]
            .into_iter()
            .find(|known| *known == name)
    })?;
    Ok(match sort {
        None | Some(("id", false)) => DocumentOrder::ById,
        Some(("createdAt", false)) => DocumentOrder::OldestFirst,
        Some(("createdAt", true)) => DocumentOrder::NewestFirst,
        Some((name @ ("name" | "validFrom"), descending)) => {
            DocumentOrder::ByField { name, descending }
        }
        Some(_) => return Err(ApiError::parameter("sort", "id sorts upwards only")),
    })
}
