//! Given a session's past, when a command comes, then this happens.

use cqrs_es::test::{AggregateTestExecutor, TestFramework};

use super::*;
use crate::values::{Sealed, Slug};
use crate::{Event, Rejection};

fn given(past: Vec<SessionEvent>) -> AggregateTestExecutor<Session> {
    TestFramework::with(()).given(past)
}

fn begin() -> SessionCommand {
    SessionCommand::Begin(Begin {
        person: Slug::parse("anna").unwrap(),
        method: SignIn::Password,
        second_factor: true,
        remember: false,
        device: Some(Sealed::parse("v1.device").unwrap()),
        address: None,
    })
}

fn began() -> SessionEvent {
    SessionEvent::Began(Began {
        person_id: "anna".to_owned(),
        method: SignIn::Password,
        second_factor: true,
        remember: false,
        device: Some(Sealed::parse("v1.device").unwrap()),
        address: None,
    })
}

fn end(reason: EndReason) -> SessionCommand {
    SessionCommand::End { reason }
}

fn ended(reason: EndReason) -> SessionEvent {
    SessionEvent::Ended(Ended { reason })
}

#[test]
fn a_session_begins_once() {
    given(vec![])
        .when(begin())
        .then_expect_events(vec![began()]);
    for past in [vec![began()], vec![began(), ended(EndReason::Logout)]] {
        let again = given(past).when(begin()).inspect_result();
        assert!(matches!(again, Err(Rejection::AlreadyExists { .. })));
    }
}

#[test]
fn a_session_ends_once_and_for_one_reason() {
    given(vec![began()])
        .when(end(EndReason::TokenReused))
        .then_expect_events(vec![ended(EndReason::TokenReused)]);
    given(vec![began(), ended(EndReason::Logout)])
        .when(end(EndReason::Removed))
        .then_expect_events(vec![]);
    given(vec![])
        .when(end(EndReason::Logout))
        .then_expect_error(Rejection::NotFound);
}

#[test]
fn reasons_are_spelled_as_the_contract_does() {
    let payload = ended(EndReason::PasswordChanged).payload().unwrap();
    assert_eq!(payload, r#"{"reason":"password-changed"}"#);
}
