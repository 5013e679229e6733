//! Health, metrics, information, and the document with its page.

mod document_page;
mod gather;
mod health;
mod info;
mod metrics;
mod probes;

use axum::routing::get;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::context::AppState;

pub use probes::{Findings, Probes, Targets};

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(health::health))
        .routes(routes!(health::live))
        .routes(routes!(health::ready))
        .routes(routes!(metrics::metrics))
        .routes(routes!(info::info))
        .routes(routes!(document_page::openapi))
        .routes(routes!(document_page::page))
        .routes(routes!(document_page::page_under_alias))
        .route("/api-docs/{file}", get(document_page::file))
}
