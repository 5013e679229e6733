//! Failures of ours: what the caller is told, and what the log keeps.

use flowgrid_bus::Role;
use flowgrid_tests::TestLog;
use serde_json::json;

use crate::call::{ALERTS, get, post};
use crate::logs::Logs;
use crate::world::World;

/// A row of the only organization that can't be; nobody but us can have done this.
async fn spoil(world: &World) {
    let mut owner = world.owner().await;
    let schema = "select schemaname::text from pg_tables \
                  where tablename = 'alerts' and schemaname like 'rm\\_alerts%'";
    let schema: String = sqlx::query_scalar(schema)
        .fetch_one(&mut owner)
        .await
        .unwrap();
    let spoil = format!("update {schema}.alerts set severity = 'enormous'");
    sqlx::query(&spoil).execute(&mut owner).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_error_id_of_an_answer_finds_its_cause_in_the_log() {
    let world = World::on(TestLog::start().await).await;
    let token = world.token("acme", Role::User);
    let alert = post(ALERTS, &json!({"title": "A"})).token(&token);
    let made = alert.send(&world).await;
    let list = get(ALERTS).token(&token);
    let list = list.header("x-min-position", made.header("x-event-position"));
    list.clone().send(&world).await.expect(200);
    spoil(&world).await;
    // A request is served where the test runs.
    let (logs, _kept) = Logs::of_this_thread();
    let failed = list.send(&world).await;
    let problem = failed.problem(500, "internal");
    assert!(!problem.to_string().contains("enormous"));
    let (text, id) = (logs.text(), problem["errorId"].as_str().unwrap());
    let lines: Vec<&str> = text.lines().filter(|line| line.contains(id)).collect();
    let [line] = lines[..] else {
        panic!("{lines:?}")
    };
    for told in ["ERROR", "enormous", ALERTS, failed.header("x-request-id")] {
        assert!(line.contains(told), "{told}: {line}");
    }
}
