//! How fast: run by hand with `-- --ignored --nocapture`; the benches measure the release build.

use std::time::{Duration, Instant};

use flowgrid_bus::Tenant;
use flowgrid_projections::{ModelName, RuntimeOptions, buildings};

use crate::world::World;

/// Events of the history.
const EVENTS: u64 = 1_000_000;

/// The first 100,000 events register a building each, the others change them in turn.
async fn fill(world: &World) {
    let tenants: Vec<Tenant> = (0..10)
        .map(|n| Tenant::from_slug(&format!("city-{n}")).unwrap())
        .collect();
    let sql = "insert into events select 1, n, gen_random_uuid(), ($1::uuid[])[b % 10 + 1], 'building', \
           ($2::text[])[b % 10 + 1] || '/building-' || b, s, \
           case when s = 1 then 'building.registered' else 'building.changed' end, '1.0', \
           case when s = 1 then json_build_object('name', 'Building ' || b, 'kind', 'school', 'address', b || ' Main Street', \
                'lat', 48.1 + b / 1e6, 'lon', 8.1, 'area', b, 'timezone', 'Europe/Berlin') \
             when n % 3 = 0 then json_build_object('name', 'Building ' || b || ' of ' || n) \
             when n % 3 = 1 then json_build_object('area', n, 'address', null) \
             else json_build_object('lat', 48.2, 'lon', 8.2 + n / 1e7) end, \
           '{\"actor\":\"u-1\",\"requestId\":\"0199d0a2-0000-7000-8000-000000000000\"}', clock_timestamp() \
         from (select n, n % 100000 as b, (n - 1) / 100000 + 1 as s from generate_series(1, $3::bigint) n) x order by n";
    sqlx::query(sql)
        .bind(tenants.iter().map(Tenant::id).collect::<Vec<_>>())
        .bind(tenants.iter().map(Tenant::slug).collect::<Vec<_>>())
        .bind(EVENTS.cast_signed())
        .execute(&mut world.owner().await)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "measures"]
