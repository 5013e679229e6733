//! Workers that are killed and workers beside each other: no second alert, and none missing.

use flowgrid_domain::LogKind;
use serde_json::json;

use crate::world::World;

/// Sensors `s0`, `s1`, … and a rule for all of them.
async fn fleet(world: &World, sensors: usize) {
    for number in 0..sensors {
        world.sensor(&format!("s{number}"), "load", "kW").await;
    }
    let target = json!({"buildingId": "rathaus", "sensorKind": "load"});
    world
        .rule("peak", json!({"target": target, "damping": null}))
        .await;
}

/// One excursion a minute for each sensor: up and, half a minute later, down.
async fn excursion(world: &World, sensors: usize, minute: i64) -> u64 {
    let mut last = 0;
    for number in 0..sensors {
        let from = minute * 60;
        let readings = [(from, 90.0), (from + 10, 95.0), (from + 30, 10.0)];
        last = world.report(&format!("s{number}"), &readings).await;
    }
    last
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_that_are_killed_under_load_lose_and_repeat_nothing() {
    const SENSORS: usize = 10;
    const MINUTES: i64 = 12;
    let world = World::start().await;
    fleet(&world, SENSORS).await;
    let mut workers = vec![world.worker().await, world.worker().await];
    let mut last = 0;
    for minute in 0..MINUTES {
        last = excursion(&world, SENSORS, minute).await;
        if minute % 3 == 1 {
            workers.remove(0).kill();
            workers.push(world.worker().await);
        }
    }
    world.evaluated(last).await;
    let wanted = SENSORS * usize::try_from(MINUTES).unwrap();
    let alerts = world.has(wanted, 0).await;
    assert!(alerts.iter().all(|alert| alert.count == 1));
    assert_eq!(world.count(LogKind::Domain, "alert.raised").await, wanted);
    assert_eq!(world.count(LogKind::Domain, "alert.raised-again").await, 0);
    assert_eq!(world.count(LogKind::Domain, "alert.resolved").await, wanted);
}

#[tokio::test(flavor = "multi_thread")]
async fn projectors_and_workers_killed_together_leave_the_same_rows_and_no_second_alert() {
    const SENSORS: usize = 5;
    const MINUTES: i64 = 12;
    let mut world = World::start().await;
    fleet(&world, SENSORS).await;
    let mut worker = world.worker().await;
    let mut last = 0;
    for minute in 0..MINUTES {
        last = excursion(&world, SENSORS, minute).await;
        if minute % 3 == 1 {
            worker.kill();
            world.kill_projectors().await;
            worker = world.worker().await;
        }
    }
    world.evaluated(last).await;
    let wanted = SENSORS * usize::try_from(MINUTES).unwrap();
    world.has(wanted, 0).await;
    assert_eq!(world.count(LogKind::Domain, "alert.raised").await, wanted);
    assert_eq!(world.count(LogKind::Domain, "alert.raised-again").await, 0);
    world.assert_readings(last).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_was_overtaken_stores_nothing_more() {
    let world = World::start().await;
    fleet(&world, 3).await;
    let _first = world.worker().await;
    let last = excursion(&world, 3, 0).await;
    world.evaluated(last).await;
    // As if another had taken over while it stood still: it notices, and one of both goes on.
    let pool = sqlx::PgPool::connect(&world.test.url).await.unwrap();
    let overtake = "update rules.checkpoints set turn = turn + 1";
    sqlx::query(overtake).execute(&pool).await.unwrap();
    let _second = world.worker().await;
    let last = excursion(&world, 3, 1).await;
    world.evaluated(last).await;
    world.has(6, 0).await;
    assert_eq!(world.count(LogKind::Domain, "alert.raised").await, 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn deeds_that_are_done_again_find_themselves_done() {
    let world = World::start().await;
    fleet(&world, 2).await;
    let worker = world.worker().await;
    let last = excursion(&world, 2, 0).await;
    world.evaluated(last).await;
    world.has(2, 0).await;
    worker.kill();
    // A worker that has come no further than before is what an old backup of its tables looks like.
    let pool = sqlx::PgPool::connect(&world.test.url).await.unwrap();
    for table in ["checkpoints", "states", "newest"] {
        let sql = format!("delete from rules.{table}");
        sqlx::query(&sql).execute(&pool).await.unwrap();
    }
    let _worker = world.worker().await;
    let last = excursion(&world, 2, 1).await;
    world.evaluated(last).await;
    world.has(4, 0).await;
    assert_eq!(world.count(LogKind::Domain, "alert.raised").await, 4);
}
