//! Given a rule's past, when a command comes, then this happens.

use serde_json::{Value, json};

use super::*;
use crate::{Decider, Rejection, Shown};

fn body(change: &Value) -> Value {
    let mut body = json!({
        "name": "Peak", "kind": "threshold", "condition": {"above": 80},
        "target": {"sensorId": "main"},
    });
    for (name, value) in change.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

fn definition(change: &Value) -> Definition {
    let body = body(change);
    read_rule(body.as_object().unwrap()).unwrap().definition
}

fn create(change: &Value) -> AlertRuleCommand {
    AlertRuleCommand::Create(Box::new(definition(change)))
}

fn change(body: &Value) -> AlertRuleCommand {
    AlertRuleCommand::Change(Box::new(
        read_rule_change(body.as_object().unwrap()).unwrap(),
    ))
}

fn created() -> AlertRuleEvent {
    AlertRuleEvent::Created(Created {
        definition: definition(&json!({})),
    })
}

fn deleted() -> AlertRuleEvent {
    AlertRuleEvent::Deleted(Deleted {})
}

fn after(past: &[AlertRuleEvent]) -> AlertRule {
    let mut state = AlertRule::default();
    past.iter().for_each(|event| state.evolve(event));
    state
}

/// The pointers of the fields that are wrong.
fn wrong(change: &Value) -> Vec<String> {
    let body = body(change);
    let errors = match read_rule(body.as_object().unwrap()) {
        Err(errors) => errors,
        Ok(read) => match after(&[]).decide(&AlertRuleCommand::Create(Box::new(read.definition))) {
            Err(Rejection::Invalid(errors)) => errors,
            other => panic!("{other:?}"),
        },
    };
    errors.into_iter().map(|error| error.pointer).collect()
}

#[test]
fn a_rule_is_created_once() {
    let command = create(&json!({}));
    assert_eq!(after(&[]).decide(&command), Ok(vec![created()]));
    for past in [vec![created()], vec![created(), deleted()]] {
        let again = after(&past).decide(&command);
        assert!(matches!(again, Err(Rejection::AlreadyExists { .. })));
    }
}

#[test]
fn what_is_not_said_is_as_usual() {
    let usual = definition(&json!({}));
    assert!(usual.enabled && usual.auto_resolve);
    assert_eq!(usual.damping, Some(Damping::USUAL));
    assert_eq!(definition(&json!({"damping": null})).damping, None);
    assert_eq!(usual.hold.for_seconds, 0);
}

#[test]
fn a_change_says_the_whole_rule_again_and_only_if_it_is_another() {
    let rule = after(&[created()]);
    assert_eq!(rule.decide(&change(&json!({"name": "Peak"}))), Ok(vec![]));
    let decided = rule.decide(&change(
        &json!({"enabled": false, "hold": {"forSeconds": 60}}),
    ));
    let changed = definition(&json!({"enabled": false, "hold": {"forSeconds": 60}}));
    let changed = AlertRuleEvent::Changed(Changed {
        definition: changed,
    });
    assert_eq!(decided, Ok(vec![changed.clone()]));
    let shown = after(&[created(), changed]);
    let now = chrono::DateTime::UNIX_EPOCH;
    let shown = shown.resource("r", now, now, 2).unwrap();
    assert_eq!(shown.status, RuleStatus::Disabled);
    // What was read can be sent back.
    let same = serde_json::to_value(&shown).unwrap();
    let sent = read_rule_change(same.as_object().unwrap()).unwrap();
    assert_eq!(sent.over(&shown.definition), shown.definition);
}

#[test]
fn a_change_must_fit_what_it_leaves() {
    let rule = after(&[created()]);
    let refused = rule.decide(&change(&json!({"clear": {"below": 90}})));
    let Err(Rejection::Invalid(errors)) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(errors[0].pointer, "/clear/below");
}

#[test]
fn a_deleted_rule_is_not_there() {
    let gone = after(&[created(), deleted()]);
    assert_eq!(
        after(&[created()]).decide(&AlertRuleCommand::Delete),
        Ok(vec![deleted()])
    );
    assert_eq!(gone.decide(&AlertRuleCommand::Delete), Ok(vec![]));
    assert_eq!(
        gone.decide(&change(&json!({"name": "x"}))),
        Err(Rejection::NotFound)
    );
    assert_eq!(
        after(&[]).decide(&AlertRuleCommand::Delete),
        Err(Rejection::NotFound)
    );
}

#[test]
fn each_kind_of_rule_can_be_written() {
    let building = json!({"buildingId": "rathaus", "sensorKind": "electricity"});
    for (kind, condition, target) in [
        ("threshold", json!({"below": 1}), building.clone()),
        ("rateOfChange", json!({"above": 5}), building.clone()),
        ("noData", json!({"forSeconds": 3600}), building.clone()),
        (
            "forecastDeviation",
            json!({"percent": 30, "atLeast": 2}),
            building,
        ),
        (
            "expression",
            json!({"expression": "value.main > 80.0"}),
            json!({"buildingId": "rathaus"}),
        ),
    ] {
        let body = json!({"kind": kind, "condition": condition, "target": target});
        let written = serde_json::to_value(definition(&body)).unwrap();
        assert_eq!(written["kind"], kind);
        assert!(after(&[]).decide(&create(&body)).is_ok(), "{body}");
    }
}

#[test]
fn each_field_that_is_wrong_is_named() {
    for (change, pointer) in [
        (json!({"name": ""}), "/name"),
        (json!({"kind": "smell"}), "/kind"),
        (json!({"condition": {}}), "/condition"),
        (
            json!({"condition": {"above": 1, "below": 2}}),
            "/condition/below",
        ),
        (json!({"condition": {"above": "hot"}}), "/condition/above"),
        (json!({"condition": {"over": 1}}), "/condition/over"),
        (json!({"target": {}}), "/target"),
        (json!({"target": {"buildingId": "b"}}), "/target"),
        (json!({"hold": {"forSeconds": -1}}), "/hold/forSeconds"),
        (json!({"clear": {"above": 3}}), "/clear/above"),
        (json!({"clear": {"below": 81}}), "/clear/below"),
        (json!({"severity": "awful"}), "/severity"),
        (json!({"schedule": {"weekdays": []}}), "/schedule/weekdays"),
        (
            json!({"schedule": {"weekdays": ["mon"], "from": "8"}}),
            "/schedule/from",
        ),
        (json!({"notify": {"roles": ["king"]}}), "/notify/roles"),
        (json!({"notify": {"mail": 1}}), "/notify/mail"),
        (
            json!({"escalation": {"afterMinutes": 5}}),
            "/escalation/notify",
        ),
        (
            json!({"damping": {"raises": 1, "withinSeconds": 60}}),
            "/damping/raises",
        ),
        (
            json!({"kind": "noData", "condition": {"forSeconds": 9}, "hold": {"forSeconds": 1}}),
            "/hold/forSeconds",
        ),
        (
            json!({"kind": "expression", "condition": {"expression": "value.a >"},
                "target": {"buildingId": "b"}}),
            "/condition/expression",
        ),
        (
            json!({"kind": "expression", "condition": {"expression": "value.a > 1.0"}}),
            "/target",
        ),
        (json!({"colour": 1}), "/colour"),
    ] {
        assert_eq!(wrong(&change), [pointer], "{change}");
    }
    let missing = read_rule(json!({}).as_object().unwrap()).unwrap_err();
    let pointers: Vec<_> = missing.iter().map(|error| &*error.pointer).collect();
    assert_eq!(pointers, ["/name", "/target", "/kind", "/condition"]);
}

#[test]
fn a_kind_and_its_condition_come_together() {
    for (body, pointer) in [
        (json!({"kind": "noData"}), "/condition"),
        (json!({"condition": {"above": 1}}), "/kind"),
    ] {
        let errors = read_rule_change(body.as_object().unwrap()).unwrap_err();
        assert_eq!(errors[0].pointer, pointer);
    }
}
