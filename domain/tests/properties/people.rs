//! People and their sessions, whatever is asked of them.

use flowgrid_domain::organizations::{OrganizationName, OrganizationSlug};
use flowgrid_domain::people::{
    EMAIL, NewOrganization, Person, PersonCommand, ProfileChange, Register,
};
use flowgrid_domain::sessions::{Begin, EndReason, Session, SessionCommand, SignIn};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

use crate::laws::{Held, none, run};
use crate::values::{email_index, person, plan, sealed};

fn founding() -> impl Strategy<Value = NewOrganization> {
    Just(NewOrganization {
        slug: OrganizationSlug::parse("acme").unwrap(),
        name: OrganizationName::parse("Acme").unwrap(),
    })
}

fn person_command() -> impl Strategy<Value = PersonCommand> {
    let register = (email_index(), sealed(), sealed(), of(founding())).prop_map(
        |(email_index, email, name, founding)| {
            PersonCommand::Register(Register {
                email_index,
                email,
                name,
                founding,
            })
        },
    );
    let change_email = (email_index(), sealed())
        .prop_map(|(email_index, email)| PersonCommand::ChangeEmail { email_index, email });
    let change_profile = (of(sealed()), of(sealed()))
        .prop_map(|(name, profile)| PersonCommand::ChangeProfile(ProfileChange { name, profile }));
    let change_avatar = of(person()).prop_map(|avatar| PersonCommand::ChangeAvatar { avatar });
    let plain = select(vec![
        PersonCommand::VerifyEmail,
        PersonCommand::NotePasswordChange,
        PersonCommand::EnableSecondFactor,
        PersonCommand::DisableSecondFactor,
    ]);
    let change_plan = plan().prop_map(|plan| PersonCommand::ChangePlan { plan });
    prop_oneof![
        6 => register, 4 => change_email, 2 => change_profile, 2 => change_avatar, 4 => plain,
        2 => change_plan, 1 => Just(PersonCommand::Erase),
    ]
}

fn session_command() -> impl Strategy<Value = SessionCommand> {
    let begin = (person(), any::<(bool, bool)>(), of(sealed()), of(sealed())).prop_map(
        |(person, (second_factor, remember), device, address)| {
            SessionCommand::Begin(Begin {
                person,
                method: SignIn::Password,
                second_factor,
                remember,
                device,
                address,
            })
        },
    );
    let end = select(vec![EndReason::Logout, EndReason::TokenReused])
        .prop_map(|reason| SessionCommand::End { reason });
    prop_oneof![begin, end]
}

fn owed(person: &Person) -> Held {
    let index = person.facts().map(|facts| facts.email_index.clone());
    index.map(|index| (EMAIL, index)).into_iter().collect()
}

proptest! {
    #[test]
    fn a_person_holds_its_address_and_no_other(commands in vec(person_command(), 0..24)) {
        run(&commands, owed);
    }

    #[test]
    fn sessions_replay_to_the_same_state(commands in vec(session_command(), 0..6)) {
        run::<Session>(&commands, none);
    }
}
