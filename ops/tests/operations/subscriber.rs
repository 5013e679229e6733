//! A subscriber that comes back and resumes, and writes down every position it was handed.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::http::Addresses;

const PATIENCE: Duration = Duration::from_secs(90);
const PAUSE: Duration = Duration::from_millis(50);
/// Ended without a close, and not even begun.
const BROKEN: u16 = 1006;
const REFUSED: u16 = 0;
const MOST_CONNECTIONS: usize = 1_000;

/// What it was told.
#[derive(Debug, Default)]
pub struct Heard {
    /// Where it began: everything of its channel after this position must have come.
    pub from: u64,
    pub positions: Vec<u64>,
    /// How its connections ended: the close's code, [`BROKEN`], or [`REFUSED`] when it could not
    /// even begin.
    pub closed: Vec<u16>,
    /// The waits that servers asked for when they went away, in milliseconds.
    pub waits: Vec<u64>,
}

pub struct Subscriber {
    until: watch::Sender<Option<u64>>,
    task: JoinHandle<Heard>,
}

impl Subscriber {
    /// Returns once it is subscribed.
    pub async fn start(addresses: &Addresses, at: usize, token: &str, channel: &str) -> Self {
        let until = watch::Sender::new(None);
        let (begun, mut begins) = watch::channel(false);
        let follower = Follower {
            addresses: addresses.clone(),
            at,
            token: token.to_owned(),
            channel: channel.to_owned(),
            after: None,
            heard: Heard::default(),
            until: until.subscribe(),
            begun,
        };
        let task = tokio::spawn(follower.run());
        begins.wait_for(|begun| *begun).await.unwrap();
        Self { until, task }
    }

    /// What it heard, once it has heard the event at a position.
    pub async fn until(self, position: u64) -> Heard {
        self.until.send_replace(Some(position));
        tokio::time::timeout(PATIENCE, self.task)
            .await
            .expect("a subscriber never got there")
            .unwrap()
    }
}

struct Follower {
    addresses: Addresses,
    at: usize,
    token: String,
    channel: String,
    after: Option<String>,
    heard: Heard,
    until: watch::Receiver<Option<u64>>,
    begun: watch::Sender<bool>,
}

impl Follower {
    async fn run(mut self) -> Heard {
        loop {
            let waits = self.heard.waits.len();
            let Some(code) = self.session().await else {
                return self.heard;
            };
            self.heard.closed.push(code);
            assert!(
                self.heard.closed.len() < MOST_CONNECTIONS,
                "{:?}",
                self.heard
            );
            self.at += 1;
            let told = self.heard.waits.get(waits).copied();
            tokio::time::sleep(told.map_or(PAUSE, Duration::from_millis)).await;
        }
    }

    /// One connection: the close's code, or `None` once everything was heard.
    async fn session(&mut self) -> Option<u16> {
        let Ok((mut socket, _)) = connect_async(self.request()).await else {
            return Some(REFUSED);
        };
        let subscribe =
            json!({"type": "subscribe", "id": 1, "channel": self.channel, "after": self.after});
        if socket
            .send(Message::text(subscribe.to_string()))
            .await
            .is_err()
        {
            return Some(BROKEN);
        }
        let mut until = self.until.clone();
        loop {
            let last = self.heard.positions.last().copied();
            if until
                .borrow_and_update()
                .is_some_and(|until| last >= Some(until))
            {
                return None;
            }
            let message = tokio::select! {
                message = socket.next() => message,
                _ = until.changed() => continue,
            };
            match message {
                Some(Ok(Message::Text(text))) => self.hear(&serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(frame))) => {
                    return Some(frame.map_or(BROKEN, |frame| frame.code.into()));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Some(BROKEN),
            }
        }
    }

    fn request(&self) -> tokio_tungstenite::tungstenite::handshake::client::Request {
        let address = {
            let all = self.addresses.lock().unwrap();
            all[self.at % all.len()].replacen("http", "ws", 1)
        };
        let mut request = format!("{address}/ws").into_client_request().unwrap();
        let bearer = format!("Bearer {}", self.token).parse().unwrap();
        request.headers_mut().insert("authorization", bearer);
        request
    }

    fn hear(&mut self, message: &Value) {
        let position = message["position"].as_str();
        match message["type"].as_str().unwrap() {
            "event" => self.heard.positions.push(number(position.unwrap())),
            "subscribed" if self.after.is_none() => {
                self.heard.from = number(position.unwrap());
                self.begun.send_replace(true);
            }
            "subscribed" => {
                assert_eq!(message["recovered"], true, "{message}");
                return; // what was missed follows: the edge is not reached yet
            }
            "going-away" => self.heard.waits.push(message["waitMs"].as_u64().unwrap()),
            "lagged" => {
                self.after = message["resume"].as_str().map(Into::into);
                return;
            }
            // Its process doesn't know yet how far the log is: come back.
            "error" => assert_eq!(message["code"], "unavailable", "{message}"),
            "position" => {}
            other => panic!("{other}: {message}"),
        }
        if let Some(position) = position {
            self.after = Some(position.to_owned());
        }
    }
}

/// `1-7f3a91c2-1234` → 1234
pub fn number(token: &str) -> u64 {
    token.rsplit('-').next().unwrap().parse().unwrap()
}
