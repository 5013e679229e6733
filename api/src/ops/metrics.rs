//! `/metrics`

use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use super::probes::Findings;
use crate::context::Operator;
use crate::document::QueryFailures;
use crate::error::ApiError;
use crate::metrics::{Metrics, memory};

const TEXT: HeaderValue = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");

/// Prometheus text: requests, commands, batches, lags, connections, memory.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "ops",
    responses(
        (status = 200, description = "Prometheus text", content_type = "text/plain", body = String),
        QueryFailures
    )
)]
pub async fn metrics(operator: Operator) -> Result<Response, ApiError> {
    let metrics = operator.metrics();
    let findings = operator.findings().await;
    set_lags(metrics, &findings);
    for (log, waiting) in operator.waiting() {
        let gauge = &metrics.gauges.append_waiting;
        gauge
            .with_label_values(&[&log.to_string()])
            .set(whole(waiting));
    }
    if let Some(used) = memory().used_bytes {
        metrics.gauges.resident_bytes.set(whole(used));
    }
    if let Some(outbox) = operator.outbox() {
        metrics.mail.count(outbox.counters().read());
        // Without Postgres, what stood there last stays.
        if let Ok(status) = outbox.status().await {
            metrics.mail.set(status);
        }
    }
    let text = metrics.text().map_err(ApiError::internal)?;
    let mut response = text.into_response();
    response.headers_mut().insert(CONTENT_TYPE, TEXT);
    Ok(response)
}

fn set_lags(metrics: &Metrics, findings: &Findings) {
    let gauges = &metrics.gauges;
    for lag in &findings.relay {
        let label = lag.log.to_string();
        let labels = [label.as_str()];
        gauges
            .log_head
            .with_label_values(&labels)
            .set(whole(lag.head));
        let events = gauges.relay_lag_events.with_label_values(&labels);
        events.set(whole(lag.lag_events));
        let seconds = gauges.relay_lag_seconds.with_label_values(&labels);
        seconds.set(lag.lag_seconds);
    }
    for status in &findings.statuses {
        let stopped = gauges.projection_stopped.with_label_values(&[status.name]);
        stopped.set(i64::from(status.state == "stopped"));
        for log in &status.logs {
            let label = log.log.to_string();
            let labels = [status.name, label.as_str()];
            let position = gauges.projection_position.with_label_values(&labels);
            position.set(whole(log.position));
            let events = gauges.projection_lag_events.with_label_values(&labels);
            events.set(whole(log.lag_events));
            let seconds = gauges.projection_lag_seconds.with_label_values(&labels);
            seconds.set(log.lag_seconds);
        }
    }
}

fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
