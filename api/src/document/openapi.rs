//! Puts the document together.

use flowgrid_domain::FieldError;
use utoipa::openapi::path::PathItem;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::SocketFailures;
use crate::error::ProblemDocument;
use crate::{alert_rules, alerts, auth_routes, routes, security, users};

/// What every route does, in OpenAPI 3.1.
fn document() -> utoipa::openapi::OpenApi {
    routes::documented().split_for_parts().1
}

/// The document as it is committed and served.
///
/// # Errors
/// Never, but for a value that has no JSON form.
pub fn text() -> Result<String, serde_json::Error> {
    let mut text = serde_json::to_string_pretty(&document())?;
    text.push('\n');
    Ok(text)
}

/// The document before the routes add themselves.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Flowgrid",
        description = "Buildings, grid, workflows and conversations of cities on one \
            event-sourced bus. Requests may spell fields in camelCase or snake_case; answers are \
            camelCase, but snake_case when X-Frontend-Source is flov7 or chronicles. Make a token \
            with `flowgrid token --org acme --role manager`.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    paths(websocket),
    components(schemas(ProblemDocument, FieldError)),
    modifiers(&Tokens),
    security(("token" = []))
)]
pub(crate) struct Blank;

/// The native WebSocket.
///
/// The token comes in `Authorization`, as the subprotocol `bearer.<token>`, or in the first message
/// `{"type":"auth","token":…}` within 5 s. Then `subscribe` {id, channel, after}, `unsubscribe`,
/// `ping`; channels: `buildings`, `building:<id>`, `energy`,
/// `energy:<building>`, `alerts`, `alerts:critical`, `notifications`, `subject:<pattern>`. Those of energy say how things
/// stand, at once and whenever readings have come, at most once a second.
///
/// A process that goes away says where each subscription stands (`position`), then
/// `{"type":"going-away","waitMs":…}`, then closes with 1012: come back after that wait and resume.
/// Close 4008 comes after `lagged` {resume}: come back at once and resume from there.
#[utoipa::path(
    get,
    path = "/ws",
    tag = "realtime",
    security((), ("token" = [])),
    params(
        ("ticket" = Option<String>, Query, description = "Refused: tickets are not supported yet"),
        ("EIO" = Option<String>, Query, description = "Refused: Socket.IO is not supported yet")
    ),
    responses(
        (status = 101, description = "Switched to WebSocket"),
        (status = 422, description = "A way in that is not supported yet",
            content_type = "application/problem+json", body = ProblemDocument),
        SocketFailures
    )
)]
#[expect(dead_code, reason = "only describes the route, which is push's")]
async fn websocket() {}

/// How callers sign in.
struct Tokens;

impl Modify for Tokens {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        let components = api.components.get_or_insert_default();
        components.add_security_scheme("token", bearer);
    }
}

/// Operations need names of their own, so those of an alias get a suffix.
pub(crate) fn name_aliases(api: &mut utoipa::openapi::OpenApi) {
    let [_, alias] = alerts::PATHS;
    let [_, rules] = alert_rules::PATHS;
    let below = |path: &str, alias: &str| path.starts_with(&format!("{alias}/"));
    for (path, item) in &mut api.paths.paths {
        if path.starts_with(alias)
            || path.starts_with(rules)
            || below(path, auth_routes::ALIAS)
            || below(path, security::ALIAS)
            || path.starts_with(users::SHARED)
        {
            operations(item)
                .into_iter()
                .flatten()
                .filter_map(|operation| operation.operation_id.as_mut())
                .for_each(|name| name.push_str("_alias"));
        }
    }
}

fn operations(item: &mut PathItem) -> [Option<&mut utoipa::openapi::path::Operation>; 4] {
    [
        item.get.as_mut(),
        item.put.as_mut(),
        item.post.as_mut(),
        item.delete.as_mut(),
    ]
}
