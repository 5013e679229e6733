//! Puts the document together.

use utoipa::openapi::path::PathItem;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Components, Info, License, OpenApi, OpenApiBuilder};

use crate::{alerts, routes};

/// What every route does, in OpenAPI 3.1.
pub fn document() -> OpenApi {
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
pub(crate) fn blank() -> OpenApi {
    let mut info = Info::new("Flowgrid", env!("CARGO_PKG_VERSION"));
    let mut license = License::new("Apache-2.0");
    license.identifier = Some("Apache-2.0".to_owned());
    info.license = Some(license);
    info.description = Some(
        "Buildings, grid, workflows and conversations of cities on one event-sourced bus. \
         Requests may spell fields in camelCase or snake_case; answers are camelCase, but \
         snake_case when X-Frontend-Source is flov7 or chronicles. Make a token with \
         `flowgrid token --org acme --role manager`."
            .to_owned(),
    );
    let mut components = Components::new();
    let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    components.add_security_scheme("token", bearer);
    let everywhere = SecurityRequirement::new("token", Vec::<String>::new());
    OpenApiBuilder::new()
        .info(info)
        .components(Some(components))
        .security(Some([everywhere]))
        .build()
}

/// Operations need names of their own, so those of an alias get a suffix.
pub(crate) fn name_aliases(api: &mut OpenApi) {
    let [_, alias] = alerts::PATHS;
    for (path, item) in &mut api.paths.paths {
        if path.starts_with(alias) {
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
