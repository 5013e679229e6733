//! A push process on a real log, and a client that speaks its language.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod city;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use flowgrid_api::Clock;
use flowgrid_api::auth::{Grant, Tokens};
use flowgrid_api::push::{Hub, PushConfig, PushMetrics, routes};
use flowgrid_bus::{Position, Role, Tenant};
use flowgrid_log::{
    Append, Appended, Appender, Expected, LogInfo, LogKind, NewEvent, Ring, Tail, Tails,
};
use flowgrid_tests::{TestLog, eventually};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use uuid::Uuid;

const SECRET: &[u8] = b"a secret of at least thirty-two bytes";
const PATIENCE: Duration = Duration::from_secs(20);

/// One log with everything around it, and one push process.
pub struct Push {
    pub test: TestLog,
    pub log: LogInfo,
    pub appender: Appender,
    pub tokens: Tokens,
    pub process: Process,
    feed: Arc<Ring>,
}

/// The push role as one process would run it.
pub struct Process {
    pub hub: Arc<Hub>,
    pub address: SocketAddr,
    stop: watch::Sender<bool>,
}

impl Push {
    pub async fn start(config: PushConfig) -> Self {
        let tokens = Tokens::new(SECRET, Clock::system()).unwrap();
        Self::on(TestLog::start().await, tokens, config).await
    }

    /// One whose tokens may be revoked.
    pub async fn on(test: TestLog, tokens: Tokens, config: PushConfig) -> Self {
        let log = test.domain();
        Self::on_log(test, log, tokens, config).await
    }

    /// On the log of people and what they are told.
    pub async fn on_the_identity_log() -> Self {
        let test = TestLog::start().await;
        let mut logs = test.store.logs().iter();
        let log = *logs.find(|log| log.kind == LogKind::Identity).unwrap();
        let tokens = Tokens::new(SECRET, Clock::system()).unwrap();
        Self::on_log(test, log, tokens, PushConfig::default()).await
    }

    async fn on_log(test: TestLog, log: LogInfo, tokens: Tokens, config: PushConfig) -> Self {
        let feed = TestLog::feed();
        let appender = test.appender(log, &feed, false);
        test.relay(log, &feed);
        let process = Process::start(&test, log, &tokens, config).await;
        let push = Self {
            test,
            log,
            appender,
            tokens,
            process,
            feed,
        };
        // The first event makes sure that the whole way works before a test begins.
        let at = push.building("warm-up", "first", 0).await;
        push.reaches(at.n).await;
        push
    }

    pub async fn with_defaults() -> Self {
        Self::start(PushConfig::default()).await
    }

    pub async fn another_process(&self) -> Process {
        let process =
            Process::start(&self.test, self.log, &self.tokens, PushConfig::default()).await;
        eventually("the other process follows", || async {
            process.hub.edge(self.log.id).is_some()
        })
        .await;
        process
    }

    /// Waits until the push process has handed a position out.
    pub async fn reaches(&self, n: u64) {
        eventually("push reaches the position", || async {
            self.process.hub.edge(self.log.id) >= Some(n)
        })
        .await;
    }

    pub fn token(&self, subject: &str, org: &str, role: Role) -> String {
        self.token_for(subject, org, role, TimeDelta::hours(1))
    }

    pub fn token_for(&self, subject: &str, org: &str, role: Role, lifetime: TimeDelta) -> String {
        let grant = Grant::member(subject, org, role, lifetime);
        self.tokens.issue(&grant).unwrap()
    }

    /// A viewer of an organization, authenticated by header.
    pub async fn viewer(&self, org: &str) -> Client {
        let token = self.token("anna", org, Role::Viewer);
        Client::bearer(self.process.address, &token).await
    }

    /// A building's event; `sequence` counts from 0.
    pub async fn building(&self, org: &str, id: &str, sequence: u64) -> Position {
        let kind = if sequence == 0 {
            "registered"
        } else {
            "changed"
        };
        let payload = json!({"name": format!("{id} {sequence}")});
        self.append(org, "building", id, sequence, kind, payload)
            .await
    }

    pub async fn alert(&self, org: &str, id: &str, severity: &str, building: &str) -> Position {
        let payload = json!({"severity": severity, "buildingId": building, "nodeId": null,
            "alertType": "high-load", "title": "High load"});
        self.append(org, "alert", id, 0, "raised", payload).await
    }

