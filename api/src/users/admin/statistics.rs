//! Figures about the people of an organization and what they do.

use axum::response::Response;
use chrono::TimeDelta;
use flowgrid_projections::{ModelName, documents};
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::{Success, read_json};
use crate::context::{Access, Admin, Visitor};
use crate::document::{QueryFailures, QueryHeaders};
use crate::error::ApiError;
use crate::tenancy::{Usage, usage};

/// Members by role, those who are deactivated included.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct ByRole {
    viewer: u64,
    user: u64,
    manager: u64,
    admin: u64,
}

#[derive(Debug, Default, Serialize, ToSchema)]
pub struct ByStatus {
    active: u64,
    deactivated: u64,
}

/// Who was here within the last hours or days.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Present {
    last_24_hours: u64,
    last_7_days: u64,
    last_30_days: u64,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserFigures {
    total: u64,
    by_role: ByRole,
    by_status: ByStatus,
    present: Present,
}

/// What admins are told.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Statistics {
    users: UserFigures,
    /// Runs of workflows. Null while there are no workflows to run.
    executions: Option<u64>,
    usage: Usage,
    /// Share of those runs that failed, 0 to 1. Null while there are no workflows to run: what a
    /// process counts of requests is neither of one organization nor of all processes.
    error_rate: Option<f64>,
}

/// Users by role and status, who was here lately, and what the organization uses.
#[utoipa::path(
    get,
    path = "/api/v1/users/admin/statistics",
    tag = "users",
    params(QueryHeaders),
    responses((status = 200, description = "Figures", body = Success<Statistics>), QueryFailures)
)]
pub async fn statistics(access: Access<Admin>, visitor: Visitor) -> Result<Response, ApiError> {
    let mut tx = access.query(&[ModelName::Members]).await?;
    let counts = documents::counts(&mut tx, ModelName::Members, ["role", "status"]).await?;
    drop(tx);
    let now = access.now();
    let since = [1, 7, 30].map(|days| now - TimeDelta::days(days));
    let [last_24_hours, last_7_days, last_30_days] = visitor
        .identity()
        .present_since(access.tenant(), since)
        .await?;
    let present = Present {
        last_24_hours,
        last_7_days,
        last_30_days,
    };
    let statistics = Statistics {
        users: figures(&counts, present),
        executions: None,
        usage: usage(&access).await?,
        error_rate: None,
    };
    read_json(&Success::of(statistics), None)
}

/// Who has left counts no more.
fn figures(counts: &[([Option<String>; 2], u64)], present: Present) -> UserFigures {
    let (mut by_role, mut by_status) = (ByRole::default(), ByStatus::default());
    for ([role, status], count) in counts {
        let status = match status.as_deref() {
            Some("active") => &mut by_status.active,
            Some("deactivated") => &mut by_status.deactivated,
            Some(_) | None => continue,
        };
        *status += count;
        match role.as_deref() {
            Some("viewer") => by_role.viewer += count,
            Some("user") => by_role.user += count,
            Some("manager") => by_role.manager += count,
            Some("admin") => by_role.admin += count,
            Some(_) | None => {}
        }
    }
    UserFigures {
        total: by_status.active + by_status.deactivated,
        by_role,
        by_status,
        present,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_left_counts_no_more() {
        let count = |role: &str, status: &str, count| {
            ([Some(role.to_owned()), Some(status.to_owned())], count)
        };
        let present = Present {
            last_24_hours: 1,
            last_7_days: 2,
            last_30_days: 3,
        };
        let counts = [
            count("admin", "active", 1),
            count("user", "active", 4),
            count("user", "deactivated", 2),
            count("user", "removed", 9),
            ([None, Some("erased".to_owned())], 5),
        ];
        let figures = figures(&counts, present);
        assert_eq!(figures.total, 7);
        assert_eq!((figures.by_role.admin, figures.by_role.user), (1, 6));
        assert_eq!(figures.by_status.deactivated, 2);
    }
}
