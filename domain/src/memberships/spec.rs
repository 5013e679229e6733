//! Given a membership's past, when a command comes, then this happens.

use chrono::DateTime;
use cqrs_es::test::{AggregateTestExecutor, TestFramework};
use serde_json::json;

use super::*;
use crate::values::{FromJson, Frontends, Role, Sealed, Slug};
use crate::{Decider, Rejection, Shown};

fn given(past: Vec<MembershipEvent>) -> AggregateTestExecutor<Membership> {
    TestFramework::with(()).given(past)
}

fn sealed(text: &str) -> Sealed {
    Sealed::parse(text).unwrap()
}

fn join(invitation: Option<&str>) -> MembershipCommand {
    MembershipCommand::Join(Join {
        role: Role::User,
        frontends: Frontends::default(),
        email: sealed("v1.email"),
        name: sealed("v1.name"),
        invitation: invitation.map(|id| Slug::parse(id).unwrap()),
    })
}

fn joined(invitation: Option<&str>) -> MembershipEvent {
    MembershipEvent::Joined(Joined {
        role: Role::User,
        frontends: vec![],
        email: sealed("v1.email"),
        name: sealed("v1.name"),
        invitation_id: invitation.map(str::to_owned),
    })
}

fn deactivated() -> MembershipEvent {
    MembershipEvent::Deactivated(Deactivated {})
}

fn removed() -> MembershipEvent {
    MembershipEvent::Removed(Removed {})
}

fn erased() -> MembershipEvent {
    MembershipEvent::Erased(Erased {})
}

fn promote() -> MembershipCommand {
    MembershipCommand::ChangeRole { role: Role::Admin }
}

fn rename() -> MembershipCommand {
    MembershipCommand::ChangePersonalData(PersonalData {
        email: Some(sealed("v1.email")),
        name: Some(sealed("v1.ann")),
    })
}

fn limit() -> MembershipCommand {
    MembershipCommand::ChangeFrontends {
        frontends: Frontends::from_json(&json!(["flov7"])).unwrap(),
    }
}

#[test]
fn a_person_joins_once() {
    for invitation in [None, Some("i-1")] {
        given(vec![])
            .when(join(invitation))
            .then_expect_events(vec![joined(invitation)]);
        for past in [
            vec![joined(invitation)],
            vec![joined(invitation), deactivated()],
        ] {
            given(past.clone())
                .when(join(invitation))
                .then_expect_events(vec![]);
            let other = given(past).when(join(Some("i-2"))).inspect_result();
            assert!(matches!(other, Err(Rejection::AlreadyExists { .. })));
        }
    }
}

#[test]
fn who_was_removed_comes_back_by_a_new_invitation_alone() {
    for end in [removed(), erased()] {
        let past = [joined(Some("i-1")), end.clone(), joined(Some("i-2")), end];
        for old in [None, Some("i-1"), Some("i-2")] {
            let result = given(past.to_vec()).when(join(old)).inspect_result();
            let code = "membership-removed";
            assert!(
                matches!(result, Err(Rejection::Conflict { code: found, .. }) if found == code)
            );
        }
        given(past.to_vec())
            .when(join(Some("i-3")))
            .then_expect_events(vec![joined(Some("i-3"))]);
    }
}

#[test]
fn coming_back_has_an_end() {
    let ids: Vec<String> = (0..MAX_JOINS).map(|n| format!("i-{n}")).collect();
    let past = ids.iter().flat_map(|id| [joined(Some(id)), removed()]);
    let result = given(past.collect())
        .when(join(Some("one-more")))
        .inspect_result();
    assert!(
        matches!(result, Err(Rejection::Refused { code: found, .. }) if found == "too-many-joins")
    );
}

#[test]
fn each_command_causes_its_event_once() {
    let renamed = PersonalDataChanged {
        email: None,
        name: Some(sealed("v1.ann")),
    };
    let limited = FrontendsChanged {
        frontends: vec!["flov7".to_owned()],
    };
    let promoted = RoleChanged { role: Role::Admin };
    for (command, event) in [
        (promote(), MembershipEvent::RoleChanged(promoted)),
        (limit(), MembershipEvent::FrontendsChanged(limited)),
        (rename(), MembershipEvent::PersonalDataChanged(renamed)),
        (MembershipCommand::Deactivate, deactivated()),
        (MembershipCommand::Remove, removed()),
        (MembershipCommand::Erase, erased()),
    ] {
        given(vec![joined(None)])
            .when(command.clone())
            .then_expect_events(vec![event.clone()]);
        given(vec![joined(None), event])
            .when(command)
            .then_expect_events(vec![]);
    }
    given(vec![joined(None), deactivated()])
        .when(MembershipCommand::Activate)
        .then_expect_events(vec![MembershipEvent::Activated(Activated {})]);
    given(vec![joined(None)])
        .when(MembershipCommand::Activate)
        .then_expect_events(vec![]);
}

#[test]
fn who_is_no_member_is_not_found() {
    for past in [
        vec![],
        vec![joined(None), removed()],
        vec![joined(None), erased()],
    ] {
        for command in [
            promote(),
            limit(),
            rename(),
            MembershipCommand::Deactivate,
            MembershipCommand::Activate,
        ] {
            given(past.clone())
                .when(command)
                .then_expect_error(Rejection::NotFound);
        }
    }
    given(vec![joined(None), removed()])
        .when(MembershipCommand::Erase)
        .then_expect_events(vec![erased()]);
}

#[test]
fn of_the_erased_only_the_invitations_are_left() {
    let mut membership = Membership::default();
    for event in [joined(Some("i-1")), deactivated(), erased()] {
        membership.evolve(&event);
    }
    let used = Invitations::from(["i-1".to_owned()]);
    assert_eq!(membership, Membership::Erased(used));
}

#[test]
fn the_resource_shows_the_state_without_personal_data() {
    let at = DateTime::UNIX_EPOCH;
    let mut membership = Membership::default();
    assert_eq!(membership.resource("anna", at, at, 0), None);
    membership.evolve(&joined(None));
    assert_eq!(membership.active_role(), Some(Role::User));
    membership.evolve(&deactivated());
    assert_eq!(membership.active_role(), None);
    let expected = json!({
        "id": "anna", "role": "user", "frontends": [], "status": "deactivated", "isActive": false,
        "createdAt": "1970-01-01T00:00:00Z", "updatedAt": "1970-01-01T00:00:00Z", "revision": 2,
    });
    let shown = membership.resource("anna", at, at, 2).unwrap();
    assert_eq!(serde_json::to_value(shown).unwrap(), expected);
}

#[test]
fn a_role_is_one_of_four() {
    let read = |body: serde_json::Value| read_role_change(body.as_object().unwrap());
    assert_eq!(read(json!({"role": "manager"})), Ok(Role::Manager));
    for bad in [
        json!({}),
        json!({"role": null}),
        json!({"role": "operator"}),
        json!({"role": "user", "x": 1}),
    ] {
        assert!(read(bad).is_err());
    }
}
