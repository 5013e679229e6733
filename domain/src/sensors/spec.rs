//! Given a sensor's past, when a command comes, then this happens.

use chrono::DateTime;
use cqrs_es::test::{AggregateTestExecutor, TestFramework};
use serde_json::{Value, json};

use super::*;
use crate::{Decider, FieldError, Patch, Rejection, Shown};

fn given(past: Vec<SensorEvent>) -> AggregateTestExecutor<Sensor> {
    TestFramework::with(()).given(past)
}

fn meter() -> Installed {
    Installed {
        building_id: "rathaus".to_owned(),
        name: "Main meter".to_owned(),
        kind: "electricity".to_owned(),
        unit: "kWh".to_owned(),
        mode: Mode::Interval,
        period_seconds: Some(900),
        parent_id: None,
        direction: Direction::Consumption,
        register_size: None,
        calorific_value: None,
        state_number: None,
        time_zone: None,
    }
}

fn installed() -> SensorEvent {
    SensorEvent::Installed(meter())
}

fn removed() -> SensorEvent {
    SensorEvent::Removed(Removed {})
}

fn calibrated(factor: f64, from: &str) -> SensorEvent {
    SensorEvent::Calibrated(Calibrated {
        factor,
        offset: 0.0,
        valid_from: DateTime::parse_from_rfc3339(from).unwrap().to_utc(),
    })
}

fn body() -> Value {
    json!({
        "buildingId": "rathaus", "name": " Main meter ", "kind": "electricity", "unit": "kwh",
        "mode": "interval", "periodSeconds": 900,
    })
}

fn with(field: &str, value: Value) -> Value {
    let mut body = body();
    body[field] = value;
    body
}

fn install(body: &Value) -> SensorCommand {
    let installation = read_installation(body.as_object().unwrap()).unwrap();
    SensorCommand::Install(installation.install)
}

fn change(body: &Value) -> SensorCommand {
    SensorCommand::Change(read_change(body.as_object().unwrap()).unwrap())
}

fn pointers(errors: &[FieldError]) -> Vec<&str> {
    errors.iter().map(|error| &*error.pointer).collect()
}

