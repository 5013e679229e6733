use flowgrid_bus::Role;
use serde_json::{Value, json};

use crate::call::{ALERTS, BUILDINGS, get, post, put};
use crate::world::{World, run};

const EVENTS: &str = "/api/v1/events";

async fn write(world: &World, org: &str) -> String {
    let token = world.token(org, Role::Manager);
    let send = async |path: &str, body: Value| {
        let reply = post(path, &body).token(&token).send(world).await;
        reply.expect(201)["data"]["id"].as_str().unwrap().to_owned()
    };
    send(BUILDINGS, json!({"id": "a", "name": "A"})).await;
    put(format!("{BUILDINGS}/a"), &json!({"name": "AA"}))
        .token(&token)
        .send(world)
        .await
        .expect(200);
    send(BUILDINGS, json!({"id": "b", "name": "B"})).await;
    let alert = send(ALERTS, json!({"title": "Smoke"})).await;
    let comment = post(format!("{ALERTS}/{alert}/comments"), &json!({"text": "hm"}));
    comment.token(&token).send(world).await.expect(200);
    alert
}

fn types(page: &Value) -> Vec<&str> {
    let events = page["data"].as_array().unwrap().iter();
    events
        .map(|event| event["type"].as_str().unwrap())
        .collect()
}

#[test]
fn events_come_in_order_by_cursor_and_only_those_one_may_see() {
    run(|world, org| async move {
        write(world, &org).await;
        let user = world.token(&org, Role::User);
        let all = get(EVENTS).token(&user).send(world).await.expect(200);
        let expected = [
            "building.registered",
            "building.changed",
            "building.registered",
            "alert.raised",
            "alert.commented",
        ];
        assert_eq!(types(&all), expected);
        assert_eq!(all["pagination"]["hasMore"], false);
        let first = &all["data"][0];
        assert_eq!(first["data"]["name"], "A");
        assert_eq!(first["subject"], "building.a.registered");
        assert_eq!(first["actor"], crate::world::ANNA);
        assert_eq!(first["revision"], 1);
        assert!(first.get("idempotencyKey").is_none());

        let viewer = world.token(&org, Role::Viewer);
        let mut seen = Vec::new();
        let mut cursor = String::new();
        for _ in 0..10 {
            let path = format!("{EVENTS}?limit=2&cursor={cursor}");
            let page = get(path).token(&viewer).send(world).await.expect(200);
            seen.extend(types(&page).into_iter().map(str::to_owned));
            cursor = page["pagination"]["cursor"].as_str().unwrap().to_owned();
            if page["pagination"]["hasMore"] == false {
                break;
            }
        }
        assert_eq!(seen, expected[..4]);
        let filtered = get(format!("{EVENTS}?subject=building.*.registered")).token(&user);
        assert_eq!(types(&filtered.send(world).await.expect(200)).len(), 2);

        let lines = get(EVENTS)
            .token(&user)
            .header("accept", "application/x-ndjson");
        let lines = lines.send(world).await;
        assert_eq!(lines.header("content-type"), "application/x-ndjson");
        assert!(!lines.header("x-cursor").is_empty());
        let text = std::str::from_utf8(&lines.bytes).unwrap();
        assert_eq!(text.lines().count(), 5);
        let line: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
        assert_eq!(&line, first);
        for bad in [
            "cursor=x",
            "subject=a..b",
            "limit=501",
            "format=xml",
            "cursor=1-00000000-1",
        ] {
            let reply = get(format!("{EVENTS}?{bad}"))
                .token(&user)
                .send(world)
                .await;
            reply.problem(400, "bad-input");
        }
    });
}

#[test]
fn one_aggregate_has_a_history_and_a_past() {
    run(|world, org| async move {
        let alert = write(world, &org).await;
        let viewer = world.token(&org, Role::Viewer);
        let read = async |path: String| get(path).token(&viewer).send(world).await;
        let history = read(format!("{EVENTS}/building/a")).await.expect(200);
        assert_eq!(types(&history), ["building.registered", "building.changed"]);
        let history = read(format!("{EVENTS}/alert/{alert}")).await.expect(200);
        assert_eq!(types(&history), ["alert.raised"]);
        let then = read(format!("{EVENTS}/building/a?at=1")).await.expect(200);
        assert_eq!(then["data"]["name"], "A");
        assert_eq!(then["data"]["revision"], 1);
        let now = read(format!("{EVENTS}/building/a?at=2999-01-01T00:00:00Z"))
            .await
            .expect(200);
        assert_eq!(now["data"]["name"], "AA");
        for missing in [
            "building/zzz",
            "lamp/a",
            "building/a?at=9",
            "building/a?at=2000-01-01T00:00:00Z",
        ] {
            read(format!("{EVENTS}/{missing}"))
                .await
                .problem(404, "not-found");
        }
        for bad in ["at=0", "at=soon"] {
            read(format!("{EVENTS}/building/a?{bad}"))
                .await
                .problem(400, "bad-input");
        }
    });
}

#[test]
fn a_trace_goes_on_into_the_event() {
    run(|world, org| async move {
        let token = world.token(&org, Role::User);
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        let call = post(BUILDINGS, &json!({"id": "a", "name": "A"})).token(&token);
        let call = call.header("traceparent", &format!("00-{trace}-00f067aa0ba902b7-01"));
        call.header("x-request-id", "r-1")
            .send(world)
            .await
            .expect(201);
        let event = get(EVENTS).token(&token).send(world).await.expect(200)["data"][0].clone();
        let parent = event["traceparent"].as_str().unwrap();
        assert!(parent.starts_with(&format!("00-{trace}-")));
        assert!(!parent.contains("00f067aa0ba902b7"));
        assert_eq!(event["requestId"], "r-1");
    });
}
