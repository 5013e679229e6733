//! The next release beside this one: it writes an event in a newer minor version, with a field that
//! this build doesn't know.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use flowgrid_bus::{LogId, Tenant};
use flowgrid_log::append::AppenderOptions;
use flowgrid_log::{
    Append, Appended, Appender, Bus, Expected, LogStore, NewEvent, NoObserver, Ring,
};
use serde_json::json;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::fleet::Settings;

const PAUSE: Duration = Duration::from_millis(10);

pub struct NextRelease {
    appender: Appender,
    tenant: Tenant,
}

impl NextRelease {
    pub async fn start(settings: &Settings, org: &str) -> Self {
        let store = LogStore::open(settings.database(), 2).await.unwrap();
        let bus = Bus::connect(settings.get("NATS_URL"), "next-release", 1)
            .await
            .unwrap();
        assert!(bus.connected_within(Duration::from_secs(10)).await);
        let appender = Appender::start(AppenderOptions {
            database_url: settings.database().to_owned(),
            bus,
            log: store.info(LogId(1)).unwrap(),
            feed: Arc::new(Ring::new(1_000, 1 << 20)),
            wake_others: true,
            observer: Arc::new(NoObserver),
        });
        let tenant = Tenant::from_slug(org).unwrap();
        Self { appender, tenant }
    }

    /// Writes one event of a building; answers its position.
    pub async fn write(&self, id: &str, expected: u64, event: (&'static str, &'static str)) -> u64 {
        let (event_type, version) = event;
        let payload = match event_type {
            "building.changed" => json!({"name": format!("{id} {expected}"), "storeys": 4,
                "heating": {"kind": "district", "since": 1998}}),
            _ => json!({"name": id, "kind": "office", "address": null, "lat": null, "lon": null,
                "area": null, "timezone": null, "storeys": 4}),
        };
        let append = Append {
            aggregate_id: self.tenant.qualify(id),
            tenant: self.tenant.clone(),
            aggregate_type: "building",
            expected: Expected::Version(expected),
            events: vec![NewEvent {
                id: Uuid::now_v7(),
                of: None,
                event_type: event_type.into(),
                event_version: version.into(),
                payload: payload.to_string(),
            }],
            metadata: r#"{"actor":"next-release"}"#.into(),
            claims: Vec::new(),
            receipt: None,
        };
        match self.appender.append(append).await.unwrap() {
            Appended::Written { last, .. } => last,
            other => panic!("not written: {other:?}"),
        }
    }

    /// Goes on writing until told to stop; answers how many events it wrote.
    pub fn keep_writing(self, stop: Arc<AtomicBool>) -> JoinHandle<u64> {
        tokio::spawn(async move {
            let mut written = 0;
            for building in 0.. {
                let id = format!("next-{building}");
                self.write(&id, 0, ("building.registered", "1.1")).await;
                for version in 1..4 {
                    self.write(&id, version, ("building.changed", "1.1")).await;
                }
                written += 4;
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                tokio::time::sleep(PAUSE).await;
            }
            written
        })
    }
}
