//! What Postgres acknowledged outlives a power cut with our settings, and doesn't with others.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::sync::Arc;
use std::time::Duration;

use common::{Load, PoweredPostgres, lost, seed, until};
use flowgrid_bus::LogId;
use flowgrid_log::append::{AppenderOptions, GateState, Refusal};
use flowgrid_log::{Appender, Bus, LogError, LogStore, NoObserver, Ring, migrate};
use flowgrid_stack::Stack;
use sqlx::{Connection, PgConnection};

const DOMAIN: LogId = LogId(1);

/// Postgres on a disk with a switch, and an appender that outlives the cuts.
struct Site {
    postgres: PoweredPostgres,
    nats: Stack,
    bus: Bus,
    store: LogStore,
    appender: Appender,
}

impl Site {
    async fn start(seed: u64) -> Option<Self> {
        let postgres = PoweredPostgres::start(seed).await?;
        let nats = Stack::ephemeral(|options| options.postgres = false);
        let nats = nats.await.unwrap();
        let url = postgres.url();
        migrate(&url).await.unwrap();
        let bus = Bus::connect(nats.nats_url().unwrap(), "test", 1)
            .await
            .unwrap();
        assert!(bus.connected_within(Duration::from_secs(20)).await);
        let store = LogStore::open(&url, 4).await.unwrap();
        let appender = appender(&url, &bus, &store);
        Some(Self {
            postgres,
            nats,
            bus,
            store,
            appender,
        })
    }

    async fn sql(&self, text: &str) {
        let mut connection = PgConnection::connect(&self.postgres.url()).await.unwrap();
        sqlx::raw_sql(text).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }

    /// Asks for one and never returns: the server goes on with it meanwhile.
    async fn checkpoint(&self) {
        self.sql("checkpoint").await;
        std::future::pending().await
    }

    async fn lost(&self, load: &Load) -> usize {
        let known = load.acknowledged();
        // The pool finds out one by one that its connections were cut.
        let log = loop {
            match self.store.read(DOMAIN, 0, 1_000_000).await {
                Ok(log) => break log,
                Err(LogError::Database(reason)) => println!("reading again: {reason}"),
                Err(other) => panic!("{other}"),
            }
        };
        lost(&known, &log)
    }
}

fn appender(url: &str, bus: &Bus, store: &LogStore) -> Appender {
    Appender::start(AppenderOptions {
        database_url: url.to_owned(),
        bus: bus.clone(),
        log: store.info(DOMAIN).unwrap(),
        feed: Arc::new(Ring::new(1_000, 1_000_000)),
        wake_others: false,
        observer: Arc::new(NoObserver),
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost() {
    let Some(mut site) = Site::start(seed(1)).await else {
        return;
    };
    let mut load = Load::start(&site.appender);
    for round in 0..4 {
        load.acknowledges(150).await;
        // A checkpoint writes all pages: cut in its midst, some are torn.
        tokio::select! {
            () = load.acknowledges(50) => {}
            () = site.checkpoint() => {}
        }
        let found = site.postgres.cut();
        site.postgres.power_on().await;
        let (all, lost) = (load.acknowledged().len(), site.lost(&load).await);
        println!("cut {round}: {found:?}; {all} acknowledged, {lost} lost");
        assert_eq!(lost, 0);
    }
    load.acknowledges(50).await;
    load.stop().await;
    assert_eq!(site.lost(&load).await, 0);
    assert!(load.unknown() > 0, "no cut struck a command on its way");
    site.nats.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_cuts_lose_what_postgres_acknowledges_before_its_disk_does() {
    let Some(mut site) = Site::start(seed(2)).await else {
        return;
    };
    site.sql("alter system set synchronous_commit = off").await;
    site.sql("select pg_reload_conf()").await;
    for round in 0..10 {
        // A new process each time: the last one would not go on after a loss.
        site.appender = appender(&site.postgres.url(), &site.bus, &site.store);
        let mut load = Load::start(&site.appender);
        load.acknowledges(150).await;
        let found = site.postgres.cut();
        site.postgres.power_on().await;
        let lost = site.lost(&load).await;
        println!(
            "cut {round}: {found:?}; {} acknowledged, {lost} lost",
            load.acknowledged().len()
        );
        if lost > 0 {
            let appender = &site.appender;
            until("the appender notices", || async {
                let gate = appender.stats().gate;
                matches!(gate, GateState::Refused(Refusal::LogLostTail { .. }))
            })
            .await;
            load.stop().await;
            site.nats.stop().await.unwrap();
            return;
        }
    }
    panic!("ten cuts and no loss: the test is blind");
}
