//! What the figures of buildings say: overview, insights, anomalies (`/api/v1/citypulse/analytics`) and
//! recommendations (`/api/v1/citypulse/energy/recommendations`). The mathematics is that of
//! `flowgrid_analysis::insights`; words are made of figures here.

mod anomalies;
mod asked;
mod changes;
mod findings;
mod insights;
mod overview;
mod prices;
mod recommendations;
mod study;
mod words;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::context::AppState;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(overview::analytics))
        .routes(routes!(anomalies::anomalies))
        .routes(routes!(insights::insights))
        .routes(routes!(recommendations::recommendations))
}
