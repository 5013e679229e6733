//! Given a building's past, when a command comes, then this happens.

use chrono::DateTime;
use cqrs_es::test::{AggregateTestExecutor, TestFramework};
use serde_json::{Value, json};

use super::*;
use crate::values::Latitude;
use crate::{Decider, Event, FieldError, Patch, Rejection, Shown};

fn given(past: Vec<BuildingEvent>) -> AggregateTestExecutor<Building> {
    TestFramework::with(()).given(past)
}

fn registered() -> BuildingEvent {
    BuildingEvent::Registered(Registered {
        name: "Rathaus".to_owned(),
        kind: "townHall".to_owned(),
        address: Some("Marktplatz 1".to_owned()),
        lat: Some(48.351),
        lon: Some(8.963),
        area: None,
        timezone: Some("Europe/Berlin".to_owned()),
    })
}

fn retired() -> BuildingEvent {
    BuildingEvent::Retired(Retired {})
}

fn body() -> Value {
    json!({
        "name": " Rathaus ", "kind": "townHall", "address": "Marktplatz 1",
        "lat": 48.351, "lon": 8.963, "timezone": "Europe/Berlin",
    })
}

fn register(body: &Value) -> BuildingCommand {
    let registration = read_registration(body.as_object().unwrap()).unwrap();
    BuildingCommand::Register(registration.register)
}

fn change(body: &Value) -> BuildingCommand {
    BuildingCommand::Change(read_change(body.as_object().unwrap()).unwrap())
}

fn pointers(errors: &[FieldError]) -> Vec<&str> {
    errors.iter().map(|error| &*error.pointer).collect()
}

#[test]
fn a_new_building_is_registered() {
    given(vec![])
        .when(register(&body()))
        .then_expect_events(vec![registered()]);
}

#[test]
fn an_id_is_given_once_for_ever() {
    for past in [vec![registered()], vec![registered(), retired()]] {
        let result = given(past).when(register(&body())).inspect_result();
        assert!(matches!(result, Err(Rejection::AlreadyExists { .. })));
    }
}

#[test]
fn only_what_differs_becomes_an_event() {
    let whole = json!({
        "id": "rathaus", "name": "Rathaus am Markt", "kind": "townHall", "address": "",
        "lat": 48.351, "lon": 8.963, "area": null, "timezone": "Europe/Berlin",
        "status": "active", "energy": null, "openAlerts": 3, "revision": 1, "position": "x",
        "createdAt": "2026-01-01T00:00:00Z", "updatedAt": "2026-01-01T00:00:00Z",
    });
    let changed = Changed {
        name: Some("Rathaus am Markt".to_owned()),
        address: Patch::Clear,
        ..Changed::default()
    };
    let payload = BuildingEvent::Changed(changed.clone()).payload().unwrap();
    assert_eq!(payload, r#"{"name":"Rathaus am Markt","address":null}"#);
    given(vec![registered()])
        .when(change(&whole))
        .then_expect_events(vec![BuildingEvent::Changed(changed)]);
}

#[test]
fn a_change_that_changes_nothing_is_no_event() {
    for same in [json!({}), body(), json!({"area": null})] {
        given(vec![registered()])
            .when(change(&same))
            .then_expect_events(vec![]);
    }
}

#[test]
fn a_building_has_a_whole_place_or_none() {
    let half = Register {
        lat: Some(Latitude::new(1.0).unwrap()),
        ..read_registration(json!({"name": "x"}).as_object().unwrap())
            .unwrap()
            .register
    };
    given(vec![])
        .when(BuildingCommand::Register(half))
        .then_expect_error(Rejection::field("/lon", "is required with lat"));
    given(vec![registered()])
        .when(change(&json!({"lat": null})))
        .then_expect_error(Rejection::field("/lat", "is required with lon"));
    let gone = Changed {
        lat: Patch::Clear,
        lon: Patch::Clear,
        ..Changed::default()
    };
    given(vec![registered()])
        .when(change(&json!({"lat": null, "lon": null})))
        .then_expect_events(vec![BuildingEvent::Changed(gone)]);
}

#[test]
fn a_building_is_retired_once() {
    given(vec![registered()])
        .when(BuildingCommand::Retire)
        .then_expect_events(vec![retired()]);
    given(vec![registered(), retired()])
        .when(BuildingCommand::Retire)
        .then_expect_events(vec![]);
}

#[test]
fn a_retired_building_does_not_change() {
    let result = given(vec![registered(), retired()])
        .when(change(&json!({"name": "x"})))
        .inspect_result();
    let code = "building-retired";
    assert!(matches!(result, Err(Rejection::Conflict { code: found, .. }) if found == code));
}

#[test]
fn an_unknown_building_is_not_found() {
    for command in [change(&json!({"name": "x"})), BuildingCommand::Retire] {
        given(vec![])
            .when(command)
            .then_expect_error(Rejection::NotFound);
    }
}

#[test]
fn the_resource_shows_the_state() {
    let at = |text: &str| DateTime::parse_from_rfc3339(text).unwrap().to_utc();
    let (first, last) = (at("2026-05-01T10:00:00Z"), at("2026-05-02T10:00:00.5Z"));
    let mut building = Building::default();
    assert_eq!(building.resource("rathaus", first, last, 0), None);
    building.evolve(&registered());
    building.evolve(&retired());
    let resource = building.resource("rathaus", first, last, 2).unwrap();
    let expected = json!({
        "id": "rathaus", "name": "Rathaus", "kind": "townHall", "address": "Marktplatz 1",
        "lat": 48.351, "lon": 8.963, "area": null, "timezone": "Europe/Berlin",
        "status": "retired", "energy": null, "openAlerts": null,
        "createdAt": "2026-05-01T10:00:00Z", "updatedAt": "2026-05-02T10:00:00.500Z", "revision": 2,
    });
    assert_eq!(serde_json::to_value(resource).unwrap(), expected);
}

#[test]
fn a_registration_names_everything_that_is_wrong() {
    let read = |body: Value| read_registration(body.as_object().unwrap());
    let minimal = read(json!({"id": "rathaus-hechingen", "name": "Rathaus"})).unwrap();
    assert_eq!(minimal.id.unwrap().as_str(), "rathaus-hechingen");
    assert_eq!(minimal.register.kind.as_str(), "building");
    let errors = read(json!({
        "id": "search", "name": "a\u{0}b", "kind": "town hall", "address": 5, "lat": 91, "lon": "8",
        "area": -1, "timezone": "Europe/Hechingen", "colour": "red",
    }))
    .unwrap_err();
    let all = [
        "/id",
        "/name",
        "/kind",
        "/address",
        "/lat",
        "/lon",
        "/area",
        "/timezone",
        "/colour",
    ];
    assert_eq!(pointers(&errors), all);
    assert_eq!(pointers(&read(json!({})).unwrap_err()), ["/name"]);
}

#[test]
fn a_change_may_not_take_the_name_away() {
    let errors = read_change(json!({"name": null}).as_object().unwrap()).unwrap_err();
    assert_eq!(pointers(&errors), ["/name"]);
}
