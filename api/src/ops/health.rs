//! Whether the process lives, can serve, and what it depends on is well.

use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::gather::RelayLag;
use super::probes::{Findings, Level};
use crate::answer::json;
use crate::context::AppState;
use crate::error::ApiError;
use crate::metrics::{Memory, memory};

/// A mean response time above this is not ok, in milliseconds.
const SLOW_MS: f64 = 1000.0;

/// How everything is.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Health {
    pub status: Level,
    pub timestamp: DateTime<Utc>,
    /// Seconds.
    pub uptime: u64,
    pub version: &'static str,
    pub services: Services,
    pub memory: Memory,
    pub response_time: MeanResponse,
    /// How far each log's stream is behind.
    pub relay: Vec<RelayLag>,
    /// What isn't well, in words.
    pub remarks: Vec<String>,
}

/// One line for each part.
#[derive(Serialize, ToSchema)]
pub struct Services {
    pub database: Level,
    pub bus: Level,
    pub projections: Level,
    /// Services of others that are configured; OK where there is none.
    pub external: Level,
}

/// Mean of the last minute.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ResponseTime)]
pub struct MeanResponse {
    pub mean_ms: f64,
    /// Below 1 s.
    pub ok: bool,
}

/// Everything at a glance. 503 when the database or the bus is down.
#[utoipa::path(
    get,
    path = "/health",
    tag = "ops",
    security(()),
    responses(
        (status = 200, description = "OK or DEGRADED", body = Health),
        (status = 503, description = "DOWN", body = Health)
    )
)]
pub async fn health(State(state): State<AppState>) -> Result<Response, ApiError> {
    let findings = state.findings().await;
    let (memory, mean_ms) = (memory(), state.metrics().response_time.mean_ms());
    let ok = mean_ms < SLOW_MS;
    let status = overall(&findings, memory.ok && ok);
    let body = Health {
        status,
        timestamp: state.clock().now(),
        uptime: state.uptime_s(),
        version: env!("CARGO_PKG_VERSION"),
        services: Services {
            database: findings.database,
            bus: findings.bus,
            projections: findings.projections,
            external: Level::Ok,
        },
        memory,
        response_time: MeanResponse { mean_ms, ok },
        relay: findings.relay.clone(),
        remarks: findings.remarks.clone(),
    };
    answer(status < Level::Down, &body)
}

/// Down without the database or the bus; degraded by anything else that isn't well.
fn overall(findings: &Findings, well: bool) -> Level {
    let needed = findings.database.max(findings.bus);
    let rest = findings.projections.min(Level::Degraded);
    let well = if well { Level::Ok } else { Level::Degraded };
    needed.max(rest).max(well)
}

/// The process is alive.
#[utoipa::path(
    get,
    path = "/health/live",
    tag = "ops",
    security(()),
    responses((status = 200, description = "Alive"))
)]
pub async fn live() -> Result<Response, ApiError> {
    answer(true, &serde_json::json!({"status": "OK"}))
}

/// The process can serve: database, bus, and projections within their lag limit.
#[utoipa::path(
    get,
    path = "/health/ready",
    tag = "ops",
    security(()),
    responses(
        (status = 200, description = "Ready"),
        (status = 503, description = "Not ready; `remarks` say why")
    )
)]
pub async fn ready(State(state): State<AppState>) -> Result<Response, ApiError> {
    let findings = state.findings().await;
    let parts = [findings.database, findings.bus, findings.projections];
    let is_ready = parts.iter().all(|level| *level == Level::Ok);
    let body = serde_json::json!({
        "status": if is_ready { Level::Ok } else { Level::Down },
        "remarks": findings.remarks,
    });
    answer(is_ready, &body)
}

fn answer<T: Serialize>(well: bool, body: &T) -> Result<Response, ApiError> {
    let status = if well {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let mut response = json(status, body)?;
    let no_store = HeaderValue::from_static("no-store");
    response.headers_mut().insert(CACHE_CONTROL, no_store);
    Ok(response)
}
