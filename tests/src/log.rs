//! A log with its stream, for tests below the API.

use std::sync::Arc;
use std::time::Duration;

use flowgrid_bus::{LogId, RecordedEvent, Tenant};
use flowgrid_log::append::AppenderOptions;
use flowgrid_log::relay::{Relay, RelayOptions};
use flowgrid_log::{
    Append, Appender, Bus, Expected, LogInfo, LogStore, NewEvent, NoObserver, Ring, Tail, migrate,
};
use flowgrid_stack::Stack;
use tokio::sync::watch;
use uuid::Uuid;

use crate::fresh_database;

/// A migrated database and a NATS server.
pub struct TestLog {
    pub url: String,
    pub store: LogStore,
    pub nats: Stack,
    pub bus: Bus,
    pub relay_bus: Bus,
    pub stop: watch::Sender<bool>,
}

impl TestLog {
    pub async fn start() -> Self {
        let url = fresh_database().await;
        migrate(&url).await.unwrap();
        Self::on(url).await
    }

    /// On a database that is migrated already.
    pub async fn on(url: String) -> Self {
        let nats = Stack::ephemeral(|options| options.postgres = false)
            .await
            .unwrap();
        let bus = Bus::connect(nats.nats_url().unwrap(), "test", 1)
            .await
            .unwrap();
        let relay_bus = Bus::connect(nats.nats_relay_url().unwrap(), "test-relay", 1)
            .await
            .unwrap();
        assert!(bus.connected_within(Duration::from_secs(10)).await);
        assert!(relay_bus.connected_within(Duration::from_secs(10)).await);
        let store = LogStore::open(&url, 8).await.unwrap();
        Self {
            url,
            store,
            nats,
            bus,
            relay_bus,
            stop: watch::Sender::new(false),
        }
    }

    /// The log of buildings and alerts.
    pub fn domain(&self) -> LogInfo {
        self.store.info(LogId(1)).unwrap()
    }

    /// The log of readings.
    pub fn telemetry(&self) -> LogInfo {
        self.store.info(LogId(2)).unwrap()
    }

    pub fn feed() -> Arc<Ring> {
        Arc::new(Ring::new(1_000, 1_000_000))
    }

    /// An appender as a process of its own would have it.
    pub fn appender(&self, log: LogInfo, feed: &Arc<Ring>, wake_others: bool) -> Appender {
        Appender::start(AppenderOptions {
            database_url: self.url.clone(),
            bus: self.bus.clone(),
            log,
            feed: Arc::clone(feed),
            wake_others,
            observer: Arc::new(NoObserver),
        })
    }

    pub fn relay(&self, log: LogInfo, feed: &Arc<Ring>) -> Relay {
        self.relay_beside(log, feed, None)
    }

    /// A relay that tells a tail of its process.
    pub fn relay_beside(&self, log: LogInfo, feed: &Arc<Ring>, tail: Option<Arc<Tail>>) -> Relay {
        let options = RelayOptions {
            store: self.store.clone(),
            bus: self.relay_bus.clone(),
            log,
            feed: Arc::clone(feed),
            tail,
            observer: Arc::new(NoObserver),
            keep: 1_000_000,
        };
        Relay::start(options, self.stop.subscribe()).0
    }

    /// Puts a log back to how it was at a position, as an old backup would.
    pub async fn lose_tail(&self, log: LogInfo, after: u64) {
        let pool = sqlx::PgPool::connect(&self.url).await.unwrap();
        for statement in [
            "delete from receipts where log_id = $1 and position > $2",
            "delete from claims where log_id = $1 and position > $2",
            "delete from streams where log_id = $1 and first_position > $2",
            "delete from events where log_id = $1 and position > $2",
        ] {
            sqlx::query(statement)
                .bind(log.id.0)
                .bind(i64::try_from(after).unwrap())
                .execute(&pool)
                .await
                .unwrap();
        }
        sqlx::query(
            "update streams s set (version, last_position) = (select max(e.sequence), max(e.position) from events e \
             where e.log_id = s.log_id and e.aggregate_type = s.aggregate_type and e.aggregate_id = s.aggregate_id) \
             where s.log_id = $1",
        )
        .bind(log.id.0)
        .execute(&pool)
        .await
        .unwrap();
    }

    /// The stream's state as NATS tells it.
    pub async fn stream(&self, log: LogInfo) -> async_nats::jetstream::stream::State {
        let context = async_nats::jetstream::new(self.bus.client().clone());
        let mut stream = context
            .get_stream(flowgrid_bus::stream_name(log.id))
            .await
            .unwrap();
        stream.info().await.unwrap().state.clone()
    }

    /// Waits until the stream has reached a position, then compares both, event by event.
    pub async fn assert_mirrored(&self, log: LogInfo, until: u64) {
        eventually("the stream catches up", || async {
            let context = async_nats::jetstream::new(self.bus.client().clone());
            match context.get_stream(flowgrid_bus::stream_name(log.id)).await {
                Ok(stream) => stream.cached_info().state.last_sequence == until,
                Err(_) => false,
            }
        })
        .await;
        let state = self.stream(log).await;
        assert_eq!(
            state.messages,
            state.last_sequence + 1 - state.first_sequence
        );
        let after = state.first_sequence - 1;
        let theirs = flowgrid_log::heal::read_stream(&self.bus, log, after, until)
            .await
            .unwrap();
        let ours = self.store.read(log.id, after, 1_000_000).await.unwrap();
        let differs = ours
            .iter()
            .zip(&theirs)
            .find(|(ours, theirs)| ours != theirs);
        assert_eq!(differs, None::<(&RecordedEvent, &RecordedEvent)>);
        assert_eq!(ours.len(), theirs.len());
    }
}

/// An append of one or more plain events to a building.
pub fn building(tenant: &str, id: &str, expected: u64, events: usize) -> Append {
    let tenant = Tenant::from_slug(tenant).unwrap();
    let event = || NewEvent {
        id: Uuid::now_v7(),
        of: None,
        event_type: "building.changed".into(),
        event_version: "1.0".into(),
        payload: format!(r#"{{"name":"{}"}}"#, Uuid::now_v7()),
    };
    Append {
        aggregate_id: tenant.qualify(id),
        tenant,
        aggregate_type: "building",
        expected: Expected::Version(expected),
        events: (0..events).map(|_| event()).collect(),
        metadata: r#"{"actor":"test"}"#.into(),
        claims: Vec::new(),
        receipt: None,
    }
}

/// Readings of a source, as telemetry's log takes them.
pub fn readings(tenant: &str, source: &str, events: usize) -> Append {
    let mut append = building(tenant, source, 0, events);
    append.aggregate_type = "readings";
    append.expected = Expected::Any;
    for event in &mut append.events {
        event.event_type = "readings.recorded".into();
    }
    append
}

/// Asks again until it is so; fails after 20 seconds.
pub async fn eventually<F: Future<Output = bool>>(what: &str, mut so: impl FnMut() -> F) {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(20);
    while !so().await {
        assert!(
            tokio::time::Instant::now() < deadline,
            "never happened: {what}"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
