//! Log and stream together: whichever loses its power, the log keeps what was acknowledged and the
//! stream equals it again.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::sync::Arc;

use common::{Load, PATIENCE, PoweredNats, PoweredPostgres, lost, seed, until};
use flowgrid_bus::{LogId, RecordedEvent};
use flowgrid_log::append::AppenderOptions;
use flowgrid_log::integrity::{Agreement, check};
use flowgrid_log::relay::{Relay, RelayOptions};
use flowgrid_log::{Appender, Bus, LogError, LogInfo, LogStore, NoObserver, Ring, heal, migrate};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::sync::watch;

/// Each takes some seconds.
const CUTS: usize = 6;

/// Both servers on disks with a switch; appender and relay on a machine that keeps its power.
struct Site {
    postgres: PoweredPostgres,
    nats: PoweredNats,
    bus: Bus,
    store: LogStore,
    log: LogInfo,
    appender: Appender,
    relay: Relay,
    _stop: watch::Sender<bool>,
}

impl Site {
    async fn start(seed: u64) -> Option<Self> {
        let postgres = PoweredPostgres::start(seed).await?;
        let nats = PoweredNats::start(seed + 1).await?;
        let url = postgres.url();
        migrate(&url).await.unwrap();
        let bus = connect(&nats.url(), "test").await;
        let relay_bus = connect(&nats.relay_url(), "test-relay").await;
        let store = LogStore::open(&url, 8).await.unwrap();
        let log = store.info(LogId(1)).unwrap();
        let feed = Arc::new(Ring::new(1_000, 1_000_000));
        let stop = watch::Sender::new(false);
        let options = RelayOptions {
            store: store.clone(),
            bus: relay_bus,
            log,
            feed: Arc::clone(&feed),
            tail: None,
            observer: Arc::new(NoObserver),
            keep: 1_000_000,
        };
        let (relay, _) = Relay::start(options, stop.subscribe());
        let appender = Appender::start(AppenderOptions {
            database_url: url,
            bus: bus.clone(),
            log,
            feed,
            wake_others: false,
            observer: Arc::new(NoObserver),
        });
        Some(Self {
            postgres,
            nats,
            bus,
            store,
            log,
            appender,
            relay,
            _stop: stop,
        })
    }

    /// Cuts one or both, and brings the power back.
    async fn cut(&mut self, postgres: bool, nats: bool) {
        if postgres {
            println!("Postgres cut: {:?}", self.postgres.cut());
        }
        if nats {
            println!("NATS cut: {:?}", self.nats.cut());
        }
        if nats {
            self.nats.power_on().await;
        }
        if postgres {
            self.postgres.power_on().await;
        }
    }

    async fn log(&self) -> Vec<RecordedEvent> {
        loop {
            // The pool finds out one by one that its connections were cut.
            match self.store.read(self.log.id, 0, 1_000_000).await {
                Ok(events) => return events,
                Err(LogError::Database(_)) => {}
                Err(other) => panic!("{other}"),
            }
        }
    }

    /// Until the relay has caught up; then the stream's events, all that it can hold.
    async fn stream(&self, head: u64) -> Vec<RecordedEvent> {
        until("the stream catches up", || async {
            let found = check(&self.store, &self.bus, self.log).await;
            matches!(found, Ok(Agreement::Agree { first: 1, stream, log }) if stream == head && log == head)
        })
        .await;
        heal::read_stream(&self.bus, self.log, 0, head)
            .await
            .unwrap()
    }
}

async fn connect(url: &str, name: &str) -> Bus {
    let bus = Bus::connect(url, name, 1).await.unwrap();
    assert!(bus.connected_within(PATIENCE).await);
    bus
}

#[tokio::test(flavor = "multi_thread")]
async fn whichever_is_cut_log_and_stream_agree_again() {
    let seed = seed(3);
    let Some(mut site) = Site::start(seed).await else {
        return;
    };
    let mut random = StdRng::seed_from_u64(seed);
    let mut load = Load::start(&site.appender);
    for round in 0..CUTS {
        load.acknowledges(random.random_range(60..250)).await;
        // In turn, so that each comes in every run.
        site.cut(round % 3 != 1, round % 3 != 0).await;
        let (all, log) = (load.acknowledged(), site.log().await);
        let lost = lost(&all, &log);
        println!("cut {round}: {} acknowledged, {lost} lost", all.len());
        assert_eq!(lost, 0);
    }
    load.acknowledges(50).await;
    load.stop().await;
    let log = site.log().await;
    let stream = site.stream(log.len() as u64).await;
    assert_eq!(lost(&load.acknowledged(), &log), 0);
    let differs = log
        .iter()
        .zip(&stream)
        .find(|(ours, theirs)| ours != theirs);
    assert_eq!(differs, None);
    assert_eq!(log.len(), stream.len());
    assert_eq!(site.relay.status().problem, None);
    println!("{} events, log and stream alike", log.len());
}
