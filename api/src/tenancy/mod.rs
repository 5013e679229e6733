//! The organization, its members and who is invited.

mod closing;
mod inputs;
mod invitation;
mod invite;
mod invited;
mod member;
mod members;
mod organization;
mod roll;
mod standing;
mod usage;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use inputs::MemberQuery;
pub use member::{MemberView, answered};
pub use roll::roll;
pub use standing::{Change, change_member};
pub use usage::{Usage, usage};

use crate::context::AppState;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(organization::get_organization))
        .routes(routes!(organization::change_organization))
        .routes(routes!(closing::close_organization))
        .routes(routes!(closing::keep_organization))
        .routes(routes!(organization::change_plan))
        .routes(routes!(members::list_members))
        .routes(routes!(members::remove_member))
        .merge(invitations())
}

fn invitations() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(invite::invite))
        .routes(routes!(invited::list_invitations))
        .routes(routes!(invite::send_again))
        .routes(routes!(invite::revoke))
}
