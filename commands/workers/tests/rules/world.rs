//! Logs, read models and as many workers as a test wants.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use flowgrid_bus::{LogId, Position, Role, Tenant};
use flowgrid_commands::{Caller, Commands, CommandsOptions, Recording, Request};
use flowgrid_domain::alerts::{AlertResource, AlertStatus};
use flowgrid_domain::buildings::{Building, BuildingCommand, read_registration};
use flowgrid_domain::readings::{Batch, OnConflict, Quality, Reading};
use flowgrid_domain::rules::{AlertRule, AlertRuleCommand, read_rule};
use flowgrid_domain::sensors::{Sensor, SensorCommand, read_installation};
use flowgrid_domain::{Decider, LogKind};
use flowgrid_log::{Appender, LogStore, Tail, Tails};
use flowgrid_projections::{
    ModelName, ProjectionAdmin, ProjectionRuntime, ReadModels, RuntimeOptions, alerts,
};
use flowgrid_tests::{TestLog, eventually};
use flowgrid_workers::rules::{Post, RuleWorker, RuleWorkerOptions};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tokio::sync::watch;

pub struct World {
    pub test: TestLog,
    pub commands: Commands,
    pub read: ReadModels,
    pub tenant: Tenant,
    options: RuleWorkerOptions,
    appenders: HashMap<LogId, Appender>,
    /// How far the workers' clock is ahead, in seconds.
    ahead: Arc<AtomicI64>,
    projections: ProjectionRuntime,
}

/// A worker in a process of its own.
pub struct Process {
    runtime: Option<Runtime>,
    stop: watch::Sender<bool>,
}

