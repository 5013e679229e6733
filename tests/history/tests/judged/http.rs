//! The smallest HTTP client: a connection for each request, so that dropping a request breaks it off.

use std::net::SocketAddr;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// One command over HTTP.
pub struct Request<'r> {
    pub method: &'r str,
    pub path: &'r str,
    pub token: &'r str,
    pub mark: &'r str,
    pub key: Option<&'r str>,
    pub body: &'r str,
}

pub struct Answer {
    pub status: u16,
    /// `X-Event-Position`
    pub position: Option<String>,
    pub body: Value,
}

/// `None` when the connection broke before the whole answer was there.
pub async fn send(address: SocketAddr, request: &Request<'_>) -> Option<Answer> {
    let Request {
        method,
        path,
        token,
        mark,
        key,
        body,
    } = request;
    let key = key.map_or(String::new(), |key| format!("Idempotency-Key: {key}\r\n"));
    let text = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nX-Request-Id: {mark}\r\n\
         {key}Connection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(address).await.ok()?;
    stream.write_all(text.as_bytes()).await.ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let header = |wanted: &str| {
        head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case(wanted)
                .then(|| value.trim().to_owned())
        })
    };
    Some(Answer {
        status: head.split(' ').nth(1)?.parse().ok()?,
        position: header("x-event-position"),
        body: serde_json::from_str(body).ok()?,
    })
}
