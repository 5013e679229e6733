//! A city with buildings and meters, and a process that projects and pushes.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use flowgrid_api::Clock;
use flowgrid_api::auth::{Grant, Tokens};
use flowgrid_api::push::{Hub, PushConfig, PushMetrics, routes};
use flowgrid_bus::{Role, Tenant};
use flowgrid_log::{Append, Appended, Appender, Expected, LogKind, NewEvent, Tail, Tails};
use flowgrid_projections::{
    ModelName, ProjectionAdmin, ProjectionRuntime, ReadModels, RuntimeOptions,
};
use flowgrid_tests::{TestLog, eventually};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use uuid::Uuid;

use super::Client;

/// A process that projects and pushes.
pub struct City {
    pub test: TestLog,
    pub tails: Arc<Tails>,
    pub read: ReadModels,
    pub appenders: HashMap<LogKind, Appender>,
    tokens: Tokens,
    address: SocketAddr,
    _projections: ProjectionRuntime,
}

impl City {
    /// With the buildings `rathaus` and `school`, each with a meter, of the organization `acme`.
    pub async fn start() -> Self {
        let test = TestLog::start().await;
        let (mut appenders, mut tails) = (HashMap::new(), Vec::new());
        for log in test.store.logs().to_vec() {
            let feed = TestLog::feed();
            appenders.insert(log.kind, test.appender(log, &feed, false));
            let tail = Tail::start_beside_relay(test.bus.clone(), log, test.stop.subscribe());
            test.relay_beside(log, &feed, Some(Arc::clone(&tail)));
            tails.push(tail);
        }
        let (tails, stop) = (Arc::new(Tails::new(tails)), test.stop.subscribe());
        let (store, options) = (test.store.clone(), RuntimeOptions::default());
        let models = &ModelName::ALL;
        let projections = ProjectionRuntime::start(
            &test.url,
            store.clone(),
            Arc::clone(&tails),
            models,
            options,
            &stop,
        );
        let projections = projections.unwrap();
        let admin = ProjectionAdmin::open(&test.url, store.clone()).unwrap();
        eventually("every read model is live", || async {
            let all = admin.status().await.unwrap();
            all.iter().all(|status| status.generation.is_some())
        })
        .await;
        let read = ReadModels::open(&test.url, 4).await.unwrap();
        let read = read.with_local(projections.positions());
        let secret = b"a secret of at least thirty-two bytes";
        let tokens = Tokens::new(secret, Clock::system()).unwrap();
        let (config, metrics) = (PushConfig::default(), PushMetrics::new().unwrap());
        let hub = Hub::start(
            store,
            Arc::clone(&tails),
            tokens.clone(),
            Clock::system(),
            config,
            metrics,
            &stop,
        );
        hub.tell_energy(&read, &stop);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, routes(hub)).await });
        let city = Self {
            test,
            tails,
            read,
            appenders,
            tokens,
            address,
            _projections: projections,
        };
        for building in ["rathaus", "school"] {
            city.furnish(building).await;
        }
        city
    }

    async fn furnish(&self, building: &str) {
        let body = json!({"name": building, "kind": "office", "address": null, "lat": null, "lon": null,
            "area": null, "timezone": null});
        self.append(
            LogKind::Domain,
            ("building", building, Expected::Version(0)),
            "registered",
            body,
        )
        .await;
        let body = json!({"buildingId": building, "name": "meter", "kind": "electricity", "unit": "kWh",
            "mode": "interval", "periodSeconds": 900, "parentId": null, "direction": "consumption",
            "registerSize": null, "calorificValue": null, "stateNumber": null});
        let meter = format!("{building}-meter");
        self.append(
            LogKind::Domain,
            ("sensor", &meter, Expected::Version(0)),
            "installed",
            body,
        )
        .await;
    }

    pub async fn append(
        &self,
        kind: LogKind,
        (aggregate_type, id, expected): (&'static str, &str, Expected),
        event: &str,
        payload: Value,
    ) {
        let tenant = Tenant::from_slug("acme").unwrap();
        let append = Append {
            aggregate_id: tenant.qualify(id),
            tenant,
            aggregate_type,
            expected,
            events: vec![NewEvent {
                id: Uuid::now_v7(),
                of: None,
                event_type: format!("{aggregate_type}.{event}").into(),
                event_version: "1.0".into(),
                payload: payload.to_string(),
            }],
            metadata: r#"{"actor":"test"}"#.into(),
            claims: Vec::new(),
            receipt: None,
        };
        let written = self.appenders[&kind].append(append).await.unwrap();
        assert!(matches!(written, Appended::Written { .. }), "{written:?}");
    }

    pub async fn reports(&self, building: &str, time: DateTime<Utc>, kwh: f64) {
        let body = json!({"onConflict": "correct", "series": [{"sensorId": format!("{building}-meter"),
            "quality": "measured", "start": time, "points": [[0, kwh]]}]});
        self.append(
            LogKind::Telemetry,
            ("readings", building, Expected::Any),
            "recorded",
            body,
        )
        .await;
    }

    pub async fn viewer(&self, org: &str) -> Client {
        let grant = Grant::member("anna", org, Role::Viewer, TimeDelta::hours(1));
        let token = self.tokens.issue(&grant).unwrap();
        Client::bearer(self.address, &token).await
    }
}