    pub async fn append(
        &self,
        org: &str,
        aggregate_type: &'static str,
        id: &str,
        expected: u64,
        event: &str,
        payload: Value,
    ) -> Position {
        let tenant = Tenant::from_slug(org).unwrap();
        let append = Append {
            aggregate_id: tenant.qualify(id),
            tenant,
            aggregate_type,
            expected: Expected::Version(expected),
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
        match self.appender.append(append).await.unwrap() {
            Appended::Written { last, .. } => Position {
                log: self.log.id,
                epoch: self.log.epoch,
                n: last,
            },
            other => panic!("not written: {other:?}"),
        }
    }
}

impl Process {
    async fn start(test: &TestLog, log: LogInfo, tokens: &Tokens, config: PushConfig) -> Self {
        let stop = watch::Sender::new(false);
        let tail = Tail::start(test.bus.clone(), log, stop.subscribe());
        let hub = Hub::start(
            test.store.clone(),
            Arc::new(Tails::new([tail])),
            tokens.clone(),
            Clock::system(),
            config,
            PushMetrics::new().unwrap(),
            &stop.subscribe(),
        );
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = routes(hub.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { hub, address, stop }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stop.send_replace(true);
    }
}

pub struct Client {
    pub socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Client {
    pub async fn bearer(address: SocketAddr, token: &str) -> Self {
        let header = format!("Bearer {token}");
        Self::with_headers(address, &[("authorization", &header)])
            .await
            .unwrap()
    }

    pub async fn stranger(address: SocketAddr) -> Self {
        Self::with_headers(address, &[]).await.unwrap()
    }

    /// The status of the refusal where the handshake fails.
    pub async fn with_headers(
        address: SocketAddr,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, u16> {
        Self::at(&format!("ws://{address}/ws"), headers).await
    }

    pub async fn at(url: &str, headers: &[(&'static str, &str)]) -> Result<Self, u16> {
        use tokio_tungstenite::tungstenite::Error;
        let mut request = url.into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        match connect_async(request).await {
            Ok((socket, _)) => Ok(Self { socket }),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(other) => panic!("{other}"),
        }
    }

    pub async fn say(&mut self, message: Value) {
        let text = Message::text(message.to_string());
        self.socket.send(text).await.unwrap();
    }

    /// The next message; pings are not messages.
    pub async fn hear(&mut self) -> Value {
        match self.next().await {
            Heard::Message(message) => message,
            Heard::Close(code) => panic!("closed with {code}"),
        }
    }

    /// The code of the close, after whatever comes before it.
    pub async fn closed(&mut self) -> u16 {
        loop {
            if let Heard::Close(code) = self.next().await {
                return code;
            }
        }
    }

    pub async fn next(&mut self) -> Heard {
        loop {
            let next = tokio::time::timeout(PATIENCE, self.socket.next()).await;
            match next.expect("nothing came") {
                Some(Ok(Message::Text(text))) => {
                    return Heard::Message(serde_json::from_str(&text).unwrap());
                }
                Some(Ok(Message::Close(frame))) => {
                    return Heard::Close(frame.map_or(1005, |frame| frame.code.into()));
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => panic!("{error}"),
                None => return Heard::Close(1006),
            }
        }
    }

    pub async fn subscribe(&mut self, id: u64, channel: &str) -> Value {
        self.say(json!({"type": "subscribe", "id": id, "channel": channel}))
            .await;
        let answer = self.hear().await;
        assert_eq!(answer["type"], "subscribed", "{answer}");
        answer
    }

    pub async fn resume(&mut self, id: u64, channel: &str, after: &str) -> Value {
        let message = json!({"type": "subscribe", "id": id, "channel": channel, "after": after});
        self.say(message).await;
        self.hear().await
    }

    /// Everything that was said before this call has been answered when it returns; nothing else came.
    pub async fn silence(&mut self) {
        self.say(json!({"type": "ping"})).await;
        assert_eq!(self.hear().await, json!({"type": "pong"}));
    }
}

pub enum Heard {
    Message(Value),
    Close(u16),
}

/// The position token in a field.
pub fn position(message: &Value, field: &str) -> Position {
    message[field].as_str().unwrap().parse().unwrap()
}
