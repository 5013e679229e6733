//! Several runners, repeats, bounds.

use std::collections::HashSet;

use flowgrid_tests::eventually;
use flowgrid_workers::mail::{MailError, Put};
use uuid::Uuid;

use crate::mime::header;
use crate::server::Server;
use crate::world::{World, quick, verification};

const MAILS: usize = 60;

#[tokio::test]
async fn two_runners_send_each_mail_once() {
    let (world, server) = (World::start().await, Server::start().await);
    let _one = world.run(&server.url(), quick());
    let _other = world.run(&server.url(), quick());
    for _ in 0..MAILS {
        world.put(&verification()).await;
    }
    eventually("all are sent", async || world.is_empty().await).await;
    let letters = server.taken();
    let ids: HashSet<String> = letters
        .iter()
        .map(|letter| header(&letter.data, "Message-ID"))
        .collect();
    assert_eq!((letters.len(), ids.len()), (MAILS, MAILS));
}

#[tokio::test]
async fn a_mail_put_again_is_sent_once_even_after_it_was_sent() {
    let (world, server) = (World::start().await, Server::start().await);
    let (id, mail) = (Uuid::now_v7(), verification());
    assert_eq!(world.outbox.put(id, &mail).await.unwrap(), Put::New);
    assert_eq!(
        world.outbox.put(id, &mail).await.unwrap(),
        Put::AlreadyThere
    );
    let _runner = world.run(&server.url(), quick());
    eventually("it is sent", async || world.is_empty().await).await;
    assert_eq!(
        world.outbox.put(id, &mail).await.unwrap(),
        Put::AlreadyThere
    );
    let last = world.put(&mail).await;
    eventually("another is sent", async || world.is_empty().await).await;
    let letters = server.taken();
    assert_eq!(letters.len(), 2);
    assert!(header(&letters[1].data, "Message-ID").contains(&last.simple().to_string()));
}

#[tokio::test]
async fn a_mail_put_many_times_at_once_is_there_once() {
    let world = World::start().await;
    let (id, mail) = (Uuid::now_v7(), verification());
    let puts: Vec<_> = (0..16)
        .map(|_| {
            let (outbox, mail) = (world.outbox.clone(), mail.clone());
            tokio::spawn(async move { outbox.put(id, &mail).await.unwrap() })
        })
        .collect();
    let mut new = 0;
    for put in puts {
        new += usize::from(put.await.unwrap() == Put::New);
    }
    assert_eq!(new, 1);
    assert_eq!(world.outbox.status().await.unwrap().waiting, 1);
}

#[tokio::test]
async fn a_full_outbox_refuses_until_there_is_room() {
    let world = World::holding(3).await;
    let server = Server::start().await;
    let mail = verification();
    let first = world.put(&mail).await;
    for _ in 0..2 {
        world.put(&mail).await;
    }
    let refused = world.outbox.put(Uuid::now_v7(), &mail).await;
    assert!(matches!(refused, Err(MailError::Full(3))), "{refused:?}");
    assert_eq!(
        world.outbox.put(first, &mail).await.unwrap(),
        Put::AlreadyThere
    );
    let _runner = world.run(&server.url(), quick());
    eventually("there is room", async || world.is_empty().await).await;
    assert_eq!(
        world.outbox.put(Uuid::now_v7(), &mail).await.unwrap(),
        Put::New
    );
}

#[tokio::test]
async fn what_is_old_goes() {
    let (world, server) = (World::start().await, Server::start().await);
    let mut owner = world.owner().await;
    sqlx::raw_sql(
        "insert into mail.outbox (id, kind, sent_at, dead_at, sealed, attempt, created_at) values
           (gen_random_uuid(), 'sent long ago', now() - interval '25 hours', null, null, 1, now()),
           (gen_random_uuid(), 'sent', now() - interval '23 hours', null, null, 1, now()),
           (gen_random_uuid(), 'dead long ago', null, now() - interval '31 days', null, 1, now()),
           (gen_random_uuid(), 'dead', null, now() - interval '29 days', null, 1, now()),
           (gen_random_uuid(), 'endless', null, null, '\\x00', 101, now() - interval '25 hours')",
    )
    .execute(&mut owner)
    .await
    .unwrap();
    let _runner = world.run(&server.url(), quick());
    eventually("the old go", async || {
        let rows = world.rows().await.join("\n");
        rows.matches("long ago").count() == 0 && rows.contains("no attempt ended")
            || rows.contains("sealed data does not open")
    })
    .await;
    eventually("two are dead", async || {
        world.outbox.status().await.unwrap().dead == 2
    })
    .await;
    assert_eq!(world.rows().await.len(), 3);
}
