//! What the tables show to who reads them.

use flowgrid_log::{DbRole, pool};
use flowgrid_tests::eventually;
use sqlx::Row;

use crate::server::Server;
use crate::world::{ADDRESS, TOKEN, World, quick, verification};

const SECRETS: [&str; 5] = [ADDRESS, TOKEN, "Müller", "Bestätigen", "verify-email#"];

async fn shows_a_secret(world: &World) -> bool {
    let mut owner = world.owner().await;
    let sealed: Vec<Option<Vec<u8>>> = sqlx::query("select sealed from mail.outbox")
        .fetch_all(&mut owner)
        .await
        .unwrap()
        .iter()
        .map(|row| row.get(0))
        .collect();
    let bytes = sealed.into_iter().flatten().collect::<Vec<_>>().concat();
    let rows = world.rows().await.join("\n");
    SECRETS.iter().any(|secret| {
        let in_bytes = bytes
            .windows(secret.len())
            .any(|window| window == secret.as_bytes());
        in_bytes || rows.contains(secret)
    })
}

#[tokio::test]
async fn a_waiting_mail_is_sealed_and_a_sent_one_is_gone() {
    let (world, server) = (World::start().await, Server::start().await);
    world.put(&verification()).await;
    assert!(!shows_a_secret(&world).await);
    let _runner = world.run(&server.url(), quick());
    eventually("it is sent", async || world.is_empty().await).await;
    assert!(!shows_a_secret(&world).await);
    assert!(world.rows().await[0].contains("\"sealed\":null"));
}

#[tokio::test]
async fn a_mail_sealed_by_another_key_waits_for_it() {
    let (world, server) = (World::start().await, Server::start().await);
    world.put(&verification()).await;
    let mut owner = world.owner().await;
    // As if another row's content, or another key's, had come here.
    sqlx::raw_sql("update mail.outbox set id = gen_random_uuid()")
        .execute(&mut owner)
        .await
        .unwrap();
    let _runner = world.run(&server.url(), quick());
    eventually("it fails", async || {
        world.outbox.counters().read().failed > 1
    })
    .await;
    assert_eq!(world.outbox.status().await.unwrap().waiting, 1);
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn the_role_for_mail_sees_mail_alone_and_no_other_role_does() {
    let world = World::start().await;
    let of_mail = pool(&world.url, DbRole::Mail, 1).unwrap();
    for table in ["events", "logs", "claims", "receipts"] {
        let read = sqlx::query(&format!("select from {table}"))
            .execute(&of_mail)
            .await;
        assert!(read.is_err(), "{table}");
    }
    for role in [DbRole::Log, DbRole::Project, DbRole::Query] {
        let other = pool(&world.url, role, 1).unwrap();
        for table in ["mail.outbox", "mail.mailbox"] {
            let read = sqlx::query(&format!("select from {table}"))
                .execute(&other)
                .await;
            assert!(read.is_err(), "{role:?} {table}");
        }
    }
}
