//! The OpenAPI document and its interactive page (Swagger UI), both from the binary.

use std::sync::OnceLock;

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LINK};
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};

use crate::document;
use crate::error::ApiError;

/// The page's own policy: nothing from outside; its widgets set styles inline and draw data images.
const PAGE_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' https: data:",
);
const AN_HOUR: HeaderValue = HeaderValue::from_static("public, max-age=3600");
const DEPRECATION: HeaderName = HeaderName::from_static("deprecation");

/// What the build script took out of the packaged Swagger UI.
const BUNDLE_JS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/swagger-ui-bundle.js"));
const STYLE_CSS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/swagger-ui.css"));
const ICON_PNG: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/favicon-32x32.png"));

const PAGE: &str = r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Flowgrid API</title>
<link rel="icon" type="image/png" href="/api-docs/favicon.png">
<link rel="stylesheet" href="/api-docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/api-docs/swagger-ui-bundle.js"></script>
<script src="/api-docs/start.js"></script>
</body>
</html>
"#;

/// `validatorUrl: null` keeps the page from asking a host of Swagger's.
const START_JS: &str = r##"window.ui = SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  persistAuthorization: true,
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
});
"##;

/// OpenAPI 3.1 of every route.
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "ops",
    security(()),
    responses((status = 200, description = "This document", body = Object))
)]
pub async fn openapi() -> Result<Response, ApiError> {
    static TEXT: OnceLock<String> = OnceLock::new();
    let text = match TEXT.get() {
        Some(text) => text,
        None => {
            let text = document::text().map_err(ApiError::internal)?;
            TEXT.get_or_init(|| text)
        }
    };
    Ok(asset("application/json", text.as_bytes()))
}

/// The interactive page.
#[utoipa::path(
    get,
    path = "/api-docs",
    tag = "ops",
    security(()),
    responses((status = 200, description = "A page", content_type = "text/html", body = String))
)]
pub async fn page() -> Response {
    let mut response = asset("text/html; charset=utf-8", PAGE.as_bytes());
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, PAGE_POLICY);
    response
}

/// The same under its other name.
#[utoipa::path(
    get,
    path = "/docs",
    tag = "ops",
    security(()),
    responses((status = 200, description = "A page", content_type = "text/html", body = String))
)]
pub async fn page_under_alias() -> Response {
    let mut response = page().await;
    let headers = response.headers_mut();
    // RFC 9745: since when, in seconds since 1970.
    headers.insert(DEPRECATION, HeaderValue::from_static("@1767225600"));
    let link = HeaderValue::from_static("</api-docs>; rel=\"canonical\"");
    headers.insert(LINK, link);
    response
}

/// What the page needs.
pub async fn file(name: Result<Path<String>, PathRejection>) -> Result<Response, ApiError> {
    let Ok(Path(name)) = name else {
        return Err(ApiError::NoSuchRoute);
    };
    let script = "text/javascript; charset=utf-8";
    match name.as_str() {
        "swagger-ui-bundle.js" => Ok(asset(script, BUNDLE_JS)),
        "start.js" => Ok(asset(script, START_JS.as_bytes())),
        "swagger-ui.css" => Ok(asset("text/css; charset=utf-8", STYLE_CSS)),
        "favicon.png" => Ok(asset("image/png", ICON_PNG)),
        _ => Err(ApiError::NoSuchRoute),
    }
}

fn asset(content_type: &'static str, bytes: &'static [u8]) -> Response {
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, AN_HOUR);
    response
}
