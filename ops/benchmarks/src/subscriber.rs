//! One WebSocket on `buildings`, so that push has work while something else is measured.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::task::JoinHandle;

use crate::Result;
use crate::server::Server;
use crate::websocket::WebSocket;

/// Counts what it receives until it is dropped.
#[derive(Debug)]
pub(crate) struct Subscriber {
    received: Arc<AtomicU64>,
    task: JoinHandle<String>,
}

impl Subscriber {
    pub(crate) async fn start(server: &Server, token: &str) -> Result<Self> {
        let mut socket = WebSocket::connect(server.address, token).await?;
        let mut scratch = vec![0; 64 << 10];
        socket.subscribe("buildings", &mut scratch).await?;
        let received = Arc::new(AtomicU64::new(0));
        let counter = received.clone();
        let task = tokio::spawn(async move {
            loop {
                let each = |_: &[u8]| _ = counter.fetch_add(1, Ordering::Relaxed);
                if let Err(failure) = socket.receive(&mut scratch, each).await {
                    return failure.to_string();
                }
            }
        });
        Ok(Self { received, task })
    }

    pub(crate) fn received(&self) -> u64 {
        self.received.load(Ordering::Relaxed)
    }

    /// Whether it is still connected; else why not.
    pub(crate) async fn end(self) -> Option<String> {
        if self.task.is_finished() {
            return Some(self.task.await.unwrap_or_else(|e| e.to_string()));
        }
        self.task.abort();
        None
    }
}
