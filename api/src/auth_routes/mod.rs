//! Signing in and out, and what belongs to it.

mod alias;
mod email;
mod given;
mod inputs;
mod jwks;
mod keys;
mod login;
mod logout;
mod me;
mod organizations;
mod passwords;
mod profile;
mod refresh;
mod register;
mod second_factor;
mod sessions;

use axum::middleware::from_fn;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use self::alias::{ALIAS, CANONICAL, deprecated};
use crate::context::AppState;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(jwks::jwks))
        .nest(CANONICAL, aliased().merge(canonical()))
        .nest(ALIAS, aliased().layer(from_fn(deprecated)))
}

/// What older frontends call without `/api/v1`.
fn aliased() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(register::register))
        .routes(routes!(login::login))
        .routes(routes!(logout::logout))
        .routes(routes!(refresh::refresh))
        .routes(routes!(me::me))
        .routes(routes!(me::verify))
        .routes(routes!(passwords::change_password))
        .routes(routes!(email::change_email))
        .routes(routes!(passwords::forgot_password))
        .routes(routes!(passwords::reset_password))
        .routes(routes!(passwords::verify_email))
        .routes(routes!(second_factor::set_up))
        .routes(routes!(second_factor::verify_code))
        .routes(routes!(second_factor::disable))
        .routes(routes!(sessions::list_sessions))
}

fn canonical() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(refresh::refresh_token))
        .routes(routes!(profile::change_own_profile))
        .routes(routes!(organizations::list_organizations))
        .routes(routes!(organizations::switch_organization))
        .routes(routes!(organizations::accept_invitation))
        .routes(routes!(sessions::end_session))
        .routes(routes!(sessions::end_other_sessions))
        .routes(routes!(keys::make_key))
        .routes(routes!(keys::list_keys))
        .routes(routes!(keys::revoke_key))
}
