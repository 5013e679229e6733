//! A log with everything that feeds projections.

use std::sync::Arc;
use std::time::Duration;

use flowgrid_bus::Tenant;
use flowgrid_log::{Append, Appended, Appender, Expected, LogInfo, NewEvent, Tail, Tails};
use flowgrid_projections::{
    ModelName, ProjectionAdmin, ProjectionRuntime, ReadModels, RuntimeOptions,
};
use flowgrid_tests::{TestLog, eventually};
use sqlx::{Connection, PgConnection};
use tokio::sync::watch;
use uuid::Uuid;

pub struct World {
    pub test: TestLog,
    pub log: LogInfo,
    pub appender: Appender,
    pub telemetry: LogInfo,
    pub meters: Appender,
}

/// The projectors of one process.
pub struct Process {
    pub runtime: ProjectionRuntime,
    pub admin: ProjectionAdmin,
    pub read: ReadModels,
    pub stop: watch::Sender<bool>,
}

impl World {
    pub async fn start() -> Self {
        let test = TestLog::start().await;
        let log = test.domain();
        let feed = TestLog::feed();
        let appender = test.appender(log, &feed, false);
        test.relay(log, &feed);
        let (telemetry, feed) = (test.telemetry(), TestLog::feed());
        let meters = test.appender(telemetry, &feed, false);
        test.relay(telemetry, &feed);
        Self {
            test,
            log,
            appender,
            telemetry,
            meters,
        }
    }

    /// Starts projectors as a process of its own would.
    pub async fn process(&self, options: RuntimeOptions) -> Process {
        let stop = watch::Sender::new(false);
        let logs = [self.log, self.telemetry];
        let tail = |log| Tail::start(self.test.bus.clone(), log, stop.subscribe());
        let tails = Arc::new(Tails::new(logs.map(tail)));
        let (url, store) = (&self.test.url, self.test.store.clone());
        let runtime = ProjectionRuntime::start(
            url,
            store.clone(),
            tails,
            &ModelName::ALL,
            options,
            &stop.subscribe(),
        )
        .unwrap();
        let read = ReadModels::open(url, 4).await.unwrap();
        Process {
            admin: ProjectionAdmin::open(url, store)
                .unwrap()
                .with_runtime(&runtime),
            read: read.with_local(runtime.positions()),
            runtime,
            stop,
        }
    }

    /// Readings, or their correction, of one building.
    pub async fn telemetry(&self, tenant: &str, event: (&str, &str)) -> u64 {
        let appended = Append {
            aggregate_type: "readings",
            expected: Expected::Any,
            ..append(tenant, "rathaus", 0, event)
        };
        match self.meters.append(appended).await {
            Ok(Appended::Written { last, .. }) => last,
            other => panic!("not written: {other:?}"),
        }
    }

    pub async fn append(&self, append: Append) -> u64 {
        match self.appender.append(append).await {
            Ok(Appended::Written { last, .. }) => last,
            other => panic!("not written: {other:?}"),
        }
    }

    /// One event to one building or alert.
    pub async fn event(&self, tenant: &str, id: &str, version: u64, event: (&str, &str)) -> u64 {
        self.append(append(tenant, id, version, event)).await
    }

    pub async fn head(&self) -> u64 {
        self.test.store.head(self.log.id).await.unwrap()
    }

    /// As the user who owns everything.
    pub async fn owner(&self) -> PgConnection {
        PgConnection::connect(&self.test.url).await.unwrap()
    }

    pub async fn sql(&self, sql: &str) {
        sqlx::raw_sql(sql)
            .execute(&mut self.owner().await)
            .await
            .unwrap();
    }
}

impl Process {
    /// Until every model of this log has rows up to its end.
    pub async fn reaches_head(&self, world: &World) {
        let want = world.head().await;
        self.reaches(world, want).await;
        let want = world.test.store.head(world.telemetry.id).await.unwrap();
        self.reaches_on(world.telemetry, want).await;
    }

    pub async fn reaches(&self, world: &World, want: u64) {
        self.reaches_on(world.log, want).await;
    }

    async fn reaches_on(&self, log: LogInfo, want: u64) {
        let position = flowgrid_bus::Position {
            log: log.id,
            epoch: log.epoch,
            n: want,
        };
        let limit = Duration::from_secs(20);
        self.read
            .wait_for(&ModelName::ALL, position, limit)
            .await
            .unwrap();
    }

    /// Until a generation of every model is live.
    pub async fn ready(&self) {
        eventually("first generations are live", || async {
            let all = self.admin.status().await.unwrap();
            all.iter().all(|status| status.generation.is_some())
        })
        .await;
    }

    /// Until the newest generation is in this state.
    pub async fn rebuild_is(&self, model: ModelName, state: &str) {
        eventually(state, || async {
            let all = self.admin.status().await.unwrap();
            let of_model = all
                .into_iter()
                .find(|status| status.name == model.as_str())
                .unwrap();
            let Some(rebuild) = of_model.rebuild else {
                return false; // the process has only just started
            };
            assert!(
                rebuild.state == state || rebuild.error.is_none(),
                "{rebuild:?}"
            );
            rebuild.state == state
        })
        .await;
    }

    pub async fn assert_verified(&self) {
        for model in ModelName::ALL {
            let report = self.admin.verify(model).await.unwrap();
            assert!(report.is_clean(), "{report:?}");
        }
    }

    pub async fn ends(self) {
        self.stop.send_replace(true);
        self.runtime.join(Duration::from_secs(5)).await;
    }
}

/// `event` is its type and payload; the aggregate's type is the first part of its type.
pub fn append(
    tenant: &str,
    id: &str,
    expected: u64,
    (event_type, payload): (&str, &str),
) -> Append {
    let tenant = Tenant::from_slug(tenant).unwrap();
    let kinds = ["alert", "sensor"];
    let kind = kinds.into_iter().find(|kind| event_type.starts_with(kind));
    let aggregate_type = kind.unwrap_or("building");
    Append {
        aggregate_id: tenant.qualify(id),
        tenant,
        aggregate_type,
        expected: Expected::Version(expected),
        events: vec![NewEvent {
            id: Uuid::now_v7(),
            of: None,
            event_type: event_type.to_owned().into(),
            event_version: "1.0".into(),
            payload: payload.to_owned(),
        }],
        metadata: r#"{"actor":"test"}"#.into(),
        claims: Vec::new(),
        receipt: None,
    }
}

pub const REGISTERED: (&str, &str) = (
    "building.registered",
    r#"{"name":"Rathaus","kind":"office","address":null,"lat":48.35,"lon":8.96,"area":null,"timezone":null}"#,
);

pub fn renamed(name: &str) -> String {
    format!(r#"{{"name":"{name}"}}"#)
}
