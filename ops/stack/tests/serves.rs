//! What the servers offer once they run.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::time::Duration;

use async_nats::jetstream;
use flowgrid_stack::{Connections, Stack};
use futures_util::StreamExt;
use sqlx::{Connection, PgConnection};

#[tokio::test(flavor = "multi_thread")]
async fn postgres_is_durable_and_its_owner_may_make_roles() {
    let stack = Stack::ephemeral(|options| options.nats = false)
        .await
        .unwrap();
    assert_eq!(stack.nats_url(), None);
    let mut db = PgConnection::connect(stack.database_url().unwrap())
        .await
        .unwrap();
    for (setting, wanted) in [
        ("synchronous_commit", "on"),
        ("fsync", "on"),
        ("data_checksums", "on"),
        ("server_encoding", "UTF8"),
        ("listen_addresses", "127.0.0.1"),
    ] {
        let (value,): (String,) = sqlx::query_as(&format!("SHOW {setting}"))
            .fetch_one(&mut db)
            .await
            .unwrap();
        assert_eq!(value, wanted, "{setting}");
    }
    sqlx::query("CREATE ROLE reader NOLOGIN")
        .execute(&mut db)
        .await
        .unwrap();
    sqlx::query("CREATE DATABASE another")
        .execute(&mut db)
        .await
        .unwrap();
    let another = stack.database_url_of("another").unwrap();
    PgConnection::connect(&another)
        .await
        .unwrap()
        .close()
        .await
        .unwrap();
    let (lower,): (String,) = sqlx::query_as("SELECT lower('HÄUSER')")
        .fetch_one(&mut db)
        .await
        .unwrap();
    assert_eq!(lower, "häuser");
    stack.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_relay_may_publish_events_and_analysts_hear_nothing() {
    let stack = Stack::ephemeral(|options| options.postgres = false)
        .await
        .unwrap();
    let app = common::nats(stack.nats_url().unwrap()).await;
    let relay = common::nats(stack.nats_relay_url().unwrap()).await;
    let analyst = common::nats(stack.nats_analyst_url().unwrap()).await;
    let mut heard = app.subscribe("ev.>").await.unwrap();
    let mut overheard = analyst.subscribe(">").await.unwrap();
    app.flush().await.unwrap();
    analyst.flush().await.unwrap();

    app.publish("ev.1.acme.building.a.registered", "forged".into())
        .await
        .unwrap();
    app.publish("wake.1", "".into()).await.unwrap();
    app.flush().await.unwrap();
    relay
        .publish("ev.1.acme.building.a.registered", "real".into())
        .await
        .unwrap();
    relay.flush().await.unwrap();

    let first = heard.next().await.unwrap();
    assert_eq!(first.payload.as_ref(), b"real");
    let silence = tokio::time::timeout(Duration::from_millis(200), overheard.next()).await;
    assert!(silence.is_err(), "an analyst heard {silence:?}");

    jetstream::new(app)
        .create_stream(jetstream::stream::Config {
            name: "EV_1".to_owned(),
            subjects: vec!["ev.1.>".to_owned()],
            allow_atomic_publish: true,
            ..Default::default()
        })
        .await
        .unwrap();
    stack.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ephemeral_stack_takes_its_data_with_it() {
    let stack = Stack::ephemeral(|_| {}).await.unwrap();
    let data = stack.postgres_data_dir().unwrap().to_path_buf();
    let store = stack.nats_store_dir().unwrap().to_path_buf();
    assert!(data.is_dir() && store.is_dir());
    stack.stop().await.unwrap();
    assert!(!data.exists() && !store.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_addresses_are_there_for_other_commands_while_it_runs() {
    let folder = tempfile::tempdir().unwrap();
    let options = flowgrid_stack::StackOptions::new(folder.path());
    let stack = Stack::start(options).await.unwrap();
    let read = Connections::read(folder.path()).unwrap();
    assert_eq!(read.as_ref(), Some(stack.connections()));
    stack.stop().await.unwrap();
    assert_eq!(Connections::read(folder.path()).unwrap(), None);
}
