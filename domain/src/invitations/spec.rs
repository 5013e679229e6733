//! Given an invitation's past, when a command comes, then this happens.

use chrono::{DateTime, TimeDelta, Utc};
use cqrs_es::test::{AggregateTestExecutor, TestFramework};
use serde_json::{Map, Value, json};

use super::*;
use crate::values::{EmailIndex, FromJson, Frontends, Role, Sealed, Slug};
use crate::{ClaimChange, Decider, Rejection};

fn given(past: Vec<InvitationEvent>) -> AggregateTestExecutor<Invitation> {
    TestFramework::with(()).given(past)
}

fn day(day: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(day)
}

fn index(digits: &str) -> EmailIndex {
    EmailIndex::parse(&digits.repeat(32)).unwrap()
}

/// Sent on one day and good for a week.
fn send_to(digits: &str, from: i64) -> InvitationCommand {
    InvitationCommand::Send(Send {
        email: Sealed::parse("v1.email").unwrap(),
        email_index: index(digits),
        role: Role::User,
        frontends: Frontends::from_json(&json!(["flov7"])).unwrap(),
        by: Slug::parse("anna").unwrap(),
        expires_at: day(from + 7),
        at: day(from),
    })
}

fn send(from: i64) -> InvitationCommand {
    send_to("0a", from)
}

fn sent(from: i64) -> InvitationEvent {
    InvitationEvent::Sent(Sent {
        email: Sealed::parse("v1.email").unwrap(),
        email_index: index("0a").into(),
        role: Role::User,
        frontends: vec!["flov7".to_owned()],
        by: "anna".to_owned(),
        expires_at: day(from + 7),
    })
}

fn accept(person: &str, at: i64) -> InvitationCommand {
    let person = Slug::parse(person).unwrap();
    InvitationCommand::Accept {
        person,
        at: day(at),
    }
}

fn accepted() -> InvitationEvent {
    InvitationEvent::Accepted(Accepted {
        person_id: "ben".to_owned(),
        at: day(1),
    })
}

fn revoked() -> InvitationEvent {
    InvitationEvent::Revoked(Revoked {})
}

fn refused(past: Vec<InvitationEvent>, command: InvitationCommand, code: &str) {
    let result = given(past).when(command).inspect_result();
    let (Err(Rejection::Refused { code: found, .. })
    | Err(Rejection::Conflict { code: found, .. })) = result
    else {
        panic!("{result:?}");
    };
    assert_eq!(found, code);
}

#[test]
fn an_invitation_is_sent_and_once_more_when_it_is_too_old() {
    given(vec![])
        .when(send(0))
        .then_expect_events(vec![sent(0)]);
    refused(vec![sent(0)], send(6), "invitation-open");
    given(vec![sent(0)])
        .when(send(7))
        .then_expect_events(vec![sent(7)]);
}

#[test]
fn an_id_is_given_to_one_address_and_until_its_end() {
    for (past, command) in [
        (vec![sent(0)], send_to("0b", 9)),
        (vec![sent(0), accepted()], send(9)),
        (vec![sent(0), revoked()], send(9)),
    ] {
        let result = given(past).when(command).inspect_result();
        assert!(matches!(result, Err(Rejection::AlreadyExists { .. })));
    }
}

#[test]
fn it_ends_in_the_future_and_some_day() {
    for days in [0, -1, 91] {
        let InvitationCommand::Send(mut odd) = send(0) else {
            panic!("no sending");
        };
        odd.expires_at = day(days);
        let result = given(vec![])
            .when(InvitationCommand::Send(odd))
            .inspect_result();
        assert!(matches!(result, Err(Rejection::Invalid(_))));
    }
}

#[test]
fn one_person_accepts_it_in_time() {
    given(vec![sent(0)])
        .when(accept("ben", 1))
        .then_expect_events(vec![accepted()]);
    refused(vec![sent(0)], accept("ben", 7), "invitation-expired");
    given(vec![sent(0), accepted()])
        .when(accept("ben", 9))
        .then_expect_events(vec![]);
    refused(
        vec![sent(0), accepted()],
        accept("carl", 2),
        "invitation-accepted",
    );
    refused(
        vec![sent(0), revoked()],
        accept("ben", 1),
        "invitation-revoked",
    );
    given(vec![])
        .when(accept("ben", 1))
        .then_expect_error(Rejection::NotFound);
}

#[test]
fn it_is_revoked_until_it_is_accepted() {
    given(vec![sent(0)])
        .when(InvitationCommand::Revoke)
        .then_expect_events(vec![revoked()]);
    given(vec![sent(0), revoked()])
        .when(InvitationCommand::Revoke)
        .then_expect_events(vec![]);
    refused(
        vec![sent(0), accepted()],
        InvitationCommand::Revoke,
        "invitation-accepted",
    );
    given(vec![])
        .when(InvitationCommand::Revoke)
        .then_expect_error(Rejection::NotFound);
}

#[test]
fn the_claim_is_held_while_it_is_open() {
    let key = || String::from(index("0a"));
    let mut invitation = Invitation::default();
    assert_eq!(
        invitation.claims(&sent(0)),
        [ClaimChange::take(INVITATION, key())]
    );
    invitation.evolve(&sent(0));
    assert_eq!(invitation.claims(&sent(7)), []);
    for end in [accepted(), revoked()] {
        assert_eq!(
            invitation.claims(&end),
            [ClaimChange::release(INVITATION, key())]
        );
    }
    invitation.evolve(&revoked());
    assert_eq!(invitation.claims(&revoked()), []);
}

#[test]
fn the_resource_shows_the_state_without_the_address() {
    let mut invitation = Invitation::default();
    let show = |invitation: &Invitation, now| {
        let shown = invitation.resource("i-1", day(now), day(0), day(1), 1);
        shown.map(|shown| serde_json::to_value(shown).unwrap())
    };
    assert_eq!(show(&invitation, 0), None);
    invitation.evolve(&sent(0));
    let mut expected = json!({
        "id": "i-1", "role": "user", "frontends": ["flov7"], "status": "open",
        "invitedBy": "anna", "expiresAt": "1970-01-08T00:00:00Z", "acceptedBy": null,
        "acceptedAt": null, "createdAt": "1970-01-01T00:00:00Z",
        "updatedAt": "1970-01-02T00:00:00Z", "revision": 1,
    });
    assert_eq!(show(&invitation, 0), Some(expected.clone()));
    expected["status"] = json!("expired");
    assert_eq!(show(&invitation, 7), Some(expected.clone()));
    invitation.evolve(&accepted());
    expected["status"] = json!("accepted");
    expected["acceptedBy"] = json!("ben");
    expected["acceptedAt"] = json!("1970-01-02T00:00:00Z");
    assert_eq!(show(&invitation, 7), Some(expected));
}

#[test]
fn bodies_are_read_with_everything_that_is_wrong() {
    let object = |body: Value| -> Map<String, Value> { body.as_object().unwrap().clone() };
    let read = read_invitation(&object(json!({"email": " Ben@Example.org "}))).unwrap();
    assert_eq!(read.email.as_str(), "ben@example.org");
    assert_eq!(
        (read.role, read.frontends),
        (Role::Viewer, Frontends::default())
    );
    let wrong = json!({"email": "ben", "role": "king", "frontends": ["x"], "expiresAt": "now"});
    let errors = read_invitation(&object(wrong)).unwrap_err();
    let pointers: Vec<&str> = errors.iter().map(|error| &*error.pointer).collect();
    assert_eq!(pointers, ["/email", "/role", "/frontends", "/expiresAt"]);
}
