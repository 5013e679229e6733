//! Given a person's past, when a command comes, then this happens.

use cqrs_es::test::{AggregateTestExecutor, TestFramework};

use super::*;
use crate::organizations::{OrganizationName, OrganizationSlug};
use crate::values::{EmailIndex, Plan, Sealed, Slug};
use crate::{ClaimChange, Decider, Event, Rejection};

fn given(past: Vec<PersonEvent>) -> AggregateTestExecutor<Person> {
    TestFramework::with(()).given(past)
}

fn sealed(text: &str) -> Sealed {
    Sealed::parse(text).unwrap()
}

fn index(digits: &str) -> EmailIndex {
    EmailIndex::parse(&digits.repeat(32)).unwrap()
}

fn register() -> PersonCommand {
    PersonCommand::Register(Register {
        email_index: index("0a"),
        email: sealed("v1.email"),
        name: sealed("v1.name"),
        founding: Some(NewOrganization {
            slug: OrganizationSlug::parse("acme").unwrap(),
            name: OrganizationName::parse("Acme").unwrap(),
        }),
    })
}

fn registered() -> PersonEvent {
    PersonEvent::Registered(Registered {
        email_index: index("0a").into(),
        email: sealed("v1.email"),
        name: sealed("v1.name"),
        founding: Some(Founding {
            slug: "acme".to_owned(),
            name: "Acme".to_owned(),
        }),
    })
}

fn move_to(digits: &str) -> PersonCommand {
    PersonCommand::ChangeEmail {
        email_index: index(digits),
        email: sealed("v1.other"),
    }
}

fn moved(digits: &str) -> PersonEvent {
    PersonEvent::EmailChanged(EmailChanged {
        email_index: index(digits).into(),
        email: sealed("v1.other"),
    })
}

fn verified() -> PersonEvent {
    PersonEvent::EmailVerified(EmailVerified {})
}

fn enabled() -> PersonEvent {
    PersonEvent::SecondFactorEnabled(SecondFactorEnabled {})
}

fn erased() -> PersonEvent {
    PersonEvent::Erased(Erased {})
}

fn rename(name: &str) -> PersonCommand {
    PersonCommand::ChangeProfile(ProfileChange {
        name: Some(sealed(name)),
        profile: None,
    })
}

#[test]
fn a_new_person_registers_once() {
    given(vec![])
        .when(register())
        .then_expect_events(vec![registered()]);
    let again = given(vec![registered()]).when(register()).inspect_result();
    assert!(matches!(again, Err(Rejection::AlreadyExists { .. })));
}

#[test]
fn each_command_causes_its_event() {
    let avatar = || Slug::parse("a-1").unwrap();
    let profile = || ProfileChange {
        name: None,
        profile: Some(sealed("v1.profile")),
    };
    let profile_changed = ProfileChanged {
        name: None,
        profile: Some(sealed("v1.profile")),
    };
    let renamed = ProfileChanged {
        name: Some(sealed("v1.ann")),
        profile: None,
    };
    let pictured = AvatarChanged {
        avatar: Some("a-1".to_owned()),
    };
    let pay = || PersonCommand::ChangePlan { plan: Plan::Pro };
    let picture = || PersonCommand::ChangeAvatar {
        avatar: Some(avatar()),
    };
    for (command, event) in [
        (PersonCommand::VerifyEmail, verified()),
        (move_to("0b"), moved("0b")),
        (rename("v1.ann"), PersonEvent::ProfileChanged(renamed)),
        (
            PersonCommand::ChangeProfile(profile()),
            PersonEvent::ProfileChanged(profile_changed),
        ),
        (picture(), PersonEvent::AvatarChanged(pictured)),
        (PersonCommand::EnableSecondFactor, enabled()),
        (
            pay(),
            PersonEvent::PlanChanged(PlanChanged { plan: Plan::Pro }),
        ),
    ] {
        given(vec![registered()])
            .when(command.clone())
            .then_expect_events(vec![event.clone()]);
        given(vec![registered(), event])
            .when(command)
            .then_expect_events(vec![]);
    }
}

#[test]
fn every_change_of_the_password_is_told() {
    let changed = || PersonEvent::PasswordChanged(PasswordChanged {});
    given(vec![registered(), changed()])
        .when(PersonCommand::NotePasswordChange)
        .then_expect_events(vec![changed()]);
}

#[test]
fn the_second_factor_is_given_up_only_where_it_is_on() {
    let disabled = PersonEvent::SecondFactorDisabled(SecondFactorDisabled {});
    given(vec![registered()])
        .when(PersonCommand::DisableSecondFactor)
        .then_expect_events(vec![]);
    given(vec![registered(), enabled()])
        .when(PersonCommand::DisableSecondFactor)
        .then_expect_events(vec![disabled]);
}

#[test]
fn the_same_address_again_is_only_verified() {
    given(vec![registered()])
        .when(move_to("0a"))
        .then_expect_events(vec![verified()]);
    given(vec![registered(), verified()])
        .when(move_to("0a"))
        .then_expect_events(vec![]);
    given(vec![registered(), moved("0b")])
        .when(PersonCommand::VerifyEmail)
        .then_expect_events(vec![]);
}

#[test]
fn who_is_unknown_or_erased_is_not_found() {
    for past in [vec![], vec![registered(), erased()]] {
        for command in [
            PersonCommand::VerifyEmail,
            move_to("0b"),
            rename("v1.ann"),
            PersonCommand::NotePasswordChange,
            PersonCommand::EnableSecondFactor,
            PersonCommand::Erase,
        ] {
            given(past.clone())
                .when(command)
                .then_expect_error(Rejection::NotFound);
        }
    }
    given(vec![registered(), erased()])
        .when(register())
        .then_expect_error(Rejection::NotFound);
}

#[test]
fn nothing_is_left_of_the_erased() {
    let mut person = Person::default();
    for event in [registered(), verified(), enabled(), erased()] {
        person.evolve(&event);
    }
    assert_eq!(person, Person::Erased);
    assert_eq!(person.facts(), None);
}

#[test]
fn the_claim_follows_the_address() {
    let key = |digits: &str| String::from(index(digits));
    let (take, release) = (ClaimChange::take, ClaimChange::release);
    let mut person = Person::default();
    assert_eq!(person.claims(&registered()), [take(EMAIL, key("0a"))]);
    person.evolve(&registered());
    assert_eq!(person.claims(&moved("0a")), []);
    let moves = [release(EMAIL, key("0a")), take(EMAIL, key("0b"))];
    assert_eq!(person.claims(&moved("0b")), moves);
    person.evolve(&moved("0b"));
    assert_eq!(person.claims(&erased()), [release(EMAIL, key("0b"))]);
    person.evolve(&erased());
    assert_eq!(person.claims(&erased()), []);
}

#[test]
fn what_did_not_change_is_absent_from_the_payload() {
    let payload = PersonEvent::ProfileChanged(ProfileChanged {
        name: Some(sealed("v1.ann")),
        profile: None,
    });
    assert_eq!(payload.payload().unwrap(), r#"{"name":"v1.ann"}"#);
}
