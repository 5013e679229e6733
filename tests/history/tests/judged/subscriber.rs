//! A subscriber that comes back whenever its connection is gone, and hangs up itself now and then.

use std::net::SocketAddr;
use std::time::Duration;

use flowgrid_history::SubscriberLog;
use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// After so many messages it hangs up.
const PATIENCE: usize = 40;
const PAUSE: Duration = Duration::from_millis(50);

pub struct Subscriber {
    pub address: SocketAddr,
    pub token: String,
    pub channel: String,
    pub log: SubscriberLog,
    /// The position after which it need not stay, once that is known.
    pub end: watch::Receiver<Option<u64>>,
}

impl Subscriber {
    /// Until it has seen the end.
    pub async fn listen(mut self) {
        while !self.is_over() {
            if let Some(mut socket) = connect(self.address, &self.token).await {
                self.converse(&mut socket).await;
                self.log.disconnected().unwrap();
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    fn is_over(&self) -> bool {
        let end = *self.end.borrow();
        end.is_some_and(|end| self.log.last().is_some_and(|last| last.n >= end))
    }

    /// Subscribes, and hears until something is over.
    async fn converse(&mut self, socket: &mut Socket) {
        let mut subscribe = json!({"type": "subscribe", "id": 1, "channel": self.channel});
        if let Some(after) = self.log.subscribing().unwrap() {
            subscribe["after"] = json!(after);
        }
        if socket
            .send(Message::text(subscribe.to_string()))
            .await
            .is_err()
        {
            return;
        }
        for _ in 0..PATIENCE {
            let text = tokio::select! {
                text = hear(socket) => text,
                // Perhaps the end was seen already.
                Ok(()) = self.end.changed() => String::new(),
            };
            if !text.is_empty() {
                self.log.heard(&text).unwrap();
            }
            if text.contains(r#""type":"error""#) || text == CLOSED || self.is_over() {
                return;
            }
        }
    }
}

/// Stands for the end of a connection; no message of the server has this type.
const CLOSED: &str = r#"{"type":"closed"}"#;

async fn hear(socket: &mut Socket) -> String {
    loop {
        match socket.next().await {
            Some(Ok(Message::Text(text))) => return text.to_string(),
            Some(Ok(Message::Close(_)) | Err(_)) | None => return CLOSED.to_owned(),
            Some(Ok(_)) => {}
        }
    }
}

async fn connect(address: SocketAddr, token: &str) -> Option<Socket> {
    let mut request = format!("ws://{address}/ws").into_client_request().unwrap();
    let bearer = format!("Bearer {token}").parse().unwrap();
    request.headers_mut().insert("authorization", bearer);
    Some(connect_async(request).await.ok()?.0)
}
