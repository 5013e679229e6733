//! The organization, its members and who is invited.

mod inputs;
mod invitation;
mod invite;
mod invited;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::context::AppState;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().merge(invitations())
}

fn invitations() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(invite::invite))
        .routes(routes!(invited::list_invitations))
        .routes(routes!(invite::send_again))
        .routes(routes!(invite::revoke))
}
