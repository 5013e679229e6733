//! People: what is their own, and what admins see of it.

mod admin;
mod integrations;
mod notifications;
mod own;

pub use notifications::SHARED;

use utoipa_axum::router::OpenApiRouter;

pub use self::own::{ProfileInput, ProfileResource, changed};
use crate::context::AppState;

pub fn routes() -> OpenApiRouter<AppState> {
    own::routes()
        .merge(admin::routes())
        .merge(notifications::routes())
        .merge(integrations::routes())
}
