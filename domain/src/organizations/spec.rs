//! Given an organization's past, when a command comes, then this happens.

use chrono::{DateTime, TimeDelta, Utc};
use cqrs_es::test::{AggregateTestExecutor, TestFramework};
use serde_json::{Map, Value, json};

use super::*;
use crate::values::{FromJson, PersonId, Plan, Slug};
use crate::{Decider, Rejection};

fn given(past: Vec<OrganizationEvent>) -> AggregateTestExecutor<Organization> {
    TestFramework::with(()).given(past)
}

fn day(day: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(day)
}

fn person(id: &str) -> PersonId {
    Slug::parse(id).unwrap()
}

fn found(founder: &str) -> OrganizationCommand {
    OrganizationCommand::Found(Found {
        name: OrganizationName::parse("Acme").unwrap(),
        plan: Plan::Free,
        founder: person(founder),
    })
}

fn founded() -> OrganizationEvent {
    OrganizationEvent::Founded(Founded {
        name: "Acme".to_owned(),
        plan: Plan::Free,
        founder: "anna".to_owned(),
    })
}

fn add(id: &str) -> OrganizationCommand {
    OrganizationCommand::AddAdmin { person: person(id) }
}

fn added(id: &str) -> OrganizationEvent {
    let person_id = id.to_owned();
    OrganizationEvent::AdminAdded(AdminAdded { person_id })
}

fn withdraw(id: &str) -> OrganizationCommand {
    OrganizationCommand::WithdrawAdmin { person: person(id) }
}

fn withdrawn(id: &str) -> OrganizationEvent {
    let person_id = id.to_owned();
    OrganizationEvent::AdminWithdrawn(AdminWithdrawn { person_id })
}

fn close() -> OrganizationCommand {
    let (until, at) = (day(30), day(0));
    OrganizationCommand::Close { until, at }
}

fn closing() -> OrganizationEvent {
    OrganizationEvent::Closing(Closing { until: day(30) })
}

fn finish(at: DateTime<Utc>) -> OrganizationCommand {
    OrganizationCommand::FinishClosing { at }
}

fn closed() -> OrganizationEvent {
    OrganizationEvent::Closed(Closed {})
}

fn kept() -> OrganizationEvent {
    OrganizationEvent::Kept(Kept {})
}

fn object(body: Value) -> Map<String, Value> {
    body.as_object().unwrap().clone()
}

fn change(body: Value) -> OrganizationCommand {
    OrganizationCommand::Change(read_organization_change(&object(body)).unwrap())
}

fn refused(past: Vec<OrganizationEvent>, command: OrganizationCommand, code: &str) {
    let result = given(past).when(command).inspect_result();
    let (Err(Rejection::Refused { code: found, .. })
    | Err(Rejection::Conflict { code: found, .. })) = result
    else {
        panic!("{result:?}");
    };
    assert_eq!(found, code);
}

#[test]
fn founding_again_by_the_founder_is_nothing_to_do() {
    given(vec![])
        .when(found("anna"))
        .then_expect_events(vec![founded()]);
    for past in [vec![founded()], vec![founded(), closing()]] {
        given(past).when(found("anna")).then_expect_events(vec![]);
    }
}

#[test]
fn a_slug_is_given_once_for_ever() {
    for (past, founder) in [
        (vec![founded()], "ben"),
        (vec![founded(), closing(), closed()], "anna"),
    ] {
        let result = given(past).when(found(founder)).inspect_result();
        assert!(matches!(result, Err(Rejection::AlreadyExists { .. })));
    }
}

#[test]
fn it_is_never_without_an_admin() {
    refused(vec![founded()], withdraw("anna"), "last-admin");
    let past = vec![founded(), added("ben"), withdrawn("anna")];
    refused(past.clone(), withdraw("ben"), "last-admin");
    let closing = [past.clone(), vec![closing()]].concat();
    refused(closing, withdraw("ben"), "last-admin");
    given(past)
        .when(add("anna"))
        .then_expect_events(vec![added("anna")]);
}

#[test]
fn who_is_or_is_no_admin_stays_so() {
    given(vec![founded(), added("ben")])
        .when(withdraw("anna"))
        .then_expect_events(vec![withdrawn("anna")]);
    for command in [add("anna"), withdraw("ben")] {
        given(vec![founded()])
            .when(command)
            .then_expect_events(vec![]);
    }
}

#[test]
fn admins_are_bounded() {
    let many = (1..MAX_ADMINS).map(|n| added(&format!("p{n}")));
    let past = [founded()].into_iter().chain(many).collect();
    refused(past, add("one-more"), "too-many-admins");
}

