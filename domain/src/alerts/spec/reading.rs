//! What bodies say.

use serde_json::{Map, Value, json};

use super::*;
use crate::{FieldError, Shown};

fn object(body: Value) -> Map<String, Value> {
    body.as_object().unwrap().clone()
}

fn read(body: Value) -> Result<Raise, Vec<FieldError>> {
    read_raise(&object(body), &Slug::parse("a-1").unwrap(), at(0))
}

fn pointers(errors: &[FieldError]) -> Vec<&str> {
    errors.iter().map(|error| &*error.pointer).collect()
}

#[test]
fn a_whole_raise_is_read() {
    let body = json!({
        "alertType": "overheating", "severity": "high", "title": "Too hot", "message": "41 °C",
        "source": {"kind": "sensor", "id": "t-1"}, "buildingId": "rathaus", "nodeId": null,
    });
    assert_eq!(read(body), Ok(raise()));
}

#[test]
fn what_is_raised_by_hand_stands_for_itself() {
    let by_hand = read(json!({"title": "Smells of gas"})).unwrap();
    assert_eq!(by_hand.source.kind.as_str(), "manual");
    assert_eq!(by_hand.source.id, "a-1");
    assert_eq!(by_hand.severity, Severity::Medium);
}

#[test]
fn type_is_another_name_of_severity() {
    let one = read(json!({"title": "x", "type": "low"})).unwrap();
    let both = read(json!({"title": "x", "type": "low", "severity": "high"})).unwrap();
    assert_eq!(
        (one.severity, both.severity),
        (Severity::Low, Severity::High)
    );
}

#[test]
fn a_raise_names_everything_that_is_wrong() {
    let errors = read(json!({
        "source": {"kind": "a b", "colour": 1}, "alertType": "a/b", "severity": "urgent",
        "message": 5, "buildingId": "Rathaus", "shade": 1,
    }))
    .unwrap_err();
    let all = [
        "/source/kind",
        "/source/id",
        "/source/colour",
        "/alertType",
        "/severity",
        "/title",
        "/message",
        "/buildingId",
        "/shade",
    ];
    assert_eq!(pointers(&errors), all);
}

#[test]
fn a_change_takes_the_whole_resource_back() {
    let mut alert = Alert::default();
    alert.evolve(&raised());
    let resource = alert.resource("a-1", at(0), at(0), 1).unwrap();
    let mut body = object(serde_json::to_value(resource).unwrap());
    body.insert("severity".to_owned(), json!("low"));
    body.insert("message".to_owned(), Value::Null);
    let change = read_alert_change(&body).unwrap();
    assert_eq!(change.severity, Some(Severity::Low));
    assert_eq!(change.message, Patch::Clear);
    assert!(read_alert_change(&object(json!({"shade": 1}))).is_err());
}

#[test]
fn the_small_bodies_are_read() {
    let someone = read_assignee(&object(json!({"assignee": "ben"}))).unwrap();
    assert_eq!(someone, Some(PersonId::parse("ben").unwrap()));
    assert_eq!(read_assignee(&object(json!({"assignee": null}))), Ok(None));
    assert!(read_assignee(&Map::new()).is_err());
    assert_eq!(read_note(&Map::new()), Ok(None));
    assert!(read_comment(&object(json!({"text": " "}))).is_err());
    let until = read_snooze(&object(json!({"until": "2026-05-01T12:00:00+02:00"})));
    assert_eq!(until, Ok(at(0)));
    assert!(read_snooze(&object(json!({"until": "tomorrow"}))).is_err());
}
