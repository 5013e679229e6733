//! What the contract says of every response, sentence by sentence.

use std::collections::BTreeSet;

use flowgrid_bus::Role;
use serde_json::{Value, json};

use crate::call::{BUILDINGS, Call, Reply, call, get, post};
use crate::cases::{Case, Needs, cases};
use crate::somebody::Somebody;
use crate::world::run;

const PAGE: &str = "https://app.example";

/// What a frontend may send and must be able to read.
const SENT: &[&str] = &[
    "authorization",
    "content-type",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "last-event-id",
    "traceparent",
    "x-api-key",
    "x-frontend-source",
    "x-min-position",
    "x-request-id",
];
const READ: &[&str] = &[
    "etag",
    "x-event-position",
    "x-request-id",
    "retry-after",
    "ratelimit-limit",
    "ratelimit-remaining",
    "ratelimit-reset",
];

fn document() -> Value {
    serde_json::from_str(&flowgrid_api::openapi_text().unwrap()).unwrap()
}

fn list(reply: &Reply, name: &str) -> BTreeSet<String> {
    let words = reply.header(name).split(',');
    words.map(|word| word.trim().to_lowercase()).collect()
}

fn plain(case: &Case) -> Call {
    let path = case
        .path
        .replace("{id}", "none")
        .replace("{name}", "alerts");
    let path = path.replace("{aggregateType}", "building");
    call(&case.method.to_uppercase(), path)
}

/// What is so at this moment, or all about a person: nobody may keep it.
const LIVE: [&str; 2] = ["/api/v1/projections", "/api/v1/users/me/personal-data"];

#[test]
fn what_is_large_is_compressed_as_asked_and_what_is_small_is_not() {
    run(|world, org| async move {
        let token = world.token(&org, Role::User);
        for n in 0..20 {
            let body = json!({"name": format!("Building number {n}"), "address": "Marktplatz 1, 72379 Hechingen"});
            post(BUILDINGS, &body)
                .token(&token)
                .send(world)
                .await
                .expect(201);
        }
        for path in ["/openapi.json", BUILDINGS, "/api-docs/swagger-ui-bundle.js"] {
            for coding in ["gzip", "br", "zstd"] {
                let reply = get(path).token(&token).header("accept-encoding", coding);
                let reply = reply.send(world).await;
                assert_eq!(reply.status, 200, "{path}");
                assert_eq!(reply.header("content-encoding"), coding, "{path}");
                assert!(list(&reply, "vary").contains("accept-encoding"), "{path}");
            }
        }
        for path in ["/health/live", "/nowhere"] {
            let small = get(path).header("accept-encoding", "gzip, br, zstd");
            let small = small.send(world).await;
            assert!(small.headers.get("content-encoding").is_none(), "{path}");
        }
    });
}

#[test]
fn what_is_read_has_a_tag_and_is_not_sent_again() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let mut tagged = 0;
        for case in cases() {
            let reads = case.method == "get" && matches!(case.needs, Needs::Member(_));
            // What names a thing would have to be made first.
            let named = case.path.contains('{') || case.query.contains('{');
            if !reads || named || LIVE.contains(&case.path) {
                continue;
            }
            let read = || plain(&case).token(anna.access());
            let first = read().send(world).await;
            assert_eq!(first.status, 200, "{}: {:?}", case.path, first.bytes);
            assert_eq!(
                first.header("cache-control"),
                "private, no-cache",
                "{}",
                case.path
            );
            let again = read().header("if-none-match", first.header("etag"));
            let again = again.send(world).await;
            // What counts uses or time may have moved on.
            if again.status == 304 {
                assert!(again.bytes.is_empty(), "{}", case.path);
                tagged += 1;
            } else {
                assert_ne!(first.header("etag"), again.header("etag"), "{}", case.path);
            }
            let other = read().header("if-none-match", "\"other\"");
            assert_eq!(other.send(world).await.status, 200, "{}", case.path);
        }
        assert!(tagged >= 5, "{tagged}");
    });
}

#[test]
fn every_answer_also_a_refusal_bears_the_headers_of_security() {
    run(|world, org| async move {
        let token = world.token(&org, Role::Viewer);
        for case in cases() {
            for reply in [
                plain(&case).send(world).await,
                plain(&case)
                    .token(&token)
                    .header("origin", PAGE)
                    .send(world)
                    .await,
                plain(&case)
                    .header("accept-encoding", "gzip")
                    .token("x")
                    .send(world)
                    .await,
            ] {
                let policy = reply.header("content-security-policy");
                assert!(policy.starts_with("default-src 'self'"), "{}", case.path);
                let hsts = "max-age=31536000; includeSubDomains; preload";
                assert_eq!(reply.header("strict-transport-security"), hsts);
                assert_eq!(reply.header("x-frame-options"), "DENY");
                assert_eq!(reply.header("x-content-type-options"), "nosniff");
                assert_eq!(reply.header("x-xss-protection"), "1; mode=block");
                assert!(!reply.header("referrer-policy").is_empty());
                assert!(!reply.header("x-request-id").is_empty());
                assert!(!reply.header("cache-control").is_empty(), "{}", case.path);
                if reply.status.as_u16() >= 400 {
                    let problem = reply.json();
                    assert!(problem["errorId"].is_string(), "{}", case.path);
                }
            }
        }
    });
}

#[test]
fn a_page_may_use_every_method_and_header_and_read_what_it_needs() {
    run(|world, _| async move {
        for (path, item) in document()["paths"].as_object().unwrap() {
            for method in item.as_object().unwrap().keys() {
                let method = method.to_uppercase();
                let ask = call("OPTIONS", path.replace(['{', '}'], ""))
                    .header("origin", PAGE)
                    .header("access-control-request-method", &method)
                    .header("access-control-request-headers", &SENT.join(","));
                let told = ask.send(world).await;
                assert!(told.status.is_success(), "{method} {path}");
                assert_eq!(told.header("access-control-allow-origin"), PAGE);
                assert_eq!(told.header("access-control-allow-credentials"), "true");
                let methods = list(&told, "access-control-allow-methods");
                assert!(methods.contains(&method.to_lowercase()), "{method} {path}");
                let allowed = list(&told, "access-control-allow-headers");
                for name in SENT {
                    assert!(allowed.contains(*name), "{name}");
                }
            }
        }
        // Also of a refusal.
        for path in ["/api/v1/info", "/nowhere", BUILDINGS] {
            let reply = get(path).header("origin", PAGE).send(world).await;
            assert_eq!(reply.header("access-control-allow-origin"), PAGE);
            assert_eq!(reply.header("access-control-allow-credentials"), "true");
            let exposed = list(&reply, "access-control-expose-headers");
            for name in READ {
                assert!(exposed.contains(*name), "{name}");
            }
        }
    });
}

#[test]
fn an_alias_says_where_it_is_canonical() {
    run(|world, _| async move {
        let mut seen = 0;
        for case in cases() {
            let alias = ["/auth/", "/docs", "/api/security/"];
            if !alias.iter().any(|one| case.path.starts_with(one)) {
                continue;
            }
            let reply = plain(&case).send(world).await;
            assert!(
                reply.header("deprecation").starts_with('@'),
                "{}",
                case.path
            );
            let link = reply.header("link");
            assert!(link.starts_with("</api") && link.contains("rel="), "{link}");
            seen += 1;
        }
        assert!(seen >= 15, "{seen}");
        let canonical = get("/api/v1/auth/me").send(world).await;
        assert!(canonical.headers.get("deprecation").is_none());
    });
}
