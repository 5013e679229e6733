//! HTTP/1.1 with a bound on every wait.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::Request;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::Result;

const CONNECT_WITHIN: Duration = Duration::from_secs(2);
/// Shorter than most freezes, so that many answers stay out.
const ANSWER_WITHIN: Duration = Duration::from_secs(3);
/// No answer comes near it.
const LARGEST_ANSWER: usize = 4 << 20;

/// A kept-alive connection, one request at a time.
#[derive(Debug)]
pub(crate) struct Connection(SendRequest<Full<Bytes>>);

/// What came back, whole.
#[derive(Clone, Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    /// `X-Event-Position`
    pub(crate) position: Option<String>,
    pub(crate) body: Value,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Result<Self> {
        let opening = async {
            let stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
            // It ends with the connection; why it did shows in the request.
            tokio::spawn(connection);
            Ok(Self(sender))
        };
        timeout(CONNECT_WITHIN, opening).await?
    }

    pub(crate) fn is_open(&self) -> bool {
        !self.0.is_closed()
    }

    /// Sends a request and waits for the whole answer. After an error nobody knows what became of it.
    pub(crate) async fn send(&mut self, request: Request<Full<Bytes>>) -> Result<Response> {
        timeout(ANSWER_WITHIN, self.exchange(request)).await?
    }

    async fn exchange(&mut self, request: Request<Full<Bytes>>) -> Result<Response> {
        self.0.ready().await?;
        let response = self.0.send_request(request).await?;
        let status = response.status().as_u16();
        let position = response.headers().get("x-event-position");
        let position = position
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned);
        let body = Limited::new(response.into_body(), LARGEST_ANSWER);
        let body = body.collect().await?.to_bytes();
        Ok(Response {
            status,
            position,
            // Whatever isn't JSON has none of the fields that are looked for.
            body: serde_json::from_slice(&body).unwrap_or_default(),
        })
    }
}
