//! One's own plan.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use axum::response::Response;
use flowgrid_domain::people::read_subscription;
use flowgrid_domain::values::Plan;
use serde::Serialize;
use utoipa::ToSchema;

use super::inputs::SubscriptionInput;
use crate::answer::{Commanded, Success, commanded_as, read_revision};
use crate::context::{Access, Level, Viewer, Visitor};
use crate::document::{CommandFailures, CommandHeaders, QueryFailures, QueryHeaders};
use crate::error::ApiError;
use crate::identity::Subscription;
use crate::limits::Class;
use crate::request::Incoming;

/// What counts by plan.
const CLASSES: [Class; 5] = [
    Class::Rest,
    Class::Ai,
    Class::Swarm,
    Class::Search,
    Class::Uploads,
];

/// One's own plan, and what it comes to in the organization that one is signed in to.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SubscriptionResource {
    /// One's own.
    plan: Plan,
    organization_plan: Plan,
    /// The better of the two where the organization allows plans of one's own, else its own. New
    /// tokens go by it: a changed plan counts from the next refresh on.
    effective_plan: Plan,
    personal_plans_allowed: bool,
    /// Of the effective plan, by class of requests: `rest`, `ai`, `swarm`, `search`, `uploads`; null
    /// where nothing is limited.
    limits: Option<BTreeMap<&'static str, LimitResource>>,
    /// The version that `If-Match` takes.
    revision: u64,
}

/// So many requests in any span of this length.
#[derive(Serialize, ToSchema)]
pub struct LimitResource {
    requests: u32,
    seconds: u64,
}

impl SubscriptionResource {
    fn of<L: Level>(access: &Access<L>, subscription: &Subscription) -> Self {
        let limit = |class: Class| {
            let limit = access.quotas()?.of(class, subscription.effective);
            let shown = LimitResource {
                requests: limit.quota,
                seconds: limit.window.as_secs(),
            };
            Some((class.as_str(), shown))
        };
        Self {
            plan: subscription.own,
            organization_plan: subscription.organization,
            effective_plan: subscription.effective,
            personal_plans_allowed: subscription.allowed,
            limits: CLASSES.into_iter().map(limit).collect(),
            revision: subscription.revision,
        }
    }
}

/// One's own plan and its limits.
#[utoipa::path(
    get,
    path = "/api/v1/users/subscription",
    tag = "users",
    params(QueryHeaders),
    responses((status = 200, description = "The plan", body = Success<SubscriptionResource>,
        headers(("ETag" = String))), QueryFailures)
)]
pub async fn get_subscription(
    access: Access<Viewer>,
    visitor: Visitor,
) -> Result<Response, ApiError> {
    let identity = visitor.identity();
    let subscription = identity
        .subscription(access.person()?, access.tenant())
        .await?;
    let shown = SubscriptionResource::of(&access, &subscription);
    read_revision(&Success::of(shown), subscription.revision)
}

/// Change one's own plan: free or premium (pro), where the organization allows plans of one's own
/// (its setting `personalPlans` is `true`; else 403 `personal-plans-not-allowed`).
#[utoipa::path(
    put,
    path = "/api/v1/users/subscription",
    tag = "users",
    params(CommandHeaders),
    request_body = SubscriptionInput,
    responses((status = 200, description = "Changed", body = Success<Commanded<SubscriptionResource>>,
        headers(("ETag" = String), ("X-Event-Position" = String))), CommandFailures)
)]
pub async fn change_subscription(
    access: Access<Viewer>,
    visitor: Visitor,
    incoming: Incoming,
) -> Result<Response, ApiError> {
    let plan = read_subscription(&incoming.fields()?).map_err(ApiError::Invalid)?;
    let identity = visitor.identity();
    let subscription = identity
        .change_plan(
            access.person()?,
            access.tenant(),
            plan,
            incoming.conditions(),
        )
        .await?;
    let shown = SubscriptionResource::of(&access, &subscription);
    let (revision, position) = (subscription.revision, subscription.position);
    commanded_as(StatusCode::OK, shown, revision, position)
}
