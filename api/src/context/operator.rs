//! An authorized operator of the platform.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use flowgrid_bus::LogId;
use flowgrid_projections::ProjectionAdmin;
use flowgrid_workers::mail::Outbox;

use super::AppState;
use super::sign_in::sign_in;
use crate::auth::Principal;
use crate::error::ApiError;
use crate::metrics::Metrics;
use crate::ops::Findings;

/// Somebody with a token of the platform's own. Sees no organization's things.
pub struct Operator {
    state: AppState,
    subject: Arc<str>,
}

impl FromRequestParts<AppState> for Operator {
    type Rejection = ApiError;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &AppState,
    ) -> Result<Self, Self::Rejection> {
        match &*sign_in(parts, state).await? {
            Principal::Operator { subject, .. } => Ok(Self {
                state: state.clone(),
                subject: Arc::clone(subject),
            }),
            Principal::Member(_) => Err(ApiError::Forbidden {
                code: "operator-only",
                detail: "needs a token of the platform's own operators".into(),
            }),
        }
    }
}

impl Operator {
    /// The operator's opaque id.
    pub fn actor(&self) -> &str {
        &self.subject
    }

    pub fn projections(&self) -> &ProjectionAdmin {
        &self.state.0.projections
    }

    pub fn metrics(&self) -> &Metrics {
        self.state.metrics()
    }

    /// The mails of this process; `None` where it sends none.
    pub fn outbox(&self) -> Option<&Outbox> {
        let people = self.state.0.people.as_ref();
        people.map(|people| &people.outbox)
    }

    pub async fn findings(&self) -> Arc<Findings> {
        self.state.findings().await
    }

    /// How many commands wait for each log of this process.
    pub fn waiting(&self) -> Vec<(LogId, u64)> {
        let stats = self.state.0.commands.stats();
        stats
            .into_iter()
            .map(|(log, stats)| (log, stats.waiting))
            .collect()
    }
}
