//! Given an integration's past, when a command comes, then this happens.

use chrono::{DateTime, TimeDelta, Utc};
use cqrs_es::test::{AggregateTestExecutor, TestFramework};
use serde_json::{Map, Value, json};

use super::*;
use crate::values::{Line, Slug};
use crate::{Decider, Patch, Rejection, Shown};

fn given(past: Vec<IntegrationEvent>) -> AggregateTestExecutor<Integration> {
    TestFramework::with(()).given(past)
}

fn body(value: &Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn wanted() -> Value {
    json!({
        "service": "github", "name": "Our code", "baseUrl": "https://api.example.org/v3/",
        "testPath": "/user", "credentials": {"token": "hunter2"}, "settings": {"repo": "flowgrid"},
    })
}

fn create() -> IntegrationCommand {
    let request = read_integration(&body(&wanted())).unwrap();
    IntegrationCommand::Create(request.create(Slug::parse("anna").unwrap()))
}

fn created() -> IntegrationEvent {
    IntegrationEvent::Created(Created {
        user_id: "anna".to_owned(),
        service: "github".to_owned(),
        name: "Our code".to_owned(),
        base_url: Some("https://api.example.org/v3".to_owned()),
        test_path: Some("/user".to_owned()),
        test_method: TestMethod::Get,
        scheme: None,
        header: None,
        settings: body(&json!({"repo": "flowgrid"})),
        credential_names: vec!["token".to_owned()],
    })
}

fn change(value: &Value) -> IntegrationCommand {
    IntegrationCommand::Change(read_integration_change(&body(value)).unwrap().change)
}

fn second(second: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(second)
}

fn tested(at: i64, reason: Option<&str>, usage_count: u64) -> IntegrationEvent {
    IntegrationEvent::Tested(Tested {
        at: second(at),
        ok: reason.is_none(),
        status: Some(200),
        took_ms: 12,
        reason: reason.map(str::to_owned),
        usage_count,
    })
}

fn note(at: i64, failure: Option<&str>) -> IntegrationCommand {
    IntegrationCommand::NoteTest(NoteTest {
        at: second(at),
        status: Some(200),
        took_ms: 12,
        failure: failure.map(|text| Line::parse(text).unwrap()),
    })
}

fn deleted() -> IntegrationEvent {
    IntegrationEvent::Deleted(Deleted {})
}

fn after(past: &[IntegrationEvent]) -> IntegrationResource {
    let mut state = Integration::default();
    past.iter().for_each(|event| state.evolve(event));
    state.resource("i", second(0), second(1), 1).unwrap()
}

#[test]
fn it_is_created_once_and_knows_only_the_names_of_its_credentials() {
    given(vec![])
        .when(create())
        .then_expect_events(vec![created()]);
    assert!(!format!("{:?} {:?}", create(), created()).contains("hunter2"));
    for past in [vec![created()], vec![created(), deleted()]] {
        let again = given(past).when(create()).inspect_result();
        assert!(matches!(again, Err(Rejection::AlreadyExists { .. })));
    }
}

#[test]
fn a_change_says_what_changed_and_nothing_else() {
    let same = change(&wanted_without_credentials());
    given(vec![created()]).when(same).then_expect_events(vec![]);
    let changed = IntegrationEvent::Changed(Changed {
        name: Some("Theirs".to_owned()),
        test_path: Patch::Clear,
        ..Changed::default()
    });
    given(vec![created()])
        .when(change(&json!({"name": "Theirs", "testPath": null})))
        .then_expect_events(vec![changed]);
    for past in [vec![], vec![created(), deleted()]] {
        given(past)
            .when(change(&json!({"name": "x"})))
            .then_expect_error(Rejection::NotFound);
    }
}

fn wanted_without_credentials() -> Value {
    let mut value = wanted();
    value.as_object_mut().unwrap().remove("credentials");
    value
}

#[test]
fn credentials_go_to_no_other_host() {
    let moved = |more: Value| {
        let mut value = json!({"baseUrl": "https://evil.example"});
        value.as_object_mut().unwrap().extend(body(&more));
        given(vec![created()]).when(change(&value)).inspect_result()
    };
    let refused = moved(json!({}));
    assert!(matches!(
        refused,
        Err(Rejection::Refused {
            code: "credentials-needed",
            ..
        })
    ));
    assert!(moved(json!({"credentials": {"token": "x"}})).is_ok());
    assert!(moved(json!({"credentials": null})).is_ok());
    let within = change(&json!({"baseUrl": "https://api.example.org/v4"}));
    assert!(given(vec![created()]).when(within).inspect_result().is_ok());
    // Nor by way of no host at all.
    let gone = change(&json!({"baseUrl": null}));
    let gone = given(vec![created()]).when(gone).inspect_result().unwrap();
    let past = vec![created(), gone.into_iter().next().unwrap()];
    let back = change(&json!({"baseUrl": "https://evil.example"}));
    assert!(given(past).when(back).inspect_result().is_err());
}

#[test]
fn a_test_is_counted_and_its_end_is_its_health() {
    given(vec![created()])
        .when(note(5, None))
        .then_expect_events(vec![tested(5, None, 1)]);
    given(vec![created(), tested(5, None, 1)])
        .when(note(9, Some("no answer")))
        .then_expect_events(vec![tested(9, Some("no answer"), 2)]);
    let shown = after(&[
        created(),
        tested(5, None, 1),
        tested(9, Some("no answer"), 2),
    ]);
    assert_eq!((shown.health, shown.usage_count), (Health::Failed, 2));
    assert_eq!(shown.last_used_at, Some(second(9)));
    given(vec![created(), deleted()])
        .when(note(9, None))
        .then_expect_error(Rejection::NotFound);
}

#[test]
fn what_is_called_differently_is_of_unknown_health() {
    let well = [created(), tested(5, None, 1)];
    assert_eq!(after(&well).health, Health::Ok);
    let with = |changed: Changed| {
        let [one, two] = well.clone();
        after(&[one, two, IntegrationEvent::Changed(changed)])
    };
    let renamed = Changed {
        name: Some("x".to_owned()),
        ..Changed::default()
    };
    assert_eq!(with(renamed).health, Health::Ok);
    let other_credentials = Changed {
        credential_names: Some(vec!["token".to_owned()]),
        ..Changed::default()
    };
    let shown = with(other_credentials);
    assert_eq!((shown.health, shown.usage_count), (Health::Unknown, 1));
}

#[test]
fn it_is_deleted_once() {
    let delete = || IntegrationCommand::Delete;
    given(vec![])
        .when(delete())
        .then_expect_error(Rejection::NotFound);
    given(vec![created()])
        .when(delete())
        .then_expect_events(vec![deleted()]);
    given(vec![created(), deleted()])
        .when(delete())
        .then_expect_events(vec![]);
    assert_eq!(
        after(&[created(), deleted()]).status,
        IntegrationStatus::Deleted
    );
}

#[test]
fn bodies_are_read_whole_and_nothing_of_a_secret_is_told() {
    let nameless = read_integration(&body(&json!({"service": "slack"}))).unwrap();
    assert_eq!(
        nameless.create(Slug::parse("anna").unwrap()).name.as_str(),
        "slack"
    );
    let bad =
        json!({"service": "a b", "baseUrl": "ftp://x", "credentials": {"token": 7}, "more": 1});
    let errors = read_integration(&body(&bad)).unwrap_err();
    let pointers: Vec<&str> = errors.iter().map(|error| &*error.pointer).collect();
    assert_eq!(pointers, ["/service", "/baseUrl", "/credentials", "/more"]);
    let status = read_integration_change(&body(&json!({"status": "deleted"}))).unwrap_err();
    assert_eq!(status[0].pointer, "/status");
    let shown = serde_json::to_value(after(&[created()])).unwrap();
    let again = read_integration_change(&body(&shown)).unwrap();
    given(vec![created()])
        .when(IntegrationCommand::Change(again.change))
        .then_expect_events(vec![]);
    assert_eq!(again.credentials, Patch::Absent);
}
