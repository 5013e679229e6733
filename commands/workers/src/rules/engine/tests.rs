//! What events of telemetry do to sources.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use flowgrid_bus::{LogId, RecordedEvent, Tenant};
use flowgrid_domain::Event;
use flowgrid_domain::readings::{Batch, OnConflict, Quality, Reading};
use flowgrid_domain::rules::read_rule;
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::deed::Deed;
use super::*;

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000 + second, 0).unwrap()
}

fn tenant() -> Tenant {
    Tenant::from_slug("acme").unwrap()
}

/// An organization with the sensors `a` and `b` in one building, and rules of which nothing is stored.
fn engine(rules: &[(&str, Value)]) -> Engine {
    let mut organization = Organization::new(tenant());
    for id in ["a", "b"] {
        let named = ("rathaus", id, "power", "kW");
        let calibrated = vec![(at(500), 2.0, 0.0)];
        organization.add_sensor(Sensor::new(id, named, calibrated, true, at(0), 1));
    }
    for (id, body) in rules {
        let mut rule = json!({"name": id, "kind": "threshold", "condition": {"above": 80},
            "target": {"buildingId": "rathaus", "sensorKind": "power"}});
        for (name, value) in body.as_object().unwrap() {
            rule[name] = value.clone();
        }
        let rule = read_rule(rule.as_object().unwrap()).unwrap().definition;
        organization.add_rule(Rule::new(id, rule, 1, at(0)));
    }
    let mut engine = Engine::default();
    engine.put(organization, &mut Stored::new(), &HashMap::new(), at(0));
    engine
}

/// One request's readings, written after them all.
fn event(readings: &[(&str, i64, f64)]) -> RecordedEvent {
    let mut batch = Batch::default();
    for (sensor, second, value) in readings {
        let (time, quality, value) = (at(*second), Quality::Measured, *value);
        let reading = Reading {
            time,
            value,
            quality,
        };
        batch.push(sensor, reading);
    }
    let event = batch.into_events(OnConflict::Ignore).remove(0);
    RecordedEvent {
        log: LogId(2),
        position: 1,
        event_id: Uuid::nil(),
        tenant_id: tenant().id(),
        aggregate_type: "readings".into(),
        aggregate_id: "acme/rathaus".into(),
        sequence: 1,
        event_type: event.event_type().into(),
        event_version: event.event_version().into(),
        payload: event.payload().unwrap().into(),
        metadata: "{}".into(),
        recorded_at: at(10_000),
    }
}

/// What follows, as `rule/source` and since when; `-` before what is resolved.
fn decided(engine: &mut Engine) -> Vec<(String, i64)> {
    let tasks = std::mem::take(&mut engine.changes().tasks);
    let second = |since: DateTime<Utc>| (since - at(0)).num_seconds();
    let each = tasks.into_iter().map(|task| match &task.deed {
        Deed::Raise { since, .. } => (task.source_id(), second(*since)),
        Deed::Clear { since, .. } => {
            let since = since.map_or(-1, second);
            (format!("-{}", task.source_id()), since)
        }
        Deed::Escalate { .. } => panic!("{task:?}"),
    });
    each.collect()
}

fn named(all: &[(&str, i64)]) -> Vec<(String, i64)> {
    let each = all.iter();
    each.map(|(name, second)| ((*name).to_owned(), *second))
        .collect()
}

#[test]
fn the_readings_of_an_event_are_told_in_the_order_of_time() {
    let mut engine = engine(&[("r", json!({}))]);
    let backwards = [
        ("a", 3, 10.0),
        ("b", 2, 99.0),
        ("a", 1, 90.0),
        ("a", 0, 10.0),
    ];
    engine.readings(&event(&backwards), true).unwrap();
    let wanted = [("r/a", 1), ("r/b", 2), ("-r/a", 1)];
    assert_eq!(decided(&mut engine), named(&wanted));
}