impl Process {
    /// Ends in the middle of whatever it does.
    pub fn kill(mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl World {
    /// A building `rathaus` with a meter `main` and a thermometer `hall`.
    pub async fn start() -> Self {
        let test = TestLog::start().await;
        let (mut appenders, mut tails) = (HashMap::new(), Vec::new());
        for log in test.store.logs().to_vec() {
            let feed = TestLog::feed();
            appenders.insert(log.id, test.appender(log, &feed, false));
            let tail = Tail::start_beside_relay(test.bus.clone(), log, test.stop.subscribe());
            test.relay_beside(log, &feed, Some(Arc::clone(&tail)));
            tails.push(tail);
        }
        let tails = Arc::new(Tails::new(tails));
        let projections = ProjectionRuntime::start(
            &test.url,
            test.store.clone(),
            Arc::clone(&tails),
            &ModelName::ALL,
            RuntimeOptions::default(),
            &test.stop.subscribe(),
        )
        .unwrap();
        let read = ReadModels::open(&test.url, 4).await.unwrap();
        let read = read.with_local(projections.positions());
        let admin = ProjectionAdmin::open(&test.url, test.store.clone()).unwrap();
        eventually("every read model is live", || async {
            let statuses = admin.status().await.unwrap();
            statuses.iter().all(|status| status.generation.is_some())
        })
        .await;
        let commands = Commands::new(CommandsOptions {
            store: test.store.clone(),
            appenders: appenders.clone(),
            remembered: 1_000,
        });
        let ahead = Arc::new(AtomicI64::new(0));
        let clock = Arc::clone(&ahead);
        let ahead_by = move || TimeDelta::seconds(clock.load(Ordering::Relaxed));
        let now = move || DateTime::<Utc>::from(std::time::SystemTime::now()) + ahead_by();
        let options = RuleWorkerOptions {
            database_url: test.url.clone(),
            commands: commands.clone(),
            store: test.store.clone(),
            tails,
            read: read.clone(),
            post: None,
            now: Arc::new(now),
        };
        let world = Self {
            test,
            commands,
            read,
            tenant: Tenant::from_slug("acme").unwrap(),
            options,
            appenders,
            ahead,
            projections,
        };
        world.furnish().await;
        world
    }

    /// Kills all projectors in the middle of whatever they do, and starts others in their place.
    pub async fn kill_projectors(&mut self) {
        // Dropped, they end at once.
        self.projections = ProjectionRuntime::start(
            &self.test.url,
            self.test.store.clone(),
            Arc::clone(&self.options.tails),
            &ModelName::ALL,
            RuntimeOptions::default(),
            &self.test.stop.subscribe(),
        )
        .unwrap();
        let read = ReadModels::open(&self.test.url, 4).await.unwrap();
        self.read = read.with_local(self.projections.positions());
        self.options.read = self.read.clone();
    }

    /// The rows of readings up to a position equal an independent fold.
    pub async fn assert_readings(&self, n: u64) {
        let log = self.test.telemetry();
        let position = Position {
            log: log.id,
            epoch: log.epoch,
            n,
        };
        let (model, limit) = (ModelName::Readings, std::time::Duration::from_secs(20));
        self.read.wait_for(&[model], position, limit).await.unwrap();
        let store = self.test.store.clone();
        let admin = ProjectionAdmin::open(&self.test.url, store).unwrap();
        let report = admin.verify(model).await.unwrap();
        assert!(report.is_clean() && report.rows > 0, "{report:?}");
    }

    /// For the workers, time passes.
    pub fn pass(&self, seconds: i64) {
        self.ahead.fetch_add(seconds, Ordering::Relaxed);
    }

    async fn furnish(&self) {
        let body = json!({"id": "rathaus", "name": "Rathaus"});
        let register = read_registration(body.as_object().unwrap())
            .unwrap()
            .register;
        self.execute::<Building>("rathaus", BuildingCommand::Register(register))
            .await;
        for (id, kind, unit) in [("main", "power", "kW"), ("hall", "temperature", "C")] {
            self.sensor(id, kind, unit).await;
        }
    }

    pub async fn sensor(&self, id: &str, kind: &str, unit: &str) {
        let body = json!({"name": id, "buildingId": "rathaus", "kind": kind, "unit": unit,
            "mode": "instantaneous"});
        let install = read_installation(body.as_object().unwrap())
            .unwrap()
            .install;
        self.execute::<Sensor>(id, SensorCommand::Install(install))
            .await;
    }

    /// A rule; on the meter where nothing else is said.
    pub async fn rule(&self, id: &str, body: Value) {
        let mut rule = json!({"name": id, "kind": "threshold", "condition": {"above": 80},
            "target": {"sensorId": "main", "buildingId": "rathaus"}});
        for (name, value) in body.as_object().unwrap() {
            rule[name] = value.clone();
        }
        let rule = read_rule(rule.as_object().unwrap()).unwrap().definition;
        self.execute::<AlertRule>(id, AlertRuleCommand::Create(Box::new(rule)))
            .await;
    }

    pub async fn execute<A: Decider>(&self, id: &str, command: A::Command) {
        let request = Request {
            id: id.to_owned(),
            command,
            if_match: None,
            idempotency: None,
            status: 200,
            follow_claim: false,
        };
        self.commands
            .execute::<A>(&self.caller(), request)
            .await
            .unwrap();
    }

    fn caller(&self) -> Caller {
        Caller {
            tenant: self.tenant.clone(),
            actor: "test".into(),
            role: Role::Admin,
            request_id: None,
            traceparent: None,
            frontend: None,
        }
    }

    /// Readings of a sensor, by seconds after some time of the past.
    pub async fn report(&self, sensor: &str, readings: &[(i64, f64)]) -> u64 {
        let mut batch = Batch::default();
        for (second, value) in readings {
            let (time, quality) = (at(*second), Quality::Measured);
            let value = *value;
            batch.push(
                sensor,
                Reading {
                    time,
                    value,
                    quality,
                },
            );
        }
        let events = batch.into_events(OnConflict::Ignore);
        let events = events
            .into_iter()
            .map(|event| ("rathaus".to_owned(), event));
        let recording = Recording {
            events: events.collect(),
            idempotency: None,
            status: 201,
        };
        let recorded = self
            .commands
            .record(&self.caller(), recording)
            .await
            .unwrap();
        recorded.position.n
    }

    /// A worker in a process of its own, with connections of its own: those of one that is killed are
    /// nobody else's.
    pub async fn worker(&self) -> Process {
        self.worker_with(None).await
    }

    pub async fn worker_that_mails(&self, post: Post) -> Process {
        self.worker_with(Some(post)).await
    }

    async fn worker_with(&self, post: Option<Post>) -> Process {
        let store = LogStore::open(&self.test.url, 4).await.unwrap();
        let read = ReadModels::open(&self.test.url, 4).await.unwrap();
        let options = RuleWorkerOptions {
            commands: Commands::new(CommandsOptions {
                store: store.clone(),
                appenders: self.appenders.clone(),
                remembered: 1_000,
            }),
            store,
            read: read.with_local(self.projections.positions()),
            post,
            ..self.options.clone()
        };
        let runtime = Runtime::new().unwrap();
        let stop = watch::Sender::new(false);
        let _inside = runtime.enter();
        RuleWorker::start(&options, &stop);
        drop(_inside);
        Process {
            runtime: Some(runtime),
            stop,
        }
    }

    /// Until a worker has evaluated telemetry up to a position.
    pub async fn evaluated(&self, position: u64) {
        let pool = sqlx::PgPool::connect(&self.test.url).await.unwrap();
        eventually("telemetry is evaluated", || async {
            let at: i64 =
                sqlx::query_scalar("select coalesce(max(position), 0) from rules.checkpoints")
                    .fetch_one(&pool)
                    .await
                    .unwrap();
            at.cast_unsigned() >= position
        })
        .await;
    }

    /// All alerts as the read model shows them, by source.
    pub async fn alerts(&self) -> Vec<AlertResource> {
        let log = self.test.domain();
        let position = Position {
            log: log.id,
            epoch: log.epoch,
            n: self.test.store.head(log.id).await.unwrap(),
        };
        let limit = std::time::Duration::from_secs(20);
        self.read
            .wait_for(&[ModelName::Alerts], position, limit)
            .await
            .unwrap();
        let mut tx = self
            .read
            .begin(&self.tenant, &[ModelName::Alerts])
            .await
            .unwrap();
        let filter = alerts::Filter {
            limit: 500,
            ..alerts::Filter::default()
        };
        let mut all = alerts::list(&mut tx, &filter).await.unwrap().items;
        all.sort_by(|one, other| {
            let key = |alert: &AlertResource| (alert.source.id.clone(), alert.first_occurred_at);
            key(one).cmp(&key(other))
        });
        all
    }

    /// Until there are so many alerts, so many of them open.
    pub async fn has(&self, all: usize, open: usize) -> Vec<AlertResource> {
        eventually("so many alerts, so many of them open", || async {
            let alerts = self.alerts().await;
            let still = alerts
                .iter()
                .filter(|alert| alert.status == AlertStatus::Open);
            (alerts.len(), still.count()) == (all, open)
        })
        .await;
        self.alerts().await
    }

    /// How many events of a type the log holds.
    pub async fn count(&self, kind: LogKind, event_type: &str) -> usize {
        let log = self.test.store.place(&self.tenant, kind).await.unwrap();
        let events = self.test.store.read(log.id, 0, 100_000).await.unwrap();
        events
            .iter()
            .filter(|event| event.event_type == event_type)
            .count()
    }
}

/// Some time of the past.
pub fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_780_000_000 + second, 0).unwrap()
}
