//! The truth about what is gone, and recovery without a restart.

use std::time::Duration;

use flowgrid_bus::Role;
use flowgrid_stack::Stack;
use flowgrid_tests::TestLog;
use serde_json::{Value, json};

use crate::call::{BUILDINGS, get, post};
use crate::world::World;

/// Asks until the service is at this level.
async fn until(world: &World, path: &str, status: u16, says: impl Fn(&Value) -> bool) {
    let mut last = Value::Null;
    for _ in 0..150 {
        let reply = get(path).send(world).await;
        let is = reply.status.as_u16();
        last = reply.json();
        if is == status && says(&last) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    panic!("{path} never answered {status}: {last}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn health_follows_the_servers() {
    let mut postgres = Stack::ephemeral(|options| options.nats = false)
        .await
        .unwrap();
    let url = postgres.database_url().unwrap().to_owned();
    flowgrid_log::migrate(&url).await.unwrap();
    let mut world = World::on(TestLog::on(url).await).await;
    let token = world.token("acme", Role::User);
    until(&world, "/health", 200, |body| body["status"] == "OK").await;

    world.test.nats.kill_nats().await;
    until(&world, "/health", 503, |body| {
        body["services"]["bus"] == "DOWN"
    })
    .await;
    until(&world, "/health/ready", 503, |_| true).await;
    get("/health/live").send(&world).await.expect(200);
    // The log is Postgres: a command still happens.
    let made = post(BUILDINGS, &json!({"id": "a", "name": "A"})).token(&token);
    made.send(&world).await.expect(201);
    world.test.nats.restart_nats().await.unwrap();
    until(&world, "/health", 200, |body| body["status"] == "OK").await;

    postgres.kill_postgres().await;
    until(&world, "/health", 503, |body| {
        body["services"]["database"] == "DOWN"
    })
    .await;
    let refused = post(BUILDINGS, &json!({"name": "B"}))
        .token(&token)
        .send(&world)
        .await;
    assert_eq!(refused.status, 503);
    assert!(!refused.header("retry-after").is_empty());
    let refused = get(BUILDINGS).token(&token).send(&world).await;
    refused.problem(503, "unavailable");
    postgres.restart_postgres().await.unwrap();
    until(&world, "/health", 200, |body| body["status"] == "OK").await;
    let made = post(BUILDINGS, &json!({"id": "b", "name": "B"})).token(&token);
    let made = made.send(&world).await;
    made.expect(201);
    let list = get(BUILDINGS).token(&token);
    let list = list
        .header("x-min-position", made.header("x-event-position"))
        .send(&world)
        .await;
    assert_eq!(list.expect(200)["pagination"]["total"], 2);
    postgres.stop().await.unwrap();
}
