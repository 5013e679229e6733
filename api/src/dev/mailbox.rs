//! `/dev/mailbox`: the mails that nobody has sent, as a page or as JSON. Mounted by `flowgrid up`
//! without a mail server, never in production: whoever reaches it reads every token.

use std::fmt::Write;

use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header::{ACCEPT, CONTENT_SECURITY_POLICY};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{Html, IntoResponse, Json, Response};
use axum::routing::get;
use flowgrid_workers::mail::{MailError, Mailbox, MailboxLetter};
use serde::Deserialize;

use crate::answer::Success;
use crate::error::ApiError;

/// Letters on one page, or in one list unless it says otherwise.
const SHOWN: u32 = 50;
/// Nothing but the page itself, and its style.
const PAGE_POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'");
const HEAD: &str = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
    <title>Mailbox</title>\n<style>body{font:16px sans-serif;max-width:48rem;margin:2rem auto}\
    article{border-top:1px solid #ccc}pre{white-space:pre-wrap}</style>\n</head>\n<body>\n\
    <h1>Mailbox</h1>\n<p>Mails that were sent nowhere, because SMTP_URL isn't set; the newest \
    first. <a href=\"?format=json\">As JSON</a></p>\n";

/// The route, for whoever is to have it.
pub fn routes(mailbox: Mailbox) -> Router {
    Router::new()
        .route("/dev/mailbox", get(show))
        .with_state(mailbox)
}

#[derive(Deserialize)]
struct Parameters {
    format: Option<String>,
    limit: Option<u32>,
}

async fn show(
    State(mailbox): State<Mailbox>,
    parameters: Result<Query<Parameters>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let Query(parameters) = parameters.map_err(|_| ApiError::Malformed {
        detail: "the query can't be read".into(),
    })?;
    let limit = parameters.limit.unwrap_or(SHOWN);
    let letters = mailbox.list(limit).await.map_err(unavailable)?;
    if wants_json(parameters.format.as_deref(), &headers) {
        return Ok(Json(Success::of(letters)).into_response());
    }
    let mut response = Html(page(&letters)).into_response();
    response
        .headers_mut()
        .insert(CONTENT_SECURITY_POLICY, PAGE_POLICY);
    Ok(response)
}

/// `?format=json`, or an `Accept` that names JSON and no page.
fn wants_json(format: Option<&str>, headers: &HeaderMap) -> bool {
    let accepted = headers.get(ACCEPT).and_then(|value| value.to_str().ok());
    let accepted = accepted.unwrap_or_default();
    format == Some("json")
        || (format.is_none()
            && accepted.contains("application/json")
            && !accepted.contains("text/html"))
}

fn unavailable(error: MailError) -> ApiError {
    ApiError::Unavailable {
        code: "database-unavailable",
        detail: "the mailbox can't be read now".into(),
        retry_after_s: 5,
        cause: error.to_string(),
    }
}

fn page(letters: &[MailboxLetter]) -> String {
    let mut page = HEAD.to_owned();
    for letter in letters {
        // Writing to a text can't fail.
        let _ = writeln!(
            page,
            "<article>\n<h2>{}</h2>\n<p>to {}, {}</p>\n<pre>{}</pre>\n</article>",
            escaped(&letter.subject),
            escaped(&letter.to),
            letter.received_at.format("%F %T UTC"),
            with_links(&letter.text),
        );
    }
    if letters.is_empty() {
        page.push_str("<p>No mail yet.</p>\n");
    }
    page.push_str("</body>\n</html>\n");
    page
}

/// A text whose lines that are addresses can be clicked.
fn with_links(text: &str) -> String {
    let line = |line: &str| {
        let shown = escaped(line);
        let is_address = line.starts_with("http://") || line.starts_with("https://");
        if is_address && !line.contains(char::is_whitespace) {
            format!("<a href=\"{shown}\">{shown}</a>\n")
        } else {
            format!("{shown}\n")
        }
    };
    text.lines().map(line).collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use flowgrid_log::migrate;
    use flowgrid_tests::fresh_database;
    use tower::ServiceExt;

    use super::*;

    async fn mailbox() -> Router {
        let url = fresh_database().await;
        migrate(&url).await.unwrap();
        let owner = sqlx::PgPool::connect(&url).await.unwrap();
        sqlx::raw_sql(
            "insert into mail.mailbox (id, recipient, subject, body_text, body_html) values
               (gen_random_uuid(), 'a@example.org', 'First', 'text', '<p>text</p>'),
               (gen_random_uuid(), 'b@example.org', 'Second <script>',
                E'Go:\\nhttps://example.org/x#token=t\\n<b>no</b>\\n', '<p>text</p>')",
        )
        .execute(&owner)
        .await
        .unwrap();
        routes(Mailbox::open(&url).unwrap())
    }

    async fn get(routes: &Router, path: &str, accept: &str) -> (HeaderMap, String) {
        let request = Request::get(path).header(ACCEPT, accept);
        let request = request.body(Body::empty()).unwrap();
        let response = routes.clone().oneshot(request).await.unwrap();
        assert!(response.status().is_success(), "{}", response.status());
        let headers = response.headers().clone();
        let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        (headers, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn a_person_gets_a_page_and_a_program_json() {
        let routes = mailbox().await;
        let (headers, page) = get(&routes, "/dev/mailbox", "text/html,*/*;q=0.8").await;
        assert_eq!(headers[CONTENT_SECURITY_POLICY], PAGE_POLICY);
        let link = "<a href=\"https://example.org/x#token=t\">https://example.org/x#token=t</a>";
        assert!(page.contains(link), "{page}");
        assert!(page.contains("Second &lt;script&gt;") && !page.contains("<b>"));
        assert!(page.find("Second").unwrap() < page.find("First").unwrap());
        for (path, accept) in [
            ("/dev/mailbox", "application/json"),
            ("/dev/mailbox?format=json", "text/html"),
        ] {
            let (_, body) = get(&routes, path, accept).await;
            let body: serde_json::Value = serde_json::from_str(&body).unwrap();
            assert_eq!(body["success"], true);
            assert_eq!(body["data"][0]["to"], "b@example.org");
            assert_eq!(body["data"].as_array().unwrap().len(), 2);
        }
        let (_, one) = get(&routes, "/dev/mailbox?format=json&limit=1", "*/*").await;
        let one: serde_json::Value = serde_json::from_str(&one).unwrap();
        assert_eq!(one["data"].as_array().unwrap().len(), 1);
    }
}
