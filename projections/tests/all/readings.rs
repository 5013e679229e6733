//! Readings and rollups: the same whatever order, batching, kill or change of meaning they went through.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use flowgrid_analysis::buckets::{BucketSize, date};
use flowgrid_analysis::meters::{Period, Reading, Rollup, Spread};
use flowgrid_analysis::units::Exact;
use flowgrid_bus::Tenant;
use flowgrid_domain::readings::Quality;
use flowgrid_projections::readings::{self, Point};
use flowgrid_projections::{ModelName, RuntimeOptions, TenantTx};
use flowgrid_tests::eventually;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use crate::world::{Process, REGISTERED, World};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

async fn install(world: &World, id: &str, mode: &str, period: u32, zone: Option<&str>) -> u64 {
    let unit = if mode == "instantaneous" {
        "°C"
    } else {
        "kWh"
    };
    let mut body = json!({
        "buildingId": "rathaus", "name": id, "kind": "electricity", "unit": unit, "mode": mode,
        "periodSeconds": period, "parentId": null, "direction": "consumption", "registerSize": null,
        "calorificValue": null, "stateNumber": null,
    });
    if let Some(zone) = zone {
        body["timeZone"] = zone.into();
    }
    let body = body.to_string();
    world
        .event("acme", id, 0, ("sensor.installed", &body))
        .await
}

fn recorded(on_conflict: &str, series: &[(&str, &[(i64, f64)])]) -> String {
    let series: Vec<Value> = series
        .iter()
        .map(|(sensor, points)| {
            json!({"sensorId": sensor, "quality": "measured", "start": "1970-01-01T00:00:00Z", "points": points})
        })
        .collect();
    json!({"onConflict": on_conflict, "series": series}).to_string()
}

async fn record(world: &World, on_conflict: &str, series: &[(&str, &[(i64, f64)])]) {
    let body = recorded(on_conflict, series);
    world.telemetry("acme", ("readings.recorded", &body)).await;
}

async fn begin(process: &Process) -> TenantTx {
    let acme = Tenant::from_slug("acme").unwrap();
    process
        .read
        .begin(&acme, &[ModelName::Readings])
        .await
        .unwrap()
}