#[test]
fn values_are_calibrated() {
    let mut engine = engine(&[("r", json!({}))]);
    engine
        .readings(&event(&[("a", 499, 41.0), ("b", 500, 41.0)]), true)
        .unwrap();
    assert_eq!(decided(&mut engine), named(&[("r/b", 500)]));
}

#[test]
fn an_expression_sees_all_of_a_moment_at_once() {
    let condition = json!({"expression": "value.a > 80.0 && value.b > 80.0"});
    let both = json!({"kind": "expression", "condition": condition,
        "target": {"buildingId": "rathaus"}});
    let mut engine = engine(&[("both", both)]);
    engine
        .readings(&event(&[("a", 0, 10.0), ("b", 0, 90.0)]), true)
        .unwrap();
    // Both change places: neither before nor after are both above.
    engine
        .readings(&event(&[("a", 60, 90.0), ("b", 60, 10.0)]), true)
        .unwrap();
    assert_eq!(decided(&mut engine), []);
    engine.readings(&event(&[("b", 120, 90.0)]), true).unwrap();
    assert_eq!(decided(&mut engine), named(&[("both/rathaus", 120)]));
}

#[test]
fn what_is_only_heard_decides_nothing_and_is_known() {
    let mut engine = engine(&[("r", json!({}))]);
    engine.readings(&event(&[("a", 60, 99.0)]), false).unwrap();
    engine
        .readings(&event(&[("a", 60, 99.0), ("a", 30, 99.0)]), true)
        .unwrap();
    assert_eq!(decided(&mut engine), []);
    assert!(!engine.changes().is_urgent());
    let newest = engine.take_newest();
    assert_eq!(newest.len(), 1);
    assert_eq!(
        (newest[0].seen.time, newest[0].seen.arrived),
        (at(60), at(10_000))
    );
    assert!(engine.take_newest().is_empty());
}

#[test]
fn a_silence_is_noticed_though_nothing_ever_came() {
    let silence = json!({"kind": "noData", "condition": {"forSeconds": 600}});
    let mut engine = engine(&[("quiet", silence)]);
    assert_eq!(engine.due(), Some(at(600)));
    engine.tick(at(599));
    assert_eq!(decided(&mut engine), []);
    engine.tick(at(600));
    let mut both = decided(&mut engine);
    both.sort();
    assert_eq!(both, named(&[("quiet/a", 0), ("quiet/b", 0)]));
    assert_eq!(engine.due(), None);
}

#[test]
fn where_sources_stand_outlives_what_held_them() {
    let mut first = engine(&[("r", json!({"hold": {"forSeconds": 600}}))]);
    first.readings(&event(&[("a", 0, 99.0)]), true).unwrap();
    let states = std::mem::take(&mut first.changes().states);
    let stored = states
        .into_iter()
        .filter_map(|(key, state)| Some((key, state?.0)));
    let mut stored: Stored = stored.collect();
    assert_eq!(stored.len(), 1);
    let mut again = engine(&[("r", json!({"hold": {"forSeconds": 600}}))]);
    let same = again.organizations.remove(&tenant().id()).unwrap();
    again.put(same, &mut stored, &HashMap::new(), at(0));
    again.readings(&event(&[("a", 600, 99.0)]), true).unwrap();
    assert_eq!(decided(&mut again), named(&[("r/a", 0)]));
}

#[test]
fn what_is_stored_of_a_rule_that_is_gone_is_cleared() {
    let mut first = engine(&[("r", json!({}))]);
    first.readings(&event(&[("a", 5, 99.0)]), true).unwrap();
    let states = std::mem::take(&mut first.changes().states);
    let mut stored: Stored = states
        .into_iter()
        .filter_map(|(key, state)| Some((key, state?.0)))
        .collect();
    let mut engine = Engine::default();
    engine.put(
        Organization::new(tenant()),
        &mut stored,
        &HashMap::new(),
        at(9),
    );
    assert_eq!(decided(&mut engine), named(&[("-r/a", 5)]));
    assert!(engine.changes().states.values().all(Option::is_none));
}
