//! Two locks: the WHERE of each query, and row-level security behind it.

use flowgrid_bus::Tenant;
use flowgrid_domain::buildings::BuildingStatus;
use flowgrid_projections::{
    ModelName, ReadError, ReadModels, RuntimeOptions, TenantTx, alerts, buildings,
};

use crate::world::{REGISTERED, World};

/// Narrows a filter.
type Narrow = fn(&mut buildings::Filter);

const BOTH: [ModelName; 2] = [ModelName::Buildings, ModelName::Alerts];

fn tenant(slug: &str) -> Tenant {
    Tenant::from_slug(slug).unwrap()
}

async fn ids(tx: &mut TenantTx, filter: &buildings::Filter) -> Vec<String> {
    let page = buildings::list(tx, filter).await.unwrap();
    assert_eq!(page.total, page.items.len() as u64 + filter.offset);
    page.items.into_iter().map(|row| row.id).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn row_level_security_holds_where_a_query_forgets() {
    let world = World::start().await;
    let process = world.process(RuntimeOptions::default()).await;
    process.ready().await;
    world.event("acme", "a", 0, REGISTERED).await;
    world.event("globex", "g", 0, REGISTERED).await;
    process.reaches_head(&world).await;
    for (slug, expected) in [("acme", vec!["a"]), ("globex", vec!["g"]), ("none", vec![])] {
        let mut tx = process.read.begin(&tenant(slug), &BOTH).await.unwrap();
        let seen: Vec<String> = sqlx::query_scalar("select id from buildings")
            .fetch_all(&mut *tx)
            .await
            .unwrap();
        assert_eq!(seen, expected);
        let written = sqlx::query("delete from buildings").execute(&mut *tx).await;
        assert!(written.is_err());
    }
    // As the role, but without an organization: nothing.
    let options = flowgrid_log::connect_options(&world.test.url, flowgrid_log::DbRole::Query);
    let mut bare = sqlx::ConnectOptions::connect(&options.unwrap())
        .await
        .unwrap();
    for set in ["reset app.tenant", "set app.tenant = ''"] {
        sqlx::query(set).execute(&mut bare).await.unwrap();
        let seen: i64 = sqlx::query_scalar("select count(*) from rm_buildings_v1_1.buildings")
            .fetch_one(&mut bare)
            .await
            .unwrap();
        assert_eq!(seen, 0);
    }
    process.ends().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refuses_a_role_that_nothing_holds() {
    let world = World::start().await;
    assert!(ReadModels::open(&world.test.url, 1).await.is_ok());
    world
        .sql(
            "create schema rm_open; create table rm_open.t (); \
             grant usage on schema rm_open to flowgrid_query; grant select on rm_open.t to flowgrid_query",
        )
        .await;
    let refused = ReadModels::open(&world.test.url, 1).await.err();
    assert!(matches!(refused, Some(ReadError::Unsafe(_))), "{refused:?}");
    let database = world.test.url.rsplit_once('/').unwrap().1.to_owned();
    // Roles belong to the whole server, so this one is another's: it owns a table.
    world
        .sql(&format!(
            "create table owned_{database} (); alter table owned_{database} owner to flowgrid_query"
        ))
        .await;
    let refused = ReadModels::open(&world.test.url, 1).await.err();
    assert!(matches!(refused, Some(ReadError::Unsafe(_))), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_filtered_sorted_and_paged() {
    let world = World::start().await;
    let process = world.process(RuntimeOptions::default()).await;
    let nothing = process.read.begin(&tenant("acme"), &BOTH).await;
    drop(nothing);
    process.ready().await;
    let places = [
        ("a", "Rathaus", "office", 48.0, 8.0, "null"),
        ("b", "Schule_1", "school", 48.5, 8.5, "300.5"),
        ("c", "schule 2", "school", -20.0, 179.0, "100"),
        ("d", "Bad 50%", "pool", -20.0, -179.0, "200"),
    ];
    for (id, name, kind, lat, lon, area) in places {
        let payload = format!(
            r#"{{"name":"{name}","kind":"{kind}","address":null,"lat":{lat},"lon":{lon},"area":{area},"timezone":null}}"#
        );
        world
            .event("acme", id, 0, ("building.registered", &payload))
            .await;
    }
    world
        .event("acme", "d", 1, ("building.retired", "{}"))
        .await;
    let raised = r#"{"severity":"high","buildingId":"b","nodeId":null,"alertType":"overheat","source":{"kind":"rule","id":"r/1"},"title":"Hot","message":null,"occurredAt":"2025-01-01T00:00:00Z"}"#;
    world.event("acme", "al", 0, ("alert.raised", raised)).await;
    process.reaches_head(&world).await;
    let mut tx = process.read.begin(&tenant("acme"), &BOTH).await.unwrap();
    let all = buildings::Filter {
        limit: 50,
        ..buildings::Filter::default()
    };
    let with = |change: fn(&mut buildings::Filter)| {
        let mut filter = all.clone();
        change(&mut filter);
        filter
    };
    assert_eq!(ids(&mut tx, &all).await, ["a", "b", "c", "d"]);
    let cases: [(Narrow, &[&str]); 9] = [
        (|f| f.kind = Some("school".into()), &["b", "c"]),
        (|f| f.status = Some(BuildingStatus::Retired), &["d"]),
        (|f| f.text = Some("SCHULE".into()), &["b", "c"]),
        (|f| f.text = Some("e_1".into()), &["b"]),
        (|f| f.text = Some("50%".into()), &["d"]),
        (|f| f.bbox = Some([8.0, 48.0, 8.4, 49.0]), &["a"]),
        (|f| f.bbox = Some([178.0, -30.0, -178.0, 0.0]), &["c", "d"]),
        (|f| f.offset = 3, &["d"]),
        (|f| f.offset = 4, &[]),
    ];
    for (change, expected) in cases {
        assert_eq!(ids(&mut tx, &with(change)).await, expected);
    }
    let sorted = |name: &str, descending| buildings::Filter {
        sort: buildings::Sort {
            field: buildings::SortField::parse(name).unwrap(),
            descending,
        },
        ..all.clone()
    };
    for (name, descending, expected) in [
        ("area", false, ["c", "d", "b", "a"]),
        ("area", true, ["b", "d", "c", "a"]),
        ("name", false, ["d", "a", "c", "b"]),
        ("kind", true, ["c", "b", "d", "a"]),
        ("createdAt", true, ["d", "c", "b", "a"]),
        ("updatedAt", false, ["a", "b", "c", "d"]),
        ("status", true, ["d", "c", "b", "a"]),
    ] {
        assert_eq!(
            ids(&mut tx, &sorted(name, descending)).await,
            expected,
            "{name}"
        );
    }
    let b = buildings::get(&mut tx, "b").await.unwrap().unwrap();
    assert_eq!((b.open_alerts, b.energy.is_some()), (Some(1), true));
    assert!(buildings::get(&mut tx, "zzz").await.unwrap().is_none());
    let page = alerts::list(
        &mut tx,
        &alerts::Filter {
            building: Some("b".into()),
            source: Some(alerts::SourceFilter::parse("rule/r/1")),
            text: Some("hot".into()),
            limit: 10,
            ..alerts::Filter::default()
        },
    )
    .await
    .unwrap();
    assert_eq!((page.total, page.items[0].count), (1, 1));
    assert!(alerts::get(&mut tx, "al").await.unwrap().is_some());
    drop(tx);
    process.ends().await;
}
