//! Given an alert's past, when a command comes, then this happens.

use super::*;
use crate::values::{Slug, Token};
use crate::{ClaimChange, Decider, Patch, Rejection};

mod past;
mod reading;
mod views;

use past::*;

fn conflicts_with(past: Vec<AlertEvent>, command: AlertCommand, code: &str) {
    let result = given(past).when(command).inspect_result();
    assert!(
        matches!(&result, Err(Rejection::Conflict { code: found, .. }) if *found == code),
        "{result:?}"
    );
}

#[test]
fn a_new_alert_is_raised() {
    given(vec![])
        .when(AlertCommand::Raise(raise()))
        .then_expect_events(vec![raised()]);
}

#[test]
fn raising_an_open_one_counts_up_and_has_the_last_word() {
    let again = Raise {
        severity: Severity::Critical,
        message: Some(Message::parse("48 °C").unwrap()),
        at: at(5),
        ..raise()
    };
    for past in [vec![raised()], vec![raised(), acknowledged()]] {
        given(past)
            .when(AlertCommand::Raise(again.clone()))
            .then_expect_events(vec![AlertEvent::RaisedAgain(RaisedAgain {
                place: place(Severity::Critical),
                title: None,
                message: Patch::Set("48 °C".to_owned()),
                occurred_at: at(5),
                count: 2,
            })]);
    }
}

#[test]
fn a_raise_for_something_else_never_counts_up() {
    let other = Raise {
        alert_type: Token::parse("silent").unwrap(),
        ..raise()
    };
    let result = given(vec![raised()])
        .when(AlertCommand::Raise(other))
        .inspect_result();
    assert!(matches!(result, Err(Rejection::AlreadyExists { .. })));
}

#[test]
fn a_closed_alert_is_not_raised_again() {
    for end in [resolved(), withdrawn()] {
        let past = vec![raised(), end];
        conflicts_with(past, AlertCommand::Raise(raise()), "alert-closed");
    }
}

#[test]
fn doing_it_twice_is_nothing_to_do() {
    let (raised, acknowledged, resolved) = (raised(), acknowledged(), resolved());
    for (past, command) in [
        (vec![raised.clone(), acknowledged], acknowledge()),
        (vec![raised.clone(), resolved], resolve()),
        (vec![raised.clone(), commented("c1")], comment("c1")),
        (vec![raised.clone()], severity(Severity::High)),
        (vec![raised.clone()], assign(None)),
    ] {
        given(past).when(command).then_expect_events(vec![]);
    }
}

#[test]
fn each_command_causes_its_event() {
    let changed = Changed {
        place: place(Severity::Low),
        title: None,
        message: Patch::Absent,
    };
    let assigned = Assigned {
        place: place(Severity::High),
        assignee: Some("ben".to_owned()),
        by: "ada".to_owned(),
        at: at(1),
    };
    let snoozed = Snoozed {
        place: place(Severity::High),
        until: at(30),
        by: "ada".to_owned(),
        at: at(1),
    };
    for (command, event) in [
        (acknowledge(), acknowledged()),
        (resolve(), resolved()),
        (withdraw(), withdrawn()),
        (comment("c1"), commented("c1")),
        (severity(Severity::Low), AlertEvent::Changed(changed)),
        (assign(Some("ben")), AlertEvent::Assigned(assigned)),
        (snooze(at(30)), AlertEvent::Snoozed(snoozed)),
    ] {
        given(vec![raised()])
            .when(command)
            .then_expect_events(vec![event]);
    }
}

#[test]
fn a_resolved_alert_is_over_but_for_comments_and_withdrawal() {
    let past = || vec![raised(), resolved()];
    for command in [
        acknowledge(),
        assign(Some("ben")),
        snooze(at(30)),
        severity(Severity::Low),
    ] {
        conflicts_with(past(), command, "alert-resolved");
    }
    given(past())
        .when(comment("c1"))
        .then_expect_events(vec![commented("c1")]);
    given(past())
        .when(withdraw())
        .then_expect_events(vec![withdrawn()]);
}

#[test]
fn what_was_never_raised_or_is_withdrawn_is_not_found() {
    for past in [vec![], vec![raised(), withdrawn()]] {
        for command in [
            acknowledge(),
            resolve(),
            withdraw(),
            comment("c1"),
            assign(Some("ben")),
            snooze(at(30)),
            severity(Severity::Low),
        ] {
            given(past.clone())
                .when(command)
                .then_expect_error(Rejection::NotFound);
        }
    }
}

#[test]
fn a_snooze_ends_in_the_future_and_some_day() {
    for until in [at(1), at(0), at(1) + chrono::TimeDelta::days(367)] {
        let result = given(vec![raised()]).when(snooze(until)).inspect_result();
        assert!(matches!(result, Err(Rejection::Invalid(_))));
    }
}

#[test]
fn comments_are_bounded() {
    let many = (0..MAX_COMMENTS).map(|n| commented(&n.to_string()));
    let past: Vec<AlertEvent> = [raised()].into_iter().chain(many).collect();
    let result = given(past).when(comment("one more")).inspect_result();
    let code = "too-many-comments";
    assert!(matches!(result, Err(Rejection::Refused { code: found, .. }) if found == code));
}

#[test]
fn the_claim_follows_the_open_alert() {
    let key = || "sensor/t-1/overheating".to_owned();
    let mut alert = Alert::default();
    let claims = alert.claims(&raised());
    assert_eq!(claims, [ClaimChange::take(OPEN_ALERT, key())]);
    alert.evolve(&raised());
    assert_eq!(alert.claims(&acknowledged()), []);
    for end in [resolved(), withdrawn()] {
        let claims = alert.claims(&end);
        assert_eq!(claims, [ClaimChange::release(OPEN_ALERT, key())]);
    }
    alert.evolve(&resolved());
    assert_eq!(alert.claims(&withdrawn()), []);
}
