//! How much an organization uses, and how much it may.

use std::collections::BTreeMap;

use flowgrid_domain::alerts::AlertStatus;
use flowgrid_domain::buildings::BuildingStatus;
use flowgrid_domain::organizations::MAX_ADMINS;
use flowgrid_domain::values::Plan;
use flowgrid_projections::documents::{self, DocumentFilter};
use flowgrid_projections::{ModelName, ReadError, TenantTx, alerts, buildings};
use serde::Serialize;
use utoipa::ToSchema;

use super::invite::MOST_OPEN;
use crate::context::{Access, Level};
use crate::error::ApiError;
use crate::limits::Class;

/// The classes of requests that a plan sets.
const BY_PLAN: [Class; 5] = [
    Class::Rest,
    Class::Ai,
    Class::Search,
    Class::Swarm,
    Class::Uploads,
];

/// So many requests of each caller in any span of this length.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RequestLimit {
    limit: u32,
    window_seconds: u64,
}

/// What an organization may.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlanLimits {
    /// By kind of request: `ai`, `rest`, `search`, `swarm`, `uploads`; null where nothing is limited.
    requests: Option<BTreeMap<&'static str, RequestLimit>>,
    admins: usize,
    open_invitations: u64,
    api_keys: u64,
}

/// What an organization has, as its read models know it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    /// Those who are deactivated included.
    members: u64,
    open_invitations: u64,
    api_keys: u64,
    buildings: u64,
    open_alerts: u64,
}

pub fn limits<L: Level>(access: &Access<L>, plan: Plan) -> PlanLimits {
    let requests = access.quotas().map(|quotas| {
        let each = BY_PLAN.iter().map(|class| {
            let limit = quotas.of(*class, plan);
            let limit = RequestLimit {
                limit: limit.quota,
                window_seconds: limit.window.as_secs(),
            };
            (class.as_str(), limit)
        });
        each.collect()
    });
    PlanLimits {
        requests,
        admins: MAX_ADMINS,
        open_invitations: MOST_OPEN,
        api_keys: flowgrid_vault::MOST_API_KEYS.unsigned_abs(),
    }
}

/// Counts of one transaction over the live read models.
pub async fn usage<L: Level>(access: &Access<L>) -> Result<Usage, ApiError> {
    let models = [
        ModelName::Members,
        ModelName::Invitations,
        ModelName::Keys,
        ModelName::Buildings,
        ModelName::Alerts,
    ];
    let mut tx = access.query(&models).await?;
    let usage = Usage {
        members: count(&mut tx, ModelName::Members, &["active", "deactivated"]).await?,
        open_invitations: count(&mut tx, ModelName::Invitations, &["open"]).await?,
        api_keys: count(&mut tx, ModelName::Keys, &["active"]).await?,
        buildings: buildings::list(&mut tx, &active_buildings()).await?.total,
        open_alerts: alerts::list(&mut tx, &open_alerts()).await?.total,
    };
    Ok(usage)
}

async fn count(
    tx: &mut TenantTx,
    model: ModelName,
    statuses: &[&'static str],
) -> Result<u64, ReadError> {
    let filter = DocumentFilter {
        one_of: vec![("status", statuses.to_vec())],
        limit: 1,
        ..DocumentFilter::default()
    };
    Ok(documents::list(tx, model, &filter).await?.total)
}

fn active_buildings() -> buildings::Filter {
    buildings::Filter {
        status: Some(BuildingStatus::Active),
        limit: 1,
        ..buildings::Filter::default()
    }
}

fn open_alerts() -> alerts::Filter {
    alerts::Filter {
        status: Some(AlertStatus::Open),
        limit: 1,
        ..alerts::Filter::default()
    }
}
