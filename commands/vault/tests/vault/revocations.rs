use chrono::{DateTime, Utc};
use flowgrid_tests::eventually;
use flowgrid_vault::{Bearer, NewSession, Revocations, Revoked};
use sqlx::{Connection, Executor};
use tokio::sync::watch;
use uuid::Uuid;

use crate::world::{LIMITS, World, owner, session, tenant};

fn bearer(session: &NewSession, issued_at: DateTime<Utc>) -> Bearer {
    Bearer {
        person: session.person,
        tenant: session.tenant.id(),
        session: Some(session.id),
        key: None,
        issued_at,
    }
}

#[tokio::test]
async fn what_one_process_ends_another_refuses() {
    let world = World::start().await;
    let stop = watch::Sender::new(false);
    let there = Revocations::start(world.another().await, stop.subscribe())
        .await
        .unwrap();
    let ours = session(Uuid::now_v7());
    world
        .vault
        .begin_session(&ours, &LIMITS, world.now)
        .await
        .unwrap();
    let before = bearer(&ours, world.now);
    assert!(!there.refuses(&before));
    world
        .vault
        .end_session(ours.person, ours.id, world.after(1))
        .await
        .unwrap();
    eventually("the end arrives", || async { there.refuses(&before) }).await;
    let other = session(ours.person);
    assert!(!there.refuses(&bearer(&other, world.now)));
    world
        .vault
        .revoke(
            Revoked::Member {
                person: ours.person,
                tenant: ours.tenant.id(),
            },
            world.after(2),
        )
        .await
        .unwrap();
    let until = bearer(&other, world.after(2));
    eventually("the change arrives", || async { there.refuses(&until) }).await;
    assert!(!there.refuses(&bearer(&other, world.after(3))));
}

#[tokio::test]
async fn what_was_revoked_before_the_process_began_is_known() {
    let world = World::start().await;
    let ours = session(Uuid::now_v7());
    world
        .vault
        .revoke(Revoked::Person(ours.person), world.now)
        .await
        .unwrap();
    let stop = watch::Sender::new(false);
    let there = Revocations::start(world.another().await, stop.subscribe())
        .await
        .unwrap();
    assert!(there.refuses(&bearer(&ours, world.now)));
    assert_eq!(there.len(), 1);
}

#[tokio::test]
async fn a_transaction_that_took_long_is_not_missed() {
    let world = World::start().await;
    let stop = watch::Sender::new(false);
    let there = Revocations::start(world.another().await, stop.subscribe())
        .await
        .unwrap();
    let (slow, quick) = (session(Uuid::now_v7()), session(Uuid::now_v7()));
    let mut connection = owner(&world.url).await;
    let mut long = connection.begin().await.unwrap();
    let insert = format!(
        "insert into vault.revocations (kind, subject, tenant, revoked_at, until) \
         values ('person', '{}', '{}', clock_timestamp(), clock_timestamp() + interval '1 hour')",
        slow.person,
        Uuid::nil()
    );
    long.execute(insert.as_str()).await.unwrap();
    // Others, that began later, are committed and read meanwhile.
    world
        .vault
        .revoke(Revoked::Person(quick.person), world.now)
        .await
        .unwrap();
    eventually("the quick one arrives", || async {
        there.refuses(&bearer(&quick, world.now))
    })
    .await;
    world
        .vault
        .revoke(Revoked::Organization(tenant("other").id()), world.now)
        .await
        .unwrap();
    eventually("another poll", || async { there.len() == 2 }).await;
    long.commit().await.unwrap();
    eventually("the slow one arrives", || async {
        there.refuses(&bearer(&slow, world.now))
    })
    .await;
}

#[tokio::test]
async fn a_key_destroyed_by_one_process_is_forgotten_by_another() {
    let world = World::start().await;
    let there = world.another().await;
    let stop = watch::Sender::new(false);
    let _polled = Revocations::start(there.clone(), stop.subscribe())
        .await
        .unwrap();
    let (ada, acme) = (Uuid::now_v7(), tenant("acme"));
    world.vault.make_keys(ada, &acme).await.unwrap();
    let sealed = world.vault.seal(ada, &acme, "name", "Ada").await.unwrap();
    assert!(
        there
            .open_field(ada, &acme, "name", &sealed)
            .await
            .unwrap()
            .is_some()
    );
    world
        .vault
        .shred(ada, Some(&acme), world.now)
        .await
        .unwrap();
    eventually("the key is forgotten", || async {
        there
            .open_field(ada, &acme, "name", &sealed)
            .await
            .unwrap()
            .is_none()
    })
    .await;
}

#[tokio::test]
async fn it_goes_on_with_what_it_knows_while_postgres_is_away() {
    let world = World::start().await;
    let ours = session(Uuid::now_v7());
    world
        .vault
        .revoke(Revoked::Person(ours.person), world.now)
        .await
        .unwrap();
    let stop = watch::Sender::new(false);
    let there = Revocations::start(world.another().await, stop.subscribe())
        .await
        .unwrap();
    let mut owner = owner(&world.url).await;
    let rename = |from: &str, to: &str| format!("alter table vault.{from} rename to {to}");
    owner
        .execute(rename("revocations", "away").as_str())
        .await
        .unwrap();
    let kill = "select count(pg_terminate_backend(pid)) from pg_stat_activity \
                where datname = current_database() and pid <> pg_backend_pid()";
    owner.execute(kill).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    assert!(there.refuses(&bearer(&ours, world.now)));
    owner
        .execute(rename("away", "revocations").as_str())
        .await
        .unwrap();
    let later = session(Uuid::now_v7());
    eventually("it polls again", || async {
        let revoked = world
            .vault
            .revoke(Revoked::Person(later.person), world.now)
            .await;
        revoked.is_ok() && there.refuses(&bearer(&later, world.now))
    })
    .await;
}
