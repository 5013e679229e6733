use flowgrid_bus::Role;
use serde_json::json;

use crate::call::{BUILDINGS, get, post};
use crate::world::run;

#[test]
fn health_tells_how_everything_is() {
    run(|world, _| async move {
        let health = get("/health").send(world).await;
        let body = health.expect(200);
        assert_eq!(health.header("cache-control"), "no-store");
        assert_eq!(body["status"], "OK", "{body}");
        for service in ["database", "bus", "projections", "external"] {
            assert_eq!(body["services"][service], "OK", "{body}");
        }
        assert!(body["memory"]["usedBytes"].as_u64().unwrap() > 1_000_000);
        assert_eq!(body["memory"]["ok"], true);
        assert_eq!(body["responseTime"]["ok"], true);
        assert!(body["uptime"].is_u64() && body["version"].is_string());
        assert!(body["timestamp"].as_str().unwrap().ends_with('Z'));
        assert_eq!(body["relay"].as_array().unwrap().len(), 3);
        get("/health/live").send(world).await.expect(200);
        get("/health/ready").send(world).await.expect(200);
    });
}

#[test]
fn metrics_are_prometheus_text() {
    run(|world, org| async move {
        let token = world.token(&org, Role::User);
        post(BUILDINGS, &json!({"name": "x"}))
            .token(&token)
            .send(world)
            .await
            .expect(201);
        let reply = get("/metrics").token(&world.operator()).send(world).await;
        assert_eq!(reply.status, 200);
        assert!(
            reply
                .header("content-type")
                .starts_with("text/plain; version=0.0.4")
        );
        let text = std::str::from_utf8(&reply.bytes).unwrap();
        for name in [
            "flowgrid_commands_total{command=\"building.register\",result=\"executed\"}",
            "flowgrid_command_seconds_bucket{command=\"building.register\"",
            "flowgrid_http_requests_total{method=\"POST\",route=\"/api/v1/citypulse/buildings\",status=\"201\"}",
            "flowgrid_append_batch_commands_sum",
            "flowgrid_append_seconds_count",
            "flowgrid_relay_lag_events{log=\"1\"}",
            "flowgrid_relay_lag_seconds{log=\"1\"}",
            "flowgrid_projection_lag_events{log=\"1\",projection=\"buildings\"}",
            "flowgrid_append_waiting_commands{log=\"1\"}",
            "flowgrid_resident_memory_bytes",
            "flowgrid_http_connections",
            "flowgrid_mail_sent_total",
            "flowgrid_mail_failed_total",
            "flowgrid_mail_waiting",
            "flowgrid_mail_oldest_seconds",
        ] {
            assert!(text.contains(name), "{name} is missing:\n{text}");
        }
    });
}

#[test]
fn the_document_and_its_page_come_from_the_binary() {
    run(|world, _| async move {
        let document = get("/openapi.json").send(world).await.expect(200);
        assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
        let page = get("/api-docs").send(world).await;
        assert_eq!(page.status, 200);
        let policy = page.header("content-security-policy");
        assert!(policy.starts_with("default-src 'self'; style-src 'self' 'unsafe-inline'"));
        let html = std::str::from_utf8(&page.bytes).unwrap();
        assert!(!html.contains("http://") && !html.contains("https://"));
        let quoted = html
            .split('"')
            .filter(|text| text.starts_with("/api-docs/"));
        for file in quoted {
            let reply = get(file).send(world).await;
            assert_eq!(reply.status, 200, "{file}");
            assert!(!reply.bytes.is_empty());
        }
        let alias = get("/docs").send(world).await;
        assert!(alias.header("deprecation").starts_with('@'));
        assert!(alias.header("link").contains("/api-docs"));
        get("/api-docs/nothing.js")
            .send(world)
            .await
            .problem(404, "no-such-route");
        let info = get("/api/v1/info").send(world).await.expect(200);
        assert_eq!(info["data"]["name"], "Flowgrid");
    });
}
