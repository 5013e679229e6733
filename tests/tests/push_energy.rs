//! What buildings use, told as readings come.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod push_common;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Timelike, Utc};
use flowgrid_api::Clock;
use flowgrid_api::auth::{Grant, Tokens};
use flowgrid_api::push::{Hub, PushConfig, PushMetrics, routes};
use flowgrid_bus::{Role, Tenant};
use flowgrid_log::{Append, Appended, Appender, Expected, LogKind, NewEvent, Tail, Tails};
use flowgrid_projections::{
    ModelName, ProjectionAdmin, ProjectionRuntime, ReadModels, RuntimeOptions,
};
use flowgrid_tests::{TestLog, eventually};
use push_common::{Client, position};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use uuid::Uuid;

/// A process that projects and pushes.
struct City {
    _test: TestLog,
    appenders: HashMap<LogKind, Appender>,
    tokens: Tokens,
    address: SocketAddr,
    _projections: ProjectionRuntime,
}

impl City {
    /// With the buildings `rathaus` and `school`, each with a meter, of the organization `acme`.
    async fn start() -> Self {
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
            tails,
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
            _test: test,
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

    async fn append(
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

    async fn reports(&self, building: &str, time: DateTime<Utc>, kwh: f64) {
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

    async fn viewer(&self, org: &str) -> Client {
        let grant = Grant::member("anna", org, Role::Viewer, TimeDelta::hours(1));
        let token = self.tokens.issue(&grant).unwrap();
        Client::bearer(self.address, &token).await
    }
}

/// When the quarter of an hour began that it is in.
fn quarter() -> DateTime<Utc> {
    let now = DateTime::<Utc>::from(std::time::SystemTime::now());
    let minute = now.minute() / 15 * 15;
    now.with_minute(minute)
        .unwrap()
        .with_second(0)
        .unwrap()
        .with_nanosecond(0)
        .unwrap()
}

/// The next update of a building in which so many kWh were used this month.
async fn hears(client: &mut Client, building: &str, month: f64) -> Value {
    loop {
        let heard = client.hear().await;
        assert_eq!(heard["event"], "energy:update", "{heard}");
        let data = &heard["data"];
        if data["buildingId"] == building && data["energyKwh"]["month"] == month {
            return heard;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_building_uses_is_told_as_readings_come() {
    let city = City::start().await;
    let (mut one, mut all) = (city.viewer("acme").await, city.viewer("acme").await);
    one.subscribe(1, "energy:rathaus").await;
    all.subscribe(1, "energy").await;
    let begin = hears(&mut one, "rathaus", 0.0).await;
    assert_eq!(begin["data"]["powerKw"], Value::Null);
    assert_eq!(begin["data"]["stale"], true);
    for building in ["rathaus", "school"] {
        hears(&mut all, building, 0.0).await;
    }

    let time = quarter();
    city.reports("rathaus", time, 2.0).await;
    let heard = hears(&mut one, "rathaus", 2.0).await;
    assert_eq!(heard["channel"], "energy:rathaus");
    let data = &heard["data"];
    assert_eq!(data["energyKwh"], json!({"today": 2.0, "month": 2.0}));
    assert_eq!(
        data["byCarrier"],
        json!({"electricity": {"today": 2.0, "month": 2.0}})
    );
    assert_eq!(
        (&data["powerKw"], &data["stale"]),
        (&json!(8.0), &json!(false))
    );
    hears(&mut all, "rathaus", 2.0).await;

    city.reports("school", time, 5.0).await;
    hears(&mut all, "school", 5.0).await;
    one.silence().await;

    // Whoever comes back is told how things stand.
    let last = position(&heard, "position").to_string();
    city.reports("rathaus", time, 3.0).await;
    hears(&mut one, "rathaus", 3.0).await;
    let mut back = city.viewer("acme").await;
    let answer = back.resume(1, "energy", &last).await;
    assert_eq!(answer["recovered"], true, "{answer}");
    let (mut rathaus, mut school) = (false, false);
    while !(rathaus && school) {
        let data = back.hear().await["data"].clone();
        rathaus |= data["buildingId"] == "rathaus" && data["energyKwh"]["month"] == 3.0;
        school |= data["buildingId"] == "school" && data["energyKwh"]["month"] == 5.0;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_use_is_not_told() {
    let city = City::start().await;
    let mut stranger = city.viewer("other").await;
    for channel in ["energy:rathaus", "energy:nowhere"] {
        let subscribe = json!({"type": "subscribe", "id": 1, "channel": channel});
        stranger.say(subscribe).await;
        let answer = stranger.hear().await;
        assert_eq!(
            (&answer["type"], &answer["code"]),
            (&json!("error"), &json!("not-found"))
        );
    }
    stranger.subscribe(1, "energy").await;
    let mut viewer = city.viewer("acme").await;
    viewer.subscribe(1, "energy").await;
    city.reports("rathaus", quarter(), 2.0).await;
    hears(&mut viewer, "rathaus", 2.0).await;
    stranger.silence().await;
}
