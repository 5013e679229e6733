//! A socket that says whatever it likes.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long anything may take on a machine that is busy with other tests.
pub const PATIENCE: Duration = Duration::from_secs(90);

pub struct Peer {
    pub stream: TcpStream,
    heard: Vec<u8>,
}

/// One answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Peer {
    pub async fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self {
            stream,
            heard: Vec::new(),
        }
    }

    /// Says it, as far as the other side listens.
    pub async fn send(&mut self, bytes: &[u8]) -> bool {
        let sent = timeout(PATIENCE, self.stream.write_all(bytes)).await;
        sent.expect("it never took what was said").is_ok()
    }

    /// No more will be said, but it listens.
    pub async fn end(&mut self) {
        let _ = self.stream.shutdown().await;
    }

    /// The next answer; `None` when the connection ends before it is whole.
    pub async fn answer(&mut self) -> Option<Answer> {
        let end = loop {
            if let Some(end) = find(&self.heard, b"\r\n\r\n") {
                break end + 4;
            }
            self.hear().await?;
        };
        let head = String::from_utf8(self.heard.drain(..end).collect()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let length = header(&head, "content-length").map_or(0, |text| text.parse().unwrap());
        let body = if status == 101 {
            Vec::new()
        } else {
            self.take(length).await?
        };
        Some(Answer { status, head, body })
    }

    /// Exactly so many bytes.
    pub async fn take(&mut self, length: usize) -> Option<Vec<u8>> {
        while self.heard.len() < length {
            self.hear().await?;
        }
        Some(self.heard.drain(..length).collect())
    }

    /// Whether nothing more comes but the end.
    pub async fn ends(&mut self) -> bool {
        self.heard.is_empty() && self.hear().await.is_none()
    }

    async fn hear(&mut self) -> Option<()> {
        let mut more = [0; 16 * 1024];
        let read = timeout(PATIENCE, self.stream.read(&mut more)).await;
        match read.expect("nothing came") {
            Ok(0) | Err(_) => None,
            Ok(length) => {
                self.heard.extend_from_slice(&more[..length]);
                Some(())
            }
        }
    }
}

/// A header's value.
pub fn header<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    head.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

/// Asks again until it is so.
pub async fn eventually<F: Future<Output = bool>>(what: &str, mut so: impl FnMut() -> F) {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while !so().await {
        let now = tokio::time::Instant::now();
        assert!(now < deadline, "never happened: {what}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
