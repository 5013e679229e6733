//! What rules make of readings reaches whoever listens.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod push_common;

use std::sync::Arc;
use std::time::SystemTime;

use chrono::{DateTime, Utc};
use flowgrid_bus::{Role, Tenant};
use flowgrid_commands::{Caller, Commands, CommandsOptions, Request};
use flowgrid_domain::rules::{AlertRule, AlertRuleCommand, read_rule};
use flowgrid_workers::rules::{RuleWorker, RuleWorkerOptions};
use push_common::city::City;
use serde_json::json;
use tokio::sync::watch;

fn now() -> DateTime<Utc> {
    SystemTime::now().into()
}

fn commands(city: &City) -> Commands {
    let logs = city.test.store.logs().iter();
    let appenders = logs.map(|log| (log.id, city.appenders[&log.kind].clone()));
    Commands::new(CommandsOptions {
        store: city.test.store.clone(),
        appenders: appenders.collect(),
        remembered: 100,
    })
}

/// One on the meter of `rathaus`.
async fn rule(commands: &Commands) {
    let rule = json!({"name": "Peak", "kind": "threshold", "condition": {"above": 80}, "severity": "critical",
        "target": {"sensorId": "rathaus-meter", "buildingId": "rathaus"}});
    let definition = read_rule(rule.as_object().unwrap()).unwrap().definition;
    let caller = Caller {
        tenant: Tenant::from_slug("acme").unwrap(),
        actor: "test".into(),
        role: Role::Admin,
        request_id: None,
        traceparent: None,
        frontend: None,
    };
    let request = Request {
        id: "peak".into(),
        command: AlertRuleCommand::Create(Box::new(definition)),
        if_match: None,
        idempotency: None,
        status: 201,
        follow_claim: false,
    };
    commands
        .execute::<AlertRule>(&caller, request)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_rule_raises_is_told_on_the_channels_of_alerts() {
    let city = City::start().await;
    let commands = commands(&city);
    rule(&commands).await;
    let options = RuleWorkerOptions {
        database_url: city.test.url.clone(),
        commands,
        store: city.test.store.clone(),
        tails: Arc::clone(&city.tails),
        read: city.read.clone(),
        post: None,
        now: Arc::new(now),
    };
    let stop = watch::Sender::new(false);
    let _worker = RuleWorker::start(&options, &stop);
    let mut viewer = city.viewer("acme").await;
    viewer.subscribe(1, "alerts").await;
    viewer.subscribe(2, "alerts:critical").await;
    let mut stranger = city.viewer("other").await;
    stranger.subscribe(1, "alerts").await;
    city.reports("rathaus", now(), 90.0).await;
    for channel in ["alerts:critical", "alerts"] {
        let heard = viewer.hear().await;
        assert_eq!(heard["channel"], channel, "{heard}");
        assert_eq!(heard["event"], "alert.raised");
        assert_eq!(heard["data"]["buildingId"], "rathaus");
    }
    city.reports("rathaus", now(), 10.0).await;
    let heard = viewer.hear().await;
    assert_eq!(heard["event"], "alert.resolved", "{heard}");
    stranger.silence().await;
}