async fn rebuilds_a_million_events() {
    let world = World::start().await;
    fill(&world).await;
    let process = world.process(RuntimeOptions::default()).await;
    let started = Instant::now();
    while process.admin.status().await.unwrap()[0]
        .generation
        .is_none()
    {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    report("first fill", started.elapsed());
    process.ready().await;
    for _ in 0..3 {
        let started = Instant::now();
        let generation = process
            .admin
            .request_rebuild(ModelName::Buildings, false)
            .await
            .unwrap()
            .generation;
        let mut state = String::new();
        loop {
            let status = process.admin.status().await.unwrap().swap_remove(0);
            let rebuild = status.rebuild.unwrap();
            if rebuild.state != state {
                state = rebuild.state.to_owned();
                println!("{:>8.2?} {state} {:?}", started.elapsed(), rebuild.error);
            }
            if status.generation == Some(generation) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        report("rebuild", started.elapsed());
    }
    let city = Tenant::from_slug("city-3").unwrap();
    for sort in ["id", "name", "updatedAt"] {
        let filter = buildings::Filter {
            sort: buildings::Sort {
                field: buildings::SortField::parse(sort).unwrap(),
                descending: false,
            },
            limit: 50,
            ..buildings::Filter::default()
        };
        let started = Instant::now();
        for _ in 0..100 {
            let models = [ModelName::Buildings, ModelName::Alerts];
            let mut tx = process.read.begin(&city, &models).await.unwrap();
            let page = buildings::list(&mut tx, &filter).await.unwrap();
            assert_eq!(page.total, 10_000);
        }
        println!("list by {sort}: {:?} each", started.elapsed() / 100);
    }
    let started = Instant::now();
    process.assert_verified().await;
    report("verify of both", started.elapsed());
    process.ends().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "measures"]
async fn projects_a_million_events() {
    let world = World::start().await;
    let process = world.process(RuntimeOptions::default()).await;
    process.ready().await;
    process.ends().await;
    fill(&world).await;
    while world.test.stream(world.log).await.last_sequence < EVENTS {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let process = world.process(RuntimeOptions::default()).await;
    let started = Instant::now();
    process.reaches_head(&world).await;
    report("projectors", started.elapsed());
    for stats in process.runtime.stats() {
        println!("{stats:?}");
    }
    process.ends().await;
}

fn report(what: &str, took: Duration) {
    let rate = EVENTS as f64 / took.as_secs_f64();
    println!("{what}: {took:.2?}, {rate:.0} events/s");
}

/// Devices of three sensors each, and how often each of them reports.
const DEVICES: i64 = 5_000;
const REPORTS: i64 = 12;

/// Sensors, and readings of all devices in turn, a quarter of an hour apart.
async fn fill_meters(world: &World) -> u64 {
    let city = Tenant::from_slug("city").unwrap();
    let sensors = "insert into events select $3, n, gen_random_uuid(), $1, 'sensor', $2 || '/' || id, 1, 'sensor.installed', '1.0', \
           json_build_object('buildingId', 'h', 'name', id, 'kind', 'electricity', 'unit', 'kWh', 'mode', mode, 'periodSeconds', 900, \
             'parentId', null, 'direction', 'consumption', 'registerSize', null, 'calorificValue', null, 'stateNumber', null, \
             'timeZone', 'Europe/Berlin'), '{\"actor\":\"u-1\"}', clock_timestamp() \
         from (select n, 'd-' || (n - 1) / 3 || '-' || (n - 1) % 3 as id, \
               case when n % 3 = 1 then 'cumulative' else 'instantaneous' end as mode from generate_series(1, $4 * 3) n) x order by n";
    let readings = "insert into events select $3, n, gen_random_uuid(), $1, 'readings', $2 || '/h', n, 'readings.recorded', '1.0', \
           json_build_object('onConflict', 'ignore', 'series', (select json_agg(json_build_object('sensorId', 'd-' || (n - 1) % $4 || '-' || s, \
             'quality', 'measured', 'start', timestamptz '2026-03-01 00:00Z' + (n - 1) / $4 * interval '15 minutes', \
             'points', json_build_array(json_build_array(0, (n / $4 * 10 + s) + 0.25)))) from generate_series(0, 2) s)), \
           '{\"actor\":\"u-1\"}', clock_timestamp() \
         from generate_series(1, $4 * $5) n order by n";
    let mut owner = world.owner().await;
    for (sql, log) in [(sensors, world.log), (readings, world.telemetry)] {
        let mut query = sqlx::query(sql)
            .bind(city.id())
            .bind(city.slug())
            .bind(log.id.0)
            .bind(DEVICES);
        if log.id == world.telemetry.id {
            query = query.bind(REPORTS);
        }
        query.execute(&mut owner).await.unwrap();
    }
    (DEVICES * REPORTS).cast_unsigned()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "measures"]
async fn projects_readings_of_meters() {
    let world = World::start().await;
    let process = world.process(RuntimeOptions::default()).await;
    process.ready().await;
    process.ends().await;
    let events = fill_meters(&world).await;
    while world.test.stream(world.telemetry).await.last_sequence < events {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let process = world.process(RuntimeOptions::default()).await;
    process.reaches(&world, world.head().await).await;
    let before = cpu_seconds();
    let started = Instant::now();
    let mut told = 0;
    loop {
        let stats = process.runtime.stats();
        let is_it = |stats: &&flowgrid_projections::ProjectorStats| {
            stats.model == ModelName::Readings && stats.log == world.telemetry.id
        };
        let stats = *stats.iter().find(is_it).unwrap();
        if stats.batches > told {
            told = stats.batches;
            println!("{:>8.2?} {stats:?}", started.elapsed());
        }
        if stats.position >= events {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let took = started.elapsed().as_secs_f64();
    println!(
        "{:.0} points/s, cpu {:.2} s of {took:.2} s",
        3.0 * events as f64 / took,
        cpu_seconds() - before
    );
    process.assert_verified().await;
    process.ends().await;
}

/// Of this process alone, without Postgres.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let ticks = stat
        .rsplit(')')
        .next()
        .unwrap()
        .split_whitespace()
        .skip(11)
        .take(2);
    ticks
        .map(|ticks| ticks.parse::<f64>().unwrap())
        .sum::<f64>()
        / 100.0
}
