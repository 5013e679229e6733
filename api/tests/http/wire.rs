//! What holds for all routes: spellings, bodies, headers, paths.

use flowgrid_bus::Role;
use serde_json::json;

use crate::call::{BUILDINGS, call, get, post};
use crate::world::run;

#[test]
fn two_frontends_read_snake_case() {
    run(|world, org| async move {
        let token = world.token(&org, Role::User);
        let body = json!({"id": "a", "name": "A"});
        let make = post(BUILDINGS, &body)
            .token(&token)
            .header("x-frontend-source", "flov7");
        let made = make.send(world).await;
        let answer = made.expect(201);
        assert_eq!(answer["data"]["open_alerts"], json!(null));
        assert!(answer["data"]["created_at"].is_string());
        assert!(answer["data"].get("createdAt").is_none());
        let read = get(BUILDINGS).token(&token);
        let read = read.header("x-min-position", made.header("x-event-position"));
        let snake = read
            .clone()
            .header("x-frontend-source", "chronicles")
            .send(world)
            .await;
        assert_eq!(snake.expect(200)["pagination"]["has_more"], false);
        let camel = read
            .header("x-frontend-source", "velocity")
            .send(world)
            .await;
        assert_eq!(camel.expect(200)["pagination"]["hasMore"], false);
        for reply in [&snake, &camel] {
            let vary = reply.headers.get_all("vary").iter();
            let vary: Vec<_> = vary.map(|v| v.to_str().unwrap().to_lowercase()).collect();
            assert!(
                vary.iter().any(|v| v.contains("x-frontend-source")),
                "{vary:?}"
            );
        }
        let wrong = post(BUILDINGS, &json!({"name": "x", "building_nr": 1})).token(&token);
        let wrong = wrong
            .header("x-frontend-source", "flov7")
            .send(world)
            .await
            .expect(422);
        assert_eq!(wrong["errors"][0]["pointer"], "/building_nr");
        assert!(wrong["error_id"].is_string());
    });
}

