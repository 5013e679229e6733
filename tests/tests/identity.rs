//! People and organizations through commands: on which log they live, and whose claims stand.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use chrono::{DateTime, TimeDelta, Utc};
use flowgrid_bus::{LogId, Role, Tenant};
use flowgrid_commands::{Caller, CommandError, Commands, CommandsOptions, Request, heal_log};
use flowgrid_domain::Rejection;
use flowgrid_domain::invitations::{Invitation, InvitationCommand, Send};
use flowgrid_domain::people::{EMAIL, Person, PersonCommand, Register};
use flowgrid_domain::values::{EmailIndex, Frontends, Sealed, Slug};
use flowgrid_log::LogInfo;
use flowgrid_tests::TestLog;
use sqlx::{Connection, PgConnection};

fn identity(test: &TestLog) -> LogInfo {
    test.store.info(LogId(0)).unwrap()
}

fn commands(test: &TestLog) -> Commands {
    let log = identity(test);
    let feed = TestLog::feed();
    test.relay(log, &feed);
    let appender = test.appender(log, &feed, false);
    Commands::new(CommandsOptions {
        store: test.store.clone(),
        appenders: [(log.id, appender)].into(),
        remembered: 1_000,
    })
}

fn caller(tenant: &str) -> Caller {
    Caller {
        tenant: Tenant::from_slug(tenant).unwrap(),
        actor: "anna".into(),
        role: Role::Admin,
        request_id: None,
        traceparent: None,
        frontend: None,
    }
}

fn request<C>(id: &str, command: C) -> Request<C> {
    Request {
        id: id.into(),
        command,
        if_match: None,
        idempotency: None,
        status: 200,
        follow_claim: false,
    }
}

fn sealed() -> Sealed {
    Sealed::parse("v1.sealed").unwrap()
}

fn index(digits: &str) -> EmailIndex {
    EmailIndex::parse(&digits.repeat(32)).unwrap()
}

fn register(id: &str, digits: &str) -> Request<PersonCommand> {
    let register = Register {
        email_index: index(digits),
        email: sealed(),
        name: sealed(),
        founding: None,
    };
    request(id, PersonCommand::Register(register))
}

/// Good for a week from that day on; follows the claim of the address.
fn invite(id: &str, day: i64) -> Request<InvitationCommand> {
    let at = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(day);
    let send = Send {
        email: sealed(),
        email_index: index("0a"),
        role: Role::User,
        frontends: Frontends::default(),
        by: Slug::parse("anna").unwrap(),
        expires_at: at + TimeDelta::days(7),
        at,
    };
    Request {
        follow_claim: true,
        ..request(id, InvitationCommand::Send(send))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_one_person_until_it_is_given_up() {
    let test = TestLog::start().await;
    let (commands, people) = (commands(&test), caller("people"));
    let execute = |request| commands.execute::<Person>(&people, request);
    execute(register("p-1", "0a")).await.unwrap();
    let second = execute(register("p-2", "0a")).await;
    assert!(
        matches!(
            second,
            Err(CommandError::Rejected(Rejection::AlreadyExists { .. }))
        ),
        "{second:?}"
    );
    execute(request("p-1", PersonCommand::Erase)).await.unwrap();
    let third = execute(register("p-3", "0a")).await.unwrap();
    assert_eq!(third.position.log, identity(&test).id);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_follows_the_one_of_its_address() {
    let test = TestLog::start().await;
    let (commands, acme) = (commands(&test), caller("acme"));
    let execute = |request| commands.execute::<Invitation>(&acme, request);
    execute(invite("i-1", 0)).await.unwrap();
    for _ in 0..2 {
        let open = execute(invite("i-2", 1)).await;
        assert!(
            matches!(
                open,
                Err(CommandError::Rejected(Rejection::Conflict {
                    code: "invitation-open",
                    ..
                }))
            ),
            "{open:?}"
        );
    }
    let once_more = execute(invite("i-3", 7)).await.unwrap();
    assert_eq!((once_more.id.as_str(), once_more.revision), ("i-1", 2));
    execute(request("i-1", InvitationCommand::Revoke))
        .await
        .unwrap();
    let another = execute(invite("i-4", 8)).await.unwrap();
    assert_eq!((another.id.as_str(), another.revision), ("i-4", 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_postgres_lost_of_people_comes_back_with_its_claims() {
    let test = TestLog::start().await;
    let log = identity(&test);
    let people = caller("people");
    {
        let commands = commands(&test);
        let execute = |request| commands.execute::<Person>(&people, request);
        execute(register("p-1", "0a")).await.unwrap();
        execute(register("p-2", "0b")).await.unwrap();
        let (email_index, email) = (index("0c"), sealed());
        let moves = PersonCommand::ChangeEmail { email_index, email };
        execute(request("p-1", moves)).await.unwrap();
        execute(request("p-2", PersonCommand::Erase)).await.unwrap();
    }
    test.assert_mirrored(log, 4).await;

    // An old backup that knows but the first of them.
    let mut owner = PgConnection::connect(&test.url).await.unwrap();
    sqlx::raw_sql(
        "delete from events where log_id = 0 and position > 1; \
         delete from streams where log_id = 0 and aggregate_id <> 'people/p-1'; \
         update streams set version = 1, last_position = 1 where log_id = 0; \
         delete from claims where log_id = 0 and owner <> 'p-1'; \
         update claims set key = repeat('0a', 32) where log_id = 0",
    )
    .execute(&mut owner)
    .await
    .unwrap();
    let healed = heal_log(&test.store, &test.bus, log).await.unwrap();
    assert_eq!((healed.from, healed.to), (1, 4));
    for (digits, owner) in [("0a", None), ("0b", None), ("0c", Some("p-1".to_owned()))] {
        let key = String::from(index(digits));
        let tenant = people.tenant.id();
        let held = test.store.claim_owner(log.id, tenant, EMAIL, &key).await;
        assert_eq!(held.unwrap(), owner, "{digits}");
    }
}