/// Sum and coverage by date.
async fn days(process: &Process, sensor: &str) -> BTreeMap<NaiveDate, (Exact, i64)> {
    let (first, last) = (
        NaiveDate::from_ymd_opt(2000, 1, 1),
        NaiveDate::from_ymd_opt(2100, 1, 1),
    );
    let mut tx = begin(process).await;
    let sensors = [sensor];
    let totals = readings::day_totals(&mut tx, &sensors, first.unwrap(), last.unwrap());
    let totals = totals.await.unwrap();
    totals
        .into_iter()
        .map(|day| {
            (
                day.date,
                (day.total.rollup.sum, day.total.rollup.covered_micros),
            )
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn readings_are_there_with_the_totals_of_their_days_and_hours() {
    let world = World::start().await;
    let process = world.process(RuntimeOptions::default()).await;
    process.ready().await;
    install(&world, "main", "interval", 900, Some("Europe/Berlin")).await;
    // A day of 25 hours and the one after it.
    let start = at("2026-10-24T22:00:00Z");
    let points: Vec<(i64, f64)> = (0..(49 * 4))
        .map(|n| {
            (
                (start + TimeDelta::minutes(15 * n)).timestamp_millis(),
                0.25,
            )
        })
        .collect();
    record(&world, "ignore", &[("main", &points)]).await;
    process.reaches_head(&world).await;
    let found = days(&process, "main").await;
    let day = |d| NaiveDate::from_ymd_opt(2026, 10, d).unwrap();
    let hours = |n: i64| (Exact::whole(n), n * 3_600_000_000);
    assert_eq!(
        found,
        BTreeMap::from([(day(25), hours(25)), (day(26), hours(24))])
    );

    let mut tx = begin(&process).await;
    let by_hour = readings::hour_totals(&mut tx, &["main"], day(25), day(25))
        .await
        .unwrap();
    assert_eq!(by_hour.len(), 25);
    assert!(
        by_hour
            .iter()
            .all(|hour| hour.total.rollup.sum == Exact::ONE && hour.total.rollup.count == 4)
    );
    let some = readings::points(&mut tx, "main", start, start + TimeDelta::hours(1), 100)
        .await
        .unwrap();
    assert_eq!(
        some.iter()
            .map(|point| (point.at_ms, point.value))
            .collect::<Vec<_>>(),
        points[..4]
    );
    let few = readings::points(&mut tx, "main", start, start + TimeDelta::days(9), 100)
        .await
        .unwrap();
    assert_eq!(few.len(), 100);
    let newest = readings::last(&mut tx, &["main", "unknown"]).await.unwrap();
    assert_eq!(newest.len(), 1);
    assert_eq!(newest["main"].at_ms, points.last().unwrap().0);
    let asked = [points[3].0, points[3].0 + 1];
    let known = readings::known(&mut tx, "main", &asked).await.unwrap();
    let point = Point {
        at_ms: asked[0],
        value: 0.25,
        quality: Quality::Measured,
    };
    assert_eq!(known.into_iter().collect::<Vec<_>>(), [(asked[0], point)]);
    process.assert_verified().await;
}

/// What is there of a time follows the request's wish; corrections follow through to the rollups.
#[tokio::test(flavor = "multi_thread")]
async fn repeats_and_corrections_reach_the_totals() {
    let world = World::start().await;
    let process = world.process(RuntimeOptions::default()).await;
    process.ready().await;
    install(&world, "main", "interval", 3600, None).await;
    let hour = |n: i64| (at("2026-03-01T00:00:00Z") + TimeDelta::hours(n)).timestamp_millis();
    record(
        &world,
        "ignore",
        &[("main", &[(hour(0), 1.0), (hour(1), 2.0), (hour(0), 9.0)])],
    )
    .await;
    record(&world, "reject", &[("main", &[(hour(1), 7.0)])]).await;
    process.reaches_head(&world).await;
    let sum =
        |found: &BTreeMap<NaiveDate, (Exact, i64)>| found.values().map(|day| day.0).sum::<Exact>();
    assert_eq!(sum(&days(&process, "main").await), Exact::whole(3));
    record(&world, "correct", &[("main", &[(hour(1), 7.0)])]).await;
    process.reaches_head(&world).await;
    assert_eq!(sum(&days(&process, "main").await), Exact::whole(8));
    let correction = json!({
        "series": [{"sensorId": "main", "quality": "corrected", "start": "2026-03-01T00:00:00Z", "points": [[0, 4.0]]}],
        "voided": [{"sensorId": "main", "times": ["2026-03-01T01:00:00Z"]}],
        "reason": "the clock was wrong",
    });
    world
        .telemetry("acme", ("readings.corrected", &correction.to_string()))
        .await;
    process.reaches_head(&world).await;
    let found = days(&process, "main").await;
    assert_eq!(
        found.into_values().collect::<Vec<_>>(),
        [(Exact::whole(4), 3_600_000_000)]
    );
    process.assert_verified().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_sensor_means_may_become_known_and_change_later() {
    let world = World::start().await;
    let process = world.process(RuntimeOptions::default()).await;
    process.ready().await;
    let start = at("2026-03-28T22:00:00Z");
    let points: Vec<(i64, f64)> = (0..60)
        .map(|n| ((start + TimeDelta::hours(n)).timestamp_millis(), 1.0))
        .collect();
    // Readings of a sensor that the other log hasn't told of yet.
    record(&world, "ignore", &[("main", &points)]).await;
    process.reaches_head(&world).await;
    assert!(days(&process, "main").await.is_empty());
    assert_eq!(
        readings::last(&mut begin(&process).await, &["main"])
            .await
            .unwrap()
            .len(),
        1
    );
    world.event("acme", "rathaus", 0, REGISTERED).await;
    install(&world, "main", "interval", 3600, None).await;
    process.reaches_head(&world).await;
    let counted = |found: BTreeMap<NaiveDate, (Exact, i64)>| -> Vec<Exact> {
        found.into_values().map(|day| day.0).collect()
    };
    let whole = |all: &[i64]| all.iter().map(|n| Exact::whole(*n)).collect::<Vec<_>>();
    assert_eq!(
        counted(days(&process, "main").await),
        whole(&[2, 24, 24, 10])
    );
    world
        .event(
            "acme",
            "rathaus",
            1,
            ("building.changed", r#"{"timezone":"Europe/Berlin"}"#),
        )
        .await;
    process.reaches_head(&world).await;
    // Clocks are put forward on 29 March.
    assert_eq!(
        counted(days(&process, "main").await),
        whole(&[1, 23, 24, 12])
    );
    let calibrated = r#"{"factor":2.0,"offset":0.0,"validFrom":"2026-03-29T22:00:00Z"}"#;
    world
        .event("acme", "main", 1, ("sensor.calibrated", calibrated))
        .await;
    process.reaches_head(&world).await;
    assert_eq!(
        counted(days(&process, "main").await),
        whole(&[1, 23, 48, 24])
    );
    // A sensor that comes later is in the zone that its building has by now.
    install(&world, "late", "interval", 3600, None).await;
    record(&world, "ignore", &[("late", &points)]).await;
    process.reaches_head(&world).await;
    assert_eq!(
        counted(days(&process, "late").await),
        whole(&[1, 23, 24, 12])
    );
    process.assert_verified().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_are_compared_over_days_without_any() {
    let world = World::start().await;
    let process = world.process(RuntimeOptions::default()).await;
    process.ready().await;
    install(&world, "gas", "cumulative", 900, None).await;
    let day = |n: i64| (at("2026-01-01T00:00:00Z") + TimeDelta::days(n)).timestamp_millis();
    for (n, count) in [(0, 100.0), (10, 200.0), (40, 500.0)] {
        record(&world, "ignore", &[("gas", &[(day(n), count)])]).await;
        process.reaches_head(&world).await;
    }
    let found = days(&process, "gas").await;
    assert_eq!(found.len(), 40);
    assert!(
        found
            .values()
            .all(|day| *day == (Exact::whole(10), 86_400_000_000)),
        "{found:?}"
    );
    // One that comes late cuts a step in two; a zero that could not be read changes nothing.
    record(
        &world,
        "ignore",
        &[("gas", &[(day(20), 400.0), (day(30), 0.0)])],
    )
    .await;
    process.reaches_head(&world).await;
    let found: Vec<Exact> = days(&process, "gas")
        .await
        .into_values()
        .map(|day| day.0)
        .collect();
    assert_eq!(
        found[..20],
        [[Exact::whole(10); 10], [Exact::whole(20); 10]].concat()
    );
    assert_eq!(found[20..], [Exact::whole(5); 20]);
    process.assert_verified().await;
}

/// Random readings of sensors of every mode, in any order and any batches, with corrections, restarts and a
/// rebuild between.
#[tokio::test(flavor = "multi_thread")]
async fn any_order_and_batching_gives_the_same_rows() {
    let mut random = StdRng::seed_from_u64(7);
    let world = World::start().await;
    let mut process = world.process(RuntimeOptions::default()).await;
    process.ready().await;
    let sensors = [
        ("interval", "interval", 900),
        ("monthly", "interval", 30 * 86_400),
        ("gas", "cumulative", 900),
        ("hall", "instantaneous", 600),
    ];
    for (id, mode, period) in sensors {
        install(&world, id, mode, period, Some("Asia/Kolkata")).await;
    }
    let start = at("2026-01-30T00:00:00Z");
    for round in 0..6 {
        let mut events = Vec::new();
        for (id, _, _) in sensors {
            for n in 0..120_i32 {
                let time =
                    start + TimeDelta::minutes(i64::from(random.random_range(0..3_000)) * 15);
                let value = f64::from(n) + f64::from(random.random_range(0..1_000)) / 1_000.0;
                events.push((id, time.timestamp_millis(), value));
            }
        }
        events.shuffle(&mut random);
        let mut rest = &events[..];
        while !rest.is_empty() {
            let (some, others) = rest.split_at(random.random_range(1..=rest.len().min(200)));
            rest = others;
            let wish = ["ignore", "correct", "reject"][random.random_range(0..3)];
            let series: Vec<_> = some
                .iter()
                .map(|(id, ms, value)| (*id, [(*ms, *value)]))
                .collect();
            let series: Vec<(&str, &[(i64, f64)])> = series
                .iter()
                .map(|(id, points)| (*id, &points[..]))
                .collect();
            record(&world, wish, &series).await;
        }
        let (id, ms, _) = events[0];
        let time = DateTime::from_timestamp_millis(ms).unwrap();
        let voided =
            json!({"series": [], "voided": [{"sensorId": id, "times": [time]}], "reason": null});
        world
            .telemetry("acme", ("readings.corrected", &voided.to_string()))
            .await;
        if round % 2 == 1 {
            process.ends().await;
            process = world.process(RuntimeOptions::default()).await;
        }
    }
    process.reaches_head(&world).await;
    process.assert_verified().await;
    process
        .admin
        .request_rebuild(ModelName::Readings, false)
        .await
        .unwrap();
    process.rebuild_is(ModelName::Readings, "live").await;
    process.assert_verified().await;
    // Held against the mathematics alone.
    let (from, to) = (at("2026-01-01T00:00:00Z"), at("2026-12-31T00:00:00Z"));
    let points = readings::points(&mut begin(&process).await, "interval", from, to, 100_000)
        .await
        .unwrap();
    let zone = chrono_tz::Asia::Kolkata;
    let period = Period::of_seconds(900).unwrap();
    let mut expected: BTreeMap<NaiveDate, Vec<_>> = BTreeMap::new();
    for point in &points {
        let reading = Reading {
            at: point.at(),
            value: Exact::new(point.value).unwrap(),
        };
        for part in Spread::interval(reading, period).over(BucketSize::Day, zone) {
            expected
                .entry(date(part.bucket.start, zone))
                .or_default()
                .push(part);
        }
    }
    let expected: BTreeMap<_, _> = expected
        .into_iter()
        .map(|(date, parts)| (date, Rollup::of(parts)))
        .map(|(date, rollup)| (date, (rollup.sum, rollup.covered_micros)))
        .collect();
    assert!(points.len() > 300);
    assert_eq!(days(&process, "interval").await, expected);
}

/// Sensors of all modes that report on and on.
struct Fleet {
    world: World,
    steps: i64,
}

impl Fleet {
    const SENSORS: [(&'static str, &'static str); 3] = [
        ("energy", "interval"),
        ("meter", "cumulative"),
        ("hall", "instantaneous"),
    ];

    async fn start() -> (Self, Process) {
        let world = World::start().await;
        let process = world.process(RuntimeOptions::default()).await;
        process.ready().await;
        world.event("acme", "rathaus", 0, REGISTERED).await;
        for (id, mode) in Self::SENSORS {
            install(&world, id, mode, 900, Some("Europe/Berlin")).await;
        }
        process.reaches_head(&world).await;
        (Self { world, steps: 0 }, process)
    }

    /// So many readings of each, one transaction after the other.
    async fn reports(&mut self, process: &Process, steps: i64) {
        for _ in 0..steps {
            self.report().await;
            process.reaches_head(&self.world).await;
        }
    }

    async fn report(&mut self) {
        let time =
            (at("2026-03-28T20:00:00Z") + TimeDelta::minutes(15 * self.steps)).timestamp_millis();
        let point = [(time, self.steps as f64)];
        let series = Self::SENSORS.map(|(id, _)| (id, &point[..]));
        record(&self.world, "ignore", &series).await;
        self.steps += 1;
    }

    async fn in_tables(&self, sql: &str) {
        let rows_in = "set search_path = rm_readings_v2_1";
        self.world
            .sql(&format!("{rows_in}; begin; {sql}; commit"))
            .await;
    }
}

/// Rows that went behind its back are written whole again: so it doesn't read them each time.
#[tokio::test(flavor = "multi_thread")]
async fn days_that_readings_go_on_to_come_for_are_remembered() {
    let (mut fleet, process) = Fleet::start().await;
    fleet.reports(&process, 40).await;
    fleet
        .in_tables("delete from readings where day = '2026-03-29'")
        .await;
    fleet.reports(&process, 1).await;
    process.assert_verified().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_remembered_beyond_a_transaction_that_failed() {
    let (mut fleet, process) = Fleet::start().await;
    fleet.reports(&process, 20).await;
    fleet
        .in_tables(
            "create function refuse() returns trigger language plpgsql as $$ begin raise 'not now'; end $$; \
             create constraint trigger refuse after insert or update on readings_2026_03 \
               deferrable initially deferred for each row execute function refuse()",
        )
        .await;
    fleet.report().await;
    eventually("a commit fails", || async {
        let failed =
            "select xact_rollback > 0 from pg_stat_database where datname = current_database()";
        sqlx::query_scalar(failed)
            .fetch_one(&mut fleet.world.owner().await)
            .await
            .unwrap()
    })
    .await;
    fleet
        .in_tables("drop trigger refuse on readings_2026_03")
        .await;
    fleet.reports(&process, 20).await;
    process.assert_verified().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_remembered_when_another_has_moved_the_checkpoint() {
    let (mut fleet, process) = Fleet::start().await;
    fleet.reports(&process, 20).await;
    let log = fleet.world.telemetry.id;
    let rewind = format!(
        "update public.projection_checkpoints set position = 0 where name = 'readings' and log_id = {log}; \
         delete from readings"
    );
    fleet.in_tables(&rewind).await;
    fleet.reports(&process, 20).await;
    process.assert_verified().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_remembered_of_what_readings_meant_before() {
    let (mut fleet, process) = Fleet::start().await;
    fleet.reports(&process, 20).await;
    let calibrated = r#"{"factor":2.0,"offset":1.0,"validFrom":"2026-03-28T22:00:00Z"}"#;
    for (id, _) in Fleet::SENSORS {
        let event = ("sensor.calibrated", calibrated);
        fleet.world.event("acme", id, 1, event).await;
        fleet.reports(&process, 5).await;
    }
    process.assert_verified().await;
    let moved = ("building.changed", r#"{"timezone":"Asia/Kolkata"}"#);
    fleet.world.event("acme", "rathaus", 1, moved).await;
    fleet.reports(&process, 20).await;
    process.assert_verified().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_generation_begins_without_memories() {
    let (mut fleet, process) = Fleet::start().await;
    fleet.reports(&process, 20).await;
    let model = ModelName::Readings;
    process.admin.request_rebuild(model, false).await.unwrap();
    for _ in 0..20 {
        fleet.report().await;
    }
    process.rebuild_is(model, "live").await;
    fleet.reports(&process, 100).await;
    process.assert_verified().await;
    // Late ones, and one of long ago, among those that come in time.
    fleet.steps -= 130;
    let late = [(at("2026-03-28T20:00:00Z").timestamp_millis(), 0.5)];
    record(&fleet.world, "correct", &[("meter", &late)]).await;
    fleet.reports(&process, 3).await;
    fleet.steps += 130;
    fleet.reports(&process, 3).await;
    process.assert_verified().await;
}

/// Killed in the middle of whatever it does, often in a transaction, while readings come.
#[tokio::test(flavor = "multi_thread")]
async fn a_projector_that_is_killed_under_load_leaves_the_same_rows() {
    let mut random = StdRng::seed_from_u64(11);
    let (mut fleet, mut process) = Fleet::start().await;
    for round in 0..300 {
        fleet.report().await;
        if round % 30 == 29 {
            let pause = random.random_range(0..20);
            tokio::time::sleep(std::time::Duration::from_millis(pause)).await;
            // Dropped, it ends at once.
            drop(process);
            process = fleet.world.process(RuntimeOptions::default()).await;
        }
    }
    process.reaches_head(&fleet.world).await;
    process.assert_verified().await;
}
