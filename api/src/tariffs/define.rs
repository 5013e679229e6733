//! Defining a tariff.

use axum::response::Response;
use flowgrid_commands::Request;
use flowgrid_domain::FieldError;
use flowgrid_domain::buildings::Building;
use flowgrid_domain::tariffs::{Definition, Tariff, TariffCommand, TariffResource, read_tariff};
use flowgrid_projections::ModelName;
use flowgrid_projections::documents::{self, DocumentFilter};
use flowgrid_projections::tariffs::MOST_TARIFFS;

use super::inputs::TariffInput;
use crate::answer::{Commanded, Success, commanded};
use crate::context::{Access, Level, Manager};
use crate::document::{CommandFailures, CommandHeaders};
use crate::error::ApiError;
use crate::request::Incoming;

/// Define a tariff.
///
/// A flat price is one energy rate. By time of use, rates have windows: the first that holds counts, and the
/// last one has none. A demand charge is paid for the highest mean of a quarter hour in each month, while it
/// holds. Windows are of local time; `holiday` is a day of its own, on the dates in `holidays`.
///
/// A tariff never changes: one that begins later takes its place. On a date on which several hold, one that
/// lists the building comes before those for all; then the one that began last. What is fed in is what meters
/// of direction `generation` count that have no main meter.
#[utoipa::path(
    post,
    path = "/api/v1/citypulse/tariffs",
    tag = "energy",
    params(CommandHeaders),
    request_body = TariffInput,
    responses(
        (status = 201, description = "Defined", body = Success<Commanded<TariffResource>>,
            headers(("ETag" = String), ("X-Event-Position" = String))),
        CommandFailures
    )
)]
pub async fn define_tariff(
    access: Access<Manager>,
    incoming: Incoming,
) -> Result<Response, ApiError> {
    let creation = read_tariff(&incoming.fields()?).map_err(ApiError::Invalid)?;
    let definition = creation.definition;
    definition.check()?;
    check_room(&access).await?;
    check_buildings(&access, &definition).await?;
    let id = match creation.id {
        Some(id) => id.into(),
        None => access.ids().uuid_v7(access.now()).to_string(),
    };
    let request = Request {
        id,
        command: TariffCommand::Define(Box::new(definition)),
        if_match: incoming.if_match,
        idempotency: incoming.idempotency,
        status: 201,
        follow_claim: false,
    };
    let outcome = access.execute::<Tariff>("tariff.define", request);
    commanded(&outcome.await?)
}

async fn check_room<L: Level>(access: &Access<L>) -> Result<(), ApiError> {
    let mut tx = access.query(&[ModelName::Tariffs]).await?;
    let filter = DocumentFilter::default();
    let page = documents::list(&mut tx, ModelName::Tariffs, &filter).await?;
    drop(tx);
    if page.total < MOST_TARIFFS {
        return Ok(());
    }
    Err(ApiError::Refused {
        code: "too-many-tariffs",
        detail: format!("an organization has at most {MOST_TARIFFS} tariffs").into(),
    })
}

async fn check_buildings<L: Level>(
    access: &Access<L>,
    definition: &Definition,
) -> Result<(), ApiError> {
    let mut errors = Vec::new();
    for (at, id) in definition.building_ids.iter().enumerate() {
        let loaded = access.load::<Building>(id, None).await?;
        let detail = match loaded.map(|loaded| loaded.state) {
            Some(Building::Active(_)) => continue,
            Some(Building::Retired(_)) => "is retired",
            Some(Building::Unregistered) | None => "names no building",
        };
        errors.push(FieldError::new(format!("/buildingIds/{at}"), detail));
    }
    if errors.is_empty() {
        return Ok(());
    }
    errors.truncate(32);
    Err(ApiError::Invalid(errors))
}
