//! One's own profile, plan, avatar and personal data.

mod avatar;
mod inputs;
mod personal_data;
mod profile;
mod subscription;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use self::inputs::ProfileInput;
pub use self::profile::{ProfileResource, changed};
use crate::context::AppState;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(profile::get_profile, profile::change_profile))
        .routes(routes!(
            subscription::get_subscription,
            subscription::change_subscription
        ))
        .routes(routes!(avatar::change_avatar, avatar::remove_avatar))
        .routes(routes!(avatar::get_avatar))
        .routes(routes!(
            personal_data::get_personal_data,
            personal_data::erase_own_data
        ))
        .routes(routes!(personal_data::erase_personal_data))
}
