//! Given an API key's past, when a command comes, then this happens.

use chrono::{DateTime, TimeDelta, Utc};
use cqrs_es::test::{AggregateTestExecutor, TestFramework};
use serde_json::{Map, Value, json};

use super::*;
use crate::values::{Slug, Token};
use crate::{Decider, Rejection, Shown};

fn given(past: Vec<ApiKeyEvent>) -> AggregateTestExecutor<ApiKey> {
    TestFramework::with(()).given(past)
}

fn day(day: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(day)
}

fn create(expires_at: Option<DateTime<Utc>>) -> ApiKeyCommand {
    ApiKeyCommand::Create(Create {
        person: Slug::parse("anna").unwrap(),
        name: KeyName::parse("Nightly import").unwrap(),
        prefix: Token::parse("fg_k1").unwrap(),
        scopes: Scopes::default(),
        expires_at,
        at: day(1),
    })
}

fn created() -> ApiKeyEvent {
    ApiKeyEvent::Created(Created {
        person_id: "anna".to_owned(),
        name: "Nightly import".to_owned(),
        prefix: "fg_k1".to_owned(),
        scopes: vec!["read".to_owned()],
        expires_at: Some(day(2)),
    })
}

fn revoked() -> ApiKeyEvent {
    ApiKeyEvent::Revoked(Revoked {})
}

#[test]
fn a_key_is_created_once() {
    given(vec![])
        .when(create(Some(day(2))))
        .then_expect_events(vec![created()]);
    for past in [vec![created()], vec![created(), revoked()]] {
        let again = given(past).when(create(None)).inspect_result();
        assert!(matches!(again, Err(Rejection::AlreadyExists { .. })));
    }
}

#[test]
fn a_key_expires_in_the_future_or_never() {
    let late = given(vec![]).when(create(Some(day(1)))).inspect_result();
    assert!(matches!(late, Err(Rejection::Invalid(_))));
    let never = given(vec![]).when(create(None)).inspect_result();
    assert!(never.is_ok());
}

#[test]
fn a_key_is_revoked_once() {
    given(vec![created()])
        .when(ApiKeyCommand::Revoke)
        .then_expect_events(vec![revoked()]);
    given(vec![created(), revoked()])
        .when(ApiKeyCommand::Revoke)
        .then_expect_events(vec![]);
    given(vec![])
        .when(ApiKeyCommand::Revoke)
        .then_expect_error(Rejection::NotFound);
}

#[test]
fn the_resource_shows_the_state() {
    let mut key = ApiKey::default();
    assert_eq!(key.resource("k1", day(1), day(1), 0), None);
    key.evolve(&created());
    key.evolve(&revoked());
    let expected = json!({
        "id": "k1", "userId": "anna", "name": "Nightly import", "prefix": "fg_k1",
        "scopes": ["read"], "status": "revoked", "expiresAt": "1970-01-03T00:00:00Z",
        "lastUsedAt": null, "createdAt": "1970-01-02T00:00:00Z",
        "updatedAt": "1970-01-02T00:00:00Z", "revision": 2,
    });
    let shown = key.resource("k1", day(1), day(1), 2).unwrap();
    assert_eq!(serde_json::to_value(shown).unwrap(), expected);
}

#[test]
fn bodies_are_read_with_everything_that_is_wrong() {
    let object = |body: Value| -> Map<String, Value> { body.as_object().unwrap().clone() };
    let read = read_api_key(&object(json!({"name": "CI", "expiresAt": null}))).unwrap();
    assert_eq!((read.scopes, read.expires_at), (Scopes::default(), None));
    let wrong = json!({"scopes": ["root"], "expiresAt": "soon", "secret": "x"});
    let errors = read_api_key(&object(wrong)).unwrap_err();
    let pointers: Vec<&str> = errors.iter().map(|error| &*error.pointer).collect();
    assert_eq!(pointers, ["/name", "/scopes", "/expiresAt", "/secret"]);
}
