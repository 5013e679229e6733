//! A WebSocket client that sends any bytes (RFC 6455), unlike a library's.

use serde_json::Value;

use crate::peer::Peer;
use crate::server::Server;

pub const CONTINUATION: u8 = 0;
pub const TEXT: u8 = 1;
pub const BINARY: u8 = 2;
pub const CLOSE: u8 = 8;
pub const PING: u8 = 9;
pub const PONG: u8 = 10;
/// The bit that ends a message.
pub const FIN: u8 = 0x80;

pub struct WebSocket(pub Peer);

/// What the server says.
#[derive(Debug)]
pub enum Heard {
    Message(Value),
    Closed(u16),
    /// The connection ended without a word.
    Gone,
}

/// One frame, masked with zeros.
pub fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first];
    match payload.len() {
        length @ 0..126 => bytes.push(0x80 | u8::try_from(length).unwrap()),
        length => {
            bytes.push(0x80 | 126);
            bytes.extend(u16::try_from(length).unwrap().to_be_bytes());
        }
    }
    bytes.extend([0; 4]);
    bytes.extend(payload);
    bytes
}

pub fn text(message: &str) -> Vec<u8> {
    frame(FIN | TEXT, message.as_bytes())
}

impl WebSocket {
    pub async fn open(server: &Server) -> Self {
        let mut peer = server.peer().await;
        let head = format!(
            "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
             Authorization: Bearer {}\r\n\r\n",
            server.token
        );
        peer.send(head.as_bytes()).await;
        assert_eq!(peer.answer().await.unwrap().status, 101);
        Self(peer)
    }

    pub async fn send(&mut self, bytes: &[u8]) -> bool {
        self.0.send(bytes).await
    }

    /// The next message or the end; control frames are passed over.
    pub async fn next(&mut self) -> Heard {
        loop {
            let Some((opcode, payload)) = self.frame().await else {
                return Heard::Gone;
            };
            match opcode {
                TEXT => return Heard::Message(serde_json::from_slice(&payload).unwrap()),
                CLOSE => {
                    let code = payload.first_chunk().map(|code| u16::from_be_bytes(*code));
                    return Heard::Closed(code.unwrap_or(1005));
                }
                PING | PONG => {}
                other => panic!("opcode {other}"),
            }
        }
    }

    /// All messages until the end, and its code; 0 when it just ended.
    pub async fn rest(&mut self) -> (Vec<Value>, u16) {
        let mut messages = Vec::new();
        loop {
            match self.next().await {
                Heard::Message(message) => messages.push(message),
                Heard::Closed(code) => return (messages, code),
                Heard::Gone => return (messages, 0),
            }
        }
    }

    async fn frame(&mut self) -> Option<(u8, Vec<u8>)> {
        let head = self.0.take(2).await?;
        let length = match head[1] {
            126 => {
                let bytes = self.0.take(2).await?;
                usize::from(u16::from_be_bytes(bytes.try_into().unwrap()))
            }
            127 => {
                let bytes = self.0.take(8).await?;
                usize::try_from(u64::from_be_bytes(bytes.try_into().unwrap())).unwrap()
            }
            short => usize::from(short),
        };
        Some((head[0] & 0x0f, self.0.take(length).await?))
    }
}
