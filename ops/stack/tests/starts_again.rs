//! The second start: the same data, other ports if need be, and one stack a folder.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::{net::TcpListener, time::Instant};

use async_nats::jetstream::{self, stream::Config};
use flowgrid_stack::{Stack, StackError, StackOptions};
use sqlx::{Connection, PgConnection};

#[tokio::test(flavor = "multi_thread")]
async fn data_and_passwords_survive_a_restart_which_is_quick() {
    let folder = tempfile::tempdir().unwrap();
    let stack = Stack::start(StackOptions::new(folder.path()))
        .await
        .unwrap();
    leave_data(&stack).await;
    let password = password(stack.database_url().unwrap());
    stack.stop().await.unwrap();

    let begun = Instant::now();
    let stack = Stack::start(StackOptions::new(folder.path()))
        .await
        .unwrap();
    let took = begun.elapsed();
    assert!(took.as_secs() < 2, "the second start took {took:?}");
    assert_eq!(self::password(stack.database_url().unwrap()), password);
    assert_data(&stack).await;
    stack.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn taken_ports_give_others() {
    let folder = tempfile::tempdir().unwrap();
    let taken: Vec<TcpListener> = (0..2)
        .map(|_| TcpListener::bind("127.0.0.1:0").unwrap())
        .collect();
    let ports: Vec<u16> = taken
        .iter()
        .map(|l| l.local_addr().unwrap().port())
        .collect();
    let mut options = StackOptions::new(folder.path());
    options.preferred_pg_port = Some(ports[0]);
    options.preferred_nats_port = Some(ports[1]);

    let stack = Stack::start(options.clone()).await.unwrap();
    assert!(
        !stack
            .database_url()
            .unwrap()
            .contains(&format!(":{}/", ports[0]))
    );
    assert!(
        !stack
            .nats_url()
            .unwrap()
            .ends_with(&format!(":{}", ports[1]))
    );
    leave_data(&stack).await;
    stack.stop().await.unwrap();

    drop(taken);
    let stack = Stack::start(options).await.unwrap();
    assert!(
        stack
            .database_url()
            .unwrap()
            .contains(&format!(":{}/", ports[0]))
    );
    assert!(
        stack
            .nats_url()
            .unwrap()
            .ends_with(&format!(":{}", ports[1]))
    );
    assert_data(&stack).await;
    stack.stop().await.unwrap();
}

/// All of them see the port free and only one gets it; the others must not take it for their own.
#[tokio::test(flavor = "multi_thread")]
async fn many_that_want_one_port_get_one_each() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let starts = (0..8).map(|_| {
        tokio::spawn(Stack::ephemeral(move |options| {
            options.postgres = false;
            options.preferred_nats_port = Some(port);
        }))
    });
    let mut stacks = Vec::new();
    for start in starts.collect::<Vec<_>>() {
        stacks.push(start.await.unwrap().unwrap());
    }
    for stack in &stacks {
        common::nats(stack.nats_url().unwrap()).await;
    }
    for stack in stacks {
        stack.stop().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_has_one_stack_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = StackOptions::new(folder.path());
    options.postgres = false;
    let first = Stack::start(options.clone()).await.unwrap();
    let second = Stack::start(options).await;
    assert!(
        matches!(second, Err(StackError::InUse { .. })),
        "{second:?}"
    );
    common::nats(first.nats_url().unwrap()).await;
    first.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn crashed_servers_come_back_where_they_were() {
    let mut stack = Stack::ephemeral(|_| {}).await.unwrap();
    leave_data(&stack).await;
    let before = stack.connections().clone();

    stack.kill_postgres().await;
    assert!(
        PgConnection::connect(before.database_url.as_ref().unwrap())
            .await
            .is_err()
    );
    stack.restart_postgres().await.unwrap();
    stack.kill_nats().await;
    stack.restart_nats().await.unwrap();

    assert_eq!(stack.connections(), &before);
    assert_data(&stack).await;

    assert!(
        stack.wipe_nats_store().is_err(),
        "wiped under a running server"
    );
    stack.stop_nats().await;
    stack.wipe_nats_store().unwrap();
    stack.restart_nats().await.unwrap();
    let nats = common::nats(stack.nats_url().unwrap()).await;
    assert!(jetstream::new(nats).get_stream("KEPT").await.is_err());
    stack.stop().await.unwrap();
}

/// One row and one message.
async fn leave_data(stack: &Stack) {
    let mut db = PgConnection::connect(stack.database_url().unwrap())
        .await
        .unwrap();
    sqlx::query("CREATE TABLE kept AS SELECT 42 AS n")
        .execute(&mut db)
        .await
        .unwrap();
    let app = common::nats(stack.nats_url().unwrap()).await;
    let js = jetstream::new(app);
    js.create_stream(Config {
        name: "KEPT".to_owned(),
        subjects: vec!["kept".to_owned()],
        ..Default::default()
    })
    .await
    .unwrap();
    js.publish("kept", "42".into())
        .await
        .unwrap()
        .await
        .unwrap();
}

async fn assert_data(stack: &Stack) {
    let mut db = PgConnection::connect(stack.database_url().unwrap())
        .await
        .unwrap();
    let (n,): (i32,) = sqlx::query_as("SELECT n FROM kept")
        .fetch_one(&mut db)
        .await
        .unwrap();
    assert_eq!(n, 42);
    let app = common::nats(stack.nats_url().unwrap()).await;
    let mut stream = jetstream::new(app).get_stream("KEPT").await.unwrap();
    assert_eq!(stream.info().await.unwrap().state.messages, 1);
}

/// The part between the user's colon and the at sign.
fn password(url: &str) -> String {
    let (before, _) = url.split_once('@').unwrap();
    before.rsplit_once(':').unwrap().1.to_owned()
}