#[test]
fn bodies_are_json_by_several_names() {
    run(|world, org| async move {
        let token = world.token(&org, Role::User);
        let send = async |kind: Option<&str>, body: &str| {
            let mut call = call("POST", BUILDINGS).token(&token).body(body);
            if let Some(kind) = kind {
                call = call.header("content-type", kind);
            }
            call.send(world).await
        };
        let body = r#"{"name": "x"}"#;
        send(None, body).await.expect(201);
        send(Some("text/plain;charset=UTF-8"), body)
            .await
            .expect(201);
        send(Some("application/json; charset=utf-8"), body)
            .await
            .expect(201);
        let form = send(Some("application/x-www-form-urlencoded"), "name=x").await;
        form.problem(415, "unsupported-media-type");
        for bad in ["", "[]", "{", r#"{"name": "x"} x"#, r#"{"name": 1e999}"#] {
            send(None, bad).await.problem(400, "malformed");
        }
        let large = format!(r#"{{"name": "{}"}}"#, "x".repeat(1024 * 1024));
        send(None, &large).await.problem(413, "too-large");
    });
}

#[test]
fn every_answer_bears_its_headers() {
    run(|world, org| async move {
        let token = world.token(&org, Role::User);
        let found = get(BUILDINGS)
            .token(&token)
            .header("x-request-id", "mine-1")
            .send(world)
            .await;
        let failed = get("/nowhere").send(world).await;
        let refused = call("PATCH", BUILDINGS).token(&token).send(world).await;
        for reply in [&found, &failed, &refused] {
            assert_eq!(
                reply.header("content-security-policy"),
                "default-src 'self'"
            );
            let hsts = "max-age=31536000; includeSubDomains; preload";
            assert_eq!(reply.header("strict-transport-security"), hsts);
            assert_eq!(reply.header("x-frame-options"), "DENY");
            assert_eq!(reply.header("x-content-type-options"), "nosniff");
            assert_eq!(reply.header("x-xss-protection"), "1; mode=block");
            assert!(!reply.header("referrer-policy").is_empty());
            assert!(!reply.header("x-request-id").is_empty());
        }
        assert_eq!(found.header("x-request-id"), "mine-1");
        assert_eq!(found.header("cache-control"), "private, no-cache");
        failed.problem(404, "no-such-route");
        refused.problem(405, "method-not-allowed");
        assert!(refused.header("allow").contains("POST"));
        let long = "x".repeat(200);
        let other = get("/health/live")
            .header("x-request-id", &long)
            .send(world)
            .await;
        assert_ne!(other.header("x-request-id"), long);
        let repeat = get(BUILDINGS)
            .token(&token)
            .header("if-none-match", found.header("etag"));
        let repeat = repeat.send(world).await;
        repeat.expect(304);
        assert!(repeat.bytes.is_empty());
        assert_eq!(repeat.header("etag"), found.header("etag"));
        let head = call("HEAD", BUILDINGS).token(&token).send(world).await;
        head.expect(200);
    });
}

#[test]
fn a_trailing_slash_is_ignored_without_a_redirect() {
    run(|world, org| async move {
        let token = world.token(&org, Role::User);
        let list = get(format!("{BUILDINGS}/?limit=3"))
            .token(&token)
            .send(world)
            .await;
        assert_eq!(list.expect(200)["pagination"]["limit"], 3);
        let body = json!({"id": "a", "name": "A"});
        let key = |path: &str| {
            post(path, &body)
                .token(&token)
                .header("idempotency-key", "slash")
        };
        let one = key(&format!("{BUILDINGS}/")).send(world).await;
        let two = key(BUILDINGS).send(world).await;
        assert_eq!(one.expect(201), two.expect(201));
        get("/health/live/").send(world).await.expect(200);
        get("/nowhere/")
            .send(world)
            .await
            .problem(404, "no-such-route");
        get("/").send(world).await.problem(404, "no-such-route");
    });
}

#[test]
fn pages_of_known_origins_may_call() {
    run(|world, org| async move {
        let token = world.token(&org, Role::User);
        let ask = |origin: &str| {
            let ask = call("OPTIONS", BUILDINGS).header("origin", origin);
            let ask = ask.header("access-control-request-method", "PUT");
            ask.header(
                "access-control-request-headers",
                "authorization,idempotency-key,if-match",
            )
        };
        let allowed = ask("https://app.example").send(world).await;
        assert_eq!(
            allowed.header("access-control-allow-origin"),
            "https://app.example"
        );
        assert_eq!(allowed.header("access-control-allow-credentials"), "true");
        assert!(
            allowed
                .header("access-control-allow-methods")
                .contains("PUT")
        );
        assert!(
            allowed
                .header("access-control-allow-headers")
                .contains("idempotency-key")
        );
        let other = ask("https://evil.example").send(world).await;
        assert!(other.headers.get("access-control-allow-origin").is_none());
        let read = get(BUILDINGS)
            .token(&token)
            .header("origin", "https://app.example");
        let read = read.send(world).await;
        assert!(
            read.header("access-control-expose-headers")
                .contains("x-event-position")
        );
    });
}

#[test]
fn both_ways_through_the_layers_answer_the_same() {
    run(|world, org| async move {
        let token = world.token(&org, Role::User);
        let make = post(BUILDINGS, &json!({"id": "a", "name": "A"})).token(&token);
        make.send(world).await.expect(201);
        let ask = || get(BUILDINGS).token(&token).header("x-request-id", "r1");
        let plain = ask().send(world).await;
        let browser = ask()
            .header("origin", "https://other.example")
            .send(world)
            .await;
        plain.expect(200);
        browser.expect(200);
        let of_cors = [
            "access-control-allow-credentials",
            "access-control-expose-headers",
        ];
        let others = |name: &str| name != "vary" && !of_cors.contains(&name);
        let names = |headers: &axum::http::HeaderMap| {
            let names = headers.keys().map(|name| name.as_str().to_owned());
            let mut names: Vec<_> = names.filter(|name| others(name)).collect();
            names.sort();
            names
        };
        assert_eq!(names(&plain.headers), names(&browser.headers));
        let vary = |headers: &axum::http::HeaderMap| {
            let all = headers.get_all("vary").iter();
            let all: Vec<_> = all
                .map(|value| value.to_str().unwrap().to_lowercase())
                .collect();
            all.join(",")
        };
        for on in ["origin", "accept-encoding", "x-frontend-source"] {
            assert!(vary(&plain.headers).contains(on), "{on}");
        }
    });
}

#[test]
fn large_answers_are_compressed_when_asked() {
    run(|world, _| async move {
        let plain = get("/openapi.json").send(world).await;
        assert!(plain.headers.get("content-encoding").is_none());
        let small = get("/openapi.json")
            .header("accept-encoding", "gzip")
            .send(world)
            .await;
        assert_eq!(small.header("content-encoding"), "gzip");
        assert!(small.bytes.len() < plain.bytes.len() / 3);
        let tiny = get("/health/live")
            .header("accept-encoding", "gzip")
            .send(world)
            .await;
        assert!(tiny.headers.get("content-encoding").is_none());
    });
}

#[test]
fn what_is_compressed_is_refused_unread() {
    run(|world, org| async move {
        let token = world.token(&org, Role::User);
        let send = |name: &str, coding: &str| {
            let body = json!({"id": "packed", "name": "x"});
            post(BUILDINGS, &body).token(&token).header(name, coding)
        };
        for coding in ["gzip", "br", "deflate", "identity, gzip"] {
            let refused = send("content-encoding", coding).send(world).await;
            refused.problem(415, "unsupported-media-type");
        }
        let refused = send("transfer-encoding", "gzip, chunked").send(world).await;
        refused.problem(415, "unsupported-media-type");
        let taken = send("content-encoding", "identity").send(world).await;
        taken.expect(201);
    });
}

#[test]
fn what_decides_stands_once() {
    run(|world, org| async move {
        let token = world.token(&org, Role::User);
        for name in [
            "authorization",
            "idempotency-key",
            "if-match",
            "host",
            "x-min-position",
        ] {
            let call = get(BUILDINGS).header(name, "a").header(name, "b");
            call.send(world).await.problem(400, "malformed");
        }
        let many = get(BUILDINGS).token(&token);
        let many = many.header("accept", "a/b").header("accept", "*/*");
        many.send(world).await.expect(200);
    });
}

#[test]
fn every_refusal_is_a_problem_document() {
    run(|world, _| async move {
        let file = get("/api-docs/%ff").send(world).await;
        file.problem(404, "no-such-route");
        let asterisk = call("CONNECT", "/").send(world).await;
        asterisk.problem(404, "no-such-route");
    });
}

#[test]
fn large_bodies_are_few_at_a_time() {
    run(|world, org| async move {
        let token = world.token(&org, Role::User);
        let large = || {
            let body = format!(r#"{{"name": "{}"}}"#, "x".repeat(200_000));
            post(BUILDINGS, &json!({})).token(&token).body(body)
        };
        large().send(world).await.problem(422, "invalid");
        let most = world.state.config().large_bodies;
        let places = || world.state.place_for_large_body();
        let taken: Vec<_> = std::iter::from_fn(places).take(most + 1).collect();
        let crowded = large().send(world).await;
        crowded.problem(503, "overloaded");
        assert_eq!(crowded.header("retry-after"), "1");
        post(BUILDINGS, &json!({"name": "x"}))
            .token(&token)
            .send(world)
            .await
            .expect(201);
        drop(taken);
        large().send(world).await.problem(422, "invalid");
    });
}

#[test]
fn a_position_that_cannot_be_reached_is_no_success() {
    run(|world, org| async move {
        let token = world.token(&org, Role::User);
        let made = post(BUILDINGS, &json!({"name": "x"}))
            .token(&token)
            .send(world)
            .await;
        let position = made.header("x-event-position");
        let (prefix, n) = position.rsplit_once('-').unwrap();
        let read = |position: &str| {
            get(BUILDINGS)
                .token(&token)
                .header("x-min-position", position)
        };
        read(position).send(world).await.expect(200);
        let later = format!("{prefix}-{}", n.parse::<u64>().unwrap() + 1_000_000);
        let behind = read(&later).send(world).await;
        behind.problem(503, "projection-behind");
        assert_eq!(behind.header("retry-after"), "1");
        for bad in ["x", "1-00000000-1", "99-00000000-1", ""] {
            read(bad).send(world).await.problem(400, "malformed");
        }
    });
}
