//! HTTP and push: the edge between callers and commands, read models and the log.
//!
//! A request comes through the layers ([`http_layers`]) to a handler, which gets an authorized
//! [`context::Access`]; without it no command and no read model can be reached.

pub mod auth;
pub mod dev;
pub mod files;
pub mod limits;
pub mod push;

mod alert_rules;
mod alerts;
mod analytics;
mod answer;
mod auth_routes;
mod buildings;
mod clock;
mod context;
mod document;
mod energy;
mod error;
mod events;
mod http_layers;
mod identity;
mod ids;
mod metrics;
mod ops;
mod projection_routes;
mod readings;
mod request;
mod routes;
mod security;
mod sensors;
mod serve;
mod tariffs;
mod tenancy;
mod users;

pub use clock::Clock;
pub use context::{
    ApiConfig, AppState, BadDefault, BadOrigin, DefaultOrganizations, Parts, People,
};
pub use document::text as openapi_text;
pub use error::ApiError;
pub use http_layers::App;
pub use ids::Ids;
pub use metrics::Metrics;
pub use ops::Probes;
pub use routes::{push_router, router, router_beside};
pub use serve::serve;
