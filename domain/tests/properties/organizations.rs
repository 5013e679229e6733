//! Organizations, their members, invitations and keys, whatever is asked of them.

use flowgrid_domain::invitations::{INVITATION, Invitation, InvitationCommand, Send};
use flowgrid_domain::keys::{ApiKey, ApiKeyCommand, Create, Scopes};
use flowgrid_domain::memberships::{Join, Membership, MembershipCommand, PersonalData};
use flowgrid_domain::organizations::{
    Found, Organization, OrganizationChange, OrganizationCommand, Settings,
};
use flowgrid_domain::values::FromJson;
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

use crate::laws::{Held, none, run};
use crate::values::{email_index, frontends, line, person, plan, role, sealed, soon, token};

fn settings() -> impl Strategy<Value = Settings> {
    select(vec![json!({}), json!({"a": "b"}), json!({"a": ""})])
        .prop_map(|body| Settings::from_json(&body).unwrap())
}

fn organization_command() -> impl Strategy<Value = OrganizationCommand> {
    let found = (line(), plan(), person()).prop_map(|(name, plan, founder)| {
        OrganizationCommand::Found(Found {
            name,
            plan,
            founder,
        })
    });
    let change = (of(line()), of(settings())).prop_map(|(name, settings)| {
        OrganizationCommand::Change(OrganizationChange { name, settings })
    });
    prop_oneof![
        4 => found,
        2 => change,
        2 => plan().prop_map(|plan| OrganizationCommand::ChangePlan { plan }),
        4 => person().prop_map(|person| OrganizationCommand::AddAdmin { person }),
        6 => person().prop_map(|person| OrganizationCommand::WithdrawAdmin { person }),
        2 => (soon(), soon()).prop_map(|(until, at)| OrganizationCommand::Close { until, at }),
        1 => Just(OrganizationCommand::Keep),
        2 => soon().prop_map(|at| OrganizationCommand::FinishClosing { at }),
    ]
}

fn membership_command() -> impl Strategy<Value = MembershipCommand> {
    let join = (role(), frontends(), sealed(), sealed(), of(person())).prop_map(
        |(role, frontends, email, name, invitation)| {
            MembershipCommand::Join(Join {
                role,
                frontends,
                email,
                name,
                invitation,
            })
        },
    );
    let data = (of(sealed()), of(sealed())).prop_map(|(email, name)| {
        MembershipCommand::ChangePersonalData(PersonalData { email, name })
    });
    prop_oneof![
        6 => join,
        3 => data,
        3 => role().prop_map(|role| MembershipCommand::ChangeRole { role }),
        3 => frontends().prop_map(|frontends| MembershipCommand::ChangeFrontends { frontends }),
        2 => Just(MembershipCommand::Deactivate),
        2 => Just(MembershipCommand::Activate),
        1 => Just(MembershipCommand::Remove),
        1 => Just(MembershipCommand::Erase),
    ]
}

fn invitation_command() -> impl Strategy<Value = InvitationCommand> {
    let send = (
        email_index(),
        sealed(),
        role(),
        frontends(),
        person(),
        soon(),
        soon(),
    )
        .prop_map(
            |(email_index, email, role, frontends, by, expires_at, at)| {
                InvitationCommand::Send(Send {
                    email,
                    email_index,
                    role,
                    frontends,
                    by,
                    expires_at,
                    at,
                })
            },
        );
    let accept =
        (person(), soon()).prop_map(|(person, at)| InvitationCommand::Accept { person, at });
    prop_oneof![6 => send, 2 => accept, 1 => Just(InvitationCommand::Revoke)]
}

fn key_command() -> impl Strategy<Value = ApiKeyCommand> {
    let create = (person(), line(), token(), of(soon()), soon()).prop_map(
        |(person, name, prefix, expires_at, at)| {
            ApiKeyCommand::Create(Create {
                person,
                name,
                prefix,
                scopes: Scopes::default(),
                expires_at,
                at,
            })
        },
    );
    prop_oneof![2 => create, 1 => Just(ApiKeyCommand::Revoke)]
}

fn never_without_an_admin(organization: &Organization) -> Held {
    if let Some(facts) = organization.facts() {
        assert!(!facts.admins.is_empty());
    }
    Held::new()
}

fn owed(invitation: &Invitation) -> Held {
    match invitation {
        Invitation::Open(facts) => Held::from([(INVITATION, facts.email_index.clone())]),
        Invitation::NotSent | Invitation::Accepted(..) | Invitation::Revoked(_) => Held::new(),
    }
}

proptest! {
    #[test]
    fn an_organization_is_never_without_an_admin(
        commands in vec(organization_command(), 0..32),
    ) {
        run(&commands, never_without_an_admin);
    }

    #[test]
    fn memberships_replay_to_the_same_state(commands in vec(membership_command(), 0..24)) {
        run::<Membership>(&commands, none);
    }

    #[test]
    fn an_invitation_holds_its_address_while_it_is_open(
        commands in vec(invitation_command(), 0..16),
    ) {
        run(&commands, owed);
    }

    #[test]
    fn keys_replay_to_the_same_state(commands in vec(key_command(), 0..6)) {
        run::<ApiKey>(&commands, none);
    }
}