#[test]
fn only_what_differs_becomes_an_event() {
    let body = json!({"name": "Acme", "settings": {"locale": "de"}, "plan": "pro", "usage": {}});
    let set = OrganizationEvent::Changed(Changed {
        name: None,
        settings: Some([("locale".to_owned(), "de".to_owned())].into()),
    });
    given(vec![founded()])
        .when(change(body.clone()))
        .then_expect_events(vec![set.clone()]);
    given(vec![founded(), set])
        .when(change(body))
        .then_expect_events(vec![]);
    let plan = Plan::Pro;
    given(vec![founded()])
        .when(OrganizationCommand::ChangePlan { plan })
        .then_expect_events(vec![OrganizationEvent::PlanChanged(PlanChanged { plan })]);
}

#[test]
fn closing_takes_its_time_and_can_be_taken_back() {
    given(vec![founded()])
        .when(close())
        .then_expect_events(vec![closing()]);
    given(vec![founded(), closing()])
        .when(close())
        .then_expect_events(vec![]);
    given(vec![founded(), closing()])
        .when(OrganizationCommand::Keep)
        .then_expect_events(vec![kept()]);
    refused(
        vec![founded(), closing()],
        finish(day(29)),
        "organization-not-due",
    );
    refused(
        vec![founded(), closing(), kept()],
        finish(day(31)),
        "organization-not-due",
    );
    given(vec![founded(), closing()])
        .when(finish(day(30)))
        .then_expect_events(vec![closed()]);
    for until in [day(0), day(400)] {
        let command = OrganizationCommand::Close { until, at: day(0) };
        let result = given(vec![founded()]).when(command).inspect_result();
        assert!(matches!(result, Err(Rejection::Invalid(_))));
    }
}

#[test]
fn what_is_not_there_or_closed_is_not_found() {
    for past in [vec![], vec![founded(), closing(), closed()]] {
        for command in [
            change(json!({"name": "x"})),
            add("ben"),
            withdraw("anna"),
            close(),
            OrganizationCommand::Keep,
        ] {
            given(past.clone())
                .when(command)
                .then_expect_error(Rejection::NotFound);
        }
    }
}

#[test]
fn the_resource_shows_the_state() {
    let mut organization = Organization::default();
    let show =
        |organization: &Organization| organization.resource(("0-1", "acme"), day(0), day(1), 2);
    assert_eq!(show(&organization), None);
    organization.evolve(&founded());
    organization.evolve(&closing());
    let expected = json!({
        "id": "0-1", "slug": "acme", "name": "Acme", "plan": "free", "status": "closing",
        "closesAt": "1970-01-31T00:00:00Z", "settings": {},
        "createdAt": "1970-01-01T00:00:00Z", "updatedAt": "1970-01-02T00:00:00Z", "revision": 2,
    });
    let shown = serde_json::to_value(show(&organization)).unwrap();
    assert_eq!(shown, expected);
    let read_back = read_organization_change(&object(shown)).unwrap();
    assert_eq!(read_back.settings, Settings::from_json(&json!({})).ok());
}

#[test]
fn bodies_name_everything_that_is_wrong() {
    let errors = read_organization_change(&object(json!({
        "name": null, "settings": {"a": 1}, "colour": "red",
    })))
    .unwrap_err();
    let pointers: Vec<&str> = errors.iter().map(|error| &*error.pointer).collect();
    assert_eq!(pointers, ["/name", "/settings", "/colour"]);
    assert_eq!(
        read_plan_change(&object(json!({"plan": "pro"}))),
        Ok(Plan::Pro)
    );
    assert!(read_plan_change(&object(json!({"plan": "gold"}))).is_err());
}

#[test]
fn a_plan_of_ones_own_counts_where_the_organization_allows_it_and_it_is_the_better_one() {
    let facts = |plan, setting: &str| Facts {
        name: "Acme".to_owned(),
        plan,
        founder: "anna".to_owned(),
        admins: ["anna".to_owned()].into(),
        settings: [(PERSONAL_PLANS.to_owned(), setting.to_owned())].into(),
    };
    assert_eq!(facts(Plan::Free, "true").plan_of(Plan::Pro), Plan::Pro);
    assert_eq!(
        facts(Plan::Enterprise, "true").plan_of(Plan::Pro),
        Plan::Enterprise
    );
    for other in ["false", "", "yes"] {
        assert_eq!(facts(Plan::Free, other).plan_of(Plan::Pro), Plan::Free);
    }
}
