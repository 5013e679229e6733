//! Readings beside what was forecast.

use std::time::Duration;

use flowgrid_bus::Position;
use flowgrid_domain::LogKind;
use flowgrid_projections::ModelName;
use flowgrid_workers::forecasts::Forecaster;
use serde_json::json;

use crate::world::{World, at};

/// The beginning of an hour, in seconds after `at(0)`.
fn hour(nth: i64) -> i64 {
    2_000 + 3_600 * nth
}

/// A day of work: 70 kW, else 20.
fn usual(nth: i64) -> f64 {
    let wobble = (nth * 7_919 % 101) as f64 / 50.0;
    if (8..18).contains(&(nth % 24)) {
        70.0 + wobble
    } else {
        20.0 + wobble
    }
}

/// Until read models know what was recorded.
async fn read(world: &World, kind: LogKind, model: ModelName, n: u64) {
    let log = world.test.store.place(&world.tenant, kind).await.unwrap();
    let position = Position {
        log: log.id,
        epoch: log.epoch,
        n,
    };
    let limit = Duration::from_secs(20);
    world
        .read
        .wait_for(&[model], position, limit)
        .await
        .unwrap();
}

async fn fit(world: &World) -> usize {
    let (store, read) = (world.test.store.clone(), world.read.clone());
    let stop = world.test.stop.subscribe();
    let forecaster = Forecaster::open(&world.test.url, store, read, stop).unwrap();
    forecaster.look().await.unwrap();
    let mut fitted = 0;
    while forecaster.fit_next(at(0)).await.unwrap() {
        fitted += 1;
    }
    fitted
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reading_far_from_its_forecast_raises_one_alert() {
    assert_eq!((at(hour(0)).timestamp()) % 3_600, 0);
    let world = World::start().await;
    let past: Vec<(i64, f64)> = (0..21 * 24).map(|nth| (hour(nth), usual(nth))).collect();
    let known = world.report("main", &past).await;
    read(&world, LogKind::Telemetry, ModelName::Readings, known).await;
    // Nobody compares anything yet.
    assert_eq!(fit(&world).await, 0);

    let condition = json!({"percent": 50, "atLeast": 5});
    world
        .rule(
            "odd",
            json!({"kind": "forecastDeviation", "condition": condition}),
        )
        .await;
    let head = world.test.store.head(world.test.domain().id).await.unwrap();
    read(&world, LogKind::Domain, ModelName::AlertRules, head).await;
    assert_eq!(fit(&world).await, 1);
    // No new day has come.
    assert_eq!(fit(&world).await, 0);

    let _worker = world.worker().await;
    let next = 21 * 24;
    let readings = [
        (hour(next), usual(next)),
        (hour(next + 1), 95.0),
        (hour(next + 2), 95.0),
        (hour(next + 3), usual(next + 3)),
    ];
    world.report("main", &readings[..3]).await;
    let alerts = world.has(1, 1).await;
    assert_eq!(&*alerts[0].alert_type, "forecastDeviation");
    assert_eq!(alerts[0].first_occurred_at, at(hour(next + 1)));
    world.report("main", &readings[3..]).await;
    world.has(1, 0).await;
    // Beyond the forecast nothing is said.
    let far = world.report("main", &[(hour(next + 400), 999.0)]).await;
    world.evaluated(far).await;
    world.has(1, 0).await;

    // Of an organization that is no more nothing is kept, whatever read models still show.
    let pool = sqlx::PgPool::connect(&world.test.url).await.unwrap();
    for (wanted, sql) in [
        (1, "select 1"),
        (
            0,
            "insert into closed_tenants (tenant_id) select tenant_id from forecasts.subjects",
        ),
    ] {
        sqlx::query(sql).execute(&pool).await.unwrap();
        fit(&world).await;
        for table in ["subjects", "kept"] {
            let counted = format!("select count(*) from forecasts.{table} where kind = 'sensor'");
            let count: i64 = sqlx::query_scalar(&counted).fetch_one(&pool).await.unwrap();
            assert!((count > 0) == (wanted > 0), "{table}: {count}");
        }
    }
}