fn refused_field(past: Vec<SensorEvent>, command: SensorCommand) -> String {
    match given(past).when(command).inspect_result() {
        Err(Rejection::Invalid(errors)) => pointers(&errors).join(" "),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_sensor_is_installed_once_for_ever() {
    given(vec![])
        .when(install(&body()))
        .then_expect_events(vec![installed()]);
    for past in [vec![installed()], vec![installed(), removed()]] {
        let result = given(past).when(install(&body())).inspect_result();
        assert!(matches!(result, Err(Rejection::AlreadyExists { .. })));
    }
}

#[test]
fn unit_mode_and_period_go_together() {
    for (body, field) in [
        (with("unit", json!("°C")), "/unit"),
        (with("mode", json!("instantaneous")), "/unit"),
        (with("periodSeconds", json!(null)), "/periodSeconds"),
        (with("registerSize", json!(1_000_000)), "/registerSize"),
    ] {
        assert_eq!(refused_field(vec![], install(&body)), field);
    }
    let mut count = with("mode", json!("cumulative"));
    count["periodSeconds"] = json!(null);
    count["registerSize"] = json!(1_000_000);
    assert!(given(vec![]).when(install(&count)).inspect_result().is_ok());
}

#[test]
fn only_what_differs_becomes_an_event() {
    let whole = json!({
        "id": "main", "buildingId": "rathaus", "name": "Meter", "kind": "electricity", "unit": "kWh",
        "mode": "interval", "periodSeconds": 900, "parentId": null, "direction": "generation",
        "registerSize": null, "calorificValue": null, "stateNumber": null, "calibrations": [],
        "status": "online", "lastReading": null, "revision": 1, "position": "x",
        "createdAt": "2026-01-01T00:00:00Z", "updatedAt": "2026-01-01T00:00:00Z",
    });
    let changed = Changed {
        name: Some("Meter".to_owned()),
        direction: Some(Direction::Generation),
        ..Changed::default()
    };
    given(vec![installed()])
        .when(change(&whole))
        .then_expect_events(vec![SensorEvent::Changed(changed)]);
    given(vec![installed()])
        .when(change(&body()))
        .then_expect_events(vec![]);
}

#[test]
fn what_readings_mean_does_not_change_under_them() {
    for (field, value) in [
        ("buildingId", json!("school")),
        ("unit", json!("MWh")),
        ("mode", json!("cumulative")),
    ] {
        let command = change(&json!({field: value}));
        assert_eq!(
            refused_field(vec![installed()], command),
            format!("/{field}")
        );
    }
    let period = change(&json!({"periodSeconds": null}));
    assert_eq!(refused_field(vec![installed()], period), "/periodSeconds");
}

#[test]
fn a_calibration_holds_from_a_time_on() {
    let calibrate = |factor: f64, from: &str| {
        change(&json!({"calibration": {"factor": factor, "validFrom": from}}))
    };
    given(vec![installed()])
        .when(calibrate(2.0, "2026-05-01T02:00:00+02:00"))
        .then_expect_events(vec![calibrated(2.0, "2026-05-01T00:00:00Z")]);
    given(vec![installed(), calibrated(2.0, "2026-05-01T00:00:00Z")])
        .when(calibrate(2.0, "2026-05-01T00:00:00Z"))
        .then_expect_events(vec![]);
    let mut sensor = Sensor::default();
    for event in [
        installed(),
        calibrated(3.0, "2026-06-01T00:00:00Z"),
        calibrated(2.0, "2026-05-01T00:00:00Z"),
        calibrated(4.0, "2026-06-01T00:00:00Z"),
    ] {
        sensor.evolve(&event);
    }
    let factors: Vec<f64> = sensor
        .details()
        .unwrap()
        .calibrations
        .iter()
        .map(|one| one.factor)
        .collect();
    assert_eq!(factors, [2.0, 4.0]);
    let zero = json!({"calibration": {"factor": 0, "validFrom": "2026-05-01T00:00:00Z"}});
    let errors = read_change(zero.as_object().unwrap()).unwrap_err();
    assert_eq!(pointers(&errors), ["/calibration/factor"]);
}

#[test]
fn calibrations_are_bounded() {
    let mut past = vec![installed()];
    let day = |n: usize| format!("2026-01-01T00:{:02}:{:02}Z", n / 60, n % 60);
    past.extend((0..MAX_CALIBRATIONS).map(|n| calibrated(2.0, &day(n))));
    let more = |n| change(&json!({"calibration": {"factor": 3, "validFrom": day(n)}}));
    let result = given(past.clone())
        .when(more(MAX_CALIBRATIONS))
        .inspect_result();
    assert!(matches!(
        result,
        Err(Rejection::Refused {
            code: "too-many-calibrations",
            ..
        })
    ));
    assert!(given(past).when(more(0)).inspect_result().is_ok());
}

#[test]
fn a_removed_sensor_does_not_change() {
    given(vec![installed()])
        .when(SensorCommand::Remove)
        .then_expect_events(vec![removed()]);
    given(vec![installed(), removed()])
        .when(SensorCommand::Remove)
        .then_expect_events(vec![]);
    let result = given(vec![installed(), removed()])
        .when(change(&json!({"name": "x"})))
        .inspect_result();
    assert!(matches!(
        result,
        Err(Rejection::Conflict {
            code: "sensor-removed",
            ..
        })
    ));
    for command in [change(&json!({})), SensorCommand::Remove] {
        given(vec![])
            .when(command)
            .then_expect_error(Rejection::NotFound);
    }
}

#[test]
fn a_parent_may_be_taken_away() {
    let mut behind = meter();
    behind.parent_id = Some("main".to_owned());
    let changed = Changed {
        parent_id: Patch::Clear,
        ..Changed::default()
    };
    given(vec![SensorEvent::Installed(behind)])
        .when(change(&json!({"parentId": null})))
        .then_expect_events(vec![SensorEvent::Changed(changed)]);
}

#[test]
fn the_resource_shows_the_state() {
    let at = |text: &str| DateTime::parse_from_rfc3339(text).unwrap().to_utc();
    let (first, last) = (at("2026-05-01T10:00:00Z"), at("2026-05-02T10:00:00.5Z"));
    let mut sensor = Sensor::default();
    assert_eq!(sensor.resource("main", first, last, 0), None);
    sensor.evolve(&installed());
    let shown = sensor.resource("main", first, last, 1).unwrap();
    assert_eq!((shown.status, shown.last_reading), (None, None));
    sensor.evolve(&removed());
    let shown = serde_json::to_value(sensor.resource("main", first, last, 2)).unwrap();
    assert_eq!(shown["status"], "removed");
    assert_eq!(shown["mode"], "interval");
    assert_eq!(shown["updatedAt"], "2026-05-02T10:00:00.500Z");
}

#[test]
fn a_sensor_that_says_nothing_is_stale_and_then_offline() {
    let now = DateTime::from_timestamp(10_000_000, 0).unwrap();
    let of = |seconds: i64, period| {
        SensorStatus::of(Some(now - chrono::TimeDelta::seconds(seconds)), period, now)
    };
    assert_eq!(of(-60, Some(60)), SensorStatus::Online);
    assert_eq!(of(180, Some(60)), SensorStatus::Online);
    assert_eq!(of(181, Some(60)), SensorStatus::Stale);
    assert_eq!(of(86_401, Some(60)), SensorStatus::Offline);
    assert_eq!(of(9 * 86_400, Some(86_400)), SensorStatus::Stale);
    assert_eq!(of(2_700, None), SensorStatus::Online);
    assert_eq!(SensorStatus::of(None, Some(60), now), SensorStatus::Offline);
}

#[test]
fn everything_wrong_is_named_at_once() {
    let bad =
        json!({"name": "", "unit": "furlong", "mode": "now", "periodSeconds": 0, "colour": 1});
    let errors = read_installation(bad.as_object().unwrap()).unwrap_err();
    let all = [
        "/buildingId",
        "/name",
        "/kind",
        "/unit",
        "/mode",
        "/periodSeconds",
        "/colour",
    ];
    assert_eq!(pointers(&errors), all);
}
