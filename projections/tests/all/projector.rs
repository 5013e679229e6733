//! Projectors: quick, fenced, and loud where they must stand still.

use std::time::Duration;

use flowgrid_bus::{Epoch, Position, Tenant};
use flowgrid_projections::{ModelName, ReadError, ReadModels, RuntimeOptions, buildings};
use flowgrid_tests::eventually;

use crate::world::{REGISTERED, World, renamed};

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_is_read_after_its_position() {
    let world = World::start().await;
    let process = world.process(RuntimeOptions::default()).await;
    process.ready().await;
    let acme = Tenant::from_slug("acme").unwrap();
    for version in 0..50 {
        let event = renamed(&format!("name {version}"));
        let event = if version == 0 {
            REGISTERED
        } else {
            ("building.changed", event.as_str())
        };
        let at = world.event("acme", "rathaus", version, event).await;
        process.reaches(&world, at).await;
        let mut tx = process
            .read
            .begin(&acme, &[ModelName::Buildings, ModelName::Alerts])
            .await
            .unwrap();
        let row = buildings::get(&mut tx, "rathaus").await.unwrap().unwrap();
        assert_eq!(row.revision, version + 1);
        assert_eq!(row.open_alerts, Some(0));
    }
    let status = process.admin.status().await.unwrap();
    assert!(status.iter().all(|s| s.state == "running"), "{status:?}");
    let foreign = Position {
        log: world.log.id,
        epoch: Epoch(world.log.epoch.0 ^ 1),
        n: 1,
    };
    let limit = Duration::from_millis(50);
    let answer = process
        .read
        .wait_for(&[ModelName::Buildings], foreign, limit)
        .await;
    assert!(matches!(answer, Err(ReadError::ForeignPosition)));
    let ahead = Position {
        epoch: world.log.epoch,
        n: 1_000,
        ..foreign
    };
    let answer = process
        .read
        .wait_for(&[ModelName::Buildings], ahead, limit)
        .await;
    assert!(
        matches!(answer, Err(ReadError::Behind { want: 1_000, .. })),
        "{answer:?}"
    );
    process.ends().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_project_each_event_once() {
    let world = World::start().await;
    let first = world.process(RuntimeOptions::default()).await;
    let second = world.process(RuntimeOptions::default()).await;
    first.ready().await;
    let many = |from: u64, to: u64| {
        let world = &world;
        async move {
            for n in from..to {
                world.event("acme", &format!("b{n}"), 0, REGISTERED).await;
            }
        }
    };
    many(0, 150).await;
    first.reaches_head(&world).await;
    second.reaches_head(&world).await;
    first.assert_verified().await;
    // Whoever is left takes over.
    let before = std::time::Instant::now();
    first.ends().await;
    many(150, 300).await;
    second.reaches_head(&world).await;
    assert!(before.elapsed() < Duration::from_secs(10));
    second.assert_verified().await;
    second.ends().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_connections_are_made_again() {
    let world = World::start().await;
    let process = world.process(RuntimeOptions::default()).await;
    process.ready().await;
    for n in 0..60 {
        world.event("acme", &format!("b{n}"), 0, REGISTERED).await;
        if n % 20 == 10 {
            world
                .sql(
                    "select pg_terminate_backend(pid) from pg_stat_activity \
                     where datname = current_database() and pid <> pg_backend_pid() and query like '%projection_checkpoints%'",
                )
                .await;
        }
    }
    // A process without projectors learns the position from the database.
    let read = ReadModels::open(&world.test.url, 1).await.unwrap();
    let position = Position {
        log: world.log.id,
        epoch: world.log.epoch,
        n: world.head().await,
    };
    let limit = Duration::from_secs(20);
    read.wait_for(&ModelName::ALL, position, limit)
        .await
        .unwrap();
    process.assert_verified().await;
    process.ends().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poison_event_stops_its_projector_and_no_other() {
    let world = World::start().await;
    let process = world.process(RuntimeOptions::default()).await;
    process.ready().await;
    world.event("acme", "a", 0, REGISTERED).await;
    let poison = world
        .event("acme", "b", 0, ("building.exploded", "{}"))
        .await;
    let after = world.event("acme", "c", 0, REGISTERED).await;
    eventually("the projector stops", || async {
        let status = process.admin.status().await.unwrap();
        let stopped = status.into_iter().find(|s| s.name == "buildings").unwrap();
        stopped.error.is_some_and(|error| {
            assert_eq!(error.position, poison);
            assert!(error.reason.contains("building.exploded"), "{error:?}");
            assert_eq!(stopped.state, "stopped");
            assert_eq!(stopped.logs[0].position, poison - 1);
            assert_eq!(stopped.logs[0].lag_events, after - poison + 1);
            true
        })
    })
    .await;
    let position = Position {
        log: world.log.id,
        epoch: world.log.epoch,
        n: after,
    };
    let limit = Duration::from_secs(5);
    process
        .read
        .wait_for(&[ModelName::Alerts], position, limit)
        .await
        .unwrap();
    // A rebuild meets it too, and says so.
    world
        .sql("update projection_checkpoints set position = 3 where name = 'buildings'")
        .await;
    process
        .admin
        .request_rebuild(ModelName::Buildings, false)
        .await
        .unwrap();
    process.rebuild_is(ModelName::Buildings, "failed").await;
    process.ends().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gap_stops_the_projector() {
    let world = World::start().await;
    for n in 0..4 {
        world.event("acme", &format!("b{n}"), 0, REGISTERED).await;
    }
    world.sql("delete from events where position = 3").await;
    let process = world.process(RuntimeOptions::default()).await;
    // The first fill meets it already.
    process.rebuild_is(ModelName::Buildings, "failed").await;
    let status = process.admin.status().await.unwrap();
    let error = status[0].rebuild.as_ref().unwrap().error.clone().unwrap();
    assert!(error.contains("expected position 3"), "{error}");
    process.ends().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_cannot_be_written_stop_the_projector() {
    let world = World::start().await;
    let process = world.process(RuntimeOptions::default()).await;
    process.ready().await;
    world.event("acme", "a", 0, REGISTERED).await;
    process.reaches_head(&world).await;
    world
        .sql("alter table rm_buildings_v1_1.buildings no force row level security; delete from rm_buildings_v1_1.buildings")
        .await;
    world
        .event("acme", "a", 1, ("building.changed", &renamed("x")))
        .await;
    let stopped = |reason: &'static str| {
        let admin = process.admin.clone();
        async move {
            eventually(reason, || async {
                let status = admin.status().await.unwrap();
                let error = status[0].error.as_ref();
                error.is_some_and(|error| error.reason.contains(reason))
            })
            .await;
        }
    };
    stopped("0 of 1 were there").await;
    // It looks again by itself, and goes on when the row is back as it was.
    let mut back = world.owner().await;
    sqlx::query(
        "insert into rm_buildings_v1_1.buildings \
           select $1, id, 'Rathaus', 'office', null, 48.35, 8.96, null, null, 'active', 1, recorded_at, recorded_at, 1 \
             from events, (values ('a'), ('twice')) ids(id) where position = 1",
    )
    .bind(Tenant::from_slug("acme").unwrap().id())
    .execute(&mut back)
    .await
    .unwrap();
    process.reaches_head(&world).await;
    world.event("acme", "twice", 0, REGISTERED).await;
    stopped("duplicate key").await;
    process.ends().await;
}
