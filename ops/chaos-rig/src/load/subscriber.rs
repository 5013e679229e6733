//! A subscriber: one channel of one organization, resumed after every disconnect, at whichever push
//! process there is.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use flowgrid_bus::{Position, Role};
use flowgrid_history::SubscriberLog;
use futures_util::{SinkExt, StreamExt};
use parking_lot::Mutex;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::Result;
use crate::setting::Setting;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

const CONNECT_WITHIN: Duration = Duration::from_secs(3);
/// How often a silent connection asks itself whether to go on.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// How long it stays connected when nothing breaks.
const STAY_S: std::ops::Range<u64> = 5..30;
const AGAIN_AFTER_MS: std::ops::Range<u64> = 100..600;

/// What others may know of a subscriber.
#[derive(Debug)]
pub(crate) struct Listener {
    pub(crate) name: String,
    pub(crate) org: String,
    pub(crate) channel: &'static str,
    reached: Mutex<Option<Position>>,
}

impl Listener {
    pub(crate) fn new(name: String, org: String, channel: &'static str) -> Self {
        Self {
            name,
            org,
            channel,
            reached: Mutex::new(None),
        }
    }

    /// The last position it has seen, or from which it began.
    pub(crate) fn reached(&self) -> Option<Position> {
        *self.reached.lock()
    }
}

/// Listens until the run ends.
pub(crate) async fn listen(
    setting: Arc<Setting>,
    listener: Arc<Listener>,
    number: usize,
) -> Result<()> {
    let recorder = &setting.recorder;
    let mut subscriber = Subscriber {
        log: recorder.subscriber(
            &listener.name,
            &listener.org,
            Role::Manager,
            listener.channel,
        )?,
        random: StdRng::seed_from_u64(setting.seed.wrapping_mul(2_003).wrapping_add(number as u64)),
        token: setting.member(number).1,
        at: number,
        setting,
        listener,
    };
    while !subscriber.setting.run_is_over() {
        subscriber.connection().await?;
        subscriber.at += 1;
        let ms = subscriber.random.random_range(AGAIN_AFTER_MS);
        sleep(Duration::from_millis(ms)).await;
    }
    Ok(())
}

struct Subscriber {
    setting: Arc<Setting>,
    listener: Arc<Listener>,
    log: SubscriberLog,
    random: StdRng,
    token: String,
    /// Which of the push processes it listens to.
    at: usize,
}

impl Subscriber {
    /// From one connect to its end.
    async fn connection(&mut self) -> Result<()> {
        let pushes = &self.setting.pushes;
        let address = pushes[self.at % pushes.len()];
        let Ok(Ok(mut socket)) = timeout(CONNECT_WITHIN, connect(address, &self.token)).await
        else {
            return Ok(());
        };
        let after = self.log.subscribing()?;
        let text = json!({"type": "subscribe", "id": 1, "channel": self.listener.channel,
            "after": after.map(|position| position.to_string())});
        let sent = timeout(CONNECT_WITHIN, socket.send(Message::text(text.to_string()))).await;
        if matches!(sent, Ok(Ok(()))) {
            self.hear(&mut socket).await?;
        }
        self.log.disconnected()?;
        Ok(())
    }

    async fn hear(&mut self, socket: &mut Socket) -> Result<()> {
        let until = Instant::now() + Duration::from_secs(self.random.random_range(STAY_S));
        loop {
            // Nobody leaves of his own accord while the run waits for the last events.
            let leaves = Instant::now() > until && !self.setting.load_is_over();
            if leaves || self.setting.run_is_over() {
                return Ok(());
            }
            match timeout(LOOK_EVERY, socket.next()).await {
                Ok(Some(Ok(Message::Text(text)))) => {
                    if !self.understand(&text)? {
                        return Ok(());
                    }
                }
                Ok(Some(Ok(Message::Close(_)) | Err(_)) | None) => return Ok(()),
                Ok(Some(Ok(_))) | Err(_) => {}
            }
        }
    }

    /// Whether to listen on.
    fn understand(&mut self, text: &str) -> Result<bool> {
        self.log.heard(text)?;
        *self.listener.reached.lock() = self.log.last();
        let message: Value = serde_json::from_str(text)?;
        let tally = &self.setting.tally;
        match message["type"].as_str() {
            Some("event") => tally.events.add(),
            Some("subscribed") => match message["recovered"].as_bool() {
                Some(true) => tally.resumed.add(),
                Some(false) => tally.not_recovered.add(),
                None => {}
            },
            Some("error") => {
                if message["code"] != "unavailable" {
                    tally.broken(format!("{} was told: {text}", self.listener.name));
                }
                return Ok(false);
            }
            _ => {}
        }
        Ok(true)
    }
}

async fn connect(address: SocketAddr, token: &str) -> Result<Socket> {
    let mut request = format!("ws://{address}/ws").into_client_request()?;
    let bearer = format!("Bearer {token}").parse()?;
    request.headers_mut().insert("authorization", bearer);
    Ok(connect_async(request).await?.0)
}
