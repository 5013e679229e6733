//! What each excursion raises and resolves.

use flowgrid_domain::alerts::{AlertStatus, Severity};
use serde_json::json;

use crate::world::{World, at};

#[tokio::test(flavor = "multi_thread")]
async fn an_excursion_raises_one_alert_and_resolves_it() {
    let world = World::start().await;
    let _worker = world.worker().await;
    world.rule("peak", json!({"severity": "high"})).await;
    world
        .report("main", &[(0, 70.0), (60, 81.5), (120, 90.0)])
        .await;
    let alerts = world.has(1, 1).await;
    let alert = &alerts[0];
    assert_eq!(alert.source.kind, "rule");
    assert_eq!(
        (&*alert.source.id, &*alert.alert_type),
        ("peak/main", "threshold")
    );
    assert_eq!((alert.severity, alert.count), (Severity::High, 1));
    assert_eq!(alert.building_id.as_deref(), Some("rathaus"));
    assert_eq!(alert.first_occurred_at, at(60));
    assert_eq!(alert.title, "peak: main");
    let said = alert.message.as_deref().unwrap();
    assert!(
        said.contains("81.5 kW") && said.contains("above 80 kW"),
        "{said}"
    );

    // The same again and what comes late change nothing; what is over is resolved.
    world
        .report("main", &[(60, 81.5), (90, 10.0), (120, 90.0)])
        .await;
    world.report("main", &[(180, 60.0)]).await;
    let alerts = world.has(1, 0).await;
    assert_eq!(alerts[0].resolved_at, Some(at(180)));
    assert_eq!(alerts[0].resolved_by.as_deref(), Some("flowgrid"));
    world.report("main", &[(240, 99.0)]).await;
    world.has(2, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_for_a_kind_looks_at_each_sensor_by_itself_also_at_new_ones() {
    let world = World::start().await;
    let _worker = world.worker().await;
    let target = json!({"buildingId": "rathaus", "sensorKind": "power"});
    world.rule("peak", json!({"target": target})).await;
    world.sensor("second", "power", "kW").await;
    world.report("second", &[(0, 90.0)]).await;
    world.report("hall", &[(0, 90.0)]).await;
    world.report("main", &[(0, 91.0)]).await;
    let alerts = world.has(2, 2).await;
    let sources: Vec<_> = alerts.iter().map(|alert| &*alert.source.id).collect();
    assert_eq!(sources, ["peak/main", "peak/second"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expression_is_of_its_building() {
    let world = World::start().await;
    let _worker = world.worker().await;
    world
        .rule(
            "both",
            json!({"kind": "expression", "target": {"buildingId": "rathaus"},
            "condition": {"expression": "value.main > 80.0 && value.hall < 20.0"}}),
        )
        .await;
    world.report("main", &[(0, 90.0)]).await;
    world.report("hall", &[(10, 19.0)]).await;
    let alerts = world.has(1, 1).await;
    assert_eq!(alerts[0].source.id, "both/rathaus");
    world.report("main", &[(20, 10.0)]).await;
    world.has(1, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silence_and_a_hold_go_on_by_the_clock() {
    let world = World::start().await;
    let worker = world.worker().await;
    let silence = json!({"kind": "noData", "condition": {"forSeconds": 3600}});
    world.rule("silent", silence).await;
    world
        .rule("held", json!({"hold": {"forSeconds": 1800}}))
        .await;
    let last = world.report("main", &[(0, 90.0)]).await;
    world.evaluated(last).await;
    assert_eq!(world.alerts().await.len(), 0);
    // Its timers outlive the worker.
    worker.kill();
    world.pass(7_200);
    let _worker = world.worker().await;
    let alerts = world.has(2, 2).await;
    assert_eq!(alerts[0].source.id, "held/main");
    assert_eq!(alerts[1].source.id, "silent/main");
    world.report("main", &[(60, 10.0)]).await;
    world.has(2, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_is_to_resolve_stays_open_and_is_counted_up() {
    let world = World::start().await;
    let _worker = world.worker().await;
    world.rule("peak", json!({"autoResolve": false})).await;
    world
        .report("main", &[(0, 90.0), (60, 10.0), (120, 90.0), (180, 10.0)])
        .await;
    let alerts = world.has(1, 1).await;
    flowgrid_tests::eventually("it is counted up", || async {
        world.alerts().await[0].count == 2
    })
    .await;
    assert_eq!(alerts[0].status, AlertStatus::Open);
}
