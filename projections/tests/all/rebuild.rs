//! Rebuilds beside the live generation.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use flowgrid_bus::Tenant;
use flowgrid_projections::{AdminError, ModelName, Problem, RuntimeOptions, buildings};
use flowgrid_tests::eventually;

use crate::world::{REGISTERED, World, append, renamed};

const BOTH: [ModelName; 2] = [ModelName::Buildings, ModelName::Alerts];

fn quick() -> RuntimeOptions {
    RuntimeOptions {
        grace: Duration::from_millis(500),
        keep_unfinished: Duration::from_secs(60),
        rebuild_rows: 1_000,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn swaps_under_writes_and_reads_without_a_hole() {
    let world = Arc::new(World::start().await);
    let process = world.process(quick()).await;
    process.ready().await;
    for n in 0..20 {
        world.event("acme", &format!("b{n}"), 0, REGISTERED).await;
    }
    process.reaches_head(&world).await;
    let over = Arc::new(AtomicBool::new(false));
    let written = Arc::new(AtomicU64::new(1));
    let writer = tokio::spawn({
        let (world, over, written) = (Arc::clone(&world), Arc::clone(&over), Arc::clone(&written));
        async move {
            // All buildings always have the same revision, or one apart.
            let mut version = 1;
            while !over.load(Ordering::Relaxed) {
                let payload = renamed(&format!("n{version}"));
                let events = (0..20).map(|n| {
                    let event = ("building.changed", payload.as_str());
                    world.append(append("acme", &format!("b{n}"), version, event))
                });
                futures_util::future::join_all(events).await;
                version += 1;
                written.store(version, Ordering::Relaxed);
            }
        }
    });
    let reader = tokio::spawn({
        let (read, over, written) = (
            process.read.clone(),
            Arc::clone(&over),
            Arc::clone(&written),
        );
        async move {
            let acme = Tenant::from_slug("acme").unwrap();
            let (mut reads, mut newest) = (0, 0);
            while !over.load(Ordering::Relaxed) {
                let mut tx = read.begin(&acme, &BOTH).await.unwrap();
                let filter = buildings::Filter {
                    limit: 50,
                    ..buildings::Filter::default()
                };
                let page = buildings::list(&mut tx, &filter).await.unwrap();
                assert_eq!((page.total, page.items.len()), (20, 20));
                let oldest = page.items.iter().map(|row| row.revision).min().unwrap();
                assert!(oldest >= newest, "went back from {newest} to {oldest}");
                assert!(oldest <= written.load(Ordering::Relaxed) + 1);
                newest = oldest;
                reads += 1;
            }
            reads
        }
    });
    for generation in 2..8 {
        let rebuild = process
            .admin
            .request_rebuild(ModelName::Buildings, false)
            .await
            .unwrap();
        assert_eq!(rebuild.generation, generation);
        process.rebuild_is(ModelName::Buildings, "live").await;
    }
    over.store(true, Ordering::Relaxed);
    writer.await.unwrap();
    assert!(reader.await.unwrap() > 20);
    process.reaches_head(&world).await;
    process.assert_verified().await;
    eventually("old generations are dropped", || async {
        let left: i64 = sqlx::query_scalar(
            "select count(*) from pg_namespace where nspname like 'rm_buildings%'",
        )
        .fetch_one(&mut world.owner().await)
        .await
        .unwrap();
        left == 1
    })
    .await;
    process.ends().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_rebuild_is_resumed_where_it_stood() {
    let world = World::start().await;
    let process = world.process(quick()).await;
    process.ready().await;
    for n in 0..50 {
        world.event("acme", &format!("b{n}"), 0, REGISTERED).await;
    }
    process.reaches_head(&world).await;
    let admin = process.admin.clone();
    process.ends().await;
    // Nobody is at work: it stays as it was asked for.
    admin
        .request_rebuild(ModelName::Buildings, false)
        .await
        .unwrap();
    let again = admin.request_rebuild(ModelName::Buildings, false).await;
    assert!(matches!(again, Err(AdminError::UnderWay(_))), "{again:?}");
    let cancelled = admin.cancel_rebuild(ModelName::Buildings).await.unwrap();
    assert_eq!(cancelled.state, "cancelled");
    let again = admin.cancel_rebuild(ModelName::Buildings).await;
    assert!(matches!(again, Err(AdminError::NothingTo(..))), "{again:?}");
    let resumed = admin.resume_rebuild(ModelName::Buildings).await.unwrap();
    assert_eq!((resumed.state, resumed.generation), ("requested", 2));
    // A process that starts finds it.
    let process = world.process(quick()).await;
    process.rebuild_is(ModelName::Buildings, "live").await;
    process.assert_verified().await;
    let status = process.admin.status().await.unwrap();
    assert_eq!(status[0].generation, Some(2));
    process.ends().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_filled_before_an_interruption_is_not_filled_again() {
    let world = World::start().await;
    let process = world.process(quick()).await;
    process.ready().await;
    for thousand in 0..12 {
        let ids = (0..1_000).map(|n| format!("b{}", thousand * 1_000 + n));
        let events = ids.map(|id| world.append(append("acme", &id, 0, REGISTERED)));
        futures_util::future::join_all(events).await;
    }
    process.reaches_head(&world).await;
    let admin = process.admin.clone();
    admin
        .request_rebuild(ModelName::Buildings, false)
        .await
        .unwrap();
    let filled = || async {
        let position: Option<i64> = sqlx::query_scalar(
            "select position from projection_checkpoints where name = 'buildings' and generation = 2",
        )
        .fetch_optional(&mut world.owner().await)
        .await
        .unwrap();
        position.unwrap_or(0)
    };
    eventually("it has begun", || async { filled().await > 0 }).await;
    let cancelled = admin.cancel_rebuild(ModelName::Buildings).await;
    let stood = filled().await;
    process.ends().await;
    if cancelled.is_ok() {
        assert!(stood < 12_000);
        assert_eq!(filled().await, stood, "nothing moves once it is cancelled");
        admin.resume_rebuild(ModelName::Buildings).await.unwrap();
    }
    let process = world.process(quick()).await;
    process.rebuild_is(ModelName::Buildings, "live").await;
    process.assert_verified().await;
    process.ends().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_altered_row_is_found_and_never_swapped_away_in_silence() {
    let world = World::start().await;
    let process = world.process(quick()).await;
    process.ready().await;
    for n in 0..30 {
        world.event("acme", &format!("b{n}"), 0, REGISTERED).await;
    }
    process.reaches_head(&world).await;
    process.assert_verified().await;
    world
        .sql(
            "update rm_buildings_v1_1.buildings set area = 1 where id = 'b3'; \
             delete from rm_buildings_v1_1.buildings where id = 'b4'; \
             insert into rm_buildings_v1_1.buildings \
               select tenant_id, 'ghost', name, kind, address, lat, lon, area, timezone, status, \
                      revision, created_at, updated_at, position from rm_buildings_v1_1.buildings where id = 'b5'",
        )
        .await;
    let report = process.admin.verify(ModelName::Buildings).await.unwrap();
    let mut found: Vec<_> = report
        .differences
        .iter()
        .map(|d| (d.id.as_str(), d.problem))
        .collect();
    found.sort_unstable();
    assert_eq!(
        found,
        [
            ("b3", Problem::Different),
            ("b4", Problem::Missing),
            ("ghost", Problem::Surplus)
        ]
    );
    process
        .admin
        .request_rebuild(ModelName::Buildings, false)
        .await
        .unwrap();
    process.rebuild_is(ModelName::Buildings, "differs").await;
    let status = process.admin.status().await.unwrap();
    assert_eq!(status[0].generation, Some(1));
    let error = status[0].rebuild.as_ref().unwrap().error.clone().unwrap();
    assert!(
        error.contains("/b3") && error.contains("/b4") && error.contains("/ghost"),
        "{error}"
    );
    // Who says so gets the truth of history.
    process
        .admin
        .request_rebuild(ModelName::Buildings, true)
        .await
        .unwrap();
    eventually("forced in", || async {
        let status = process.admin.status().await.unwrap();
        status[0].generation == Some(3)
    })
    .await;
    process.assert_verified().await;
    process.ends().await;
}

/// Statistics of an empty table make plans that read all of it for each row, and writers keep them.
#[tokio::test(flavor = "multi_thread")]
async fn statistics_are_gathered_of_what_is_there() {
    let world = World::start().await;
    let process = world.process(RuntimeOptions::default()).await;
    process.ready().await;
    let analyzed = "select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace \
         where n.nspname like 'rm\\_%' and c.relkind = 'r' and c.reltuples >= 0 order by 1";
    let mut owner = world.owner().await;
    let found: Vec<String> = sqlx::query_scalar(analyzed)
        .fetch_all(&mut owner)
        .await
        .unwrap();
    assert!(found.is_empty(), "{found:?}");
    world.event("acme", "rathaus", 0, REGISTERED).await;
    process.reaches_head(&world).await;
    let model = ModelName::Buildings;
    process.admin.request_rebuild(model, false).await.unwrap();
    process.rebuild_is(model, "live").await;
    let found: Vec<String> = sqlx::query_scalar(analyzed)
        .fetch_all(&mut owner)
        .await
        .unwrap();
    assert_eq!(found, ["rm_buildings_v1_2.buildings"]);
}
