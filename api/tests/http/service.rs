//! An outside service of a test's own, on this machine.

use std::net::SocketAddr;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Answers every request alike and keeps what it was sent.
pub struct Service {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<String>>>,
    answer: Arc<Mutex<String>>,
}

impl Service {
    /// At 127.0.0.1, which the world allows.
    pub async fn start() -> Self {
        Self::at("127.0.0.1").await
    }

    pub async fn at(host: &str) -> Self {
        let listener = TcpListener::bind((host, 0)).await.unwrap();
        let service = Self {
            address: listener.local_addr().unwrap(),
            heard: Arc::default(),
            answer: Arc::default(),
        };
        service.answers("200 OK", "");
        let (heard, answer) = (Arc::clone(&service.heard), Arc::clone(&service.answer));
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let mut head = vec![0; 8192];
                let read = socket.read(&mut head).await.unwrap_or(0);
                let text = String::from_utf8_lossy(&head[..read]).into_owned();
                heard.lock().push(text);
                let answer = answer.lock().clone();
                let _ = socket.write_all(answer.as_bytes()).await;
            }
        });
        service
    }

    /// From now on, with this status and these further headers.
    pub fn answers(&self, status: &str, headers: &str) {
        let body = "what the service says";
        *self.answer.lock() = format!(
            "HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// The last request, which is heard no more.
    pub fn heard(&self) -> Option<String> {
        self.heard.lock().pop()
    }
}
