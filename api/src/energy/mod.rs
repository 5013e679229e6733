//! What buildings use: `/api/v1/citypulse/energy`. Every figure is in kWh and made when it is read, from the
//! rollups of meters in their own units.

mod account;
mod answer;
mod benchmarks;
mod bill;
mod comparison;
mod consumption;
mod costs;
mod forecast;
pub(crate) mod live;
mod places;
mod range;
mod savings;
mod so_far;
mod standing;
mod summary;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::context::AppState;

pub use bill::MODELS;
pub use standing::standing;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(consumption::energy))
        .routes(routes!(summary::energy_summary))
        .routes(routes!(savings::energy_savings))
        .routes(routes!(forecast::energy_forecast))
        .routes(routes!(costs::energy_costs))
        .routes(routes!(benchmarks::energy_benchmarks))
        .routes(routes!(comparison::compare_energy))
}
