//! Rules that change, and sensors that go away.

use flowgrid_domain::rules::{AlertRule, AlertRuleCommand, read_rule_change};
use flowgrid_domain::sensors::{Sensor, SensorCommand};
use serde_json::{Value, json};

use crate::world::World;

async fn change(world: &World, id: &str, body: Value) {
    let change = read_rule_change(body.as_object().unwrap()).unwrap();
    let command = AlertRuleCommand::Change(Box::new(change));
    world.execute::<AlertRule>(id, command).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_rule_raised_is_resolved_when_it_ends_or_looks_elsewhere() {
    let world = World::start().await;
    let _worker = world.worker().await;
    for rule in ["deleted", "disabled", "moved"] {
        world.rule(rule, json!({})).await;
    }
    world
        .rule("manual", json!({"autoResolve": false, "damping": null}))
        .await;
    world.report("main", &[(0, 90.0)]).await;
    world.has(4, 4).await;
    // Over, but a person is to say so.
    world.report("main", &[(60, 90.0)]).await;
    world
        .execute::<AlertRule>("deleted", AlertRuleCommand::Delete)
        .await;
    change(&world, "disabled", json!({"enabled": false})).await;
    change(
        &world,
        "moved",
        json!({"target": {"sensorId": "hall", "buildingId": "rathaus"}}),
    )
    .await;
    world.has(4, 1).await;
    world
        .execute::<AlertRule>("manual", AlertRuleCommand::Delete)
        .await;
    let alerts = world.has(4, 0).await;
    assert!(alerts.iter().all(|alert| alert.resolution_note.is_some()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_that_ends_while_nobody_works_is_cleared_by_whoever_comes_next() {
    let world = World::start().await;
    let worker = world.worker().await;
    world.rule("peak", json!({})).await;
    world.report("main", &[(0, 90.0)]).await;
    world.has(1, 1).await;
    worker.kill();
    world
        .execute::<AlertRule>("peak", AlertRuleCommand::Delete)
        .await;
    let _worker = world.worker().await;
    world.has(1, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_bound_holds_from_the_next_reading_on() {
    let world = World::start().await;
    let _worker = world.worker().await;
    world.rule("peak", json!({})).await;
    world.report("main", &[(0, 90.0)]).await;
    world.has(1, 1).await;
    let higher = json!({"kind": "threshold", "condition": {"above": 100}});
    change(&world, "peak", higher).await;
    world.report("main", &[(60, 95.0)]).await;
    world.has(1, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sensor_that_is_removed_has_no_alert() {
    let world = World::start().await;
    let _worker = world.worker().await;
    world.rule("peak", json!({})).await;
    world.report("main", &[(0, 90.0)]).await;
    world.has(1, 1).await;
    world.execute::<Sensor>("main", SensorCommand::Remove).await;
    world.has(1, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn readings_of_before_a_rule_are_none_of_its_business() {
    let world = World::start().await;
    world.report("main", &[(0, 90.0)]).await;
    world.rule("peak", json!({})).await;
    let _worker = world.worker().await;
    let last = world.report("main", &[(60, 10.0), (120, 99.0)]).await;
    world.evaluated(last).await;
    let alerts = world.has(1, 1).await;
    assert_eq!(alerts[0].first_occurred_at, crate::world::at(120));
}
